"""Pairs of speakers of one surname, judged by reading their articles (`speaker_pairs.jsonl`): how many come out right.

A pair is *same* where both are one person of the collection, *different* where they are two. Where one of them is
undecided, the share of the likelihood that its candidates give to the other one's person counts: up to a fifth says
different, anything between is undecided.
"""

import json
import sqlite3
from pathlib import Path
from typing import Any

from index.identity import People, Resolution

PAIRS = Path(__file__).with_name("speaker_pairs.jsonl")
_APART = 0.2


def figures(connection: sqlite3.Connection, which: str) -> dict[str, Any]:
    """Right, wrong, undecided and missing of one set ("dev", "seen", "final" or "all"), and what is wrong."""
    people = People(connection)
    rows = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if which in (row["set"], "all")]
    count = {"right": 0, "wrong": 0, "undecided": 0, "missing": 0}
    members_open = 0
    faults = []
    for row in rows:
        a, b = (_resolution(people, *row[side][:2]) for side in "ab")
        if not _is_there(connection, row["a"][0]) or not _is_there(connection, row["b"][0]):
            count["missing"] += 1
            continue
        members_open += "undecided" in (a.status, b.status)
        said = verdict(a, b)
        kind = "undecided" if said is None else "right" if said == row["same"] else "wrong"
        count[kind] += 1
        if kind != "right":
            faults.append(f"{kind}: {row['a']} {_shown(a)} | {row['b']} {_shown(b)} | same: {row['same']}")
    decided = count["right"] + count["wrong"]
    return {
        "pairs": len(rows),
        **count,
        "with an undecided speaker": members_open,
        "right of the decided, %": round(100 * count["right"] / max(1, decided), 1),
        "undecided, %": round(100 * count["undecided"] / max(1, decided + count["undecided"]), 1),
        "faults": faults,
    }


def verdict(a: Resolution, b: Resolution) -> bool | None:
    """Whether two speakers are the same; None where that is open."""
    if a.status == b.status == "resolved":
        return a.person_id == b.person_id
    if "unnamed" in (a.status, b.status):
        return False
    shares, others = dict(a.candidates), dict(b.candidates)
    if a.status == b.status:
        return None if shares.keys() & others.keys() else False
    known, found = (a, others) if a.status == "resolved" else (b, shares)
    return False if found.get(known.person_id or "", 0.0) <= _APART else None


def _resolution(people: People, article_id: str, name: str) -> Resolution:
    found = [r for (n, _), r in people.of_article(article_id).items() if n == name]
    return found[0] if found else people.person_of((article_id, name, "person"))


def _is_there(connection: sqlite3.Connection, article_id: str) -> bool:
    return (
        connection.execute("SELECT 1 FROM identity_articles WHERE article_id = ?", (article_id,)).fetchone() is not None
    )


def _shown(found: Resolution) -> str:
    return found.person_id or f"{found.status} {found.candidates}"
