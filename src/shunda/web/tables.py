"""Lists as tables: declared once, drawn with the columns each person chose, kept as views, written into files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from shunda.core.actor import Actor
from shunda.web.columns import Column
from shunda.web.listing import Filter, Keyset
from shunda.web.pages import actor, is_htmx

M = TypeVar("M", bound=Model)

TABLES: dict[str, Table[Any]] = {}
"""Every table by the url name of its page; ``table`` finds one wherever it is asked for."""

AT_ONCE = 1000
"""So many rows are read at once for a file."""

NOT_KEPT = ("after", "before", "view")
"""What of an address is no part of a view: where one is, and which view one is in."""


@dataclass(frozen=True, slots=True)
class View:
    """A view somebody keeps: filters and order under a name. ``shared``: everybody has it; ``own``: it is one's own."""

    id: int
    name: str
    query: str
    pinned: bool = False
    default: bool = False
    shared: bool = False
    own: bool = True

    @property
    def address(self) -> str:
        """The query that opens it."""
        return f"?{self.query}&view={self.id}" if self.query else f"?view={self.id}"


@dataclass(frozen=True, slots=True)
class Kept:
    """What a person keeps of a list: columns in their order (none: as declared), density, views."""

    columns: Sequence[str] = ()
    dense: bool = False
    views: Sequence[View] = ()


@dataclass(frozen=True, eq=False)
class Table(Generic[M]):
    """A list page: ``name`` is its url name, ``rows`` what an actor sees, ``order`` the orders of its Keyset.

    What columns read of other tables is joined only when they are shown: planning eight joins takes the database longer
    than reading fifty rows. A table that names in ``reads`` the fields every row needs (what ``dress`` reads, and the
    version where rows can be ticked) is read without the fields that nothing on the page shows.
    ``dress`` adds to the rows of one page what their columns read, set-based. ``title`` names it in files.
    """

    name: str
    title: str | Promise
    permission: str
    columns: Sequence[Column]
    rows: Callable[[Actor], QuerySet[M]]
    filter: type[Filter]
    order: Mapping[str, Sequence[str]]
    dress: Callable[[Iterable[M]], None] | None = None
    reads: Sequence[str] = ()

    def __post_init__(self) -> None:
        TABLES[self.name] = self

    def page(self, request: HttpRequest, template: str, context: Mapping[str, Any] | None = None) -> HttpResponse:
        """The list as this person left it; an address without anything opens the person's default view."""
        listing = Listing(self, request)
        start = next((view for view in listing.views if view.default), None)
        if start and not request.GET and not is_htmx(request):
            return HttpResponseRedirect(start.address)
        shown = {"listing": listing, "page": listing.page, "filter": listing.filter}
        return render(request, template, {**shown, **(context or {})})

    def chosen(self, names: Sequence[str], by: Actor) -> list[Column]:
        """The columns of these names in their order, the fixed ones in front; none chosen: as declared."""
        known = {column.name: column for column in self.columns}
        fixed = [column for column in self.columns if column.fixed]
        picked = [known[name] for name in dict.fromkeys(names) if name in known and not known[name].fixed]
        rest = picked if names else [column for column in self.columns if column.shown and not column.fixed]
        return [column.seen_by(by) for column in (*fixed, *rest)]

    def read(self, rows: QuerySet[M], shown: Iterable[Column]) -> QuerySet[M]:
        """The rows with what these columns read of them and of other tables."""
        names = {column.name for column in shown}
        read = [column for column in self.columns if column.name in names]
        if joins := {name for column in read for name in column.joins(rows.model)}:
            rows = rows.select_related(*sorted(joins))
        if not self.reads:
            return rows
        keys = {name.lstrip("-") for order in self.order.values() for name in order}
        fields = {name for column in read for name in column.fields(rows.model)}
        return rows.only(*sorted(keys | fields | set(self.reads)))

    def filtered(self, query: QueryDict, by: Actor) -> tuple[HttpRequest, Filter, QuerySet[M]]:
        """What a query filters out of the rows an actor sees, with the filter and the request it stands for."""
        request = HttpRequest()
        request.GET = query  # type: ignore[assignment]  # a mutable one
        request.actor = by  # type: ignore[attr-defined]  # as the accounts' middleware does
        chosen = self.filter(request)
        return request, chosen, chosen.apply(self.rows(by))

    def all(self, query: str, by: Actor) -> Iterator[list[M]]:
        """Every row a query finds, in its order, some at a time: nothing is held longer than its part."""
        asked = QueryDict(kept_of(QueryDict(query)), mutable=True)
        request, chosen, found = self.filtered(asked, by)
        rows = self.read(found, self.columns)
        while True:
            part = Keyset(rows, request, order=self.order, per_page=AT_ONCE, sort=chosen.sort)
            if self.dress:
                self.dress(part.rows)
            yield part.rows
            if not part.has_next:
                return
            asked["after"] = part.last_key

    def more_than(self, n: int, query: str, by: Actor) -> bool:
        """Whether a query finds more than so many rows; looks no further than that."""
        _request, _chosen, rows = self.filtered(QueryDict(query), by)
        return len(rows.order_by(*next(iter(self.order.values()))).values_list("pk")[: n + 1]) > n

    @property
    def url(self) -> str:
        """The address of its page."""
        return reverse(self.name)


