"""`benchmark.py publish`: a server is asked without a break while builds are published and gone back to."""

import contextlib
import dataclasses
import itertools
import json
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from index.archive import Archive
from index.build import build
from index.manifest import pointer
from index.records import Article, Quotation, joined_text
from index.settings import Settings
from scripts.benchmarking.machine import described, gflops
from scripts.benchmarking.serving import Client, served
from scripts.benchmarking.workplace import ROOT, say

CONNECTIONS = 4
PAUSE = 0.02
"""Seconds between two questions of a connection, so that the machine has room for what is published beside them."""
AROUND = 1.0
"""Seconds before and after the first answer from a build in which a slow answer is laid at its door."""
ALLOWED_MS = 250.0
_IN_AN_ARTICLE = 4
_ADDED = 200


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """An answer: on which connection and when it was asked for (seconds), what it took (milliseconds), its build."""

    connection: int
    at: float
    took: float
    status: int
    build: str


def publish_figures(work: Path, *, size: int, workers: int, seed: int) -> dict[str, Any]:
    """What askers see of five publications: two runs, going back, going forward, and another run."""
    folder = work / f"publish-{size}-{seed}"
    chance = random.Random(seed)  # noqa: S311 invented words
    words = [_word(chance) for _ in range(6000)]
    base, data = folder / "base", folder / "data"
    if not (base / "builds" / "published").is_file():
        say(f"a collection of {size:,} quotations is made")
        shutil.rmtree(folder, ignore_errors=True)
        _add(Settings(data=base), range(size // _IN_AN_ARTICLE), words, seed)
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(base, data)
    settings = Settings(data=data)
    for number in range(3):
        _write_texts(
            folder / f"more{number}", range(1_000_000 + number * _ADDED, 1_000_000 + (number + 1) * _ADDED), words
        )
    paths = [f"/api/v1/quotes?q={quote(' '.join(one))}&facets=speaker,source,date" for one in _questions(words, chance)]
    before = gflops()
    with served(data, workers) as (_, port):
        asked, over = list[Asked](), threading.Event()
        askers = [
            threading.Thread(target=_ask, args=(port, n, paths[n::CONNECTIONS], asked, over))
            for n in range(CONNECTIONS)
        ]
        for asker in askers:
            asker.start()
        try:
            time.sleep(5)  # every worker has answered every question
            asked.clear()
            started = time.monotonic()
            time.sleep(5)
            busy = time.monotonic()
            first = pointer(settings.builds).build
            for line in (
                ["index", folder / "more0", "--language", "all"],
                ["index", folder / "more1", "--language", "all"],
                ["builds", "--rollback", first],
                ["builds", "--rollback", "NEWEST"],
                ["index", folder / "more2", "--language", "all"],
            ):
                newest = max(path.name for path in settings.builds.glob("2*"))
                _run([newest if part == "NEWEST" else str(part) for part in line], data)
                time.sleep(1.5)
        finally:
            over.set()
            for asker in askers:
                asker.join()
    return {
        "machine": described(),
        "gflops": {"before": before, "after": gflops()},
        "size": size,
        "workers": workers,
        "connections": CONNECTIONS,
        **_told(sorted(asked, key=lambda one: one.at), started, busy),
    }


def _told(asked: Sequence[Asked], started: float, busy: float) -> dict[str, Any]:
    """What the answers say."""
    switches = _switches(asked)
    near = [one for one in asked if any(abs(one.at - moment) <= AROUND for moment in switches)]
    quiet = [one.took for one in asked if started <= one.at < busy]
    around = set(near)
    beside = [one.took for one in asked if one.at >= busy and one not in around]
    return {
        "requests": len(asked),
        "errors": sum(one.status != 200 for one in asked),
        "switches": len(switches),
        "builds": len({one.build for one in asked if one.build}),
        "quiet": _spread(quiet),
        "beside runs": _spread(beside),
        "around switches": _spread([one.took for one in near]),
        "slower than allowed around switches": sum(one.took > ALLOWED_MS for one in near),
    }


def _switches(asked: Sequence[Asked]) -> list[float]:
    """When a connection, which stays with one worker, first was answered from another build."""
    found = []
    for connection in range(CONNECTIONS):
        mine = [one for one in asked if one.connection == connection and one.build]
        found += [one.at for last, one in itertools.pairwise(mine) if last.build != one.build]
    return found


def _spread(times: Sequence[float]) -> dict[str, float]:
    if not times:
        return {"requests": 0}
    p50, p95, p99, most = np.percentile(np.array(times), [50, 95, 99, 100]).round(1).tolist()
    return {"requests": len(times), "p50": p50, "p95": p95, "p99": p99, "max": most}


def _ask(port: int, number: int, paths: Sequence[str], asked: list[Asked], over: threading.Event) -> None:
    with contextlib.closing(Client(port)) as client:
        for path in itertools.cycle(paths):
            started = time.monotonic()
            status, body = client.get(path)
            took = (time.monotonic() - started) * 1000
            asked.append(Asked(number, started, took, status, json.loads(body)["build"]["id"] if status == 200 else ""))
            if over.wait(PAUSE):
                return


def _run(arguments: Sequence[str], data: Path) -> None:
    command = [sys.executable, str(ROOT / "saywho.py"), *arguments, "--data", str(data)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()}")
    say(done.stdout.strip().splitlines()[-1])


def _questions(words: Sequence[str], chance: random.Random) -> Iterator[tuple[str, ...]]:
    for number in range(80):
        common = min(len(words) - 1, int(chance.paretovariate(0.7)))
        yield (words[common],) if number % 2 else (words[common], words[min(len(words) - 1, common + 3)])


def _word(chance: random.Random) -> str:
    return "".join(chance.choice("bdfgklmnprstvz") + chance.choice("aeiou") for _ in range(chance.randint(2, 4)))


def _sentence(words: Sequence[str], chance: random.Random) -> str:
    return " ".join(
        words[min(len(words) - 1, int(chance.paretovariate(0.6)) - 1)] for _ in range(chance.randint(8, 20))
    )


def _name(words: Sequence[str], number: int) -> str:
    return f"{words[number % 40].title()} {words[1000 + number % 300].title()}"


def _text(words: Sequence[str], number: int) -> tuple[str, list[tuple[str, str]]]:
    """An article's text, and its quotations with their speakers."""
    chance = random.Random(number)  # noqa: S311 invented words
    said = [
        (f"“{_sentence(words, chance).capitalize()},”", _name(words, chance.randrange(300)))
        for _ in range(_IN_AN_ARTICLE)
    ]
    return "\n\n".join(f"{quoted} {who} said. {_sentence(words, chance).capitalize()}." for quoted, who in said), said


def _date(number: int) -> str:
    return f"20{10 + number % 14}-{number % 12 + 1:02}-{number % 28 + 1:02}"


def _add(settings: Settings, numbers: range, words: Sequence[str], seed: int) -> None:
    with Archive(settings.archive, create=True) as archive:
        for number in numbers:
            text, said = _text(words, number)
            article = Article(
                id=f"made/{number}",
                text=text,
                date=_date(number),
                date_basis="metadata",
                source=f"Outlet {number % 20}",
            )
            archive.put(article, list(_quotations(article, said)), extractor="made")
        archive.commit()
        build(settings, archive)


def _quotations(article: Article, said: Sequence[tuple[str, str]]) -> Iterator[Quotation]:
    for quoted, who in said:
        start = article.text.index(quoted)
        content = ((start, start + len(quoted)),)
        yield Quotation(
            article_id=article.id,
            kind="direct",
            content=content,
            text=joined_text(article.text, content),
            speaker=who,
            speaker_type="person",
            confidence=0.9,
            basis="name",
        )


def _write_texts(folder: Path, numbers: range, words: Sequence[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        text = f"Date: {_date(number)}\nSource: Outlet {number % 20}\n\n{_text(words, number)[0]}\n"
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
