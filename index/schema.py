"""The table of fields: what an index keeps of an `Entry`, and how. Every engine's mapping comes from it."""

import dataclasses
from collections.abc import Callable
from typing import Literal, TypeAlias

from index.records import Entry

SCHEMA_VERSION = 5
"""Counted up whenever the table, the analysis or the files of a build change; an older build asks for a rebuild."""

FieldKind: TypeAlias = Literal["id", "stemmed", "exact", "code", "date", "number"]
"""id: one whole value. exact: words with positions. stemmed: the words of the field of the same name with `_exact`,
in any form; nothing of its own is kept. code: one of few values, for filters and facets.
date: a calendar date, sortable. number: a float, for ranges."""


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """One field of the index: its name, how it is kept, and where its value comes from."""

    name: str
    kind: FieldKind
    value: Callable[[Entry], object]
    facet: bool = False
    label: Callable[[Entry], str | None] | None = None
    """For a code whose readable name differs from its value."""
    boost: float = 1.0


def _context(entry: Entry) -> str:
    # The interruptions between an interrupted quotation's pieces are context too. An empty line between the parts
    # keeps phrases from running across them (the analyser leaves a gap in the positions there).
    start = entry.content[0][0]
    gaps = [
        entry.exact[end - start : following - start]
        for (_, end), (following, _) in zip(entry.content, entry.content[1:], strict=False)
    ]
    return "\n\n".join((entry.before, *gaps, entry.after))


FIELDS: tuple[Field, ...] = (
    Field("id", "id", lambda e: e.id),
    Field("article", "id", lambda e: e.article_id),
    Field("quote", "stemmed", lambda e: e.text, boost=2.0),
    Field("quote_exact", "exact", lambda e: e.text, boost=2.0),
    Field("context", "stemmed", _context, boost=0.5),
    Field("context_exact", "exact", _context, boost=0.5),
    Field("about", "stemmed", lambda e: f"{e.speaker or ''}\n\n{e.title or ''}"),
    Field("about_exact", "exact", lambda e: f"{e.speaker or ''}\n\n{e.title or ''}"),
    Field("speaker", "code", lambda e: e.speaker_id, facet=True, label=lambda e: e.speaker),
    Field("source", "code", lambda e: e.source, facet=True),
    Field("kind", "code", lambda e: e.kind, facet=True),
    Field("status", "code", lambda e: e.status, facet=True),
    Field("variant", "code", lambda e: e.variant_id),
    Field("date", "date", lambda e: e.date, facet=True),
    Field("confidence", "number", lambda e: e.confidence),
)

BY_NAME: dict[str, Field] = {field.name: field for field in FIELDS}
FACETS: tuple[str, ...] = tuple(field.name for field in FIELDS if field.facet)

SEARCHED: dict[str, tuple[str, ...]] = {
    "quote": ("quote",),
    "context": ("context",),
    "all": ("quote", "context", "about"),
}
"""`in=` -> the stemmed fields that words are looked up in; exact words go to the same names with `_exact`."""
