"""A query tree -> the rows of one segment that match, with scores.

An AND begins with its rarest part and looks the others up in what is left. Scores are BM25F: a word's weight, worked
out when the index was written, times its rarity; a phrase has the rarity of all its words, as in Lucene; prefixes and
filters count nothing.
"""

import math
import threading
import time
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from index.whoosh_codec import Part
from index.whoosh_codec.columns import Columns
from index.whoosh_codec.lexicon import encoded
from search.core.found import NO_ROWS, NO_SCORES, NOTHING, Found, Mask, Rows, Scores, are_in, merged
from search.core.lists import Lists
from search.core.union import Sought, Union
from search.errors import TimeLimitError
from search.forms import Form, form_of
from search.tree import And, Everything, FieldFilter, Leaf, Node, Not, Or, Phrase, Prefix, Word

Codes = Callable[[FieldFilter], list[int]]
"""The codes that a filter's values stand for."""
Windows = Callable[[FieldFilter], list[tuple[int, int]]]
"""First and last day, yyyymmdd, of each of a date filter's values."""

_FEW = 7
"""Lists with fewer than one in so many rows together are added up row by row, larger ones in a dense array: numpy finds
what is true among many much faster where more than one in eight is."""
_MANY = 100
"""Words with more than one in so many rows together are not listed before that is needed (`union.py`)."""
_AT_ONCE = 2**18
"""Rows among which many lists are added up together: the sums stay in the processor's cache."""
_MASKED = 64
"""Rows are taken out one by one where they are fewer than one in so many, else by a mask over all."""
_MOST_RARITIES = 50_000


