"""Reads of customers: who sees which, and finding one by name, pinyin, code or phone."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from shunda.core.actor import Actor
from shunda.core.search import Matching
from shunda.customers.models import Customer


def seen_by(actor: Actor) -> QuerySet[Customer]:
    """The customers an actor may see: all, those of his regions and his own, or only his own."""
    rows = Customer.objects.all()
    if actor.reach == "all":
        return rows
    own = Q(owner_id=actor.id)
    return rows.filter(own | Q(region_id__in=actor.regions)) if actor.reach == "region" else rows.filter(own)


def find(text: str, actor: Actor, limit: int = 20) -> list[Customer]:
    """Customers by licence name, short name, pinyin, code or phone, as far as the actor sees them."""
    return list(seen_by(actor).filter(search=Matching(text)).order_by("name")[:limit])
