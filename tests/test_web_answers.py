import gzip
import json
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from index.settings import Settings
from tests.entries import a_build, an_entry
from web import create_app
from web.answers import json_answer

PAGES = ["/", "/search", "/search?q=bridge", "/articles/gull/2020/bridge", "/about", "/docs"]
DATA = ["/api/v1/quotes", "/api/v1/stats", "/openapi.json", "/api/v1/articles/gull/2020/bridge"]
OTHERS = [
    "/healthz",
    "/readyz",
    "/robots.txt",
    "/opensearch.xml",
    "/sitemap.xml",
    "/static/site.css",
    "/nowhere",
    "/search?x=1",
]


@pytest.mark.parametrize("address", PAGES + DATA + OTHERS)
def test_every_answer_is_secured(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"]


@pytest.mark.parametrize("address", [*PAGES, "/nowhere", "/search?x=1"])
def test_pages_hold_no_script_or_style_of_their_own(client: FlaskClient, address: str) -> None:
    page = client.get(address).text.lower()
    assert "<style" not in page
    assert " style=" not in page
    assert page.count("<script") == page.count('<script src="/static/')
    assert " onclick=" not in page


@pytest.mark.parametrize("address", [*PAGES, "/api/v1/quotes", "/api/v1/stats"])
def test_what_has_not_changed_is_not_sent_again(client: FlaskClient, address: str) -> None:
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_equal_questions_share_a_validator_and_others_do_not(client: FlaskClient) -> None:
    tags = [
        client.get(f"/api/v1/quotes?{query}").headers["ETag"]
        for query in ("q=rain&limit=5", "limit=5&q=rain&kind=", "q=rain&limit=6", "q=bridge&limit=5")
    ]
    assert tags[0] == tags[1]
    assert len(set(tags)) == 3


def test_a_new_build_is_another_answer(tmp_path: Path) -> None:
    manifest = a_build(tmp_path, [an_entry(1)])
    other = create_app(Settings(data=tmp_path)).test_client()
    first = other.get("/api/v1/quotes")
    assert json.loads(first.data)["build"]["id"] == manifest.id
    a_build(tmp_path, [an_entry(1), an_entry(2)], number=2)
    second = other.get("/api/v1/quotes", headers={"If-None-Match": first.headers["ETag"]})
    assert (second.status_code, json.loads(second.data)["total"]) == (200, 2)


@pytest.mark.parametrize("address", ["/search", "/api/v1/quotes", "/static/site.css"])
def test_compressed_where_that_is_understood(client: FlaskClient, address: str) -> None:
    plain = client.get(address)
    packed = client.get(address, headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert len(packed.data) < len(plain.data)
    if "api" not in address:  # took_ms differs
        assert gzip.decompress(packed.data) == plain.data


@pytest.mark.parametrize("accepted", ["gzip;q=0", "identity", "br"])
def test_not_compressed_where_it_is_refused(client: FlaskClient, accepted: str) -> None:
    assert "Content-Encoding" not in client.get("/search", headers={"Accept-Encoding": accepted}).headers


@pytest.mark.parametrize("address", PAGES + DATA + ["/healthz"])
def test_head_is_get_without_the_body(client: FlaskClient, address: str) -> None:
    head = client.head(address)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Type"] == client.get(address).headers["Content-Type"]


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "options"])
@pytest.mark.parametrize("address", ["/", "/search", "/api/v1/quotes", "/healthz", "/static/site.css"])
def test_other_methods_are_refused(client: FlaskClient, method: str, address: str) -> None:
    if method == "options" and address.startswith("/api/"):
        return  # what a browser asks first: tests of limits
    response = getattr(client, method)(address)
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("address", [*DATA, "/api/v1/quotes?x=1"])
def test_other_sites_may_read_the_data(client: FlaskClient, address: str) -> None:
    assert client.get(address).headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("address", PAGES)
def test_other_sites_may_not_read_the_pages(client: FlaskClient, address: str) -> None:
    assert "Access-Control-Allow-Origin" not in client.get(address).headers


@pytest.mark.parametrize("address", [*PAGES, "/api/v1/quotes", "/nowhere"])
def test_the_host_header_is_in_no_answer(client: FlaskClient, address: str) -> None:
    response = client.get(address, headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert "evil.example" not in response.text + str(response.headers)


def test_static_files_may_be_kept_since_their_address_changes(client: FlaskClient) -> None:
    (style,) = re.findall(r'href="(/static/[0-9a-f]{12}/site\.css)"', client.get("/").text)
    assert "max-age=31536000" in client.get(style).headers["Cache-Control"]


def test_a_failure_is_a_page_without_its_insides(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ValueError("a secret of the house")

    monkeypatch.setattr(site.extensions["saywho.library"], "current", broken)
    for address in ("/", "/api/v1/stats"):
        response = site.test_client().get(address)
        assert response.status_code == 500
        assert "secret" not in response.text


def test_lone_surrogates_are_still_json(site: Flask) -> None:
    with site.test_request_context("/api/v1/quotes"):
        response = json_answer({"text": "a \ud800 b"})
    assert json.loads(response.data) == {"text": "a \ud800 b"}
