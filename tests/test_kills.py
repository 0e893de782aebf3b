"""Killed at random moments, nothing is lost: a short run of `scripts/kill_test.py`."""

from pathlib import Path

import pytest

from index.manifest import published
from scripts.kill_test import WrongError, check, held_lines, kill_all, prepare


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_six_kills_lose_nothing(tmp_path: Path) -> None:
    found = kill_all(tmp_path, kills=6, seed=3, say=lambda line: None)
    assert found["killed"] == 6


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_the_check_sees_what_is_lost(tmp_path: Path) -> None:
    settings = prepare(tmp_path, 1)
    check(settings, held_lines(settings))
    with pytest.raises(WrongError, match="acknowledged are lost"):
        check(settings, [("rename", "nobody", "Somebody")])
    pack = next(published(settings.builds).glob("whoosh/*/weights.pack"))
    pack.write_bytes(pack.read_bytes()[:-1] + b"?")
    with pytest.raises(Exception, match="is not the file that was built"):
        check(settings, [])
