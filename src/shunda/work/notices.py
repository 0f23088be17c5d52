"""What people are told about, and how: on the home page, by e-mail, both or not at all. Each decides for himself."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shunda.work.models import Notice, NoticeChoice

MENTION, SENT_BACK, CANCELLED = "mention", "sent_back", "cancelled"
ASSESSMENT = "assessment"
TROUBLE, DELIVERED = "trouble", "delivered"
DUE_SOON, OVERDUE, ESCALATED = "due_soon", "overdue", "escalated"


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One thing people are told about; ``headline`` is what it says above the text, and the subject of a mail."""

    name: str
    label: str | Promise
    headline: str | Promise
    icon: str


@dataclass(frozen=True, slots=True)
class Choice:
    """How somebody is told about one kind of thing."""

    kind: NoticeKind
    home: bool = True
    mail: bool = False


NOTICES: dict[str, NoticeKind] = {
    kind.name: kind
    for kind in (
        NoticeKind(MENTION, _("A colleague names me in a comment"), _("%(who)s mentioned you in %(label)s"), "at"),
        NoticeKind(
            SENT_BACK, _("A review sends one of my orders back"), _("%(who)s sent %(label)s back"), "arrow-back-up"
        ),
        NoticeKind(CANCELLED, _("Somebody else cancels one of my orders"), _("%(who)s cancelled %(label)s"), "ban"),
        NoticeKind(
            ASSESSMENT,
            _("There is something new in a case about me"),
            _("Something new in %(label)s, about you"),
            "clipboard-check",
        ),
        NoticeKind(
            TROUBLE,
            _("A carrier reports trouble with one of my orders"),
            _("%(label)s: the carrier reports trouble"),
            "alert-triangle",
        ),
        NoticeKind(
            DELIVERED,
            _("A carrier reports that one of my orders is delivered"),
            _("%(label)s: the carrier reports that it is delivered"),
            "truck-delivery",
        ),
        NoticeKind(DUE_SOON, _("A step of mine will soon be due"), _("%(label)s: a step will soon be due"), "clock"),
        NoticeKind(OVERDUE, _("A step of mine is late"), _("%(label)s: a step is late"), "clock-exclamation"),
        NoticeKind(
            ESCALATED, _("A late step of others is escalated to me"), _("%(label)s: a late step needs you"), "flag"
        ),
    )
}


def mail_works() -> bool:
    """Whether the administrator named a mail server (``SHUNDA_MAIL``)."""
    return bool(settings.SHUNDA_MAIL)


def choices_of(user_id: int) -> list[Choice]:
    """How a person is told about each kind; what he did not decide is told on the home page."""
    kept = {row.kind: row for row in NoticeChoice.objects.filter(user=user_id)}
    return [
        Choice(kind, kept[kind.name].home, kept[kind.name].mail) if kind.name in kept else Choice(kind)
        for kind in NOTICES.values()
    ]


def ticked(names: Collection[str], user_id: int) -> dict[str, tuple[bool, bool]]:
    """The ways a form asks for (``home.mention``, ``mail.mention``); its boxes for mail are closed without a server."""
    works = mail_works()
    return {
        choice.kind.name: (
            f"home.{choice.kind.name}" in names,
            f"mail.{choice.kind.name}" in names if works else choice.mail,
        )
        for choice in choices_of(user_id)
    }


def told(rows: Iterable[Notice]) -> list[Notice]:
    """Notices with the sentence above their text, in the reader's language."""
    found = list(rows)
    for notice in found:
        notice.headline = headline(notice)
    return found


def headline(notice: Notice) -> str:
    """What happened, in one sentence: "Li Na mentioned you in SO2024…"."""
    return str(NOTICES[notice.kind].headline) % {"who": notice.said_by, "label": notice.label}


def ways(asked: Collection[tuple[int, str]]) -> dict[tuple[int, str], tuple[bool, bool]]:
    """(home, mail) for each person and kind, in one query; without a mail server everything is told at home."""
    rows: Iterable[NoticeChoice] = NoticeChoice.objects.filter(
        user__in={user for user, _kind in asked}, kind__in={kind for _user, kind in asked}
    )
    found = dict.fromkeys(asked, (True, False))
    mail = mail_works()
    for row in rows:
        if (row.user_id, row.kind) in found:
            by_mail = row.mail and mail
            found[row.user_id, row.kind] = (row.home or (row.mail and not mail), by_mail)
    return found
