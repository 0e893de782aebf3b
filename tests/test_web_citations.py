"""Citations by HTTP, and searches as of one build."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from index.records import Rival
from index.settings import Settings
from search.citing import FORMS
from tests.entries import BUILD, a_build, an_entry
from web import create_app

Site = Callable[..., FlaskClient]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Site]:
    """Serves the test's data folder under an address."""
    apps = []

    def serve(url: str = "") -> FlaskClient:
        app = create_app(Settings(data=tmp_path, url=url))
        apps.append(app)
        return app.test_client()

    yield serve
    for app in apps:
        app.extensions["saywho.library"].close()


def quotation(client: FlaskClient, asked: str) -> str:
    return str(client.get(f"/api/v1/quotes?{asked}").get_json()["results"][0]["id"])


@pytest.mark.parametrize("ending", FORMS)
def test_a_quotation_in_each_form(client: FlaskClient, ending: str) -> None:
    path = f"/quotes/{quotation(client, 'q=%22and+it+moved%22&source=Gull')}"
    answer = client.get(f"{path}.{ending}")
    assert (answer.status_code, answer.mimetype) == (200, FORMS[ending][1])
    said = json.dumps(answer.get_json(force=True), ensure_ascii=False) if ending == "csl.json" else answer.text
    for part in ("Ada Brook", "Bridge to close in May", "Gull", "Ames", f"http://localhost{path}", "build 2"):
        assert part in said
    assert client.head(f"{path}.{ending}").status_code == 200
    etag = answer.headers["ETag"]
    assert client.get(f"{path}.{ending}", headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("ending", FORMS)
def test_a_quotation_that_is_not_there(client: FlaskClient, ending: str) -> None:
    answer = client.get(f"/quotes/0000.{ending}")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert client.get(f"/quotes/0000.{ending}?x=1").status_code == 400


def test_a_bibliography_has_every_match(client: FlaskClient) -> None:
    total = client.get("/api/v1/quotes?q=it").get_json()["total"]
    items = client.get("/search.csl.json?q=it").get_json(force=True)
    bib = client.get("/search.bib?q=it").text
    assert len(items) == total == bib.count("\n}\n")
    keys = re.findall(r"^@\w+\{(.*),$", bib, re.MULTILINE)
    assert keys == [item["id"] for item in items]
    assert len(set(keys)) == total
    (mine,) = [item for item in items if item["custom"]["quotation"].startswith("“We measured") and "author" in item]
    assert mine["author"] == [{"family": "Ames", "given": "Noor"}]


@pytest.mark.parametrize(
    ("url", "host", "begins"),
    [
        ("https://quotes.example", "evil.example", "https://quotes.example/quotes/"),
        ("https://quotes.example", "localhost:8000", "https://quotes.example/quotes/"),
        ("", "localhost:8000", "http://localhost:8000/quotes/"),
        ("", "127.0.0.1:8000", "http://127.0.0.1:8000/quotes/"),
        ("", "[::1]:8000", "http://[::1]:8000/quotes/"),
        ("", "evil.example", "/quotes/"),
        ("", "localhost.evil.example", "/quotes/"),
        ("", "localhost@evil.example", "/quotes/"),
        ("", "127.0.0.1:8000/x", "/quotes/"),
    ],
)
def test_only_a_known_host_stands_in_a_permalink(
    tmp_path: Path, served: Site, url: str, host: str, begins: str
) -> None:
    a_build(tmp_path, [an_entry(1)])
    client = served(url)
    answer = client.get("/quotes/0000000000000001.csl.json", headers={"Host": host})
    if answer.status_code == 400:  # Werkzeug itself refuses it
        return
    (item,) = answer.get_json(force=True)
    assert item["archive_location"] == f"{begins}0000000000000001"
    assert "evil" not in client.get("/quotes/0000000000000001", headers={"Host": host}).text


def test_a_disputed_speaker_is_cited_as_such(tmp_path: Path, served: Site) -> None:
    a_build(
        tmp_path,
        [an_entry(1, speaker="Ada Brook", status="disputed", rivals=(Rival(name="Bo Li", id="bo-li", articles=1),))],
    )
    text = served().get("/quotes/0000000000000001.txt").text
    assert "— Ada Brook (disputed: Ada Brook or Bo Li), in Gull" in text


# A search as of one build.


def shown(answer_text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer_text).split())


def test_a_citation_gives_the_same_answer_while_its_build_is_kept(tmp_path: Path, served: Site) -> None:
    a_build(tmp_path, [an_entry(1), an_entry(2)], number=1)
    client = served()
    cited = client.get("/api/v1/quotes?q=rain&limit=1").get_json()["links"]["citation"]
    assert cited == f"/search?q=rain&build={BUILD.format(1)}&found=2"
    assert "still the published one" in shown(client.get(cited).text)
    a_build(tmp_path, [an_entry(number) for number in range(1, 6)], number=2)
    told = shown(client.get(cited).text)
    assert "2 quotations" in told
    assert "2 results then, 5 in what is published now" in told
    page = client.get(f"/api/v1/quotes?q=rain&limit=1&build={BUILD.format(1)}").get_json()
    assert (page["total"], page["build"]["id"]) == (2, BUILD.format(1))
    again = client.get(page["links"]["next"]).get_json()  # its pages keep to it too
    assert (again["total"], again["build"]["id"]) == (2, BUILD.format(1))
    assert page["links"]["csv"].endswith(f"build={BUILD.format(1)}")
    assert client.get("/api/v1/quotes?q=rain").get_json()["total"] == 5


def test_a_citation_of_a_removed_build_says_what_changed(tmp_path: Path, served: Site) -> None:
    a_build(tmp_path, [an_entry(1)], number=1)
    client = served()
    cited = client.get("/api/v1/quotes?q=rain").get_json()["links"]["citation"]
    a_build(tmp_path, [an_entry(1), an_entry(2)], number=2)
    shutil.rmtree(tmp_path / "builds" / BUILD.format(1))
    answer = client.get(cited)
    assert answer.status_code == 410
    told = shown(answer.text)
    assert "it found 1 result then" in told
    assert f"(build {BUILD.format(2)}) has 2 results" in told
    assert 'href="/search?q=rain"' in answer.text
    machine = client.get(cited.replace("/search", "/api/v1/quotes"))
    assert (machine.status_code, machine.mimetype) == (410, "application/problem+json")
    assert "It found 1 then" in machine.get_json(force=True)["detail"]
    assert "finds 2: /api/v1/quotes?q=rain" in machine.get_json(force=True)["detail"]
    assert client.get(cited.replace("/search", "/search.csv").partition("&found")[0]).status_code == 410


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ("build=../../etc", "build"),
        ("build=20261399T000000000000Z-00000001", "build"),
        (f"build={BUILD.format(9)}&found=many", "found"),
        (f"build={BUILD.format(9)}&found=-1", "found"),
    ],
)
def test_a_bad_citation_is_named(client: FlaskClient, asked: str, parameter: str) -> None:
    answer = client.get(f"/api/v1/quotes?{asked}")
    assert answer.status_code == 400
    assert answer.get_json(force=True)["errors"][0]["parameter"] == parameter


def test_a_searchs_citation_names_query_filters_count_and_build(client: FlaskClient) -> None:
    html = client.get("/search?q=it&speaker=ada-brook&date_from=2020&date_to=2020").text
    told = shown(html)
    assert "saywho, search for it; speaker ada-brook; 2020:" in told
    assert re.search(
        r"\d+ quotations in build \d{8}T\d{12}Z-[0-9a-f]{8} of \d+ \w+ \d{4}\. http://localhost/search\?q=it", told
    )
