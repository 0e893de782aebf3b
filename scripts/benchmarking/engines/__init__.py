"""The engines that are measured: ours and its peers, all behind one interface."""

import dataclasses
import importlib
import importlib.metadata
import importlib.util
import inspect
from pathlib import Path
from typing import Literal, Protocol, TypeAlias, get_args

from scripts.benchmarking.answers import Answer
from scripts.benchmarking.queries import Question

Row: TypeAlias = Literal["plain", "real"]
"""plain: exact words of the quotation alone, filters as part of the query. real: all fields and stems, and every
facet counted under all filters but its own."""

ROWS: tuple[Row, ...] = get_args(Row)
OURS = "saywho"


class Engine(Protocol):
    """One engine over one index, in a process of its own."""

    def __init__(self, row: Row) -> None: ...

    def build(self, entries: Path, folder: Path) -> int:
        """Makes an index of a corpus in an empty folder, ready to be opened; returns how many entries it holds."""

    def open(self, folder: Path) -> str:
        """Opens an index; returns what is worth knowing about it, such as its segments."""

    def cannot(self, question: Question) -> str:
        """Why the engine cannot express a question; empty where it can."""

    def ask(self, question: Question) -> Answer:
        """The answer, with the best hits' entries fetched and decoded."""


@dataclasses.dataclass(frozen=True, slots=True)
class Maker:
    """How an engine is had, and what is said about it."""

    name: str
    package: str
    """The PyPI package that it needs; empty where it needs none."""
    rows: tuple[Row, ...]
    one_index: bool = False
    """Whether the same index serves every row."""
    timed: bool = True
    """Whether its times mean anything."""
    module: str = ""
    why_not: str = ""
    """Why it leaves out the other rows."""
    differs: str = ""
    """Why its counts are not quite ours in row `real`."""

    def missing(self) -> str:
        """What to do where its package is not installed; empty where it is."""
        if not self.package or importlib.util.find_spec(self.module or self.package):
            return ""
        return f"{self.package} is not installed: pip install '.[bench]'"

    def index_row(self, row: Row) -> Row:
        """The row whose index serves `row`."""
        return self.rows[-1] if self.one_index else row

    def version(self) -> str:
        """The package's version; empty where it needs none."""
        return importlib.metadata.version(self.package) if self.package else ""

    def source(self) -> str:
        """The text of the module that sets it up: an index is made anew when that changes."""
        return inspect.getsource(importlib.import_module(f"{__name__}.{self.name}_engine"))

    def make(self, row: Row) -> Engine:
        """The engine itself."""
        engine: type[Engine] = importlib.import_module(f"{__name__}.{self.name}_engine").Made
        return engine(row)


_PLAIN_ONLY = "measured on plain words alone"

MAKERS: dict[str, Maker] = {
    maker.name: maker
    for maker in (
        Maker(OURS, "", ROWS, one_index=True),
        Maker("tantivy", "tantivy", ROWS),
        Maker("fts5", "", ROWS, differs="its stemmer is Porter's first, ours and tantivy's its successor"),
        Maker("bm25s", "bm25s", ("plain",), why_not=f"{_PLAIN_ONLY}: it has neither fields nor filters"),
        Maker("whoosh", "Whoosh", ("plain",), module="whoosh", why_not=f"{_PLAIN_ONLY}: more would take hours"),
        Maker("brute", "", ROWS, timed=False),
    )
}
"""By name. `brute` is no peer: it looks at every quotation, and so checks what the others count."""
