"""One address -> what its server answers: only from where it may be, within limits, politely."""

import contextlib
import email.utils
import http.client
import socket
import ssl
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import BinaryIO, cast
from urllib.parse import SplitResult, quote, urljoin

from index.errors import ReadError
from index.readers.addresses import resolved, split_url
from index.readers.limits import Limits, shown_size
from index.readers.markup import known_charset
from index.readers.streams import shown

AGENT = "saywho"
_REDIRECTS = (301, 302, 303, 307, 308)
_GONE = (404, 410)
_LATER = (408, 421, 423, 425, 429)
_CHUNK = 1 << 16
_LONGEST_WAIT = 86400.0

_last_request: dict[str, float] = {}
# Politeness is owed by the process, however many sources it reads.


class FetchError(ReadError):
    """An address could not be fetched. `gone`: there is no page, and there will be none in an hour."""

    def __init__(self, message: str, *, gone: bool = False, after: float | None = None) -> None:
        super().__init__(message)
        self.gone = gone
        self.after = after
        """Seconds that the server wants to be left alone."""


class NotModifiedError(ReadError):
    """What is at an address is what was there before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """An answer of a server."""

    url: str
    """Behind all redirects."""
    status: int
    media_type: str
    """Lower case, without parameters; empty where the server said none."""
    charset: str | None
    body: BinaryIO
    etag: str | None = None
    modified: str | None = None
    """What the server calls this version, as it said."""


Permitted = Callable[[SplitResult], float]
"""Raises FetchError for an address that may not be fetched, else says how many seconds its host wants between two."""


def fetch(
    url: str,
    *,
    limits: Limits,
    allow_private: bool = False,
    permitted: Permitted | None = None,
    conditions: Mapping[str, str] | None = None,
) -> Fetched:
    """The answer, its redirects followed. Raises FetchError for all that may not or cannot be fetched.

    `conditions` are headers that ask for it only if it has changed (RFC 9110, 13); NotModifiedError if it has not.
    """
    try:
        return _fetch(url, limits, allow_private, permitted, conditions or {})
    except (FetchError, NotModifiedError):
        raise
    except ReadError as error:
        raise FetchError(str(error), gone=True) from error


def _fetch(
    url: str, limits: Limits, allow_private: bool, permitted: Permitted | None, conditions: Mapping[str, str]
) -> Fetched:
    address = url
    for hop in range(limits.redirects + 1):
        try:
            parts = split_url(address)
            where = resolved(parts, allow_private=allow_private)
        except ReadError as error:
            raise (
                FetchError(f"redirects to a place that is not fetched: {error}", gone=True) if hop else error
            ) from error
        _wait(parts, max(limits.delay, permitted(parts) if permitted else 0.0))
        answer = _request(address, parts, where, limits, conditions)
        if isinstance(answer, Fetched):
            return answer
        try:
            address = urljoin(address, answer)
        except ValueError as error:
            reason = f"redirects to '{shown(answer, 100)}', which is no address"
            raise FetchError(reason, gone=True) from error
    raise FetchError(f"redirects more than {limits.redirects} times; fetch the page that it ends in", gone=True)


def _wait(parts: SplitResult, delay: float) -> None:
    host = (parts.hostname or "").lower()
    now = time.monotonic()
    wait = _last_request.get(host, now - delay) + delay - now
    if wait > 0:
        time.sleep(wait)
    _last_request[host] = time.monotonic()


def _request(
    address: str, parts: SplitResult, where: list[tuple[str, int]], limits: Limits, conditions: Mapping[str, str]
) -> Fetched | str:
    """The answer, or where it redirects to."""
    deadline = time.monotonic() + limits.seconds
    with _connected(parts, where, limits, deadline) as connection:
        try:
            connection.request("GET", _target(parts), headers={**_headers(parts), **conditions})
            response = connection.getresponse()
            if response.status in _REDIRECTS and (location := response.getheader("Location")):
                return location
            if response.status == 304 and conditions:
                raise NotModifiedError("has not changed")
            _check_status(response)
            return _answer(address, response, limits, deadline)
        except (FetchError, NotModifiedError):
            raise
        except (OSError, http.client.HTTPException, zlib.error, ValueError) as error:
            _check_time(deadline, limits)
            what = shown(error, 100) or type(error).__name__
            raise FetchError(f"the server's answer cannot be read ({what}); try again later") from error


@contextlib.contextmanager
def _connected(
    parts: SplitResult, where: list[tuple[str, int]], limits: Limits, deadline: float
) -> Iterator[http.client.HTTPConnection]:
    """A connection to one of the addresses that were checked: the name is not looked up a second time."""
    host = (parts.hostname or "") if ":" in (parts.hostname or "") else (parts.hostname or "").encode("idna").decode()
    plain = None
    errors = []
    for place in where[:4]:
        try:
            plain = socket.create_connection(place, timeout=min(limits.seconds, 20.0))
            break
        except OSError as error:
            errors.append(str(error.strerror or error))
    if plain is None:
        raise FetchError(f"the server cannot be reached ({errors[-1]}); try again later")
    held: list[socket.socket] = [plain]

    def give_up() -> None:
        # A server that sends a byte now and then would never run into a socket's own timeout.
        with contextlib.suppress(OSError):
            held[-1].shutdown(socket.SHUT_RDWR)

    watch = threading.Timer(max(0.0, deadline - time.monotonic()), give_up)
    watch.daemon = True
    watch.start()
    connection = http.client.HTTPConnection(host, parts.port or where[0][1])
    try:
        plain.settimeout(limits.seconds)
        if parts.scheme.lower() == "https":
            held.append(ssl.create_default_context().wrap_socket(plain, server_hostname=host))
        connection.sock = held[-1]
        yield connection
    except ssl.SSLError as error:
        what = getattr(error, "verify_message", None) or error.reason or error
        raise FetchError(f"the server cannot be trusted ({what}); is the address right?") from error
    except OSError as error:
        raise FetchError(f"the server broke off ({error.strerror or error}); try again later") from error
    finally:
        watch.cancel()
        connection.close()
        for one in held:
            one.close()


def _target(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/?%:@!$&'()*+,;=~-._[]")
    return f"{path}?{query}" if query else path


def _headers(parts: SplitResult) -> dict[str, str]:
    host = parts.netloc.rpartition("@")[2]
    return {
        "Host": host if host.isascii() else host.encode("idna").decode(),
        "User-Agent": f"{AGENT}/{version('saywho')} (reads articles for a search of quotations)",
        "Accept": "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, */*;q=0.5",
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }


def _check_status(response: http.client.HTTPResponse) -> None:
    status = response.status
    if status == 200:
        return
    said = f"{status} {shown(response.reason, 60)}".strip()
    if status in _GONE:
        raise FetchError(f"the server has no such page ({said})", gone=True)
    if status in (401, 402, 403, 451):
        raise FetchError(f"the server gives it only to others ({said}); save the page yourself", gone=True)
    if 400 <= status < 500 and status not in _LATER:
        raise FetchError(f"the server does not give it ({said}); is the address right?", gone=True)
    wait = response.getheader("Retry-After")
    when = f" after {shown(wait, 40)}{' seconds' if wait.isdigit() else ''}" if wait else " later"
    raise FetchError(f"the server did not give it ({said}); try again{when}", after=_seconds(wait))


def _seconds(wait: str | None) -> float | None:
    """A Retry-After as seconds from now, at most a day; None where there is none that can be read."""
    if wait is None:
        return None
    if wait.strip().isdigit():
        return min(float(wait), _LONGEST_WAIT)
    try:
        until = email.utils.parsedate_to_datetime(wait)
        return min(max(0.0, until.timestamp() - time.time()), _LONGEST_WAIT)
    except (ValueError, OverflowError):
        return None


def _check_time(deadline: float, limits: Limits) -> None:
    if time.monotonic() >= deadline:
        raise FetchError(
            f"took longer than {limits.seconds:g} seconds; try again later, or raise the limit: --limit-of seconds=N"
        )


def _answer(address: str, response: http.client.HTTPResponse, limits: Limits, deadline: float) -> Fetched:
    media_type = (response.headers.get_content_type() if response.getheader("Content-Type") else "").lower()
    charset = response.headers.get_content_charset()
    texts = "html" in media_type or "xml" in media_type
    most = limits.page if texts else limits.download
    body = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=1 << 24))  # noqa: SIM115 - the caller's
    try:
        size = 0
        unpacker = _unpacker(response)
        for data in _unpacked(response, unpacker):
            size += len(data)
            if size > most:
                what = "page" if texts else "download"
                raise FetchError(
                    f"is longer than {shown_size(most)}; leave it out, or raise the limit: --limit-of {what}=SIZE",
                    gone=True,
                )
            body.write(data)
        _check_whole(response, unpacker, deadline, limits)
    except BaseException:
        body.close()
        raise
    body.seek(0)
    return Fetched(
        url=address,
        status=response.status,
        media_type=media_type,
        charset=known_charset(charset) if charset else None,
        body=body,
        etag=response.getheader("ETag"),
        modified=response.getheader("Last-Modified"),
    )


def _unpacker(response: http.client.HTTPResponse) -> "zlib._Decompress | None":
    packing = (response.getheader("Content-Encoding") or "identity").strip().lower()
    if packing in ("identity", ""):
        return None
    if packing not in ("gzip", "x-gzip", "deflate"):
        raise FetchError(f"comes packed as '{shown(packing, 20)}', which was not asked for", gone=True)
    return zlib.decompressobj(15 if packing == "deflate" else 31)


def _unpacked(response: http.client.HTTPResponse, unpacker: "zlib._Decompress | None") -> Iterator[bytes]:
    while data := response.read(_CHUNK):
        if unpacker is None:
            yield data
            continue
        while data:
            yield unpacker.decompress(data, _CHUNK)
            data = unpacker.unconsumed_tail


def _check_whole(
    response: http.client.HTTPResponse, unpacker: "zlib._Decompress | None", deadline: float, limits: Limits
) -> None:
    # A connection that was given up ends as one that the server closed does.
    _check_time(deadline, limits)
    if response.length or (unpacker is not None and not unpacker.eof):
        raise FetchError("the answer is cut short; try again later")
