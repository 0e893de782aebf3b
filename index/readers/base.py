"""What a format is, and what its reader is given."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, TypeAlias

from index.records import Article, Failure

MAX_BYTES = 64 * 1024 * 1024
"""The most, unzipped, that one article's file or line may have, so that no file can fill the memory."""

FIELDS = ("text", "date", "source", "title", "url", "id", "authors")
"""What columns and header lines can give."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How all files are to be read."""

    fields: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """One of FIELDS -> the column that holds it, where it is not one of the usual names."""
    encoding: str | None = None
    """What the files are encoded in; None finds out."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a file stands, and what that says about its articles."""

    origin: str
    """The path as it was given, fit for messages."""
    name: str
    """The path inside the source, without endings, "/" between its parts; empty for stdin."""
    folders: tuple[str, ...] = ()
    """All folders of the path as it was given, outermost first."""
    outlet: str | None = None
    """The folder that stands for an outlet, where the source is laid out that way."""


ReadFunction: TypeAlias = Callable[[BinaryIO, Place, Options], Iterator[Article | Failure]]


@dataclasses.dataclass(frozen=True, slots=True)
class Reader:
    """One format."""

    name: str
    """As `--format` takes it."""
    endings: tuple[str, ...]
    """Of file names, lower case with the dot; each may be followed by .gz."""
    description: str
    read: ReadFunction
    """From an open, unzipped, non-empty file; it may raise OSError, EOFError and zlib.error of the stream."""
    sniff: Callable[[str], bool] | None = None
    """Is it this format, going by the first characters? For stdin and unknown endings."""
    columns: bool = False
    """Does it have columns that `fields` can name?"""
