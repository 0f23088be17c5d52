"""Mappings of one's own: how the files of one partner are read, made, changed and removed by who takes orders in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Table
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from shunda.catalog.models import Unit
from shunda.channels import reasons
from shunda.channels.mapping import BUILT_IN, CREATE, KEEP, REPORT, REQUIRED, TARGETS, Mapping, plain
from shunda.channels.models import ImportMapping, Kind
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, happening, why_stale
from shunda.core.event import record
from shunda.core.refusal import NOT_FOUND, Refusal
from shunda.customers.models import PaymentTerm
from shunda.inventory.models import Warehouse
from shunda.orders.models import Channel

EDIT = "channels.edit_mapping"
CHOICES = {
    "channel": tuple(Channel.values), "unknown_skus": (REPORT, CREATE), "unknown_customers": (REPORT, CREATE),
    "duplicates": (KEEP, REPORT),
}  # fmt: skip
"""What some options may be."""

Known = Table[str, set[str]]


@action(EDIT)
def create_mappings(specs: Sequence[Mapping], *, by: Actor, at: datetime) -> Outcome[ImportMapping]:
    """Keep mappings for files that come again and again.

    Refused: a code that is missing, odd or taken, a missing name, no heading for the number, the article, the quantity
    or the price, one heading for two things, a warehouse, payment term or unit that does not exist. Five queries for
    any number.
    """
    known = _known(specs)
    taken = {code.casefold() for code in BUILT_IN} | {
        code.casefold() for code in ImportMapping.objects.values_list("code", flat=True)
    }
    refused: list[Refusal] = []
    rows: list[ImportMapping] = []
    for index, spec in enumerate(specs):
        why = [*_why_not_code(index, spec.code, taken), *_why_not(index, spec, known)]
        refused += why
        if not why:
            taken.add(spec.code.casefold())
            rows.append(ImportMapping(code=spec.code, name=spec.name.strip(), options=options_of(spec)))
    made = ImportMapping.objects.bulk_create(rows)
    record([happening("mapping.create", row, code=row.code, options=row.options) for row in made], by=by, at=at)
    return Outcome(made, refused)


@action(EDIT)
def edit_mappings(
    edits: Table[int, Mapping], *, by: Actor, at: datetime, versions: Table[int, int] | None = None
) -> Outcome[ImportMapping]:
    """Change mappings: name and options; the code stays. Files already read keep what they were read by.

    Refused as when they are made, and when somebody was faster.
    """
    known = _known(list(edits.values()))
    batch = Batch(ImportMapping.objects.all(), edits, None, "mapping.edit", versions=versions)
    batch.refuse_if(lambda row: list(_why_not(row.pk, edits[row.pk], known)))
    for row in batch:
        spec = edits[row.pk]
        batch.amend(row, {"name": spec.name.strip(), "options": options_of(spec)})
    return batch.commit(by=by, at=at)


@action(EDIT)
def remove_mappings(
    ids: Iterable[int], *, by: Actor, at: datetime, versions: Table[int, int] | None = None
) -> Outcome[ImportMapping]:
    """Remove mappings; what was read by them stays as it is, with how it was read."""
    wanted = sorted(set(ids))
    rows = list(ImportMapping.objects.filter(pk__in=wanted).order_by("pk").select_for_update())
    refused = [stale for row in rows if (stale := why_stale(row, versions or {}))]
    kept = {refusal.id for refusal in refused}
    done = [row for row in rows if row.pk not in kept]
    record([happening("mapping.remove", row, code=row.code, options=row.options) for row in done], by=by, at=at)
    ImportMapping.objects.filter(pk__in=[row.pk for row in done]).delete()
    found = {row.pk for row in rows}
    return Outcome(done, [*refused, *(NOT_FOUND(pk) for pk in wanted if pk not in found)])


def options_of(spec: Mapping) -> dict[str, Any]:
    """What is stored of a mapping beside its code and name."""
    stored = spec.as_dict()
    columns = {target: [one.strip() for one in given if one.strip()] for target, given in spec.columns.items()}
    stored["columns"] = {target: given for target, given in columns.items() if given}
    return {name: value for name, value in stored.items() if name not in ("code", "name")}


def of(row: ImportMapping) -> Mapping:
    """The mapping a row stands for."""
    return Mapping.of({**row.options, "code": row.code, "name": row.name})


def _known(specs: Sequence[Mapping]) -> Known:
    """Which of the codes the mappings name exist: at most three queries."""
    asked = {name for spec in specs for name, _what, code in _named(spec) if code}
    models = {"warehouse": Warehouse, "term": PaymentTerm, "unit": Unit}
    return {
        name: {code.casefold() for code in model.objects.values_list("code", flat=True)}  # type: ignore[attr-defined]
        for name, model in models.items()
        if name in asked
    }


def _named(spec: Mapping) -> Iterator[tuple[str, str, str]]:
    """What a mapping names by code: the option, what it is, the code. A unit only counts where articles are created."""
    yield "warehouse", "warehouse", spec.warehouse
    yield "term", "payment term", spec.term
    if spec.unknown_skus == CREATE:
        yield "unit", "unit", spec.unit


def _why_not_code(index: int, code: str, taken: set[str]) -> Iterator[Refusal]:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", code):
        yield reasons.BAD_MAPPING_CODE(index, where="code")
    elif code.casefold() in taken:
        yield reasons.MAPPING_CODE_TAKEN(index, code=code, where="code")


def _why_not(pk: int, spec: Mapping, known: Known) -> Iterator[Refusal]:
    if not spec.name.strip() or len(spec.name) > 80:
        yield reasons.NO_MAPPING_NAME(pk, where="name")
    yield from _why_not_columns(pk, spec)
    for name, what, code in _named(spec):
        if code and code.casefold() not in known[name]:
            yield reasons.NOT_SET_UP(pk, what=what, code=code[:40], where=name)
    if spec.tax_rate is not None and not _is_rate(spec.tax_rate):
        yield reasons.BAD_TAX_RATE(pk, value=spec.tax_rate[:20], where="tax_rate")
    for where, value in _impossible(spec):
        yield reasons.UNKNOWN_CHOICE(pk, value=str(value)[:40], where=where)


def _impossible(spec: Mapping) -> Iterator[tuple[str, str]]:
    """Options that are none of those there are: where, and what is written there."""
    yield from ((name, getattr(spec, name)) for name, there in CHOICES.items() if getattr(spec, name) not in there)
    if not re.fullmatch(r"[A-Z]{3}", spec.currency):
        yield "currency", spec.currency
    yield from (("columns", target) for target in spec.columns if target not in TARGETS)
    yield from (("codes", kind) for kind in spec.codes.values() if kind not in Kind.values)
    yield from (("countries", code) for code in spec.countries.values() if not re.fullmatch(r"[A-Z]{2}", code))


def _why_not_columns(pk: int, spec: Mapping) -> Iterator[Refusal]:
    seen: dict[str, str] = {}
    for target, headings in spec.columns.items():
        for heading in headings:
            other = seen.setdefault(plain(heading), target)
            if plain(heading) and other != target:
                about = {"heading": heading[:80], "target": target, "other": other}
                yield reasons.HEADING_TWICE(pk, **about, where=f"columns.{target}")
    for target in REQUIRED:
        if not any(plain(heading) for heading in spec.columns.get(target, ())):
            yield reasons.HEADING_MISSING(pk, target=target, where=f"columns.{target}")


def _is_rate(text: str) -> bool:
    try:
        return 0 <= Decimal(text) < 1
    except InvalidOperation:
        return False
