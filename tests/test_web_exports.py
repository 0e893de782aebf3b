"""Every match of a search by HTTP: streamed, complete, and let go where nobody reads on."""

import csv
import gzip
import http.client
import io
import json
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from index.settings import Settings
from tests.entries import BUILD, a_build, an_entry
from web import create_app
from web.exports import AT_ONCE

FORMS = ["/search.csv", "/search.jsonl", "/search.bib", "/search.csl.json"]
MANY = 15_000


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A site of many quotations."""
    folder = tmp_path_factory.mktemp("many")
    a_build(folder, [an_entry(number, f"Rain {number} is news " * 35, speaker="Ada Brook") for number in range(MANY)])
    app = create_app(Settings(data=folder))
    yield app
    app.extensions["saywho.library"].close()


def test_csv_has_every_match_of_the_page(client: FlaskClient) -> None:
    asked = "q=it&speaker=ada-brook&date_from=2020&sort=oldest"
    answer = client.get(f"/search.csv?{asked}")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="saywho-it-')
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"), newline="")))
    page = client.get(f"/api/v1/quotes?{asked}").get_json()
    assert [row["id"] for row in rows] == [hit["id"] for hit in page["results"]]
    assert [row["text"] for row in rows] == [hit["text"] for hit in page["results"]]
    assert {row["speaker"] for row in rows} == {"Ada Brook"}


def test_json_lines_have_every_match(client: FlaskClient) -> None:
    answer = client.get("/search.jsonl")
    assert answer.mimetype == "application/jsonl"
    assert len([json.loads(line) for line in answer.text.splitlines()]) == 10


def test_the_links_of_an_answer_lead_to_its_other_forms(client: FlaskClient) -> None:
    page = client.get("/api/v1/quotes?q=it&source=Tern&sort=oldest&limit=1&facets=kind").get_json()
    links = page["links"]
    assert links["csv"] == "/search.csv?q=it&source=Tern&sort=oldest"
    assert links["atom"] == "/search.atom?q=it&source=Tern"
    for name in ("csv", "jsonl", "atom", "bib", "csl_json", "citation"):
        assert client.get(links[name]).status_code == 200
    assert len(client.get(links["jsonl"]).text.splitlines()) == page["total"] > 1
    assert len(client.get(links["csl_json"]).get_json()) == page["total"]


@pytest.mark.parametrize("path", FORMS)
def test_what_is_found_by_nothing_is_empty_and_well_formed(client: FlaskClient, path: str) -> None:
    answer = client.get(f"{path}?q=zebra")
    assert answer.status_code == 200
    if path.endswith(".csl.json"):
        assert answer.get_json() == []
    else:
        assert len(answer.get_data().splitlines()) == (1 if path.endswith(".csv") else 0)


@pytest.mark.parametrize("path", FORMS)
def test_who_has_it_already_is_told_so(client: FlaskClient, path: str) -> None:
    etag = client.get(path).headers["ETag"]
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert client.get(f"{path}?q=it", headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("path", [*FORMS, "/search.atom"])
@pytest.mark.parametrize("asked", ["limt=3", "status=lost", "facets=kind"])
def test_a_bad_parameter_is_named(client: FlaskClient, path: str, asked: str) -> None:
    answer = client.get(f"{path}?{asked}")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert answer.get_json(force=True)["errors"][0]["parameter"] == asked.partition("=")[0]


@pytest.mark.parametrize("path", [*FORMS, "/search.atom"])
def test_nothing_published_is_a_503(empty_client: FlaskClient, path: str) -> None:
    answer = empty_client.get(path)
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert answer.headers["Retry-After"]


@pytest.mark.parametrize("path", FORMS)
def test_head_costs_no_reading(many: Flask, path: str) -> None:
    for _ in range(AT_ONCE + 2):
        answer = many.test_client().head(path)
        assert (answer.status_code, answer.get_data()) == (200, b"")
        assert answer.headers["ETag"]
        assert "Content-Length" not in answer.headers


def test_who_takes_gzip_gets_it(client: FlaskClient) -> None:
    plain = client.get("/search.csv")
    packed = client.get("/search.csv", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.get_data()) == plain.get_data()
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert packed.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("path", ["/search.csv", "/search.jsonl"])
def test_an_answer_is_written_as_it_is_read(many: Flask, path: str, encoding: str) -> None:
    client = many.test_client()
    client.get(f"{path}?q=zebra", headers={"Accept-Encoding": encoding}, buffered=True)  # what is made once is made
    tracemalloc.start()
    try:
        answer = client.get(path, headers={"Accept-Encoding": encoding}, buffered=False)
        packed = zlib.decompressobj(31)
        length = 0
        for piece in answer.iter_encoded():
            length += len(packed.decompress(piece) if encoding == "gzip" else piece)
        peak = tracemalloc.get_traced_memory()[1]
        answer.close()
    finally:
        tracemalloc.stop()
    assert length > 10_000_000
    assert peak < 5_000_000


def test_streams_that_are_left_are_let_go(many: Flask) -> None:
    for _ in range(3):
        answers = [many.test_client().get("/search.jsonl", buffered=False) for _ in range(AT_ONCE)]
        for answer in answers:
            assert next(answer.iter_encoded())
        busy = many.test_client().get("/search.csv")
        assert (busy.status_code, busy.mimetype) == (503, "application/problem+json")
        assert busy.headers["Retry-After"]
        assert many.test_client().get("/search?q=rain").status_code == 200
        for answer in answers:
            answer.close()


def test_a_client_that_goes_away_frees_its_place(many: Flask) -> None:
    server = make_server("127.0.0.1", 0, many, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        for _ in range(AT_ONCE + 1):
            connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=30)
            connection.request("GET", "/search.jsonl")
            connection.getresponse().read(10)
            connection.close()
        deadline = time.monotonic() + 20
        while many.test_client().get("/search.csv").status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_an_export_goes_on_in_its_build(tmp_path: Path) -> None:
    a_build(tmp_path, [an_entry(number) for number in range(MANY)], number=1)
    app = create_app(Settings(data=tmp_path))
    answer = app.test_client().get("/search.jsonl", buffered=False)
    pieces = answer.iter_encoded()
    got = next(pieces)
    a_build(tmp_path, [an_entry(1)], number=2)
    assert len(app.test_client().get("/search.jsonl").text.splitlines()) == 1
    got += b"".join(pieces)
    assert len(got.splitlines()) == MANY
    answer.close()
    kept = app.test_client().get(f"/search.jsonl?build={BUILD.format(1)}")
    assert len(kept.text.splitlines()) == MANY
    app.extensions["saywho.library"].close()
