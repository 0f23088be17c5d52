"""Reactions and schedules: clocks speak, what people want to be told by mail is sent."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from shunda.core.actor import system
from shunda.core.event import Happening, record
from shunda.policies.models import SettingChange
from shunda.work import recounting, ringing
from shunda.work.models import Notice
from shunda.work.notices import headline, mail_works

log = structlog.get_logger(__name__)


def ring(at: datetime) -> int:
    """Clocks say what is due by now (every minute), and whatever waits to be mailed is sent; how much was said.

    What a job of its own mails at once (comments, orders sent back) waits here only where that failed.
    """
    said = ringing.ring(at)
    if mail_works():
        _send_all(Notice.objects.filter(to_mail=True, mailed_at=None), at)
    return said


def _send_all(waiting: QuerySet[Notice], at: datetime) -> None:
    """One mail that cannot be sent holds up no other; it is tried again the next time."""
    for pk in waiting.order_by("pk").values_list("pk", flat=True):
        try:
            _send(pk, at)
        except OSError as error:  # also what the mail server refuses
            log.warning("a mail was not sent", notice=pk, exc_info=error)


def recount(ids: list[int], at: datetime) -> None:
    """After a change of the calendar, every open clock is counted by it; the change keeps how many moved."""
    changes = SettingChange.objects.filter(pk__in=ids, name__startswith="calendar.").order_by("-pk")
    newest = changes.values_list("pk", flat=True).first()
    if newest is None:
        return
    moved = recounting.recount()
    done = Happening("clock.recount", SettingChange._meta.label_lower, newest, None, {"moved": moved})
    with transaction.atomic():
        record([done], by=system("clock"), at=at)


def mail(ids: list[int], at: datetime) -> None:
    """Send what waits to be mailed about these orders, each to its person in his language.

    Each mail is a transaction of its own: what was sent stays sent when a later one fails and the job is tried again.
    """
    if not mail_works():
        return
    about = Notice.objects.filter(subject_kind="orders.order", subject_id__in=ids, to_mail=True, mailed_at=None)
    for pk in about.order_by("pk").values_list("pk", flat=True):
        _send(pk, at)


@transaction.atomic
def _send(pk: int, at: datetime) -> None:
    """Send one, unless somebody else is sending it or the person has no address any more."""
    waiting = Notice.objects.filter(pk=pk, mailed_at=None).select_related("user")
    notice = waiting.select_for_update(of=("self",), skip_locked=True).first()
    if notice is None:
        return
    if notice.user.email and notice.user.is_active:
        with translation.override(notice.user.language):
            message(notice).send()
    Notice.objects.filter(pk=pk).update(mailed_at=at)


def message(notice: Notice) -> EmailMessage:
    """The mail of a notice, in the language that is active."""
    parts = [headline(notice), notice.text]
    if settings.SHUNDA_ADDRESS:
        page = reverse(import_string(settings.SHUNDA_SUBJECTS)[notice.subject_kind], args=[notice.subject_id])
        parts.append(settings.SHUNDA_ADDRESS + page)
    parts.append(_("You decide under “My account”, “Notifications”, what you are told by mail."))
    return EmailMessage(parts[0], "\n\n".join(parts), to=[notice.user.email])
