"""Copies of an article are told from other articles, whatever came first, run after run."""

import dataclasses
import random
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from index import copies
from index.archive import Archive
from index.article_store import FILE_NAME, ArticleStore
from index.build import build
from index.manifest import published
from index.records import Article
from index.settings import Settings
from index.settling import across
from tests.making import EXTRACTOR

STORY = (
    "The harbour town of Dunmere will close its oldest bridge in April, the council decided on Thursday night after "
    "a debate of four hours. Engineers had found cracks in 17 of the 62 supports, and the county refused to pay for "
    "more than half of the repairs. “We have no choice,” said Ada Brook, the mayor, who had fought for the bridge "
    "since 2011. Traders on Market Street fear for their custom; Tom Reed, a baker, said that he would open a "
    "second shop in Lorton. Buses will go by way of Kelspath, which adds 25 minutes to the journey. A new bridge "
    "will not be ready before 2024, and Farrowby, on the other bank, wants to be asked where it will stand."
)
SPEECH = (
    "“My fellow citizens, the winter has been long, the stores are nearly empty, and the roads to the north have "
    "been closed since the second week of the year. I have asked the assembly for the means to open them, and I "
    "shall ask again. No town will be left alone, no farm will be given up, and whoever says otherwise has not seen "
    "what our people can do when they must.”"
)
_FIGURES = {"17": "31", "62": "80", "2011": "1999", "25": "40", "2024": "2031"}
OTHER_FIGURES = " ".join(_FIGURES.get(word, word) for word in STORY.replace(".", " .").replace(",", " ,").split())


def edited(text: str, share: float, seed: int = 1) -> str:
    rng = random.Random(seed)
    return " ".join("".join(rng.choices("aeioubdlmnrst", k=6)) if rng.random() < share else one for one in text.split())


ELSEWHERE = STORY.replace("Dunmere", "Aldmoor").replace("Ada Brook", "Bo Li").replace("Tom Reed", "Eve Marsh")


