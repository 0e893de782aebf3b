"""Bytes of any file -> text: unzipped, decoded, bounded; what is wrong is said as a ReadError."""

import codecs
import contextlib
import gzip
import io
import logging
import lzma
import os
import re
import stat
import tempfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

from index.errors import ReadError, UsageError
from index.readers.limits import shown_size

_log = logging.getLogger(__name__)

HEAD = 4096
"""How many bytes of a file are looked at to tell what it is."""

# The longer marks first: UTF-32's begins with UTF-16's.
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Python calls them text encodings, but no file is written in them.
_NO_FILE_ENCODINGS = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"}
_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]+")


class _Joined(io.RawIOBase):
    """A stream whose first bytes were read already."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        # What can be had at once: where a file is cut short, all that stands before the cut comes out.
        self._head, self._more = head, getattr(rest, "read1", rest.read)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        data = self._head[: len(view)] if self._head else self._more(len(view))
        self._head = self._head[len(data) :]
        view[: len(data)] = data
        return len(data)


def looked_into(stream: BinaryIO) -> tuple[bytes, BinaryIO]:
    """The first HEAD bytes, and the stream as if they had not been read; a pipe cannot be wound back."""
    if _is_file(stream) and stream.tell() == 0:
        head = stream.read(HEAD)
        stream.seek(0)
        return head, stream
    head, more = b"", getattr(stream, "read1", stream.read)
    try:
        while len(head) < HEAD and (data := more(HEAD - len(head))):
            head += data
    except (OSError, EOFError, zlib.error, lzma.LZMAError):
        if not head:
            raise
        # It comes again where the reader gets there; what stands before it can be read.
    return head, cast(BinaryIO, io.BufferedReader(_Joined(head, stream), 1 << 16))


def _is_file(stream: BinaryIO) -> bool:
    """Can it be wound back at no cost? Not so a packed one, which can, but by unpacking it anew."""
    if isinstance(stream, tempfile.SpooledTemporaryFile):
        return True
    raw = stream.raw if isinstance(stream, io.BufferedReader) else None
    return isinstance(raw, io.FileIO) and stat.S_ISREG(os.fstat(raw.fileno()).st_mode)


@contextlib.contextmanager
def wound_back(stream: BinaryIO, most: int) -> Iterator[BinaryIO]:
    """A stream with the same bytes that can be read at any place: the file itself, else a copy of what is left.

    Raises ReadError where a copy would have more than `most` bytes.
    """
    if _is_file(stream):
        yield stream
        return
    with tempfile.SpooledTemporaryFile(max_size=1 << 24) as copy:
        size = 0
        while data := stream.read(1 << 16):
            size += len(data)
            if size > most:
                raise ReadError(
                    f"has more than {shown_size(most)} and would have to be put down first; unpack it yourself, or "
                    "raise the limit: --limit-of download=SIZE"
                )
            copy.write(data)
        copy.seek(0)
        yield cast(BinaryIO, copy)


def reason_of(error: Exception) -> str:
    """What a stream's error means to the user."""
    if isinstance(error, EOFError):
        return "the packed file is cut short; copy or fetch it again"
    if isinstance(error, gzip.BadGzipFile | zlib.error | lzma.LZMAError) or str(error) == "Invalid data stream":
        return "the packed file is damaged; copy or fetch it again"
    if isinstance(error, PermissionError):
        return "you have no right to read it; give yourself the right, or leave it out"
    return f"cannot be read ({getattr(error, 'strerror', None) or error})"


def shown(value: object, limit: int | None = None) -> str:
    """A value for a message: one line, no control characters, at most `limit` characters."""
    whole = str(value)
    text = (whole if limit is None else whole[: limit + 1]).encode("utf-8", "backslashreplace").decode()
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text if limit is None or len(text) <= limit else text[: limit - 1] + "…"


def text_encoding(name: str) -> str:
    """The encoding's own name. Raises UsageError where there is none of that name."""
    try:
        known = codecs.lookup(name).name
        "a".encode(known)  # a LookupError for codecs of no text, such as rot13
    except (LookupError, UnicodeError, ValueError) as error:
        raise UsageError(f"encoding '{shown(name)}' is not known; try utf-8, windows-1252 or utf-16") from error
    if known in _NO_FILE_ENCODINGS:
        raise UsageError(f"encoding '{shown(name)}' is not one of files; try utf-8, windows-1252 or utf-16")
    return known


def marked_encoding(head: bytes) -> str | None:
    """The encoding that a byte order mark at the beginning announces."""
    return next((name for mark, name in _BOMS if head.startswith(mark)), None)


def warn_of_fallback(origin: str) -> None:
    """Log that a file is read as Windows-1252 because it is not UTF-8."""
    _log.warning("%s: not UTF-8; read as Windows-1252 (--encoding says otherwise)", origin)


def guessed(head: bytes, encoding: str | None) -> str:
    """The first characters, as well as they can be made out, without byte order mark."""
    return head.decode(marked_encoding(head) or encoding or "utf-8", "replace").removeprefix("\ufeff")


def decoded(data: bytes, encoding: str | None) -> tuple[str, bool]:
    """The text, without byte order mark; and whether it was taken for Windows-1252 for want of anything better.

    Raises ReadError where it is no text.
    """
    name = marked_encoding(data) or encoding or "utf-8"
    try:
        text, fallback = data.decode(name), False
    except UnicodeDecodeError as error:
        if name != "utf-8" or encoding or marked_encoding(data):
            raise ReadError(f"is not valid {name} (byte {error.start}); say what it is with --encoding") from error
        text, fallback = _windows_1252(data, error), True
    text = text.removeprefix("\ufeff")
    return text, fallback


def _windows_1252(data: bytes, error: UnicodeDecodeError) -> str:
    if b"\0" in data:
        raise ReadError("is a binary file, not text; leave it out (or, for UTF-16, say so with --encoding)") from error
    # A few stray bytes in what is UTF-8 otherwise: read as Windows-1252, every curly mark in it would come out wrong.
    near = data[max(0, error.start - (1 << 19)) : error.start + (1 << 19)]
    whole = len(_UTF8_SEQUENCE.findall(near))
    stray = len(_HIGH.findall(_UTF8_SEQUENCE.sub(b" ", near)))
    place = f"byte {error.start}"
    if whole >= stray:
        raise ReadError(f"is damaged UTF-8 ({place}); save it again, or say what it is with --encoding") from error
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as undefined:
        raise ReadError(f"is neither UTF-8 ({place}) nor Windows-1252; say what it is with --encoding") from undefined
    if not looks_like_text(text):
        raise ReadError(f"is neither UTF-8 ({place}) nor Windows-1252; say what it is with --encoding") from error
    return text


_PLAIN = frozenset((*map(chr, range(32, 127)), *"\t\n\r\f\v"))


def looks_like_text(text: str) -> bool:
    """Is this what a person wrote in a western language: mostly plain letters and spaces, no control characters?"""
    start = text[: 1 << 16]
    plain = sum(c in _PLAIN for c in start)
    return plain * 10 >= len(start) * 7 and not any(c < " " and c not in _PLAIN for c in start)
