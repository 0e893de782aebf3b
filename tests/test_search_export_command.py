"""`saywho export`: whole files, streams that close, and what may go wrong on the way."""

import builtins
import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import saywho
from search import export_command
from tests.conftest import ROOT
from tests.entries import a_build, an_entry

ENTRIES = [
    an_entry(number, f"Rain {number} is news", speaker="Ada Brook" if number % 2 else None, date="2020-01-01")
    for number in range(600)
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    a_build(folder, ENTRIES)
    return folder


def run(data: Path, *arguments: object) -> int:
    return saywho.run(["export", *map(str, arguments), "--data", str(data)])


def test_json_lines_go_to_standard_output(data: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(data, "rain", "--speaker", "Ada Brook", "--sort", "oldest") == 0
    lines = capfdbinary.readouterr().out.splitlines()
    assert len(lines) == 300
    assert {json.loads(line)["speaker"] for line in lines} == {"Ada Brook"}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("name", ["all.csv", "all.jsonl", "all.parquet", "all.txt"])
def test_the_form_is_taken_from_the_files_name(data: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    assert run(data, "-o", path) == 0
    assert names(tmp_path) == [name]  # nothing beside it
    if name.endswith("csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            assert len(list(csv.DictReader(file))) == 600
    elif name.endswith("parquet"):
        import pyarrow.parquet

        assert pyarrow.parquet.read_table(path).num_rows == 600
    else:
        assert len(path.read_text().splitlines()) == 600


def test_nothing_found_is_a_file_without_rows(data: Path, tmp_path: Path) -> None:
    assert run(data, "zebra", "-o", tmp_path / "x.jsonl") == 0
    assert (tmp_path / "x.jsonl").read_bytes() == b""


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--format", "xml"], 2, "--format is 'xml'; it takes jsonl, csv, parquet"),
        (["--format", "parquet"], 2, "add -o FILE"),
        (["-o", "/nowhere/x.csv"], 1, "/nowhere/x.csv: cannot be written (No such file or directory)"),
        (["-o", "/dev/full"], 1, "/dev/full: cannot be written (No space left on device)"),
        (["tax", "-obama"], 2, "the QUERY in quotes"),
        (["--nothing"], 2, "No such option"),
        (["--status", "lost"], 2, "status: 'lost' is not known"),
    ],
)
def test_what_cannot_be_is_said(
    data: Path, arguments: list[str], code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if "parquet" in arguments:
        pytest.importorskip("pyarrow")
    assert run(data, *arguments) == code
    assert told in capsys.readouterr().err
    assert not Path("bama").exists()


def test_a_missing_pyarrow_is_named_with_its_remedy(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("pyarrow"):
            raise ImportError("No module named 'pyarrow'")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    assert run(data, "-o", tmp_path / "x.parquet") == 1
    assert "pip install 'saywho[parquet]'" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_file_that_was_there_stands_until_the_new_one_is_whole(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.csv"
    path.write_text("earlier")

    def stopped(entries: Any) -> Any:
        yield b"half"
        raise KeyboardInterrupt

    monkeypatch.setitem(export_command._PIECES, "csv", stopped)
    assert run(data, "-o", path) == 130
    assert path.read_text() == "earlier"
    assert names(tmp_path) == ["x.csv"]
    assert "as it was before" in capsys.readouterr().err


def test_a_link_is_followed_and_a_device_is_not_replaced(data: Path, tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    assert run(data, "-o", tmp_path / "link.csv") == 0
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").is_file()
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    with (tmp_path / "copy").open("wb") as copy, subprocess.Popen(["cat", str(pipe)], stdout=copy) as reader:
        assert run(data, "-o", pipe) == 0
        assert reader.wait(30) == 0
    assert len((tmp_path / "copy").read_bytes().splitlines()) == 600
    assert pipe.is_fifo()


def command(data: Path, *arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "saywho.py"), "export", "--data", str(data), *arguments]


def test_a_pipe_that_closes_is_no_failure(data: Path) -> None:
    process = subprocess.Popen(command(data), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    told = process.stderr.read()
    process.stderr.close()
    assert (process.wait(30), told) == (0, b"")


def test_a_full_disk_behind_standard_output_is_said(data: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command(data), stdout=full, stderr=subprocess.PIPE, check=False, timeout=30)
    assert done.returncode == 1
    assert b"standard output: cannot be written (No space left on device)" in done.stderr
    assert b"Traceback" not in done.stderr


def test_ctrl_c_leaves_no_half_file(tmp_path: Path) -> None:
    a_build(tmp_path / "data", [an_entry(number) for number in range(30_000)])
    (tmp_path / "out").mkdir()
    process = subprocess.Popen(
        command(tmp_path / "data", "-o", str(tmp_path / "out" / "x.csv")), stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 30
    while not list((tmp_path / "out").iterdir()) and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    # Where the machine was faster than the signal, the file is whole.
    left = names(tmp_path / "out")
    assert (process.returncode, left) in ((130, []), (0, ["x.csv"])), told
