"""What the documents say is so."""

import re
import shlex
from pathlib import Path

import pytest

import saywho
from index.settings import Settings
from search.exporting import NAMES
from tests.conftest import ROOT
from web.commands import build_demo

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = "\n".join(re.findall(r"```\n(.*?)```", README, re.DOTALL))
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


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    build_demo(Settings(data=folder))
    return folder


@pytest.mark.parametrize("line", [line for line in COMMANDS if "saywho-data/demo" in line])
def test_examples_on_the_sample_find_something(line: str, demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert saywho.run(shlex.split(line.replace("saywho-data/demo", str(demo)))[1:]) == 0
    assert re.match(r"\d+ quotations? by", capsys.readouterr().out)


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
