"""Sources -> articles: one module a format, found through a registry; every reader streams.

    read(["news/", "extra/*.csv.gz", "https://example.org/feed", "-"]) -> Article | Failure | LeftOut, one at a time

The way of a file: `sources` finds it, `opening` fetches (`fetching`, `robots`, `addresses`) or opens and unpacks it
(`unpacking`, `archives`), `registry` chooses the format, the format's module takes out what the article says about
itself, and `articles` fills the rest in (`clues`, `languages`) and checks it.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, get_args

from index.errors import ReadError, UsageError
from index.readers.archives import around as archives_around
from index.readers.archives import trouble
from index.readers.base import FIELDS, DateOrder, Memory, Options
from index.readers.covering import Covered, covered
from index.readers.languages import code_of
from index.readers.limits import limits_of
from index.readers.opening import articles_of
from index.readers.registry import READERS, endings_of, known_formats
from index.readers.sources import Found, find, is_address, is_there, named_by
from index.readers.streams import shown, text_encoding
from index.records import Article, Failure, LeftOut

__all__ = [
    "AS_USUAL",
    "Covered",
    "Found",
    "How",
    "Memory",
    "ReadingOptions",
    "archives_around",
    "checked",
    "covered",
    "files",
    "files_of",
    "is_address",
    "is_there",
    "items_of",
    "known_formats",
    "named_by",
    "read",
]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ReadingOptions:
    """How sources are to be read, as somebody asked for it; `checked` says whether that can be."""

    format: str = "auto"
    fields: Mapping[str, str] | None = None
    """Names columns that are called otherwise: `{"text": "story"}`."""
    encoding: str | None = None
    """What all the files are in; None finds out."""
    languages: Sequence[str] = ()
    """Those that are taken beside English (ISO 639-1), or `all`."""
    date_order: DateOrder | None = None
    """What `01/02/2020` means; None refuses it."""
    limits: Mapping[str, str | int | float] | None = None
    """As in `readers.limits.Limits`."""
    allow_private: bool = False
    """May addresses of this machine and of private networks be fetched?"""
    pages: bool = True
    """Are the pages of a feed's entries fetched?"""

    def to_json(self) -> dict[str, Any]:
        """The options by their names: how an archive notes what to read again, and how."""
        return dataclasses.asdict(self)


AS_USUAL = ReadingOptions()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How sources are read, checked."""

    format: str
    options: Options
    languages: frozenset[str] | None
    """Those that are taken; None for all."""


def read(
    sources: Sequence[str],
    reading: ReadingOptions = AS_USUAL,
    *,
    stdin: BinaryIO | None = None,
    memory: Memory | None = None,
) -> Iterator[Article | Failure | LeftOut]:
    """The articles of files, folders, globs, addresses, `@lists` of these and `-` (stdin), in order.

    A Failure for each that could not be read; a LeftOut for each in a language that was not asked for. `memory` says
    what need not be read again.
    Raises UsageError at once, before anything is read: for a source that is not there or holds no articles, an unknown
    format, field, encoding, language or limit.
    """
    how = checked(reading, memory=memory)
    return items_of(files(sources, how), how, stdin)


def checked(reading: ReadingOptions = AS_USUAL, *, memory: Memory | None = None) -> How:
    """How to read, as `read` takes it; UsageError for an unknown format, field, encoding, language or limit."""
    wanted, order = reading.format, reading.date_order
    if wanted != "auto" and wanted not in known_formats():
        raise UsageError(f"format '{wanted}' is not known; there are: auto, {', '.join(known_formats())}")
    if order not in (None, *get_args(DateOrder)):
        raise UsageError(f"date order '{shown(order)}' is not known; there are: {', '.join(get_args(DateOrder))}")
    options = Options(
        fields=dict(reading.fields or {}),
        encoding=text_encoding(reading.encoding) if reading.encoding else None,
        date_order=order,
        limits=limits_of(reading.limits or {}),
        allow_private=reading.allow_private,
        pages=reading.pages,
        memory=memory,
    )
    for name, column in options.fields.items():
        if name not in FIELDS:
            raise UsageError(f"field '{name}' is not known; there are: {', '.join(FIELDS)}")
        if not column:
            raise UsageError(f"field '{name}' names no column; write it as {name}=COLUMN")
    if options.fields and not any(r.columns for r in READERS if wanted in ("auto", r.name)):
        raise UsageError(f"format '{wanted}' has no columns that a field could name; leave the fields out")
    return How(format=wanted, options=options, languages=_codes(reading.languages))


def files(sources: Sequence[str], how: How) -> Iterator[Found | Failure]:
    """The files of all sources, each once; UsageError at once for a source that is not there or holds no articles."""
    if isinstance(sources, str):
        raise TypeError("sources is a sequence of strings; put the one source into a list")
    return find(sources, endings_of(how.format))


def items_of(
    found: Iterable[Found | Failure], how: How, stdin: BinaryIO | None = None
) -> Iterator[Article | Failure | LeftOut]:
    """The articles of files that were found, in order; a Failure for each that could not be read."""
    return _in_languages(_articles(iter(found), how.format, how.options, stdin), how.languages)


def files_of(source: str, *, format: str = "auto") -> Iterator[Path]:  # noqa: A002 - as in `read`
    """The files that a source stands for, none of them opened; UsageError, at once, where there are none."""
    found = find([source], endings_of(format))
    return (item.path for item in found if isinstance(item, Found) and item.path is not None)


def _codes(languages: Sequence[str]) -> frozenset[str] | None:
    """The languages that are taken; None for all."""
    if "all" in languages:
        return None
    for language in languages:
        if code_of(language) is None:
            raise UsageError(f"language '{shown(language)}' is not a code of two letters, such as fr or de, nor 'all'")
    return frozenset(("en", *(code for language in languages if (code := code_of(language)))))


def _in_languages(
    items: Iterator[Article | Failure], taken: frozenset[str] | None
) -> Iterator[Article | Failure | LeftOut]:
    for item in items:
        if isinstance(item, Article) and taken is not None and item.language and item.language not in taken:
            yield LeftOut(origin=item.origin, language=item.language, article_id=item.id)
        else:
            yield item


def _articles(
    found: Iterator[Found | Failure], wanted: str, options: Options, stdin: BinaryIO | None
) -> Iterator[Article | Failure]:
    for item in found:
        if isinstance(item, Failure):
            yield item
            continue
        followed = options.memory if item.path is not None or item.url is not None else None
        if followed and not followed.begins(item.path, item.url, item.place.name):
            continue
        try:
            yield from articles_of(item, wanted, options, stdin)
        except ReadError as error:
            yield Failure(origin=item.place.origin, reason=str(error))
        except Exception as error:
            yield Failure(origin=item.place.origin, reason=trouble(error))
        if followed:
            followed.ends()
