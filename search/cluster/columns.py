"""What is known of single rows, as columns that fetch what they are asked for: `columns.codes["speaker"][rows]`."""

import dataclasses
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from index.whoosh_codec import Values

KEPT = ("row", "speaker", "source", "kind", "status", "variant", "article", "date", "confidence")
"""What a column needs of a row's document."""
_MOST = 200_000
"""Rows that are remembered."""

Fetch = Callable[[Sequence[int]], Sequence[Mapping[str, Any]]]


class Rows:
    """The keys of rows, fetched together and remembered; safe to share between threads."""

    def __init__(self, fetch: Fetch, values: Mapping[str, Values]) -> None:
        self._fetch, self._values = fetch, values
        self._known: OrderedDict[int, Mapping[str, Any]] = OrderedDict()
        self._numbers: dict[str, dict[str, int]] = {"article": {}, "variant": {}}
        self._lock = threading.Lock()

    def remember(self, found: Sequence[Mapping[str, Any]]) -> None:
        """Keys that came by the way."""
        with self._lock:
            for one in found:
                self._known[one["row"]] = one
            while len(self._known) > _MOST:
                self._known.popitem(last=False)

    def of(self, rows: Sequence[int]) -> list[Mapping[str, Any]]:
        """The keys of these rows."""
        with self._lock:
            known = {row: self._known[row] for row in rows if row in self._known}
        missing = [row for row in dict.fromkeys(rows) if row not in known]
        if missing:
            found = self._fetch(missing)
            self.remember(found)
            known |= {one["row"]: one for one in found}
        return [known[row] for row in rows]

    def code(self, name: str, value: str | None) -> int:
        """The code of a value; that of an article or of versions is no other's, and has no order."""
        if value is None:
            return 0
        if name in self._values:
            return self._values[name].code(value)
        with self._lock:
            numbers = self._numbers[name]
            return numbers.setdefault(value, len(numbers) + 1)


class Column:
    """One column; asked for rows it gives their values."""

    def __init__(self, rows: Rows, name: str) -> None:
        self._rows, self._name = rows, name

    def __getitem__(self, rows: "npt.NDArray[np.integer] | int") -> Any:
        if isinstance(rows, int | np.integer):
            return self[np.array([int(rows)])][0]
        found = self._rows.of(rows.tolist())
        if self._name == "date":
            return np.array([one.get("date", 0) for one in found], np.int32)
        if self._name == "confidence":
            return np.array([one["confidence"] for one in found], np.float32)
        return np.array([self._rows.code(self._name, one.get(self._name)) for one in found], np.uint32)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns of a build in a cluster."""

    values: Mapping[str, Values]
    codes: Mapping[str, Column]
    date: Column
    confidence: Column


def columns_of(rows: Rows, values: Mapping[str, Values]) -> Columns:
    """All columns over these rows."""
    coded = ("speaker", "source", "kind", "status", "variant", "article")
    return Columns(
        values=values,
        codes={name: Column(rows, name) for name in coded},
        date=Column(rows, "date"),
        confidence=Column(rows, "confidence"),
    )
