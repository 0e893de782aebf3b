"""What keeping a collection fresh costs: made short articles, indexed by the command as users do it.

Extraction is real. The large unchanged collection is that of the first table where that has as many articles; else its
archive is filled with made quotations, since extracting them would only make the first run longer.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from index.archive import Archive
from index.extract.workers import extractor_version
from index.readers import read
from index.records import Article, Quotation
from scripts.benchmarking.machine import described, gflops
from scripts.benchmarking.workplace import say
from scripts.evaluation.table import Table

ROOT = Path(__file__).resolve().parents[2]
_LINES = 1000
"""Articles a file."""
_NAMES = ["Ada Brook", "Bo Li", "Tom Reed", "Eve Marsh", "Ivy Stone", "Max Field", "Una Park", "Leo Hill"]


def intake_figures(
    folder: Path, *, sizes: Sequence[int], unchanged: int, scaling: int, jobs: Sequence[int], seed: int
) -> dict[str, Any]:
    """Cost per article at several sizes, a run over `unchanged` articles, `scaling` articles by several processes."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    figures: dict[str, Any] = {"machine": described(), "gflops": {"before": gflops()}, "growth": [], "scaling": []}
    for size in sizes:
        say(f"indexing {size:,} articles")
        news = _news(folder / f"news-{size}", size, seed)
        figures["growth"].append({"articles": size, **_index(news, folder / f"data-{size}", jobs=1)})
    if scaling:
        news = _news(folder / "scaling", scaling, seed, words=300)
        for count in jobs:
            say(f"{count} processes over {scaling:,} articles")
            figures["scaling"].append({"jobs": count, **_index(news, folder / f"jobs-{count}", jobs=count)})
    if unchanged:
        figures["unchanged"] = _unchanged(folder, unchanged, seed)
    figures["gflops"]["after"] = gflops()
    return figures


def _unchanged(folder: Path, count: int, seed: int) -> dict[str, Any]:
    """A run over an archive that has everything: the first compares contents, the second passes over the files."""
    news, data = folder / f"news-{count}", folder / f"data-{count}"
    say(f"nothing new in {count:,} articles")
    if not data.is_dir():
        _fill(data, _news(news, count, seed))
    build = _run(["rebuild", "--data", str(data), "--jobs", "1"])
    time.sleep(2.5)  # files that were written a moment ago are not passed over
    compared = _index(news, data, jobs=1, options=["--read-all"])
    passed = _index(news, data, jobs=1)
    return {"articles": count, "build": build, "compared": compared, "passed": passed}


def _fill(data: Path, news: Path) -> None:
    """An archive with the quotations that the extractor would find."""
    with Archive(data / "archive.sqlite", create=True) as archive:
        for number, item in enumerate(read([str(news)])):
            if isinstance(item, Article):
                archive.put(item, list(_quotations(item)), extractor=extractor_version())
            if number % 10_000 == 0:
                archive.commit()
        archive.commit()


def _index(news: Path, data: Path, *, jobs: int, options: Sequence[str] = ()) -> dict[str, Any]:
    """A run of the command: its report, its time and memory."""
    report = data.parent / f"{data.name}.json"
    arguments = ["index", str(news), "--data", str(data), "--jobs", str(jobs), "--report", str(report), *options]
    return _run(arguments, report)


def _run(arguments: Sequence[str], report: Path | None = None) -> dict[str, Any]:
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "saywho.py"), *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    said = process.stderr.read().decode() if process.stderr else ""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 3):
        sys.exit(f"saywho {' '.join(arguments)} ended with {process.returncode}: {said}")
    done = json.loads(report.read_text(encoding="utf-8")) if report else {}
    return {
        "wall": time.monotonic() - started,
        "cpu": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        **{
            key: done[key] for key in ("added", "unchanged", "quotations", "cpu_reading", "cpu_building") if key in done
        },
    }


def _news(folder: Path, count: int, seed: int, words: int = 40) -> Path:
    """A folder of JSON lines with made articles."""
    rng = random.Random(seed)  # noqa: S311
    stems = (ROOT / "index" / "variants" / "common_stems.txt").read_text(encoding="utf-8").split()
    folder.mkdir(parents=True)
    for start in range(0, count, _LINES):
        with (folder / f"{start // _LINES:05}.jsonl").open("w", encoding="utf-8") as lines:
            for number in range(start, min(count, start + _LINES)):
                lines.write(json.dumps(_row(number, rng, stems, words)) + "\n")
    return folder


