"""A made corpus in which versions of quotations are planted, and what is only like them, to measure `index.variants`.

All of it comes from a seed. The words are those of `index/variants/common_stems.txt` and invented ones, as frequent as
Zipf's law has it, or quotations of an archive that is given, which are edited the same way.
"""

import dataclasses
import datetime
import itertools
import json
import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from index.records import PIECE_JOIN, Kind
from index.variants import Saying

ROOT = Path(__file__).resolve().parents[2]
_SMALL = [
    *("the", "a", "of", "to", "in", "and", "is", "that", "it", "for", "on", "we", "with", "as", "at", "they"),
    *("this", "be", "I", "not", "have", "by", "but", "will", "from", "are", "was"),
]
_TOLD = {
    "i": "he", "we": "they", "my": "his", "our": "their", "me": "him", "us": "them", "is": "was", "are": "were",
    "will": "would", "can": "could", "have": "had", "has": "had", "am": "was", "this": "that", "do": "did",
    "don't": "didn't", "i'm": "he was", "we're": "they were", "i'll": "he would", "want": "wanted", "think": "thought",
}  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Planted:
    """A quotation of the corpus."""

    saying: Saying
    origins: frozenset[int]
    """What it is a version of: one number, or two for a join."""
    how: str
    """The edit that made it; "original"; or what it is that only looks like a version."""


