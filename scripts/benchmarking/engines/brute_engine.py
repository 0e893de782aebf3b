"""No engine: every quotation is looked at for every question. Slow, and right by its simplicity."""

import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from index.analysis import words
from scripts.benchmarking.answers import BEST, VALUES, Answer, Counts
from scripts.benchmarking.engines import Row
from scripts.benchmarking.engines.rows import Row as Entry
from scripts.benchmarking.engines.rows import counted, read
from scripts.benchmarking.queries import Question

_CORPUS = "corpus.txt"


class Made:
    """Counts by looking."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self._entries: list[Entry] = []
        self._texts: list[list[list[str]]] = []
        """A row's texts, as exact words."""
        self._stems: list[set[str]] = []

    def build(self, entries: Path, folder: Path) -> int:
        """Notes where the corpus is."""
        (folder / _CORPUS).write_text(str(entries.resolve()), encoding="utf-8")
        return sum(1 for _ in read(entries))

    def open(self, folder: Path) -> str:
        """Reads the corpus into memory."""
        for _, entry in read(Path((folder / _CORPUS).read_text(encoding="utf-8"))):
            texts = [entry["text"]]
            if self._row == "real":
                texts += [entry["before"], entry["after"], entry["speaker"] or "", entry["title"]]
            tokens = [words(text) for text in texts]
            self._entries.append(entry)
            self._texts.append([[token.exact for token in text] for text in tokens])
            self._stems.append({token.stem for text in tokens for token in text})
        return "in memory"

    def cannot(self, question: Question) -> str:
        """Nothing is too hard."""
        return ""

    def ask(self, question: Question) -> Answer:
        """Counts; the hits are the first ones."""
        facets: dict[str, Counts] = {}
        for variant, names in counted(question, self._row):
            found = list(self._matching(variant))
            for name in names:
                facets[name] = _counts(found, name)
        found = list(self._matching(question))
        return Answer(
            total=len(found),
            speakers=facets["speaker"],
            sources=facets["source"],
            years=dict(facets["year"]),
            hits=tuple(entry["id"] for entry in itertools.islice(found, BEST)),
        )

    def _matching(self, question: Question) -> Iterator[Entry]:
        for entry, texts, stems in zip(self._entries, self._texts, self._stems, strict=True):
            if self._has_words(question, texts, stems) and _passes(question, entry):
                yield entry

    def _has_words(self, question: Question, texts: list[list[str]], stems: set[str]) -> bool:
        asked = list(question.words)
        match question.joined:
            case "all" | "any":
                test = all if question.joined == "all" else any
                if self._row == "real":
                    return test(words(word)[0].stem in stems for word in asked)
                return test(word in texts[0] for word in asked)
            case "phrase":
                size = len(asked)
                return any(
                    text[start : start + size] == asked for text in texts for start in range(len(text) - size + 1)
                )
            case "prefix":
                return any(word.startswith(asked[0]) for text in texts for word in text)
            case "nothing":
                return True


def _passes(question: Question, entry: Entry) -> bool:
    if question.speaker is not None and entry["speaker_id"] != question.speaker:
        return False
    if question.source is not None and entry["source"] != question.source:
        return False
    return question.dates is None or question.dates[0] <= entry["date"] <= question.dates[1]


def _counts(found: list[Entry], name: str) -> Counts:
    if name == "year":
        return tuple(Counter(entry["date"][:4] for entry in found).items())
    key = "speaker_id" if name == "speaker" else name
    return tuple(Counter(entry[key] for entry in found if entry[key] is not None).most_common(VALUES))
