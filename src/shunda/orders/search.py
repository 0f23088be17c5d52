"""Finding orders from the search box, in a few milliseconds among millions.

Every way goes by an index of its own and looks at a bounded number of rows, so that a text of one or two characters
costs no more than a whole number.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from shunda.core.actor import Actor
from shunda.core.search import by_beginning, by_phone, phone_digits
from shunda.customers.rules import sees_private
from shunda.orders import queries
from shunda.orders.models import Order

CUSTOMERS = 20
"""So many customers a text may mean; the newest orders of each are candidates."""

_CUSTOMERS = """
select o.id from (
  select id from (
    select id, name from customers_customer where search @@ bigram_query(%(text)s) and {customers} limit 200
  ) found order by length(name), id limit %(customers)s
) c cross join lateral (
  select id from orders_order o where o.customer_id = c.id and {scope} order by o.id desc limit %(limit)s
) o
"""
_SHOWN = (
    "number", "status", "version", "customer_name", "gross", "currency", "customer_reference", "external_number",
)  # fmt: skip
_FIND = """
select o.id from ({ways}) found join orders_order o on o.id = found.id where {scope}
group by o.id order by min(found.rank), o.id desc limit %(limit)s
"""


def find(text: str, actor: Actor, limit: int = 10) -> list[Order]:
    """The orders the actor most likely means: the exact number first, then what begins so, the newest first.

    By number (with or without its letters), the customer's or the channel's number, the customer (Chinese of two
    characters, pinyin initials, code) and, for who may see phones, the last digits of the receiver's. Two queries.
    """
    text = text.strip()[:60]
    if not text:
        return []
    scope, given = _scope(actor)
    ways, asked = _ways(text, actor, scope)
    union = " union all ".join(
        f"(select id, {rank} as rank from ({way}) w{i})"  # noqa: S608 - our own SQL, texts are parameters
        for i, (rank, way) in enumerate(ways)
    )
    with connection.cursor() as cursor:
        cursor.execute(_FIND.format(ways=union, scope=scope), {**given, **asked, "limit": limit})
        ids = [pk for (pk,) in cursor.fetchall()]
    known = {order.pk: order for order in queries.seen_by(actor).filter(pk__in=ids).only(*_SHOWN)} if ids else {}
    return [known[pk] for pk in ids if pk in known]


def _ways(text: str, actor: Actor, scope: str) -> tuple[list[tuple[int, str]], dict[str, Any]]:
    """(how good a find of this way is, its SQL), and the parameters."""
    number = text.upper()
    digits = phone_digits(text) if sees_private(actor) else ""
    ways = [
        (0, "select id from orders_order where number in (%(number)s, %(bare)s)"),
        (1, by_beginning("orders_order", "number", "number")),
        (2, by_beginning("orders_order", "customer_reference", "text")),
        (2, by_beginning("orders_order", "external_number", "text")),
        (3, _CUSTOMERS.format(scope=scope, customers=scope.replace("o.", ""))),
    ]
    if number[0].isdigit():
        ways.append((1, by_beginning("orders_order", "number", "bare")))
    if digits:
        ways.append((4, by_phone("orders_order", "receiver_phone")))
    asked: dict[str, Any] = {"number": number, "bare": f"SO{number}", "text": text, "digits": digits}
    return ways, asked | {"customers": CUSTOMERS}


def _scope(actor: Actor) -> tuple[str, dict[str, Any]]:
    """``queries.seen_by`` as SQL about the table ``o``, so that what is not seen takes no place among the found."""
    if actor.reach == "all":
        return "true", {}
    if actor.reach == "region":
        return "(o.owner_id = %(me)s or o.region_id = any(%(regions)s::bigint[]))", {
            "me": actor.own,
            "regions": sorted(actor.regions),
        }
    return "o.owner_id = %(me)s", {"me": actor.own}