class Clock:
    """Ends a question that takes too long."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        """TimeLimitError when time is up."""
        if time.monotonic() > self._end:
            raise TimeLimitError(self._seconds)


class Rarities:
    """How rare words are in a whole index: log(1 + (N - n + 1/2) / (n + 1/2)), n of N rows having it."""

    def __init__(self, lists: Sequence[Lists], rows: int) -> None:
        self._lists = lists
        self._rows = rows
        self._known: dict[tuple[Form, str], np.float32] = {}

    def of(self, form: Form, scope: str) -> np.float32:
        """The rarity of a word, or of all words of a phrase."""
        known = self._known.get((form, scope))
        if known is None:
            if len(self._known) >= _MOST_RARITIES:
                self._known.clear()
            known = self._known[form, scope] = self._worked_out(form, scope)
        return known

    def _worked_out(self, form: Form, scope: str) -> np.float32:
        total = 0.0
        for word in form.words:
            single = Form((word,), (0,), form.exact)
            fields = zip(*(lists.rows_with(single, scope) for lists in self._lists), strict=True)
            having = max(sum(counts) for counts in fields) if self._lists else 0
            having = min(having, self._rows)
            total += math.log(1 + (self._rows - having + 0.5) / (having + 0.5))
        return np.float32(total)


class Evaluator:
    """Evaluates trees in one segment; may be shared between threads."""

    def __init__(self, part: Part, columns: Columns, lists: Lists, codes: Codes, windows: Windows) -> None:
        self.part = part
        self.rows = part.segment.rows
        self._date = part.segment.date
        span = slice(part.base, part.base + self.rows)
        self._codes = {name: column[span] for name, column in columns.codes.items()}
        self._values = columns.values
        self._lists = lists
        self._codes_of = codes
        self._windows_of = windows
        self._own = threading.local()
        self._living: Rows | None = None

    def find(self, node: Node, scope: str, rarity: Rarities, clock: Clock) -> Found:
        """The rows that match, with scores where words were asked for."""
        return _Question(self, scope, rarity, clock).find(node, 0, self.rows)

    def everything(self, low: int, high: int) -> Found:
        """The rows of [low, high) that are not deleted."""
        if self.part.live is None:
            return Found(None, None, low, max(low, high))
        if self._living is None:
            self._living = np.flatnonzero(self.part.live).astype(np.uint32)
        return Found(self._living).within(low, high)

    def days(self, first: int, last: int) -> tuple[int, int]:
        """The rows [low, high) dated from day `first` to `last`, inclusive, yyyymmdd, at least 1."""
        low, high = np.searchsorted(self._date, np.array([first, last + 1], np.int32)).tolist()
        return low, high

    def coded(self, name: str, codes: Sequence[int]) -> Rows:
        """The living rows with any of these codes."""
        keys = self.part.segment.keys[name]
        values = self._values[name]
        found = [keys.rows_of(encoded(values[code].value)) for code in codes]
        found = [rows for rows in found if len(rows)]
        rows = found[0] if len(found) == 1 else np.sort(np.concatenate(found)) if found else NO_ROWS
        return rows if self.part.live is None else rows[self.part.live[rows]]

    def have_code(self, name: str, codes: Sequence[int], rows: Rows) -> Mask:
        """Which of the rows have any of these codes."""
        mine = self._codes[name].take(rows)
        if len(codes) == 1:
            only: Mask = mine == np.uint32(codes[0])
            return only
        allowed = np.zeros(len(self._values[name]) + 1, np.bool_)
        allowed[codes] = True
        return allowed[mine]

    def scratch(self) -> Scores:
        """float32 zeros, one a row, of this thread alone; whoever uses it leaves zeros behind."""
        found: Scores | None = getattr(self._own, "scratch", None)
        if found is None:
            found = self._own.scratch = np.zeros(self.rows, np.float32)
        return found


class _Question:
    """One query in one segment."""

    def __init__(self, evaluator: Evaluator, scope: str, rarity: Rarities, clock: Clock) -> None:
        self._in = evaluator
        self._lists = evaluator._lists
        self._scope = scope
        self._rarity = rarity
        self._clock = clock
        self._forms: dict[Leaf, Form] = {}

    def find(self, node: Node, low: int, high: int) -> Found:
        """What matches among the rows [low, high)."""
        self._clock.check()
        match node:
            case Word() | Phrase():
                return self._leaf(node).within(low, high) if (low, high) != (0, self._in.rows) else self._leaf(node)
            case Prefix():
                return Found(self._lists.beginning(self._form(node), self._scope)).within(low, high)
            case And(parts):
                return self._all_of(parts, low, high)
            case Or(parts):
                return self._any_of(parts, low, high)
            case Not(part):
                return self._without(part, self._in.everything(low, high))
            case FieldFilter():
                return self._filtered(node, low, high)
            case Everything():
                return self._in.everything(low, high)

    def at(self, node: Node, rows: Rows) -> tuple[Mask, Scores | None]:
        """Which of the rows match, and their scores (0 where they do not)."""
        self._clock.check()
        match node:
            case Word() | Phrase():
                form = self._form(node)
                places, weights = self._lists.among(form, self._scope, rows)
                keep, scores = np.zeros(len(rows), np.bool_), np.zeros(len(rows), np.float32)
                keep[places] = True
                scores[places] = weights * self._rarity.of(form, self._scope)
                return keep, scores
            case Prefix():
                return are_in(rows, self._lists.beginning(self._form(node), self._scope)), None
            case And(parts):
                return self._all_at(parts, rows)
            case Or(parts):
                return self._any_at(parts, rows)
            case Not(part):
                return ~self.at(part, rows)[0], None
            case FieldFilter("date", _):
                keep = np.zeros(len(rows), np.bool_)
                for low, high in self._ranges(node):
                    keep |= (rows >= low) & (rows < high)
                return keep, None
            case FieldFilter():
                return self._in.have_code(node.field, self._in._codes_of(node), rows), None
            case Everything():
                return np.ones(len(rows), np.bool_), None

    def size(self, node: Node) -> int:
        """How many rows match, at most."""
        match node:
            case Word() | Phrase() | Prefix():
                return self._lists.size(self._form(node), self._scope)
            case And(parts):
                return min(map(self.size, parts))
            case Or(parts):
                return min(self._in.rows, sum(map(self.size, parts)))
            case Not() | Everything():
                return self._in.rows
            case FieldFilter("date", _):
                return sum(high - low for low, high in self._ranges(node))
            case FieldFilter():
                counts = self._in._values[node.field].counts
                return sum(int(counts[code]) for code in self._in._codes_of(node))

    def _form(self, leaf: Leaf) -> Form:
        form = self._forms.get(leaf)
        if form is None:
            form = self._forms[leaf] = form_of(leaf)
        return form

    def _leaf(self, leaf: Leaf) -> Found:
        form = self._form(leaf)
        rows, weights = self._lists.weights(form, self._scope)
        common = self._lists.common(form, self._scope) if self._lists.counted(form, rows) else None
        return Found(rows, weights, scale=self._rarity.of(form, self._scope), word=common)

    def _ranges(self, node: FieldFilter) -> list[tuple[int, int]]:
        return [self._in.days(*days) for days in self._in._windows_of(node)]

    def _filtered(self, node: FieldFilter, low: int, high: int) -> Found:
        if node.field != "date":
            return Found(self._in.coded(node.field, self._in._codes_of(node))).within(low, high)
        ranges = self._ranges(node)
        if len(ranges) == 1:
            return self._in.everything(max(low, ranges[0][0]), min(high, ranges[0][1]))
        keep = self.at(node, rows := self._in.everything(low, high).listed())[0]
        return Found(rows[keep])

    def _without(self, node: Node, found: Found) -> Found:
        excluded = self.find(node, 0, self._in.rows)
        if not len(excluded) or not len(found):
            return found
        if found.whole or len(found) + len(excluded) > self._in.rows // _MASKED:
            keep = np.ones(self._in.rows, np.bool_)
            keep[excluded.listed()] = False
            return found.kept(keep[found.low : found.high] if found.whole else keep.take(found.listed()))
        return found.kept(~are_in(found.listed(), excluded.listed()))

    def _all_of(self, parts: Sequence[Node], low: int, high: int) -> Found:
        rest = []
        for part in parts:
            if isinstance(part, FieldFilter) and part.field == "date" and len(ranges := self._ranges(part)) == 1:
                low, high = max(low, ranges[0][0]), min(high, ranges[0][1])
            else:
                rest.append(part)
        if low >= high:
            return NOTHING
        rest.sort(key=lambda part: (isinstance(part, Not), self.size(part)))
        if not rest:
            return self._in.everything(low, high)
        found = self.find(rest[0], low, high)
        for part in rest[1:]:
            if not len(found):
                return NOTHING
            found = self._narrowed(found, part)
        return found

    def _narrowed(self, found: Found, part: Node) -> Found:
        if isinstance(part, Not) and self.size(part.part) < 4 * len(found):
            return self._without(part.part, found)
        rows = found.listed()
        if isinstance(part, Word | Phrase):
            form = self._form(part)
            places, more = self._lists.among(form, self._scope, rows)
            more = more * self._rarity.of(form, self._scope)
        else:
            keep, every = self.at(part, rows)
            places = keep.nonzero()[0]
            if every is None:
                return found.at(places)
            more = every.take(places)
        if found.scores is not None:
            more += found.scores.take(places) * found.scale
        return Found(rows.take(places), more)

    def _all_at(self, parts: Sequence[Node], rows: Rows) -> tuple[Mask, Scores | None]:
        keep, total = np.ones(len(rows), np.bool_), None
        for part in parts:
            mine, scores = self.at(part, rows)
            keep &= mine
            if scores is not None:
                total = scores if total is None else total + scores
        return keep, total if total is None else np.where(keep, total, np.float32(0))

    def _any_at(self, parts: Sequence[Node], rows: Rows) -> tuple[Mask, Scores | None]:
        keep, total = np.zeros(len(rows), np.bool_), None
        for part in parts:
            mine, scores = self.at(part, rows)
            keep |= mine
            if scores is not None:
                total = scores if total is None else total + scores
        return keep, total

    def _any_of(self, parts: Sequence[Node], low: int, high: int) -> Found:
        if all(isinstance(part, Word | Phrase) for part in parts):
            return self._words_of(parts, low, high)
        found = [self.find(part, low, high) for part in parts]
        rows = merged([one.listed() for one in found])
        if all(one.scores is None for one in found):
            return Found(rows)
        scores = np.zeros(len(rows), np.float32)
        for one in found:
            if (mine := one.scored()) is not None:
                scores[np.searchsorted(rows, one.listed())] += mine
        return Found(rows, scores)

    def _words_of(self, parts: Sequence[Node], low: int, high: int) -> Found:
        """Any of several words: few rows are listed with their sums, many only when they are asked for."""
        leaves = sorted((part for part in parts if isinstance(part, Word | Phrase)), key=self.size, reverse=True)
        size = sum(map(self.size, leaves))
        if size * _MANY > high and (low, high) == (0, self._in.rows):
            return Union([self._sought(leaf) for leaf in leaves], high)
        if size * _FEW < high - low:
            return _added_up([self.find(leaf, low, high) for leaf in leaves], self._in.scratch())
        return _summed([self.find(leaf, low, high) for leaf in leaves], low, high)

    def _sought(self, leaf: Leaf) -> Sought:
        form = self._form(leaf)
        rows, weights = self._lists.weights(form, self._scope)
        common = self._lists.common(form, self._scope)
        return Sought(rows, weights, self._rarity.of(form, self._scope), common, self._lists.counted(form, rows))


def _summed(found: Sequence[Found], low: int, high: int) -> Found:
    """The rows of [low, high) that any of the lists has, with the sums of their scores."""
    rows: list[Rows] = []
    scores: list[Scores] = []
    for first in range(low, high, _AT_ONCE):
        stop = min(first + _AT_ONCE, high)
        total = np.zeros(stop - first, np.float32)
        for one in found:
            part = one.within(first, stop)
            if (mine := part.scored()) is not None:
                total[part.listed() - np.uint32(first)] += mine
        places = (total > 0).nonzero()[0]
        rows.append((places + first).astype(np.uint32))
        scores.append(total.take(places))
    return Found(np.concatenate(rows), np.concatenate(scores)) if rows else NOTHING


def _added_up(found: Iterable[Found], scratch: Scores) -> Found:
    parts: list[npt.NDArray[np.intp]] = []
    for one in found:
        scores = one.scored()
        if scores is None or one.rows is None or not len(one):
            continue
        rows = one.rows.astype(np.intp)
        before = scratch.take(rows)
        parts.append(rows[before == 0] if parts else rows)
        scratch[rows] = before + scores
    if not parts:
        return Found(NO_ROWS, NO_SCORES)
    rows = parts[0]
    if len(parts) > 1:
        rows = np.concatenate(parts)
        rows.sort(kind="stable")  # merges what is in order already
    scores = scratch.take(rows)
    scratch[rows] = 0
    return Found(rows.astype(np.uint32), scores)
