"""What a second person decides on: temporary raises of limits, proposed grades and limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shunda.core.actor import Actor
from shunda.core.batch import Outcome
from shunda.core.machine import Machine
from shunda.core.models import Event
from shunda.credit import actions, proposing, queries, rules, scoring
from shunda.credit.forms import ProposalForm, RaiseForm, RejectForm
from shunda.credit.pages.accounts import used
from shunda.credit.pages.shown import shown, shown_kept
from shunda.credit.states import PROPOSAL, RAISE, ProposalStatus, RaiseStatus
from shunda.customers import queries as customers
from shunda.customers.models import Customer
from shunda.web import timeline
from shunda.web.columns import Column
from shunda.web.listing import Filter
from shunda.web.moves import buttons
from shunda.web.pages import act, actor, now, page, submit, versions
from shunda.web.tables import Table

VIEW = "credit.view_exposure"
ASK, PROPOSE = "credit.create_raise", "credit.create_proposal"


@dataclass(frozen=True)
class Desk:
    """One kind of what is decided: its rows, its machine, its actions, its words."""

    name: str
    machine: Machine
    rows: Callable[[Actor], QuerySet[Any]]
    approve: Callable[..., Outcome[Any]]
    reject: Callable[..., Outcome[Any]]
    withdraw: Callable[..., Outcome[Any]]
    own: str | Promise
    asker: str

    def url(self, row: Any) -> str:
        """The page of one."""
        return reverse(f"credit:{self.name}", args=[row.pk])

    def is_own(self, row: Any, by: Actor) -> bool:
        """Whether who looks is who asked, or stands in for that one."""
        return rules.same_person(queries.askers([row])[row.pk], getattr(row, self.asker), by)

    def buttons(self, row: Any, by: Actor) -> list[Any]:
        """The moves that are open; who asked sees why somebody else decides."""
        urls = {move.name: reverse(f"credit:{move.name}_{self.name}", args=[row.pk]) for move in self.machine}
        closed = {"approve": self.own, "reject": self.own} if self.is_own(row, by) else None
        return buttons(self.machine, row, by, urls, asks={"reject"}, why_not=closed, confirm=CONFIRM)


CONFIRM = {"end": _("New orders will see the lower limit at once. End the raise?")}
DESKS = {
    "raise": Desk(
        "raise", RAISE, queries.raises, actions.approve_raises, actions.reject_raises, actions.withdraw_raises,
        _("You asked for this raise yourself: somebody else decides."), "asked_by",
    ),
    "proposal": Desk(
        "proposal", PROPOSAL, queries.proposals, actions.approve_proposals, actions.reject_proposals,
        actions.withdraw_proposals, _("You made this proposal yourself: somebody else decides."), "proposed_by",
    ),
}  # fmt: skip
APPROVE, REJECT, WITHDRAW = (
    [desk.machine[move].permission for desk in DESKS.values()] for move in ("approve", "reject", "withdraw")
)


def _row(request: HttpRequest, what: str, pk: int) -> Any:
    return get_object_or_404(DESKS[what].rows(actor(request)), pk=pk)


def _context(request: HttpRequest, what: str, row: Any) -> dict[str, Any]:
    """What the page of one shows beside it: the account as it stands, what happened, the buttons."""
    events = Event.objects.filter(subject_kind=row._meta.label_lower, subject_id=row.pk).order_by("-id")[:50]
    account = queries.exposure([row.customer_id], now())[row.customer_id]
    return {
        "row": row,
        "account": account,
        "used": used(account),
        "entries": timeline.lines(events, fields={"grade": _("Grade"), "limit": _("Credit limit")}),
        "buttons": DESKS[what].buttons(row, actor(request)),
    }


@page(APPROVE, methods=["POST"])
def approve(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Say yes."""
    desk = DESKS[what]
    return act(
        request,
        lambda: desk.approve([pk], by=actor(request), at=now(), versions=versions(request, pk)),
        done=_("Approved."),
        to=desk.url,
    )


