"""The words of candidates -> their scores: BM25F as `index.whoosh_codec.weights` works it out, for some rows only."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from index.analysis import GAP
from index.cluster.opensearch_mapping import plain, stem_of
from index.whoosh_codec.weights import counted, fields_of, saturated
from search import phrases
from search.cluster.tables import Words
from search.forms import Form, form_of
from search.language import date_range
from search.tree import And, Everything, FieldFilter, Node, Not, Or, Phrase, Prefix, Word

Scores = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Row = Mapping[str, Any]
"""What the cluster keeps of a row: keys, and by exact field its words, a string a stretch."""


class Scorer:
    """Scores rows for one question. Rows that are given match it as a whole."""

    def __init__(
        self,
        tree: Node,
        scope: str,
        words: Words,
        pivots: Mapping[str, float],
        values: Callable[[FieldFilter], list[str]],
    ) -> None:
        self._tree, self._scope, self._words, self._pivots, self._values = tree, scope, words, pivots, values
        self._fields = fields_of(scope)

    @property
    def needed(self) -> list[str]:
        """What of a row is looked at."""
        keys = ("speaker", "source", "kind", "status", "date") if _inside(self._tree) else ()
        return [*self._fields, *keys]

    def __call__(self, rows: Sequence[Row]) -> Scores:
        """float32 [rows]"""
        if not rows:
            return np.zeros(0, np.float32)
        texts = [_Text(row, self._fields) for row in rows]
        parts = self._tree.parts if isinstance(self._tree, And) else (self._tree,)
        total = np.zeros(len(rows), np.float32)
        for part in parts:  # all of them hold, so that what scores nothing need not be looked at
            if isinstance(part, Word | Phrase | Or | And):
                total += self._at(part, texts)[1]
        return total

    def _at(self, node: Node, texts: "Sequence[_Text]") -> tuple[Mask, Scores]:
        nothing = np.zeros(len(texts), np.float32)
        match node:
            case Word() | Phrase():
                return self._leaf(form_of(node), texts)
            case Prefix():
                begins = plain(form_of(node).words[0])
                return np.array([text.begins(begins) for text in texts], np.bool_), nothing
            case And(parts):
                keep, total = np.ones(len(texts), np.bool_), nothing
                for part in parts:
                    mine, scores = self._at(part, texts)
                    keep, total = keep & mine, total + scores
                return keep, np.where(keep, total, np.float32(0))
            case Or(parts):
                keep, total = np.zeros(len(texts), np.bool_), nothing
                for part in parts:
                    mine, scores = self._at(part, texts)
                    keep, total = keep | mine, total + scores
                return keep, total
            case Not(part):
                return ~self._at(part, texts)[0], nothing
            case FieldFilter("date", given):
                days = [(_day(first, 1), _day(last, 99991231)) for first, last in map(date_range, given)]
                dates = [text.row.get("date", 0) for text in texts]
                return np.array([any(a <= date <= b for a, b in days) for date in dates], np.bool_), nothing
            case FieldFilter(field):
                wanted = set(self._values(node))
                return np.array([text.row.get(field) in wanted for text in texts], np.bool_), nothing
            case Everything():
                return np.ones(len(texts), np.bool_), nothing

    def _leaf(self, form: Form, texts: "Sequence[_Text]") -> tuple[Mask, Scores]:
        said = tuple(plain(word) for word in form.words)
        sums = np.zeros(len(texts), np.float32)
        for name in self._fields:
            counts = np.array([text.count(name, said, form) for text in texts], np.int64)
            if counts.any():
                lengths = np.array([text.length(name) for text in texts], np.int64)
                sums += counted(counts, lengths, name, self._pivots[name])
        return sums > 0, saturated(sums) * np.float32(self._words.rarity(form, self._scope))


class _Text:
    """The words of a row, split when they are asked for."""

    def __init__(self, row: Row, fields: Sequence[str]) -> None:
        self.row = row
        self._exact: dict[str, list[list[str]]] = {
            name: [piece.split(" ") for piece in row.get(name, ())] for name in fields
        }
        self._stems: dict[str, list[list[str]]] = {}

    def length(self, name: str) -> int:
        return sum(map(len, self._exact[name]))

    def begins(self, beginning: str) -> bool:
        return any(word.startswith(beginning) for pieces in self._exact.values() for piece in pieces for word in piece)

    def count(self, name: str, said: tuple[str, ...], form: Form) -> int:
        """How often a form stands in a field."""
        pieces = self._exact[name] if form.exact else self._stemmed(name)
        if len(said) == 1:
            return sum(piece.count(said[0]) for piece in pieces)
        if form.slop:
            return self._near(pieces, said, form.slop)
        return sum(_runs(piece, said, form.offsets) for piece in pieces)

    def _stemmed(self, name: str) -> list[list[str]]:
        found = self._stems.get(name)
        if found is None:
            found = self._stems[name] = [list(map(stem_of, piece)) for piece in self._exact[name]]
        return found

    @staticmethod
    def _near(pieces: Sequence[Sequence[str]], said: tuple[str, ...], slop: int) -> int:
        needed = Counter(said)
        places: dict[str, list[int]] = {word: [] for word in needed}
        at = 0
        for piece in pieces:
            for word in piece:
                if word in places:
                    places[word].append(at)
                at += 1
            at += GAP
        if not all(places.values()):
            return 0
        return len(phrases.near(list(places.values()), list(needed.values()), slop))


def _runs(piece: Sequence[str], said: tuple[str, ...], offsets: Sequence[int]) -> int:
    last = len(piece) - offsets[-1]
    return sum(
        piece[start] == said[0] and all(piece[start + at] == word for word, at in zip(said, offsets, strict=True))
        for start in range(last)
    )


def _day(value: str | None, usual: int) -> int:
    return int(value.replace("-", "")) if value else usual


def _inside(node: Node) -> bool:
    """Whether a filter stands where it decides what counts."""
    match node:
        case And(parts):
            return any(_holds_filter(part) for part in parts if isinstance(part, Or | And))
        case Or():
            return _holds_filter(node)
    return False


def _holds_filter(node: Node) -> bool:
    match node:
        case And(parts) | Or(parts):
            return any(map(_holds_filter, parts))
        case Not(part):
            return _holds_filter(part)
    return isinstance(node, FieldFilter)
