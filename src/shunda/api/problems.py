"""Answers that say no: problem+json (RFC 9457) with the refusals of the kernel, in the caller's language."""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.serializers.json import DjangoJSONEncoder
from django.core.signals import got_request_exception
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from psycopg.errors import UniqueViolation

from shunda.api import reasons
from shunda.core.combine import Busy, Closing, Unanswered
from shunda.core.refusal import NOT_FOUND, NotPermitted, Reason, Refusal, Refused
from shunda.core.retry import DISK_FULL, Undecided, sqlstate

logger = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 1

TITLES = {
    400: _("The request cannot be read"),
    401: _("Nobody is signed in"),
    403: _("Not permitted"),
    404: _("Not found"),
    405: _("Method not possible"),
    409: _("Refused"),
    413: _("Too large"),
    415: _("Wrong content type"),
    422: _("Not valid"),
    429: _("Too many requests"),
    500: _("A fault"),
    503: _("Not available"),
}


class Invalid(Exception):
    """The request is not in the form this address documents."""

    def __init__(self, *refusals: Refusal, status: int = 422) -> None:
        super().__init__("; ".join(refusal.code for refusal in refusals))
        self.refusals = refusals
        self.http_status = status


def problem(request: HttpRequest, status: int, refusals: Iterable[Refusal], **headers: str) -> HttpResponse:
    """A problem+json answer."""
    given = [refusal.as_dict() for refusal in refusals]
    body = {
        "type": f"urn:shunda:problem:{given[0]['code'] if given else status}",
        "title": str(TITLES.get(status, HTTPStatus(status).phrase)),
        "status": status,
        "detail": given[0]["message"] if given else "",
        "instance": request.path,
        "refusals": given,
    }
    content = json.dumps(body, cls=DjangoJSONEncoder, ensure_ascii=False)
    response = HttpResponse(content, status=status, content_type=MEDIA_TYPE)
    for name, value in headers.items():
        response[name.replace("_", "-")] = value
    return response


def why_invalid(error: dict[str, Any]) -> Refusal:
    """One finding of the validator as a refusal; ``where`` is the path to the value: body.lines.0.quantity."""
    where = ".".join(str(part) for part in error["loc"])
    context = {name: str(value) for name, value in error.get("ctx", {}).items()}
    reason = reasons.BY_VALIDATOR.get(error["type"], reasons.INVALID)
    return Refusal(None, reason.code, {"where": where, "detail": error["msg"], **context})


def status_of(refusals: Iterable[Refusal]) -> int:
    """404 when nothing asked for exists, 409 for every other refusal."""
    return 404 if {refusal.code for refusal in refusals} == {NOT_FOUND.code} else 409


def _refused(request: HttpRequest, exc: Refused) -> HttpResponse:
    return problem(request, status_of(exc.refusals), exc.refusals)


def _invalid(request: HttpRequest, exc: Invalid) -> HttpResponse:
    return problem(request, exc.http_status, exc.refusals)


def _not_permitted(request: HttpRequest, exc: NotPermitted) -> HttpResponse:
    return problem(request, 403, [reasons.NOT_PERMITTED(permission=exc.permission)])


def _validation(request: HttpRequest, exc: ValidationError) -> HttpResponse:
    return problem(request, 422, [why_invalid(error) for error in exc.errors])


def _signed_out(request: HttpRequest, _exc: AuthenticationError) -> HttpResponse:
    return problem(request, 401, [reasons.SIGNED_OUT()], WWW_Authenticate="Bearer")


def _missing(request: HttpRequest, _exc: Http404) -> HttpResponse:
    return problem(request, 404, [NOT_FOUND()])


def _http_error(request: HttpRequest, exc: HttpError) -> HttpResponse:
    cause = exc.__cause__
    if isinstance(cause, Invalid):  # ninja wraps what its parser raises
        return _invalid(request, cause)
    if isinstance(cause, RequestDataTooBig):
        return _too_large(request, cause)
    if exc.status_code == 400:
        return problem(request, 400, [reasons.BROKEN_JSON(detail=str(cause or exc))])
    return problem(request, exc.status_code, [])


def _too_large(request: HttpRequest, _exc: RequestDataTooBig) -> HttpResponse:
    return problem(request, 413, [reasons.TOO_LARGE(limit=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)])


