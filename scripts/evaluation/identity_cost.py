"""What identity costs: CPU seconds and memory as a collection grows, and what one percent more articles cost."""

import resource
import sqlite3
import time
from pathlib import Path
from typing import Any

from index.identity import SCHEMA, settle, store
from scripts.evaluation.collection import gathered


def figures(archive: Path, sizes: list[int]) -> list[dict[str, Any]]:
    """One row for each number of articles (0 for all there are): gathering, storing, settling, one percent more."""
    every = list(gathered(archive))
    rows = []
    for size in sizes:
        part = every[:: max(1, len(every) // size)][:size] if size else every
        rows.append(_row(part))
    return rows


def _row(part: list[tuple[str, Any, float]]) -> dict[str, Any]:
    kept, more = part[: -max(1, len(part) // 100)], part[-max(1, len(part) // 100) :]
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    begin = time.process_time()
    for article_id, found, _ in kept:
        store(connection, article_id, found)
    stored = time.process_time()
    settle(connection)
    settled = time.process_time()
    before = dict(
        connection.execute("SELECT article_id || char(0) || name || char(0) || type, person_id FROM local_speakers")
    )
    again = time.process_time()
    for article_id, found, _ in more:
        store(connection, article_id, found)
    changed = settle(connection)
    done = time.process_time()
    after = dict(
        connection.execute("SELECT article_id || char(0) || name || char(0) || type, person_id FROM local_speakers")
    )
    whole = sum(seconds for _, _, seconds in kept) + settled - begin
    extra = sum(seconds for _, _, seconds in more) + done - again
    return {
        "articles": len(part),
        "speakers": sum(len(found) for _, found, _ in part),
        "gathering, s": round(sum(seconds for _, _, seconds in kept), 1),
        "storing, s": round(stored - begin, 1),
        "settling, s": round(settled - stored, 1),
        "1 % more, s": round(extra, 2),
        "1 % more, % of all": round(100 * extra / whole, 1),
        "speakers moved by it": sum(after[key] != person for key, person in before.items()),
        "articles changed by it": len(changed),
        "peak memory, MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
