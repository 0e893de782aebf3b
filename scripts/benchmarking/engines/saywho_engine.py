"""Ours: an index as a run publishes it, asked through the search core as the site asks it."""

from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from index import whoosh_codec
from index.article_store import FILE_NAME, write_articles
from index.manifest import publish, published, write_manifest
from index.people_store import FILE_NAME as PEOPLE_FILE
from index.people_store import write_people
from index.records import Entry
from index.settings import Settings
from scripts.benchmarking.answers import BEST, VALUES, Answer, Counts
from scripts.benchmarking.engines import Row
from scripts.benchmarking.queries import Question
from search.core import Core
from search.core import Question as Asked
from search.tree import And, Everything, FieldFilter, Node, Or, Phrase, Prefix, Word

_FACETS = ("speaker", "source", "date")
_BUILD = "20260101T000000000000Z-00000000"


class Made:
    """The search core over a published build. Row `plain` asks for exact words of the quotation alone."""

    def __init__(self, row: Row) -> None:
        self._row = row

    def build(self, entries: Path, folder: Path) -> int:
        """Writes, hashes and publishes a build in a data folder that `saywho serve` can serve."""
        builds = Settings(data=folder).builds
        making = builds / _BUILD
        making.mkdir(parents=True)
        decode = msgspec.json.Decoder(Entry).decode
        with entries.open("rb") as lines:
            count = whoosh_codec.write(making, map(decode, lines))
        write_articles(making / FILE_NAME, ())
        write_people(making / PEOPLE_FILE, (), {})
        write_manifest(
            making,
            id=_BUILD,
            published="2026-01-01T00:00:00+00:00",
            extractor="invented",
            articles=0,
            quotations=count,
            revision=1,
        )
        publish(builds, _BUILD)
        return count

    def open(self, folder: Path) -> str:
        """Opens the published build."""
        self._core = Core(published(Settings(data=folder).builds))
        return f"{self._core.rows:,} rows"

    def cannot(self, question: Question) -> str:
        """It can express them all."""
        return ""

    def ask(self, question: Question) -> Answer:
        """One question to the core, and the best hits' entries."""
        answer = self._core.answer(self._plain(question) if self._row == "plain" else _real(question))
        return Answer(
            total=answer.total,
            speakers=_counts(answer.facets["speaker"].items),
            sources=_counts(answer.facets["source"].items),
            years=dict(answer.facets["date"].items),
            hits=tuple(self._core.entry(row).id for row in answer.rows[:BEST]),
        )

    def _plain(self, question: Question) -> Asked:
        conditions = [_words(question, lambda word: Phrase((word,)))]
        if question.speaker is not None:
            conditions.append(FieldFilter("speaker", (question.speaker,)))
        if question.source is not None:
            conditions.append(FieldFilter("source", (question.source,)))
        if question.dates is not None:
            conditions.append(FieldFilter("date", ("..".join(question.dates),)))
        parts = tuple(part for part in conditions if not isinstance(part, Everything))
        tree = And(parts) if len(parts) > 1 else parts[0] if parts else Everything()
        return Asked(tree=tree, within="quote", facets=_FACETS, facet_limit=VALUES, first=BEST)


def _real(question: Question) -> Asked:
    filters: dict[str, tuple[str, ...]] = {}
    if question.speaker is not None:
        filters["speaker"] = (question.speaker,)
    if question.source is not None:
        filters["source"] = (question.source,)
    if question.dates is not None:
        filters["date"] = question.dates
    tree = _words(question, Word)
    return Asked(tree=tree, within="all", filters=filters, facets=_FACETS, facet_limit=VALUES, first=BEST)


def _words(question: Question, leaf: Callable[[str], Node]) -> Node:
    match question.joined:
        case "phrase":
            return Phrase(question.words)
        case "prefix":
            return Prefix(question.words[0])
        case "nothing":
            return Everything()
    leaves = tuple(map(leaf, question.words))
    if len(leaves) == 1:
        return leaves[0]
    return And(leaves) if question.joined == "all" else Or(leaves)


def _counts(items: Iterable[tuple[str, int]]) -> Counts:
    return tuple((value, count) for value, count in items)
