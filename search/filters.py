"""Filter values as users write them -> masks over the rows of a build."""

import threading
from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from index.analysis import exact_words
from index.whoosh_codec import Columns
from search.language import date_range
from search.matching import Mask
from search.request import SearchRequest
from search.tree import FieldFilter

REPEATABLE = ("speaker", "source", "kind", "status")
"""The parameters that choose values of the column of the same name."""

_SAID = {
    "speaker": "no speaker here is called “{}”",
    "source": "no source here is called “{}”",
    "kind": "no quotation here is of kind “{}”",
    "status": "no quotation here has status “{}”",
}


class Filters:
    """The filters of one build; safe to share between threads."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._ids = {
            name: {value.value: code for code, value in enumerate(columns.values[name], 1)} for name in REPEATABLE
        }
        self._names: dict[str, _Names] = {}
        self._lock = threading.Lock()

    def codes(self, column: str, value: str, *, typed: bool = False) -> npt.NDArray[np.uint32]:
        """The codes that a written value stands for, ascending, perhaps none.

        An id; else all of exactly that name, whatever its capitals and accents, and, for a speaker's single word, all
        whose last name it is; else all with these words in the name. Typed into a query it is a name before an id.
        """
        known = self._ids[column].get(value)
        if known is not None and not typed:
            return np.array([known], np.uint32)
        with self._lock:
            if column not in self._names:
                labels = (value.label for value in self._columns.values[column])
                self._names[column] = _Names(labels, surnames=column == "speaker")
        found = self._names[column].find(value)
        return np.array(found or ([] if known is None else [known]), np.uint32)

    def mask(self, column: str, values: Iterable[str], *, typed: bool = False) -> Mask:
        """The rows with any of the values."""
        allowed = np.zeros(len(self._columns.values[column]) + 1, np.bool_)
        for value in values:
            allowed[self.codes(column, value, typed=typed)] = True
        return allowed[self._columns.codes[column]]

    def dates(self, first: str | None, last: str | None) -> Mask:
        """The rows dated from `first` to `last`, inclusive; whole ISO dates. Those without a date are out."""
        low, high = np.searchsorted(
            self._columns.date,
            np.array([_number(first) if first else 1, _number(last) + 1 if last else 2**31 - 1], np.int32),
        )
        mask = np.zeros(self._columns.rows, np.bool_)
        mask[low:high] = True
        return mask

    def typed(self, node: FieldFilter) -> Mask:
        """The rows of a filter within a query."""
        if node.field != "date":
            return self.mask(node.field, node.values, typed=True)
        mask = np.zeros(self._columns.rows, np.bool_)
        for value in node.values:
            mask |= self.dates(*date_range(value))
        return mask

    def of_request(self, request: SearchRequest) -> dict[str, Mask]:
        """The masks of the filters that are set; both ends of the dates are one, called `date`."""
        masks = {name: self.mask(name, getattr(request, name)) for name in REPEATABLE if getattr(request, name)}
        if request.date_from or request.date_to:
            masks["date"] = self.dates(request.date_from, request.date_to)
        if request.min_confidence:
            masks["min_confidence"] = self._columns.confidence >= np.float32(request.min_confidence)
        return masks

    def unknown(self, chosen: Iterable[tuple[str, Iterable[str]]]) -> list[str]:
        """A note for each (column, values) value that stands for nothing."""
        return [
            _SAID[column].format(value)
            for column, values in chosen
            for value in values
            if not len(self.codes(column, value))
        ]


class _Names:
    """The names of a column by their words."""

    def __init__(self, names: Iterable[str], *, surnames: bool) -> None:
        self._whole: dict[tuple[str, ...], list[int]] = defaultdict(list)
        self._having: dict[str, set[int]] = defaultdict(set)
        self._ending: dict[str, list[int]] = defaultdict(list)
        for code, name in enumerate(names, 1):
            found = tuple(exact_words(name))
            self._whole[found].append(code)
            for word in found:
                self._having[word].add(code)
            for last in found[-1:] if surnames else ():
                self._ending[last].append(code)

    def find(self, name: str) -> list[int]:
        wanted = tuple(exact_words(name))
        if not wanted:
            return []
        whole = self._whole.get(wanted)
        if whole:
            return sorted({*whole, *self._ending.get(wanted[-1], ())}) if len(wanted) == 1 else whole
        return sorted(set.intersection(*(self._having.get(word, set()) for word in wanted)))


def _number(date: str) -> int:
    return int(date.replace("-", ""))
