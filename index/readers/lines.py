"""Bytes -> lines of text, each decoded for itself and no longer than an article may be."""

import contextlib
import io
from collections.abc import Iterator
from typing import BinaryIO, cast

from index.errors import ReadError
from index.readers.base import Options, Place
from index.readers.limits import shown_size
from index.readers.streams import decoded, looked_into, marked_encoding, warn_of_fallback


def lines_of(stream: BinaryIO, place: Place, options: Options, *, what: str) -> Iterator[tuple[int, str | ReadError]]:
    """The lines with their numbers, from 1 on; a ReadError for one that is too long or cannot be decoded.

    `what` the file should be is named where it is binary, which raises a ReadError.
    """
    most = options.limits.article
    head, stream = looked_into(stream)
    encoding = marked_encoding(head) or options.encoding or place.charset
    if encoding and "\n{".encode(encoding) != b"\n{":
        yield from _wide_lines(stream, encoding, most)
        return
    if b"\0" in head and not encoding:
        raise ReadError(f"is a binary file, not {what}; leave it out (or, for UTF-16, say so with --encoding)")
    number, warned = 0, False
    while data := stream.readline(most + 1):
        number += 1
        if len(data) > most:
            while data and not data.endswith(b"\n"):
                data = stream.readline(1 << 20)
            yield number, _too_long(most)
            continue
        try:
            line, fell_back = decoded(data, options.encoding or place.charset)
        except ReadError as error:
            yield number, error
            continue
        if fell_back and not warned:
            warned = True
            warn_of_fallback(f"{place.origin}:{number}")
        yield number, line


def _wide_lines(stream: BinaryIO, encoding: str, most: int) -> Iterator[tuple[int, str | ReadError]]:
    """Lines of UTF-16 and its like, whose line ends are no single bytes; after a broken one nothing can be read."""
    reader = io.TextIOWrapper(cast("io.BufferedReader", stream), encoding, newline="\n")
    number, limit = 0, most // 2
    try:
        while line := reader.readline(limit + 1):
            number += 1
            if len(line) > limit:
                while line and not line.endswith("\n"):
                    line = reader.readline(1 << 20)
                yield number, _too_long(most)
                continue
            yield number, line.removeprefix("\ufeff") if number == 1 else line
    except UnicodeError:
        yield number + 1, ReadError(f"is not valid {encoding} from here on, and the rest was not read; mend the file")
    finally:
        with contextlib.suppress(ValueError):  # whoever reads us stopped, and closed the file
            reader.detach()


def _too_long(most: int) -> ReadError:
    return ReadError(
        f"the line is longer than {shown_size(most)}, too long for an article; leave it out, or raise the limit: "
        "--limit-of article=SIZE"
    )
