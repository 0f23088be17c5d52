"""The customer file: the list, one customer, new ones, changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shunda.core.actor import Actor
from shunda.core.models import Event
from shunda.customers import actions, queries, rules
from shunda.customers.forms import CustomerEditForm, CustomerForm, choose, countries
from shunda.customers.models import Address, Contact, Customer, CustomerClass, Grade
from shunda.customers.pages.columns import COLUMNS
from shunda.customers.specs import CustomerSpec
from shunda.web import timeline
from shunda.web.listing import Filter, suggestions
from shunda.web.pages import actor, now, page, submit
from shunda.web.tables import Table

SUGGESTED = 20
FROZEN = {"yes": True, "no": False}


class CustomerFilter(Filter):
    """Filters of the list."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("Name, pinyin, code, contact")}),
    )
    customer_class = forms.ChoiceField(
        label=_("Class"), choices=[("", _("All classes")), *CustomerClass.choices], required=False
    )
    grade = forms.ChoiceField(label=_("Grade"), choices=[("", _("All grades")), *Grade.choices], required=False)
    region = forms.TypedChoiceField(label=_("Region"), coerce=int, required=False, empty_value=None)
    owner = forms.TypedChoiceField(label=_("Sales representative"), coerce=int, required=False, empty_value=None)
    frozen = forms.ChoiceField(
        label=_("Standing"),
        choices=[("", _("Frozen or not")), ("yes", _("frozen")), ("no", _("not frozen"))],
        required=False,
    )

    bar: ClassVar[Sequence[str]] = ("q", "customer_class", "region")

    def full_clean(self) -> None:
        """With the regions and people there are now."""
        choose(self, "region", queries.region_choices(), empty=str(_("All regions")))
        choose(self, "owner", queries.owner_choices(), empty=str(_("All representatives")))
        super().full_clean()

    def filter_q(self, rows: QuerySet[Customer], text: str) -> QuerySet[Customer]:
        """By what they are found by."""
        return queries.matching(text, rows)

    def filter_frozen(self, rows: QuerySet[Customer], value: str) -> QuerySet[Customer]:
        """Frozen or not."""
        return rows.filter(frozen=FROZEN[value])


ORDER = {"newest": ["-id"], "oldest": ["id"], "code": ["code", "id"], "code_down": ["-code", "-id"]}
"""What can be sorted by: each has its index."""

CUSTOMERS = Table(
    "customers:index", _("Customers"), "customers.view_customer", COLUMNS, queries.listed, CustomerFilter, ORDER
)


@page("customers.view_customer", methods=["GET"])
def index(request: HttpRequest) -> HttpResponse:
    """The customers the person sees, with what can be done to several at once."""
    by = may(actor(request))
    return CUSTOMERS.page(request, "customers/list.html", {"tickable": by["freeze"] or by["assign"]})


@page(("customers.view_customer", "orders.create_order"), methods=["GET"])
def suggest(request: HttpRequest) -> HttpResponse:
    """Customers while somebody types."""
    found = queries.find(request.GET.get("q", "")[:100], actor(request), SUGGESTED)
    frozen = str(_("frozen"))
    return suggestions((row.code, row.name, frozen if row.frozen else str(row.term)) for row in found)


@page("customers.view_customer", methods=["GET"])
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One customer (R071): licence, standing, addresses, contacts, papers; trade history comes as panels."""
    by = actor(request)
    customer = get_object_or_404(queries.listed(by), pk=pk)
    addresses, contacts = queries.addresses_of(pk, active=False), queries.contacts_of(pk, active=False)
    private = rules.sees_private(by)
    context = {
        "customer": customer,
        "country": dict(countries()).get(customer.country, customer.country),
        "phone": shown(customer.phone, rules.masked_phone, private=private),
        "account": shown(customer.bank_account, rules.masked_account, private=private),
        "addresses": [(one, shown(one.phone, rules.masked_phone, private=private)) for one in addresses],
        "contacts": [
            (
                one,
                shown(one.phone, rules.masked_phone, private=private),
                shown(one.email, rules.masked_email, private=private),
            )
            for one in contacts
        ],
        "papers": queries.attachments_of(pk),
        "entries": timeline.lines(
            [readable(event) for event in queries.history(pk)], fields=labels(), subject=("customers.customer", pk)
        ),
        "may": may(by),
    }
    return render(request, "customers/detail.html", context)


def shown(text: str, mask: Any, *, private: bool) -> str:
    """Personal data as this person sees it (R076)."""
    return text if private or not text else mask(text)


def may(by: Actor) -> dict[str, bool]:
    """What the buttons of the page are drawn by."""
    return {name: by.may(f"customers.{name}_customer") for name in ("edit", "freeze", "assign")}


def labels() -> dict[str, Any]:
    """Fields as people read them, for timelines."""
    found: dict[str, Any] = {field.name: field.verbose_name for field in Customer._meta.fields}
    for noun, model in (("address", Address), ("contact", Contact)):
        found |= {f"{noun}.{field.name}": f"{NOUNS[noun]}: {field.verbose_name}" for field in model._meta.fields}
    return found | NOUNS


NOUNS: dict[str, Any] = {"address": _("address"), "contact": _("contact")}
CHOICES: dict[str, dict[str, Any]] = {
    "customer_class": dict(CustomerClass.choices),
    "grade": dict(Grade.choices),
}


def readable(event: Event) -> Event:
    """The same event with choices, addresses and contacts as people read them; for showing only."""
    changes = dict(event.data.get("changes") or {})
    for name in changes.keys() & CHOICES.keys():
        changes[name] = [str(CHOICES[name].get(value, value)) for value in changes[name]]
    for noun in NOUNS:
        for said in (event.data.get(noun) or {}).values():
            if "added" in said:
                changes[noun] = ["", said["added"]]
            else:
                changes |= {f"{noun}.{name}": pair for name, pair in said.items()}
    for name, pair in changes.items():
        changes[name] = [_word(value) for value in pair]
    event.data = {**event.data, "changes": changes}
    if "files" in event.data:
        event.data["text"] = ", ".join(event.data["files"])
    return event


def _word(value: Any) -> Any:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return value


@page("customers.create_customer")
def create(request: HttpRequest) -> HttpResponse:
    """A new customer file."""
    by = actor(request)
    form = CustomerForm(request.POST or None, actor=by)
    return submit(
        request,
        form,
        lambda: actions.create_customers([CustomerSpec(**form.parts())], by=by, at=now()),
        template="customers/customer_form.html",
        done=_("The customer file is open."),
        to=lambda row: reverse("customers:detail", args=[row.pk]),
        context={"title": _("New customer"), "cancel_url": reverse("customers:index")},
    )


@page("customers.edit_customer")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is known about a customer."""
    by = actor(request)
    row = get_object_or_404(queries.seen_by(by), pk=pk)
    here = reverse("customers:detail", args=[pk])
    initial = CustomerEditForm.initial_of(row)
    form = CustomerEditForm(request.POST or None, version=row.version, initial=initial, actor=by)
    return submit(
        request,
        form,
        lambda: actions.edit_customers({pk: form.changes()}, by=by, at=now(), versions={pk: form.started_from}),
        template="customers/customer_form.html",
        done=_("Saved."),
        to=here,
        context={"title": _("Change customer"), "cancel_url": here, "customer": row},
    )
