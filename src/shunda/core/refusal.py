"""Refusals are data: the same one is a line on a page, a row in a report and a problem+json body."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, Reason] = {}
"""Every reason this installation can give, by code; the API documents them from here."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is refused: a stable code and a sentence that says what, where and how to mend it.

    The sentence is translated when it is read, not when it is made, so a stored refusal speaks every language.
    """

    code: str
    text: str | Promise

    def __post_init__(self) -> None:
        known = REASONS.setdefault(self.code, self)
        if known is not self and known.text != self.text:  # comparing would translate, which is too early at start
            raise ValueError(f"two reasons share the code {self.code}")

    def __call__(self, id: int | None = None, **data: Any) -> Refusal:
        """Refuse row ``id`` for this reason; ``data`` fills the sentence and goes out with the refusal."""
        return Refusal(id, self.code, data)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row that was not done, and why. ``where`` in the data names a field or line where that helps."""

    id: int | None
    code: str
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The sentence in the language of the reader."""
        reason = REASONS.get(self.code)
        return str(reason.text) % spoken(self.data) if reason else self.code

    def as_dict(self) -> dict[str, Any]:
        """What the API and stored reports carry."""
        return {"id": self.id, "code": self.code, "message": self.message, "data": dict(self.data)}


def spoken(data: Mapping[str, Any]) -> dict[str, Any]:
    """What fills a sentence: for readers of English ``term_en``, where there is one, stands in for ``term``."""
    if not (get_language() or "").startswith("en"):
        return dict(data)
    english = {name.removesuffix("_en"): value for name, value in data.items() if name.endswith("_en") and value}
    return {**data, **english}


def per_field(code: str, text: Any, model: type[Model], names: Iterable[str]) -> dict[str, Reason]:
    """A reason for each of these fields, by name: the field's label takes the place of ``{field}`` in the sentence."""
    labels = {name: getattr(model._meta.get_field(name), "verbose_name", name) for name in names}
    return {n: Reason(f"{code}-{n.replace('_', '-')}", format_lazy(text, field=label)) for n, label in labels.items()}


class Refused(Exception):
    """A single call that was refused; carries every reason."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__("; ".join(f"{r.code} {dict(r.data)}" for r in refusals))
        self.refusals = refusals


class NotPermitted(Exception):
    """The actor lacks a permission; says which."""

    def __init__(self, permission: str) -> None:
        super().__init__(permission)
        self.permission = permission


NOT_FOUND = Reason("not-found", _("There is no such record, or it is outside your area."))
WRONG_STATUS = Reason("wrong-status", _("“%(move)s” is not possible while the status is “%(status)s”."))
STALE = Reason(
    "stale", _("Somebody else changed this in the meantime (you have version %(yours)s, it is %(now)s now).")
)
