import functools
import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydantic import TypeAdapter

from index.schema import FACETS
from search.cursors import Cursor
from search.request import SearchRequest
from search.results import ArticlePage, Hit, ResultPage, Stats
from web.params import ANSWERED

QUOTES = "/api/v1/quotes"


def ask(client: FlaskClient, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200, response.text
    return json.loads(response.data)


def test_an_answer_has_the_documented_shape(client: FlaskClient) -> None:
    answer = ask(client, f"{QUOTES}?q=measured&in=quote")
    assert {"query", "total", "took_ms", "build", "results", "facets", "links"} <= answer.keys()
    assert set(answer["query"]) == {"q", "understood", "notes", "filters", "did_you_mean"}
    assert set(answer["build"]) == {"id", "published", "extractor"}
    hit = answer["results"][0]
    shape = "id url text kind highlights before after speaker attribution article target variants"
    assert set(hit) == set(shape.split())
    assert set(hit["speaker"]) == {"id", "name", "type", "mention", "status"}
    assert {"confidence", "basis", "cue"} <= hit["attribution"].keys()
    assert set(hit["article"]) == {"id", "title", "url", "source", "date", "date_basis"}
    assert {"exact", "prefix", "suffix", "start", "end"} <= hit["target"].keys()
    assert set(hit["variants"]) == {"id", "count", "first", "witnesses"}
    item = answer["facets"]["speaker"]["items"][0]
    assert set(item) == {"value", "label", "count", "selected", "url"}


@pytest.mark.parametrize(
    ("address", "shape"),
    [
        (f"{QUOTES}?q=bridge", ResultPage),
        ("/api/v1/articles/gull/2020/bridge", ArticlePage),
        ("/api/v1/stats", Stats),
    ],
)
def test_answers_are_valid_against_the_dataclasses(client: FlaskClient, address: str, shape: type) -> None:
    TypeAdapter(shape).validate_json(client.get(address).data)


def test_one_quotation_is_the_same_as_in_a_search(client: FlaskClient) -> None:
    hit = ask(client, f"{QUOTES}?speaker=ola-finch&limit=1")["results"][0]
    assert hit["url"] == f"/quotes/{hit['id']}"
    one = ask(client, f"{QUOTES}/{hit['id']}")
    assert one == hit
    TypeAdapter(Hit).validate_python(one)


def test_an_article_has_the_places_of_its_quotations(client: FlaskClient) -> None:
    page = ask(client, "/api/v1/articles/gull/2020/bridge")
    first = page["quotations"][0]["target"]
    pieces = [page["text"][start:end] for start, end in first["content"]]
    assert pieces == ["“We measured it twice,”", "“and it moved both times.”"]
    assert [page["text"][start:end] for start, end in first["source"]] == ["Ada Brook"]
    assert [page["text"][start:end] for start, end in first["cue"]] == ["said"]


def test_stats_count_what_is_there(client: FlaskClient) -> None:
    stats = ask(client, "/api/v1/stats")
    assert (stats["articles"], stats["quotations"], stats["undated"]) == (5, 10, 1)
    assert stats["years"] == {"2018": 2, "2020": 6, "2021": 1}


def test_the_next_page_goes_on_where_the_first_ends(client: FlaskClient) -> None:
    everything = [hit["id"] for hit in ask(client, f"{QUOTES}?sort=oldest")["results"]]
    seen, address = [], f"{QUOTES}?sort=oldest&limit=4"
    while address:
        page = ask(client, address)
        seen += [hit["id"] for hit in page["results"]]
        address = page["links"]["next"]
    assert seen == everything


def test_the_link_to_itself_gives_the_same(client: FlaskClient) -> None:
    page = ask(client, f"{QUOTES}?limit=2&q=bridge&kind=&speaker=b&speaker=ada-brook")
    assert page["links"]["self"] == f"{QUOTES}?q=bridge&speaker=ada-brook&speaker=b&limit=2"
    assert ask(client, page["links"]["self"])["results"] == page["results"]


@pytest.mark.parametrize("facet", ["speaker", "source", "kind", "status", "date"])
def test_a_facets_address_gives_its_count(client: FlaskClient, facet: str) -> None:
    for item in ask(client, f"{QUOTES}?facets={facet}")["facets"][facet]["items"]:
        chosen = ask(client, item["url"])
        assert chosen["total"] == item["count"]
        (same,) = [one for one in chosen["facets"][facet]["items"] if one["value"] == item["value"]]
        assert same["selected"]
        assert ask(client, same["url"])["total"] == 10


def test_a_speaker_given_by_name_can_be_taken_out(client: FlaskClient) -> None:
    page = ask(client, f"{QUOTES}?speaker=Ola+Finch")
    (item,) = [one for one in page["facets"]["speaker"]["items"] if one["selected"]]
    assert (page["total"], item["url"]) == (2, QUOTES)


def test_facets_can_be_left_out(client: FlaskClient) -> None:
    assert set(ask(client, f"{QUOTES}?facets=date,kind")["facets"]) == {"date", "kind"}


@pytest.mark.parametrize(
    ("address", "status", "parameter"),
    [
        (f"{QUOTES}?colour=red", 400, "colour"),
        (f"{QUOTES}?limit=ten", 400, "limit"),
        (f"{QUOTES}?cursor=nonsense", 400, "cursor"),
        ("/api/v1/stats?q=a", 400, "q"),
        (f"{QUOTES}/0000000000000000?q=a", 400, "q"),
        (f"{QUOTES}/0000000000000000", 404, None),
        ("/api/v1/articles/none", 404, None),
        ("/api/v1/nothing", 404, None),
    ],
)
def test_errors_are_problems(client: FlaskClient, address: str, status: int, parameter: str | None) -> None:
    response = client.get(address)
    problem = json.loads(response.data)
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= problem.keys()
    assert problem["status"] == status
    assert [error["parameter"] for error in problem.get("errors", [])] == ([parameter] if parameter else [])


def test_a_cursor_of_a_removed_build_is_gone(client: FlaskClient) -> None:
    cursor = Cursor("20200101T000000000000Z-00000000", SearchRequest().digest, 5).encode()
    assert client.get(f"{QUOTES}?cursor={cursor}").status_code == 410
    page = client.get(f"/search?cursor={cursor}")
    assert page.status_code == 410
    assert "Search again" in page.text


def test_nothing_published_is_a_503_that_says_when_to_ask_again(empty_client: FlaskClient) -> None:
    response = empty_client.get(QUOTES)
    assert response.status_code == 503
    assert response.mimetype == "application/problem+json"
    assert int(response.headers["Retry-After"]) > 0


def test_the_description_names_every_parameter_and_route(client: FlaskClient, site: Any) -> None:
    description = ask(client, "/openapi.json")
    assert description["openapi"].startswith("3.1")
    listed = {parameter["name"] for parameter in description["paths"][QUOTES]["get"]["parameters"]}
    assert listed == set(ANSWERED)
    named = {"<name>": "{name}", "<anything:source_name>": "{name}"}
    routes = {
        re.sub(r"<path:\w+>", "{id}", functools.reduce(lambda rule, one: rule.replace(*one), named.items(), rule.rule))
        for rule in site.url_map.iter_rules()
    }
    pages = ("/search", "/search/<any(speaker, source):name>", "/quotes/{id}", "/openapi.json")
    told = {route for route in routes if route.startswith(("/api/", "/search", "/quotes/")) and route not in pages}
    assert told == set(description["paths"])


def test_the_description_holds_every_shape_it_points_to(client: FlaskClient) -> None:
    text = client.get("/openapi.json").text
    description = json.loads(text)
    shapes = description["components"]["schemas"]
    wanted = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert wanted <= set(shapes)
    assert {"ResultPage", "Hit", "ArticlePage", "Stats", "Problem", "Facet"} <= set(shapes)
    answer = ask(client, f"{QUOTES}?q=bridge")
    assert set(shapes["ResultPage"]["required"]) == set(answer)
    assert set(shapes["Hit"]["required"]) == set(answer["results"][0])


def test_the_described_facets_are_the_schemas(client: FlaskClient) -> None:
    parameters = ask(client, "/openapi.json")["paths"][QUOTES]["get"]["parameters"]
    (facets,) = [one for one in parameters if one["name"] == "facets"]
    assert facets["schema"]["items"]["enum"] == list(FACETS)
