"""/sitemap.xml, /opensearch.xml and /robots.txt."""

import re
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient

from index.article_store import ArticleStore, go_on, write_articles
from index.settings import Settings
from tests.entries import a_build, an_entry
from tests.making import an_article
from web import create_app, sitemap

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def locations(client: FlaskClient, path: str) -> list[str]:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/xml")
    return [one.text or "" for one in ElementTree.fromstring(answer.data).iter(f"{MAP}loc")]


def test_every_quotation_and_article_is_in_it(client: FlaskClient) -> None:
    files = locations(client, "/sitemap.xml")
    assert files == ["http://localhost/sitemap-quotations-1.xml", "http://localhost/sitemap-articles-1.xml"]
    quotations, articles = (locations(client, urlsplit(file).path) for file in files)
    every = client.get("/api/v1/quotes").get_json()["results"]
    assert sorted(quotations) == sorted("http://localhost" + hit["url"] for hit in every)
    assert len(articles) == 5
    assert "http://localhost/articles/gull/2020/bridge" in articles
    for address in quotations + articles:
        assert client.get(urlsplit(address).path).status_code == 200


def test_long_ones_are_cut_into_pages(tmp_path: Path) -> None:
    articles = [an_article(f"a{number}") for number in range(1, 6)]
    a_build(tmp_path, [an_entry(number) for number in range(1, 6)], articles)
    app = create_app(Settings(data=tmp_path))
    small = Flask("small")
    small.register_blueprint(sitemap.blueprint(app.extensions["saywho.library"], page=2))
    small.config.update(app.config)
    client = small.test_client()
    files = [urlsplit(file).path for file in locations(client, "/sitemap.xml")]
    assert files == [f"/sitemap-{kind}-{page}.xml" for kind in ("quotations", "articles") for page in (1, 2, 3)]
    pages = [locations(client, file) for file in files]
    assert [len(page) for page in pages] == [2, 2, 1] * 2
    assert len({address for page in pages for address in page}) == 10


@pytest.mark.parametrize("page", ["quotations-0", "quotations-2", "articles-2", "speakers-1", "quotations-x"])
def test_there_are_no_other_pages(client: FlaskClient, page: str) -> None:
    assert client.get(f"/sitemap-{page}.xml").status_code == 404


def test_without_an_address_of_its_own_there_is_none(tmp_path: Path) -> None:
    a_build(tmp_path, [an_entry()])
    client = create_app(Settings(data=tmp_path, host="0.0.0.0")).test_client()
    unknown = {"Host": "192.0.2.8"}
    answer = client.get("/sitemap.xml", headers=unknown)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert "SAYWHO_URL" in answer.text
    assert "Sitemap" not in client.get("/robots.txt", headers=unknown).text


def test_robots_are_told_of_it(client: FlaskClient) -> None:
    assert "\nSitemap: http://localhost/sitemap.xml\n" in client.get("/robots.txt").text


def test_ids_come_in_order_from_all_files_of_a_store(tmp_path: Path) -> None:
    first, second = tmp_path / "1.sqlite", tmp_path / "2.sqlite"
    ids = [f"a{number:04}" for number in range(2500)]
    write_articles(first, map(an_article, ids))
    assert go_on(second, first, changed=["a0007", "b"], removed=["a0001", "a2499"], find=an_article)
    store = ArticleStore(second)
    assert list(store.in_order()) == sorted(store.ids()) == sorted({*ids, "b"} - {"a0001", "a2499"})
    store.close()


def test_browsers_learn_how_to_search(client: FlaskClient) -> None:
    page = client.get("/").text
    (path,) = re.findall(r'<link rel="search" type="application/opensearchdescription\+xml"[^>]* href="([^"]+)"', page)
    answer = client.get(path)
    assert answer.mimetype == "application/opensearchdescription+xml"
    root = ElementTree.fromstring(answer.data)
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    assert (root.findtext(f"{space}ShortName") or "")[:16] == "saywho"
    found = {one.get("type"): one.get("template") or "" for one in root.iter(f"{space}Url")}
    assert found["text/html"] == "http://localhost/search?q={searchTerms}"
    for kind, template in found.items():
        result = client.get(urlsplit(template.replace("{searchTerms}", "bridge")).path, query_string="q=bridge")
        assert (result.status_code, result.mimetype) == (200, kind)
