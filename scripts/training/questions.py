"""Pronouns and descriptions whose meaning is known, as rows of evidence: what the chooser learns from.

Known from people (GUM, GAP's validation part), from CoreNLP's chains over PolNeAR (silver), and from the news itself:
where one outlet names the speaker of words that another gives to "she" or "the senator" (distant labels).
"""

import collections
import itertools
import json
import random
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy
from numpy.typing import NDArray

from index.errors import UsageError
from index.extract import phrases
from index.extract.antecedents import PRONOUNS, antecedents
from index.extract.attributions import find_attributions
from index.extract.choosing import Task
from index.extract.cues import cue_matcher
from index.extract.draft import Attribution
from index.extract.entities import Entity, Names
from index.extract.evidence import Evidence, Memory, Question
from index.extract.history import Speaker
from index.extract.reading import Reading
from index.extract.speakers import Resolver
from index.extract.tokens import Page, pipeline, read_page
from index.records import Basis

from .corpora import gap_validation, gum, polnear_silver
from .examples import Places, load_gold
from .texts import Link, Text, lines

ReadingOf: TypeAlias = Callable[[Page], Reading]

YEARS = (2013, 2014, 2016, 2017)
"""News that distant labels come from; 2018 is kept for the figure of agreement, 2015 for reading."""
SHINGLE = 8
"""Words in a row that make two quotations the same."""
MOST_COPIES = 40
AGREED = 0.75
"""Share of the outlets' names that must agree before a label is believed."""
MOST_AN_ARTICLE = 12
"""Pronouns taken from an article for which nothing but a chain speaks."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with its candidates' evidence and the right one."""

    task: Task
    tag: str
    """Corpus and kind, for figures."""
    article: str
    rows: NDArray[numpy.float32]
    right: tuple[int, ...]
    wrong: tuple[int, ...] | None
    """Where only some are known to be wrong (GAP); None: all the others are."""
    network: list[float] | None
    """The network's probability of each row, where there is a reading."""


def questions(
    data: Path, corpus: str, reading_of: ReadingOf | None = None, years: tuple[int, ...] = YEARS
) -> Iterator[Asked]:
    """Every question of known meaning of a corpus: gum, gap, polnear or news."""
    cue_matcher()  # made before any zone, or its words would be forgotten with the first article's
    if corpus == "polnear":
        yield from _polnear(data, reading_of)
    elif corpus == "news":
        yield from _news(data, years, reading_of)
    elif corpus in ("gum", "gap"):
        for text in gum(data) if corpus == "gum" else gap_validation(data):
            yield from _linked(corpus, text, reading_of)
    else:
        raise UsageError(f"{corpus}: no such corpus; there are read, gum, gap, polnear and news")


def read_with(text: str, reading_of: ReadingOf | None) -> tuple[Page, Names, Reading | None]:
    """A page, its names, and the reading where there is one."""
    page = read_page(text)
    reading = reading_of(page) if reading_of is not None else None
    return page, Names(page, reading), reading


def _linked(
    corpus: str, text: Text, reading_of: ReadingOf | None, skip: frozenset[int] = frozenset()
) -> Iterator[Asked]:
    """The questions of a text's links, each by itself."""
    with pipeline().memory_zone():
        page, names, reading = read_with(text.text, reading_of)
        evidence, places = Evidence(page, names), Places(page)
        links = [link for link in text.links if link.pronoun or link.right]
        if len(links) > MOST_AN_ARTICLE and corpus == "silver":
            links = random.Random(zlib.crc32(text.id.encode())).sample(links, MOST_AN_ARTICLE)  # noqa: S311
        for link in links:
            question = _question(page, places, link)
            if question is None or question.at in skip:
                continue
            entities, rows = evidence.rows(question, Memory())
            right = _matching(names, places, link.right, entities)
            wrong = tuple(_matching(names, places, link.wrong, entities)) if link.wrong else None
            asked = _asked(
                corpus, text.id, question, entities, rows, right, wrong, antecedents(names, entities, question, reading)
            )
            if asked is not None:
                yield asked


def _question(page: Page, places: Places, link: Link) -> Question | None:
    tokens = list(places.tokens(link.start, link.end))
    if not tokens:
        return None
    first, at = tokens[0], tokens[-1]
    if link.pronoun:
        known = PRONOUNS.get(page.low[at])
        return Question(at, *known) if known is not None else None
    if (
        page.low[first] != "the"
        or at - first > 6
        or page.low[at].endswith("s")
        or any(page.low[k] == "of" for k in tokens)
    ):
        return None
    said = frozenset(page.low[k] for k in tokens if page.is_word(k)) - phrases.DETERMINERS - {"former", "of"}
    return Question(at, "any", noun=page.low[at], said=said)


