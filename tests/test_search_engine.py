import dataclasses
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.records import Article
from search.cursors import Cursor
from search.engine import Engine
from search.errors import NotFoundError, RequestError
from search.request import SearchRequest
from search.whoosh_engine import WhooshEngine
from tests.entries import BUILD, PUBLISHED, an_engine, an_entry

TEXT = "Ada Brook sat down. “Rain is news,” she said. “Rain,” she added, “is good.”"
ARTICLE = Article(id="a1", text=TEXT, title="Rain again", source="Gull", date="2020-03-04", authors="Cy Dow")
ENTRIES = [
    an_entry(1, "Rain is good", article_id="a1", content=((46, 50), (65, 72)), speaker="Ada Brook"),
    an_entry(
        2, "Rain is news", article_id="a1", content=((21, 33),), speaker="Ada Brook", before="Ada Brook sat down."
    ),
    an_entry(
        3, "No taxes on rain", date="2021-01-01", speaker="Bo Li", source="The Tern", kind="mixed", confidence=0.4
    ),
    an_entry(4, "Taxes, taxes, taxes", date="2019-12-31", speaker="Bo Brook", after="she said of the rain"),
    an_entry(5, "Nobody said this of taxes and of many other things", date=None, source=None, mention="a nurse"),
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WhooshEngine]:
    engine = an_engine(tmp_path_factory.mktemp("data"), ENTRIES, [ARTICLE])
    yield engine
    engine.close()


def found(engine: Engine, q: str, **values: object) -> list[int]:
    page = engine.search(SearchRequest(q=q, **values))  # type: ignore[arg-type]
    return [int(hit.id, 16) for hit in page.results]


def test_it_is_an_engine(engine: Engine) -> None:
    assert (engine.build.id, engine.build.published, engine.build.extractor) == (BUILD.format(1), PUBLISHED, "by hand")


@pytest.mark.parametrize(
    ("q", "within", "numbers"),
    [
        ("rain", "all", {1, 2, 3, 4}),
        ("rain", "quote", {1, 2, 3}),
        ("rain", "context", {4}),
        ("tax", "quote", {3, 4, 5}),
        ('"tax"', "quote", set()),
        ('"is news"', "quote", {2}),
        ("brook", "all", {1, 2, 4}),
        ("brook rain", "all", {1, 2, 4}),
        ('"rain brook"', "all", set()),
        ("nobody", "quote", {5}),
        ("-rain", "all", {5}),
        ("n*", "quote", {2, 3, 5}),
        ("speaker:brook", "all", {1, 2, 4}),
        ("speaker:brook -speaker:bo-brook", "all", {1, 2}),
        ("zebra", "all", set()),
    ],
)
def test_what_is_found_where(engine: Engine, q: str, within: str, numbers: set[int]) -> None:
    assert set(found(engine, q, within=within)) == numbers


@pytest.mark.parametrize(
    ("sort", "q", "numbers"),
    [
        ("newest", "", [3, 2, 1, 4, 5]),
        ("oldest", "", [4, 1, 2, 3, 5]),
        ("relevance", "", [3, 2, 1, 4, 5]),
        ("newest", "taxes", [3, 4, 5]),
    ],
)
def test_order(engine: Engine, sort: str, q: str, numbers: list[int]) -> None:
    assert found(engine, q, sort=sort) == numbers


@pytest.mark.parametrize(
    ("q", "first", "before"),
    [
        ("taxes", 4, 5),  # more often, and in fewer words
        ("rain", 1, 4),  # said rather than said around it
        ("rain OR news", 2, 1),  # both
    ],
)
def test_the_better_match_comes_first(engine: Engine, q: str, first: int, before: int) -> None:
    order = found(engine, q)
    assert order.index(first) < order.index(before)


def test_a_hit_shows_all_that_is_known(engine: Engine) -> None:
    (hit,) = engine.search(SearchRequest(q='"is news"')).results
    entry = ENTRIES[1]
    assert (hit.id, hit.url, hit.text, hit.kind) == (entry.id, f"/quotes/{entry.id}", "Rain is news", "direct")
    assert hit.highlights == ((5, 12),)
    assert dataclasses.asdict(hit.speaker) == {
        "id": "ada-brook",
        "name": "Ada Brook",
        "type": "person",
        "mention": "she",
        "status": "resolved",
    }
    assert (hit.target.exact, hit.target.prefix, hit.target.start, hit.target.end) == (
        "Rain is news",
        "Ada Brook sat down.",
        21,
        33,
    )
    assert (hit.article.id, hit.article.source, hit.article.date) == ("a1", "Gull", "2020-03-04")


