"""Whom a pronoun or a description means: a small learned scorer over the evidence for each candidate.

The weights in chooser.json come from scripts/training/choosing.py. With a reading the network's own antecedents are one
more opinion, weighed against the rest: a log-linear pool of the two distributions.
"""

import functools
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy
from numpy.typing import NDArray

from index.errors import WeightsError
from index.extract.evidence import FEATURES

WEIGHTS = Path(__file__).with_name("chooser.json")

Task = Literal["pronoun", "nominal", "alone"]
"""A source's pronoun or description, after all that was said before it; or a pronoun alone, of which nothing is known
but where it stands, so that the network's word counts for more."""
_SCORER = {"pronoun": "pronoun", "nominal": "nominal", "alone": "pronoun"}


@dataclass(frozen=True, slots=True)
class Scorer:
    """One hidden layer: evidence [n, len(FEATURES)] to a score for each candidate, [n]; float32."""

    hidden: NDArray[numpy.float32]
    bias: NDArray[numpy.float32]
    out: NDArray[numpy.float32]
    linear: NDArray[numpy.float32]

    def scores(self, rows: NDArray[numpy.float32]) -> NDArray[numpy.float32]:
        """The logarithm of how likely each row is meant, up to a constant."""
        made: NDArray[numpy.float32] = rows @ self.linear + numpy.tanh(rows @ self.hidden + self.bias) @ self.out
        return made


@dataclass(frozen=True, slots=True)
class Pool:
    """How scorer and network are put together: score * `own` + log(probability + `floor`) * `network`."""

    own: float
    network: float
    floor: float = 0.02


@dataclass(frozen=True, slots=True)
class Chooser:
    """The scorers, and by task how they are pooled with the network."""

    scorers: dict[str, Scorer]
    pools: dict[str, Pool]

    def shares(
        self, task: Task, rows: NDArray[numpy.float32], antecedents: Sequence[float] | None = None
    ) -> list[float]:
        """The probability of each row's candidate, summing to 1; `antecedents` are the network's, by row."""
        if not len(rows):
            return []
        scores = self.scorers[_SCORER[task]].scores(rows).astype(float)
        if antecedents is not None:
            pool = self.pools[task]
            scores = pool.own * scores + pool.network * numpy.log(numpy.asarray(antecedents) + pool.floor)
        shares = numpy.exp(scores - scores.max())
        return [float(share) for share in shares / shares.sum()]


@functools.cache
def chooser() -> Chooser:
    """The trained chooser; WeightsError says what to do when its file is damaged or does not fit this version."""
    try:
        table = json.loads(WEIGHTS.read_text(encoding="utf-8"))
        return read_chooser(table)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(
            f"{WEIGHTS}: cannot be used ({error}); install saywho anew, or make it with scripts/training/choosing.py"
        ) from error


def read_chooser(table: dict[str, Any]) -> Chooser:
    """A chooser from what its file holds; ValueError where the numbers do not fit `FEATURES`."""
    scorers, pools = {}, {}
    for task, facts in table["tasks"].items():
        if facts["features"] != list(FEATURES):
            raise ValueError(f"{task}: made for other evidence")
        arrays = {name: numpy.array(facts[name], numpy.float32) for name in ("hidden", "bias", "out", "linear")}
        size = len(FEATURES)
        if (
            arrays["hidden"].shape != (size, len(arrays["out"]))
            or arrays["linear"].shape != (size,)
            or (arrays["bias"].shape != arrays["out"].shape)
        ):
            raise ValueError(f"{task}: wrong shape")
        if not all(numpy.isfinite(a).all() for a in arrays.values()):
            raise ValueError(f"{task}: not a number")
        scorers[task] = Scorer(**arrays)
    for task, weights in table["pools"].items():
        own, network = (float(str(weights[name])) for name in ("own", "network"))
        if not (math.isfinite(own) and math.isfinite(network)):
            raise ValueError(f"{task}: not a number")
        pools[task] = Pool(own, network)
    if not (set(_SCORER) <= set(pools) and set(_SCORER.values()) <= set(scorers)):
        raise ValueError("a task is missing")
    return Chooser(scorers, pools)
