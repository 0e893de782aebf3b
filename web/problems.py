"""What went wrong, as problem+json (RFC 9457) in the API and as a page that helps elsewhere."""

import dataclasses
import json
import re
from http import HTTPStatus
from urllib.parse import quote

from flask import Flask, Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException

from index.errors import EngineUnreachableError, IndexDamagedError, NotPublishedError, SaywhoError, SchemaVersionError
from search.errors import BusyError, GoneError, NotFoundError, RequestError, TimeLimitError
from web.meters import Meters
from web.pinned import ChangedError
from web.watching import METERS, about_request, request_id

RETRY_SECONDS = 30
"""How long a visitor may wait before asking again what could not be answered."""

STATUS_OF: tuple[tuple[type[SaywhoError], HTTPStatus], ...] = (
    (RequestError, HTTPStatus.BAD_REQUEST),
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (GoneError, HTTPStatus.GONE),
    (NotPublishedError, HTTPStatus.SERVICE_UNAVAILABLE),
    (IndexDamagedError, HTTPStatus.SERVICE_UNAVAILABLE),
    (SchemaVersionError, HTTPStatus.SERVICE_UNAVAILABLE),
    (EngineUnreachableError, HTTPStatus.SERVICE_UNAVAILABLE),
    (TimeLimitError, HTTPStatus.SERVICE_UNAVAILABLE),
    (BusyError, HTTPStatus.SERVICE_UNAVAILABLE),
)

_FAILURE_OF: tuple[tuple[type[SaywhoError], str], ...] = (
    (NotPublishedError, "not_published"),
    (IndexDamagedError, "damaged"),
    (SchemaVersionError, "version"),
    (TimeLimitError, "too_long"),
    (BusyError, "busy"),
)
"""What failures are counted by (`web.meters.FAILURES`)."""
_PASSING = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
"""What may be answered when it is asked again."""

_FOR_PROGRAMS = (
    "/openapi.json",
    "/metrics",
    "/readyz",
    ".xml",
    ".csv",
    ".jsonl",
    ".atom",
    ".bib",
    ".csl.json",
    ".txt",
    ".md",
    ".html",
)
"""How the addresses end, beside the API's, that programs ask for."""

UNEXPECTED = "Something broke that should not have; the server's log says what."
DETAILS: tuple[tuple[type[SaywhoError], str], ...] = (
    (NotPublishedError, "Nothing has been indexed yet. Run `saywho index SOURCE…`, then ask again."),
    (IndexDamagedError, "The index is damaged and was not opened. Run `saywho rebuild`; the server's log says more."),
    (SchemaVersionError, "The index was written by another version. Run `saywho rebuild`, then ask again."),
    (EngineUnreachableError, "The search engine behind this site does not answer. Ask again in a while."),
    (BusyError, "As many exports as this site serves at a time are being read now. Ask again in a while."),
    (TimeLimitError, "The question took too long and was given up, unanswered. Ask for rarer words or add a filter."),
)


@dataclasses.dataclass(frozen=True, slots=True)
class ParameterError:
    """A parameter and what is wrong with it."""

    parameter: str
    detail: str


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """A failure in RFC 9457's terms."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    """What the server's log has about it; `X-Request-Id` says the same."""
    errors: tuple[ParameterError, ...] = ()


def register(app: Flask) -> None:
    """Every failure of the app is answered here."""
    app.register_error_handler(SaywhoError, _known)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _known(error: SaywhoError) -> Response:
    status = next((status for kind, status in STATUS_OF if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)
    errors = (ParameterError(error.parameter, error.detail),) if isinstance(error, RequestError) else ()
    detail = str(error)
    if status >= 500:
        # Such messages name folders of this machine, which are for its owner's eyes.
        current_app.logger.error("%s %s: %s", request.method, request.path, error, extra=about_request())
        _count(next((name for kind, name in _FAILURE_OF if isinstance(error, kind)), "unexpected"))
        detail = next((text for kind, text in DETAILS if isinstance(error, kind)), UNEXPECTED)
    answer = _answer(_problem(status, detail, errors), error)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


def _http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:  # a redirect is an answer, not a failure
        response = error.get_response()
        assert isinstance(response, Response)  # noqa: S101 - Flask's own responses are; mypy cannot see it
        return response
    details = {
        HTTPStatus.NOT_FOUND: f"There is nothing at {request.path}.",
        HTTPStatus.METHOD_NOT_ALLOWED: f"{request.method} is not answered here; ask with GET.",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "More was sent than is read; send a shorter text.",
    }
    status = HTTPStatus(error.code)
    answer = _answer(_problem(status, details.get(status, error.description or status.description)), error)
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        methods = getattr(error, "valid_methods", None) or ("GET", "HEAD")
        answer.headers["Allow"] = ", ".join(sorted(methods))
    return answer


def _unexpected(error: Exception) -> Response:
    current_app.logger.error("%s %s failed", request.method, request.path, exc_info=error, extra=about_request())
    _count("unexpected")
    return _answer(_problem(HTTPStatus.INTERNAL_SERVER_ERROR, UNEXPECTED), error)


def _count(failure: str) -> None:
    meters: Meters = current_app.extensions[METERS]
    meters.failed(failure)


def _problem(status: HTTPStatus, detail: str, errors: tuple[ParameterError, ...] = ()) -> Problem:
    return Problem("about:blank", status.phrase, int(status), detail, request_id(), errors)


def answer(status: HTTPStatus, detail: str, *, retry: int | None = None) -> Response:
    """The answer of this status, with `Retry-After` where it is known when to ask again (seconds)."""
    response = _answer(_problem(status, detail))
    if retry is not None:
        response.headers["Retry-After"] = str(retry)
    return response


def _answer(problem: Problem, error: Exception | None = None) -> Response:
    if request.path.startswith("/api/") or request.path.endswith(_FOR_PROGRAMS):
        body = dataclasses.asdict(problem)
        if not problem.errors:
            del body["errors"]
        return Response(json.dumps(body) + "\n", problem.status, mimetype="application/problem+json")
    page = render_template(
        "error.html",
        problem=problem,
        words=words_of(request.path),
        here=_here() if problem.status in _PASSING and request.method == "GET" else None,
        empty=isinstance(error, NotPublishedError),
        pinned=error.pinned if isinstance(error, ChangedError) else None,
        unreadable=isinstance(error, IndexDamagedError | SchemaVersionError),
    )
    return Response(page.encode("utf-8", "replace"), problem.status, mimetype="text/html")


def _here() -> str:
    """The address that was asked, on this site whatever it begins with."""
    query = request.query_string.decode("ascii", "replace")
    return quote("/" + request.path.lstrip("/"), errors="replace") + (f"?{query}" if query else "")


def words_of(path: str) -> str:
    """The words in an address, to search for: `/speakers/marta-oyelaran` gives `marta oyelaran`."""
    last = path.rstrip("/").rsplit("/", 1)[-1]
    if re.fullmatch(r"[0-9a-f]{16}", last):  # an id, not words
        return ""
    words = re.findall(r"[^\W\d_]{3,}", last)
    return " ".join(words[:8]).casefold()
