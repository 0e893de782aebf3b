"""Articles whose speakers were decided by reading: questions of known meaning, better than any chain's.

read_speakers.jsonl holds 200 articles of PolNeAR's training part, a line for each reported stretch: where its content
stands, and where the article gives the names of who said it (or a name that it nowhere gives whole). No words.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from index.errors import UsageError
from index.extract.cues import cue_matcher
from index.extract.entities import Entity, Names
from index.extract.tokens import pipeline
from scripts.training.examples import Places, load_gold
from scripts.training.questions import Asked, ReadingOf, Recorder, gold_attributions, read_with

SPEAKERS = Path(__file__).with_name("read_speakers.jsonl")


def rows_by_article(path: Path = SPEAKERS) -> dict[str, list[dict[str, Any]]]:
    """The lines of a file of speakers, by article."""
    if not path.is_file():
        raise UsageError(f"{path}: not there; fetch the project's files again")
    out: dict[str, list[dict[str, Any]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        out.setdefault(row["article_id"], []).append(row)
    return out


def read_by_people(data: Path, reading_of: ReadingOf | None) -> Iterator[Asked]:
    """The pronouns and descriptions of those articles' sources, with all that was said before each."""
    cue_matcher()  # made before any zone, or its words would be forgotten with the first article's
    gold = load_gold(data, "train")
    for name, rows in rows_by_article().items():
        text, marked = gold[name]
        by_content = {_key(row["content"]): row for row in rows}
        with pipeline().memory_zone():
            page, names, reading = read_with(text, reading_of)
            places = Places(page)
            recorder = Recorder("read", f"polnear:{name}", page, names, reading)
            made = [
                (attribution, by_content.get(_key(roles["content"])))
                for roles in marked
                for attribution in gold_attributions(page, places, [roles])
            ]
            for attribution, row in sorted(made, key=lambda pair: pair[0].content):
                recorder.follow(attribution, _truth(names, places, row) if row is not None else None)
        yield from recorder.kept


def _key(content: list[Any]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted((int(start), int(end)) for start, end in content))


def _truth(names: Names, places: Places, row: dict[str, Any]) -> Callable[[Entity], bool] | None:
    """Whether an entity is who said it; None where that cannot be told."""
    if row["speaker_type"] == "unknown":
        return None
    text = names.page.article_text
    called = {text[slice(*span)] for span in row["speaker"] if not isinstance(span, str)}
    spans = [match.span() for name in called for match in re.finditer(rf"\b{re.escape(name)}\b", text)]
    meant = {id(e) for span in spans for t in places.tokens(*span) if (e := names.entity_at(t)) is not None}
    if not meant and row["speaker_type"] in ("person", "organization"):
        return None
    return lambda entity: id(entity) in meant
