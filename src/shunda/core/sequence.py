"""Document numbers from counter rows."""

from shunda.core.sql import Statement

_TAKE = """
insert into core_counter (name, value) values (%s, %s)
on conflict (name) do update set value = core_counter.value + excluded.value
returning value
"""


def take(name: str, n: int = 1) -> range:
    """Hand out the next ``n`` numbers of a sequence. Call it late: its row stays locked until commit."""
    return _taking(name, n).run()


def _taking(name: str, n: int) -> Statement[range]:
    return Statement(
        _TAKE if n > 0 else "", [name, n], lambda rows: range(rows[0][0] - n + 1, rows[0][0] + 1) if rows else range(0)
    )


def numbers(prefix: str, day: str, n: int) -> list[str]:
    """The document numbers of ``numbering``, at once."""
    return numbering(prefix, day, n).run()


def numbering(prefix: str, day: str, n: int) -> Statement[list[str]]:
    """``n`` document numbers such as SO20240501001: prefix, day, serial of at least three digits (R019)."""
    name = f"{prefix}{day}"
    return _taking(name, n).then(lambda serials: [f"{name}{serial:03d}" for serial in serials])
