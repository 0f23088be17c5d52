"""From staged lines to orders and returns, a chunk of whole invoices in each transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils.timezone import localdate

from shunda.channels import checks
from shunda.channels.mapping import Mapping
from shunda.channels.models import ImportedReturn, ImportedReturnLine, ImportRun, Kind, Result, StagedLine
from shunda.core.actor import Actor
from shunda.core.event import Happening, record
from shunda.core.money import rounded
from shunda.core.refusal import Refusal
from shunda.orders import actions as orders
from shunda.orders.specs import LineSpec, OrderSpec, Placed, Placing

CHUNK_LINES = 2_000
ZERO = Decimal(0)

Told = Callable[[int], None]
"""Is told how many lines are booked so far."""


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice of the file: where it begins, how long it is, when it was made."""

    reference: str
    lines: int
    at: datetime | None
    cancels: bool


class Line(NamedTuple):
    """What of a staged line goes into an order or return; none of its numbers is missing once it was checked."""

    row: int
    reference: str
    sku: str
    name: str
    quantity: str
    price: str
    kind: str
    pieces: Decimal
    unit_price: Decimal
    discount_rate: Decimal | None
    ordered_at: datetime | None
    amount: Decimal
    found_sku: int | None
    found_unit: int | None
    found_customer: int
    extra: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """What every order of a run has in common."""

    run_id: int
    mapping: Mapping
    warehouse_id: int | None
    term_id: int | None


_INVOICES = """
select reference, count(*), min(ordered_at),
       %(prefix)s <> '' and starts_with(upper(reference), upper(%(prefix)s))
from channels_stagedline where run_id = %(run)s and result = ''
group by reference
order by case when %(historical)s then date_trunc('day', min(ordered_at), %(zone)s) end, 4, min(row)
"""


def book(setting: Setting, *, by: Actor, at: datetime, told: Told) -> None:
    """Book every open invoice of a run; a second call goes on where a first one was interrupted."""
    count = 0
    for invoices in chunks(waiting(setting), historical=setting.mapping.historical):
        with transaction.atomic():
            when = invoices[0].at if setting.mapping.historical and invoices[0].at else at
            members = lines_of(setting.run_id, [invoice.reference for invoice in invoices])
            if invoices[0].cancels:
                _book_returns(setting, members, by=by, at=at)
            else:
                _book_orders(setting, members, by=by, at=when)
            count += sum(invoice.lines for invoice in invoices)
            ImportRun.objects.filter(pk=setting.run_id).update(done=F("done") + sum(i.lines for i in invoices))
        told(count)


def waiting(setting: Setting) -> list[Invoice]:
    """The invoices to book; historical ones by day, sales before cancellations."""
    options: dict[str, Any] = {
        "run": setting.run_id,
        "prefix": setting.mapping.cancellation_prefix,
        "historical": setting.mapping.historical,
        "zone": settings.TIME_ZONE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_INVOICES, options)
        return [Invoice(*row) for row in cursor.fetchall()]


def chunks(invoices: Sequence[Invoice], *, historical: bool) -> Iterator[list[Invoice]]:
    """Invoices that are booked together: of one kind, historical ones of one day, at most so many lines."""

    def key(invoice: Invoice) -> tuple[bool, Any]:
        return invoice.cancels, localdate(invoice.at) if historical and invoice.at else None

    for _same, group in groupby(invoices, key):
        chunk: list[Invoice] = []
        size = 0
        for invoice in group:
            if chunk and size + invoice.lines > CHUNK_LINES:
                yield chunk
                chunk, size = [], 0
            chunk.append(invoice)
            size += invoice.lines
        if chunk:
            yield chunk


def lines_of(run_id: int, references: Sequence[str]) -> dict[str, list[Line]]:
    """The lines of these invoices in the order of the file."""
    found: dict[str, list[Line]] = {reference: [] for reference in references}
    rows = StagedLine.objects.filter(run_id=run_id, reference__in=references, result=Result.OPEN).order_by("row")
    for values in rows.values_list(*Line._fields):
        line = Line(*values)
        found[line.reference].append(line)
    return found


def _book_orders(setting: Setting, invoices: dict[str, list[Line]], *, by: Actor, at: datetime) -> None:
    references = list(invoices)
    specs = [order_spec(setting, reference, invoices[reference]) for reference in references]
    if setting.mapping.place and not setting.mapping.historical:
        made, refused = _placed(references, specs, by=by, at=at)
    else:
        outcome = orders.create(specs, by=by, at=at)
        made, refused = {o.external_number: o.pk for o in outcome.done}, outcome.refused
    _point("order_id", Result.ORDER, setting.run_id, made)
    _report(setting.run_id, references, invoices, refused)


def _placed(
    references: Sequence[str], specs: Sequence[OrderSpec], *, by: Actor, at: datetime
) -> tuple[dict[str, int], list[Refusal]]:
    """The same orders placed: by the short way where they are plain. Which are there, and why the others are not."""
    made: dict[str, int] = {}
    refused: list[Refusal] = []
    told = orders.place([Placing(spec, by) for spec in specs], at=at)
    for index, (reference, answer) in enumerate(zip(references, told, strict=True)):
        if isinstance(answer, Placed):
            made[reference] = answer.id
        else:
            refused += [replace(refusal, id=index) for refusal in answer.refusals]
    return made, refused