def planted(seed: int, count: int, bases: Sequence[str] | None = None) -> list[Planted]:
    """A corpus of `count` originals, each with a few versions, and as many quotations that are none.

    `bases` are the originals' words where they are given; they must differ.
    """
    rng = random.Random(seed)  # noqa: S311
    tongue = _Tongue(rng)
    found: list[Planted] = []
    texts = list(bases[:count]) if bases else [tongue.text(rng.randint(8, 70)) for _ in range(count)]
    phrases = [tongue.text(5) for _ in range(max(3, count // 100))]

    def put(text: str, origins: set[int], how: str, kind: Kind = "direct", day: int | None = None) -> None:
        number = len(found)
        date = datetime.date(2020, 1, 1) + datetime.timedelta(days=rng.randrange(700) if day is None else day)
        saying = Saying(
            quotation_id=f"{number:016x}", article_id=f"article-{number}", text=text, kind=kind,
            date=date.isoformat(), source=f"outlet-{rng.randrange(40)}",
        )  # fmt: skip
        found.append(Planted(saying, frozenset(origins), how))

    for number, text in enumerate(texts):
        day = rng.randrange(700)
        put(text, {number}, "original", day=day)
        for how in rng.sample(list(EDITS), 2):
            edited = EDITS[how](text.split(), rng, tongue)
            if edited is not None:
                kind: Kind = "indirect" if how == "reported" else "direct"
                put(edited, {number}, how, kind, min(699, day + rng.randrange(8)))
        if number % 8 == 1 and len(texts[number - 1].split()) > 11 and len(text.split()) > 11:
            first, second = _piece(texts[number - 1].split(), rng, 12), _piece(text.split(), rng, 12)
            put(" ".join(first) + PIECE_JOIN + " ".join(second), {number - 1, number}, "join", day=day)
        words = text.split()
        if number % 4 == 0 and len(words) > 15:
            put(" ".join(words[:5]) + " " + tongue.text(len(words) - 5), {-number - 1}, "not: same opening", day=day)
        if number % 4 == 1 and len(words) > 9:
            put(tongue.shuffled(words), {-number - 1}, "not: same words in disorder", day=day)
        if number % 4 == 2:
            own = f"{tongue.text(8)} {rng.choice(phrases)} {tongue.text(8)}"
            put(own, {-number - 1}, "not: same phrase", day=day)
        if number % 4 == 3:
            put(tongue.text(rng.randint(2, 6), small=0.8), {-number - 1}, "not: short and common")
    order = list(range(len(found)))
    rng.shuffle(order)
    return [found[place] for place in order]


def bases_of(archive: Path, count: int, seed: int = 1) -> list[str]:
    """Quotations with marks of an archive, spread over it, that share no run of five words."""
    connection = sqlite3.connect(f"file:{archive}?mode=ro", uri=True)
    articles = [row[0] for row in connection.execute("SELECT id FROM articles ORDER BY id")]
    random.Random(seed).shuffle(articles)  # noqa: S311
    texts: list[str] = []
    seen: set[tuple[str, ...]] = set()
    for article in articles:
        rows = connection.execute("SELECT record FROM quotations WHERE article_id = ? ORDER BY place", (article,))
        for row in (json.loads(record) for (record,) in rows):
            words = row["text"].strip("\"“”‘’' ").split()
            runs = {tuple(words[start : start + 5]) for start in range(len(words) - 4)}
            if row["kind"] == "direct" and 8 <= len(words) <= 80 and seen.isdisjoint(runs):
                seen |= runs
                texts.append(" ".join(words))
        if len(texts) >= count:
            break
    return texts[:count]


class _Tongue:
    """Words as frequent as in English."""

    def __init__(self, rng: random.Random) -> None:
        listed = (ROOT / "index/variants/common_stems.txt").read_text(encoding="utf-8").split()
        syllables = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
        invented = ["".join(rng.choices(syllables, k=rng.randint(3, 4))) for _ in range(20_000)]
        self.words = [word.rstrip("*") for word in listed if word.rstrip("*") not in _SMALL] + invented
        self.weights = list(itertools.accumulate(1 / (rank + 20) for rank in range(len(self.words))))
        self.rng = rng

    def word(self) -> str:
        return self.rng.choices(self.words, cum_weights=self.weights)[0]

    def text(self, length: int, *, small: float = 0.45) -> str:
        drawn = self.rng.choices(self.words, cum_weights=self.weights, k=length)
        return " ".join(self.rng.choice(_SMALL) if self.rng.random() < small else word for word in drawn)

    def shuffled(self, words: Sequence[str]) -> str:
        return " ".join(self.rng.sample(list(words), len(words)))


_Edit = Callable[[list[str], random.Random, _Tongue], str | None]


def _some(words: list[str], rng: random.Random) -> list[int]:
    """Up to 30 of 100 words."""
    return rng.sample(range(len(words)), max(1, int(len(words) * rng.uniform(0.05, 0.3))))


def _changed(words: list[str], rng: random.Random, tongue: _Tongue) -> str:
    places = set(_some(words, rng))
    return " ".join(tongue.word() if place in places else word for place, word in enumerate(words))


def _left_out(words: list[str], rng: random.Random, _tongue: _Tongue) -> str:
    places = set(_some(words, rng))
    return " ".join(word for place, word in enumerate(words) if place not in places)


def _put_in(words: list[str], rng: random.Random, tongue: _Tongue) -> str:
    places = set(_some(words, rng))
    return " ".join(f"{tongue.word()} {word}" if place in places else word for place, word in enumerate(words))


def _mixed(words: list[str], rng: random.Random, tongue: _Tongue) -> str:
    ways = {place: rng.randrange(3) for place in _some(words, rng)}
    return " ".join(_edited(words, ways, tongue))


def _edited(words: list[str], ways: dict[int, int], tongue: _Tongue) -> Iterator[str]:
    for place, word in enumerate(words):
        way = ways.get(place)
        if way in (0, 2):
            yield tongue.word()
        if way is None or way == 2:
            yield word


def _piece(words: list[str], rng: random.Random, length: int) -> list[str]:
    start = rng.randint(0, max(0, len(words) - length))
    return words[start : start + length]


def _cut(words: list[str], rng: random.Random, _tongue: _Tongue) -> str | None:
    return " ".join(_piece(words, rng, rng.randint(9, 14))) if len(words) > 18 else None


def _cut_and_changed(words: list[str], rng: random.Random, tongue: _Tongue) -> str | None:
    if len(words) < 26:
        return None
    piece = _piece(words, rng, rng.randint(14, 20))
    places = set(rng.sample(range(len(piece)), max(1, len(piece) // 8)))
    return " ".join(tongue.word() if place in places else word for place, word in enumerate(piece))


def _ellipsis(words: list[str], rng: random.Random, _tongue: _Tongue) -> str | None:
    if len(words) < 18:
        return None
    first, second = sorted(rng.sample(range(5, len(words) - 5), 2))
    return " ".join([*words[:first], rng.choice(["…", "...", ". . ."]), *words[second:]])


def _bracket(words: list[str], rng: random.Random, tongue: _Tongue) -> str:
    place = rng.randrange(len(words))
    inside = " ".join(tongue.word() for _ in range(rng.randint(1, 4)))
    return " ".join([*words[:place], f"[{inside}]", *words[place + rng.randint(0, 1) :]])


def _told(words: list[str], _rng: random.Random, _tongue: _Tongue) -> str:
    return " ".join(_TOLD.get(word.casefold().replace("’", "'"), word) for word in words)


def _interrupted(words: list[str], rng: random.Random, _tongue: _Tongue) -> str:
    place = rng.randint(2, len(words) - 2)
    return f"“{' '.join(words[:place])},”{PIECE_JOIN}“{' '.join(words[place:])}.”"


def _set_otherwise(words: list[str], _rng: random.Random, _tongue: _Tongue) -> str:
    return f"“{' '.join(words).upper().replace('’', chr(39))}!”"


def _reported(words: list[str], rng: random.Random, tongue: _Tongue) -> str | None:
    return f"that {_told(words, rng, tongue)}" if len(words) > 14 else None


EDITS: dict[str, _Edit] = {
    "words changed": _changed,
    "words left out": _left_out,
    "words put in": _put_in,
    "all three": _mixed,
    "cut": _cut,
    "cut and changed": _cut_and_changed,
    "ellipsis": _ellipsis,
    "[brackets]": _bracket,
    "tense and person": _told,
    "interrupted": _interrupted,
    "capitals and marks": _set_otherwise,
    "reported": _reported,
}