def _tokens(places: Places, spans: list[tuple[int, int]]) -> list[int]:
    return sorted({t for start, end in spans for t in places.tokens(start, end)})


def _matching(names: Names, places: Places, spans: list[tuple[int, int]], entities: list[Entity]) -> list[int]:
    found = {id(e) for t in _tokens(places, spans) if (e := names.entity_at(t)) is not None}
    return [k for k, entity in enumerate(entities) if id(entity) in found]


def _asked(
    corpus: str,
    article: str,
    question: Question,
    entities: list[Entity],
    rows: NDArray[numpy.float32],
    right: list[int],
    wrong: tuple[int, ...] | None,
    network: list[float] | None,
) -> Asked | None:
    """A question that has an answer among several candidates; None for the others, which teach nothing."""
    others = range(len(rows)) if wrong is None else wrong
    if not right or not any(k not in right for k in others):
        return None
    task: Task = "nominal" if question.noun else "pronoun"
    tag = f"{corpus} {question.wanted if task == 'pronoun' else 'description'}"
    return Asked(task, tag, article, rows, tuple(right), wrong, network)


class Recorder(Resolver):
    """Resolves a page's attributions in turn; where the speaker is known, keeps the question and goes on from there."""

    def __init__(self, corpus: str, article: str, page: Page, names: Names, reading: Reading | None) -> None:
        super().__init__(page, names, reading, None)
        self.corpus, self.article = corpus, article
        self.kept: list[Asked] = []
        self.truth: Callable[[Entity], bool] | None = None

    def follow(self, made: Attribution, truth: Callable[[Entity], bool] | None) -> None:
        """Resolves one attribution whose speaker `truth` knows; None where nothing is known."""
        self.truth = truth
        speaker = self._resolve(made)
        meant = next((e for e in self.names.entities if truth(e)), None) if truth is not None else None
        if meant is not None and meant is not speaker.entity:
            kind: Basis = speaker.basis
            speaker = Speaker(meant.name, "person", kind, 1.0, (), meant)
        self.truth = None
        self.history.add(made, speaker)

    def ask(self, task: Task, question: Question, at: int) -> list[tuple[float, Entity | None]]:
        """As a resolver does; keeps the evidence where the truth is known."""
        if self.truth is not None:
            entities, rows = self.history.evidence.rows(question, self.history.memory(at))
            right = [k for k, entity in enumerate(entities) if self.truth(entity)]
            if question.noun and not any(self.truth(entity) for entity in self.names.entities):
                right = [len(entities)]
            network = antecedents(self.names, entities, question, self.reading)
            asked = _asked(self.corpus, self.article, question, entities, rows, right, None, network)
            if asked is not None:
                self.kept.append(asked)
        return super().ask(task, question, at)


def _polnear(data: Path, reading_of: ReadingOf | None) -> Iterator[Asked]:
    """The pronouns of PolNeAR's sources with all that was said before, then some other pronouns."""
    gold = load_gold(data, "train")
    for text in polnear_silver(data):
        name = text.id.partition(":")[2]
        if name not in gold:
            continue
        with pipeline().memory_zone():
            page, names, reading = read_with(text.text, reading_of)
            places = Places(page)
            links = {tokens[-1]: link for link in text.links if (tokens := list(places.tokens(link.start, link.end)))}
            recorder = Recorder("polnear", text.id, page, names, reading)
            sources = set()
            for made in gold_attributions(page, places, gold[name][1]):
                link = links.get(made.source[0]) if made.source is not None else None
                truth = None
                if link is not None and link.pronoun:
                    meant = {id(e) for t in _tokens(places, link.right) if (e := names.entity_at(t)) is not None}
                    sources.add(made.source[0] if made.source else -1)
                    truth = _among(meant)
                recorder.follow(made, truth)
        yield from recorder.kept
        yield from _linked("silver", text, reading_of, frozenset(sources))


def _among(meant: set[int]) -> Callable[[Entity], bool]:
    return lambda entity: id(entity) in meant


