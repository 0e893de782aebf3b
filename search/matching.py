"""Everything that a request finds, read row by row as it is gone through."""

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from index.records import Entry
from search.results import BuildShown

_BLOCK = 4096
"""Row numbers that are Python's at a time."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """The entries of `rows` in that order, any number of times; memory holds the row numbers and one entry.

    It belongs to one build, and keeps that open whatever is published or removed meanwhile.
    """

    build: BuildShown
    rows: npt.NDArray[np.uint32]
    entry: Callable[[int], Entry]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Entry]:
        for start in range(0, len(self.rows), _BLOCK):
            yield from map(self.entry, self.rows[start : start + _BLOCK].tolist())
