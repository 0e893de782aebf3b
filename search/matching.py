"""A query tree -> the rows that match and how well (BM25F), in numpy, over any index that gives postings as arrays.

Scores are float32, at least 0, comparable within one query only. BM25F: Robertson, Zaragoza and Taylor 2004; a phrase
or a prefix counts as one word that stands where it does.
"""

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from index.schema import BY_NAME, SEARCHED
from index.whoosh_codec import Postings
from search import phrases
from search.forms import Form, form_of
from search.tree import And, Everything, FieldFilter, Node, Not, Or, Phrase, Prefix, Word

Rows: TypeAlias = npt.NDArray[np.uint32]
Mask: TypeAlias = npt.NDArray[np.bool_]
"""One bool a row of the index."""

_K1 = 1.2
_B = 0.75


class Words(Protocol):
    """What matching asks of an index; `index.whoosh_codec.Reader` is one."""

    def postings(self, field: str, word: str) -> Postings:
        """Where a word stands."""

    def positions(self, field: str, word: str, rows: Rows) -> list[list[int]]:
        """Its positions in rows that have it."""

    def words_from(self, field: str, prefix: str) -> list[str]:
        """The words that begin so."""


@dataclasses.dataclass(frozen=True, slots=True)
class Matches:
    """Rows (uint32, ascending) and their scores (float32), both of shape (n,)."""

    rows: Rows
    scores: npt.NDArray[np.float32]


class Matcher:
    """Evaluates trees over one index and one choice of searched fields; may be shared between threads."""

    def __init__(
        self,
        index: Words,
        lengths: Mapping[str, npt.NDArray[np.uint32]],
        *,
        rows: int,
        within: str,
        filter_mask: Callable[[FieldFilter], Mask],
    ) -> None:
        self._index = index
        self._lengths = lengths
        self._rows = rows
        self._stemmed = SEARCHED[within]
        self._filter_mask = filter_mask
        self._usual: dict[str, float] = {}

    def match(self, node: Node) -> Matches:
        """The rows that a tree matches."""
        match node:
            case And(parts):
                return self._all_of(parts)
            case Or(parts):
                return _union([self.match(part) for part in parts])
            case Not(part):
                mask = np.ones(self._rows, np.bool_)
                mask[self.match(part).rows] = False
                return _unscored(mask)
            case FieldFilter():
                return _unscored(self._filter_mask(node))
            case Everything():
                return _unscored(np.ones(self._rows, np.bool_))
            case Word() | Phrase() | Prefix():
                return self._leaf(form_of(node))

    def _all_of(self, parts: Sequence[Node]) -> Matches:
        found: Matches | None = None
        for part in parts:
            if isinstance(part, Not | FieldFilter):
                continue
            more = self.match(part)
            found = more if found is None else _both(found, more)
            if not len(found.rows):
                return found
        if found is None:
            found = self.match(Everything())
        for part in parts:
            if isinstance(part, Not):
                mask = np.ones(self._rows, np.bool_)
                mask[self.match(part.part).rows] = False
            elif isinstance(part, FieldFilter):
                mask = self._filter_mask(part)
            else:
                continue
            keep = mask[found.rows]
            found = Matches(found.rows[keep], found.scores[keep])
        return found

    def _leaf(self, form: Form) -> Matches:
        fields = [f"{name}_exact" for name in self._stemmed] if form.exact else list(self._stemmed)
        return self._scored([(field, self._in_field(field, form)) for field in fields])

    def _in_field(self, field: str, form: Form) -> Postings:
        if form.prefix:
            return self._any_word(field, self._index.words_from(field, form.words[0]))
        if len(form.words) == 1:
            return self._index.postings(field, form.words[0])
        return self._together(field, form)

    def _any_word(self, field: str, found: Sequence[str]) -> Postings:
        if len(found) == 1:
            return self._index.postings(field, found[0])
        counts = np.zeros(self._rows, np.float32)
        for word in found:
            postings = self._index.postings(field, word)
            counts[postings.rows] += postings.counts
        rows = np.flatnonzero(counts).astype(np.uint32)
        return Postings(rows, counts[rows])

    def _together(self, field: str, form: Form) -> Postings:
        needed = Counter(form.words)
        different = list(needed)
        rows: Rows | None = None
        for postings in sorted((self._index.postings(field, word) for word in different), key=lambda p: len(p.rows)):
            rows = postings.rows if rows is None else rows[_found_in(rows, postings.rows)]
            if not len(rows):
                return Postings(rows, np.zeros(0, np.float32))
        assert rows is not None  # noqa: S101 a form has at least one word
        places = [self._index.positions(field, word, rows) for word in different]
        order = [different.index(word) for word in form.words]
        often = list(needed.values())
        counts = np.zeros(len(rows), np.float32)
        for row, found in enumerate(zip(*places, strict=True)):
            if form.slop:
                counts[row] = len(phrases.near(found, often, form.slop))
            else:
                counts[row] = len(phrases.runs([found[word] for word in order], form.offsets))
        keep = counts > 0
        return Postings(rows[keep], counts[keep])

    def _scored(self, found: Sequence[tuple[str, Postings]]) -> Matches:
        found = [(field, postings) for field, postings in found if len(postings.rows)]
        if not found:
            return _union([])
        if len(found) == 1:
            rows = found[0][1].rows
        else:
            rows = np.unique(np.concatenate([postings.rows for _, postings in found]))
        weights = np.zeros(len(rows), np.float32)
        for field, postings in found:
            relative = self._lengths[field][postings.rows] / self._usual_length(field)
            weight = BY_NAME[field].boost * postings.counts / (1 - _B + _B * relative)
            weights[np.searchsorted(rows, postings.rows)] += weight.astype(np.float32)
        rarity = np.float32(np.log(1 + (self._rows - len(rows) + 0.5) / (len(rows) + 0.5)))
        return Matches(rows, rarity * weights * np.float32(_K1 + 1) / (np.float32(_K1) + weights))

    def _usual_length(self, field: str) -> float:
        if field not in self._usual:
            self._usual[field] = max(1.0, float(self._lengths[field].mean()))
        return self._usual[field]


def _unscored(mask: Mask) -> Matches:
    rows = np.flatnonzero(mask).astype(np.uint32)
    return Matches(rows, np.zeros(len(rows), np.float32))


def _found_in(rows: Rows, others: Rows) -> Mask:
    places = np.searchsorted(others, rows)
    places[places == len(others)] = 0
    return others[places] == rows if len(others) else np.zeros(len(rows), np.bool_)


def _both(one: Matches, other: Matches) -> Matches:
    fewer, more = (one, other) if len(one.rows) <= len(other.rows) else (other, one)
    keep = _found_in(fewer.rows, more.rows)
    rows = fewer.rows[keep]
    return Matches(rows, fewer.scores[keep] + more.scores[np.searchsorted(more.rows, rows)])


def _union(many: Sequence[Matches]) -> Matches:
    if not many:
        return Matches(np.zeros(0, np.uint32), np.zeros(0, np.float32))
    rows = np.unique(np.concatenate([matches.rows for matches in many]))
    scores = np.zeros(len(rows), np.float32)
    for matches in many:
        scores[np.searchsorted(rows, matches.rows)] += matches.scores
    return Matches(rows, scores)
