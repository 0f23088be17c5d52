from contextlib import nullcontext

import pytest
from click.testing import CliRunner, Result
from django.utils import translation

from shunda.accounts.models import User
from shunda.cli import user as command
from shunda.core.models import Event
from shunda.wiring import setup

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-enough-secret-7"


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "application", nullcontext)
    setup.prepare()


def shunda(*arguments: str, password: str = PASSWORD) -> Result:
    with translation.override("en"):
        return CliRunner().invoke(command.command, arguments, env={"SHUNDA_USER_PASSWORD": password})


def test_a_user_is_made_listed_and_given_other_roles_and_a_new_password():
    assert shunda("create", "wang", "--name", "王芳", "--role", "administrator").output == "wang can sign in now.\n"
    made = User.objects.get(username="wang")
    assert made.check_password(PASSWORD)
    assert made.must_change_password
    assert shunda("create", "li", "--name", "李雷", "--role", "finance", "--keep").exit_code == 0
    assert not User.objects.get(username="li").must_change_password

    assert "li         李雷  Finance specialist" in shunda("list").output
    assert "sales_rep" in shunda("roles").output
    assert "sales_rep" in shunda("roles", "li", "sales_rep", "finance").output
    assert {role.code for role in User.objects.get(username="li").roles.all()} == {"finance", "sales_rep"}

    assert shunda("password", "li", password="another-secret-8").exit_code == 0
    assert User.objects.get(username="li").check_password("another-secret-8")
    assert Event.objects.filter(kind="user.set_password", source="cli").count() == 1


@pytest.mark.parametrize(
    ("arguments", "password", "words"),
    [
        (("create", "wang", "--name", "W", "--role", "nosuch"), PASSWORD, "Unknown: nosuch. There are: administrator"),
        (("create", "wang", "--name", "W", "--role", "finance"), "123", "too short"),
        (("password", "nobody"), PASSWORD, "There is no user nobody."),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(arguments: tuple[str, ...], password: str, words: str):
    refused = shunda(*arguments, password=password)
    assert refused.exit_code == 1
    assert words in refused.output
    assert not User.objects.exists()


def test_the_last_administrator_keeps_the_role():
    shunda("create", "wang", "--name", "王芳", "--role", "administrator")
    assert shunda("roles", "wang", "finance").exit_code == 1
    assert [role.code for role in User.objects.get(username="wang").roles.all()] == ["administrator"]
