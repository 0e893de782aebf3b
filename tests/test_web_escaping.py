"""Whatever articles and addresses hold, the pages show it as text."""

import re
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.site_rows import HOSTILE
from web.links import web_link

HOSTILE_QUERIES = ["<script>alert(1)</script>", "\"'><img src=x onerror=alert(2)>", "{{ 7 * 7 }}", "&lt;b&gt;"]


def addresses(client: FlaskClient) -> list[str]:
    hit = client.get("/api/v1/quotes?q=typed").get_json()["results"][0]
    return ["/search?q=typed", hit["url"], "/articles/hostile", "/search?speaker=" + hit["speaker"]["id"]]


def test_a_hostile_article_is_only_text(client: FlaskClient) -> None:
    for address in addresses(client):
        html = client.get(address).text
        assert "<script>" not in html
        assert "<img" not in html
        assert "&lt;img" in html


def test_its_words_are_shown_all_the_same(client: FlaskClient) -> None:
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in client.get("/articles/hostile").text


def test_a_script_is_no_address(client: FlaskClient) -> None:
    for address in addresses(client):
        assert not re.search(r'(href|src|action)="\s*javascript:', client.get(address).text, re.IGNORECASE)


@pytest.mark.parametrize("query", HOSTILE_QUERIES)
@pytest.mark.parametrize("path", ["/search?q=", "/search?speaker=", "/search?nope=", "/search?limit=", "/nowhere/"])
def test_a_hostile_address_is_only_text(client: FlaskClient, path: str, query: str) -> None:
    html = client.get(path + quote(query)).text
    assert "<script>" not in html
    assert "<img" not in html
    assert "49" not in re.sub(r"v=[0-9a-f]{12}|[0-9]{8}T[0-9]{12}Z-[0-9a-f]{8}", "", html)


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://gull.example/a?b=c", "https://gull.example/a?b=c"),
        (" http://gull.example/ ", "http://gull.example/"),
        ("HTTPS://gull.example/", "HTTPS://gull.example/"),
        ("javascript:alert(1)", None),
        (" javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("data:text/html,<b>", None),
        ("//gull.example/a", None),
        ("/a", None),
        ("https:", None),
        ("http://[broken", None),
        ("", None),
        (None, None),
    ],
)
def test_only_web_addresses_become_links(url: str | None, link: str | None) -> None:
    assert web_link(url) == link


@given(st.text(max_size=40))
@settings(deadline=None, derandomize=True, max_examples=80)
def test_no_typed_text_breaks_the_page(site: Flask, text: str) -> None:
    response = site.test_client().get("/search", query_string={"q": text.encode("utf-8", "surrogatepass")})
    assert response.status_code == 200
    assert "<script>" not in response.text


def test_hostile_names_survive_their_own_links(client: FlaskClient) -> None:
    page = client.get("/api/v1/quotes?q=typed").get_json()
    (item,) = page["facets"]["source"]["items"]
    assert item["value"] == HOSTILE
    assert client.get(item["url"]).get_json()["total"] == 1
