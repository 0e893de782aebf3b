"""A question -> its answer from a cluster: what `search.core.Core` gives for a build on this machine.

Rows are the places of entries in the stream that the build was made of. An entry is fetched once with the others of its
page and kept for a while.
"""

import dataclasses
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt

from index.cluster.opensearch import AskedTooLongError, Connection
from index.cluster.opensearch_builds import ClusterBuild
from index.records import Entry
from index.whoosh_codec import Values
from index.whoosh_codec.segment import unpacked
from search.cluster.columns import KEPT, Rows, columns_of
from search.cluster.counting import Tallied, buckets_of, commonest, different, first_size, how_many
from search.cluster.passages import ClusterPassages
from search.cluster.queries import EVERYTHING, Body, all_of, bounded, dated, has_value, matching
from search.cluster.scoring import Scorer
from search.cluster.streaming import Asked, Ranked, ranked
from search.cluster.tables import Opened, Words
from search.core import TIME_LIMIT, Answer, FacetCounts, Question
from search.core.evaluating import Clock
from search.errors import TimeLimitError
from search.tree import FieldFilter

_MOST_CODES = 20_000
_MOST_ENTRIES = 2_000
"""Entries that are remembered."""
_SHOWN = 100
"""Rows of an answer whose entries are fetched with it: no page has more."""
_PAGE = 10_000
"""Rows of a value that are fetched at a time."""
_DIVISOR = {"year": 10000, "month": 100, "day": 1}
_DIFFERENT = {"stats_bucket": {"buckets_path": "different>_count"}}
_LEAVING_OUT = "-aggregations.**.different.buckets"
"""Of how many are different, only the number is sent."""


