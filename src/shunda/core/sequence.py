"""Document numbers from counter rows."""

from shunda.core import sql

_TAKE = """
insert into core_counter (name, value) values (%s, %s)
on conflict (name) do update set value = core_counter.value + excluded.value
returning value
"""


def take(name: str, n: int = 1) -> range:
    """Hand out the next ``n`` numbers of a sequence. Call it late: its row stays locked until commit."""
    if n < 1:
        return range(0)
    [(last,)] = sql.fetch(_TAKE, [name, n])
    return range(last - n + 1, last + 1)


def numbers(prefix: str, day: str, n: int) -> list[str]:
    """``n`` document numbers such as SO20240501001: prefix, day, serial of at least three digits (R019)."""
    return [f"{prefix}{day}{serial:03d}" for serial in take(f"{prefix}{day}", n)]
