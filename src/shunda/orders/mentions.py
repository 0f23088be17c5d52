"""Who is named in a comment: "@nancy" or "@李明" by user name or name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.db.models.functions import Lower

from shunda.accounts import queries as accounts
from shunda.accounts.models import User
from shunda.core.actor import Actor
from shunda.orders.models import Order

MOST = 20
_MENTION = re.compile(r"(?<![\w.])@([\w.\-]{1,40})")


def named(text: str) -> list[User]:
    """The active people a text names; "@李明请看" names 李明, the longest name that fits. One query, none without @."""
    words = list(dict.fromkeys(word.casefold() for word in _MENTION.findall(text)))[:MOST]
    if not words:
        return []
    beginnings = {word[:n] for word in words for n in range(1, len(word) + 1)}
    folded = User.objects.alias(folded_username=Lower("username"), folded_name=Lower("name"))
    asked = Q(folded_username__in=beginnings) | Q(folded_name__in=beginnings)
    people: dict[str, User] = {}
    for user in folded.filter(asked, is_active=True).order_by("pk"):
        people.setdefault(user.username.casefold(), user)
        people.setdefault(user.name.casefold(), user)
    found = (_longest(word, people) for word in words)
    return list({user.pk: user for user in found if user}.values())


def _longest(word: str, people: dict[str, User]) -> User | None:
    fitting = (word[:n] for n in range(len(word), 0, -1))
    return next((people[part] for part in fitting if part in people and _ends(word, part)), None)


def _ends(word: str, part: str) -> bool:
    """Whether a name ends here: Chinese runs on without a blank, "nancyx" is not nancy."""
    rest = word[len(part) :]
    return not rest or not part[-1].isascii() or not (rest[0].isascii() and rest[0].isalnum())


def blind(orders: Iterable[Order], people: Sequence[User]) -> dict[int, list[User]]:
    """By order, who of these people may not see it. One query."""
    actors = accounts.actors_for([user.pk for user in people]) if people else {}
    return {
        order.pk: [user for user in people if user.pk not in actors or not _sees(actors[user.pk], order)]
        for order in orders
    }


def _sees(actor: Actor, order: Order) -> bool:
    return actor.may("orders.view_order") and actor.sees(order.owner_id, order.region_id)


def suggestions(text: str, limit: int = 8) -> list[User]:
    """People whose user name or name begins so, or has it inside, for completing a mention."""
    text = text.strip().lstrip("@")
    people = User.objects.filter(is_active=True)
    if text:
        people = people.filter(Q(username__istartswith=text) | Q(name__icontains=text))
    return list(people.order_by("username")[:limit])