def test_an_unnamed_speaker_is_a_phrase_without_an_id(tmp_path: Path) -> None:
    entry = an_entry(1, speaker="a nurse", speaker_id=None, status="unnamed", speaker_type="unnamed", mention="she")
    engine = an_engine(tmp_path, [entry])
    speaker = engine.quotation(entry.id).speaker
    assert (speaker.id, speaker.name, speaker.mention, speaker.status) == (None, "a nurse", "she", "unnamed")
    engine.close()


def test_words_around_are_not_highlighted_in_the_quotation(engine: Engine) -> None:
    assert [hit.highlights for hit in engine.search(SearchRequest(q="she", within="context")).results] == [()]


@pytest.mark.parametrize(
    ("speaker", "numbers", "labels"),
    [
        ("bo-li", {3}, ["Bo Li"]),
        ("BO LI", {3}, ["Bo Li"]),
        ("brook", {1, 2, 4}, ["brook"]),
        ("Brook Ada", {1, 2}, ["Ada Brook"]),
        ("nobody", set(), ["nobody"]),
    ],
)
def test_a_speaker_goes_by_id_name_or_part_of_it(
    engine: Engine, speaker: str, numbers: set[int], labels: list[str]
) -> None:
    page = engine.search(SearchRequest(speaker=(speaker,)))
    assert {int(hit.id, 16) for hit in page.results} == numbers
    chosen = [item for item in page.facets["speaker"].items if item.selected]
    assert [(item.value, item.label, item.count) for item in chosen] == [
        (speaker, label, len(numbers)) for label in labels
    ]


def test_unknown_values_are_noted(engine: Engine) -> None:
    page = engine.search(SearchRequest(q="speaker:Zoe", source=("Auk",)))
    assert page.query.notes == ("no source here is called “Auk”", "no speaker here is called “Zoe”")


def test_a_surname_is_everybody_who_has_it(tmp_path: Path) -> None:
    speakers = ("Brook", "Ada Brook", "Brook Lane")
    entries = [an_entry(n, speaker=name) for n, name in enumerate(speakers, 1)]
    engine = an_engine(tmp_path, entries)
    assert sorted(found(engine, "speaker:brook")) == [1, 2]
    assert sorted(found(engine, "", speaker=("Brook",))) == [1, 2]
    assert found(engine, "", speaker=("brook",)) == [1]


def test_an_exact_name_is_not_part_of_another(tmp_path: Path) -> None:
    engine = an_engine(tmp_path, [an_entry(1, source="Tern"), an_entry(2, source="The Tern")])
    assert found(engine, "", source=("tern",)) == [1]
    assert found(engine, "source:tern") == [1]
    engine.close()


def test_each_facet_ignores_its_own_filter_only(engine: Engine) -> None:
    page = engine.search(SearchRequest(speaker=("ada-brook",), source=("Gull",), date_from="2020"))
    speakers = {item.value: item.count for item in page.facets["speaker"].items}
    sources = {item.value: item.count for item in page.facets["source"].items}
    dates = {item.value: (item.count, item.selected) for item in page.facets["date"].items}
    assert speakers == {"ada-brook": 2}
    assert sources == {"Gull": 2}
    assert dates == {"2020": (2, True)}
    assert engine.search(SearchRequest(speaker=("ada-brook",))).facets["speaker"].missing == 1


@pytest.mark.parametrize(
    ("interval", "values"),
    [
        ("year", ["2019", "2020", "2021"]),
        ("month", ["2019-12", "2020-03", "2021-01"]),
        ("day", ["2019-12-31", "2020-03-04", "2021-01-01"]),
    ],
)
def test_dates_are_counted_in_order_of_time(engine: Engine, interval: str, values: list[str]) -> None:
    facet = engine.search(SearchRequest(interval=interval, facet_limit=1)).facets["date"]  # type: ignore[arg-type]
    assert [item.value for item in facet.items] == values
    assert ([item.count for item in facet.items], facet.missing, facet.more) == ([1, 2, 1], 1, False)


def test_only_the_facets_asked_for(engine: Engine) -> None:
    assert set(engine.search(SearchRequest(facets=("kind",))).facets) == {"kind"}
    assert engine.search(SearchRequest(facets=())).facets == {}


def test_no_hits_but_counts_with_limit_0(engine: Engine) -> None:
    page = engine.search(SearchRequest(limit=0))
    assert (page.results, page.total, page.next_cursor) == ((), 5, None)


