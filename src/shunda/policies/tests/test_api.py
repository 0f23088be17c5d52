"""The API of settings."""

import json

import pytest

from shunda.accounts.tests.builders import user
from shunda.policies.declared import SETTINGS
from shunda.policies.queries import value

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(client):
    client.force_login(user("keeper", "*"))

    def call(method, path, body=None, status=200):
        answer = client.generic(method, f"/api/v1{path}", json.dumps(body) if body else "", "application/json")
        assert answer.status_code == status, answer.content
        return answer.json()

    return call


def change(*changes):
    return {"changes": [{"name": n, "value": v, "reason": "agreed"} | more for n, v, more in changes]}


def test_settings_are_read_changed_and_remembered(call):
    assert {one["name"] for one in call("GET", "/settings")} == set(SETTINGS)
    before = call("GET", "/settings/orders.special_deposit_share")
    assert (before["value"], before["default"], before["shown"], before["version"]) == ("0.3", "0.3", "30 %", 0)
    done = call(
        "POST",
        "/settings/change",
        change(
            ("orders.special_deposit_share", "25", {"version": 0}),
            ("planning.release_weekdays", ["2", "5"], {}),
            ("archive.keep_years", 2, {}),
        ),
    )
    assert [row["value"] for row in done["done"]] == ["0.25", ["2", "5"]]
    assert [(r["id"], r["code"]) for r in done["refused"]] == [(2, "policies.out-of-range")]
    assert value("planning.release_weekdays") == (2, 5)
    after = call("GET", "/settings/orders.special_deposit_share")
    assert (after["value"], after["changed_by"]) == ("0.25", "Keeper")
    [row] = call("GET", "/settings/orders.special_deposit_share/history")["items"]
    assert (row["reason"], row["id"]) == ("agreed", after["version"])
    stale = change(("orders.special_deposit_share", "20", {"version": 0}))
    assert call("POST", "/settings/change", stale, 409)["refusals"][0]["code"] == "policies.stale"


def test_an_unknown_setting_is_not_found(call):
    call("GET", "/settings/no.such", status=404)
    call("GET", "/settings/no.such/history", status=404)
    answer = call("POST", "/settings/change", change(("no.such", "1", {})), 409)
    assert answer["refusals"][0]["code"] == "policies.unknown"
    call("POST", "/settings/change", {"changes": []}, 422)
