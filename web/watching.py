"""What happens around every request: it gets an id, is counted, and is told to the log.

All of it stands outside the app, so that streams are followed to their end and no answer is left out.
"""

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from flask import Flask, has_request_context, request

from index import logs
from index.settings import Settings
from search.library import Library
from web.meters import KINDS, Meters

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from werkzeug.routing import Rule

_log = logging.getLogger("saywho")

HEADER = "X-Request-Id"
ID = "saywho.request"
"""Where the environment of a request has its id."""
METERS = "saywho.meters"
"""Where an app has its meters."""
_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
"""Ids that are taken over from a proxy; nothing that could be taken for something else in a log or a page."""
NOWHERE = "none"
"""The route of what leads nowhere."""
_KIND_OF = {
    "/search": "search",
    "/api/v1/quotes": "search",
    "/verify": "verify",
    "/api/v1/verify": "verify",
    "/api/v1/suggest": "suggest",
    "/api/v1/facets/{name}": "suggest",
    "/search.csv": "export",
    "/search.jsonl": "export",
    "/search.bib": "export",
    "/search.csl.json": "export",
    "/static/{filename}": "static",
    "/healthz": "probe",
    "/readyz": "probe",
    "/metrics": "probe",
    NOWHERE: "other",
}
"""By route; of the others what is below /api/ is `api`, and the rest are pages."""


def request_id() -> str:
    """The id of the request that is being answered; empty where none is."""
    return str(request.environ.get(ID, "")) if has_request_context() else ""


def about_request() -> dict[str, Any]:
    """What a log record about the request that is being answered says of it."""
    return {logs.ABOUT: {"request": request_id(), "method": request.method, "route": _shown(request.url_rule)}}


def register(app: Flask, settings: Settings, library: Library, meters: Meters) -> None:
    """Everything that the app is asked passes here; call it when all routes are known."""
    meters.begin()
    app.extensions[METERS] = meters
    app.wsgi_app = Watch(app, settings, library, meters)  # type: ignore[method-assign]


def routes_of(app: Flask) -> tuple[str, ...]:
    """The app's routes as they are told (`/quotes/{quotation_id}`), in an order that is the same in every process."""
    return (NOWHERE, *sorted({_shown(rule) for rule in app.url_map.iter_rules()}))


def _shown(rule: Any) -> str:
    return NOWHERE if rule is None else re.sub(r"<(?:[^:>]+:)?(\w+)>", r"{\1}", str(rule.rule))


def _kind(route: str) -> int:
    return KINDS.index(_KIND_OF.get(route) or ("api" if route.startswith("/api/") else "page"))


class Watch:
    """A WSGI application around another one."""

    def __init__(self, app: Flask, settings: Settings, library: Library, meters: Meters) -> None:
        self._inner: WSGIApplication = app.wsgi_app
        self.meters = meters
        self._library = library
        self._logs = settings.log_format == "json"
        self._queries = settings.log_queries
        numbers = {route: (number, route, _kind(route)) for number, route in enumerate(routes_of(app))}
        self._routes = {rule.rule: numbers[_shown(rule)] for rule in app.url_map.iter_rules()}
        self._nowhere = numbers[NOWHERE]

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answers a request."""
        started = time.perf_counter()
        given = environ.get("HTTP_X_REQUEST_ID", "")
        known = given if _WELL_FORMED.fullmatch(given) else secrets.token_hex(8)
        environ[ID] = known
        answer = _Answer(self, environ, started)

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            answer.status, answer.headers = int(status[:3]), headers
            asked = environ.get("werkzeug.request")  # which is gone when the body is sent
            answer.rule = asked.url_rule if asked is not None else None
            headers.append((HEADER, known))
            return start_response(status, headers, *error)

        self.meters.begun()
        try:
            body = self._inner(environ, start)
        except BaseException:
            answer.status = 500
            answer.close()
            raise
        sends_files = environ.get("wsgi.file_wrapper")
        if isinstance(sends_files, type) and isinstance(body, sends_files):
            # The server sends it by itself, the faster for not seeing what is around it.
            answer.told_size()
            answer.close()
            return body
        answer.body, answer.pieces = body, iter(body)
        return answer

    def ended(self, answer: "_Answer", environ: "WSGIEnvironment", seconds: float) -> None:
        """Counts an answer, and tells of it."""
        rule, status = answer.rule, answer.status
        number, route, kind = self._routes[rule.rule] if rule is not None else self._nowhere
        method = environ.get("REQUEST_METHOD", "")
        self.meters.done(number, method, status, kind, seconds, answer.size, cut=not answer.whole)
        if not self._logs:
            return
        row: dict[str, object] = {
            "time": logs.moment(),
            "level": "info" if status < 500 else "error",
            "message": "request",
            "request": environ[ID],
            "method": method if method in _METHODS else "other",
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 3),
            "bytes": answer.size,
            "build": self._library.opened,
        }
        if not answer.whole:
            row["cut"] = True
        if self._queries:
            row |= {"path": environ.get("PATH_INFO", ""), "query": environ.get("QUERY_STRING", "")}
        logs.write(row)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})


class _Answer:
    """The body of an answer, which tells when it has been sent or was cut off."""

    __slots__ = (
        "_closed",
        "_environ",
        "_started",
        "_watch",
        "body",
        "headers",
        "pieces",
        "rule",
        "size",
        "status",
        "whole",
    )

    def __init__(self, watch: Watch, environ: "WSGIEnvironment", started: float) -> None:
        self._watch, self._environ, self._started = watch, environ, started
        self._closed = False
        self.status = self.size = 0
        self.rule: Rule | None = None
        self.whole = False
        self.headers: list[tuple[str, str]] = []
        self.body: Iterable[bytes] = ()
        self.pieces: Iterator[bytes] = iter(())

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            piece = next(self.pieces)
        except StopIteration:
            self.whole = True
            raise
        except Exception as error:  # in the middle of a stream, when the app has long answered
            about = {logs.ABOUT: {"request": self._environ[ID]}}
            _log.error("an answer broke off (%s)", type(error).__name__, exc_info=error, extra=about)
            self._watch.meters.failed("unexpected")
            raise
        self.size += len(piece)
        return piece

    def told_size(self) -> None:
        """Takes the headers' word for what will be sent."""
        self.whole = True
        self.size = next((int(value) for name, value in self.headers if name.lower() == "content-length"), 0)

    def close(self) -> None:
        """The server has sent all of it, or nobody reads it any more."""
        try:
            if (close := getattr(self.body, "close", None)) is not None:
                close()
        finally:
            if not self._closed:
                self._closed = True
                self._watch.ended(self, self._environ, time.perf_counter() - self._started)
