"""Two texts word by word: which stretches are the same, in order, and what differs between them.

Runs of equal words are chained: each counts what its words weigh (their rarity, in nats), and a step from one run to
the next costs more the more words it leaves out. So a rare run may lie far from the others, a lone "the" may not.
"""

import dataclasses
import math
from collections.abc import Sequence
from itertools import accumulate

import numpy as np

_STEP = 1.0
_PER_DOUBLING = 1.2
_PER_WORD = 0.3
_MOST_RUNS = 60
_MOST_CELLS = 1_500_000
"""Of the table of equal words; a longer text is compared up to there."""


@dataclasses.dataclass(frozen=True, slots=True)
class Run:
    """Words [claim, claim + length) of one text are words [found, found + length) of the other."""

    claim: int
    found: int
    length: int


@dataclasses.dataclass(frozen=True, slots=True)
class Alignment:
    """The chain of runs that weighs most, in order; never empty."""

    runs: tuple[Run, ...]
    score: float
    """What the runs' words weigh, less what the steps between them cost, in nats."""

    @property
    def matched(self) -> int:
        """How many words are the same."""
        return sum(run.length for run in self.runs)

    @property
    def first(self) -> int:
        """The first of the found text's words that is matched."""
        return self.runs[0].found

    @property
    def stop(self) -> int:
        """Behind the last of the found text's words that is matched."""
        return self.runs[-1].found + self.runs[-1].length


def align(claim: Sequence[str], found: Sequence[str], weights: Sequence[float]) -> Alignment | None:
    """How the words of a claim, each with its weight, stand in those of another text; None where no word does."""
    if not claim or not found:
        return None
    found = found[: max(1, _MOST_CELLS // len(claim))]
    before = [0.0, *accumulate(weights)]
    if (place := _whole(claim, found)) is not None:
        return Alignment((Run(0, place, len(claim)),), before[-1])
    runs = _longest_runs(claim, found, before)
    return _chained(runs, before) if runs else None


def _whole(claim: Sequence[str], found: Sequence[str]) -> int | None:
    """Where all of the claim stands side by side."""
    wanted, length = list(claim), len(claim)
    for place in range(len(found) - length + 1):
        if found[place] == wanted[0] and list(found[place : place + length]) == wanted:
            return place
    return None


def _longest_runs(claim: Sequence[str], found: Sequence[str], before: Sequence[float]) -> list[Run]:
    """The weightiest runs that cannot be made longer, in order of the claim."""
    number: dict[str, int] = {}
    ours = np.array([number.setdefault(word, len(number)) for word in claim], np.int32)
    theirs = np.array([number.get(word, -1) for word in found], np.int32)
    equal = ours[:, None] == theirs[None, :]
    begins = equal.copy()
    begins[1:, 1:] &= ~equal[:-1, :-1]
    lengths = np.zeros((len(claim) + 1, len(found) + 1), np.int32)
    for row in range(len(claim) - 1, -1, -1):
        np.multiply(equal[row], lengths[row + 1, 1:] + 1, out=lengths[row, :-1])
    at, place = np.nonzero(begins)
    length = lengths[at, place]
    prefix = np.array(before)
    weight = prefix[at + length] - prefix[at]
    if len(at) > _MOST_RUNS:
        kept = np.sort(np.argsort(-weight, kind="stable")[:_MOST_RUNS])
        at, place, length = at[kept], place[kept], length[kept]
    return [Run(*one) for one in zip(at.tolist(), place.tolist(), length.tolist(), strict=True)]


def _chained(runs: list[Run], before: Sequence[float]) -> Alignment:
    best: list[tuple[float, int, int]] = []
    """By run: the weight of the best chain that ends with it, the run before it (-1: none), how much is cut off it."""
    for here, run in enumerate(runs):
        top = (before[run.claim + run.length] - before[run.claim], -1, 0)
        for there in range(here):
            other = runs[there]
            cut = max(other.claim + other.length - run.claim, other.found + other.length - run.found, 0)
            if cut >= run.length or other.found >= run.found:
                continue
            skipped = run.claim + cut - other.claim - other.length
            left_out = run.found + cut - other.found - other.length
            weight = best[there][0] + before[run.claim + run.length] - before[run.claim + cut]
            weight -= _cost(skipped, left_out)
            if weight > top[0]:
                top = weight, there, cut
        best.append(top)
    at = max(range(len(runs)), key=lambda n: (best[n][0], -n))
    score, chain = best[at][0], []
    while at >= 0:
        _, previous, cut = best[at]
        chain.append(Run(runs[at].claim + cut, runs[at].found + cut, runs[at].length - cut))
        at = previous
    return Alignment(tuple(_joined(chain[::-1])), score)


def _cost(skipped: int, left_out: int) -> float:
    if not skipped and not left_out:
        return 0.0
    return _STEP + _PER_DOUBLING * math.log2(1 + left_out) + _PER_WORD * skipped


def _joined(runs: Sequence[Run]) -> list[Run]:
    out: list[Run] = []
    for run in runs:
        last = out[-1] if out else None
        if last and last.claim + last.length == run.claim and last.found + last.length == run.found:
            out[-1] = Run(last.claim, last.found, last.length + run.length)
        else:
            out.append(run)
    return out
