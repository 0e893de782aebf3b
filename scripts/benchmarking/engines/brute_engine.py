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
        self._entries: list[tuple[Entry, str, set[str]]] = []
        """Rows with their exact words, each between blanks and each text on a line of its own, and their stems."""

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
            lines = (f" {' '.join(token.exact for token in text)} " for text in tokens)
            stems = {token.stem for text in tokens for token in text}
            self._entries.append((entry, "\n".join(lines), stems))
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
        return (
            entry
            for entry, text, stems in self._entries
            if self._has(question, text, stems) and _passes(question, entry)
        )

    def _has(self, question: Question, text: str, stems: set[str]) -> bool:
        match question.joined:
            case "nothing":
                return True
            case "phrase":
                return f" {' '.join(question.words)} " in text
            case "prefix":
                return f" {question.words[0]}" in text
        test = all if question.joined == "all" else any
        if self._row == "real":
            return test(words(word)[0].stem in stems for word in question.words)
        return test(f" {word} " in text for word in question.words)


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
