"""WARC: what a crawler kept. Every HTML page that a server gave with status 200 is an article.

Written after ISO 28500 (WARC 1.1). The usual libraries take a record that ends too early for a whole one and give up,
or go on somewhere in its middle, where a length is wrong; here the next record is looked for by its first line.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from index.errors import ReadError
from index.readers.articles import Given
from index.readers.base import Options, Place, Reader
from index.readers.html_page import article_of_page, clean_url
from index.readers.limits import shown_size
from index.readers.markup import known_charset
from index.readers.streams import shown
from index.records import Article, Failure

_LINE = 64 * 1024
_MOST_HEADERS = 1000
_CHUNK = 1 << 16
_BEHIND = 16
_VERSION = re.compile(rb"WARC/\d\.\d{1,2}\s*")
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?\s+(\d{3})\b")
_NEXT = re.compile(rb"\r?\n\r?\n(?P<version>WARC/\d\.\d{1,2}\r?\nWARC-|WARC/\d\.\d{1,2}\r?\nContent-)", re.I)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.I)


@dataclass(frozen=True, slots=True)
class _Record:
    headers: dict[str, str]
    length: int


class _Input:
    """The file's bytes, of which some can be put back."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._back, self._at = b"", 0

    def read(self, most: int) -> bytes:
        """At least one byte, at most so many; none at the end."""
        if self._at < len(self._back):
            data = self._back[self._at : self._at + most]
            self._at += len(data)
            return data
        self._back, self._at = b"", 0
        return self._stream.read(most)

    def readline(self) -> bytes:
        """A line, or the first 64 kB of it."""
        end = self._back.find(b"\n", self._at, self._at + _LINE)
        line = self._back[self._at : end + 1 if end >= 0 else self._at + _LINE]
        self._at += len(line)
        if end < 0 and len(line) < _LINE:
            line += self._stream.readline(_LINE - len(line))
        return line

    def put_back(self, data: bytes) -> None:
        """Gives these out before all others."""
        self._back, self._at = data + self._back[self._at :], 0

    def exactly(self, length: int) -> bytes:
        """So many bytes, or as many as there are."""
        parts = []
        while length and (data := self.read(min(length, _CHUNK * 16))):
            parts.append(data)
            length -= len(data)
        return b"".join(parts)

    def skip(self, length: int) -> bool:
        """Reads past so many bytes; were they there?"""
        while length:
            data = self.read(min(length, _CHUNK))
            if not data:
                return False
            length -= len(data)
        return True


def read(stream: BinaryIO, place: Place, options: Options) -> Iterator[Article | Failure]:
    """An Article or a Failure for each HTML page with status 200. Raises ReadError where the file ends too early."""
    source = _Input(stream)
    number, skipped = 0, 0
    while line := source.readline():
        if not _VERSION.fullmatch(line):
            # Blank lines end a record; anything else there means that its length was too small.
            if line.strip():
                skipped += len(line)
            continue
        number += 1
        if skipped:
            yield Failure(origin=f"{place.origin}:{number}", reason=_stray(skipped))
            skipped = 0
        try:
            record = _record(source)
            block, whole = _block(record, source, options)
            found = _page(record, block, number, place, options) if whole else None
        except ReadError as error:
            yield Failure(origin=f"{place.origin}:{number}", reason=str(error))
            continue
        if not whole:
            raise ReadError(f"ends within record {number}; what stands before that was read; copy or fetch it again")
        if found is not None:
            yield found
    if not number:
        raise ReadError("is no WARC file: it has no line 'WARC/1.0'")
    if skipped:
        raise ReadError(f"ends with {skipped:,} bytes that belong to no record; copy or fetch it again")


def _stray(count: int) -> str:
    return f"{count:,} bytes before this record belong to none: a length in the file is wrong, or a part is missing"


def _block(record: _Record, source: _Input, options: Options) -> tuple[bytes, bool]:
    """The record's bytes, as many as a page may have; and whether all of them were there.

    Raises ReadError where the record's length reaches into the next one; this one is then read next.
    """
    most = min(record.length, options.limits.page + _LINE)
    block = source.exactly(most)
    next_one = _NEXT.search(block)
    if len(block) == most == record.length:
        behind = source.exactly(_BEHIND)
        source.put_back(behind)
        rest = behind.split(b"\n")[0].strip()
        if not rest:
            return block, True
        # Some versions of wget write lengths that are wrong by one.
        if next_one is None and (len(rest) <= 2 or rest.startswith(b"WARC/")):
            return block, True
        if next_one is None:
            raise ReadError(f"the record claims {record.length:,} bytes, but goes on behind them; its length is wrong")
    if next_one is not None:
        source.put_back(block[next_one.start("version") :])
        raise ReadError(
            f"the record claims {record.length:,} bytes, but the next one begins after {next_one.start():,}; it was "
            "cut short when it was written"
        )
    return block, len(block) == most and source.skip(record.length - most)


