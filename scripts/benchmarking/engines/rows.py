"""What the peers share: a corpus's rows, numbers for values, and which facets a question counts."""

import dataclasses
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from scripts.benchmarking.engines import Row as RowName
from scripts.benchmarking.queries import Question

Row = dict[str, Any]

FACETS: tuple[str, ...] = ("speaker", "source", "year")


def read(corpus: Path) -> Iterator[tuple[bytes, Row]]:
    """Every line of a corpus as it stands, and decoded."""
    with corpus.open("rb") as file:
        for line in file:
            yield line, json.loads(line)


def counted(question: Question, row: RowName) -> list[tuple[Question, tuple[str, ...]]]:
    """The questions to count for a question's facets, and which facets each of them gives; first the question itself.

    In row `real` a facet that is filtered is counted under all filters but its own, and so needs one more question.
    """
    given = {"speaker": question.speaker, "source": question.source, "year": question.dates}
    filtered = [name for name in FACETS if given[name] is not None] if row == "real" else []
    free = tuple(name for name in FACETS if name not in filtered)
    return [(question, free), *((_unfiltered(question, name), (name,)) for name in filtered)]


def _unfiltered(question: Question, facet: str) -> Question:
    """A question without the filter that belongs to a facet."""
    if facet == "speaker":
        return dataclasses.replace(question, speaker=None)
    if facet == "source":
        return dataclasses.replace(question, source=None)
    return dataclasses.replace(question, dates=None)


def day(date: str) -> int:
    """A date as a number that sorts: 2020-01-31 is 20200131."""
    return int(date.replace("-", ""))


class Codes:
    """Numbers for the values of a column, from 0, in the order of their first appearance."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self.values = list(values)
        self._numbers = {value: number for number, value in enumerate(self.values)}

    def __getitem__(self, value: str) -> int:
        number = self._numbers.setdefault(value, len(self.values))
        if number == len(self.values):
            self.values.append(value)
        return number

    def of(self, value: str) -> int:
        """The number of a value that the corpus has."""
        return self._numbers[value]

    @classmethod
    def load(cls, path: Path) -> "Codes":
        """What `save` wrote."""
        return cls(json.loads(path.read_bytes()))

    def save(self, path: Path) -> None:
        """Writes the values down."""
        path.write_text(json.dumps(self.values), encoding="ascii")
