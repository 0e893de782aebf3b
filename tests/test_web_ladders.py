"""The ladder as its page and the endpoint show it."""

import pytest
from flask.testing import FlaskClient

from search.tracing import trace
from tests.test_search_tracing import FULL, hit, ladder
from web.ladders import Stretch, ladder_of, what

LONG = "“" + " ".join(f"word{number}" for number in range(40)) + "”"


def test_versions_as_json_say_how_each_stands_to_the_fullest(client: FlaskClient) -> None:
    one = client.get("/api/v1/quotes?source=Tern&q=measured&in=quote").get_json()["results"][0]
    found = client.get(f"/api/v1{one['url']}/versions").get_json()
    assert found["id"] == one["variants"]["id"]
    assert (found["count"], found["reports"], found["more"]) == (2, 2, False)
    first, second = found["versions"]
    assert first["quotation"]["article"]["source"] == "Gull"
    assert first["quotation"]["url"] == f"/quotes/{first['quotation']['id']}"
    assert (first["relation"], second["relation"]) == ("fullest", "same")
    assert second["quotation"]["id"] == one["id"]


@pytest.mark.parametrize(("query", "status"), [("none/versions", 404), ("none/versions?limit=3", 400)])
def test_what_cannot_be_answered_is_said(client: FlaskClient, query: str, status: int) -> None:
    assert client.get(f"/api/v1/quotes/{query}").status_code == status


def test_who_cut_what_is_said_in_words() -> None:
    assert [what(version) for version in ladder().versions] == [
        "Leaves out 10 words at the end",
        "The fullest form",
        "Reported in other words",
    ]


def test_a_long_cut_is_shown_by_its_ends() -> None:
    full, short = hit(1, LONG, date="2020-01-01"), hit(2, "word0 word39", date="2020-01-02")
    (_, rung) = ladder_of(trace(full, [full, short], 50)).rungs
    assert rung.what == "Leaves out 38 words in the middle"
    begin, end = "word1 word2 word3 word4 word5", "word34 word35 word36 word37 word38"
    assert rung.changes[1] == Stretch("left_out", begin, 28, end)


def test_copies_stand_with_what_they_copy() -> None:
    around = "The engineers had looked at the pillars for a week when the mayor came down to the river with a lamp."
    hits = [hit(n, FULL, before=around, source=f"Outlet {n}", date=f"2020-03-0{n}") for n in (1, 2, 3)]
    (rung,) = ladder_of(trace(hits[2], hits, 50)).rungs
    assert [copy.article.source for copy in rung.copies] == ["Outlet 2", "Outlet 3"]


def test_words_without_marks_are_told_from_other_words() -> None:
    full, same = hit(1, FULL, date="2020-01-01"), hit(2, "We measured it twice", date="2020-01-02", kind="indirect")
    found = ladder_of(trace(full, [full, same], 50))
    assert found.rungs[1].what == "Without quotation marks; leaves out 10 words at the end"
    assert [one.change for one in found.rungs[1].changes] == ["same", "left_out"]
    assert found.marked


def test_nothing_is_marked_where_only_the_wording_is_another() -> None:
    full, told = hit(1, FULL, date="2020-01-01"), hit(2, "It was measured.", date="2020-01-02", kind="indirect")
    found = ladder_of(trace(full, [full, told], 50))
    assert [one.change for one in found.rungs[1].changes] == ["same"]
    assert not found.marked
