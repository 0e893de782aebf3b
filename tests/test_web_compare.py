"""Speakers side by side: the page, its twin, and the search behind both."""

import dataclasses
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from index.settings import Settings
from search.comparing import CompareRequest, compare, people_of
from search.errors import RequestError
from search.request import SearchRequest
from tests.entries import a_build, an_engine, an_entry
from tests.test_web_pages import links, page, words
from web import create_app
from web.histogram import side_by_side
from web.params import PAGE_DEFAULTS

TWO = "speaker=ada-brook&speaker=ola-finch"


def test_speakers_stand_side_by_side(client: FlaskClient) -> None:
    shown = words(page(client, f"/compare?{TWO}"))
    assert "Ada Brook, Ola Finch All that they said" in shown
    assert "Ada Brook 5 100 % 0 % Ola Finch 2 50 % 50 %" in shown
    assert "word for word 1, 50 % reported speech 1, 50 %" in shown


def test_words_are_counted_for_each(client: FlaskClient) -> None:
    html = page(client, f"/compare?{TWO}&q=rain")
    shown = words(html)
    assert "On rain" in shown
    assert "Ada Brook 0 0 % 0 % 0 % Ola Finch 2 100 % 50 % 50 %" in shown
    assert "Nothing with these words. That does not prove" in shown
    assert "/search?q=rain&speaker=ola-finch" in links(html)


def test_every_link_of_a_comparison_leads_somewhere(client: FlaskClient) -> None:
    for link in links(page(client, f"/compare?{TWO}")):
        if not link.startswith("#"):
            assert client.get(link).status_code == 200, link


def test_a_name_will_do_and_an_unknown_one_is_told(client: FlaskClient) -> None:
    assert "Ada Brook, Ola Finch" in words(page(client, "/compare?speaker=Brook&speaker=Ola+Finch&speaker="))
    html = page(client, "/compare?speaker=brook&speaker=Finsh")
    assert "Nobody here is called Finsh" in words(html)
    assert "/compare?speaker=ada-brook&speaker=ola-finch" in links(html)


def test_the_form_alone_asks_for_names(client: FlaskClient) -> None:
    html = page(client, "/compare")
    assert html.count('name="speaker"') == 2
    assert "Give one more name beside Ada Brook" in words(page(client, "/compare?speaker=ada-brook"))


def test_others_of_the_same_name_are_offered(tmp_path: Path) -> None:
    entries = [
        an_entry(1, speaker="Ann Lee"),
        an_entry(2, speaker="Ann Lee"),
        an_entry(3, speaker="Bo Lee"),
        an_entry(4, speaker="Cy Day"),
    ]
    a_build(tmp_path, entries)
    html = page(create_app(Settings(data=tmp_path)).test_client(), "/compare?speaker=lee&speaker=cy-day")
    assert "Ann Lee is taken for lee. Or did you mean Bo Lee ?" in words(html)
    assert "/compare?speaker=bo-lee&speaker=cy-day" in links(html)


def test_the_same_person_twice_is_one(tmp_path: Path) -> None:
    engine = an_engine(tmp_path, [an_entry(1, speaker="Ann Lee")])
    people, unknown = people_of(engine, CompareRequest(speaker=("ann-lee", "Lee", "nobody")))
    assert [one.id for one in people] == ["ann-lee"]
    assert unknown == ("nobody",)
    engine.close()


def test_a_comparison_as_json_has_one_scale_of_years(client: FlaskClient) -> None:
    found = client.get(f"/api/v1/compare?{TWO}").get_json()
    assert found["years"] == ["2018", "2020"]
    ada, ola = found["sides"]
    assert (ada["total"], ada["all"], ada["years"], ada["undated"]) == (5, 5, {"2020": 4}, 1)
    assert (ola["kinds"], ola["years"]) == ({"direct": 1, "indirect": 1}, {"2018": 2})
    for address in (ada["url"], ada["sources"]["items"][0]["url"], found["links"]["self"]):
        assert client.get(address).status_code == 200
    assert client.get(ada["sources"]["items"][0]["url"]).get_json()["total"] == ada["sources"]["items"][0]["count"]


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("", "names 0"),
        ("speaker=ada-brook", "names 1"),
        ("speaker=zzz", "names 1"),
        ("speaker=ada-brook&speaker=+ada-brook", "names 1"),
        ("speaker=ada-brook&speaker=brook", "names Ada Brook alone"),
        ("speaker=a&speaker=b&speaker=c&speaker=d&speaker=e", "at most 4"),
        (f"speaker=a&speaker={'b' * 201}", "at most 200"),
    ],
)
def test_what_cannot_be_compared_is_named(client: FlaskClient, query: str, detail: str) -> None:
    problem = client.get(f"/api/v1/compare?{query}")
    assert problem.status_code == 400
    (error,) = problem.get_json()["errors"]
    assert error["parameter"] == "speaker"
    assert detail in error["detail"]


def test_nobody_of_that_name_is_not_found(client: FlaskClient) -> None:
    problem = client.get("/api/v1/compare?speaker=ada-brook&speaker=zzz")
    assert problem.status_code == 404
    assert "no speaker 'zzz'" in problem.get_json()["detail"]


def test_words_that_are_too_long_are_refused() -> None:
    with pytest.raises(RequestError, match="q: has 1001 characters"):
        CompareRequest(q="x" * 1001)


def test_pictures_of_a_comparison_have_one_scale() -> None:
    one, other = (dataclasses.replace(PAGE_DEFAULTS, speaker=(name,)) for name in "ab")
    left, right = side_by_side([({"2016": 10}, 0, one), ({"2018": 5}, 2, other)])
    assert left is not None
    assert right is not None
    assert [bar.value for bar in left.bars] == [bar.value for bar in right.bars] == ["2016", "2017", "2018"]
    assert (left.bars[0].height, right.bars[2].height) == ("100%", "50%")
    assert right.bars[2].url == "/search?speaker=b&date_from=2018&date_to=2018"
    assert right.missing == 2


def test_nothing_dated_has_no_picture() -> None:
    assert side_by_side([({}, 3, SearchRequest()), ({}, 0, SearchRequest())]) == [None, None]


def test_words_that_were_spoken_come_before_reported_ones(tmp_path: Path) -> None:
    entries = [
        an_entry(1, "Rain rain rain", speaker="Ann Lee", kind="indirect"),
        an_entry(2, "Rain is what we need", speaker="Ann Lee"),
        an_entry(3, "Snow", speaker="Cy Day"),
    ]
    engine = an_engine(tmp_path, entries)
    people, _ = people_of(engine, CompareRequest(speaker=("ann-lee", "cy-day")))
    ann, cy = compare(engine, "rain", people).sides
    assert [hit.id for hit in ann.best] == [entries[1].id, entries[0].id]
    assert (cy.total, cy.all, cy.best) == (0, 1, ())
    engine.close()