@pytest.mark.parametrize(
    ("what", "text", "is_copy"),
    [
        ("the same", STORY, True),
        ("in capitals", STORY.upper(), True),
        ("one word in twenty changed", edited(STORY, 0.05), True),
        ("one word in five changed", edited(STORY, 0.2), True),
        ("every other word changed", edited(STORY, 0.5), False),
        ("its last third cut", STORY[: 2 * len(STORY) // 3], True),
        ("its first words", " ".join(STORY.split()[:50]), False),
        ("another headline on top", "A bridge too old\n\nBy our reporter\n\n" + STORY, True),
        ("within a longer one", STORY + " " + edited(STORY, 1.0) * 2, False),
        (
            "on the same template: other figures",
            OTHER_FIGURES,
            False,
        ),
        (
            "on the same template: other names",
            ELSEWHERE.replace("Kelspath", "Orrin").replace("Lorton", "Brackwell").replace("Farrowby", "Harside")
            .replace("Market Street", "Long Lane").replace("April", "June").replace("Thursday", "Monday"),
            False,
        ),
    ],
)  # fmt: skip
def test_what_a_copy_is(what: str, text: str, is_copy: bool) -> None:
    one, other = copies.traits(STORY), copies.traits(text)
    assert (copies.alike(one, other), copies.alike(other, one)) == (is_copy, is_copy), what


def test_two_reports_of_one_speech_are_no_copies() -> None:
    first = (
        "The premier spoke in Dunmere on Sunday before some four hundred guests of the guild of bakers. "
        f"{SPEECH} There was applause from the benches on the left. The assembly meets again next week."
    )
    second = (
        "Snow still lies in the passes. In a hall by the river the head of the government turned to it. "
        f"{SPEECH} Opposition members stayed in their seats. Nobody knows where the money would come from."
    )
    assert not copies.alike(copies.traits(first), copies.traits(second))


@pytest.mark.parametrize("text", ["", "…", "Short.", " ".join(["word"] * 39)])
def test_short_texts_prove_nothing(text: str) -> None:
    assert not copies.alike(copies.traits(text), copies.traits(text))


def an_article(article_id: str, text: str, date: str | None = None) -> Article:
    return Article(id=article_id, text=text, date=date)


def collection() -> list[Article]:
    """Two stories with copies, an exact one among them, and others that are like nothing."""
    other = edited(STORY[::-1], 0.0)
    return [
        an_article("b", STORY, "2020-01-02"),
        an_article("c", edited(STORY, 0.05), "2020-01-01"),
        an_article("a", STORY, None),
        an_article("d", edited(STORY, 0.05, seed=2), "2020-01-05"),
        an_article("y", other, "2020-01-01"),
        an_article("x", other, "2020-01-01"),
        *(an_article(f"alone{n}", edited(STORY, 1.0, seed=n) + f" {n}" * 40, "2020-01-01") for n in range(5)),
    ]


WANTED = {"b": "c", "a": "c", "d": "c", "y": "x"}


class Collection:
    """Articles as runs bring and take them."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:")
        self.connection.executescript(copies.SCHEMA)
        self.held: dict[str, Article] = {}

    def run(self, fresh: Sequence[Article], gone: Sequence[str] = ()) -> set[str]:
        for article_id in gone:
            self.held.pop(article_id)
        self.held.update((one.id, one) for one in fresh)
        waiting = [*gone, *(one.id for one in fresh)]
        return copies.update(self.connection, fresh, waiting, find=self.held.get)

    def originals(self) -> dict[str, str]:
        return dict(self.connection.execute("SELECT article_id, original FROM copy_of ORDER BY 1"))


@pytest.mark.parametrize("seed", range(6))
def test_neither_order_nor_the_number_of_runs_shows(seed: int) -> None:
    articles, found = collection(), Collection()
    random.Random(seed).shuffle(articles)
    for start in range(0, len(articles), 1 + 2 * seed):
        found.run(articles[start : start + 1 + 2 * seed])
    assert found.originals() == WANTED


def test_what_changed_is_told() -> None:
    found, by_id = Collection(), {one.id: one for one in collection()}
    assert found.run([by_id["b"], by_id["d"]]) == {"d"}
    assert found.run([by_id["c"]]) == {"b", "d"}
    assert found.originals() == {"b": "c", "d": "c"}
    assert found.run([], gone=["c"]) == {"b", "d"}
    assert found.originals() == {"d": "b"}
    changed = dataclasses.replace(by_id["d"], text=edited(STORY, 1.0))
    assert (found.run([changed]), found.originals()) == ({"d"}, {})
    assert (found.run([by_id["d"]]), found.originals()) == ({"d"}, {"d": "b"})
    earlier = dataclasses.replace(by_id["d"], date="2019-01-01")
    assert (found.run([earlier]), found.originals()) == ({"b", "d"}, {"b": "d"})


def test_many_copies_of_one_text_are_all_found() -> None:
    found = Collection()
    found.run([an_article(f"n{n:03}", edited(STORY, 0.04, seed=n), "2020-01-01") for n in range(150)])
    assert len(found.originals()) == 149


def test_a_build_says_what_is_a_copy(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    by_id = {one.id: one for one in collection()}

    def in_build() -> dict[str, str | None]:
        store = ArticleStore(published(settings.builds) / FILE_NAME)
        found = {one: article.near_duplicate_of for one in store.ids() if (article := store.get(one))}
        store.close()
        return found

    with Archive(settings.archive, create=True) as archive:
        archive.put(by_id["b"], [], extractor=EXTRACTOR)
        build(settings, archive)
        assert in_build() == {"b": None}
        archive.put(by_id["c"], [], extractor=EXTRACTOR)
        build(settings, archive)
        assert (in_build(), across(archive).copies) == ({"b": "c", "c": None}, 1)
        archive.remove("c")
        build(settings, archive)
        assert (in_build(), across(archive).copies) == ({"b": None}, 0)
        assert by_id["b"].content_hash == dataclasses.replace(by_id["b"], near_duplicate_of="c").content_hash
