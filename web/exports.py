"""Every match of a search as a file: streamed as it is read, so that neither side holds it in memory."""

import contextlib
import re
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator

from flask import Blueprint, Response, request

from index.records import Entry
from search.errors import BusyError
from search.exporting import csv_pieces, json_line_pieces
from search.library import Library
from search.request import SearchRequest
from web import params
from web.answers import etag_of, unchanged
from web.pinned import engine_of

AT_ONCE = 4
"""Streams that a worker writes at a time: half of its threads, so that searches go on while others download."""
_LEVEL = 1
"""Of gzip: four fifths of what can be saved, at a third of the time."""

Pieces = Iterator[bytes]


class Streams:
    """Answers that are written while they are read; no more than so many at a time."""

    def __init__(self, at_once: int = AT_ONCE, *, told: Callable[[int], None] = lambda more: None) -> None:
        """`told` is told of each one that begins (1) and ends (-1)."""
        self._free = threading.BoundedSemaphore(at_once)
        self._told = told

    def answer(self, pieces: Callable[[], Pieces], *, mimetype: str, name: str, etag: str) -> Response:
        """The answer that writes what `pieces` gives, as a file to keep. BusyError where too many are being read."""
        response = Response(mimetype=mimetype)
        body: Pieces = iter(())
        if request.method != "HEAD":
            leave = self._taken()
            body = _left(pieces(), leave)
            response.call_on_close(leave)  # where the client has gone away before the end, or has read nothing
        if request.accept_encodings["gzip"] > 0:
            body = _compressed(body)
            response.headers["Content-Encoding"] = "gzip"
        response.response = body
        response.vary.add("Accept-Encoding")
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        response.set_etag(etag, weak=True)
        response.headers["Cache-Control"] = "no-cache"
        return response

    def _taken(self) -> Callable[[], None]:
        """What gives back the place that was taken, however often it is called."""
        if not self._free.acquire(blocking=False):
            raise BusyError("too many exports at a time")
        self._told(1)
        taken = [self._free]

        def leave() -> None:
            with contextlib.suppress(IndexError):
                taken.pop().release()
                self._told(-1)

        return leave


def blueprint(library: Library, streams: Streams) -> Blueprint:
    """/search.csv and /search.jsonl."""
    exports = Blueprint("exports", __name__)

    def answer(form: Callable[[Iterable[Entry]], Pieces], ending: str, mimetype: str) -> Response:
        asked = params.read(request.args, known=params.EXPORTED)
        engine = engine_of(library, asked)
        etag = etag_of(engine.build.id, params.address(request.path, asked))
        if same := unchanged(etag):
            return same
        found = engine.every(asked)
        return streams.answer(
            lambda: form(found), mimetype=mimetype, name=file_name(asked, ending, engine.build.id), etag=etag
        )

    @exports.get("/search.csv")
    def as_csv() -> Response:
        return answer(csv_pieces, "csv", "text/csv")

    @exports.get("/search.jsonl")
    def as_json_lines() -> Response:
        return answer(json_line_pieces, "jsonl", "application/jsonl")

    return exports


def file_name(asked: SearchRequest, ending: str, build_id: str) -> str:
    """A name for what is downloaded, in letters that every system takes: `saywho-tax-cuts-20200304.csv`."""
    words = re.sub(r"[^a-z0-9]+", "-", asked.q.casefold()).strip("-")[:40].strip("-")
    return "-".join(filter(None, ("saywho", words, build_id[:8]))) + f".{ending}"


def _left(pieces: Pieces, leave: Callable[[], None]) -> Pieces:
    try:
        yield from pieces
    finally:
        leave()


def _compressed(pieces: Iterable[bytes]) -> Pieces:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)  # 31: as gzip
    for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()
