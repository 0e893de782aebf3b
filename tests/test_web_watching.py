"""Ids of requests, and what the log says of each."""

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from index import logs
from index.errors import UsageError
from index.settings import Settings, load_settings
from search.whoosh_engine import WhooshEngine
from tests.conftest import ReadingClient
from tests.making import a_collection
from tests.site_rows import rows
from web import create_app

API = "/api/v1/quotes?q=secret+words"
KEYS = {"time", "level", "message", "request", "method", "route", "status", "ms", "bytes", "build"}


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_collection(tmp_path_factory.mktemp("watching"), rows())[0].data


def asked(folder: Path, **settings: Any) -> FlaskClient:
    app = create_app(Settings(data=folder, **settings))
    app.test_client_class = ReadingClient
    return app.test_client()


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.mark.parametrize("given", ["a", "7f3c-1.2_x:9", "A" * 64])
def test_a_well_formed_id_is_taken_over(client: FlaskClient, given: str) -> None:
    assert client.get("/healthz", headers={"X-Request-Id": given}).headers["X-Request-Id"] == given


@pytest.mark.parametrize("given", ["", "A" * 65, "a b", "a\tb", "<b>", '"', "a\x85b", "é", "-a", "a,b", "{}"])
def test_another_is_made_anew(client: FlaskClient, given: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-Id": given.encode().decode("latin-1")})
    assert re.fullmatch("[0-9a-f]{16}", answer.headers["X-Request-Id"])


def test_each_request_has_one_of_its_own(client: FlaskClient) -> None:
    assert len({client.get("/healthz").headers["X-Request-Id"] for _ in range(50)}) == 50


@pytest.mark.parametrize("path", ["/", "/static/site.css", "/static/icon.svg", "/search.csv", "/nowhere", "/readyz"])
def test_every_answer_has_it_once(client: FlaskClient, path: str) -> None:
    assert len(client.get(path, buffered=True).headers.getlist("X-Request-Id")) == 1


def test_problems_name_it(client: FlaskClient) -> None:
    answer = client.get("/api/v1/quotes?x=1", headers={"X-Request-Id": "mine"})
    assert (answer.get_json()["request_id"], answer.headers["X-Request-Id"]) == ("mine", "mine")
    assert "X-Request-Id" in answer.headers["Access-Control-Expose-Headers"]


def test_a_line_of_json_for_each_answer(collection: Path, capsys: pytest.CaptureFixture[str]) -> None:
    client = asked(collection, log_format="json")
    answer = client.get(API, headers={"X-Request-Id": "one"})
    client.get("/nowhere")
    client.post("/verify", data={"text": "secret words"})
    first, second, third = told(capsys)
    assert set(first) == KEYS
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first["time"])
    assert (first["request"], first["method"], first["route"], first["status"]) == ("one", "GET", "/api/v1/quotes", 200)
    assert (first["bytes"], first["level"], first["ms"] > 0) == (len(answer.data), "info", True)
    assert first["build"] == client.get("/api/v1/stats").get_json()["build"]["id"]
    assert (second["route"], second["status"], third["method"]) == ("none", 404, "POST")


def test_what_was_asked_is_private(collection: Path, capsys: pytest.CaptureFixture[str]) -> None:
    client = asked(collection, log_format="json")
    for path in (API, "/search?q=secret", "/verify?text=secret", "/secret", "/quotes/secret", "/search.csv?q=secret"):
        client.get(path, headers={"Referer": "secret", "User-Agent": "secret", "Cookie": "secret=1"}, buffered=True)
    client.post("/verify", data={"text": "secret"})
    client.open("/", method="SECRET")
    assert "secret" not in capsys.readouterr().err.casefold()


def test_unless_it_is_switched_on(collection: Path, capsys: pytest.CaptureFixture[str]) -> None:
    client = asked(collection, log_format="json", log_queries=True)
    client.get(API)
    client.post("/verify", data={"text": "private words " * 200})
    asked_for, posted = told(capsys)
    assert (asked_for["path"], asked_for["query"]) == ("/api/v1/quotes", "q=secret+words")
    assert "private" not in str(posted)


def test_as_text_only_failures_are_told(collection: Path, capsys: pytest.CaptureFixture[str]) -> None:
    client = asked(collection)
    client.get(API)
    client.get("/nowhere")
    assert capsys.readouterr().err == ""


def _break(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("broken on purpose")

    monkeypatch.setattr(WhooshEngine, "search", fail)


def test_a_failure_is_told_with_its_traceback_under_the_same_id(
    collection: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = asked(collection)
    _break(monkeypatch)
    answer = client.get(API, headers={"X-Request-Id": "two"})
    assert answer.get_json()["request_id"] == "two"
    assert "broken on purpose" not in answer.text
    failure = json.loads(logs.JsonLines().format(caplog.records[-1]))
    assert (failure["request"], failure["level"], failure["route"]) == ("two", "error", "/api/v1/quotes")
    assert failure["traceback"].endswith("ValueError: broken on purpose")
    assert "Traceback" in failure["traceback"]
    assert 'class="quiet">Request three' in client.get("/search?q=a", headers={"X-Request-Id": "three"}).text


def test_a_stream_that_breaks_off_is_told(
    collection: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> Any:
        yield b"id,text\r\n"
        raise ValueError("in the middle")

    monkeypatch.setattr("web.exports.csv_pieces", broken)
    client = asked(collection)
    # The routes hold what the module held when they were made.
    with pytest.raises(ValueError, match="in the middle"):
        client.get("/search.csv", headers={"X-Request-Id": "four"}, buffered=True)
    record = next(one for one in caplog.records if "broke off" in one.message)
    assert getattr(record, logs.ABOUT) == {"request": "four"}
    assert record.exc_info is not None


def test_a_broken_line_is_still_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.write({"message": "half a \ud800 pair\nand a line"})
    (line,) = told(capsys)
    assert line["message"] == "half a \ud800 pair\nand a line"


def test_records_as_text_end_with_the_id() -> None:
    record = logging.LogRecord("web", logging.ERROR, "", 1, "it broke", None, None)
    record.about = {"request": "five"}
    assert logs.TextLines().format(record) == "saywho: it broke [request five]"
    assert logs.TextLines().format(logging.makeLogRecord({"msg": "plain"})) == "saywho: plain"


@pytest.mark.parametrize(
    ("variable", "value", "kept"),
    [("LOG_FORMAT", "json", "json"), ("LOG_QUERIES", "yes", True), ("LOG_QUERIES", "0", False), ("GRACE", "5", 5)],
)
def test_settings_are_read(tmp_path: Path, variable: str, value: str, kept: object) -> None:
    settings = load_settings({"SAYWHO_DATA": str(tmp_path), f"SAYWHO_{variable}": value})
    assert getattr(settings, variable.lower()) == kept


@pytest.mark.parametrize(("variable", "value"), [("LOG_FORMAT", "xml"), ("LOG_QUERIES", "maybe"), ("GRACE", "soon")])
def test_wrong_settings_are_named(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(UsageError, match=f"SAYWHO_{variable} is '{value}'"):
        load_settings({"SAYWHO_DATA": str(tmp_path), f"SAYWHO_{variable}": value})
