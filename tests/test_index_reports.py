"""The report of a run: written whole, also where the run fails, and as documented."""

import json
import re
from pathlib import Path

import pytest

from index.errors import BuildError, LockHeldError, UsageError
from index.records import Failure
from index.reports import reporting
from index.run_records import IndexReport
from tests.conftest import ROOT


def test_what_was_done_is_written(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    with reporting(path) as kept:
        kept.report.added, kept.report.failed = 3, 1
        assert not path.exists()
    row = json.loads(path.read_text())
    assert row == kept.row
    assert (row["schema"], row["exit_code"], row["error"], row["added"]) == (1, 3, None, 3)
    assert row["started"] <= row["finished"]
    assert [one.name for one in tmp_path.iterdir()] == ["report.json"]


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (BuildError("no room left"), 1, "no room left"),
        (UsageError("there is no such file"), 2, "there is no such file"),
        (LockHeldError("another run is writing"), 4, "another run is writing"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (ZeroDivisionError("a bug"), 1, "ZeroDivisionError: a bug"),
    ],
)
def test_a_run_that_fails_is_reported_too(tmp_path: Path, error: BaseException, code: int, said: str) -> None:
    path = tmp_path / "report.json"
    with pytest.raises(type(error)), reporting(path) as kept:
        kept.report.added = 2
        raise error
    row = json.loads(path.read_text())
    assert (row["exit_code"], row["error"], row["added"]) == (code, said, 2)


def test_a_report_that_cannot_be_written_is_told_before_anything_is_done(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="is no folder that may be written to"), reporting(tmp_path / "file/report"):
        raise AssertionError("nothing may be done")


def test_a_report_may_lie_in_a_data_folder_that_the_run_makes(tmp_path: Path) -> None:
    with reporting(tmp_path / "saywho-data" / "report.json"):
        pass
    assert json.loads((tmp_path / "saywho-data" / "report.json").read_text())["exit_code"] == 0


def test_very_many_failures_are_counted_and_some_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    with reporting(path) as kept:
        kept.report.failures = [Failure(origin=f"a:{n}", reason="broken") for n in range(1500)]
        kept.report.failed = 1500
    row = json.loads(path.read_text())
    assert (row["failed"], len(row["failures"])) == (1500, 1000)


def test_every_field_is_documented(tmp_path: Path) -> None:
    with reporting(None) as kept:
        pass
    table = (ROOT / "docs" / "keeping-fresh.md").read_text(encoding="utf-8").partition("## The report")[2]
    documented = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\|([^|]*)\|", table.partition("\n## ")[0], re.M))))
    assert documented == set(kept.row)
    assert isinstance(kept.report, IndexReport)