def test_variants_are_shown_once(tmp_path: Path) -> None:
    entries = [
        an_entry(n, date=f"2020-01-0{n}", variant_id="v" if n < 4 else "w", variant_count=3) for n in range(1, 5)
    ]
    engine = an_engine(tmp_path, entries)
    page = engine.search(SearchRequest(group="variant", sort="oldest"))
    assert ([int(hit.id, 16) for hit in page.results], page.total) == ([1, 4], 2)
    engine.close()


def test_every_hit_is_on_one_page_and_no_more(tmp_path: Path) -> None:
    entries = [an_entry(n, "rain " * (1 + n % 4), date=f"20{n % 20:02}-01-01") for n in range(333)]
    engine = an_engine(tmp_path, entries)
    whole = []
    for start in range(0, 333, 100):
        cursor = Cursor(BUILD.format(1), SearchRequest(q="rain").digest, start).encode() if start else None
        whole += [hit.id for hit in engine.search(SearchRequest(q="rain", limit=100, cursor=cursor)).results]
    walked: list[str] = []
    cursor = None
    while True:
        page = engine.search(SearchRequest(q="rain", limit=7, cursor=cursor))
        walked += [hit.id for hit in page.results]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert walked == whole
    assert len(set(walked)) == 333
    engine.close()


@pytest.mark.parametrize(
    ("cursor", "detail"),
    [
        ("", "not one that this site gave"),
        ("%%%", "not one that this site gave"),
        ("é", "not one that this site gave"),
        ("bnVsbA", "not one that this site gave"),
        ("A" * 5000, "not one that this site gave"),
        (Cursor("../../etc", "d", 5).encode(), "not one that this site gave"),
        (Cursor(BUILD.format(1), "d", -5).encode(), "not one that this site gave"),
        (Cursor(BUILD.format(1), "d", 10**400).encode(), "not one that this site gave"),
        (Cursor(BUILD.format(1), SearchRequest(q="rain").digest, 2).encode() + "=", "not one that this site gave"),
        (Cursor(BUILD.format(1), SearchRequest(q="snow").digest, 2).encode(), "belongs to another question"),
        (Cursor(BUILD.format(2), SearchRequest(q="rain").digest, 2).encode(), "belongs to build"),
        (Cursor(BUILD.format(1), SearchRequest(q="rain").digest, 99).encode(), "points behind the last"),
    ],
)
def test_foreign_cursors_are_refused(engine: Engine, cursor: str, detail: str) -> None:
    with pytest.raises(RequestError, match=detail) as caught:
        engine.search(SearchRequest(q="rain", cursor=cursor))
    assert caught.value.parameter == "cursor"


def test_one_quotation(engine: Engine) -> None:
    assert engine.quotation(f"{3:016x}").text == "No taxes on rain"
    with pytest.raises(NotFoundError, match="'nope'"):
        engine.quotation("nope")


def test_an_article_has_its_quotations_in_order_of_the_text(engine: Engine) -> None:
    page = engine.article("a1")
    assert (page.article.title, page.authors, page.text) == ("Rain again", "Cy Dow", TEXT)
    assert [hit.text for hit in page.quotations] == ["Rain is news", "Rain is good"]
    with pytest.raises(NotFoundError, match="'a9'"):
        engine.article("a9")


def test_stats(engine: Engine) -> None:
    stats = engine.stats()
    assert (stats.articles, stats.quotations, stats.speakers, stats.sources) == (1, 5, 3, 2)
    assert (stats.first_date, stats.last_date, stats.undated) == ("2019-12-31", "2021-01-01", 1)
    assert stats.years == {"2019": 1, "2020": 2, "2021": 1}
    assert (stats.kinds, stats.statuses) == ({"direct": 4, "mixed": 1}, {"resolved": 4, "unknown": 1})


def test_an_empty_build_answers(tmp_path: Path) -> None:
    engine = an_engine(tmp_path, [])
    page = engine.search(SearchRequest(q='rain OR "a b" OR r* OR -speaker:x', speaker=("x",), date_from="2020"))
    assert (page.total, page.speakers, page.results) == (0, 0, ())
    assert engine.search(SearchRequest()).total == 0
    assert (engine.stats().first_date, engine.stats().years) == (None, {})
    engine.close()


def test_threads_get_the_same_answers(engine: WhooshEngine) -> None:
    questions = ["rain", '"is news"', "tax* -rain", '"taxes taxes"~2', "speaker:brook", "she said"] * 5
    expected = [found(engine, q) for q in questions]
    answers: list[list[list[int]]] = []
    threads = [threading.Thread(target=lambda: answers.append([found(engine, q) for q in questions])) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [expected] * 6
