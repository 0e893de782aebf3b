"""What an engine answers, and whether two engines agree."""

import dataclasses
import statistics
from collections.abc import Mapping, Sequence
from typing import TypeAlias

BEST = 10
"""Hits whose entries are fetched."""
VALUES = 20
"""Values of the facets speaker and source."""

Counts: TypeAlias = tuple[tuple[str, int], ...]
"""Values and how many quotations have each, the commonest first."""


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question."""

    total: int
    speakers: Counts
    sources: Counts
    years: Mapping[str, int]
    """Years that have any."""
    hits: tuple[str, ...]
    """Ids of the best BEST, as their fetched entries say."""


@dataclasses.dataclass(frozen=True, slots=True)
class Agreement:
    """How far another engine's counts are ours."""

    asked: int
    equal: int
    """Questions with equal totals, facets and years."""
    furthest: float
    """The largest difference of totals, as a share of ours."""
    typical: float
    """The median of those differences where the counts are not equal, else 0."""
    hits_shared: float
    """Of our best hits where words give a score, the share that is among theirs too."""
    examples: tuple[str, ...]
    """The first few questions whose counts differ, and how."""


def equal_counts(ours: Counts, theirs: Counts, *, limit: int = VALUES) -> bool:
    """Whether two facets are the same; which of several values with the last place's count are shown may differ."""
    if [count for _, count in ours] != [count for _, count in theirs]:
        return False
    last = ours[-1][1] if len(ours) == limit else 0
    return {one for one in ours if one[1] > last} == {one for one in theirs if one[1] > last}


def difference(ours: Answer, theirs: Answer) -> str:
    """The first count that differs, in words; empty where none does."""
    if ours.total != theirs.total:
        return f"total {ours.total:,}, theirs {theirs.total:,}"
    if dict(ours.years) != dict(theirs.years):
        return f"years {dict(ours.years)}, theirs {dict(theirs.years)}"
    for name in ("speakers", "sources"):
        mine, other = getattr(ours, name), getattr(theirs, name)
        if not equal_counts(mine, other):
            return f"{name} {mine[:3]}…, theirs {other[:3]}…"
    return ""


def compare(pairs: Sequence[tuple[str, Answer, Answer]]) -> Agreement:
    """The agreement over some questions: how each is shown, our answer and theirs.

    A question without words is shown as `everything…` and gives no score to its hits.
    """
    differences = [(shown, difference(ours, theirs), ours, theirs) for shown, ours, theirs in pairs]
    apart = [(shown, said) for shown, said, _, _ in differences if said]
    gaps = [abs(a.total - b.total) / max(1, a.total) for _, said, a, b in differences if said]
    shared = [
        len(set(ours.hits) & set(theirs.hits)) / len(ours.hits)
        for shown, ours, theirs in pairs
        if ours.hits and not shown.startswith("everything")
    ]
    return Agreement(
        asked=len(pairs),
        equal=len(pairs) - len(apart),
        furthest=max(gaps, default=0.0),
        typical=statistics.median(gaps) if gaps else 0.0,
        hits_shared=statistics.fmean(shared) if shared else 1.0,
        examples=tuple(f"{shown}: {said}" for shown, said in apart[:3]),
    )
