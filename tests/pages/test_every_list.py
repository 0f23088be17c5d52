"""Every list people live in, as it grows: drawn in both languages, sorted and paged by key, filed, always as cheap."""

import csv
import io
import re
import sys
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shunda.accounts.queries import actor_for
from shunda.accounts.tests.builders import actor, region, user
from shunda.core.actor import system
from shunda.lists import actions, queries
from shunda.lists.specs import ExportSpec
from shunda.web import tables
from shunda.web.listing import Keyset

sys.path.insert(0, str(Path(__file__).parents[1]))
import world

tables.table("")  # now the addresses are known, and with them the lists
LISTS = sorted(tables.TABLES)
HEAD = re.compile(r"<th[ >]")
UNINDEXED = {"credit:index", "assessments:sheet"}
"""Accounts of customers on credit: few rows, and each order changes one, which an index would make dear. Sheets of
months: a row a person and month, written once."""


@pytest.fixture(scope="module")
def company(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        admin = user("admin", "*", regions=[region()])
        world.documents(admin)
        yield admin
        transaction.set_rollback(True)


@pytest.fixture
def web(company, db):
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(company, backend="django.contrib.auth.backends.ModelBackend")
    return client


def everything(web, table, by):
    """The list with every column it can have."""
    names = [column.name for column in table.columns]
    actions.set_layout(table.name, by=by, at=timezone.now(), columns=names)
    return web.get(table.url)


def test_the_lists_people_live_in_are_among_them():
    lived_in = {"orders:index", "customers:index", "catalog:index", "fulfilment:index", "billing:invoices"}
    assert lived_in | {"billing:payments", "orders:archived"} <= set(LISTS)


@pytest.mark.parametrize("name", LISTS)
def test_every_column_is_drawn_in_both_languages(web, company, name):
    table = tables.table(name)
    by = actor_for(company)
    page = everything(web, table, by)
    heads = len(HEAD.findall(page.content.decode()))
    wanted = len(table.columns) + bool(page.context.get("tickable"))
    assert heads == (wanted if page.context["page"].rows else 0)
    company.language = "zh-hans"
    company.save(update_fields=["language"])
    chinese = web.get(table.url, headers={"Accept-Language": "zh-hans"})
    assert (chinese.status_code, len(HEAD.findall(chinese.content.decode()))) == (200, heads)


@pytest.mark.parametrize("name", LISTS)
def test_every_order_pages_by_key_without_losing_or_repeating_a_row(web, company, name, monkeypatch):
    monkeypatch.setitem(Keyset.__init__.__kwdefaults__, "per_page", 3)
    table = tables.table(name)
    whole = set(table.rows(actor_for(company)).values_list("pk", flat=True))
    for sort in table.order:
        seen, url = [], f"{table.url}?sort={sort}"
        while url:
            page = web.get(url).context["page"]
            seen += [row.pk for row in page]
            url = f"{table.url}{page.next_url}" if page.next_url else ""
        assert (len(seen), set(seen)) == (len(whole), whole), sort


@pytest.mark.parametrize("name", LISTS)
def test_a_list_takes_as_many_queries_for_two_rows_as_for_many(web, company, name, monkeypatch):
    table = tables.table(name)

    def asked(rows):
        monkeypatch.setitem(Keyset.__init__.__kwdefaults__, "per_page", rows)
        with CaptureQueriesContext(connection) as seen:
            web.get(table.url)
        return len(seen)

    web.get(table.url)
    assert asked(2) == asked(50)  # as declared: what is not shown is not read, so nothing may ask for it later
    everything(web, table, actor_for(company))
    assert asked(2) == asked(50)


@pytest.mark.parametrize("name", LISTS)
def test_a_file_of_a_list_has_every_column_and_row(company, db, name):
    table, by = tables.table(name), actor_for(company)
    spec = ExportSpec(name, "", "csv", "en", [column.name for column in table.columns])
    export = actions.export(spec, by=by, at=timezone.now()).one()
    text = b"".join(queries.content(export)).decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text))
    assert (head, len(rows)) == ([str(column.label) for column in table.columns], table.rows(by).count())
    assert "<" not in text
    assert actions.export(ExportSpec(name, "", "xlsx", "zh-hans"), by=by, at=timezone.now()).one().is_ready


@pytest.mark.parametrize("name", LISTS)
def test_whoever_sees_nothing_gets_an_empty_list_and_who_may_not_look_none(company, db, name):
    table = tables.table(name)
    stranger = actor(table.permission, reach="own")
    if name != "catalog:index":  # goods are everybody's to see
        assert not table.rows(stranger).exists()
    client = Client()
    client.force_login(user("nobody"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(table.url).status_code == 403


@pytest.mark.parametrize("name", LISTS)
def test_whatever_can_be_sorted_by_has_an_index(name):
    table = tables.table(name)
    model = table.rows(system()).model
    indexed = {tuple(field.lstrip("-") for field in index.fields) for index in model._meta.indexes}
    for order in table.order.values() if name not in UNINDEXED else ():
        columns = tuple(column.lstrip("-") for column in order)
        assert columns == ("id",) or columns in indexed, order
