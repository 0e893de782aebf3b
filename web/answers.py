"""What every answer carries: security headers, validators, compression, and the links' home."""

import gzip
import hashlib
import json
from typing import Any

import msgspec
from flask import Flask, Response, render_template, request

from search.results import as_object
from web.limits import is_shared
from web.sessions import current, editor

CSP = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
SECURITY = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
ALONE = {"Cross-Origin-Opener-Policy": "same-origin"}
"""For those who have a session: no window of another site holds on to theirs. A browser starts another process for it,
before anything is painted, so readers, who have nothing to lose, go without."""
WORTH_COMPRESSING = 600
"""Bytes; below, the headers cost more than is saved."""
_COMPRESSED = (
    "text/",
    "application/json",
    "application/problem+json",
    "image/svg+xml",
    "application/xml",
    "application/atom+xml",
)


def register(app: Flask) -> None:
    """Every answer of the app gets its headers here."""
    app.after_request(_secured)
    app.after_request(_shared)
    app.after_request(_compressed)  # the last registered runs first: the headers then fit what is sent


def etag_of(build_id: str, *parts: str) -> str:
    """The validator of an answer: equal for the same question to the same build."""
    session = editor()  # who sees more than others
    key = json.dumps([build_id, request.path, *parts, *([session.form] if session else [])])
    return hashlib.sha256(key.encode()).hexdigest()[:20]


def unchanged(etag: str) -> Response | None:
    """The 304 for somebody who has this answer already; None for everybody else."""
    if not request.if_none_match.contains_weak(etag):
        return None
    return _validated(Response(status=304), etag)


def json_answer(body: Any, etag: str | None = None) -> Response:
    """A value as JSON. Lone surrogates, which UTF-8 cannot hold, make it plain ASCII with escapes."""
    try:
        data = msgspec.json.encode(body)
    except UnicodeEncodeError:
        data = json.dumps(body, default=as_object).encode("ascii")
    return _validated(Response(data + b"\n", mimetype="application/json"), etag)


def page_answer(template: str, etag: str | None = None, **values: Any) -> Response:
    """A template as a page. What UTF-8 cannot hold becomes a question mark."""
    body = render_template(template, **values).encode("utf-8", "replace")
    return _validated(Response(body, mimetype="text/html"), etag)


def _validated(response: Response, etag: str | None) -> Response:
    if etag is not None:
        response.set_etag(etag, weak=True)
        response.headers["Cache-Control"] = "no-cache"  # keep it, but ask whether it still holds
    return response


def _secured(response: Response) -> Response:
    response.headers.extend(SECURITY)
    if current() is not None or "Set-Cookie" in response.headers:
        response.headers.extend(ALONE)
    return response


def _shared(response: Response) -> Response:
    if is_shared(request.path):
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "ETag, Retry-After, X-Request-Id"
    return response


def _compressed(response: Response) -> Response:
    if not (response.mimetype or "").startswith(_COMPRESSED):
        return response
    response.headers.add("Vary", "Accept-Encoding")
    if response.status_code != 200 or not takes_gzip() or response.headers.get("Content-Encoding"):
        return response
    response.direct_passthrough = False
    data = response.get_data()
    if len(data) >= WORTH_COMPRESSING:
        response.set_data(gzip.compress(data, compresslevel=5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def takes_gzip() -> bool:
    """Whether who asks understands gzip."""
    return "HTTP_ACCEPT_ENCODING" in request.environ and request.accept_encodings["gzip"] > 0
