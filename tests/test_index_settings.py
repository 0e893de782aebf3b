"""Flags, then variables, then saywho.toml."""

from pathlib import Path

import pytest

from index.errors import UsageError
from index.settings import load_settings


def test_defaults() -> None:
    settings = load_settings({})
    assert (settings.data, settings.host, settings.port, settings.workers) == (
        Path("saywho-data"),
        "127.0.0.1",
        8000,
        1,
    )
    assert settings.archive == Path("saywho-data/archive.sqlite")


@pytest.mark.parametrize(
    ("flag", "variable", "toml", "port"),
    [(1, "2", "port = 3", 1), (None, "2", "port = 3", 2), (None, None, "port = 3", 3), (None, None, "", 8000)],
)
def test_the_nearest_word_wins(tmp_path: Path, flag: int | None, variable: str | None, toml: str, port: int) -> None:
    (tmp_path / "saywho.toml").write_text(toml)
    environ = {"SAYWHO_DATA": str(tmp_path)} | ({"SAYWHO_PORT": variable} if variable else {})
    assert load_settings(environ, port=flag).port == port


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("port = ", r"saywho\.toml: is not valid TOML"),
        ("prot = 1", r"saywho\.toml: there is no setting 'prot'; there are: host, port, workers"),
        ("port = 'many'", r"saywho\.toml: port is 'many'; it takes a whole number"),
        ("port = 70000", r"saywho\.toml: port is '70000'"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(tmp_path: Path, toml: str, message: str) -> None:
    (tmp_path / "saywho.toml").write_text(toml)
    with pytest.raises(UsageError, match=message):
        load_settings({}, data=tmp_path)


def test_a_wrong_variable_is_named() -> None:
    with pytest.raises(UsageError, match="SAYWHO_PORT is 'x'"):
        load_settings({"SAYWHO_PORT": "x"})
