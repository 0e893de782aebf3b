"""Stock Whoosh: its own codec, searcher and facets; the same words (no stop words, no stems) and numbers for values."""

import itertools
import json
from pathlib import Path

from whoosh import fields, sorting
from whoosh.analysis import LowercaseFilter, RegexTokenizer
from whoosh.index import create_in, open_dir
from whoosh.query import And, Every, NumericRange, Or, Phrase, Prefix, Query, Term

from scripts.benchmarking.answers import BEST, VALUES, Answer, Counts
from scripts.benchmarking.engines import Row
from scripts.benchmarking.engines.rows import Codes, day, read
from scripts.benchmarking.queries import Question

_CODES = ("speaker", "source")
_NONE = 2**31 - 1
"""The speaker of quotations that have none."""


class Made:
    """Whoosh as it is installed."""

    def __init__(self, row: Row) -> None:
        self._row = row

    def build(self, entries: Path, folder: Path) -> int:
        """One commit in one process, with as much memory for postings as the others may use."""
        words = RegexTokenizer(r"[A-Za-z0-9]+") | LowercaseFilter()
        schema = fields.Schema(
            quote=fields.TEXT(analyzer=words, phrase=True),
            entry=fields.STORED,
            date=fields.NUMERIC(int, sortable=True),
            **{name: fields.NUMERIC(int, sortable=True, default=_NONE) for name in (*_CODES, "year")},
        )
        codes = {name: Codes() for name in _CODES}
        writer = create_in(folder, schema).writer(limitmb=1024, compound=False)
        count = 0
        for line, entry in read(entries):
            speaker = _NONE if entry["speaker_id"] is None else codes["speaker"][entry["speaker_id"]]
            writer.add_document(
                quote=entry["text"],
                entry=line.decode(),
                speaker=speaker,
                source=codes["source"][entry["source"]],
                date=day(entry["date"]),
                year=int(entry["date"][:4]),
            )
            count += 1
        writer.commit()
        for name, values in codes.items():
            values.save(folder / f"{name}.json")
        return count

    def open(self, folder: Path) -> str:
        """Opens a searcher."""
        self._searcher = open_dir(folder, readonly=True).searcher()
        self._codes = {name: Codes.load(folder / f"{name}.json") for name in _CODES}
        return "one segment"

    def cannot(self, question: Question) -> str:
        """It can express them all."""
        return ""

    def ask(self, question: Question) -> Answer:
        """One search that groups by all facets at once."""
        facets = {name: sorting.FieldFacet(name, maptype=sorting.Count) for name in (*_CODES, "year")}
        results = self._searcher.search(self._query(question), limit=BEST, groupedby=facets)
        return Answer(
            total=len(results),
            speakers=self._named("speaker", results.groups("speaker")),
            sources=self._named("source", results.groups("source")),
            years={str(year): count for year, count in results.groups("year").items()},
            hits=tuple(json.loads(hit["entry"])["id"] for hit in itertools.islice(results, BEST)),
        )

    def _named(self, name: str, groups: dict[int, int]) -> Counts:
        values = self._codes[name].values
        best = sorted((-count, code) for code, count in groups.items() if code != _NONE)[:VALUES]
        return tuple((values[code], -count) for count, code in best)

    def _query(self, question: Question) -> Query:
        parts = [self._words(question)] if question.words else []
        parts += [
            NumericRange(name, code, code, constantscore=True)
            for name, value in (("speaker", question.speaker), ("source", question.source))
            if value is not None
            for code in [self._codes[name].of(value)]
        ]
        if question.dates is not None:
            parts.append(NumericRange("date", *map(day, question.dates), constantscore=True))
        return (And(parts) if len(parts) > 1 else parts[0]) if parts else Every()

    def _words(self, question: Question) -> Query:
        match question.joined:
            case "phrase":
                return Phrase("quote", list(question.words))
            case "prefix":
                return Prefix("quote", question.words[0])
        terms = [Term("quote", word) for word in question.words]
        return (Or(terms) if question.joined == "any" else And(terms)) if len(terms) > 1 else terms[0]
