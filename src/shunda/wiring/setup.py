"""What every start makes sure of: cache table, roles, the first units and payment terms. Cheap when all is there."""

from __future__ import annotations

from django.core.management import call_command
from django.db import transaction

from shunda.accounts import permissions
from shunda.accounts.steps import install_roles
from shunda.catalog.models import Unit
from shunda.customers.models import PaymentTerm, TermKind
from shunda.inventory.models import Warehouse
from shunda.wiring.roles import expanded

UNITS = (
    ("pc", "件", "piece", 0),
    ("box", "箱", "box", 0),
    ("dozen", "打", "dozen", 0),
    ("set", "套", "set", 0),
    ("kg", "千克", "kilogram", 3),
    ("m", "米", "metre", 2),
    ("l", "升", "litre", 3),
)
TERMS = (
    ("prepaid", "款到发货", "Prepaid", TermKind.PREPAID, 0),
    ("cod", "货到付款", "Cash on delivery", TermKind.ON_DELIVERY, 0),
    ("credit30", "账期30天", "Credit, 30 days", TermKind.CREDIT, 30),
    ("credit60", "账期60天", "Credit, 60 days", TermKind.CREDIT, 60),
)


def prepare() -> None:
    """Bring a migrated database to where people can work; running it again changes nothing."""
    call_command("createcachetable", verbosity=0)
    with transaction.atomic():
        install_roles(expanded(permissions.known()))
        Unit.objects.bulk_create(
            [Unit(code=code, name=name, name_en=name_en, decimals=places) for code, name, name_en, places in UNITS],
            ignore_conflicts=True,
        )
        PaymentTerm.objects.bulk_create(
            [
                PaymentTerm(code=code, name=name, name_en=name_en, kind=kind, days=days)
                for code, name, name_en, kind, days in TERMS
            ],
            ignore_conflicts=True,
        )
        if not Warehouse.objects.exists():
            Warehouse.objects.create(code="MAIN", name="主仓库")
