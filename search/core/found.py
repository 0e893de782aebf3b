"""What part of a query finds in one segment, and arithmetic on ascending row numbers."""

import dataclasses
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Rows: TypeAlias = npt.NDArray[np.uint32]
"""Row numbers of a segment, ascending, each once."""
Scores: TypeAlias = npt.NDArray[np.float32]
Mask: TypeAlias = npt.NDArray[np.bool_]

NO_ROWS: Rows = np.zeros(0, np.uint32)
NO_SCORES: Scores = np.zeros(0, np.float32)

ONE = np.float32(1)
_FEWER = 8
"""Searching the few among the many pays when there are so many times fewer."""


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """Rows with their scores, or all rows of [low, high), which have none."""

    rows: Rows | None
    scores: Scores | None = None
    low: int = 0
    high: int = 0
    scale: np.float32 = ONE
    """What the scores are still to be multiplied by: a single word's are as they stand on disk."""

    def __len__(self) -> int:
        return self.high - self.low if self.rows is None else len(self.rows)

    def listed(self) -> Rows:
        """The rows one by one."""
        return np.arange(self.low, self.high, dtype=np.uint32) if self.rows is None else self.rows

    def scored(self) -> Scores | None:
        """The scores as they count."""
        return self.scores if self.scores is None or self.scale == 1 else self.scores * self.scale

    def within(self, low: int, high: int) -> "Found":
        """Those of [low, high)."""
        if self.rows is None:
            return Found(None, None, max(low, self.low), max(max(low, self.low), min(high, self.high)))
        first, stop = np.searchsorted(self.rows, np.array([low, high], self.rows.dtype)).tolist()
        scores = None if self.scores is None else self.scores[first:stop]
        return Found(self.rows[first:stop], scores, scale=self.scale)

    def kept(self, keep: Mask) -> "Found":
        """Those where `keep`, of the same length, is true."""
        places = np.flatnonzero(keep)
        scores = None if self.scores is None else self.scores[places]
        return Found(self.listed()[places], scores, scale=self.scale)


NOTHING = Found(NO_ROWS, NO_SCORES)


def places_in(rows: Rows, wanted: Rows) -> tuple[npt.NDArray[np.int64], Mask]:
    """Where each of `wanted` stands (or would stand) in `rows`, which has at least one, and whether it does."""
    places = np.searchsorted(rows, wanted)
    places[places == len(rows)] = 0
    return places, rows[places] == wanted


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
