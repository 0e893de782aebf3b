"""One collection makes one build, byte for byte, whatever the number of processes and the order of its files."""

import hashlib
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from index.manifest import published
from tests.conftest import ROOT

_PEOPLE = ["Ada Brook", "Bo Li", "Tom Reed", "Eve Marsh", "Mr. Brook", "Ms. Li", "Reed"]
_WORDS = [
    "rain",
    "snow",
    "hail",
    "wind",
    "fog",
    "sun",
    "frost",
    "mist",
    "thaw",
    "storm",
    "tide",
    "flood",
    "drought",
    "heat",
    "cold",
    "ice",
    "cloud",
    "breeze",
]
_NAMES_OF_ITS_OWN = ("checked.json", "manifest.json", ".toc")
"""Files that hold when the build was made, or the name of a segment, which is drawn by lot."""


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Articles that share people, words, whole texts and ids, in several files; some without a date."""
    folder = tmp_path_factory.mktemp("news")
    rng = random.Random(1)
    rows = []
    for number in range(40):
        words = " ".join(rng.choices(_WORDS, k=9))
        shared = " ".join(_WORDS[number % 4 : number % 4 + 8])
        who, other = rng.sample(_PEOPLE, 2)
        text = (
            f"The {words} came early. “The {shared} will last until the end of the week,” said {who}, the mayor. "
            f"“No {words},” {other} replied. {who} told reporters that the {shared} would pass."
        )
        row = {
            "id": f"a{number % 38}",
            "text": text,
            "source": f"outlet {number % 3}",
            "url": f"https://example.org/{number}",
        }
        rows.append(row | ({"date": f"2020-01-{1 + number % 9:02}"} if number % 5 else {}))
    rows += [{**row, "id": f"copy-{row['id']}", "source": "another"} for row in rows[:4]]
    rows += [rows[7], rows[9]]  # the very same article in another file
    paths = [folder / f"{name}.jsonl" for name in "abcd"]
    for place, path in enumerate(paths):
        lines = "".join(json.dumps(row) + "\n" for row in rows[place::4])
        path.write_text(lines, encoding="utf-8")
    return paths


def contents(folder: Path) -> dict[str, str]:
    """The digest of each file of a build, without the name of its segment."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.name.endswith(_NAMES_OF_ITS_OWN):
            parts = ["segment" if part.startswith("MAIN_") else part for part in path.relative_to(folder).parts]
            found["/".join(parts)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def test_neither_processes_nor_order_show(sources: list[Path], tmp_path: Path) -> None:
    builds = []
    for jobs, order in ((1, 0), (2, 1), (3, 2)):
        data, named = tmp_path / str(jobs), list(sources)
        random.Random(order).shuffle(named)
        # Each in a process of its own, whose sets come in another order.
        command = [sys.executable, "saywho.py", "index", *map(str, named), "--data", str(data), "--jobs", str(jobs)]
        environment = {**os.environ, "PYTHONHASHSEED": str(jobs)}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, "2 set aside" in done.stdout) == (3, True), done.stderr
        builds.append(contents(published(data / "builds")))
    assert builds[0] == builds[1] == builds[2]
    assert len(builds[0]) > 5
