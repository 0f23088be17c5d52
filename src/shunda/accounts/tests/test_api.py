"""The API of people calls the actions and shows their answers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from shunda.accounts.models import ApiToken, Role, User
from shunda.accounts.queries import actor_for
from shunda.accounts.tests import builders
from shunda.accounts.tests.builders import PASSWORD
from shunda.core.models import Answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return builders.user("admin", "*")


@pytest.fixture
def call(client, admin):
    client.force_login(admin)

    def send(method, path, body=None, **headers):
        kwargs = {} if body is None else {"data": body, "content_type": "application/json"}
        answer = getattr(client, method)(f"/api/v1/{path}", headers=headers, **kwargs)
        return answer.status_code, answer.json()

    return send


def test_a_person_is_given_access_changed_and_ended(call):
    role = Role.objects.create(code="clerk", name="Clerk", permissions=["orders.view_order"])
    status, made = call("post", "users", {"username": "li", "name": "Li", "role_ids": [role.pk], "password": PASSWORD})
    assert (status, made["role_ids"], made["must_change_password"]) == (201, [role.pk], True)
    status, changed = call("patch", f"users/{made['id']}", {"version": 1, "title": "Clerk", "region_ids": []})
    assert (status, changed["title"], changed["version"]) == (200, "Clerk", 2)
    assert call("patch", f"users/{made['id']}", {"version": 1, "title": "x"})[0] == 409
    status, ended = call("post", "users/deactivate", {"items": [{"id": made["id"], "version": 2}]})
    assert (status, ended["done"][0]["is_active"]) == (200, False)
    assert call("post", "users/reactivate", {"items": [{"id": made["id"]}]})[1]["done"][0]["is_active"]
    assert call("post", f"users/{made['id']}/password", {"password": "12345"})[0] == 409
    assert call("post", f"users/{made['id']}/password", {"password": "a fine new secret"})[0] == 200
    assert [u["username"] for u in call("get", f"users?role_id={role.pk}")[1]["items"]] == ["li"]
    assert call("get", f"users/{made['id']}")[1]["username"] == "li"


def test_roles_and_regions_are_made_and_changed(call):
    body = {"code": "desk", "name": "前台", "reach": "own", "permissions": ["accounts.view_user"]}
    status, role = call("post", "roles", body)
    assert (status, role["permissions"]) == (201, ["accounts.view_user"])
    assert call("post", "roles", body)[1]["refusals"][0]["code"] == "accounts.code-taken"
    assert call("patch", f"roles/{role['id']}", {"version": 1, "reach": "all"})[1]["reach"] == "all"
    assert call("get", f"roles/{role['id']}")[1]["version"] == 2
    assert "desk" in [r["code"] for r in call("get", "roles")[1]["items"]]
    assert "orders.confirm_order" in [p["name"] for p in call("get", "roles/permissions")[1]]
    status, region = call("post", "regions", {"code": "east", "name": "华东"})
    assert (status, region["active"]) == (201, True)
    assert call("patch", f"regions/{region['id']}", {"version": 1, "active": False})[1]["active"] is False
    assert call("get", f"regions/{region['id']}")[1]["code"] == "east"
    assert len(call("get", "regions")[1]["items"]) == 1


def test_a_token_comes_once_works_and_is_revoked(call, client, admin):
    body = {"name": "ERP", "scopes": ["*"], "expires_at": (timezone.now() + timedelta(days=30)).isoformat()}
    status, made = call("post", "tokens", body, **{"Idempotency-Key": "k1"})
    assert status == 201
    assert made["token"] not in str(Answer.objects.get().result)
    assert call("post", "tokens", body, **{"Idempotency-Key": "k1"})[1]["token"] is None
    assert ApiToken.objects.count() == 1
    client.logout()
    status, me = call("get", "me", Authorization=f"Bearer {made['token']}")
    assert (status, me["id"], me["permissions"]) == (200, admin.pk, ["*"])
    assert ApiToken.objects.get().last_used_at is not None
    listed = call("get", "tokens", Authorization=f"Bearer {made['token']}")[1]["items"]
    assert [token["prefix"] for token in listed] == [made["prefix"]]
    revoke = {"items": [{"id": made["id"]}]}
    assert call("post", "tokens/revoke", revoke, Authorization=f"Bearer {made['token']}")[1]["done"][0]["revoked_at"]
    assert call("get", "me", Authorization=f"Bearer {made['token']}")[0] == 401


def test_whoever_lacks_the_permission_is_refused(client):
    client.force_login(builders.user("li"))
    assert client.get("/api/v1/users").status_code == 403
    assert (
        client.post("/api/v1/regions", {"code": "a", "name": "A"}, content_type="application/json").status_code == 403
    )


def test_a_list_of_people_costs_the_same_for_one_and_many(call, django_assert_num_queries):
    call("get", "users")
    for _more in range(2):
        with django_assert_num_queries(6):  # session, user, actor, people, their roles, their regions
            call("get", "users")
        for n in range(5):
            builders.user(f"p{n}{_more}", regions=[builders.region(f"r{n}{_more}")])
    assert actor_for(User.objects.get(username="admin")).may("anything")