class Listing(Generic[M]):
    """One look at a table: the page of rows, the filters, the columns, the views."""

    def __init__(self, table: Table[M], request: HttpRequest) -> None:
        self.table = table
        self._request = request
        self._actor = actor(request)
        self.filter = table.filter(request)
        self.columns = table.chosen(self.kept.columns, self._actor)
        rows = self.filter.apply(table.read(table.rows(self._actor), self.columns))
        self.page = Keyset(rows, request, order=table.order, sort=self.filter.sort)
        if table.dress:
            table.dress(self.page.rows)

    @cached_property
    def cells(self) -> list[tuple[SafeString, Column]]:
        """The columns, each with how its cells begin: said once for all rows."""
        return [(column.opening, column) for column in self.columns]

    @cached_property
    def kept(self) -> Kept:
        """What the person keeps of this list."""
        found: Kept = import_string(settings.SHUNDA_SHELF)(self._actor, self.table.name)
        return found

    @property
    def views(self) -> Sequence[View]:
        """The person's views, and those that are shared."""
        return self.kept.views

    @property
    def query(self) -> str:
        """Filters and order of this address, as a view keeps them."""
        return kept_of(self._request.GET)

    @property
    def current(self) -> View | None:
        """The view one is in, while its filters are as it keeps them."""
        chosen = self._request.GET.get("view", "")
        return next((v for v in self.views if str(v.id) == chosen and same(v.query, self.query)), None)

    @property
    def is_everything(self) -> bool:
        """Whether nothing is filtered or sorted."""
        return not self.query

    @property
    def tabs(self) -> list[View]:
        """The views in sight: pinned ones, the default, the one in use."""
        return [view for view in self.views if view.pinned or view.default or view == self.current]

    @property
    def others(self) -> list[View]:
        """The views behind “more”."""
        shown = self.tabs
        return [view for view in self.views if view not in shown]


def kept_of(query: QueryDict) -> str:
    """A query without what is no part of a view, and without what is empty."""
    kept = QueryDict(mutable=True)
    for name, values in query.lists():
        if name not in NOT_KEPT:
            kept.setlist(name, [value for value in values if value != ""])
    return kept.urlencode()


def same(one: str, other: str) -> bool:
    """Whether two queries say the same, in whatever order."""
    return sorted(QueryDict(one).lists()) == sorted(QueryDict(other).lists())


def table(name: str) -> Table[Any] | None:
    """The table of a page, in whatever process: pages are known once the addresses are."""
    import_module(settings.ROOT_URLCONF)
    return TABLES.get(name)


def seen_by(actor: Actor) -> list[Table[Any]]:
    """The tables an actor may see, by name."""
    import_module(settings.ROOT_URLCONF)
    return [TABLES[name] for name in sorted(TABLES) if actor.may(TABLES[name].permission)]