class ClusterCore:
    """One build of a cluster; may be shared between threads."""

    def __init__(
        self, connection: Connection, build: ClusterBuild, opened: Opened, *, time_limit: float = TIME_LIMIT
    ) -> None:
        self._connection, self._build = connection, build
        self._index = build.index
        self.tables = opened.tables
        self.words = Words(self.tables)
        self.values: Mapping[str, Values] = self.tables.values
        self.rows = self.tables.rows
        self.days = self.tables.days
        self._time_limit = time_limit
        # The index's bounds were worked out before the usual lengths were known; no weight is above them by more.
        self._factor = max(1.0, *(pivot / build.usual[name] for name, pivot in self.tables.pivots.items()))
        self._known_codes: dict[tuple[str, str, bool], list[int]] = {}
        self._entries: OrderedDict[int, Entry] = OrderedDict()
        self._lock = threading.Lock()
        self._keys = Rows(self._keys_of, self.values)
        self.columns = columns_of(self._keys, self.values)
        self.passages = ClusterPassages(self.tables, self._rows_that, self._best_of)
        # What looks into the words of a segment's lists looks into the tables.
        self._lists = [SimpleNamespace(part=SimpleNamespace(segment=self.tables), rows_with=self.words.rows_with)]

    # Values.

    def codes(self, column: str, value: str, *, typed: bool = False) -> list[int]:
        """The codes that a written value stands for; see `search.core.Core.codes`."""
        key = column, value, typed
        found = self._known_codes.get(key)
        if found is None:
            values = self.values[column]
            known = values.code(value)
            found = [known] if known and not typed else values.called(value) or ([known] if known else [])
            if len(self._known_codes) >= _MOST_CODES:
                self._known_codes.clear()
            self._known_codes[key] = found
        return found

    def _written(self, column: str, given: Sequence[str], *, typed: bool = False) -> list[str]:
        codes = sorted({code for value in given for code in self.codes(column, value, typed=typed)})
        return [self.values[column][code].value for code in codes]

    def _typed(self, node: FieldFilter) -> list[str]:
        return self._written(node.field, node.values, typed=True)

    # Asking.

    def ask(self, body: Body, **options: Any) -> dict[str, Any]:
        """One search of the quotations. TimeLimitError where it takes too long."""
        try:
            return self._connection.search(
                self._index, {"timeout": f"{int(self._time_limit * 1000)}ms", **body}, **options
            )
        except AskedTooLongError as error:
            raise TimeLimitError(self._time_limit) from error

    def aggregate(self, query: Body, aggregations: Body) -> dict[str, Any]:
        """Aggregations over what matches."""
        body = {"size": 0, "track_total_hits": False, "query": query, "aggs": aggregations}
        found: dict[str, Any] = self.ask(body, filter_path=_LEAVING_OUT).get("aggregations", {})
        return found

    def count(self, query: Body) -> int:
        """How many rows match."""
        found = self.ask({"size": 0, "track_total_hits": True, "query": query})
        return int(found["hits"]["total"]["value"])

    def filters(self, question: Question) -> dict[str, Body]:
        """The filters of a question by name."""
        found = {}
        for name, given in question.filters.items():
            if name == "date":
                found[name] = dated(given[0] or None, given[1] or None)
            elif given:
                found[name] = has_value(name, self._written(name, given))
        return found

    def base(self, question: Question) -> Body:
        """What a question's tree and confidence leave."""
        parts = [matching(question.tree, question.within, self._typed)]
        if question.min_confidence:
            parts.append({"range": {"confidence": {"gte": question.min_confidence}}})
        parts = [part for part in parts if part != EVERYTHING]
        return all_of(parts)

    def asked(self, question: Question, *, entries: bool = False) -> Asked:
        """A question's rows, to be put in order."""
        scorer = Scorer(question.tree, question.within, self.words, self.tables.pivots, self._typed)
        bounds = (
            bounded(question.tree, question.within, self.words, self._factor) if question.sort == "relevance" else []
        )
        return Asked(
            index=self._index,
            matching=all_of([self.base(question), *self.filters(question).values()]),
            bounds=bounds,
            scorer=scorer,
            order=question.sort,
            grouped=question.group == "variant",
            first=question.first,
            entries=entries,
        )

    def in_order(self, asked: Asked, skip: int = 0) -> Iterator[Ranked]:
        """The rows of a question, in order."""
        return ranked(self._connection, asked, skip)

    def answer(self, question: Question, skip: int = 0) -> Answer:
        """Everything that is asked for; of the rows those from place `skip` to `question.first`."""
        base, given = self.base(question), self.filters(question)
        facets = {name: self._facet(question, name) for name in question.facets}
        own = [name for name in question.facets if name in given]
        # What no facet is counted without narrows everything.
        shared = [body for name, body in given.items() if name not in own]
        query = all_of([part for part in (base, *shared) if part != EVERYTHING])
        apart = {name: body for name, body in given.items() if name in own}
        everything = all_of(list(apart.values()))
        inner: Body = {name: facets[name] for name in facets if name not in own}
        within = {key: value for body in inner.values() for key, value in body.items()}
        speakers: Body = {"different": different("speaker"), "number": _DIFFERENT}
        aggregations: Body = {"all": {"filter": everything, "aggs": {**within, "speakers": _under(speakers)}}}
        for name in own:
            others = all_of([body for other, body in apart.items() if other != name])
            aggregations[f"own_{name}"] = {"filter": others, "aggs": facets[name]}
        if question.group == "variant":
            grouped: Body = {"different": different("variant"), "number": _DIFFERENT}
            aggregations["all"]["aggs"] |= {
                "alone": {"filter": {"term": {"alone": True}}},
                "grouped": {"filter": {"term": {"alone": False}}, "aggs": grouped},
            }
        found = self.aggregate(query, aggregations)
        every = found["all"]
        narrowed = all_of([query, everything])
        total = every["doc_count"]
        if question.group == "variant":
            apart_from = all_of([narrowed, {"term": {"alone": False}}])
            total = every["alone"]["doc_count"] + self._different("variant", every["grouped"], apart_from)
        shown = {}
        for name in question.facets:
            rest = [query, *(body for other, body in apart.items() if other != name)]
            shown[name] = self._counted(name, question, found.get(f"own_{name}", every), all_of(rest))
        rows: list[Ranked] = []
        if question.first > skip and total > skip:
            wanted = question.first - skip
            asked = dataclasses.replace(self.asked(question), check=Clock(self._time_limit).check)
            for one in self.in_order(asked, skip):
                rows.append(one)
                if len(rows) == wanted:
                    break
        self.entries([one.row for one in rows[-_SHOWN:]])
        return Answer(
            total=total,
            speakers=self._different("speaker", every["speakers"], narrowed),
            rows=tuple(one.row for one in rows),
            scores=tuple(one.score for one in rows),
            facets=shown,
        )

    def _different(self, field: str, found: dict[str, Any], query: Body) -> int:
        answer = {"values": found["different"], "number": found["number"]}
        return how_many(field, answer, lambda body: self.aggregate(query, {"one": body})["one"])

    def _facet(self, question: Question, name: str) -> Body:
        """The aggregations that a facet is made of, named so that those of several do not meet."""
        missing = {f"{name}_missing": {"missing": {"field": name}}}
        if name == "date":
            interval = _DIVISOR[question.interval]
            histogram = {"histogram": {"field": "date", "interval": interval, "min_doc_count": 1}}
            return {"date_values": histogram, **missing}
        return {f"{name}_values": commonest(name, first_size(max(question.facet_limit, 100))), **missing}

    def _counted(self, name: str, question: Question, found: dict[str, Any], query: Body) -> FacetCounts:
        missing = found[f"{name}_missing"]["doc_count"]
        if name == "date":
            items = [
                (_period(int(one["key"]) // _DIVISOR[question.interval], question.interval), one["doc_count"])
                for one in found.get("date_values", {}).get("buckets", ())
            ]
            return FacetCounts(items=items, missing=missing)
        known = buckets_of(found[f"{name}_values"], first_size(max(question.facet_limit, 100)))
        values = self.values[name]
        counts = Tallied(name, values, known, missing, lambda body: self.aggregate(query, {"one": body})["one"])
        items = [(values[code].value, number) for code, number in counts.top(question.facet_limit)]
        return FacetCounts(items=items, counts=counts, missing=missing)

    # Rows and entries.

    def entry(self, row: int) -> Entry:
        """The entry of a row."""
        return self.entries([row])[0]

    def entries(self, rows: Sequence[int]) -> list[Entry]:
        """The entries of rows, fetched together where they are not known."""
        with self._lock:
            known = {row: self._entries[row] for row in rows if row in self._entries}
        missing = [row for row in dict.fromkeys(rows) if row not in known]
        for at in range(0, len(missing), 1000):
            some = missing[at : at + 1000]
            hits = self.ask({"query": {"terms": {"row": some}}, "_source": ["row", "entry"], "size": len(some)})
            known |= self.remember(hits["hits"]["hits"])
        return [known[row] for row in rows]

    def remember(self, hits: Sequence[dict[str, Any]]) -> dict[int, Entry]:
        """The entries of hits that have `row` and `entry`, by row."""
        found = {hit["_source"]["row"]: unpacked(hit["_source"]["entry"].encode()) for hit in hits}
        with self._lock:
            for row, entry in found.items():
                self._entries[row] = entry
                self._entries.move_to_end(row)
            while len(self._entries) > _MOST_ENTRIES:
                self._entries.popitem(last=False)
        return found

    def hits(
        self, query: Body, source: Sequence[str], sort: str = "row", most: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """What is kept of all rows that match, in order of a key (`-key` from its end)."""
        key, order = sort.removeprefix("-"), "desc" if sort.startswith("-") else "asc"
        body: dict[str, Any] = {
            "query": query,
            "sort": [{key: order}],
            "_source": list(source),
            "track_total_hits": False,
        }
        left, clock = most, Clock(self._time_limit)
        while True:
            clock.check()
            size = _PAGE if left is None else min(_PAGE, left)
            found = self.ask({**body, "size": size})["hits"]["hits"] if size else []
            yield from found
            left = None if left is None else left - len(found)
            if len(found) < size or left == 0:
                return
            body["search_after"] = found[-1]["sort"]

    def rows_of(self, key: str, value: str) -> list[int]:
        """The rows with a value of a key, ascending."""
        query = {"term": {key: value}}
        if key in ("id", "article", "variant"):  # whose entries are wanted next
            hits = list(self.hits(query, ["row", "entry"], most=1000))
            if len(hits) < 1000:
                return list(self.remember(hits))
        return [hit["_source"]["row"] for hit in self.hits(query, ["row"])]

    def _keys_of(self, rows: Sequence[int]) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        for at in range(0, len(rows), _PAGE):
            query = {"terms": {"row": list(rows[at : at + _PAGE])}}
            found += [hit["_source"] for hit in self.hits(query, KEPT)]
        return found

    def _rows_that(self, query: Body) -> npt.NDArray[np.int64]:
        """All rows that match, ascending; their keys are wanted next."""
        found = [hit["_source"] for hit in self.hits(query, KEPT)]
        self._keys.remember(found)
        return np.array([one["row"] for one in found], np.int64)

    def _best_of(self, query: Body, most: int, field: str) -> list[dict[str, Any]]:
        sort = [{"_score": "desc"}, {"row": "asc"}]
        body = {"query": query, "size": most, "sort": sort, "_source": ["row", field], "track_total_hits": False}
        return [hit["_source"] for hit in self.ask(body)["hits"]["hits"]]

    def close(self) -> None:
        """Nothing of its own is open."""


def _under(aggregations: Body) -> Body:
    return {"filter": EVERYTHING, "aggs": aggregations}


def _period(number: int, interval: str) -> str:
    digits = f"{number:0{ {'year': 4, 'month': 6, 'day': 8}[interval] }}"
    return "-".join(part for part in (digits[:4], digits[4:6], digits[6:]) if part)
