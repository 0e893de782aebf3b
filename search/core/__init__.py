"""The search core: a query tree with filters over one build -> the best rows, exact totals and facets.

    found.py       rows with scores, and arithmetic on them
    common.py      what is worked out once for a word that many rows have
    union.py       any of several such words, without a list of their rows
    lists.py       a word, phrase or prefix -> its rows in one segment
    evaluating.py  a tree -> rows with scores in one segment
    counting.py    rows -> counts by value of a column
    ordering.py    rows -> the first few in order
    passages.py    words in order -> the rows that have them, or most of them

Everything is numpy on memory-mapped arrays; nothing here knows how a question was typed or how an answer is shown.
"""

import dataclasses
import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.records import Entry
from index.whoosh_codec import Part, Reader
from index.whoosh_codec.columns import NAMED
from search.core.counting import Counted, Counts, Tally
from search.core.evaluating import Clock, Evaluator, Rarities
from search.core.found import Found, Mask
from search.core.lists import Lists
from search.core.ordering import Order, best
from search.core.passages import Passages
from search.language import date_range
from search.tree import FieldFilter, Node

Interval = str
"""year, month or day"""

TIME_LIMIT = 10.0
"""Seconds that a question may take."""
_DIVISOR = {"year": 10000, "month": 100, "day": 1}
_LATEST = 99991231
_MOST_CODES = 20_000
"""Written values whose codes are remembered."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to find. Values of filters are ids, or names as users write them."""

    tree: Node
    within: str = "all"
    """quote, context or all: the fields that words are looked for in."""
    filters: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    """speaker, source, kind, status: any of the values; date: first and last day (ISO 8601, either may be empty).
    A facet is counted under all of them but its own."""
    min_confidence: float = 0.0
    facets: tuple[str, ...] = ()
    facet_limit: int = 20
    interval: Interval = "year"
    sort: Order = "relevance"
    group: str = "none"
    """variant: one row for all versions of the same words."""
    first: int = 10
    """How many rows are wanted, from the first on."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FacetCounts:
    """One facet: (value, count), the commonest first; periods in order of time."""

    items: list[tuple[str, int]]
    counts: Counted | None = None
    """By code; of the date None."""
    missing: int = 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`total` counts rows, of group=variant groups; rows are the index's, in order, with scores of at least 0."""

    total: int
    speakers: int
    """Different speakers of all that matches."""
    rows: tuple[int, ...]
    scores: tuple[float, ...]
    facets: dict[str, FacetCounts]


Hits = list[tuple[Part, Found]]


