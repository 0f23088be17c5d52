"""What the writes about people share: one at a time, and no password that is easily guessed."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection

from shunda.accounts import reasons
from shunda.accounts.models import User
from shunda.core.refusal import Refusal


def one_at_a_time() -> None:
    """Wait for other changes of people and roles until this transaction ends.

    They are rare, and rules such as "one administrator stays" look at many rows at once.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('accounts'))")


def why_not_password(id: int | None, password: str, user: User) -> Iterator[Refusal]:
    """A password too short, too common or too like the person's name."""
    try:
        validate_password(password, user)
    except ValidationError as found:
        yield reasons.WEAK_PASSWORD(id, why=" ".join(found.messages), where="password")