def _broken_body(request: HttpRequest, _exc: Exception) -> HttpResponse:
    return problem(request, 400, [reasons.BROKEN_BODY()])


def _out_of_range(request: HttpRequest, exc: DataError) -> HttpResponse:
    logger.warning("api.data_error", path=request.path, error=str(exc))
    return problem(request, 422, [reasons.OUT_OF_RANGE()])


def _conflict(request: HttpRequest, exc: IntegrityError) -> HttpResponse:
    if not isinstance(exc.__cause__, UniqueViolation):
        return _fault(request, exc)
    logger.warning("api.unique_violation", path=request.path, error=str(exc))
    return problem(request, 409, [reasons.CONFLICT()])


def _unavailable(request: HttpRequest, exc: OperationalError | InterfaceError) -> HttpResponse:
    logger.error("api.unavailable", path=request.path, error=str(exc))
    return _come_again(request, reasons.FULL if sqlstate(exc) == DISK_FULL else reasons.UNAVAILABLE)


def _busy(request: HttpRequest, _exc: Busy) -> HttpResponse:
    return _come_again(request, reasons.BUSY)


def _closing(request: HttpRequest, _exc: Closing) -> HttpResponse:
    return _come_again(request, reasons.ENDING)


def _unanswered(request: HttpRequest, exc: Unanswered) -> HttpResponse:
    logger.error("api.unanswered", path=request.path, begun=exc.begun)
    return _come_again(request, reasons.UNDECIDED if exc.begun else reasons.BUSY)


def _undecided(request: HttpRequest, _exc: Undecided) -> HttpResponse:
    logger.error("api.undecided", path=request.path)
    return _come_again(request, reasons.UNDECIDED)


def _come_again(request: HttpRequest, why: Reason) -> HttpResponse:
    return problem(request, 503, [why(seconds=RETRY_SECONDS)], Retry_After=str(RETRY_SECONDS))


def why_undone(row: int, exc: Exception) -> Refusal:
    """Why one thing of several in a request was not done, where it was not refused; logged when that is ours."""
    match exc:
        case NotPermitted():
            return reasons.NOT_PERMITTED(row, permission=exc.permission)
        case AuthenticationError():
            return reasons.SIGNED_OUT(row)
        case Closing():
            return reasons.ENDING(row, seconds=RETRY_SECONDS)
    logger.error("api.undone", row=row, exc_info=exc)
    match exc:
        case Undecided() | Unanswered(begun=True):
            return reasons.UNDECIDED(row, seconds=RETRY_SECONDS)
        case Busy() | Unanswered():
            return reasons.BUSY(row, seconds=RETRY_SECONDS)
        case OperationalError() | InterfaceError():
            full = sqlstate(exc) == DISK_FULL
            return (reasons.FULL if full else reasons.UNAVAILABLE)(row, seconds=RETRY_SECONDS)
    return reasons.FAULT(row)


def _fault(request: HttpRequest, exc: Exception) -> HttpResponse:
    logger.error("api.fault", path=request.path, method=request.method, exc_info=exc)
    got_request_exception.send(sender=None, request=request)
    return problem(request, 500, [reasons.FAULT()])


HANDLERS: list[tuple[type[Exception], Any]] = [
    (Refused, _refused),
    (Invalid, _invalid),
    (NotPermitted, _not_permitted),
    (ValidationError, _validation),
    (AuthenticationError, _signed_out),
    (Http404, _missing),
    (HttpError, _http_error),
    (RequestDataTooBig, _too_large),
    (SuspiciousOperation, _broken_body),
    (UnreadablePostError, _broken_body),
    (MultiPartParserError, _broken_body),
    (DataError, _out_of_range),
    (IntegrityError, _conflict),
    (OperationalError, _unavailable),
    (InterfaceError, _unavailable),
    (Busy, _busy),
    (Closing, _closing),
    (Unanswered, _unanswered),
    (Undecided, _undecided),
    (Exception, _fault),
]


def install(api: NinjaAPI) -> None:
    """Every exception an endpoint can raise becomes a problem."""
    for kind, handler in HANDLERS:
        api.add_exception_handler(kind, handler)