def _row(number: int, rng: random.Random, stems: list[str], words: int) -> dict[str, str]:
    def some(most: int) -> str:
        return " ".join(rng.choices(stems, k=most))

    who = rng.choice(_NAMES)
    told = " ".join(f"{some(12).capitalize()}." for _ in range(max(1, (words - 25) // 12)))
    text = f"{told} “The {some(12)},” said {who}, who lives in {some(1).capitalize()}."
    date = f"20{10 + number % 10}-{1 + number % 12:02}-{1 + number % 28:02}"
    return {"id": f"n{number:07}", "text": text, "date": date, "source": f"Outlet {number % 50}"}


def _quotations(article: Article) -> Iterator[Quotation]:
    """The one quotation of a made article, as the extractor finds it."""
    start, end = article.text.index("“"), article.text.index("”") + 1
    who = article.text[end:].partition("said ")[2].partition(",")[0]
    place = article.text.index(who, end)
    yield Quotation(
        article_id=article.id, kind="direct", content=((start, end),), text=article.text[start:end],
        source=((place, place + len(who)),), cue=((end + 1, end + 5),), speaker=who, speaker_type="person",
        confidence=0.9, basis="name", candidates=((who, 0.9),),
    )  # fmt: skip


def intake_tables(figures: dict[str, Any]) -> list[Table]:
    """The figures as tables; milliseconds and seconds are of all processes' work, but where they say otherwise."""
    made = []
    if figures["growth"]:
        rows = [
            (
                f"{row['articles']:,}",
                f"{1000 * row['cpu_reading'] / row['articles']:.1f}",
                f"{1000 * row['cpu_building'] / row['articles']:.2f}",
                f"{row['peak'] / 1e6:,.0f}",
            )
            for row in figures["growth"]
        ]
        head = (
            "articles",
            "reading and extracting, ms an article",
            "settling and building, ms an article",
            "memory, MB",
        )
        made.append(Table("A first run over short articles, one process", head, rows))
    if "unchanged" in figures:
        made.append(_unchanged_table(figures["unchanged"], figures["growth"]))
    if figures["scaling"]:
        alone = figures["scaling"][0]["wall"]
        rows = [
            (
                str(row["jobs"]),
                f"{row['wall']:.1f}",
                f"{alone / row['wall']:.2f}",
                f"{row['cpu']:.1f}",
                f"{row['peak'] / 1e6:,.0f}",
            )
            for row in figures["scaling"]
        ]
        head = ("processes", "seconds by the clock", "times as fast", "processor seconds", "memory of the largest, MB")
        made.append(Table(f"{figures['scaling'][0]['added']:,} articles by several processes", head, rows))
    return made


def _unchanged_table(found: dict[str, Any], growth: Sequence[dict[str, Any]]) -> Table:
    rows = [
        (what, f"{found[key]['cpu']:.1f}", f"{found[key]['wall']:.1f}", f"{found[key]['peak'] / 1e6:,.0f}")
        for key, what in (
            ("build", "settling and building, as the first run does"),
            ("compared", "again: every article read and compared"),
            ("passed", "again: unchanged files passed over"),
        )
    ]
    if growth:
        whole = next((row for row in growth if row["articles"] == found["articles"]), None)
        reckoned = found["articles"] * growth[-1]["cpu_reading"] / growth[-1]["articles"] + found["build"]["cpu"]
        first = whole["cpu"] if whole else reckoned
        times = " and ".join(f"{first / found[key]['cpu']:,.0f}" for key in ("compared", "passed"))
        how = "the first run" if whole else "first run, reckoned from the table above"
        wall, peak = (f"{whole['wall']:,.0f}", f"{whole['peak'] / 1e6:,.0f}") if whole else ("", "")
        rows.append((f"{how}: {times} times as much", f"{first:,.0f}", wall, peak))
    head = ("run", "processor seconds", "seconds by the clock", "memory, MB")
    return Table(f"{found['articles']:,} articles, none of them changed", head, rows)
