"""The pages of speakers and outlets, and their twins."""

from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from index.records import PersonOfCollection
from index.settings import Settings
from tests.entries import a_build, an_entry
from tests.test_web_pages import links, page, words
from web import create_app
from web.people_view import kinds_of, percent, told


def test_a_speaker_page_says_who_when_where_and_with_whom(client: FlaskClient) -> None:
    html = page(client, "/speakers/ada-brook")
    shown = words(html)
    assert "Ada Brook Person · 5 quotations in 3 articles, 4 March 2020 to 17 May 2020" in shown
    assert "Outlets that quote them Name Quotations Share Gull 2 40 % Tern 2 40 %" in shown
    assert "2 quotations 2 independent reports of the words its versions first 4 March 2020" in shown
    assert "/search?speaker=ada-brook" in links(html)
    assert 'aria-label="2020: 4 quotations"' in html


def test_names_on_other_pages_lead_to_the_speaker(client: FlaskClient) -> None:
    assert "/speakers/ada-brook" in links(page(client, "/search?q=bridge"))
    assert "/sources/Gull" in links(page(client, "/articles/gull/2020/bridge"))


def test_an_outlet_page_says_how_it_quotes(client: FlaskClient) -> None:
    shown = words(page(client, "/sources/Gull"))
    assert "Outlet · 4 quotations in 1 article, 4 March 2020" in shown
    assert "Whom it quotes Name Quotations Share Ada Brook 2 50 %" in shown
    assert "word for word 3, 75 % partly quoted 1, 25 %" in shown
    assert "Without a named speaker 2 quotations, 50 %; in 0 articles of 1 nobody" in shown


@pytest.mark.parametrize("name", ["a/b", "/a//b/", "a?b=c&d#e", "Ünïted %41", "<b>", "a/../b", "..."])
def test_any_outlet_has_a_page(tmp_path: Path, name: str) -> None:
    a_build(tmp_path, [an_entry(1, source=name)])
    client = create_app(Settings(data=tmp_path)).test_client()
    (link,) = {one for one in links(page(client, "/sources")) if one.startswith("/sources/")}
    assert words(page(client, link)).count("1 quotation in 1 article") == 1
    (listed,) = client.get("/api/v1/sources").get_json()["items"]
    assert client.get(listed["url"]).get_json()["name"] == name


def test_the_index_shows_letters_years_and_counts(client: FlaskClient) -> None:
    html = page(client, "/speakers")
    shown = words(html)
    assert "3 speakers" in shown
    assert "Ada Brook 5" in shown
    assert 'aria-label="2020"' in html
    assert "/speakers?letter=O" in links(html)
    assert "Ada Brook" not in words(page(client, "/speakers?letter=O"))


def test_a_name_is_looked_for_and_not_found(client: FlaskClient) -> None:
    assert "1 speaker with fin in the name" in words(page(client, "/speakers?q=fin"))
    html = page(client, "/speakers?q=zebra")
    assert "Nobody here has such a name" in words(html)
    assert "/search?q=zebra" in links(html)


def test_the_index_is_paged(client: FlaskClient) -> None:
    html = page(client, "/speakers?limit=2")
    (following,) = (link for link in links(html) if "page=2" in link)
    assert "page 2 of 2" in words(page(client, following))
    first = client.get("/api/v1/speakers?limit=2").get_json()
    second = client.get(first["links"]["next"]).get_json()
    assert (first["total"], len(first["items"]), len(second["items"])) == (3, 2, 1)
    assert second["links"]["next"] is None


def test_a_speaker_as_json_leads_on_within_the_endpoint(client: FlaskClient) -> None:
    found = client.get("/api/v1/speakers/ada-brook").get_json()
    assert (found["id"], found["quotations"], found["url"]) == ("ada-brook", 5, "/api/v1/quotes?speaker=ada-brook")
    profile = found["profile"]
    assert profile["years"] == {"2020": 4}
    assert profile["undated"] == 1
    for share in [*profile["sources"], *profile["speakers"]]:
        assert client.get(share["url"]).status_code == 200
    assert profile["latest"][0]["url"].startswith("/quotes/")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/speakers/nobody-such", 404),
        ("/sources/Nothing", 404),
        ("/api/v1/sources/Nothing", 404),
        ("/speakers?limit=0", 400),
        ("/speakers?nope=1", 400),
        ("/api/v1/speakers?page=99", 404),
        ("/api/v1/sources/Gull?q=x", 400),
    ],
)
def test_what_cannot_be_answered_is_said(client: FlaskClient, address: str, status: int) -> None:
    assert client.get(address).status_code == status


def test_former_ids_lead_on_or_give_a_choice(tmp_path: Path) -> None:
    entries = [an_entry(1, speaker="Ada Brook"), an_entry(2, speaker="Ola Finch")]
    people = [
        PersonOfCollection(
            id=id_, name=name, type="person", articles=1, quotations=1, forms=((name, 1),), wikidata=item
        )
        for id_, name, item in (("ada-brook", "Ada Brook", "Q42"), ("ola-finch", "Ola Finch", "javascript:alert(1)"))
    ]
    a_build(tmp_path, entries, people=people, aliases={"old": ("ada-brook",), "both": ("ada-brook", "ola-finch")})
    client = create_app(Settings(data=tmp_path)).test_client()
    moved = client.get("/speakers/old")
    assert (moved.status_code, moved.headers["Location"]) == (301, "/speakers/ada-brook")
    assert {"/speakers/ada-brook", "/speakers/ola-finch"} <= set(links(page(client, "/speakers/both", 300)))
    assert "https://www.wikidata.org/wiki/Q42" in links(page(client, "/speakers/ada-brook"))
    assert "wikidata" not in page(client, "/speakers/ola-finch").casefold()


def test_an_unchanged_profile_is_a_304(client: FlaskClient) -> None:
    for path in ("/speakers", "/speakers/ada-brook", f"/sources/{quote('Gull')}", "/api/v1/speakers/ada-brook"):
        etag = client.get(path).headers["ETag"]
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize(
    ("count", "whole", "expected"), [(0, 0, "0\xa0%"), (0, 9, "0\xa0%"), (1, 3, "33\xa0%"), (1, 900, "under 1\xa0%")]
)
def test_shares_are_said_in_per_cent(count: int, whole: int, expected: str) -> None:
    assert percent(count, whole) == expected


def test_years_are_said_in_words() -> None:
    assert told({}) == "undated"
    assert told({"2016": 3}) == "2016"
    assert told({"2016": 3, "2018": 1204}) == "2016 to 2018, most in 2018 (1,204)"


def test_kinds_fill_one_bar() -> None:
    slices = kinds_of({"direct": 3, "indirect": 1})
    assert [(one.left, one.width) for one in slices] == [("0.00%", "75.00%"), ("75.00%", "25.00%")]
