"""What the documents say is so."""

import re
import shlex
import shutil
import threading
from pathlib import Path

import pytest
from werkzeug.serving import make_server

import saywho
from index.settings import Settings
from search.exporting import NAMES
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
BLOCKS = "\n".join(text for language, text in BLOCK.findall(README) if not language)
COMMANDS = [line.split("  #")[0].strip() for line in BLOCKS.splitlines() if line.startswith("saywho ")]


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`saywho ([a-z]+)", README))))
def test_documented_commands_exist(name: str) -> None:
    assert name in saywho.COMMANDS


def test_every_command_is_documented() -> None:
    table = re.findall(r"^\| `saywho .*", README, re.MULTILINE)
    assert {
        name for name in saywho.COMMANDS if not any(re.search(rf"`(saywho )?{name}\b", row) for row in table)
    } == set()


@pytest.mark.parametrize("line", COMMANDS)
def test_documented_options_exist(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = shlex.split(line)[1:]
    assert saywho.run([words[0], "--help"]) == 0
    told = capsys.readouterr().out
    for option in (word for word in words if word.startswith("--")):
        assert option in told


def test_every_column_of_an_export_is_documented() -> None:
    text = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]*`) \|", text, re.MULTILINE)
    assert [name for row in rows for name in re.findall(r"`(\w+)`", row)] == list(NAMES)


@pytest.mark.parametrize("line", [line for line in COMMANDS if "saywho-data/demo" in line])
def test_examples_on_the_sample_find_something(line: str, demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # `verify` ends with 5 where the words are not verbatim.
    assert saywho.run(shlex.split(line.replace("saywho-data/demo", str(demo)))[1:]) == (5 if " verify " in line else 0)
    assert re.match(r"\d+ quotations? by|{\"query\"|{\s+\"query\"|ALTERED", capsys.readouterr().out)


def test_the_example_of_the_endpoint_finds_something(demo: Path) -> None:
    from web import create_app

    (path,) = re.findall(r"^curl 'http://127.0.0.1:8000(.*)'", BLOCKS, re.MULTILINE)
    app = create_app(Settings(data=demo))
    answer = app.test_client().get(path)
    assert answer.status_code == 200
    assert answer.get_json()["total"] > 0


@pytest.mark.parametrize(
    "name",
    sorted(
        set(
            re.findall(
                r"`((?:index|search|web|scripts|tests)/[\w./]*|saywho\.py)`",
                (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"),
            )
        )
    ),
)
def test_documented_files_exist(name: str) -> None:
    assert (ROOT / name).exists()


TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
LINES = [line for language, text in BLOCK.findall(TUTORIAL) if not language for line in text.splitlines()]


@pytest.mark.parametrize(
    "document", [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"], ids=lambda one: one.name
)
def test_what_a_document_leads_to_is_there(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_the_tutorials_commands_do_what_they_should(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(demo, tmp_path / "data")
    monkeypatch.setenv("SAYWHO_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    commands = [shlex.split(line)[1:] for line in LINES if line.startswith("saywho ") and "my-data" not in line]
    assert len(commands) >= 6
    codes = {" ".join(command): saywho.run(command) for command in commands}
    expected = {line: 5 if line.startswith("verify") else 0 for line in codes}
    assert codes == expected
    told = capsys.readouterr().out
    assert "[-bad-] {+good+}" in told
    assert "Amara Dunstan" in told


def test_the_tutorials_python_reads_every_page(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from web import create_app

    (code,) = (text for language, text in BLOCK.findall(TUTORIAL) if language == "python")
    app = create_app(Settings(data=demo))
    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        exec(code.replace(":8000", f":{server.server_port}"), {})
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["saywho.library"].close()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 20
    assert all(line.count(" | ") == 2 for line in lines)
