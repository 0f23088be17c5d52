"""On the way and at the door: shipping, the receipt with its signature, keeping in touch, undoing."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from shunda.core.batch import Outcome
from shunda.core.refusal import Refused
from shunda.files.responses import file_response
from shunda.files.steps import store
from shunda.fulfilment import actions, queries
from shunda.fulfilment.forms import NoteForm, ReasonForm, ResolveForm, ShipForm, SignForm, TrackForm
from shunda.fulfilment.models import Shipment
from shunda.fulfilment.pages.moves import ask, seen, shipment_of
from shunda.web.pages import actor, now, page


@page("fulfilment.ship_shipment")
def ship(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a packed shipment to its carrier (R138)."""
    shipment = shipment_of(request, pk)
    started = {
        "mode": shipment.mode,
        "carrier_id": shipment.carrier_id,
        "tracking_number": shipment.tracking_number,
    }
    form = ShipForm(request.POST or None, initial=started)
    return ask(
        request,
        shipment,
        form,
        lambda: actions.ship([form.spec(pk)], by=actor(request), at=now(), versions=seen(request, shipment)),
        title=_("Ship"),
        save=_("Shipped"),
        done=_("Shipped."),
    )


@page("fulfilment.sign_shipment")
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt: quantities, look and packing are checked, the contact signs on the screen (R143)."""
    shipment = shipment_of(request, pk)
    form = SignForm(request.POST or None, shipment=shipment, lines=queries.contents([shipment]).of(shipment))

    def run() -> Outcome[Shipment]:
        """The picture is kept only when the receipt is."""
        signature_id = None
        if upload := form.upload():
            files, refused = store([upload], by=actor(request), at=now())
            if refused:
                raise Refused(*refused)
            signature_id = files[0].pk
        outcome = actions.sign([form.spec(signature_id)], by=actor(request), at=now(), versions=seen(request, shipment))
        if outcome.refused:
            raise Refused(*outcome.refused)
        return outcome

    return ask(
        request,
        shipment,
        form,
        run,
        title=_("Receipt"),
        save=_("Record receipt"),
        done=_("The receipt is recorded."),
        template="fulfilment/sign.html",
    )


@page("fulfilment.view_shipment")
def signature(request: HttpRequest, pk: int) -> HttpResponse:
    """The signature as it was drawn."""
    receipt = queries.receipt_of(shipment_of(request, pk))
    if receipt is None or receipt.signature is None:
        raise Http404
    return file_response(request, receipt.signature)


@page("fulfilment.cancel_shipment")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Call off a shipment that has not left."""
    return _undo(request, pk, actions.cancel, _("Cancel shipment"), _("Shipment cancelled."))


@page("fulfilment.reverse_shipment")
def reverse_shipment(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo a shipment that should not have left."""
    return _undo(request, pk, actions.reverse, _("Reverse wrong shipment"), _("Reversed: the goods are back in stock."))


def _undo(
    request: HttpRequest,
    pk: int,
    action: Callable[..., Outcome[Shipment]],
    title: str | Promise,
    done: str | Promise,
) -> HttpResponse:
    shipment = shipment_of(request, pk)
    form = ReasonForm(request.POST or None)
    return ask(
        request,
        shipment,
        form,
        lambda: action(
            [pk],
            reason=form.cleaned_data["reason"],
            by=actor(request),
            at=now(),
            versions=seen(request, shipment),
        ),
        title=title,
        save=title,
        done=done,
        danger=True,
    )


@page("fulfilment.tell_shipment")
def tell(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer was told that the goods are on their way (R197)."""
    return _contact(request, pk, actions.tell, _("Customer told"))


@page("fulfilment.call_shipment")
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer was called after the delivery (R186)."""
    return _contact(request, pk, actions.call, _("Customer called"))


@page("fulfilment.resolve_shipment")
def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer was contacted about trouble on the way, and what was agreed (R148, R151)."""
    return _contact(request, pk, actions.resolve, _("Customer contacted about trouble"), ResolveForm)


@page("fulfilment.track_shipment")
def track(request: HttpRequest, pk: int) -> HttpResponse:
    """Type in what the carrier said, where no program tells it (R158)."""
    shipment = shipment_of(request, pk)
    form = TrackForm(request.POST or None, initial={"happened_at": localtime(now())})
    return ask(
        request,
        shipment,
        form,
        lambda: actions.track([form.spec(shipment.number)], by=actor(request), at=now()),
        title=_("Record tracking"),
        save=_("Note it"),
        done=_("Noted."),
    )


def _contact(
    request: HttpRequest,
    pk: int,
    action: Callable[..., Outcome[Shipment]],
    title: str | Promise,
    asks: type[NoteForm] = NoteForm,
) -> HttpResponse:
    shipment = shipment_of(request, pk)
    form = asks(request.POST or None)
    return ask(
        request,
        shipment,
        form,
        lambda: action(
            [pk], note=form.cleaned_data["note"], by=actor(request), at=now(), versions=seen(request, shipment)
        ),
        title=title,
        save=_("Note it"),
        done=_("Noted."),
    )