@page(REJECT)
def reject(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Say no, and why."""
    desk, row = DESKS[what], _row(request, what, pk)
    form = RejectForm(request.POST or None, initial={"version": row.version})
    return submit(
        request,
        form,
        lambda: desk.reject(
            [pk], form.cleaned_data["remark"], by=actor(request), at=now(), versions={pk: form.cleaned_data["version"]}
        ),
        template="credit/reject.html",
        done=_("Rejected."),
        to=desk.url,
        context={"row": row, "cancel_url": desk.url(row), "save_label": desk.machine["reject"].label},
    )


@page(WITHDRAW, methods=["POST"])
def withdraw(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Take it back."""
    desk = DESKS[what]
    return act(
        request,
        lambda: desk.withdraw([pk], by=actor(request), at=now(), versions=versions(request, pk)),
        done=_("Withdrawn."),
        to=desk.url,
    )


# --- temporary raises -----------------------------------------------------------------------------------------------


class DeskFilter(Filter):
    """Filters of what is decided."""

    q = forms.CharField(label=_("Search"), required=False, widget=forms.TextInput(attrs={"placeholder": _("Customer")}))

    def filter_q(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """By what the customer is found by."""
        return rows.filter(customer__in=customers.matching(text, Customer.objects.all()))


class RaiseFilter(DeskFilter):
    """Filters of the raises."""

    status = forms.ChoiceField(
        label=_("Status"), choices=[("", _("All statuses")), *RaiseStatus.choices], required=False
    )


def _customer_url(row: Any) -> str:
    return reverse("credit:detail", args=[row.customer_id])


RAISES = Table(
    "credit:raises",
    _("Temporary raises"),
    VIEW,
    (
        Column("amount", _("Raise"), kind="money", url=DESKS["raise"].url, fixed=True),
        Column("customer", _("Customer"), "customer.name", url=_customer_url),
        Column("status", _("Status"), lambda row: RaiseStatus(row.status), kind="badge"),
        Column("since", _("From"), kind="moment"),
        Column("until", _("Until"), kind="moment"),
        Column("reason", _("Why")),
        Column("asked_by", _("Asked by")),
        Column("asked_at", _("Asked"), kind="moment", sort=("newest", "oldest")),
        Column("decided_by", _("Decided by")),
        Column("remark", _("Remark"), shown=False),
    ),
    queries.raises,
    RaiseFilter,
    {"newest": ["-id"], "oldest": ["id"]},
)


@page(VIEW)
def raises(request: HttpRequest) -> HttpResponse:
    """Temporary raises, the newest first."""
    return RAISES.page(request, "credit/raises.html")


@page(VIEW)
def raise_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One raise: how much, for whom, from when to when, why, and who decides."""
    return render(request, "credit/raise.html", _context(request, "raise", _row(request, "raise", pk)))


@page(RAISE["end"].permission, methods=["POST"])
def end_raise(request: HttpRequest, pk: int) -> HttpResponse:
    """End a raise before its day."""
    return act(
        request,
        lambda: actions.end_raises([pk], by=actor(request), at=now(), versions=versions(request, pk)),
        done=_("Ended."),
        to=DESKS["raise"].url,
    )


@page(ASK)
def ask_raise(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask that a customer may owe more for some days."""
    customer = get_object_or_404(customers.seen_by(actor(request)), pk=pk)
    form = RaiseForm(request.POST or None)
    return submit(
        request,
        form,
        lambda: actions.ask_raises([form.spec(pk)], by=actor(request), at=now()),
        template="credit/ask_raise.html",
        done=_("The raise is asked for."),
        to=DESKS["raise"].url,
        context={
            "customer": customer,
            "account": queries.exposure([pk], now())[pk],
            "alone": queries.alone(),
            "cancel_url": reverse("credit:detail", args=[pk]),
        },
    )


# --- proposals ------------------------------------------------------------------------------------------------------


class ProposalFilter(DeskFilter):
    """Filters of the proposals."""

    status = forms.ChoiceField(
        label=_("Status"), choices=[("", _("All statuses")), *ProposalStatus.choices], required=False
    )


def _grades(row: Any) -> str:
    return row.grade if row.grade == row.grade_was else f"{row.grade_was} → {row.grade}"


PROPOSALS = Table(
    "credit:proposals",
    _("Proposed grades and limits"),
    VIEW,
    (
        Column("customer", _("Customer"), "customer.name", url=DESKS["proposal"].url, fixed=True),
        Column("status", _("Status"), lambda row: ProposalStatus(row.status), kind="badge"),
        Column("score", _("Score"), kind="number"),
        Column("grade", _("Grade"), _grades),
        Column("limit_was", _("Limit then"), kind="money"),
        Column("limit", _("Proposed limit"), kind="money"),
        Column("proposed_by", _("Proposed by")),
        Column("proposed_at", _("Proposed"), kind="moment", sort=("newest", "oldest")),
        Column("reason", _("Why"), shown=False),
        Column("decided_by", _("Decided by")),
        Column("remark", _("Remark"), shown=False),
    ),
    queries.proposals,
    ProposalFilter,
    {"newest": ["-id"], "oldest": ["id"]},
)


@page(VIEW)
def proposals(request: HttpRequest) -> HttpResponse:
    """Proposals, the newest first."""
    return PROPOSALS.page(request, "credit/proposals.html")


@page(VIEW)
def proposal_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal: from what to what, why, and the score with what it rested on."""
    row = _row(request, "proposal", pk)
    context = _context(request, "proposal", row)
    why = row.decided and reverse(
        "policies:why", args=[row.decided["table"], row.decided["version"], "-".join(map(str, row.decided["rows"]))]
    )
    return render(request, "credit/proposal.html", {**context, "score": shown_kept(row.inputs), "why_url": why})


@page(PROPOSE)
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose another grade and limit; the form begins with what the model would propose."""
    customer = get_object_or_404(customers.seen_by(actor(request)), pk=pk)
    moment = now()
    model = proposing.proposed([pk], moment).get(pk)
    account = model.standing if model else queries.exposure([pk], moment)[pk]
    score = model.score if model else scoring.weigh({pk: account}, scoring.decided(), moment)[pk]
    first = {"grade": model.grade if model else customer.grade, "limit": model.limit if model else account.limit}
    form = ProposalForm(request.POST or None, initial=first)
    return submit(
        request,
        form,
        lambda: actions.propose([form.spec(pk)], by=actor(request), at=now()),
        template="credit/propose.html",
        done=_("Proposed. Somebody else decides."),
        to=DESKS["proposal"].url,
        context={
            "customer": customer,
            "account": account,
            "model": model,
            "score": shown(score),
            "cancel_url": reverse("credit:detail", args=[pk]),
        },
    )
