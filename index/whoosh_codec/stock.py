"""Whoosh itself, and our analyser in Whoosh's clothes: the schema, and the table of segments that Whoosh reads first.

Whoosh pickles that table (a file of a few hundred bytes). Here it is read by an unpickler that knows one class and no
function, so that a table that somebody else wrote can name segments and run nothing.
"""

import importlib
import io
import pickle
import re
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from index.analysis import words
from index.errors import IndexDamagedError
from index.schema import FIELDS

with warnings.catch_warnings():
    # Whoosh 2.7.4 (frozen in 2016) writes regular expressions without raw strings; only the first import tells.
    warnings.simplefilter("ignore", SyntaxWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    from whoosh.analysis import Analyzer
    from whoosh.analysis import Token as WhooshToken
    from whoosh.codec import base
    from whoosh.fields import ID, NUMERIC, STORED, TEXT, Schema
    from whoosh.filedb.filestore import FileStorage, RamStorage
    from whoosh.index import TOC
    from whoosh.matching import LeafMatcher, ReadTooFar
    from whoosh.reading import TermInfo, TermNotFound

__all__ = [
    "ENTRY",
    "INDEX",
    "LeafMatcher",
    "ReadTooFar",
    "TermInfo",
    "TermNotFound",
    "base",
    "make_schema",
    "read_segments",
    "write_segments",
]

ENTRY = "entry"
"""The stored field that holds a whole entry as JSON."""
INDEX = "MAIN"
"""Whoosh's usual name of the one index of a folder."""
_MARK, _VERSION = -12345, -111
_NAME = re.compile("[0-9a-z]{8,40}")
_OURS = ("index.whoosh_codec.codec", "NumpySegment")


class WordAnalyzer(Analyzer):  # type: ignore[misc]
    """`index.analysis` as Whoosh wants it, so that stock Whoosh code queries the index with the same words."""

    def __call__(self, value: str, **kwargs: Any) -> Iterator[WhooshToken]:
        """One token object, filled anew for each word, as Whoosh's own analysers do."""
        token = WhooshToken(positions=True, chars=True, boosts=True, mode=kwargs.get("mode", ""))
        token.boost = 1.0
        token.stopped = False
        for word in words(value):
            token.original = token.text = word.exact
            token.startchar, token.endchar, token.pos = word.start, word.end, word.position
            yield token


def make_schema() -> Schema:
    """The Whoosh schema of `index.schema.FIELDS`.

    Stemmed fields are read through the exact ones and are not in it, nor are numbers that are only columns. A date is
    the number yyyymmdd.
    """
    schema = Schema()
    for field in FIELDS:
        if field.kind in ("id", "code"):
            schema.add(field.name, ID())
        elif field.kind == "exact":
            schema.add(field.name, TEXT(analyzer=WordAnalyzer(), phrase=True))
        elif field.kind == "date":
            schema.add(field.name, NUMERIC(int, bits=32, shift_step=0))
    schema.add(ENTRY, STORED())
    return schema


def write_segments(folder: Path, segments: Sequence[Any]) -> None:
    """Writes the table of an index: its schema and these segments."""
    folder.mkdir(exist_ok=True)
    TOC(make_schema(), list(segments), 1).write(FileStorage(str(folder)), INDEX)


def read_segments(folder: Path) -> list[Any]:
    """The segments of an index, in order, as they were written. IndexDamagedError."""
    try:
        (table,) = folder.glob("*.toc")
        segments = _segments_of(table.read_bytes())
    except _WhooshsOwnError:
        raise IndexDamagedError(f"{folder}: Whoosh itself has written to this index; type: saywho rebuild") from None
    except Exception as error:  # what reading a broken table may raise has no end
        raise IndexDamagedError(
            f"{folder}: its table of segments cannot be read ({error}); type: saywho rebuild"
        ) from error
    if not all(map(_sound, segments)):
        raise IndexDamagedError(f"{folder}: its table of segments names what no run has written; type: saywho rebuild")
    return segments


def _segments_of(table: bytes) -> list[Any]:
    """The segments of a table as `whoosh.index.TOC.write` lays it out; its schema, a pickle too, is passed over."""
    storage = RamStorage()
    storage.files[INDEX] = table
    stream = storage.open_file(INDEX)
    for _ in range(3):
        stream.read_varint()  # sizes of numbers
    if (mark := stream.read_int()) != _MARK:
        raise ValueError(f"it begins with {mark}")
    if (version := stream.read_int()) != _VERSION:
        raise ValueError(f"it is of version {version}")
    for _ in range(3):
        stream.read_varint()  # Whoosh's release
    stream.skip_string()
    stream.read_int()  # generation
    stream.read_int()
    segments = _Unpickler(io.BytesIO(table[stream.tell() :])).load()
    if not isinstance(segments, list):
        raise ValueError("it holds no list")
    return segments


class _WhooshsOwnError(Exception):
    """The table has a segment that is not ours."""


class _Unpickler(pickle.Unpickler):
    """Makes our segments, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == _OURS:
            return getattr(importlib.import_module(module), name)
        if module.startswith("whoosh.codec."):
            raise _WhooshsOwnError
        raise pickle.UnpicklingError(f"it names {module}.{name}")


def _sound(segment: Any) -> bool:
    """Whether a segment's name is one, not a path, and its numbers are numbers."""
    return (
        bool(hasattr(segment, "rows") and isinstance(segment.segid, str) and _NAME.fullmatch(segment.segid))
        and segment.indexname == INDEX
        and isinstance(segment.rows, int)
        and all(isinstance(row, int) for row in segment.deleted or ())
    )