def _record(source: _Input) -> _Record:
    headers: dict[str, str] = {}
    for _ in range(_MOST_HEADERS):
        line = source.readline()
        if not line.endswith(b"\n"):
            raise ReadError("its header is cut short, or has a line that is too long; copy or fetch the file again")
        if not line.strip():
            break
        name, colon, value = line.decode("utf-8", "replace").partition(":")
        if colon:
            headers.setdefault(name.strip().lower(), value.strip())
    else:
        raise ReadError(f"its header has more than {_MOST_HEADERS:,} lines; the file is damaged")
    length = headers.get("content-length", "")
    if not re.fullmatch(r"[0-9]{1,18}", length):
        raise ReadError(
            f"its Content-Length is '{shown(length, 40)}', which is no length; the next record is looked for"
        )
    return _Record(headers, int(length))


def _page(record: _Record, block: bytes, number: int, place: Place, options: Options) -> Article | Failure | None:
    """The record's article, or why it cannot be one; None where it is no page."""
    if record.headers.get("warc-type", "").lower() != "response":
        return None
    head, body = _http(block)
    if head is None or not _is_page(head):
        return None
    url = clean_url(record.headers.get("warc-target-uri", "").strip("<>"))
    named = f" ({shown(url, 120)})" if url else ""
    if record.headers.get("warc-truncated"):
        why = shown(record.headers["warc-truncated"], 30)
        raise ReadError(f"the page was cut short when it was crawled ({why}){named}")
    if record.length > len(block):
        raise ReadError(
            f"is longer than {shown_size(options.limits.page)}, too long for a page; raise the limit: "
            f"--limit-of page=SIZE{named}"
        )
    try:
        data = _body(head, body, options)
    except ReadError as error:
        raise ReadError(f"{error}{named}") from error
    charset = _CHARSET.search(head.get("content-type", ""))
    there = Place(
        origin=place.origin,
        name=place.name,
        folders=(),  # a crawl's folders have the crawl's date
        url=url,
        charset=known_charset(charset[1]) if charset else None,
    )
    return article_of_page(data, there, options, line=number, otherwise=Given(url=url))


def _http(block: bytes) -> tuple[dict[str, str] | None, bytes]:
    """The headers, with the status under an empty name, and the body; None where it is no HTTP answer."""
    match = re.search(rb"\r?\n\r?\n", block[: _LINE * 4])
    lines = block[: match.start() if match else 0].splitlines()
    status = _STATUS.match(lines[0]) if lines else None
    if match is None or status is None:
        return None, b""
    headers = {"": status[1].decode()}
    for line in lines[1:]:
        name, _, value = line.decode("latin-1").partition(":")
        headers.setdefault(name.strip().lower(), value.strip())
    return headers, block[match.end() :]


def _is_page(head: dict[str, str]) -> bool:
    kind = head.get("content-type", "").partition(";")[0].strip().lower()
    return head[""] == "200" and kind in ("text/html", "application/xhtml+xml")


def _body(head: dict[str, str], body: bytes, options: Options) -> bytes:
    """The page's own bytes: put together and unpacked. Crawlers often do that and leave the header as it was."""
    if "chunked" in head.get("transfer-encoding", "").lower():
        body = _joined(body)
    packing = head.get("content-encoding", "").strip().lower()
    if packing in ("gzip", "x-gzip", "deflate"):
        if packing != "deflate" and not body.startswith(b"\x1f\x8b"):
            return body
        return _unpacked(body, packing, options.limits.page)
    if packing == "br" and not re.match(rb"\s*<", body):
        raise ReadError("the page is packed with Brotli, which is not read; have the crawler ask for gzip")
    return body


def _unpacked(body: bytes, packing: str, most: int) -> bytes:
    for window in (31,) if packing != "deflate" else (15, -15):
        unpack = zlib.decompressobj(window)
        try:
            data = unpack.decompress(body, most + 1)
        except zlib.error:
            continue
        if not unpack.eof and len(data) <= most:
            raise ReadError("the packed page is cut short")
        return data
    if re.match(rb"\s*<", body):
        return body
    raise ReadError("the packed page is damaged")


def _joined(body: bytes) -> bytes:
    """The chunks' contents; the body itself where it is not in chunks after all."""
    parts: list[bytes] = []
    place = 0
    while match := re.compile(rb"\s*([0-9a-fA-F]{1,8})[^\r\n]{0,1000}\r?\n").match(body, place):
        size = int(match[1], 16)
        if size == 0:
            return b"".join(parts)
        part = body[match.end() : match.end() + size]
        if len(part) < size:
            raise ReadError("the page's last chunk is cut short")
        parts.append(part)
        place = match.end() + size
    if parts:
        raise ReadError("the page's chunks are damaged")
    return body


READER = Reader(
    name="warc",
    endings=(".warc",),
    description="web archives: every HTML page with status 200",
    read=read,
    sniff=lambda start: start.startswith("WARC/"),
    types=("application/warc",),
)
