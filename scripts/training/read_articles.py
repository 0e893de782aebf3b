"""Articles whose speakers were decided by reading: questions of known meaning, better than any chain's.

read_speakers.jsonl holds 200 articles of PolNeAR's training part, a line for each reported stretch: where its content
stands, and where the article gives the names of who said it (or a name that it nowhere gives whole). No words.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from index.extract.cues import cue_matcher
from index.extract.entities import Entity, Names
from index.extract.tokens import pipeline
from scripts.training.examples import Places, content_key, load_gold
from scripts.training.questions import Asked, ReadingOf, Recorder, gold_attributions, read_with
from scripts.training.read_news import read_news
from scripts.training.speaker_rows import rows_by_article


def read_by_people(data: Path, reading_of: ReadingOf | None) -> Iterator[Asked]:
    """The pronouns and descriptions of those articles' sources, with all that was said before each."""
    cue_matcher()  # made before any zone, or its words would be forgotten with the first article's
    gold = load_gold(data, "train")
    for name, rows in rows_by_article().items():
        text, marked = gold[name]
        by_content = {content_key(row["content"]): row for row in rows}
        with pipeline().memory_zone():
            page, names, reading = read_with(text, reading_of)
            places = Places(page)
            recorder = Recorder("read", f"polnear:{name}", page, names, reading)
            made = [
                (attribution, by_content.get(content_key(roles["content"])))
                for roles in marked
                for attribution in gold_attributions(page, places, [roles])
            ]
            for attribution, row in sorted(made, key=lambda pair: pair[0].content):
                recorder.follow(attribution, _truth(names, places, row) if row is not None else None)
        yield from recorder.kept


def read_in_news(data: Path, reading_of: ReadingOf | None) -> Iterator[Asked]:
    """The same of news articles whose attributions were judged, those aside that are kept for measuring."""
    cue_matcher()
    for article in read_news(data):
        if article.held:
            continue
        with pipeline().memory_zone():
            page, names, reading = read_with(article.text, reading_of)
            places = Places(page)
            recorder = Recorder("read", article.id, page, names, reading)
            made = [
                (attribution, row)
                for row in article.rows
                if row["verdict"] in ("ok", "bounds")
                for attribution in gold_attributions(page, places, [row])
            ]
            for attribution, row in sorted(made, key=lambda pair: pair[0].content):
                recorder.follow(attribution, _truth(names, places, row))
        yield from recorder.kept


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
