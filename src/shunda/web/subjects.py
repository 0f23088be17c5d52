"""What people call a row of a folder above: wiring knows, the folders below only hold its id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.utils.module_loading import import_string


def numbers(kind: str, ids: Iterable[int | None]) -> Mapping[int, str]:
    """The numbers of rows such as ``orders.order`` by id, from ``wiring.tables.NUMBERS``: one query, none for no ids.

    ``None`` among the ids is passed over: a row may belong to no order.
    """
    ask = import_string(settings.SHUNDA_NUMBERS).get(kind)
    wanted = sorted({pk for pk in ids if pk is not None})
    found: Mapping[int, str] = ask(wanted) if ask and wanted else {}
    return found
