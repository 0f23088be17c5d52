"""Every endpoint of the mounted API under generated requests: no 5xx, no answer that is not documented.

It grows by itself with the routers of ``wiring/api.py``. ``SHUNDA_API_EXAMPLES`` sets how hard it tries.
"""

import os
import sys
from pathlib import Path

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis import checks as general
from schemathesis.specs.openapi import checks as documented

sys.path.insert(0, str(Path(__file__).parent))
import sample

EXAMPLES = int(os.environ.get("SHUNDA_API_EXAMPLES", "12"))
CHECKS = [
    general.not_a_server_error,
    documented.status_code_conformance,
    documented.content_type_conformance,
    documented.response_headers_conformance,
    documented.response_schema_conformance,
    documented.negative_data_rejection,
]
SAMPLE = sample.mounted().api
HEADERS = {"Authorization": "Bearer anna-token"}


@pytest.fixture(autouse=True)
def _one_connection():
    """A request would close the connection the test's transaction lives on."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def document(api):
    return api.get_openapi_schema(path_prefix="/api/v1/")


def endpoints(api):
    return [
        pytest.param(method, path, id=f"{method.upper()} {path}")
        for path, methods in document(api)["paths"].items()
        for method in methods
    ]


def attack(api, method, path):
    """Valid and invalid requests for one endpoint; whatever they do is rolled back, so each meets the same data."""
    schema = schemathesis.openapi.from_dict(document(api))
    schema.app = WSGIHandler()
    operation = schema[path][method.upper()]
    modes = [operation.as_strategy(generation_mode=mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)]

    @given(case=st.one_of(*modes))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def run(case):
        mark = transaction.savepoint()
        try:
            response = case.call(headers=HEADERS)
            case.validate_response(response, checks=CHECKS, headers=HEADERS)
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
    attack(SAMPLE, method, path)
