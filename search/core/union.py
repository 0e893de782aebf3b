"""The rows that any of several words have, where these are many: without a list of them, as long as none is needed.

How many there are, and how many of each value or year, follows from the words' own counts, which are known, and from
the rows that two words share (or, where that is less, those that only the later one has). The best rows are found as by
block-max indexes and MaxScore do (Ding and Suel, "Faster top-k document retrieval using block-max indexes", SIGIR 2011;
Turtle and Flood, "Query evaluation: strategies and optimizations", 1995), but a list at a time: sums of the words'
peaks bound what a block's rows score; the most promising blocks' rows give a threshold; and then those rows of the
valuable words are scored that can reach it.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from search.core.common import BLOCK, Common
from search.core.found import Found, Mask, Piece, Rows, Scores, merged, weights_among

Ints = npt.NDArray[np.int64]

_GROUPS = 256
_LOOKED = 48
"""Groups of blocks whose best block is looked at first."""
_MOST_WORDS = 8
"""Of more words all scores are added up: each would be looked up in the rows of every other."""
_LEAST = 1e-30
_ROUNDED = 1 - 1e-5
"""Sums of bounds are rounded otherwise than scores are."""


@dataclasses.dataclass(frozen=True, slots=True)
class Sought:
    """One of the words: its rows and weights, its rarity, and more where it is common."""

    rows: Rows
    weights: Scores
    rarity: np.float32
    common: Common | None
    counted: bool
    """Whether the common word's counts are to be used."""

    @property
    def most(self) -> np.float32:
        """The highest weight."""
        weights = self.weights if self.common is None else self.common.peaks
        return np.float32(weights.max(initial=0))

    def among(self, rows: Rows) -> tuple[Ints, Scores]:
        """Which of these rows have the word, by their places, and its weights there."""
        return weights_among(self.rows, self.weights, rows) if self.common is None else self.common.among(rows)


