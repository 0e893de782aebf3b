"""Files -> articles: one module a format, found through a registry; every reader streams.

    read(["news/", "extra/*.txt.gz", "-"]) -> Article | Failure, one at a time

The way of a file: `sources` finds it, `streams` opens and unzips it, `registry` chooses the format, the format's module
takes out what the article says about itself, and `articles` fills the rest in (`clues`) and checks it.
"""

import gzip
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, cast

from index.errors import ReadError, UsageError
from index.readers.base import FIELDS, Options
from index.readers.registry import READERS, chosen, known_formats
from index.readers.sources import Found, find, open_found
from index.readers.streams import HEAD, looked_into, reason_of, text_encoding
from index.records import Article, Failure

__all__ = ["known_formats", "read"]


def read(
    sources: Sequence[str],
    *,
    format: str = "auto",  # noqa: A002 - it is the option's name
    fields: Mapping[str, str] | None = None,
    encoding: str | None = None,
    stdin: BinaryIO | None = None,
) -> Iterator[Article | Failure]:
    """The articles of files, folders, globs and `-` (stdin), in order; a Failure for each that could not be read.

    `fields` names columns that are called otherwise (`{"text": "story"}`); `encoding` is what all the files are in.
    Raises UsageError at once, before anything is read: for a source that is not there or holds no articles, an unknown
    format, field or encoding.
    """
    if isinstance(sources, str):
        raise TypeError("sources is a sequence of strings; put the one source into a list")
    if format != "auto" and format not in known_formats():
        raise UsageError(f"format '{format}' is not known; there are: auto, {', '.join(known_formats())}")
    options = Options(fields=dict(fields or {}), encoding=text_encoding(encoding) if encoding else None)
    for name, column in options.fields.items():
        if name not in FIELDS:
            raise UsageError(f"field '{name}' is not known; there are: {', '.join(FIELDS)}")
        if not column:
            raise UsageError(f"field '{name}' names no column; write it as {name}=COLUMN")
    if options.fields and not any(r.columns for r in READERS if format in ("auto", r.name)):
        raise UsageError(f"format '{format}' has no columns that a field could name; leave the fields out")
    endings = tuple(ending for r in READERS if format in ("auto", r.name) for ending in r.endings)
    return _articles(find(sources, endings), format, options, stdin)


def _articles(
    found: Iterator[Found | Failure], wanted: str, options: Options, stdin: BinaryIO | None
) -> Iterator[Article | Failure]:
    for item in found:
        if isinstance(item, Failure):
            yield item
            continue
        try:
            yield from _file(item, wanted, options, stdin)
        except ReadError as error:
            yield Failure(origin=item.place.origin, reason=str(error))
        except (OSError, EOFError, zlib.error) as error:
            yield Failure(origin=item.place.origin, reason=reason_of(error))


def _file(item: Found, wanted: str, options: Options, stdin: BinaryIO | None) -> Iterator[Article | Failure]:
    with open_found(item, stdin) as raw:
        head, stream = looked_into(raw)
        if head[:2] == b"\x1f\x8b":
            head, stream = looked_into(cast(BinaryIO, gzip.GzipFile(fileobj=stream)))
        elif item.path and item.path.suffix.lower() == ".gz" and head:
            raise ReadError("ends in .gz but is no gzip file; rename it, or zip it again")
        if not head:
            what = "nothing came in" if item.path is None else "is empty"
            raise ReadError(f"{what}; there is no article to read")
        yield from chosen(wanted, item.path, head[:HEAD], options.encoding).read(stream, item.place, options)
