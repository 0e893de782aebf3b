"""The columns of a build: one value a row, as memory-mapped numpy arrays; row == Whoosh document number.

Rows are in order of date, undated ones first. In `columns/NAME.npy`, each of shape (rows,), little-endian:

    speaker, source, kind, status   uint32   code of the value; 0 where there is none
    variant, article                uint32   code; the values themselves are in no file
    date                            int32    yyyymmdd; 0 where there is none
    confidence                      float32  0 to 1
    length_FIELD                    uint32   words of a text field, for scoring

Codes count from 1, the commonest value first (equally common ones in order of the value). `values.json` holds, by
column, a list of [value, label]: code 1 first.
"""

import array
import dataclasses
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from index.errors import BuildError
from index.records import Entry
from index.schema import FIELDS
from index.whoosh_codec.stock import analysed

Codes: TypeAlias = npt.NDArray[np.uint32]

FOLDER = "columns"
VALUES = "values.json"

TEXT_FIELDS = tuple(field for field in FIELDS if field.kind in ("stemmed", "exact"))
_CODE_FIELDS = tuple(field for field in FIELDS if field.kind == "code")
_NAMED = tuple(field.name for field in _CODE_FIELDS if field.facet)
"""Those whose values are kept."""


@dataclasses.dataclass(frozen=True, slots=True)
class Value:
    """One value of a column and what a reader calls it."""

    value: str
    label: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The opened columns; shapes, types and order as this module's docstring says."""

    rows: int
    codes: Mapping[str, Codes]
    date: npt.NDArray[np.int32]
    confidence: npt.NDArray[np.float32]
    lengths: Mapping[str, Codes]
    """By text field."""
    values: Mapping[str, tuple[Value, ...]]
    """By column; the value of code 1 first."""


def open_columns(folder: Path) -> Columns:
    """The columns of the build in `folder`, memory-mapped."""
    codes = {name: _load(folder, name) for name in (*(field.name for field in _CODE_FIELDS), "article")}
    date = _load(folder, "date")
    return Columns(
        rows=len(date),
        codes=codes,
        date=date,
        confidence=_load(folder, "confidence"),
        lengths={field.name: _load(folder, f"length_{field.name}") for field in TEXT_FIELDS},
        values={
            name: tuple(Value(*pair) for pair in pairs)
            for name, pairs in json.loads((folder / VALUES).read_bytes()).items()
        },
    )


def _load(folder: Path, name: str) -> npt.NDArray[Any]:
    loaded = np.load(folder / FOLDER / f"{name}.npy", mmap_mode="r", allow_pickle=False)
    # A view without memmap's Python class, whose every operation costs more than a plain array's.
    return np.asarray(loaded)


class ColumnsWriter:
    """Takes entries in order of date and writes their columns."""

    def __init__(self) -> None:
        self._codes = {field.name: _Coder() for field in _CODE_FIELDS} | {"article": _Coder()}
        self._date = array.array("i")
        self._confidence = array.array("f")
        self._lengths = {field.name: array.array("I") for field in TEXT_FIELDS}

    def add(self, entry: Entry) -> None:
        """One row. BuildError where the entry's date is none or out of order."""
        date = _number(entry)
        if self._date and date < self._date[-1]:
            raise BuildError(f"quotation {entry.id}: its date {entry.date} is out of order, so no index was written")
        self._date.append(date)
        self._confidence.append(entry.confidence)
        self._codes["article"].add(entry.article_id, None)
        for field in _CODE_FIELDS:
            value = field.value(entry)
            label = field.label(entry) if field.label and value is not None else None
            self._codes[field.name].add(None if value is None else str(value), label)
        for field in TEXT_FIELDS:
            tokens = analysed(str(field.value(entry)))
            exact = field.kind == "exact"
            self._lengths[field.name].append(len(tokens) if exact else sum(1 for token in tokens if token.stem))

    def write(self, folder: Path) -> None:
        """Writes everything into the build's folder."""
        target = folder / FOLDER
        target.mkdir()
        values = {}
        for name, coder in self._codes.items():
            codes, pairs = coder.finish()
            np.save(target / f"{name}.npy", codes)
            if name in _NAMED:
                values[name] = pairs
        np.save(target / "date.npy", np.array(self._date, "<i4"))
        np.save(target / "confidence.npy", np.array(self._confidence, "<f4"))
        for name, lengths in self._lengths.items():
            np.save(target / f"length_{name}.npy", np.array(lengths, "<u4"))
        (folder / VALUES).write_text(json.dumps(values), encoding="ascii")


def _number(entry: Entry) -> int:
    if entry.date is None:
        return 0
    try:
        year, month, day = entry.date.split("-")
        return int(year) * 10000 + int(month) * 100 + int(day)
    except ValueError:
        raise BuildError(f"quotation {entry.id}: its date '{entry.date}' is not a calendar date") from None


class _Coder:
    """Numbers values as they come, and by frequency in the end."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}
        self._codes = array.array("I")
        self._labels: dict[str, Counter[str]] = {}

    def add(self, value: str | None, label: str | None) -> None:
        self._codes.append(0 if value is None else self._known.setdefault(value, len(self._known) + 1))
        if value is not None and label:
            self._labels.setdefault(value, Counter())[label] += 1

    def finish(self) -> tuple[Codes, list[tuple[str, str]]]:
        codes = np.array(self._codes, "<u4")
        counts = np.bincount(codes, minlength=len(self._known) + 1).tolist()
        order = sorted(self._known, key=lambda value: (-counts[self._known[value]], value))
        renumber = np.zeros(len(self._known) + 1, "<u4")
        renumber[[self._known[value] for value in order]] = np.arange(1, len(order) + 1)
        return renumber[codes], [(value, self._label(value)) for value in order]

    def _label(self, value: str) -> str:
        labels = self._labels.get(value)
        return min(labels, key=lambda label: (-labels[label], label)) if labels else value
