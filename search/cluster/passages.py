"""Words in order -> the rows that have them side by side, or most of them; see `search.core.passages`.

The cluster finds the rows that share the rarest words, weighed by their rarity; how much they share is then worked out
here, by the same arithmetic.
"""

import math
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from index.cluster.opensearch_mapping import plain
from index.cluster.opensearch_tables import Tables
from index.whoosh_codec.inverting import Inverted
from index.whoosh_codec.lexicon import encoded
from index.whoosh_codec.vocabulary import BREAK
from search.cluster.queries import Body, any_of, in_field
from search.core import passages as core
from search.core.passages import AROUND, FIELD, Near
from search.forms import Form

Ints = npt.NDArray[np.int64]
_NEIGHBOURS = (-2, -1, 1, 2)


class ClusterPassages:
    """Looks for words in one build's rows; may be shared between threads."""

    def __init__(
        self,
        tables: Tables,
        rows: Callable[[Body], Ints],
        best: Callable[[Body, int, str], list[dict[str, Any]]],
    ) -> None:
        """`rows`: all rows that match, ascending. `best`: the documents with `row` and a field that score highest."""
        self._tables, self._rows, self._best = tables, rows, best
        self._words = {name: max(1, int(tables.fields[name].place_at[-1])) for name in (FIELD, AROUND)}

    @property
    def size(self) -> float:
        """The logarithm of how many words the quotations have."""
        return math.log(self._words[FIELD] + 1)

    def rarities(self, words: Sequence[str], field: str = FIELD) -> list[float]:
        """How rare each word is: the logarithm of how many words of the collection there are to one of it."""
        return [math.log((self._words[field] + 1) / (self._often(word, field) + 0.5)) for word in words]

    def exact(self, words: Sequence[str], field: str = FIELD) -> Ints:
        """The rows, ascending, in which the words stand side by side."""
        if not words or not all(self._often(word, field) for word in words):
            return np.zeros(0, np.int64)
        return self._rows(in_field(_together(words), field))

    def near(self, words: Sequence[str], first: int, field: str = FIELD) -> list[Near]:
        """At most `first` rows that share most with the words, the nearest first; equal ones in order of the rows."""
        rarities = np.array(self.rarities(words, field), np.float64)
        seeds = self._seeds(words, rarities, field)
        if not seeds:
            return []
        found = self._best({"bool": {"should": seeds, "minimum_should_match": 1}}, core._LOOKED, field)
        found.sort(key=lambda one: int(one["row"]))
        if not found:
            return []
        text, numbers = _as_text(found, field, words)
        ids = np.array([numbers[plain(word)] if self._often(word, field) else -1 for word in words], np.int64)
        scores = core._compared(text, ids, rarities, np.arange(len(found)))
        best = np.argsort(-scores, kind="stable")[:first]
        return [Near(int(found[n]["row"]), float(scores[n])) for n in best.tolist()]

    def _often(self, word: str, field: str) -> int:
        place = self._tables.words.find(encoded(plain(word)))
        at = self._tables.fields[field].place_at
        return int(at[place + 1] - at[place]) if place >= 0 else 0

    def _seeds(self, words: Sequence[str], rarities: npt.NDArray[np.float64], field: str) -> list[Body]:
        """Which rows are looked at, and what each of their words counts: as in `core.passages`, word by word."""
        often = [self._often(word, field) for word in words]
        seeds = sorted((n for n in range(len(words)) if often[n]), key=lambda n: (often[n], n))
        clauses: list[Body] = []
        spent = 0
        for number, seed in enumerate(seeds[: core._SEEDS]):
            spent += often[seed]
            if spent > core._BUDGET and number >= 2:
                break
            if often[seed] <= core._FEW:
                query: Body | None = in_field(_together([words[seed]]), field)
            else:
                query = _with_neighbours(words, often, seed, field, both=often[seed] > core._MANY and len(words) > 3)
            if query is not None:
                clauses.append({"constant_score": {"filter": query, "boost": float(f"{rarities[seed]:.7g}")}})
        return clauses


def _together(words: Sequence[str]) -> Form:
    return Form(tuple(words), tuple(range(len(words))), True)


def _with_neighbours(words: Sequence[str], often: Sequence[int], seed: int, field: str, *, both: bool) -> Body | None:
    """A word with one of its neighbours beside it (`both`: and another one within two words)."""
    there = [step for step in _NEIGHBOURS if 0 <= seed + step < len(words) and often[seed + step]]
    beside = [step for step in there if abs(step) == 1]
    if both:
        wanted = {tuple(sorted((0, one, other))) for one in beside for other in there if other != one}
    else:
        wanted = {tuple(sorted((0, one))) for one in beside}
    if not wanted:
        return None
    forms = [
        Form(tuple(words[seed + step] for step in steps), tuple(step - steps[0] for step in steps), True)
        for steps in sorted(wanted)
    ]
    return any_of([in_field(form, field) for form in forms])


def _as_text(found: Sequence[dict[str, Any]], field: str, words: Sequence[str]) -> tuple[Inverted, dict[str, int]]:
    """The rows' words as numbers, one row after the other, and the numbers."""
    numbers = {word: number for number, word in enumerate(dict.fromkeys(map(plain, words)))}
    text: list[int] = []
    at = [0]
    for one in found:
        for piece in one.get(field, ()):
            text += [numbers.setdefault(word, len(numbers)) for word in piece.split(" ")]
            text.append(BREAK)
        if at[-1] == len(text):
            text.append(BREAK)
        at.append(len(text))
    held = SimpleNamespace(text=np.array(text, np.uint32), text_at=np.array(at, np.uint64))
    return cast("Inverted", held), numbers
