"""What settling makes of a whole archive: do outlets agree afterwards, and what does it cost?"""

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from index.archive import Archive
from index.entries import make_entries
from index.records import Entry
from index.settlement import Settlement
from index.settling import across, settle
from scripts.evaluation.corpus import tool_path

_NAMED = ("resolved", "disputed", "undecided")


def agreement(archive: Path, data: Path, year: str) -> list[dict[str, Any]]:
    """What score_agreement.py prints for one year: as extracted, settled, and settled with descriptions as names."""
    news = data / "news" / f"{year}.jsonl.gz"
    if not news.is_file():
        sys.exit(f"{news}: not there; --data takes the folder that holds news/")
    with Archive(archive) as opened:
        settle(opened)
        ids = [one for one in opened.ids() if (found := opened.article(one)) and (found.date or "")[:4] == year]
        found = list(make_entries(opened, Settlement(opened), ids))
        before = {quotation.id: quotation.speaker for one in ids for quotation in opened.quotations(one)}
    rows = (
        ("as extracted", {entry.id: before.get(entry.id) for entry in found}),
        ("settled, names alone", {entry.id: entry.speaker if entry.status in _NAMED else None for entry in found}),
        ("settled, descriptions too", {entry.id: entry.speaker for entry in found}),
    )
    tool = tool_path(data, "score_agreement")
    return [{"speakers": what, **_scored(tool, news, found, speakers)} for what, speakers in rows]


def _scored(tool: Path, news: Path, found: Sequence[Entry], speakers: dict[str, str | None]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        predicted = Path(folder) / "predicted.jsonl"
        with predicted.open("w", encoding="utf-8") as handle:
            for entry in found:
                row = {
                    "article_id": entry.article_id,
                    "kind": entry.kind,
                    "content": entry.content,
                    "speaker": speakers[entry.id],
                }
                handle.write(json.dumps(row) + "\n")
        run = subprocess.run([sys.executable, tool, predicted, news], capture_output=True, text=True, check=True)
    scored: dict[str, Any] = json.loads(run.stdout.splitlines()[0])
    return scored


def disputes(archive: Path, most: int) -> Iterator[dict[str, Any]]:
    """Some disputed groups: who is named, by which articles, how surely; no words. Look them up by their ids."""
    with Archive(archive) as opened:
        settle(opened)
        query = "SELECT DISTINCT group_id FROM findings WHERE rivals <> '[]' ORDER BY 1"
        groups = [row[0] for row in opened.connection.execute(query)]
        settlement = Settlement(opened)
        for group in random.Random(1).sample(groups, min(most, len(groups))):  # noqa: S311
            rows = opened.connection.execute(
                "SELECT DISTINCT article_id FROM findings WHERE group_id = ? ORDER BY 1", (group,)
            )
            found = make_entries(opened, settlement, [row[0] for row in rows])
            sides = [
                {"speaker": e.speaker, "article": e.article_id, "outlet": e.source, "sure": e.confidence, "id": e.id}
                for e in found
                if e.variant_id == group and e.status == "disputed"
            ]
            yield {"group": group, "sides": sides}


def cost(archive: Path, sizes: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Settling so many articles (0: all), drawn at random, and then one per cent more; each size in its own process."""
    for size in sizes:
        command = [sys.executable, "-m", "scripts.evaluation.across_articles", str(archive), str(size)]
        yield json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _cost(archive: Path, size: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, Archive(archive) as source:
        ids = source.ids()
        chosen = random.Random(1).sample(ids, min(size or len(ids), len(ids)))  # noqa: S311
        later, first = chosen[: len(chosen) // 100], chosen[len(chosen) // 100 :]
        with Archive(Path(folder) / "archive.sqlite", create=True) as copy:
            _copy(source, copy, first)
            begin = time.process_time()
            settle(copy)
            whole = time.process_time() - begin
            _copy(source, copy, later)
            begin = time.process_time()
            done = settle(copy)
            more = time.process_time() - begin
            found = across(copy)
            quotations = copy.counts().quotations
    return {
        "articles": len(chosen),
        "quotations": quotations,
        "cpu_s": round(whole, 1),
        "one_per_cent_more_s": round(more, 2),
        "of_the_whole_percent": round(100 * more / whole, 2) if whole else None,
        "affected_articles": done.affected,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "people": found.people,
        "undecided": found.undecided,
        "versions": found.versions,
        "corroborated": found.corroborated,
        "disputed": found.disputed,
    }


def _copy(source: Archive, target: Archive, ids: Sequence[str]) -> None:
    for article, quotations in source.articles(ids):
        target.put(article, quotations, extractor="copied")
    target.commit()


if __name__ == "__main__":
    print(json.dumps(_cost(Path(sys.argv[1]), int(sys.argv[2]))))
