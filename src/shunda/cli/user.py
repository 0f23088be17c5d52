"""`shunda user`: people who sign in, for whoever has the machine but not the password."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from shunda.cli.session import application
from shunda.cli.terminal import refuse, say, table
from shunda.runtime.language import gettext as _

if TYPE_CHECKING:
    from shunda.accounts.models import User
    from shunda.core.actor import Actor
    from shunda.core.refusal import Refusal


@click.group("user", help=_("Make and change users.\n\nTheir roles say what they may do."))
def command() -> None:
    """People who sign in."""


password_option = click.option(
    "--password",
    prompt=_("Password"),
    confirmation_prompt=True,
    hide_input=True,
    envvar="SHUNDA_USER_PASSWORD",
    help=_("Asked for when not given; in scripts use the variable SHUNDA_USER_PASSWORD."),
)
keep_option = click.option(
    "--keep/--must-change", default=False, help=_("Whether the password may stay, or must be changed at sign-in.")
)


@command.command("list", help=_("List all users with their roles."))
def list_users() -> None:
    """Everybody, active or not."""
    with application():
        from shunda.accounts import queries

        rows = [
            (user.username, user.name, ", ".join(role.title for role in user.roles.all()), _state(user))
            for user in queries.users().order_by("username")
        ]
    table((_("User name"), _("Name"), _("Roles"), ""), rows)


@command.command("create", help=_("Make a user with at least one role (see `shunda user roles`)."))
@click.argument("username")
@click.option("--name", required=True, help=_("The person's name."))
@click.option("--role", "roles", multiple=True, required=True, help=_("Code of a role; may be given several times."))
@click.option("--region", "regions", multiple=True, help=_("Code of a region; may be given several times."))
@click.option("--email", default="", help=_("Email address."))
@click.option("--phone", default="", help=_("Phone number."))
@click.option("--language", type=click.Choice(["zh-hans", "en"]), default="zh-hans", show_default=True)
@password_option
@keep_option
def create(
    username: str,
    roles: tuple[str, ...],
    regions: tuple[str, ...],
    *,
    keep: bool,
    **particulars: str,
) -> None:
    """Make one user; refuses what the page for users refuses too."""
    with application():
        from django.utils import timezone

        from shunda.accounts import actions
        from shunda.accounts.models import Region
        from shunda.accounts.specs import UserSpec

        spec = UserSpec(
            username=username,
            role_ids=_role_ids(roles),
            region_ids=_ids(Region.objects.values_list("code", "pk"), regions),
            must_change_password=not keep,
            **particulars,
        )
        outcome = actions.create_users([spec], by=_operator(), at=timezone.now())
        _refuse_if_any(outcome.refused)
    say(_("%s can sign in now.") % username)


@command.command("password", help=_("Give a user a new password; open sessions end."))
@click.argument("username")
@password_option
@keep_option
def set_password(username: str, password: str, *, keep: bool) -> None:
    """Set a password; refuses weak ones."""
    with application():
        from django.utils import timezone

        from shunda.accounts import actions

        outcome = actions.set_password(
            _user(username).pk, password, by=_operator(), at=timezone.now(), must_change=not keep
        )
        _refuse_if_any(outcome.refused)
    say(_("%s has a new password.") % username)


@command.command("roles", help=_("List the roles, or those of a user; with ROLE, give the user exactly these."))
@click.argument("username", required=False)
@click.argument("roles", metavar="[ROLE]...", nargs=-1)
def set_roles(username: str | None, roles: tuple[str, ...]) -> None:
    """Show or set roles; refuses to leave nobody who administers."""
    with application():
        from django.utils import timezone

        from shunda.accounts import actions, queries

        if username and roles:
            chosen = _role_ids(roles)
            outcome = actions.set_roles([_user(username).pk], chosen, by=_operator(), at=timezone.now())
            _refuse_if_any(outcome.refused)
        shown = _user(username).roles.order_by("code") if username else queries.roles().order_by("code")
        table((_("Code"), _("Name")), [(role.code, role.title) for role in shown])


def _operator() -> Actor:
    """Whoever sits at the machine may do everything; the timeline says that it was done from there."""
    from shunda.core.actor import system

    return system("shunda user", "cli")


def _user(username: str) -> User:
    from shunda.accounts.models import User

    try:
        return User.objects.get(username=username)
    except User.DoesNotExist:
        raise refuse(_("There is no user %s.") % username) from None


def _role_ids(codes: Iterable[str]) -> list[int]:
    from shunda.accounts.models import Role

    return _ids(Role.objects.values_list("code", "pk"), codes)


def _ids(known: Iterable[tuple[str, int]], codes: Iterable[str]) -> list[int]:
    """The ids behind some codes; refuses unknown ones, naming those there are."""
    ids = dict(known)
    unknown = [code for code in codes if code not in ids]
    if unknown:
        values = {"unknown": ", ".join(unknown), "known": ", ".join(sorted(ids)) or "-"}
        raise refuse(_("Unknown: %(unknown)s. There are: %(known)s.") % values)
    return [ids[code] for code in codes]


def _refuse_if_any(refused: Iterable[Refusal]) -> None:
    if lines := [refusal.message for refusal in refused]:
        raise refuse("\n".join(lines))


def _state(user: User) -> str:
    return "" if user.is_active else _("inactive")
