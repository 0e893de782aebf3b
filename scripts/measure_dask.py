#!/usr/bin/env python3
"""What Dask costs on one machine, and what a killed worker costs: the same articles three times.

    zcat ../shared/data/news/2016.jsonl.gz | head -160 > news160.jsonl
    scripts/measure_dask.py news160.jsonl --limit 160 --jobs 2

Prints a line of JSON for each way (`--jobs` processes; as many workers of Dask; the same, with one of them killed by
SIGKILL when half of the articles were extracted): seconds, and those that processors worked for it, beside those of the
first way, and whether the archive holds the very same. Starting the workers is not counted, since they stand ready in
use; what it takes is told apart. (What a killed worker worked is not known, and not counted.)
"""

import argparse
import json
import os
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from index.cluster.driving import cluster  # noqa: E402
from index.hands import Hands, ThisMachine  # noqa: E402
from index.intake import index_sources  # noqa: E402
from index.records import Article, Failure, Quotation  # noqa: E402
from index.run_records import Options  # noqa: E402
from index.settings import Settings  # noqa: E402
from scripts.benchmarking.machine import described, gflops  # noqa: E402

TABLES = {
    "articles": "id, content_hash, date, record, text, extractor",
    "quotations": "*",
    "failures": "origin, file, source, reading, article_id, reason",
    "local_speakers": "*",
    "people": "*",
    "variant_forms": "*",
    "variant_sayings": "*",
    "variant_edges": "*",
    "variant_groups": "*",
    "findings": "*",
}
"""What must be the same, all columns but those that hold the time."""


def held(settings: Settings) -> dict[str, list[str]]:
    """All rows of an archive, by table."""
    with sqlite3.connect(settings.archive) as connection:
        return {
            table: sorted(map(repr, connection.execute(f"SELECT {columns} FROM {table}")))  # noqa: S608 constants
            for table, columns in TABLES.items()
        }


class Killing:
    """Hands that lose a worker when half of the articles were extracted."""

    def __init__(self, hands: Any, half: int, kill: Callable[[], None]) -> None:
        self._hands, self._half, self._kill = hands, half, kill

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hands, name)

    def extract(self, articles: Iterator[Article]) -> Iterator[tuple[Article, list[Quotation] | Failure]]:
        """As the hands do, with one of them killed on the way."""
        for number, found in enumerate(self._hands.extract(articles)):
            if number == self._half:
                self._kill()
            yield found


def worked(hands: Any) -> float:
    """Seconds that processors worked so far, in this process, its children that ended, and Dask's workers."""
    there = hands.everywhere(time.process_time).values() if hasattr(hands, "everywhere") else ()
    return time.process_time() + sum(os.times()[2:4]) + sum(there)


def measured(settings: Settings, sources: list[str], limit: int, jobs: int, hands: Hands) -> dict[str, Any]:
    """One run."""
    started, began = time.perf_counter(), worked(hands)
    report = index_sources(settings, sources, options=Options(jobs=jobs, limit=limit), hands=hands)
    return {
        "cpu": round(worked(hands) - began, 1),
        "articles": report.worked_on,
        "quotations": report.quotations,
        "seconds": round(time.perf_counter() - started, 1),
    }


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+")
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ways = {name: Settings(data=Path(folder) / name, dask="local") for name in ("processes", "dask", "killed")}
        print(json.dumps({"machine": described(), "gflops": round(gflops(), 1)}), flush=True)
        first = measured(ways["processes"], args.sources, args.limit, args.jobs, ThisMachine(args.jobs))
        print(json.dumps({"way": f"{args.jobs} processes", **first}), flush=True)
        wanted = held(ways["processes"])
        for way in ("dask", "killed"):
            began = time.perf_counter()
            with cluster(ways[way], jobs=args.jobs) as hands:
                ready = time.perf_counter() - began

                def kill(hands: Any = hands) -> None:
                    os.kill(min(hands.everywhere(os.getpid).values()), signal.SIGKILL)

                mine = Killing(hands, args.limit // 2, kill) if way == "killed" else hands
                row = measured(ways[way], args.sources, args.limit, args.jobs, mine)
            told = {
                "of_seconds": round(row["seconds"] / first["seconds"], 2),
                "of_cpu": round(row["cpu"] / first["cpu"], 2),
            }
            told["same"] = held(ways[way]) == wanted
            print(json.dumps({"way": way, **row, **told, "starting": round(ready, 1)}), flush=True)


if __name__ == "__main__":
    main()
