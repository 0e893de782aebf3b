"""`saywho verify`."""

import io
import json
from pathlib import Path

import pytest

import saywho
from index.settings import Settings
from tests.making import a_collection
from tests.verify_rows import GULLS, WATER, rows
from web import create_app


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verify")
    a_collection(folder, rows())
    return folder


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ([WATER, "--speaker", "Oyelaran"], 0, "VERBATIM"),
        ([f"Ivo Marsh said: {GULLS}"], 5, "SAID BY SOMEONE ELSE"),
        (
            ["The pigeons of Port Ellery have better manners than its council"],
            5,
            "“The [-pigeons-] {+gulls+} of Port Ellery",
        ),
        (["nobody ever said a thing like this one"], 5, "NOT FOUND"),
        (["…"], 2, "no words in this text"),
    ],
)
def test_verdict_and_exit_code(
    data: Path, arguments: list[str], code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert saywho.run(["verify", "--data", str(data), *arguments]) == code
    assert told in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["  "], ["a" * 30_000]])
def test_wrong_usage(data: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert saywho.run(["verify", "--data", str(data), *arguments]) == 2
    assert capsys.readouterr().err


def test_standard_input(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{GULLS} said Ada Brook.\n\n{WATER} said Ivo Marsh."))
    assert saywho.run(["verify", "--data", str(data), "-"]) == 5
    out = capsys.readouterr().out
    assert out.index("VERBATIM") < out.index("SAID BY SOMEONE ELSE")


def test_json_is_the_endpoints(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert saywho.run(["verify", "--data", str(data), "--json", GULLS]) == 0
    printed = json.loads(capsys.readouterr().out)
    answer = (
        create_app(Settings(data=data)).test_client().get("/api/v1/verify", query_string={"text": GULLS}).get_json()
    )
    assert printed["checks"] == answer["checks"]
    assert printed.keys() == answer.keys()


def test_control_characters_do_not_reach_the_terminal(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saywho.run(["verify", "--data", str(data), "“four words \x1b[31m and more”"])
    assert "\x1b" not in capsys.readouterr().out
