"""The 204 questions of 17 kinds, made from a corpus's first quotations, so that they are the same at every size."""

import dataclasses
import itertools
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

Joined: TypeAlias = Literal["all", "any", "phrase", "prefix", "nothing"]
"""How a question's words belong together; `prefix` has one, `nothing` none: every quotation."""

Dates: TypeAlias = tuple[str, str]
"""First and last day, ISO 8601, inclusive."""

LOOKED_AT = 100_000
"""Quotations that the words, phrases, speakers and sources are chosen from."""

_WORD = re.compile(r"[a-z0-9]+")
_PER_MILLION = (20, 400)
"""In how many of a million quotations a rare word stands."""


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """One question, in words that every engine has: exact ones in row `plain`, in any form in row `real`."""

    kind: str
    joined: Joined = "nothing"
    words: tuple[str, ...] = ()
    speaker: str | None = None
    """A speaker's id."""
    source: str | None = None
    dates: Dates | None = None

    @property
    def shown(self) -> str:
        """The question for people."""
        text = {"any": " OR ", "all": " "}.get(self.joined, " ").join(self.words)
        text = {"phrase": f'"{text}"', "prefix": f"{text}*", "nothing": "everything"}.get(self.joined, text)
        parts = (text, self.speaker and f"speaker:{self.speaker}", self.source and f'source:"{self.source}"')
        return " ".join(part for part in (*parts, self.dates and f"date:{'..'.join(self.dates)}") if part)


@dataclasses.dataclass(frozen=True, slots=True)
class _Material:
    """What questions are drawn from: the quotations' words, and words and values by how common they are."""

    texts: Sequence[Sequence[str]]
    everywhere: Sequence[str]
    common: Sequence[str]
    middling: Sequence[str]
    not_rare: frozenset[str]
    """The common and the middling ones."""
    rare: Sequence[str]
    speakers: Sequence[str]
    sources: Sequence[str]


def make_questions(corpus: Path, seed: int) -> list[Question]:
    """The questions about a corpus, in an order that mixes the kinds. Same corpus texts and seed, same questions."""
    chance = random.Random(seed)  # noqa: S311 a sample, not a secret
    with corpus.open(encoding="ascii") as file:
        material = _material(json.loads(line) for line in itertools.islice(file, LOOKED_AT))
    questions = [
        *(
            Question("common word", "all", (word,))
            for word in [*chance.sample(material.common, 18), *material.everywhere]
        ),
        *(Question("rare word", "all", (word,)) for word in chance.sample(material.rare, 20)),
        *(Question("2 words, all", "all", _together(chance, material, 2)) for _ in range(10)),
        *(Question("3 words, all", "all", _together(chance, material, 3)) for _ in range(10)),
        *(Question("2 words, any", "any", _together(chance, material, 2)) for _ in range(10)),
        *(Question("3 words, any", "any", _together(chance, material, 3)) for _ in range(10)),
        *(Question("phrase", "phrase", _run(chance, material, n)) for n in (2, 2, 2, 3, 3, 4, 5, 6) for _ in range(3)),
        *(Question("prefix", "prefix", (_beginning(chance, material),)) for _ in range(16)),
        *_filtered(chance, material),
    ]
    chance.shuffle(questions)
    return questions


def _filtered(chance: random.Random, material: _Material) -> Iterable[Question]:
    def word() -> tuple[str, ...]:
        return (chance.choice(material.common),)

    def speaker() -> str:
        return chance.choice(material.speakers)

    def source() -> str:
        return chance.choice(material.sources)

    made: tuple[tuple[int, Callable[[], Question]], ...] = (
        (16, lambda: Question("word + speaker", "all", word(), speaker=speaker())),
        (16, lambda: Question("word + dates", "all", word(), dates=_dates(chance))),
        (16, lambda: Question("word + source", "all", word(), source=source())),
        (10, lambda: Question("2 words + both", "all", _together(chance, material, 2), None, source(), _dates(chance))),
        (8, lambda: Question("phrase + dates", "phrase", _run(chance, material, 2), dates=_dates(chance))),
        (6, lambda: Question("everything")),
        (4, lambda: Question("dates alone", dates=_dates(chance))),
        (4, lambda: Question("source alone", source=source())),
        (4, lambda: Question("speaker alone", speaker=speaker())),
    )
    return [make() for count, make in made for _ in range(count)]


def _material(rows: Iterable[dict[str, str]]) -> _Material:
    texts: list[list[str]] = []
    holding: Counter[str] = Counter()
    speakers: Counter[str] = Counter()
    sources: Counter[str] = Counter()
    for row in rows:
        words = _WORD.findall(row["text"].lower())
        texts.append(words)
        holding.update(set(words))
        sources[row["source"]] += 1
        if row["speaker_id"]:
            speakers[row["speaker_id"]] += 1
    of = len(texts)
    fewest, most = (max(2.0, share * of / 1e6) for share in _PER_MILLION)
    common = sorted(word for word, count in holding.items() if 0.02 <= count / of <= 0.35)
    middling = sorted(word for word, count in holding.items() if 0.001 <= count / of < 0.02)
    return _Material(
        texts=texts,
        everywhere=[word for word, _ in holding.most_common(2)],
        common=common,
        middling=middling,
        not_rare=frozenset((*common, *middling)),
        rare=sorted(word for word, count in holding.items() if fewest <= count <= max(most, 2 * fewest)),
        speakers=[value for value, _ in speakers.most_common(200)],
        sources=[value for value, _ in sources.most_common(60)],
    )


def _together(chance: random.Random, material: _Material, count: int) -> tuple[str, ...]:
    """Words, none of them rare, that stand in one quotation."""
    while True:
        words = sorted(material.not_rare.intersection(chance.choice(material.texts)))
        if len(words) >= count:
            return tuple(chance.sample(words, count))


def _run(chance: random.Random, material: _Material, count: int) -> tuple[str, ...]:
    """Words that stand side by side in some quotation."""
    while True:
        text = chance.choice(material.texts)
        if len(text) > count + 2:
            start = chance.randrange(len(text) - count)
            return tuple(text[start : start + count])


def _beginning(chance: random.Random, material: _Material) -> str:
    return chance.choice(material.middling)[: chance.choice([3, 4, 5])]


def _dates(chance: random.Random) -> Dates:
    """From some month's first day to the end of that year or one of the next two."""
    year = chance.randrange(2014, 2022)
    return f"{year}-{chance.randrange(1, 12):02}-01", f"{year + chance.randrange(3)}-12-31"
