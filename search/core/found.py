"""What part of a query finds in one segment, and arithmetic on ascending row numbers."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from search.core.common import Common

Rows: TypeAlias = npt.NDArray[np.uint32]
"""Row numbers of a segment, ascending, each once."""
Scores: TypeAlias = npt.NDArray[np.float32]
Mask: TypeAlias = npt.NDArray[np.bool_]

NO_ROWS: Rows = np.zeros(0, np.uint32)
NO_SCORES: Scores = np.zeros(0, np.float32)

Places: TypeAlias = npt.NDArray[np.int64]
NO_PLACES: Places = np.zeros(0, np.int64)
ONE = np.float32(1)
_FEWER = 8
"""Searching the few among the many pays when there are so many times fewer."""


class Found:
    """Rows with their scores, or all rows of [low, high), which have none. Nothing in it is ever changed."""

    __slots__ = ("_rows", "_scores", "high", "low", "scale", "word")

    def __init__(
        self,
        rows: Rows | None,
        scores: Scores | None = None,
        low: int = 0,
        high: int = 0,
        scale: np.float32 = ONE,
        word: Common | None = None,
    ) -> None:
        self._rows = rows
        self._scores = scores
        self.low = low
        self.high = high
        self.scale = scale
        """What the scores are still to be multiplied by: a single word's are as they stand on disk."""
        self.word = word
        """The common word whose rows these are, all of them."""

    @property
    def whole(self) -> bool:
        """Whether it is all rows of [low, high)."""
        return self._rows is None

    @property
    def rows(self) -> Rows | None:
        """None where it is all rows of [low, high)."""
        return self._rows

    @property
    def scores(self) -> Scores | None:
        """Before `scale`; None where nothing counts."""
        return self._scores

    @property
    def has_scores(self) -> bool:
        """Whether rows differ in what they score."""
        return self._scores is not None

    def __len__(self) -> int:
        return self.high - self.low if self._rows is None else len(self._rows)

    def listed(self) -> Rows:
        """The rows one by one."""
        rows = self.rows
        return np.arange(self.low, self.high, dtype=np.uint32) if rows is None else rows

    def scored(self) -> Scores | None:
        """The scores as they count."""
        return self.scores if self.scores is None or self.scale == 1 else self.scores * self.scale

    def within(self, low: int, high: int) -> "Found":
        """Those of [low, high)."""
        rows, scores = self.rows, self.scores
        if rows is None:
            return Found(None, None, max(low, self.low), max(max(low, self.low), min(high, self.high)))
        first, stop = rows.searchsorted(np.array([low, high], rows.dtype)).tolist()
        return Found(rows[first:stop], None if scores is None else scores[first:stop], scale=self.scale)

    def kept(self, keep: Mask) -> "Found":
        """Those where `keep`, of the same length, is true."""
        return self.at(keep.nonzero()[0])

    def at(self, places: npt.NDArray[np.int64]) -> "Found":
        """Those that stand at these places."""
        scores = None if self.scores is None else self.scores.take(places)
        return Found(self.listed().take(places), scores, scale=self.scale)

    def pieces(self) -> "Sequence[tuple[Piece, int]]":
        """What the rows are made of for counting: pieces, each with how often it counts, 1 or -1."""
        return (((self if self.word is None else self.word), 1),)

    def highest(self, first: int) -> tuple[Rows, Scores]:
        """Rows with their scores before `scale`, among which the `first` highest are, equally high ones included."""
        if self.word is not None:
            return self.word.highest(first)
        return self.listed(), np.zeros(len(self), np.float32) if self.scores is None else self.scores


Piece: TypeAlias = Found | Common

NOTHING = Found(NO_ROWS, NO_SCORES)


def merged(lists: Sequence[Rows]) -> Rows:
    """The rows of all these lists, in order, each once: numpy's `unique` uses a table of hashes, and is slower."""
    rows = np.concatenate([*lists, NO_ROWS])
    rows.sort(kind="stable")  # merges what is in order already
    new = np.empty(len(rows), np.bool_)
    new[:1] = True
    np.not_equal(rows[1:], rows[:-1], out=new[1:])
    return rows.take(new.nonzero()[0])


def places_in(rows: Rows, wanted: Rows) -> tuple[npt.NDArray[np.int64], Mask]:
    """Where each of `wanted` stands (or would stand) in `rows`, which has at least one, and whether it does."""
    places = rows.searchsorted(wanted)
    places[places == len(rows)] = 0
    return places, rows.take(places) == wanted


def weights_among(mine: Rows, weights: Scores, rows: Rows) -> tuple[Places, Scores]:
    """Which of `rows` are among a list's, by their places, and the list's weights there."""
    if not len(mine) or not len(rows):
        return NO_PLACES, NO_SCORES
    if len(mine) * _FEWER < len(rows):
        places, there = places_in(rows, mine)
        return places[there], weights[there]
    places, there = places_in(mine, rows)
    found = there.nonzero()[0]
    return found, weights.take(places.take(found))


def are_in(wanted: Rows, rows: Rows) -> Mask:
    """Which of `wanted` are among `rows`."""
    if not len(rows) or not len(wanted):
        return np.zeros(len(wanted), np.bool_)
    if len(rows) * _FEWER < len(wanted):
        out = np.zeros(len(wanted), np.bool_)
        places, there = places_in(wanted, rows)
        out[places[there]] = True
        return out
    return places_in(rows, wanted)[1]
