"""What a format is, and what its reader is given."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Literal, Protocol, TypeAlias

from index.readers.limits import Limits
from index.records import Article, Failure

FIELDS = ("text", "date", "source", "title", "url", "id", "authors", "language")
"""What columns and header lines can give."""

DateOrder: TypeAlias = Literal["dmy", "mdy"]


class Memory(Protocol):
    """What earlier runs have left to know of what is to be read."""

    def begins(self, path: Path | None, url: str | None, name: str) -> bool:
        """Whether a file, or an address, is to be read, called before it is opened; `name` is its `Place`'s."""

    def passes(self, path: Path, name: str) -> bool:
        """Whether `begins` would say that a file need not be read; asked ahead of it, and nothing is noted."""

    def broke(self) -> None:
        """Something of what began could not be read, or may have changed meanwhile: it is to be read again."""

    def ends(self) -> None:
        """What began has been read to its end."""

    def conditions(self) -> Mapping[str, str]:
        """Headers that ask for the address that began only if it has changed; none where it is wanted anyway."""

    def answered(self, etag: str | None, modified: str | None) -> None:
        """What the server said that the address's version is."""

    def unmodified(self) -> None:
        """The server said that the address that began has not changed."""

    def later(self, seconds: float) -> None:
        """The address that began is not to be asked again before."""

    def same_entry(self, link: str, digest: str) -> bool:
        """Whether a feed's entry is as it was when its page was last fetched, so that it need not be again."""

    def entry(self, link: str, digest: str, article_id: str) -> None:
        """The page of a feed's entry was fetched, and holds that article."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How all files are to be read."""

    fields: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """One of FIELDS -> the column that holds it, where it is not one of the usual names."""
    encoding: str | None = None
    """What the files are encoded in; None finds out."""
    date_order: DateOrder | None = None
    """What `01/02/2020` means; None refuses it."""
    limits: Limits = dataclasses.field(default_factory=Limits)
    allow_private: bool = False
    """May addresses of this machine and of private networks be fetched?"""
    pages: bool = True
    """Are the pages of a feed's entries fetched, or is what the feed holds of them enough?"""
    memory: Memory | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a file stands, and what that says about its articles."""

    origin: str
    """The path or address as it was given, fit for messages."""
    name: str
    """The path inside the source, without endings, "/" between its parts; empty for stdin."""
    folders: tuple[str, ...] = ()
    """All folders of the path as it was given, outermost first."""
    outlet: str | None = None
    """The folder that stands for an outlet, where the source is laid out that way."""
    url: str | None = None
    """The address that the bytes came from at last, behind redirects."""
    charset: str | None = None
    """What the server said that it is encoded in."""


ReadFunction: TypeAlias = Callable[[BinaryIO, Place, Options], Iterator[Article | Failure]]


@dataclasses.dataclass(frozen=True, slots=True)
class Reader:
    """One format."""

    name: str
    """As `--format` takes it."""
    endings: tuple[str, ...]
    """Of file names, lower case with the dot; each may be followed by .gz, .bz2 or .xz."""
    description: str
    read: ReadFunction
    """From an open, unpacked, non-empty file; it may raise OSError, EOFError and zlib.error of the stream."""
    sniff: Callable[[str], bool] | None = None
    """Is it this format, going by the first characters? For stdin and unknown endings."""
    columns: bool = False
    """Does it have columns that `fields` can name?"""
    types: tuple[str, ...] = ()
    """The media types that servers give it."""
