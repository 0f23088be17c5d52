"""A small API of its own for the kit's tests: it keeps counters, and refuses what tests want refused."""

from types import ModuleType

from django.http import Http404
from django.urls import path
from ninja import File, Query, UploadedFile

from shunda.api.answers import answered, created, found
from shunda.api.auth import ApiRequest
from shunda.api.kit import Api
from shunda.api.paging import Paging
from shunda.api.router import Router
from shunda.api.schemas import Amount, Done, EventOut, Filter, Id, In, Items, Out, Page
from shunda.core.actor import Actor
from shunda.core.batch import Outcome, action
from shunda.core.models import Counter, Event
from shunda.core.refusal import NOT_FOUND, REASONS, Reason

FULL = REASONS.get("sample.full") or Reason("sample.full", "%(name)s is full")
ANNA = Actor(7, "anna", frozenset({"sample.view", "sample.write"}), reach="all", source="api")
BEN = Actor(8, "ben", frozenset({"sample.view"}), reach="all", source="api")
TOKENS = {"anna-token": ANNA, "ben-token": BEN}

router = Router("sample")


class CounterIn(In):
    name: str
    price: Amount


class CounterOut(Out):
    name: str
    value: int


class PriceOut(Out):
    price: Amount


class EventFilter(Filter):
    kind: str | None = None


@action("sample.write")
def count(names, *, by, at) -> Outcome[Counter]:
    done, refused = [], []
    for i, name in enumerate(names):
        if name.startswith("full"):
            refused.append(FULL(i, name=name))
        elif name.startswith("lost"):
            refused.append(NOT_FOUND(i))
        else:
            counter, _ = Counter.objects.get_or_create(name=name)
            Counter.objects.filter(pk=name).update(value=counter.value + 1)
            counter.refresh_from_db()
            done.append(counter)
    return Outcome(done, refused)


@router.read("/events", response=Page[EventOut], permission="sample.view", summary="List")
def events(request: ApiRequest, paging: Query[Paging], where: Query[EventFilter]):
    return paging.page(where.filter(Event.objects.all()))


@router.read("/events/{int:pk}", response=EventOut, permission="sample.view", summary="One")
def event(request: ApiRequest, pk: Id):
    return found(Event.objects.all(), pk)


@router.write("/counters", response=CounterOut, permission="sample.write", summary="Count", status=201)
def make(request: ApiRequest, body: CounterIn):
    return created(count([body.name], by=request.actor, at=request.at).one())


@router.write("/counters/batch", response=Done[CounterOut], permission="sample.write", summary="Count many")
def many(request: ApiRequest, body: list[str]):
    return answered(count(body, by=request.actor, at=request.at))


@router.write("/items", response=Done[CounterOut], permission="sample.write", summary="Move")
def items(request: ApiRequest, body: Items):
    return answered(count([f"n{pk}" for pk in body.ids], by=request.actor, at=request.at))


@router.write("/prices", response=PriceOut, permission="sample.write", summary="Price", method="PATCH")
def price(request: ApiRequest, body: CounterIn):
    return {"price": body.price}


@router.write("/files", response=CounterOut, permission="sample.write", summary="Upload")
def upload(request: ApiRequest, file: File[UploadedFile]):
    return count([file.name], by=request.actor, at=request.at).one()


@router.read("/broken", response=CounterOut, permission="sample.view", summary="Broken")
def broken(request: ApiRequest):
    raise RuntimeError("a bug")


@router.read("/gone", response=CounterOut, permission="sample.view", summary="Gone")
def gone(request: ApiRequest):
    raise Http404


def mounted() -> ModuleType:
    """A URL configuration with this API alone."""
    api = Api(
        [],
        actor_for_token=lambda raw, at: TOKENS.get(raw),
        actor_for_user=lambda user: BEN,
        title="Sample",
    )
    api.add_router("sample", router)
    urls = ModuleType("sample_urls")
    urls.api = api  # type: ignore[attr-defined]
    urls.urlpatterns = [path("api/v1/", api.urls)]  # type: ignore[attr-defined]
    return urls
