"""tantivy by its own Python package, set up as its documentation advises for facets and filters.

- Values of facets are numbers in fast (columnar) fields, which its aggregations count fastest; filters use the same
  numbers through the inverted index, inside constant scores, so that they cost no scoring.
- The date range goes through the inverted index too, which is quicker than the column for ranges of years.
- One writer thread and a heap as large as it takes, so that a commit leaves as few segments as possible: one, up to
  about a million quotations. Where there are more, facets are asked for all values of each, so that counts are true.
- The total is the sum of the years where they are counted under the same filters; then the best ten can skip blocks
  that cannot reach them.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tantivy
from tantivy import FieldType, Filter, Occur, Query, TextAnalyzerBuilder, Tokenizer

from scripts.benchmarking.answers import BEST, VALUES, Answer
from scripts.benchmarking.engines import Row
from scripts.benchmarking.engines.rows import Codes, counted, day, read
from scripts.benchmarking.queries import Question

HEAP = 4_000_000_000
"""Bytes of postings before a segment is written; tantivy takes no more a thread."""

_TEXTS: dict[Row, dict[str, float]] = {
    "plain": {"quote": 1.0},
    "real": {"quote": 2.0, "context": 0.5, "about": 1.0},
}
"""Text fields and their boosts. In row `real` each has a twin with stems, named so: `quote_stem`."""
_CODES = ("speaker", "source")
_YEARS = 100
"""Values that the facet of years may have."""


class Made:
    """tantivy over one row's fields."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self._boosts = _TEXTS[row]
        self._schema = self._make_schema()
        stemming = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.lowercase()).filter(Filter.stemmer("english"))
        self._stemming = stemming.build()

    def _make_schema(self) -> "tantivy.Schema":
        builder = tantivy.SchemaBuilder()
        for name in self._boosts:
            builder.add_text_field(name, tokenizer_name="default", index_option="position")
            if self._row == "real":
                builder.add_text_field(f"{name}_stem", tokenizer_name="en_stem", index_option="position")
        builder.add_bytes_field("entry", stored=True)
        for name in (*_CODES, "date"):
            builder.add_unsigned_field(name, indexed=True, fast=True)
        builder.add_unsigned_field("year", fast=True)
        return builder.build()

    def build(self, entries: Path, folder: Path) -> int:
        """One commit; waits until all merging is done."""
        codes = {name: Codes() for name in _CODES}
        (folder / "index").mkdir()
        index = tantivy.Index(self._schema, path=str(folder / "index"))
        writer = index.writer(heap_size=HEAP, num_threads=1)
        count = 0
        for line, entry in read(entries):
            row: dict[str, Any] = {"entry": line, "date": day(entry["date"]), "year": int(entry["date"][:4])}
            row["source"] = codes["source"][entry["source"]]
            if entry["speaker_id"] is not None:
                row["speaker"] = codes["speaker"][entry["speaker_id"]]
            row["quote"] = entry["text"]
            if self._row == "real":
                # Several values of a field keep phrases from running across them.
                row["context"] = [entry["before"], entry["after"]]
                row["about"] = [entry["speaker"] or "", entry["title"]]
                row |= {f"{name}_stem": row[name] for name in self._boosts}
            writer.add_document(tantivy.Document.from_dict(row, self._schema))
            count += 1
        writer.commit()
        writer.wait_merging_threads()
        for name, values in codes.items():
            values.save(folder / f"{name}.json")
        return count

    def open(self, folder: Path) -> str:
        """Opens the index and the codes' values."""
        self._searcher = tantivy.Index.open(str(folder / "index")).searcher()
        self._codes = {name: Codes.load(folder / f"{name}.json") for name in _CODES}
        many = self._searcher.num_segments > 1
        sizes = {**dict.fromkeys(_CODES, VALUES), "year": _YEARS}
        self._facets: dict[str, dict[str, Any]] = {}
        for name, size in sizes.items():
            terms = {"field": name, "size": size}
            if many and name in _CODES:
                terms["segment_size"] = len(self._codes[name].values)
            self._facets[name] = {"terms": terms}
        return f"{self._searcher.num_segments} segment" + "s" * many

    def cannot(self, question: Question) -> str:
        """It can express them all."""
        return ""

    def ask(self, question: Question) -> Answer:
        """The best ten by one search; the facets by one aggregation for each set of filters."""
        facets: dict[str, list[tuple[Any, int]]] = {}
        for variant, names in counted(question, self._row):
            if names:
                query = self._query(variant)
                found = self._searcher.aggregate(query, {name: self._facets[name] for name in names})
                for name in names:
                    facets[name] = [(bucket["key"], bucket["doc_count"]) for bucket in found[name]["buckets"]]
        years = {str(int(year)): count for year, count in facets["year"]}
        same_filters = not (self._row == "real" and question.dates)
        best: Any = self._searcher.search(self._query(question), BEST, count=not same_filters)
        entries = [json.loads(self._searcher.doc(address)["entry"][0]) for _, address in best.hits]
        return Answer(
            total=sum(years.values()) if same_filters else best.count,
            speakers=self._named("speaker", facets),
            sources=self._named("source", facets),
            years=years,
            hits=tuple(entry["id"] for entry in entries),
        )

    def _named(self, name: str, facets: dict[str, list[tuple[Any, int]]]) -> tuple[tuple[str, int], ...]:
        values = self._codes[name].values
        return tuple((values[int(code)], count) for code, count in facets[name])

    def _query(self, question: Question) -> Query:
        parts = [self._words(question)] if question.words else []
        if question.speaker is not None:
            parts.append(self._coded("speaker", question.speaker))
        if question.source is not None:
            parts.append(self._coded("source", question.source))
        if question.dates is not None:
            first, last = map(day, question.dates)
            dates = Query.range_query(self._schema, "date", FieldType.Unsigned, first, last, use_inverted_index=True)
            parts.append(Query.const_score_query(dates, 0.0))
        if not parts:
            return Query.all_query()
        return parts[0] if len(parts) == 1 else Query.boolean_query([(Occur.Must, part) for part in parts])

    def _coded(self, name: str, value: str) -> Query:
        term = Query.term_query(self._schema, name, self._codes[name].of(value), index_option="basic")
        return Query.const_score_query(term, 0.0)

    def _words(self, question: Question) -> Query:
        match question.joined:
            case "phrase":
                return self._in_fields(lambda field: Query.phrase_query(self._schema, field, list(question.words)))
            case "prefix":
                # Its prefix queries look at 50 words at most, so that their counts would not be true.
                pattern = f"{question.words[0]}.*"
                return self._in_fields(lambda field: Query.regex_query(self._schema, field, pattern))
        terms = [self._word(word) for word in question.words]
        if len(terms) == 1:
            return terms[0]
        occur = Occur.Must if question.joined == "all" else Occur.Should
        return Query.boolean_query([(occur, term) for term in terms])

    def _word(self, word: str) -> Query:
        if self._row == "plain":
            return Query.term_query(self._schema, "quote", word, index_option="freq")
        (stem,) = self._stemming.analyze(word)
        return self._in_fields(lambda field: Query.term_query(self._schema, field, stem, index_option="freq"), "_stem")

    def _in_fields(self, made: Callable[[str], Query], ending: str = "") -> Query:
        """The same in every field, with the fields' boosts."""
        found = [
            query if boost == 1.0 else Query.boost_query(query, boost)
            for query, boost in ((made(f"{name}{ending}"), boost) for name, boost in self._boosts.items())
        ]
        return found[0] if len(found) == 1 else Query.boolean_query([(Occur.Should, query) for query in found])