class Union(Found):
    """Rows of a segment of `every` rows. `words`: the one with most rows first."""

    __slots__ = ("_every", "_listed", "_pieces", "_summed", "_total", "_words")

    def __init__(self, words: Sequence[Sought], every: int) -> None:
        super().__init__(None)
        self._words = words
        self._every = every
        self._listed: Rows | None = None
        self._summed: Scores | None = None
        self._pieces, self._total = _pieces(words, every)

    @property
    def whole(self) -> bool:
        """Never."""
        return False

    @property
    def rows(self) -> Rows:
        """Listed when it is first asked for."""
        if self._listed is None:
            self._listed = _there(self._words, self._every).nonzero()[0].astype(np.uint32)
        return self._listed

    @property
    def scores(self) -> Scores:
        """Added up when they are first asked for."""
        if self._summed is None:
            self._summed = self._everywhere().take(self.rows)
        return self._summed

    @property
    def has_scores(self) -> bool:
        """Always."""
        return True

    def __len__(self) -> int:
        return self._total

    def pieces(self) -> Sequence[tuple[Piece, int]]:
        """Words and the rows that more than one of them have."""
        return self._pieces

    def highest(self, first: int) -> tuple[Rows, Scores]:
        """The best blocks' rows."""
        bounds = self._bounds()
        length = len(bounds) // _GROUPS
        least = np.float32(0)
        if length and self._total > first and first <= _GROUPS and len(self._words) <= _MOST_WORDS:
            looked = max(_LOOKED, first)
            maxima = bounds[: length * _GROUPS].reshape(_GROUPS, length).max(1)
            blocks = (bounds >= np.partition(maxima, -looked)[-looked]).nonzero()[0].astype(np.uint32)
            rows = (blocks[:, None] * np.uint32(BLOCK) + np.arange(BLOCK, dtype=np.uint32)).ravel()
            some = self._of(rows[: np.searchsorted(rows, self._every)])
            least = np.partition(some, -first)[-first]
        if not least > 0:
            scores = self._everywhere()
            rows = scores.nonzero()[0]
            return rows.astype(np.uint32), scores.take(rows)
        rows = self._reaching(least)
        scores = self._of(rows)
        places = (scores >= least).nonzero()[0]
        return rows.take(places), scores.take(places)

    def _reaching(self, least: np.float32) -> Rows:
        """Rows among which all are that score so much.

        A row's most valuable word is one of the first few, or all of its words together are worth too little.
        """
        enough = float(least) * _ROUNDED
        most = [float(word.most * word.rarity) for word in self._words]
        order = sorted(range(len(most)), key=most.__getitem__, reverse=True)
        left = sum(most)
        found: list[Rows] = []
        for place, number in enumerate(order):
            if left < enough:
                break
            left -= most[number]
            word = self._words[number]
            needed = np.float32((enough - left) / max(float(word.rarity), _LEAST))
            places = (word.weights >= needed).nonzero()[0]
            rows, sums, more = word.rows.take(places), word.weights.take(places) * word.rarity, left
            for other in order[place + 1 :]:  # who has an earlier one is found by that
                there, weights = self._words[other].among(rows)
                sums[there] += weights * self._words[other].rarity
                more -= most[other]
                keep = (sums >= np.float32(enough - more)).nonzero()[0]
                rows, sums = rows.take(keep), sums.take(keep)
            found.append(rows)
        return found[0] if len(found) == 1 else merged(found)

    def _of(self, rows: Rows) -> Scores:
        """What these rows score."""
        total = np.zeros(len(rows), np.float32)
        for word in self._words:
            there, weights = word.among(rows)
            total[there] += weights * word.rarity
        return total

    def _bounds(self) -> Scores:
        """float32 [blocks]: no row of the block scores more. Added up in the order in which scores are."""
        bounds = np.zeros(-(-self._every // BLOCK), np.float32)
        for word in self._words:
            if word.common is not None:
                bounds += word.common.peaks * word.rarity
            elif len(word.rows):
                blocks = word.rows // np.uint32(BLOCK)
                firsts = np.concatenate(([0], (blocks[1:] != blocks[:-1]).nonzero()[0] + 1))
                bounds[blocks.take(firsts)] += np.maximum.reduceat(word.weights, firsts) * word.rarity
        return bounds

    def _everywhere(self) -> Scores:
        """float32 [every]: what each row scores."""
        total = np.zeros(self._every, np.float32)
        for word in self._words:
            total[word.rows] += word.weights * word.rarity
        return total


def _there(words: Sequence[Sought], every: int) -> Mask:
    """bool [every]: which rows have any of the words."""
    bits = [word.common.bits for word in words if word.common is not None]
    if bits:
        either = bits[0] if len(bits) == 1 else np.bitwise_or.reduce(bits)
        there = np.unpackbits(either.view(np.uint8), bitorder="little", count=every).view(np.bool_)
    else:
        there = np.zeros(every, np.bool_)
    for word in words:
        if word.common is None:
            there[word.rows] = True
    return there


def _pieces(words: Sequence[Sought], every: int) -> tuple[list[tuple[Piece, int]], int]:
    """What the union is made of, and how many rows it has."""
    pieces: list[tuple[Piece, int]] = []
    total = 0
    there: Mask | None = None
    for number, word in enumerate(words):
        counted = word.common if word.counted else None
        if there is None:
            pieces.append((counted or Found(word.rows), 1))
            total = len(word.rows)
        else:
            mine = there.take(word.rows)
            shared = int(np.count_nonzero(mine))
            total += len(mine) - shared
            if counted is not None and 2 * shared < len(mine):
                pieces += [(counted, 1), (Found(word.rows.take(mine.nonzero()[0])), -1)]
            else:
                pieces.append((Found(word.rows.take((~mine).nonzero()[0])), 1))
        if number + 1 < len(words):
            there = _with(there, word, every)
    return pieces, total


def _with(there: Mask | None, word: Sought, every: int) -> Mask:
    if word.common is not None:
        mine = word.common.there(every)
        return mine if there is None else np.logical_or(there, mine, out=there)
    if there is None:
        there = np.zeros(every, np.bool_)
    there[word.rows] = True
    return there
