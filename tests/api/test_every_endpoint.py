"""Every endpoint of the mounted API under generated requests: no 5xx, no answer that is not documented.

It grows by itself with the routers of ``wiring/api.py``. The requests meet a small company with documents in every
state; half of them are about rows that exist. Whatever a request does is rolled back, so each meets the same data.
``SHUNDA_API_EXAMPLES`` sets how hard it tries.
"""

import os
import sys
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
import schemathesis
from django.apps import apps
from django.conf import settings as configured
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis import checks as general
from schemathesis.specs.openapi import checks as documented

from shunda.wiring.api import api as mounted
from tests.world import documents, kept

sys.path.insert(0, str(Path(__file__).parent))
import sample

EXAMPLES = int(os.environ.get("SHUNDA_API_EXAMPLES", "3"))
CHECKS = [
    general.not_a_server_error,
    documented.status_code_conformance,
    documented.content_type_conformance,
    documented.response_headers_conformance,
    documented.response_schema_conformance,
    documented.negative_data_rejection,
]
SAMPLE = sample.mounted().api
REAL, VALID, INVALID = "real", "valid", "invalid"
MODES = {REAL: GenerationMode.POSITIVE, VALID: GenerationMode.POSITIVE, INVALID: GenerationMode.NEGATIVE}

TABLES = {
    "orders": "orders.Order", "order": "orders.Order", "reviews": "orders.Review", "line": "orders.OrderLine",
    "customers": "customers.Customer", "customer": "customers.Customer", "payment-terms": "customers.PaymentTerm",
    "term": "customers.PaymentTerm", "address": "customers.Address", "contact": "customers.Contact",
    "products": "catalog.Product", "product": "catalog.Product", "skus": "catalog.Sku", "sku": "catalog.Sku",
    "categories": "catalog.Category", "category": "catalog.Category", "units": "catalog.Unit", "unit": "catalog.Unit",
    "shipments": "fulfilment.Shipment", "shipment": "fulfilment.Shipment", "carriers": "fulfilment.Carrier",
    "carrier": "fulfilment.Carrier", "payments": "billing.Payment", "payment": "billing.Payment",
    "invoices": "billing.Invoice", "invoice": "billing.Invoice", "settlements": "billing.Settlement",
    "credit-notes": "billing.CreditNote", "warehouses": "inventory.Warehouse", "warehouse": "inventory.Warehouse",
    "source": "inventory.Warehouse", "target": "inventory.Warehouse", "supplies": "inventory.Supply",
    "supply": "inventory.Supply", "stock": "inventory.Balance", "price-lists": "pricing.PriceList",
    "list": "pricing.PriceList", "users": "accounts.User", "user": "accounts.User", "owner": "accounts.User",
    "roles": "accounts.Role", "role": "accounts.Role", "regions": "accounts.Region", "region": "accounts.Region",
    "tokens": "accounts.ApiToken", "tasks": "work.Task", "credit-accounts": "customers.Customer",
    "credit-raises": "credit.LimitRaise", "credit-proposals": "credit.Proposal",
    "statements": "customers.Customer", "views": "lists.SavedView", "exports": "lists.Export",
    "notices": "work.Notice", "mappings": "channels.ImportMapping", "parked": "procrastinate.ProcrastinateJob",
    "changes": "changes.Change", "revisions": "changes.Revision",
}  # fmt: skip
"""Which table an address or a field is about: real requests name rows that exist."""

GIVEN = {
    "sku": "A-1",
    "quantity": "1",
    "amount": "10.00",
    "unit_price": "12.50",
    "discount_rate": "0",
    "reason": "tried out",
    "page": "orders:index",
    "wanted_date": (date.today() + timedelta(days=30)).isoformat(),  # noqa: DTZ011  # far enough in every time zone
}
"""What real requests say where a random value would mostly be impossible."""


@cache
def document(api):
    return api.get_openapi_schema(path_prefix="/api/v1/")


@cache
def schema_of(api):
    schema = schemathesis.openapi.from_dict(document(api))
    schema.app = WSGIHandler()
    return schema


def endpoints(api):
    return [
        pytest.param(method, path, id=f"{method.upper()} {path}")
        for path, methods in document(api)["paths"].items()
        for method in methods
    ]


