"""Lists by key: the next page starts after the last row seen, so page 1,000 costs what page 1 costs."""

from __future__ import annotations

from typing import Annotated, Any

from django.db import models
from ninja import Schema
from pydantic import Field

from shunda.api.schemas import BIGINT

LIMIT, MAX_LIMIT = 50, 200


class Paging(Schema):
    """The page of a list that is wanted."""

    after: Annotated[
        str | None, Field(pattern=r"^[0-9]{1,19}$", description="“next” of the page before; leave out for the first.")
    ] = None
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT, description="How many rows.")] = LIMIT

    def page(self, rows: models.QuerySet[Any], *, newest_first: bool = True) -> dict[str, Any]:
        """The page of these rows in the order of their ids; no counting, one query."""
        if self.after is not None:
            last = min(int(self.after), BIGINT)
            rows = rows.filter(pk__lt=last) if newest_first else rows.filter(pk__gt=last)
        found = list(rows.order_by("-pk" if newest_first else "pk")[: self.limit + 1])
        more = len(found) > self.limit
        return {"items": found[: self.limit], "next": str(found[self.limit - 1].pk) if more else None}
