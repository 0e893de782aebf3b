"""Matching rows -> the order in which they are shown; equal ones always in the same order."""

import numpy as np
import numpy.typing as npt

from search.matching import Rows
from search.request import Sort


def ordered(rows: Rows, scores: npt.NDArray[np.float32], *, undated: int, sort: Sort, first: int | None = None) -> Rows:
    """The `first` rows (all where None) in order of `sort`.

    `rows` are ascending, so by date; those below `undated` have none and come last by either date. Equally relevant
    ones stand newest first.
    """
    cut = int(np.searchsorted(rows, undated))
    if sort == "oldest":
        return np.concatenate((rows[cut:], rows[:cut]))[:first]
    newest = np.concatenate((rows[cut:][::-1], rows[:cut]))
    if sort == "newest" or not scores.any():
        return newest[:first]
    scores = np.concatenate((scores[cut:][::-1], scores[:cut]))
    if first is not None and first < len(scores):
        # Sorting a few is much cheaper than sorting all; those that tie with the last one are all kept.
        least = np.partition(scores, len(scores) - first)[len(scores) - first] if first else np.float32(np.inf)
        keep = scores >= least
        newest, scores = newest[keep], scores[keep]
    return newest[np.argsort(-scores, kind="stable")][:first]


def first_of_each(rows: Rows, groups: npt.NDArray[np.uint32]) -> Rows:
    """The first of the `rows` in each group, in the order given; `groups` is the rows' own."""
    _, firsts = np.unique(groups, return_index=True)
    return rows[np.sort(firsts)]
