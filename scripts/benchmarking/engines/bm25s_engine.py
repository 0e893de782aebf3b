"""bm25s: scores of all quotations as one array; filters and facets are ours, in numpy, over columns of codes.

It has no phrases, no prefixes, and no way to ask that every word is there.
"""

import json
import re
from pathlib import Path

import bm25s
import numpy as np
import numpy.typing as npt
from bm25s.tokenization import Tokenized

from scripts.benchmarking.answers import BEST, VALUES, Answer, Counts
from scripts.benchmarking.engines import Row
from scripts.benchmarking.engines.rows import Codes, day, read
from scripts.benchmarking.queries import Question

_WORD = re.compile(r"[a-z0-9]+")
_COLUMNS = ("speaker", "source", "year", "date")
"""int32, one number a quotation; a speaker's code is -1 where nobody is named."""


class Made:
    """bm25s over the quotations' words."""

    def __init__(self, row: Row) -> None:
        self._row = row

    def build(self, entries: Path, folder: Path) -> int:
        """Numbers the words, lets bm25s index them, and keeps the columns and where each entry begins."""
        words: dict[str, int] = {}
        ids: list[list[int]] = []
        codes = {name: Codes() for name in ("speaker", "source")}
        numbers: list[tuple[int, ...]] = []
        starts = [0]
        with (folder / "entries.jsonl").open("wb") as records:
            for line, entry in read(entries):
                ids.append([words.setdefault(word, len(words)) for word in _WORD.findall(entry["text"].lower())])
                speaker = -1 if entry["speaker_id"] is None else codes["speaker"][entry["speaker_id"]]
                date = day(entry["date"])
                numbers.append((speaker, codes["source"][entry["source"]], date // 10000, date))
                starts.append(starts[-1] + records.write(line))
        index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        index.index(Tokenized(ids=ids, vocab=words), show_progress=False)
        index.save(str(folder / "bm25s"))
        np.save(folder / "starts.npy", np.array(starts, np.int64))
        np.save(folder / "columns.npy", np.array(numbers, np.int32).T.copy())
        for name, values in codes.items():
            values.save(folder / f"{name}.json")
        (folder / "words.json").write_text(json.dumps(words), encoding="ascii")
        return len(ids)

    def open(self, folder: Path) -> str:
        """Loads everything into memory."""
        self._index = bm25s.BM25.load(str(folder / "bm25s"))
        self._words: dict[str, int] = json.loads((folder / "words.json").read_bytes())
        self._columns = dict(zip(_COLUMNS, np.load(folder / "columns.npy"), strict=True))
        self._codes = {name: Codes.load(folder / f"{name}.json") for name in ("speaker", "source")}
        self._starts = np.load(folder / "starts.npy")
        self._records = (folder / "entries.jsonl").open("rb")
        return "in memory"

    def cannot(self, question: Question) -> str:
        """Phrases, prefixes, several words that must all be there, and questions without words."""
        if question.joined == "all" and len(question.words) > 1:
            return "it cannot ask that every word is there"
        return {"phrase": "it has no phrases", "prefix": "it has no prefixes", "nothing": "it needs a word"}.get(
            question.joined, ""
        )

    def ask(self, question: Question) -> Answer:
        """Scores, a mask of the filters, counts."""
        scores = self._index.get_scores_from_ids([self._words[word] for word in question.words])
        found = np.flatnonzero(scores if (mask := self._mask(question)) is None else scores * mask)
        reached = scores[found]
        best = np.argpartition(-reached, BEST - 1)[:BEST] if len(found) > BEST else np.arange(len(found))
        best = found[best[np.argsort(-reached[best], kind="stable")]]
        years = np.bincount(self._columns["year"][found])
        return Answer(
            total=len(found),
            speakers=self._top("speaker", found),
            sources=self._top("source", found),
            years={str(year): int(years[year]) for year in np.flatnonzero(years)},
            hits=tuple(map(self._entry_id, best.tolist())),
        )

    def _mask(self, question: Question) -> npt.NDArray[np.bool_] | None:
        if question.speaker is not None:
            return np.asarray(self._columns["speaker"] == self._codes["speaker"].of(question.speaker))
        if question.source is not None:
            return np.asarray(self._columns["source"] == self._codes["source"].of(question.source))
        if question.dates is not None:
            first, last = map(day, question.dates)
            return np.asarray((self._columns["date"] >= first) & (self._columns["date"] <= last))
        return None

    def _top(self, name: str, found: npt.NDArray[np.int64]) -> Counts:
        counts = np.bincount(self._columns[name][found] + 1)[1:]
        best = np.argsort(-counts, kind="stable")[:VALUES].tolist()
        return tuple((self._codes[name].values[code], int(counts[code])) for code in best if counts[code])

    def _entry_id(self, row: int) -> str:
        self._records.seek(self._starts[row])
        return str(json.loads(self._records.read(self._starts[row + 1] - self._starts[row]))["id"])