class Core:
    """One build, opened; may be shared between threads. Check the build's manifest first."""

    def __init__(self, folder: Path, *, time_limit: float = TIME_LIMIT) -> None:
        self._reader = Reader(folder)
        self.columns = self._reader.columns
        self.rows = self._reader.rows
        """That are not deleted."""
        self.passages = Passages(self._reader.parts)
        self._time_limit = time_limit
        values = sum(len(values) + 1 for values in self.columns.values.values())
        self._lists = [
            Lists(part, part.segment.meta["pivots"], values, part.segment.rows / max(1, self.columns.rows))
            for part in self._reader.parts
        ]
        self._rarities = Rarities(self._lists, self.rows)
        self._evaluators = [
            Evaluator(part, self.columns, lists, self._typed_codes, _windows)
            for part, lists in zip(self._reader.parts, self._lists, strict=True)
        ]
        self._periods: dict[str, tuple[list[str], list[npt.NDArray[np.uint32]]]] = {}
        self._known_codes: dict[tuple[str, str, bool], list[int]] = {}

    @property
    def live(self) -> Mask | None:
        """bool [rows of the columns]: which are not deleted; None where none is."""
        parts = self._reader.parts
        if all(part.live is None for part in parts):
            return None
        return np.concatenate([np.ones(p.segment.rows, np.bool_) if p.live is None else p.live for p in parts])

    @functools.cached_property
    def days(self) -> tuple[int, int] | None:
        """The first and the last day, yyyymmdd, of what is not deleted; None where nothing is dated."""
        dates = self.columns.date if self.live is None else self.columns.date[self.live]
        dated = dates[dates > 0]
        return (int(dated.min()), int(dated.max())) if len(dated) else None

    def entry(self, row: int) -> Entry:
        """The entry of a row."""
        return self._reader.entry(row)

    def rows_of(self, key: str, value: str) -> list[int]:
        """The rows with a value of a key: id, article, variant, speaker …"""
        return self._reader.rows_of(key, value)

    def close(self) -> None:
        """Lets go of the files."""
        self._reader.close()

    def codes(self, column: str, value: str, *, typed: bool = False) -> list[int]:
        """The codes that a written value stands for, ascending, perhaps none.

        An id; else what `Values.called` finds. Typed into a query it is a name before an id.
        """
        key = column, value, typed
        found = self._known_codes.get(key)
        if found is None:
            values = self.columns.values[column]
            known = values.code(value)
            found = [known] if known and not typed else values.called(value) or ([known] if known else [])
            if len(self._known_codes) >= _MOST_CODES:
                self._known_codes.clear()
            self._known_codes[key] = found
        return found

    def answer(self, question: Question) -> Answer:
        """Everything that is asked for. TimeLimitError where that takes too long."""
        clock = Clock(self._time_limit)
        under = self._under(question, clock)
        everything = under.all_but(None)
        tally = Tally(everything, self.columns, self.rows)
        speakers: Counts | None = None
        facets = {}
        for name in question.facets:
            found = under.all_but(name) if name in question.filters else everything
            if name == "date":
                facets[name] = self._dates(found, question.interval)
                continue
            mine = tally if found is everything else Tally(found, self.columns, self.rows)
            counts = mine.count(name)
            if name == "speaker" and found is everything:
                speakers = counts
            facets[name] = self._values(name, counts, question.facet_limit)
            clock.check()
        if speakers is None:
            speakers = tally.count("speaker")
        rows, scores, total = self._best(question, everything)
        return Answer(
            total=total,
            speakers=speakers.distinct,
            rows=tuple(rows.tolist()),
            scores=tuple(scores.tolist()),
            facets=facets,
        )

    @functools.cached_property
    def _variants(self) -> int:
        """The highest code of a variant."""
        return int(self.columns.codes["variant"].max(initial=0))

    def every(self, question: Question) -> npt.NDArray[np.uint32]:
        """All matching rows in order, whatever `first` says. TimeLimitError where finding them takes too long."""
        clock = Clock(self._time_limit)
        everything = self._under(question, clock).all_but(None)
        clock.check()
        rows, _, _ = self._best(dataclasses.replace(question, first=max(1, len(self.columns.date))), everything)
        clock.check()
        return rows.astype(np.uint32)

    def _under(self, question: Question, clock: Clock) -> "_Filtered":
        base: Hits = [
            (evaluator.part, evaluator.find(question.tree, question.within, self._rarities, clock))
            for evaluator in self._evaluators
        ]
        filters = self._filters(question)
        clock.check()
        return _Filtered(base, self._evaluators, filters, question.min_confidence, self.columns.confidence)

    def _typed_codes(self, node: FieldFilter) -> list[int]:
        return self._codes_of(node.field, node.values, typed=True)

    def _codes_of(self, column: str, values: Sequence[str], *, typed: bool = False) -> list[int]:
        if len(values) == 1:
            return self.codes(column, values[0], typed=typed)
        return sorted({code for value in values for code in self.codes(column, value, typed=typed)})

    def _filters(self, question: Question) -> "dict[str, list[int] | tuple[int, int]]":
        out: dict[str, list[int] | tuple[int, int]] = {}
        for name, values in question.filters.items():
            if name == "date":
                out[name] = _days(*values)
            elif values:
                out[name] = self._codes_of(name, values)
        return out

    def _values(self, name: str, counts: Counts, limit: int) -> FacetCounts:
        values = self.columns.values[name]
        items = [(values[code].value, number) for code, number in counts.top(limit)]
        return FacetCounts(items=items, counts=counts, missing=counts.missing)

    def _dates(self, found: Hits, interval: Interval) -> FacetCounts:
        periods, bounds = self._boundaries(interval)
        before = np.zeros(len(periods) + 1, np.int64)
        number = {id(part): place for place, part in enumerate(self._reader.parts)}
        for part, one in found:
            edges = bounds[number[id(part)]]
            for piece, times in one.pieces():
                if piece.rows is None:
                    before += np.minimum(np.maximum(edges, np.uint32(piece.low)), np.uint32(piece.high))
                    before -= piece.low
                elif times > 0:
                    before += piece.rows.searchsorted(edges)
                else:
                    before -= piece.rows.searchsorted(edges)
        counts = before.copy()
        counts[1:] -= before[:-1]
        missing, *numbers = counts.tolist()
        items = [(period, number) for period, number in zip(periods, numbers, strict=True) if number]
        return FacetCounts(items=items, missing=missing)

    def _boundaries(self, interval: Interval) -> tuple[list[str], list[npt.NDArray[np.uint32]]]:
        """The periods of the index, and where in each segment the undated rows and then each period end."""
        known = self._periods.get(interval)
        if known is None:
            divisor = _DIVISOR[interval]
            dates = [part.segment.date for part in self._reader.parts]
            periods = sorted({number for date in dates for number in _periods(date, divisor)})
            ends = np.array([1, *((number + 1) * divisor for number in periods)], np.int32)
            names = [_period(number, interval) for number in periods]
            known = names, [date.searchsorted(ends).astype(np.uint32) for date in dates]
            self._periods[interval] = known
        return known

    def _best(self, question: Question, found: Hits) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32], int]:
        total = sum(len(one) for _, one in found)
        date = self.columns.date
        if question.group != "variant":
            rows, scores = best(found, date, question.sort, question.first)
            return rows, scores, total
        variants = self.columns.codes["variant"]
        seen = np.zeros(self._variants + 1, np.bool_)
        for part, one in found:
            mine = variants[part.base :]
            seen[mine[one.low : one.high] if one.whole else mine.take(one.listed())] = True
        groups = int(np.count_nonzero(seen))
        wanted = min(question.first, groups)
        looked = 2 * question.first
        while True:
            rows, scores = best(found, date, question.sort, looked)
            _, firsts = np.unique(variants[rows], return_index=True)
            if len(firsts) >= wanted or len(rows) >= total:
                chosen = np.sort(firsts)[: question.first]
                return rows[chosen], scores[chosen], groups
            looked *= 4


