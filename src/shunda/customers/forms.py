"""Forms of customers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from babel import Locale
from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from shunda.core.actor import Actor
from shunda.core.refusal import Refusal
from shunda.customers import queries, rules
from shunda.customers.models import (
    Address,
    AttachmentKind,
    Contact,
    Customer,
    CustomerClass,
    Grade,
    PaymentTerm,
    TermKind,
)
from shunda.customers.specs import AddressSpec, ContactSpec
from shunda.web.forms import EditForm, Form


def choose(form: forms.Form, name: str, choices: Iterable[tuple[Any, str]], *, empty: str = "–") -> None:
    """Fill a choice with rows by id."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [("", empty), *choices]


@lru_cache
def _countries(language: str) -> list[tuple[str, str]]:
    names = Locale.parse("zh_Hans_CN" if language.startswith("zh") else "en").territories
    named = sorted((str(names.get(code, code)), code) for code in rules.COUNTRIES - {"CN"})
    return [("CN", str(names["CN"])), *((code, name) for name, code in named)]


def countries() -> list[tuple[str, str]]:
    """Countries in the language of the reader, China first."""
    return _countries(get_language() or "en")


class PrivateFields(EditForm):
    """Phones, mail addresses and accounts are not shown to those who do not see them: left empty, they stay."""

    private: tuple[tuple[str, Callable[[str], str]], ...] = ()

    def __init__(self, *args: Any, actor: Actor, initial: dict[str, Any], **kwargs: Any) -> None:
        hidden = {} if rules.sees_private(actor) else {name: initial[name] for name, _mask in self.private}
        super().__init__(*args, initial=initial | dict.fromkeys(hidden, ""), **kwargs)
        self.hidden = {name for name, value in hidden.items() if value}
        for name, mask in self.private:
            if name in self.hidden:
                self.fields[name].required = False
                self.fields[name].help_text = gettext("Now %(value)s. Leave this empty to keep it.") % {
                    "value": mask(hidden[name])
                }

    @property
    def values(self) -> dict[str, Any]:
        """What was typed; what is hidden and was left empty is not there."""
        return {name: v for name, v in super().values.items() if v or name not in self.hidden}


