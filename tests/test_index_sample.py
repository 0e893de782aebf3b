"""The sample collection is what it says it is, and the extractor finds its speakers."""

import collections
import dataclasses
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from index.readers import read
from index.records import Article, Failure, Quotation

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "index" / "sample"
GOLD = ROOT / "tests" / "data" / "sample_gold.jsonl"

QUOTATIONS = 350
RIGHT_SPEAKERS = 0.92
"""Floor of the share of gold lines whose speaker is found."""

Collection = dict[str, Article]


@dataclasses.dataclass(frozen=True, slots=True)
class Gold:
    """Words of an article, with their marks, and who said them as a careful reader would tell."""

    article_id: str
    text: str
    speaker: str


def _gold() -> list[Gold]:
    return [Gold(**json.loads(line)) for line in GOLD.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def records() -> list[Article | Failure]:
    return list(read([str(SAMPLE)]))


@pytest.fixture(scope="module")
def articles(records: list[Article | Failure]) -> Collection:
    return {record.id: record for record in records if isinstance(record, Article)}


def test_every_file_can_be_read(records: list[Article | Failure]) -> None:
    assert [record for record in records if isinstance(record, Failure)] == []


def test_ids_are_unique_and_given(records: list[Article | Failure], articles: Collection) -> None:
    assert len(records) == len(articles) >= 64
    assert {article.id_basis for article in articles.values()} == {"metadata"}


def test_six_outlets_each_with_several_articles(articles: Collection) -> None:
    counts = collections.Counter(article.source for article in articles.values())
    assert set(counts) == {
        "Harbor Ledger",
        "The Plains Courier",
        "Delta Wire",
        "The Averstow Examiner",
        "The Brannoch Signal",
        "Merrin Public Radio",
    }
    assert min(counts.values()) >= 8
    assert {article.source_basis for article in articles.values()} == {"metadata"}


def test_every_one_of_ten_years_has_articles(articles: Collection) -> None:
    counts = collections.Counter((article.date or "none")[:4] for article in articles.values())
    assert sorted(counts) == [str(year) for year in range(2015, 2025)]
    assert min(counts.values()) >= 4
    assert {article.date_basis for article in articles.values()} == {"metadata"}


def test_every_article_has_a_title_and_an_address_that_leads_nowhere(articles: Collection) -> None:
    assert [article.id for article in articles.values() if not article.title] == []
    hosts = {urlsplit(article.url or "").hostname or "none" for article in articles.values()}
    assert len(hosts) == 6
    assert all(host.endswith(".example") for host in hosts)
    assert len({article.url for article in articles.values()}) == len(articles)


def test_articles_are_of_a_readable_length(articles: Collection) -> None:
    words = {article.id: len(article.text.split()) for article in articles.values()}
    assert [id_ for id_, count in words.items() if not 120 <= count <= 400] == []


def test_the_readme_tells_the_true_number(articles: Collection) -> None:
    told = re.search(r"(\d+) news articles", (SAMPLE / "README.md").read_text(encoding="utf-8"))
    assert told
    assert int(told[1]) == len(articles)


@pytest.mark.parametrize(
    ("words", "outlets"),
    [
        ("should have to boil the water before giving it to a child", 4),
        ("happens to it in the city's own pipes is a matter for the city", 3),
        ("I will drink a glass of it when the engineers tell me that I may", 2),
        ("We load ships in the rain", 3),
        ("over the mole as if the mole", 4),
        ("is filed and not read is not a warning", 3),
        ("Somebody sat here three thousand years ago and mended", 2),
        ("You cannot mend a net with a press release", 2),
        ("We would rather be early and wrong than late and right", 2),
        ("We are eleven millimeters out", 2),
        ("I learned more from that than from anything I ever won", 3),
        ("First clean water, then speeches", 2),
    ],
)
def test_the_same_words_stand_in_several_outlets(articles: Collection, words: str, outlets: int) -> None:
    found = {article.source for article in articles.values() if words in article.text.replace("’", "'")}
    assert len(found) == outlets


@pytest.mark.parametrize("gold", _gold(), ids=lambda gold: f"{gold.article_id}:{gold.text[:20]}")
def test_gold_words_stand_once_in_their_article(articles: Collection, gold: Gold) -> None:
    assert articles[gold.article_id].text.count(gold.text) == 1


@pytest.fixture(scope="module")
def quotations(articles: Collection) -> dict[str, list[Quotation]]:
    # Imported here so that the tests of the articles themselves do not wait for spaCy.
    from index.extract.pipeline import extract

    return {article.id: list(extract(article)) for article in articles.values()}


def test_the_extractor_finds_what_was_written(quotations: dict[str, list[Quotation]]) -> None:
    assert sum(map(len, quotations.values())) >= QUOTATIONS
    assert [id_ for id_, found in quotations.items() if len(found) < 3] == []


def test_the_right_speakers_are_found(articles: Collection, quotations: dict[str, list[Quotation]]) -> None:
    gold = _gold()
    wrong = []
    for line in gold:
        found = _speaker_of(articles[line.article_id], line.text, quotations[line.article_id])
        if _bare(found) != _bare(line.speaker):
            wrong.append((line.article_id, line.text, line.speaker, found))
    assert 1 - len(wrong) / len(gold) >= RIGHT_SPEAKERS, wrong


@pytest.mark.parametrize(
    ("article_id", "speaker"),
    [("hl-2017-06-09-council-water-vote", "Tom Ridley"), ("pc-2017-06-09-council-bond", "Marta Oyelaran")],
)
def test_two_outlets_give_the_same_words_to_two_people(
    articles: Collection, quotations: dict[str, list[Quotation]], article_id: str, speaker: str
) -> None:
    words = "“First clean water, then speeches,”"
    assert _speaker_of(articles[article_id], words, quotations[article_id]) == speaker


def _speaker_of(article: Article, words: str, quotations: list[Quotation]) -> str | None:
    """The speaker of the quotation that covers most of the words, if it covers half of them."""
    start = article.text.index(words)
    end = start + len(words)

    def covered(quotation: Quotation) -> int:
        return sum(max(0, min(end, stop) - max(start, begin)) for begin, stop in quotation.content)

    best = max(quotations, key=covered, default=None)
    return best.speaker if best and covered(best) * 2 >= len(words) else None


def _bare(speaker: str | None) -> str:
    return re.sub(r"^(the|a|an) ", "", (speaker or "nobody").replace("’", "'").lower())
