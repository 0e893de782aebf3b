"""`fields=` on the endpoint's searches."""

import dataclasses
import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from search.results import Hit
from web.trimming import NAMES

QUOTES = "/api/v1/quotes"


def results(client: FlaskClient, query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"{QUOTES}?{query}").get_json()["results"]
    return found


@pytest.mark.parametrize(
    ("fields", "shape"),
    [
        ("text", {"text": 0}),
        ("text,id", {"id": 0, "text": 0}),
        ("speaker.name", {"speaker": {"name": 0}}),
        ("speaker.name,article.date,article.source", {"speaker": {"name": 0}, "article": {"source": 0, "date": 0}}),
        ("speaker.name, text ,", {"text": 0, "speaker": {"name": 0}}),
    ],
)
def test_results_hold_what_was_asked_for(client: FlaskClient, fields: str, shape: dict[str, Any]) -> None:
    def shape_of(value: Any) -> Any:
        return {name: shape_of(one) for name, one in value.items()} if isinstance(value, dict) else 0

    assert {json.dumps(shape_of(one)) for one in results(client, f"fields={fields}")} == {json.dumps(shape)}


def test_a_part_is_whole_where_it_is_asked_for_whole(client: FlaskClient) -> None:
    every = results(client, "sort=oldest")
    assert results(client, "sort=oldest&fields=speaker,speaker.name") == [{"speaker": one["speaker"]} for one in every]


def test_all_names_together_give_everything(client: FlaskClient) -> None:
    assert results(client, "fields=" + ",".join(NAMES)) == results(client, "")
    assert {name for name in NAMES if "." not in name} == {field.name for field in dataclasses.fields(Hit)}


def test_no_names_give_everything(client: FlaskClient) -> None:
    assert results(client, "fields=") == results(client, "fields=,") == results(client, "")


@pytest.mark.parametrize("name", ["colour", "speaker.colour", "speaker.name.first", "speaker.", "Text", "text;id"])
def test_an_unknown_name_is_named(client: FlaskClient, name: str) -> None:
    answer = client.get(QUOTES, query_string={"fields": f"text,{name}"})
    assert answer.status_code == 400
    (error,) = json.loads(answer.data)["errors"]
    assert error["parameter"] == "fields"
    assert f"'{name}'" in error["detail"]


def test_the_rest_of_the_answer_stays(client: FlaskClient) -> None:
    trimmed, whole = (client.get(f"{QUOTES}?q=bridge{more}").get_json() for more in ("&fields=id", ""))
    assert set(trimmed) == set(whole)
    assert (trimmed["total"], trimmed["facets"]) == (whole["total"], whole["facets"])


def test_the_next_page_is_trimmed_too(client: FlaskClient) -> None:
    links = client.get(f"{QUOTES}?limit=4&fields=text,id").get_json()["links"]
    assert links["self"] == f"{QUOTES}?limit=4&fields=id%2Ctext"
    assert set(client.get(links["next"]).get_json()["results"][0]) == {"id", "text"}
    assert client.get(f"{QUOTES}?fields=id").get_json()["links"]["self"] == f"{QUOTES}?fields=id"


def test_it_has_a_validator_of_its_own(client: FlaskClient) -> None:
    tags = [
        client.get(f"{QUOTES}{query}").headers["ETag"] for query in ("", "?fields=id", "?fields=id,id", "?fields=text")
    ]
    assert tags[1] == tags[2]
    assert len(set(tags)) == 3


@pytest.mark.parametrize("address", ["/search", "/search.csv", "/api/v1/stats"])
def test_other_addresses_take_none(client: FlaskClient, address: str) -> None:
    assert client.get(f"{address}?fields=id").status_code == 400
