"""What a build holds of speakers and outlets, against counts made by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.settings import Settings
from search.errors import NotFoundError, RequestError
from search.profile_pages import NamesRequest
from search.whoosh_engine import WhooshEngine, open_engine
from tests.entries import a_build, an_entry

RAIN = {"speaker": "Ada Brook", "variant_id": "rain"}
LATER = {"date": "2018-03-04", "source": "Tern", "article_id": "b"}
ENTRIES = [
    an_entry(1, "Rain is news", article_id="a", date="2016-03-04", **RAIN),
    an_entry(2, "Rain is news", **RAIN, **LATER),
    an_entry(3, "Snow too", speaker="Ada Brook", kind="indirect", **LATER),
    an_entry(4, "No", speaker="Ola Finch", **LATER),
    an_entry(5, "Yes", speaker="Ola Finch", article_id="c", date=None),
    an_entry(6, "Who knows", article_id="d", date="2017-01-01", source="The Sun/Star"),
    an_entry(7, "Élan", speaker="Élodie Finch", article_id="a", date="2016-03-04"),
    an_entry(8, "Ten", speaker="50 Pence", article_id="e", date="2016-03-04"),
]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[WhooshEngine]:
    manifest = a_build(tmp_path, ENTRIES)
    with_build = open_engine(Settings(data=tmp_path).builds / manifest.id, manifest)
    yield with_build
    with_build.close()


def test_a_speaker_has_years_outlets_and_company(engine: WhooshEngine) -> None:
    found = engine.speaker_profile("ada-brook")
    profile = found.profile
    assert (found.name, found.quotations, found.articles) == ("Ada Brook", 3, 2)
    assert profile.years == {"2016": 1, "2018": 2}
    assert profile.kinds == {"direct": 2, "indirect": 1}
    assert [(share.label, share.count) for share in profile.sources] == [("Tern", 2), ("Gull", 1)]
    assert [(share.value, share.count) for share in profile.speakers] == [("ola-finch", 1), ("élodie-finch", 1)]
    assert profile.first is not None
    assert profile.last is not None
    assert (profile.first.article.date, profile.last.article.date) == ("2016-03-04", "2018-03-04")


def test_company_is_looked_for_in_the_latest_articles(engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.profiles._ARTICLES", 1)
    profile = engine.speaker_profile("ada-brook").profile
    assert [(share.value, share.count) for share in profile.speakers] == [("ola-finch", 1)]
    assert (profile.looked, profile.articles) == (1, 2)


def test_what_was_said_most_often_is_shown_by_its_earliest(engine: WhooshEngine) -> None:
    (often,) = engine.speaker_profile("ada-brook").profile.often
    assert (often.quotation.id, often.count) == (ENTRIES[0].id, 2)


def test_undated_quotations_count_and_come_last(engine: WhooshEngine) -> None:
    profile = engine.speaker_profile("ola-finch").profile
    assert (profile.quotations, profile.undated, profile.years) == (2, 1, {"2018": 1})
    assert [hit.article.date for hit in profile.latest] == ["2018-03-04", None]


def test_an_outlet_says_whom_it_quotes_and_how_often_nobody(engine: WhooshEngine) -> None:
    tern, star = engine.source_profile("Tern"), engine.source_profile("The Sun/Star")
    assert [(share.label, share.count) for share in tern.profile.speakers] == [("Ada Brook", 2), ("Ola Finch", 1)]
    assert (tern.named, tern.silent, tern.profile.articles) == (3, 0, 1)
    assert (star.named, star.silent, star.profile.speakers) == (0, 1, ())


@pytest.mark.parametrize("name", ["tern", "Nobody's", ""])
def test_an_unknown_outlet_is_not_found(engine: WhooshEngine, name: str) -> None:
    with pytest.raises(NotFoundError, match="there is no source"):
        engine.source_profile(name)


def test_the_index_lists_the_most_quoted_first_with_their_years(engine: WhooshEngine) -> None:
    page = engine.names("speaker", NamesRequest())
    assert [item.label for item in page.items] == ["Ada Brook", "Ola Finch", "50 Pence", "Élodie Finch"]
    assert [item.years for item in page.items[:2]] == [{"2016": 1, "2018": 2}, {"2018": 1}]
    assert page.years == ("2016", "2017", "2018")
    assert [(one.letter, one.count) for one in page.letters] == [("A", 1), ("E", 1), ("O", 1), ("#", 1)]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"letter": "e"}, ["Élodie Finch"]),
        ({"letter": "#"}, ["50 Pence"]),
        ({"q": "fin"}, ["Ola Finch", "Élodie Finch"]),
        ({"q": "fin", "letter": "O"}, ["Ola Finch"]),
        ({"q": "zebra"}, []),
        ({"q": "!?"}, []),
        ({"sort": "name"}, ["50 Pence", "Ada Brook", "Ola Finch", "Élodie Finch"]),
        ({"limit": 3, "page": 2}, ["Élodie Finch"]),
    ],
)
def test_names_are_found_by_letter_beginning_and_page(
    engine: WhooshEngine, asked: dict[str, object], expected: list[str]
) -> None:
    assert [item.label for item in engine.names("speaker", NamesRequest(**asked)).items] == expected  # type: ignore[arg-type]


def test_outlets_are_in_order_whatever_their_capitals(tmp_path: Path) -> None:
    names = ["Zeit", "tern", "Écho", "Elk", "AL"]
    manifest = a_build(tmp_path, [an_entry(n, source=name) for n, name in enumerate(names)])
    engine = open_engine(Settings(data=tmp_path).builds / manifest.id, manifest)
    found = [item.label for item in engine.names("source", NamesRequest(sort="name")).items]
    engine.close()
    assert found == ["AL", "Écho", "Elk", "tern", "Zeit"]


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ({"letter": "AB"}, "letter"),
        ({"sort": "age"}, "sort"),
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"page": 0}, "page"),
        ({"q": "x" * 201}, "q"),
    ],
)
def test_a_bad_value_is_named(asked: dict[str, object], parameter: str) -> None:
    with pytest.raises(RequestError) as error:
        NamesRequest(**asked)  # type: ignore[arg-type]
    assert error.value.parameter == parameter


def test_a_page_behind_the_last_is_refused(engine: WhooshEngine) -> None:
    with pytest.raises(NotFoundError, match="the last one is 1"):
        engine.names("speaker", NamesRequest(page=2))


def test_a_name_stands_for_the_ids_that_have_it(engine: WhooshEngine) -> None:
    assert engine.people_called("finch") == ("ola-finch", "élodie-finch")
    assert engine.people_called("nobody at all") == ()
