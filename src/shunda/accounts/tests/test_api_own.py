"""The own account in the API: how to reach one, language and theme; nothing that would take the account over."""

import pytest

from shunda.accounts.tests.builders import user

pytestmark = pytest.mark.django_db
URL = "/api/v1/me"


@pytest.fixture
def call(client):
    client.force_login(user("li"))

    def send(method, path, body=None):
        kwargs = {} if body is None else {"data": body, "content_type": "application/json"}
        answer = getattr(client, method)(f"{URL}/{path}", **kwargs)
        return answer.status_code, answer.json()

    return send


def test_the_own_account_is_read_and_changed_from_the_version_it_had(call):
    assert call("get", "account")[1]["username"] == "li"
    status, changed = call("patch", "account", {"version": 1, "email": "li@example.com"})
    assert (status, changed["email"], changed["version"]) == (200, "li@example.com", 2)
    assert call("patch", "account", {"version": 2, "phone": "13912345678"})[1]["email"] == "li@example.com"
    assert call("patch", "account", {"version": 1, "phone": ""})[0] == 409
    status, refused = call("patch", "account", {"version": 3, "email": "nonsense"})
    assert (status, refused["refusals"][0]["data"]["where"]) == (409, "email")
    assert call("patch", "account", {"version": 3, "name": "Boss"})[0] == 422


def test_language_and_theme_are_chosen(call):
    status, now = call("post", "preferences", {"language": "en", "theme": "dark"})
    assert (status, now["language"], now["theme"]) == (200, "en", "dark")
    assert call("post", "preferences", {"theme": "pink"})[0] == 422
    assert call("post", "preferences", {"language": "tlh"})[1]["refusals"][0]["code"] == "accounts.unknown-language"
