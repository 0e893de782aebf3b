"""The speakers of PolNeAR articles that somebody decided by reading, as lines of places."""

import json
from pathlib import Path
from typing import Any

from index.errors import UsageError

SPEAKERS = Path(__file__).with_name("read_speakers.jsonl")


def rows_by_article(path: Path = SPEAKERS) -> dict[str, list[dict[str, Any]]]:
    """The lines of a file of speakers, by article."""
    if not path.is_file():
        raise UsageError(f"{path}: not there; fetch the project's files again")
    out: dict[str, list[dict[str, Any]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        out.setdefault(row["article_id"], []).append(row)
    return out
