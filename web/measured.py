"""How good the extractor was measured to be: read from the document that `scripts/evaluate.py` fills, never repeated.

A checkout has it as docs/accuracy.md; what is installed carries it beside the extractor.
"""

import dataclasses
import functools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import index.extract

_PLACES = (
    Path(index.extract.__file__).parent / "ACCURACY.md",
    Path(__file__).parents[1] / "docs" / "accuracy.md",
)
_COST = re.compile(r"words a second|memory|growth|longer", re.IGNORECASE)
_FIGURES, _BINS = "| measured | figure |", "| confidence | how many | said, % | right, % |"


@dataclasses.dataclass(frozen=True, slots=True)
class Bin:
    """Quotations of about one confidence: how many were measured, and the shares said and found right (percent)."""

    confidence: str
    count: int
    said: float
    right: float


@dataclasses.dataclass(frozen=True, slots=True)
class Measured:
    """What was measured on what, figure by figure as it was printed, and whether confidence is what it says."""

    on: str
    figures: tuple[tuple[str, str], ...]
    bins: tuple[Bin, ...]


@functools.cache
def measured() -> Measured | None:
    """What was measured of the extractor; None where the document is not there."""
    path = next((path for path in _PLACES if path.is_file()), None)
    return parse(path.read_text(encoding="utf-8")) if path else None


def parse(text: str) -> Measured | None:
    """The first figures of the document, and the first table of confidences behind them; None where there are none."""
    lines = text.splitlines()
    at = next((n for n, line in enumerate(lines) if line.startswith(_FIGURES)), None)
    if at is None:
        return None
    on = next((line.lstrip("# ") for line in reversed(lines[:at]) if line.startswith("#")), "")
    figures = tuple(
        (row[0], row[1])
        for row in _rows(lines[at + 2 :])
        if not row[1].startswith("not measured") and not _COST.search(row[0])
    )
    behind = next((n for n, line in enumerate(lines) if n > at and line.startswith(_BINS)), len(lines))
    bins = tuple(
        Bin(row[0], int(row[1].replace(",", "")), float(row[2]), float(row[3]))
        for row in _rows(lines[behind + 2 :])
        if re.fullmatch(r"\d\.\d to \d\.\d", row[0])
    )
    return Measured(on, figures, bins)


def _rows(lines: Sequence[str]) -> Iterator[list[str]]:
    """The cells of a table's rows, up to its end."""
    for line in lines:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]
