"""What is offered over HTTP: while somebody types, in a facet, and where little is found."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydantic import TypeAdapter

from search.results import Facet, Suggestions
from web.params import FACETED, SUGGESTING

SUGGEST = "/api/v1/suggest"
SPEAKERS = "/api/v1/facets/speaker"


def ask(client: FlaskClient, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200, response.text
    return json.loads(response.data)


def test_suggestions_have_the_documented_shape(client: FlaskClient) -> None:
    answer = ask(client, f"{SUGGEST}?q=br")
    TypeAdapter(Suggestions).validate_python(answer)
    assert answer["q"] == "br"
    assert answer["items"] == [
        {
            "kind": "speaker",
            "value": "ada-brook",
            "label": "Ada Brook",
            "count": 5,
            "url": "/api/v1/quotes?speaker=ada-brook",
        },
        {"kind": "word", "value": "brook", "label": "brook", "count": 7, "url": "/api/v1/quotes?q=brook"},
        {"kind": "word", "value": "bridge", "label": "bridge", "count": 6, "url": "/api/v1/quotes?q=bridge"},
    ]


@pytest.mark.parametrize(
    "asked", ["q=b", "q=measured+it+t", "q=T", "q=", "q=b&kind=word&kind=source", "kind=source&q=gul"]
)
def test_a_suggestions_address_gives_its_count(client: FlaskClient, asked: str) -> None:
    items = ask(client, f"{SUGGEST}?{asked}")["items"]
    assert items
    for item in items:
        assert ask(client, item["url"])["total"] == item["count"]


def test_kind_and_limit_choose(client: FlaskClient) -> None:
    assert [item["value"] for item in ask(client, f"{SUGGEST}?q=b&kind=word&limit=1")["items"]] == ["brook"]
    assert {item["kind"] for item in ask(client, f"{SUGGEST}?q=&kind=source&kind=speaker")["items"]} == {
        "speaker",
        "source",
    }


@pytest.mark.parametrize(
    ("address", "status", "parameter"),
    [
        (f"{SUGGEST}?kind=verb", 400, "kind"),
        (f"{SUGGEST}?limit=ten", 400, "limit"),
        (f"{SUGGEST}?limit=101", 400, "limit"),
        (f"{SUGGEST}?colour=red", 400, "colour"),
        (f"{SUGGEST}?q=a&q=b", 400, "q"),
        (f"{SUGGEST}?q={'x' * 1001}", 400, "q"),
        (f"{SPEAKERS}?sort=newest", 400, "sort"),
        (f"{SPEAKERS}?date_from=soon", 400, "date_from"),
        ("/api/v1/facets/date", 404, None),
        ("/api/v1/facets/mood", 404, None),
    ],
)
def test_errors_are_problems(client: FlaskClient, address: str, status: int, parameter: str | None) -> None:
    response = client.get(address)
    problem = json.loads(response.data)
    assert (response.status_code, problem["status"]) == (status, status)
    assert response.mimetype == "application/problem+json"
    assert [error["parameter"] for error in problem.get("errors", [])] == ([parameter] if parameter else [])


@pytest.mark.parametrize("address", [f"{SUGGEST}?q=b", f"{SPEAKERS}?beginning=b"])
def test_what_a_browser_has_is_not_sent_again(client: FlaskClient, address: str) -> None:
    etag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    assert client.get(address.replace("=b", "=r"), headers={"If-None-Match": etag}).status_code == 200


def test_a_facets_values_are_counted_within_the_search(client: FlaskClient) -> None:
    facet = ask(client, f"{SPEAKERS}?beginning=o&q=rain&source=Tern")
    TypeAdapter(Facet).validate_python(facet)
    (item,) = facet["items"]
    assert (item["value"], item["count"], item["selected"], facet["more"]) == ("ola-finch", 2, False, False)
    chosen = ask(client, item["url"])
    assert (chosen["total"], chosen["query"]["filters"]) == (2, {"speaker": ["ola-finch"], "source": ["Tern"]})
    assert ask(client, f"{SPEAKERS}?beginning=o&q=bridge")["items"] == []


def test_the_described_parameters_are_those_that_are_read(client: FlaskClient) -> None:
    paths = ask(client, "/openapi.json")["paths"]
    for path, read in ((SUGGEST, SUGGESTING), ("/api/v1/facets/{name}", FACETED)):
        described = paths[path]["get"]["parameters"]
        assert [one["name"] for one in described if one["in"] == "query"] == [one.name for one in read]
    limit = next(one for one in paths[SUGGEST]["get"]["parameters"] if one["name"] == "limit")
    assert limit["schema"]["default"] == 10


def test_what_was_meant_has_its_address(client: FlaskClient) -> None:
    meant = ask(client, "/api/v1/quotes?q=brigde+promise+is&source=Gull")["query"]["did_you_mean"]
    assert meant == {"q": "bridge promise is", "total": 4, "url": "/api/v1/quotes?q=bridge+promise+is&source=Gull"}
    assert ask(client, meant["url"])["total"] == 4
    assert ask(client, "/api/v1/quotes?q=bridge")["query"]["did_you_mean"] is None


def test_the_page_asks_what_was_meant(client: FlaskClient) -> None:
    page = client.get("/search?q=brigde+promise+is&sort=newest").text
    assert "Nothing found" in page
    link = '<a href="/search?q=bridge+promise+is&amp;sort=newest">bridge promise is</a>'
    assert f'Did you mean {link}? <span class="n">4 quotations</span>' in page
    assert "Did you mean" not in client.get("/search?q=bridge").text


def test_what_was_typed_stays_text(client: FlaskClient) -> None:
    page = client.get("/search?q=-%3Cb%3E+brigde").text
    assert "-&lt;b&gt; bridge</a>?" in page


def test_the_page_offers_the_name_that_was_meant(client: FlaskClient) -> None:
    page = client.get("/search?q=rain&speaker=Ola+Finhc").text
    assert '<a href="/search?q=rain&amp;speaker=Ola+Finch">Speaker: Ola Finch</a>' in page