class _CustomerFields(Form):
    """What is known about a customer."""

    code = forms.CharField(label=_("Customer code"), max_length=30, required=False)
    name = forms.CharField(label=_("Name on the business licence"), max_length=120)
    short_name = forms.CharField(label=_("Short name"), max_length=60, required=False)
    country = forms.ChoiceField(label=_("Country"), initial="CN")
    credit_code = forms.CharField(
        label=_("Unified social credit code"), max_length=30, required=False, help_text=_("18 characters, in China.")
    )
    phone = forms.CharField(label=_("Phone"), max_length=30, required=False)
    registered_address = forms.CharField(label=_("Registered address"), max_length=200, required=False)
    bank = forms.CharField(label=_("Bank"), max_length=120, required=False)
    bank_account = forms.CharField(label=_("Bank account"), max_length=60, required=False)
    customer_class = forms.ChoiceField(label=_("Class"), choices=CustomerClass.choices, initial=CustomerClass.OTHER)
    grade = forms.ChoiceField(label=_("Grade"), choices=Grade.choices, initial=Grade.C)
    industry = forms.CharField(label=_("Industry"), max_length=60, required=False)
    region = forms.TypedChoiceField(label=_("Region"), coerce=int, required=False, empty_value=None)
    term = forms.TypedChoiceField(label=_("Payment term"), coerce=int)
    currency = forms.CharField(label=_("Currency"), min_length=3, max_length=3, initial="CNY")
    note = forms.CharField(
        label=_("Note"), max_length=rules.MOST_NOTE, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = countries()  # type: ignore[attr-defined]  # a ChoiceField
        choose(self, "region", queries.region_choices())
        choose(self, "term", queries.term_choices(keep=self.initial.get("term")))

    def clean_currency(self) -> str:
        """In capitals."""
        return str(self.cleaned_data["currency"]).upper()


ADDRESS = {
    "country": _("Country"),
    "province": _("Province"),
    "city": _("City"),
    "district": _("District"),
    "street": _("Street and number"),
    "postcode": _("Postcode"),
    "receiver": _("Receiver"),
    "phone": _("Receiver's phone"),
}


def _address_fields(prefix: str = "") -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {}
    for name, label in ADDRESS.items():
        most = getattr(Address._meta.get_field(name), "max_length", None)
        fields[prefix + name] = (
            forms.ChoiceField(label=label, initial="CN")
            if name == "country"
            else forms.CharField(label=label, max_length=most, required=False)
        )
    return fields


class CustomerForm(_CustomerFields):
    """A new customer, with its first address and contact where they are known."""

    owner = forms.TypedChoiceField(label=_("Sales representative"), coerce=int, required=False, empty_value=None)
    contact_name = forms.CharField(label=_("Contact"), max_length=80, required=False)
    contact_title = forms.CharField(label=_("Job title"), max_length=80, required=False)
    contact_phone = forms.CharField(label=_("Contact's phone"), max_length=30, required=False)
    contact_email = forms.CharField(label=_("Mail address"), max_length=254, required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= _address_fields("address_")
        self.fields["address_country"].choices = countries()  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["code"].help_text = _("Empty: the next number.")
        if actor.reach == "own":
            del self.fields["owner"]
        else:
            choose(self, "owner", queries.owner_choices())

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """Refusals about the first address and contact to their fields here."""
        for refusal in refusals:
            where = str(refusal.data.get("where", ""))
            where = where.replace("addresses.0.", "address_").replace("contacts.0.", "contact_")
            super().refuse([Refusal(refusal.id, refusal.code, {**refusal.data, "where": where})])

    def parts(self) -> dict[str, Any]:
        """What was typed, as the action's specification takes it."""
        values = dict(self.cleaned_data)
        address = {name: values.pop(f"address_{name}") for name in ADDRESS}
        contact = {name: values.pop(f"contact_{name}") for name in ("name", "title", "phone", "email")}
        given = any(value for name, value in address.items() if name != "country")
        return values | {
            "term_id": values.pop("term"),
            "region_id": values.pop("region"),
            "owner_id": values.pop("owner", None),
            "addresses": [AddressSpec(**address)] if given else [],
            "contacts": [ContactSpec(**contact)] if any(contact.values()) else [],
        }


class CustomerEditForm(PrivateFields, _CustomerFields):
    """A customer that exists."""

    private = (("phone", rules.masked_phone), ("bank_account", rules.masked_account))

    @staticmethod
    def initial_of(row: Customer) -> dict[str, Any]:
        """What the form starts with."""
        plain = [name for name in _CustomerFields.base_fields if name not in ("region", "term")]
        return {name: getattr(row, name) for name in plain} | {"region": row.region_id, "term": row.term_id}

    def changes(self) -> dict[str, Any]:
        """What was typed, as the action takes it."""
        values = dict(self.values)
        return values | {"region_id": values.pop("region"), "term_id": values.pop("term")}


class AddressForm(Form):
    """Where to deliver."""

    is_default = forms.BooleanField(label=_("default address"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = _address_fields() | self.fields
        self.fields["country"].choices = countries()  # type: ignore[attr-defined]  # a ChoiceField


class AddressEditForm(PrivateFields, AddressForm):
    """An address that exists; it can be closed."""

    active = forms.BooleanField(label=_("in use"), required=False)
    private = (("phone", rules.masked_phone),)

    @staticmethod
    def initial_of(row: Address) -> dict[str, Any]:
        """What the form starts with."""
        return {name: getattr(row, name) for name in (*ADDRESS, "is_default", "active")}


class ContactForm(Form):
    """A person at the customer."""

    name = forms.CharField(label=_("Contact"), max_length=80)
    title = forms.CharField(label=_("Job title"), max_length=80, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=30, required=False)
    email = forms.CharField(label=_("Mail address"), max_length=254, required=False)
    may_sign = forms.BooleanField(label=_("may sign for goods"), required=False, initial=True)
    is_default = forms.BooleanField(label=_("default contact"), required=False)


class ContactEditForm(PrivateFields, ContactForm):
    """A contact that exists; it can be closed."""

    active = forms.BooleanField(label=_("in use"), required=False)
    private = (("phone", rules.masked_phone), ("email", rules.masked_email))

    @staticmethod
    def initial_of(row: Contact) -> dict[str, Any]:
        """What the form starts with."""
        return {name: getattr(row, name) for name in (*ContactForm.base_fields, "active")}


class AttachForm(Form):
    """A paper for the customer's file."""

    file = forms.FileField(label=_("File"))
    kind = forms.ChoiceField(label=_("Kind of paper"), choices=AttachmentKind.choices, initial=AttachmentKind.LICENCE)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class ReasonForm(Form):
    """Why customers are frozen or unfrozen."""

    reason = forms.CharField(label=_("Reason"), max_length=rules.MOST_REASON)


class OwnerForm(Form):
    """Who looks after customers from now on."""

    owner = forms.TypedChoiceField(label=_("Sales representative"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "owner", queries.owner_choices())


class TermForm(Form):
    """A payment term."""

    code = forms.CharField(label=_("Code"), max_length=20)
    name = forms.CharField(label=_("Name of the term"), max_length=60)
    name_en = forms.CharField(label=_("Name in English"), max_length=60, required=False)
    kind = forms.ChoiceField(label=_("When it is paid"), choices=TermKind.choices)
    days = forms.IntegerField(
        label=_("Credit days"), min_value=0, max_value=rules.MOST_DAYS, initial=0,
        help_text=_("After the invoice; 0 unless on credit."),
    )  # fmt: skip


class TermEditForm(EditForm, TermForm):
    """A payment term that exists; it can be closed."""

    active = forms.BooleanField(label=_("in use"), required=False)

    @staticmethod
    def initial_of(row: PaymentTerm) -> dict[str, Any]:
        """What the form starts with."""
        return {name: getattr(row, name) for name in (*TermForm.base_fields, "active")}
