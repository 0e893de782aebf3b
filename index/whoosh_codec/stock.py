"""Whoosh itself, and our analyser in Whoosh's clothes."""

import functools
import warnings
from collections.abc import Iterator
from typing import Any

from index.analysis import Token, words
from index.schema import FIELDS

with warnings.catch_warnings():
    # Whoosh 2.7.4 (frozen in 2016) writes regular expressions without raw strings; only the first import tells.
    warnings.simplefilter("ignore", SyntaxWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    from whoosh.analysis import Analyzer
    from whoosh.analysis import Token as WhooshToken
    from whoosh.fields import ID, STORED, TEXT, Schema
    from whoosh.index import FileIndex, create_in, open_dir

__all__ = ["FileIndex", "Schema", "WordAnalyzer", "analysed", "create_in", "make_schema", "open_dir"]

ENTRY = "entry"
"""The stored field that holds a whole entry as JSON."""


@functools.lru_cache(maxsize=4)
def analysed(text: str) -> tuple[Token, ...]:
    """The words of a text; columns, stems and Whoosh ask for an entry's three texts one after the other."""
    return tuple(words(text))


class WordAnalyzer(Analyzer):  # type: ignore[misc]
    """`index.analysis` as Whoosh wants it, so that stock Whoosh code reads and queries the index alike."""

    def __call__(self, value: str, **kwargs: Any) -> Iterator[WhooshToken]:
        """One token object, filled anew for each word, as Whoosh's own analysers do."""
        token = WhooshToken(positions=True, chars=True, boosts=True, mode=kwargs.get("mode", ""))
        token.boost = 1.0
        token.stopped = False
        for word in analysed(value):
            token.original = token.text = word.exact
            token.startchar, token.endchar, token.pos = word.start, word.end, word.position
            yield token


def make_schema() -> Schema:
    """The Whoosh schema of `index.schema.FIELDS`.

    Codes, dates and numbers are columns and not in it; stemmed fields are read through the exact ones.
    """
    schema = Schema()
    for field in FIELDS:
        if field.kind == "id":
            schema.add(field.name, ID())
        elif field.kind == "exact":
            schema.add(field.name, TEXT(analyzer=WordAnalyzer(), phrase=True))
    schema.add(ENTRY, STORED())
    return schema
