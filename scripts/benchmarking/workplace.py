"""Where corpora and indexes lie between runs. What was made by the same code from the same parameters is used again."""

import dataclasses
import datetime
import hashlib
import inspect
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from scripts.benchmarking import corpus, words
from scripts.benchmarking.engines import OURS, Maker, Row
from scripts.benchmarking.machine import folder_bytes, gflops
from scripts.benchmarking.queries import Question, make_questions
from scripts.benchmarking.workers import Worker

ROOT = Path(__file__).resolve().parents[2]
_OUR_WRITING = ("whoosh_codec/*.py", "schema.py", "analysis.py", "records.py", "manifest.py")
"""The modules of `index` that decide what an index of ours is like."""


@dataclasses.dataclass(frozen=True, slots=True)
class Index:
    """An index on disk, and what making it took."""

    folder: Path
    made: str
    """When, ISO 8601, UTC."""
    entries: int
    cpu: float
    """Seconds of all threads and children."""
    wall: float
    bytes: int
    peak: int
    """The most anonymous memory, in bytes."""
    gflops: float
    """What the machine did just before."""


class Workplace:
    """The corpus of one size and seed, and the engines' indexes over it, made as they are asked for."""

    def __init__(self, folder: Path, *, size: int, seed: int, data: Path, anew: bool = False) -> None:
        self.size = size
        self._seed = seed
        self._data = data
        self._folder = folder / f"{size}-{seed}"
        self._anew = anew
        self._made: set[Path] = set()
        """Indexes of this run, used again whatever has changed since."""

    def corpus(self) -> Path:
        """The corpus's file of JSON lines."""
        path, note = self._folder / "corpus.jsonl", self._folder / "corpus.json"
        recipe = _digest([inspect.getsource(corpus), inspect.getsource(words), self.size, self._seed])
        if _read(note).get("recipe") == recipe and path.is_file():
            return path
        running = words.read_words(self._data)
        self._folder.mkdir(parents=True, exist_ok=True)
        note.unlink(missing_ok=True)
        vocabulary = words.make_vocabulary(running, self._seed)
        with tqdm(total=self.size, desc="writing the corpus", unit=" quotations", disable=None, leave=False) as bar:
            for more in corpus.write_corpus(path, vocabulary, size=self.size, seed=self._seed):
                bar.update(more)
        note.write_text(json.dumps({"recipe": recipe}), encoding="ascii")
        return path

    def questions(self) -> list[Question]:
        """The questions about the corpus."""
        return make_questions(self.corpus(), self._seed)

    def index(self, maker: Maker, row: Row) -> Index:
        """An engine's index for a row of measures. WorkerError where it cannot be made."""
        row = maker.index_row(row)
        entries = self.corpus()
        folder = self._folder / f"{maker.name}-{row}"
        note = folder / "made.json"
        recipe = _digest([_read(self._folder / "corpus.json"), maker.version(), maker.source(), *_ours(maker)])
        known = _read(note)
        same = known.pop("recipe", None) == recipe
        if folder in self._made or (same and not self._anew):
            return Index(folder=folder, **known)
        say(f"{maker.name} writes its index of {self.size:,} quotations ({row})")
        shutil.rmtree(folder, ignore_errors=True)
        making = self._folder / f".making-{maker.name}-{row}"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        speed = gflops()
        with Worker(maker.name, row) as worker:
            built = worker.build(entries, making)
            peak = worker.peak
        made = {
            "made": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "entries": built.entries,
            "cpu": built.cpu,
            "wall": built.wall,
            "bytes": folder_bytes(making),
            "peak": peak,
            "gflops": speed,
        }
        making.rename(folder)
        note.write_text(json.dumps({"recipe": recipe, **made}), encoding="ascii")
        self._made.add(folder)
        return Index(folder=folder, **made)  # type: ignore[arg-type]


def say(message: str) -> None:
    """Tells the user what is being done."""
    tqdm.write(message, file=sys.stderr)


def _ours(maker: Maker) -> Sequence[str]:
    if maker.name != OURS:
        return ()
    return [path.read_text("utf-8") for pattern in _OUR_WRITING for path in sorted((ROOT / "index").glob(pattern))]


def _digest(values: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()


def _read(path: Path) -> dict[str, Any]:
    try:
        row = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return row if isinstance(row, dict) else {}
