"""From rows of text to staged lines: COPY into a temporary table, understood by the database, block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice
from typing import Any

from django.conf import settings
from django.db import DataError, connection
from psycopg.types.json import Jsonb

from shunda.channels import reasons
from shunda.channels.mapping import EXTRA, TARGETS, positions, recognise
from shunda.channels.mapping import Mapping as FileMapping
from shunda.channels.reading import Row
from shunda.core.refusal import Refused

BLOCK = 20_000
COLUMNS = tuple(name for name in TARGETS if name not in EXTRA)

Told = Callable[[int], None]
"""Is told how many lines are staged so far."""

_RAW = f"""
create temporary table if not exists staged_raw
  (row integer, {", ".join(f"{name} text" for name in COLUMNS)}, extra jsonb) on commit drop
"""

_EXTRA = """
       case when extra ? 'wanted' then extra || jsonb_build_object('wanted_on', import_time(extra ->> 'wanted')::date)
            else extra end"""

# numbers that are finer than what can be kept become null, and a finding says so
_STAGE = f"""
insert into channels_stagedline
  (run_id, row, {", ".join(COLUMNS)}, extra, kind, pieces, unit_price, discount_rate, ordered_at, amount,
   result, code, data)
select %(run)s, row, {", ".join(f"left(btrim({name}), 200)" for name in COLUMNS)}, {_EXTRA},
       coalesce(%(codes)s::jsonb ->> upper(btrim(sku)), 'goods'),
       q, p, d, t at time zone %(zone)s, q * p * (1 - coalesce(d, 0)), '', '', '{{}}'
from staged_raw,
lateral (select import_number(quantity) as q0, import_number(price) as p0,
                import_rate(nullif(btrim(discount), '')) as d0, import_time(ordered) as t offset 0) understood,
lateral (select case when abs(q0) < 1e14 and scale(trim_scale(q0)) <= 4 then q0 end as q,
                case when abs(p0) < 1e12 and scale(trim_scale(p0)) <= 6 then p0 end as p,
                case when d0 between 0 and 1 and scale(trim_scale(d0)) <= 4 then d0 end as d offset 0) kept
order by row
"""  # noqa: S608  # names of our own columns


def stage(run_id: int, rows: Iterator[Row], mapping: FileMapping, name: str, told: Told) -> int:
    """Stage every line under the header; returns how many. Refused: no header, no lines, columns missing or twice."""
    header_row, header, lines = beginning(rows, name)
    places, refused = positions(mapping, header)
    if refused:
        raise Refused(*refused)
    count = 0
    numbered = ((number, line) for number, line in enumerate(lines, header_row + 1) if any(line))
    with connection.cursor() as cursor:
        cursor.execute(_RAW)
        while block := list(islice(numbered, BLOCK)):
            try:
                _copy(cursor, block, places)
            except DataError as broken:  # a NUL: no text file
                raise Refused(reasons.NO_SPREADSHEET(name=name)) from broken
            options: dict[str, Any] = {"run": run_id, "codes": Jsonb(dict(mapping.codes)), "zone": settings.TIME_ZONE}
            cursor.execute(_STAGE, options)
            cursor.execute("truncate staged_raw")
            count += len(block)
            told(count)
        cursor.execute("analyze channels_stagedline")
    if not count:
        raise Refused(reasons.EMPTY_FILE(name=name))
    return count


def beginning(rows: Iterator[Row], name: str) -> tuple[int, Row, Iterator[Row]]:
    """The number of the header row (the first that is not empty), the header, and the lines under it."""
    for number, row in enumerate(rows, 1):
        if any(cell.strip() for cell in row):
            return number, [cell.strip() for cell in row], rows
    raise Refused(reasons.EMPTY_FILE(name=name))


def choose(rows: Iterator[Row], known: list[FileMapping], name: str) -> tuple[FileMapping, Iterator[Row]]:
    """The mapping that fits the header best, and the rows from the beginning."""
    number, header, lines = beginning(rows, name)
    found = recognise(header, known)
    if found is None:
        # the reasons of the standard mapping say what to do; with several mappings only the headings help
        raise Refused(reasons.NO_MAPPING(header=", ".join(header)[:500] or "–"))
    return found, chain([[] for _ in range(number - 1)], [header], lines)


def _copy(cursor: Any, block: list[tuple[int, Row]], places: Mapping[str, int]) -> None:
    cells = [places.get(name, -1) for name in COLUMNS]
    extras = [(name, places[name]) for name in EXTRA if name in places]
    with cursor.copy(f"copy staged_raw (row, {', '.join(COLUMNS)}, extra) from stdin") as copy:
        for number, line in block:
            width = len(line)
            extra = {name: line[place].strip()[:200] for name, place in extras if place < width and line[place].strip()}
            copy.write_row((number, *(line[p] if 0 <= p < width else "" for p in cells), Jsonb(extra)))


# a line is written again only when something was found for it: most of a large file's cost is rewriting its lines
_POINT = """
update channels_stagedline l set found_sku = found.sku, found_unit = found.unit, found_customer = found.customer
from (
  select l.id, s.id as sku, u.id as unit, c.id as customer
  from channels_stagedline l
  left join unnest(%(skus)s::text[], %(sku_ids)s::bigint[]) s(written, id)
    on l.kind = 'goods' and upper(l.sku) = s.written
  left join unnest(%(units)s::text[], %(unit_ids)s::bigint[]) u(written, id) on lower(l.unit) = u.written
  left join unnest(%(customers)s::text[], %(customer_ids)s::bigint[]) c(written, id) on upper(l.customer) = c.written
  where l.run_id = %(run)s and l.result = ''
) found
where l.id = found.id
  and (l.found_sku, l.found_unit, l.found_customer) is distinct from (found.sku, found.unit, found.customer)
"""


def point(run_id: int, skus: Mapping[str, int], customers: Mapping[str, int], units: Mapping[str, int]) -> None:
    """Point open lines at what is known under what is written; the keys are in capitals, those of units in small."""
    options: dict[str, Any] = {"run": run_id}
    for name, found in (("sku", skus), ("customer", customers), ("unit", units)):
        options |= {f"{name}s": list(found), f"{name}_ids": list(found.values())}
    with connection.cursor() as cursor:
        cursor.execute(_POINT, options)


def sku_codes(run_id: int) -> list[str]:
    """What is written for goods in a file: codes or barcodes."""
    return _distinct("sku", run_id, "kind = 'goods' and sku <> ''")


def customer_codes(run_id: int) -> list[str]:
    """The customer codes that are written in a file."""
    return _distinct("customer", run_id, "customer <> ''")


def _distinct(column: str, run_id: int, where: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"select distinct {column} from channels_stagedline where run_id = %s and {where}", [run_id])  # noqa: S608
        return [text for (text,) in cursor.fetchall()]