def order_spec(setting: Setting, reference: str, lines: Sequence[Line]) -> OrderSpec:
    """The order an invoice asks for: goods as lines, charges as freight, discounts as the order's discount."""
    mapping, first = setting.mapping, lines[0]
    charges = [line for line in lines if line.kind == Kind.FREIGHT]
    discounts = [line for line in lines if line.kind == Kind.DISCOUNT]
    rate = Decimal(mapping.tax_rate) if mapping.tax_rate else None
    extra = first.extra
    notes = [extra.get("note", ""), *(f"{c.sku} {c.name} {c.quantity} × {c.price}" for c in charges)]
    return OrderSpec(
        customer_id=first.found_customer,
        lines=[
            LineSpec(
                quantity=line.pieces,
                sku_id=line.found_sku,
                unit_id=line.found_unit,
                unit_price=line.unit_price,
                discount_rate=line.discount_rate or ZERO,
                tax_rate=rate,
            )
            for line in lines
            if line.kind == Kind.GOODS
        ],
        channel=mapping.channel,
        shop=mapping.shop,
        external_number=reference,
        warehouse_id=setting.warehouse_id,
        term_id=setting.term_id,
        currency=mapping.currency,
        prices_include_tax=mapping.prices_include_tax,
        freight=sum((rounded(c.amount, mapping.currency) for c in charges), ZERO),
        discount=sum((rounded(abs(d.amount), mapping.currency) for d in discounts), ZERO),
        wanted_date=date.fromisoformat(extra["wanted_on"]) if extra.get("wanted_on") else None,
        note="\n".join(note for note in notes if note),
        **{column: extra[name] for name, column in SHIP_TO.items() if name in extra},
    )


SHIP_TO = {
    "receiver": "receiver",
    "phone": "receiver_phone",
    "province": "ship_province",
    "city": "ship_city",
    "district": "ship_district",
    "street": "ship_street",
    "postcode": "ship_postcode",
}
"""What a file says about delivery -> the order's column."""


def _book_returns(setting: Setting, invoices: dict[str, list[Line]], *, by: Actor, at: datetime) -> None:
    mapping = setting.mapping
    made = [
        ImportedReturn(
            run_id=setting.run_id,
            channel=mapping.channel,
            shop=mapping.shop,
            number=reference,
            customer_id=lines[0].found_customer,
            currency=mapping.currency,
            returned_on=localdate(lines[0].ordered_at or at),
            amount=-sum((rounded(line.amount, mapping.currency) for line in lines), ZERO),
        )
        for reference, lines in invoices.items()
    ]
    ImportedReturn.objects.bulk_create(made)
    ImportedReturnLine.objects.bulk_create(
        ImportedReturnLine(
            returned=one,
            row=line.row,
            kind=line.kind,
            code=line.sku[:60],
            name=line.name,
            sku_id=line.found_sku,
            quantity=-line.pieces,
            unit_price=line.unit_price,
            amount=-rounded(line.amount, mapping.currency),
        )
        for one in made
        for line in invoices[one.number]
    )
    record(
        (Happening("return.import", "channels.importedreturn", one.pk, None, {"number": one.number}) for one in made),
        by=by,
        at=at,
    )
    _point("returned_id", Result.RETURN, setting.run_id, {one.number: one.pk for one in made})


_POINT = """
update channels_stagedline l set result = %s, {column} = n.id
from unnest(%s::text[], %s::bigint[]) n(reference, id)
where l.run_id = %s and l.result = '' and l.reference = n.reference
"""


def _point(column: str, result: str, run_id: int, made: dict[str, int]) -> None:
    if made:
        with connection.cursor() as cursor:
            cursor.execute(_POINT.format(column=column), [result, list(made), list(made.values()), run_id])


def _report(
    run_id: int, references: Sequence[str], invoices: dict[str, list[Line]], refused: Sequence[Refusal]
) -> None:
    """What the orders refused becomes a finding at its row; the invoice is reported."""
    found: list[tuple[int, str, str, dict[str, object]]] = []
    for refusal in refused:
        lines = invoices[references[refusal.id or 0]]
        goods = [line for line in lines if line.kind == Kind.GOODS]
        number = refusal.data.get("line")
        row = goods[number - 1].row if isinstance(number, int) and 0 < number <= len(goods) else lines[0].row
        found.append((row, "", refusal.code, dict(refusal.data)))
    checks.add(run_id, found)
    if found:
        checks.report(run_id)


def amounts(run_id: int) -> dict[str, tuple[int, Decimal]]:
    """Lines and exact amount (quantity x price less discount) by result."""
    totals: defaultdict[str, tuple[int, Decimal]] = defaultdict(lambda: (0, ZERO))
    with connection.cursor() as cursor:
        cursor.execute(
            "select result, count(*), coalesce(sum(amount), 0) from channels_stagedline where run_id = %s group by 1",
            [run_id],
        )
        for result, count, amount in cursor.fetchall():
            totals[result] = (count, amount)
    return totals
