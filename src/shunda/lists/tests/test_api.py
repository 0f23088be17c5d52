"""The API of lists, views and exports calls the actions and shows their answers."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.customers.tests.builders import customer
from shunda.lists.models import Export
from shunda.orders.tests.builders import order

pytestmark = pytest.mark.django_db
PAGE = "orders:index"
MAY = ("orders.view_order", "lists.create_export")


def caller(*permissions, name="li"):
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user(name, *permissions), backend="django.contrib.auth.backends.ModelBackend")

    def call(method, path, body=None):
        kwargs = {} if body is None else {"data": body, "content_type": "application/json"}
        answer = getattr(client, method)(f"/api/v1/{path}", **kwargs)
        return answer.status_code, answer if path.endswith("/file") and answer.status_code == 200 else answer.json()

    return call


@pytest.fixture
def call():
    return caller(*MAY)


def code(answer):
    return answer[0], answer[1]["refusals"][0]["code"]


def test_lists_tell_their_columns_filters_and_orders_and_are_shown_as_chosen(call):
    def orders_list():
        return next(row for row in call("get", "lists")[1] if row["page"] == PAGE)

    orders = orders_list()
    assert (orders["page"], orders["sorts"][:2]) == (PAGE, ["newest", "oldest"])
    assert {"name": "customer", "label": "Customer number"} in orders["filters"]
    status, changed = call("post", "lists/layout", {"page": PAGE, "columns": ["gross"], "dense": True})
    assert (status, changed["shown"], changed["dense"]) == (200, ["number", "gross"], True)
    assert orders_list() == changed
    assert code(call("post", "lists/layout", {"page": PAGE, "columns": ["x"]})) == (409, "lists.unknown-column")
    assert code(call("post", "lists/layout", {"page": "customers:index"})) == (409, "lists.no-list")


def test_a_view_is_kept_found_changed_and_deleted(call):
    status, made = call("post", "views", {"page": PAGE, "name": "To ship", "query": "stage=to_ship", "default": True})
    assert (status, made["own"], made["pinned"], made["default"], made["version"]) == (201, True, True, True, 1)
    assert code(call("post", "views", {"page": PAGE, "name": "To ship"})) == (409, "lists.name-taken")
    assert code(call("post", "views", {"page": PAGE, "name": "x", "shared": True})) == (409, "lists.may-not-share")
    path = f"views/{made['id']}"
    status, changed = call("patch", path, {"version": 1, "name": "Ship now", "pinned": False})
    assert (status, changed["name"], changed["pinned"], changed["version"]) == (200, "Ship now", False, 2)
    assert code(call("patch", path, {"version": 1, "name": "x"})) == (409, "stale")
    assert [row["name"] for row in call("get", f"views?page={PAGE}")[1]["items"]] == ["Ship now"]
    assert code(call("post", "views/delete", {"items": [{"id": made["id"], "version": 1}]})) == (409, "stale")
    assert call("post", "views/delete", {"items": [{"id": made["id"]}]})[1]["done"] == [changed]
    assert call("get", path)[0] == 404


def test_a_shared_view_is_everybodys_to_use_and_its_owners_to_change(call):
    boss = caller(*MAY, "lists.share_view", name="boss")
    _status, shared = boss("post", "views", {"page": PAGE, "name": "All", "shared": True})
    _status, private = boss("post", "views", {"page": PAGE, "name": "Mine"})
    assert [(row["name"], row["own"], row["owner"]) for row in call("get", "views")[1]["items"]] == [
        ("All", False, "Boss")
    ]
    assert call("get", f"views/{private['id']}")[0] == 404
    assert call("patch", f"views/{shared['id']}", {"version": 1, "default": True})[1]["default"]
    assert code(call("patch", f"views/{shared['id']}", {"version": 1, "name": "x"})) == (409, "lists.not-yours")
    assert code(call("post", "views/delete", {"items": [{"id": shared["id"]}]})) == (409, "lists.not-yours")


def test_many_views_take_no_more_queries_than_one(call):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            call("get", "views")
        return len(seen)

    call("post", "views", {"page": PAGE, "name": "1"})
    one = queries()
    for n in range(2, 6):
        call("post", "views", {"page": PAGE, "name": str(n)})
    assert queries() == one


@pytest.mark.req("R222")
def test_a_list_is_written_into_a_file_that_nobody_else_fetches(call):
    row = order(customer("C1"), [(sku("A-1"), 1, "10")])
    status, made = call("post", "exports", {"page": PAGE, "format": "csv", "columns": ["gross"]})
    assert (status, made["ready"], made["rows"], made["failed"]) == (201, True, 1, None)
    status, file = call("get", f"exports/{made['id']}/file")
    assert (status, file["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert b"".join(file.streaming_content).decode("utf-8-sig").split() == ["Number,Total", f"{row.number},10.00"]
    assert call("get", "exports")[1]["items"] == [made]
    other = caller(*MAY, name="other")
    assert other("get", f"exports/{made['id']}")[0] == 404
    assert other("get", f"exports/{made['id']}/file")[0] == 404
    assert caller("orders.view_order", name="none")("post", "exports", {"page": PAGE})[0] == 403


def test_a_file_that_is_not_there_says_why(call):
    made = call("post", "exports", {"page": PAGE, "format": "csv"})[1]
    rows, path = Export.objects.filter(pk=made["id"]), f"exports/{made['id']}"
    rows.update(finished_at=None, rows=7)
    assert code(call("get", f"{path}/file")) == (409, "lists.still-writing")
    rows.update(finished_at=timezone.now(), error={"code": "lists.stopped", "data": {}})
    assert code(call("get", f"{path}/file")) == (409, "lists.stopped")
    assert call("get", path)[1]["failed"]["code"] == "lists.stopped"
    rows.update(error=None, forgotten_at=timezone.now())
    assert code(call("get", f"{path}/file")) == (409, "lists.forgotten")
