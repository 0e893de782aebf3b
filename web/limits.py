"""Who may ask: names that the site answers to, how often one address may ask, and what other sites' scripts may.

The Host header is whatever a client likes to send; a page that was lured to a name of somebody else's that leads here
would otherwise be read by that somebody (DNS rebinding).
"""

import ipaddress
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request

from index.settings import Settings
from web.problems import answer

HOSTS = "SAYWHO_HOSTS"
"""The app's setting: the names that it answers to."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_EVERYWHERE = frozenset({"0.0.0.0", "::", "[::]", ""})  # noqa: S104 - compared, not bound to
_PROBES = ("/healthz", "/readyz")
"""Asked by machines that know a worker by its address alone; they tell nothing."""
MOST_ADDRESSES = 10_000
"""Addresses that a worker remembers for the rate limit: about two megabytes."""
_PREFLIGHT = {
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}
_FILES = (".csv", ".jsonl", ".atom", ".bib", ".csl.json", ".txt", ".md")


def register(app: Flask, settings: Settings) -> None:
    """Every question to the app passes here first."""
    app.config[HOSTS] = hosts_of(settings)
    anywhere = settings.host in _EVERYWHERE

    def known() -> Response | None:
        if request.path in _PROBES or is_known_host() or (anywhere and _is_number(host_name())):
            return None
        return answer(
            HTTPStatus.BAD_REQUEST,
            "This site does not answer to the name that it was asked under. Who runs it can add the name to "
            "SAYWHO_HOSTS.",
        )

    app.before_request(known)
    if settings.rate_limit:
        limit = RateLimit(*settings.rate_limit)
        app.before_request(lambda: _limited(limit))
    app.before_request(_preflight)


def hosts_of(settings: Settings) -> frozenset[str]:
    """The names that a site of these settings answers to, without ports: this machine's own, and those that are set."""
    named = {settings.host, urlsplit(settings.url).hostname or ""} - _EVERYWHERE
    if settings.host in _EVERYWHERE:
        named.add(socket.gethostname())
    return _LOOPBACK | {_bracketed(one.casefold()) for one in named} | frozenset(settings.hosts)


def host_name() -> str:
    """The name that the question came under, without its port, in small letters; empty where there is none."""
    host = str(request.environ.get("HTTP_HOST") or request.environ.get("SERVER_NAME") or "").casefold()
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() and port.isascii() and not host.endswith("]") else host


def is_known_host() -> bool:
    """Whether the question came under a name that was set or is this machine's own: addresses may begin with it."""
    return host_name().removesuffix(".") in current_app.config[HOSTS]


def is_shared(path: str) -> bool:
    """Whether other sites' scripts may read what is there: data, not pages."""
    return (
        path.startswith("/api/")
        or path == "/openapi.json"
        or (path.startswith(("/search.", "/quotes/")) and path.endswith(_FILES))
    )


def _is_number(host: str) -> bool:
    """Whether a host is an address: nobody can have a name of theirs lead here by one."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _preflight() -> Response | None:
    """What a browser asks before it lets a script send a header of its own."""
    if request.method != "OPTIONS" or not is_shared(request.path):
        return None
    adapter = current_app.create_url_adapter(request)
    methods = ", ".join(sorted(adapter.allowed_methods() if adapter else ())) or "GET, HEAD"
    return Response(
        status=HTTPStatus.NO_CONTENT,
        headers={"Allow": f"{methods}, OPTIONS", "Access-Control-Allow-Methods": methods, **_PREFLIGHT},
    )


class RateLimit:
    """So many questions in so many seconds for each address, of one worker; may be shared between threads.

    The generic cell rate algorithm (ITU-T I.371): one moment is kept for each address. All of its questions may come at
    once; then one by one as their time comes.
    """

    def __init__(self, questions: int, seconds: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._step = seconds / questions
        self._patience = seconds - self._step
        self._clock = clock
        self._due: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, address: str) -> float:
        """0.0 where the address may ask, which is then counted; else the seconds until it may."""
        now = self._clock()
        with self._lock:
            due = max(self._due.get(address, now), now)
            early = due - now - self._patience
            if early > 1e-9:
                return early
            self._due[address] = due + self._step
            self._due.move_to_end(address)
            if len(self._due) > MOST_ADDRESSES:
                self._due.popitem(last=False)
        return 0.0

    def __len__(self) -> int:
        """How many addresses are remembered."""
        return len(self._due)


def _limited(limit: RateLimit) -> Response | None:
    if request.path in _PROBES or request.path.startswith("/static/"):
        return None
    wait = limit.wait(asking())
    if not wait:
        return None
    seconds = int(wait) + 1
    return answer(
        HTTPStatus.TOO_MANY_REQUESTS,
        f"More was asked from your address than this site answers in that time. Ask again in {seconds} seconds.",
        retry=seconds,
    )


def asking() -> str:
    """The address that asks; of IPv6 the network, which is one household's."""
    address = request.remote_addr or ""
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return address
    if number.version == 4:
        return address
    return str(ipaddress.ip_network((number, 64), strict=False))