def gold_attributions(page: Page, places: Places, marked: list[dict[str, list[tuple[int, int]]]]) -> list[Attribution]:
    """What PolNeAR's annotators marked, as an extractor would give it."""
    out = []
    for roles in marked:
        content, cue, source = (_ranges(_tokens(places, roles[name])) for name in ("content", "cue", "source"))
        if content:
            inside = [page.stretch[t] >= 0 for first, stop in content for t in range(first, stop) if page.is_word(t)]
            made = Attribution(content, cue[0] if cue else None, source[0] if source else None, "network")
            made.kind = "direct" if inside and all(inside) else "mixed" if any(inside) else "indirect"
            out.append(made)
    return sorted(out, key=lambda made: made.content)


def _ranges(tokens: list[int]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for t in tokens:
        if out and out[-1][1] == t:
            out[-1] = (out[-1][0], t + 1)
        else:
            out.append((t, t + 1))
    return out


@dataclass(frozen=True, slots=True)
class _Printed:
    """A quotation as one article has it."""

    article: str
    number: int
    """Of the attribution in its article."""
    name: str | None
    """The speaker, where the article names one by name."""


def _news(data: Path, years: tuple[int, ...], reading_of: ReadingOf | None) -> Iterator[Asked]:
    """The sources of news articles whose speaker other outlets name."""
    labels = distant_labels(news_pages(data, years))
    for article, page, attributions in news_pages(data, years, frozenset(labels)):
        with pipeline().memory_zone():
            reading = reading_of(page) if reading_of is not None else None
            names = Names(page, reading)
            recorder = Recorder("news", article, page, names, reading)
            for number, made in enumerate(attributions):
                said = labels[article].get(number)
                recorder.follow(made, _named(said) if said is not None else None)
        yield from recorder.kept


def _named(name: str) -> Callable[[Entity], bool]:
    """Whether an entity may bear a name: the same last word, and no other word against it."""
    wanted = _letters(name)

    def fits(entity: Entity) -> bool:
        mine = _letters(entity.name)
        return bool(mine) and mine[-1] == wanted[-1] and (set(mine) <= set(wanted) or set(wanted) <= set(mine))

    return fits


def _letters(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def news_pages(
    data: Path, years: tuple[int, ...], only: frozenset[str] | None = None
) -> Iterator[tuple[str, Page, list[Attribution]]]:
    """The articles of some years with their attributions by rule."""
    cue_matcher()  # made before the zone, or its words would be forgotten with the article's
    for year in years:
        for line in lines(data / "news" / f"{year}.jsonl.gz"):
            row = json.loads(line)
            if only is None or row["id"] in only:
                with pipeline().memory_zone():
                    page = read_page(row["text"])
                    yield row["id"], page, find_attributions(page)


def distant_labels(pages: Iterator[tuple[str, Page, list[Attribution]]]) -> dict[str, dict[int, str]]:
    """By article and number of the attribution: who said it, as other articles name the speaker of the same words."""
    seen: dict[int, list[_Printed]] = collections.defaultdict(list)
    for article, page, attributions in pages:
        resolver = Resolver(page, Names(page), None, None)
        for number, made in enumerate(attributions):
            speaker = resolver.resolve(made)
            if made.kind == "indirect":
                continue
            name = speaker.name if speaker.basis == "name" and speaker.type in ("person", "organization") else None
            printed = _Printed(article, number, name)
            for shingle in {s for piece in made.content for s in _shingles(page, piece)}:
                seen[shingle].append(printed)
    votes: dict[tuple[str, int], dict[tuple[str, int], str]] = collections.defaultdict(dict)
    for same in seen.values():
        if len(same) <= MOST_COPIES:
            for one, other in itertools.permutations(same, 2):
                if one.article != other.article and other.name:
                    votes[one.article, one.number][other.article, other.number] = other.name
    out: dict[str, dict[int, str]] = collections.defaultdict(dict)
    for (article, number), names in votes.items():
        last = collections.Counter(_letters(name)[-1] for name in names.values() if _letters(name))
        if last and last.most_common(1)[0][1] >= AGREED * sum(last.values()):
            agreed = [n for n in names.values() if _letters(n) and _letters(n)[-1] == last.most_common(1)[0][0]]
            out[article][number] = collections.Counter(agreed).most_common(1)[0][0]
    return dict(out)


def _shingles(page: Page, piece: tuple[int, int]) -> set[int]:
    start, end = page.span(*piece)
    said = _letters(page.article_text[start:end])
    return {zlib.crc32(" ".join(said[k : k + SHINGLE]).encode()) for k in range(len(said) - SHINGLE + 1)}
