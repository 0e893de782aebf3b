"""Whoosh itself, and our analyser in Whoosh's clothes: the schema, and the table of segments that Whoosh reads first.

Whoosh pickles that table (a file of a few hundred bytes), so an index may be opened only when its manifest says that it
is the one that was built.
"""

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
        # Whoosh leaves a file open that it cannot read.
        storage = RamStorage()
        storage.files.update((path.name, path.read_bytes()) for path in folder.glob("*.toc"))
        segments = list(TOC.read(storage, INDEX).segments)
    except Exception as error:  # what unpickling and Whoosh's own reading may raise has no end
        raise IndexDamagedError(
            f"{folder}: its table of segments cannot be read ({error}); type: saywho rebuild"
        ) from error
    if not all(hasattr(segment, "rows") for segment in segments):
        raise IndexDamagedError(f"{folder}: Whoosh itself has written to this index; type: saywho rebuild")
    return segments