class _Filtered:
    """What a tree matches, under some of the filters of a question."""

    def __init__(
        self,
        base: Hits,
        evaluators: Sequence[Evaluator],
        filters: "Mapping[str, list[int] | tuple[int, int]]",
        min_confidence: float,
        confidence: npt.NDArray[np.float32],
    ) -> None:
        self._base = base
        self._evaluators = evaluators
        self._filters = filters
        self._least = np.float32(min_confidence)
        self._confidence = confidence
        self._masks: dict[tuple[int, str], Mask] = {}

    def all_but(self, left_out: str | None) -> Hits:
        """What passes every filter but one."""
        names = [name for name in self._filters if name != left_out]
        return [(part, self._narrow(place, one, names)) for place, (part, one) in enumerate(self._base)]

    def _narrow(self, place: int, found: Found, names: Sequence[str]) -> Found:
        evaluator = self._evaluators[place]
        whole = found.whole
        coded = [name for name in names if name != "date"]
        if whole and coded:
            # Of everything, the rows with the rarest value are known without looking.
            rarest = min(coded, key=lambda name: self._size(evaluator, name))
            found = Found(evaluator.coded(rarest, self._codes(rarest))).within(found.low, found.high)
            coded.remove(rarest)
        if "date" in names:
            # Masks are over all rows of the base, so a window is cut out last, unless there is no mask to come.
            low, high = evaluator.days(*self._window())
            if whole or (not coded and not self._least):
                found = found.within(low, high)
            else:
                coded.append("date")
        keep: Mask | None = None
        for name in coded:
            mask = self._mask(place, name, found, remembered=not whole)
            keep = mask if keep is None else keep & mask
        if self._least:
            rows = found.listed()
            sure = self._confidence[evaluator.part.base :].take(rows) >= self._least
            keep = sure if keep is None else keep & sure
        return found if keep is None else found.kept(keep)

    def _codes(self, name: str) -> list[int]:
        codes = self._filters[name]
        return list(codes)

    def _window(self) -> tuple[int, int]:
        first, last = self._filters["date"]
        return first, last

    def _size(self, evaluator: Evaluator, name: str) -> int:
        counts = evaluator._values[name].counts
        return sum(int(counts[code]) for code in self._codes(name))

    def _mask(self, place: int, name: str, found: Found, *, remembered: bool) -> Mask:
        known = self._masks.get((place, name)) if remembered else None
        if known is not None:
            return known
        evaluator = self._evaluators[place]
        rows = found.listed()
        if name == "date":
            low, high = evaluator.days(*self._window())
            mask: Mask = (rows >= low) & (rows < high)
        else:
            codes = self._codes(name)
            mask = evaluator.have_code(name, codes, rows) if codes else np.zeros(len(rows), np.bool_)
        if remembered:
            self._masks[place, name] = mask
        return mask


def _windows(node: FieldFilter) -> list[tuple[int, int]]:
    return [_days(*date_range(value)) for value in node.values]


def _days(first: str | None, last: str | None) -> tuple[int, int]:
    return _number(first) if first else 1, _number(last) if last else _LATEST


def _number(date: str) -> int:
    return int(date.replace("-", ""))


def _periods(date: npt.NDArray[np.int32], divisor: int) -> Iterator[int]:
    """The periods of ascending dates, each once: from one's end to the next, since most rows need not be looked at."""
    at = int(date.searchsorted(np.int32(1)))
    while at < len(date):
        number = int(date[at]) // divisor
        yield number
        at = int(date.searchsorted(np.int32((number + 1) * divisor)))


def _period(number: int, interval: Interval) -> str:
    digits = f"{number:0{ {'year': 4, 'month': 6, 'day': 8}[interval] }}"
    return "-".join(part for part in (digits[:4], digits[4:6], digits[6:]) if part)


__all__ = ["NAMED", "Answer", "Core", "Counted", "Counts", "FacetCounts", "Question"]