@pytest.fixture(scope="module", autouse=True)
def _one_connection():
    """A request would close the connection the tests' transaction lives on."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def company(django_db_setup, django_db_blocker):
    """A small company with a document in every state, and a token that may do everything."""
    from shunda.accounts.actions import create_token
    from shunda.accounts.queries import actor_for
    from shunda.accounts.specs import TokenSpec
    from shunda.accounts.tests.builders import region, user

    rate, configured.API_RATE_PER_SECOND = configured.API_RATE_PER_SECOND, 0
    with django_db_blocker.unblock(), transaction.atomic():
        admin = user("admin", "*", regions=[region()])
        documents(admin)
        now = timezone.now()
        kept(actor_for(admin), now)
        made = create_token(TokenSpec("test", ["*"], now + timedelta(days=30)), by=actor_for(admin), at=now).one()
        yield {"Authorization": f"Bearer {made.raw}"}
        transaction.set_rollback(True)
    configured.API_RATE_PER_SECOND = rate


@cache
def table_of(name):
    label = TABLES.get(name.removesuffix("_ids").removesuffix("_id"))
    return apps.get_model(label) if label else None


def rows(name):
    """Some rows of the table a name is about: id and version."""
    model = table_of(name)
    if model is None:
        return []
    version = ["version"] if any(field.name == "version" for field in model._meta.fields) else []
    return [(found[0], *found[1:]) for found in model.objects.order_by("-pk").values_list("pk", *version)[:60]]


def plain(items):
    """Whether a batch says nothing more about its rows than which they are."""
    return all(isinstance(item, dict) and item.keys() <= {"id", "version"} for item in items)


def filled(value, subject, draw, name=""):
    """The value with ids that exist; a batch is about all rows there are."""
    match value:
        case dict():
            return {key: filled(each, subject, draw, key) for key, each in value.items()}
        case list() if name == "items" and plain(value) and (found := rows(subject)):
            return [{"id": pk} for pk, *_version in found]
        case list():
            return [filled(each, subject, draw, name) for each in value]
        case str() if name in GIVEN:
            return GIVEN[name]
        case int() if not isinstance(value, bool) and (found := rows(subject if name in {"id", "ids"} else name)):
            return draw(st.sampled_from(found))[0]
    return value


def made_real(case, path, draw):
    """The case about rows that exist, in the version they have."""
    subject = next((part for part in reversed(path.split("/")) if part in TABLES), "")
    row = draw(st.sampled_from(rows(subject) or [None]))
    for name in case.path_parameters or {}:
        if name == "pk" and row:
            case.path_parameters[name] = row[0]
    case.query = {name: value for name, value in (case.query or {}).items() if name in {"limit", "fields"}} or None
    case.body = filled(case.body, subject, draw)
    if isinstance(case.body, dict) and "version" in case.body and row and len(row) > 1:
        case.body["version"] = row[1]


def attack(api, method, path, headers):
    """Real, valid and invalid requests for one endpoint."""
    operation = schema_of(api)[path][method.upper()]
    files = {"multipart/form-data", "text/csv"} & set(operation.get_request_payload_content_types())
    checks = CHECKS[:-1] if files else CHECKS  # invalid forms often come out valid
    strategies = {mode: operation.as_strategy(generation_mode=generated) for mode, generated in MODES.items()}

    @given(data=st.data())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def run(data):
        mode = data.draw(st.sampled_from([REAL, REAL, VALID, INVALID]))
        case = data.draw(strategies[mode])
        mark = transaction.savepoint()
        try:
            if mode == REAL:
                made_real(case, path, data.draw)
            response = case.call(headers=headers)
            case.validate_response(response, checks=checks, headers=headers)
        finally:
            connection.needs_rollback = False
            transaction.savepoint_rollback(mark)

    run()


@pytest.mark.parametrize(("method", "path"), endpoints(SAMPLE))
def test_the_kit_answers_only_what_it_documents(db, settings, method, path):
    if path.endswith("/broken"):
        pytest.skip("it is broken on purpose")
    settings.ROOT_URLCONF = sample.mounted()
    settings.API_RATE_PER_SECOND = 0
    attack(SAMPLE, method, path, {"Authorization": "Bearer anna-token"})


@pytest.mark.parametrize(("method", "path"), endpoints(mounted))
def test_an_endpoint_answers_only_what_it_documents(db, company, method, path):
    attack(mounted, method, path, company)


def readable(api):
    """Addresses that ask for nothing but a row of a known table, or for nothing at all."""
    for path, methods in document(api)["paths"].items():
        needed = {each["name"] for each in methods.get("get", {}).get("parameters", []) if each.get("required")}
        subject = path.split("/{pk}")[0].rsplit("/")[-1]
        if path.endswith(("/signature", "/configuration/pdf")):
            continue  # a file that only deliveries signed on the screen have; one of articles made to order alone
        if "get" in methods and (not needed or (needed == {"pk"} and subject in TABLES)):
            yield pytest.param(path, subject, id=path)


@pytest.mark.parametrize(("path", "subject"), list(readable(mounted)))
def test_what_is_there_is_served(db, client, company, path, subject):
    """Without it, the requests above could all be about rows that nobody has."""
    found = rows(subject)
    answer = client.get(path.replace("{pk}", str(found[0][0]) if found else ""), headers=company)
    assert answer.status_code == 200, answer.content[:300]


def test_the_committed_document_is_the_one_of_the_code():
    from subprocess import run

    root = Path(__file__).parents[2]
    checked = run(
        [sys.executable, "tools/openapi.py", "--check"], cwd=root, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
