#!/usr/bin/env python3
"""How well versions of quotations are found: planted ones found, wrong joins, cost; prints tables.

    scripts/evaluation/versions.py [--count 5000] [--seed 1] [--archive FILE] [--candidates] [--read] [--scale 3000,…]

Versions are planted in a made corpus (`planted.py`); --archive takes the originals' words from an archive's quotations.
--read says what became of a hundred clusters that were read by hand.
--candidates compares ways of finding pairs to align (MinHash and LSH Ensemble where datasketch is installed). --scale
groups the archive's own first N articles, for N in the list, and then one in a hundred more.
"""

import argparse
import collections
import json
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from index.archive import Archive  # noqa: E402
from index.variants import SCHEMA, Saying, places, saying, update  # noqa: E402
from scripts.evaluation.candidates import ways  # noqa: E402
from scripts.evaluation.planted import Planted, bases_of, planted  # noqa: E402

READ = Path(__file__).parent / "read_clusters.jsonl"
"""A hundred clusters of real news, read by hand: ids of quotations that are versions, of articles, and of quotations
that were in the cluster and should not have been (`apart`)."""


def planted_figures(corpus: list[Planted]) -> tuple[dict[str, tuple[int, int]], dict[str, int], int, int]:
    """By edit (planted, found); wrongly joined quotations by what they are; wrong and all pairs of one group."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    update(connection, (one.saying for one in corpus))
    group_of = {place.quotation_id: place.group_id for place in places(connection)}
    homes = {o: group_of[one.saying.quotation_id] for one in corpus for o in one.origins if one.how == "original"}
    edits: dict[str, list[int]] = collections.defaultdict(lambda: [0, 0])
    members: dict[str, list[Planted]] = collections.defaultdict(list)
    for one in corpus:
        group = group_of[one.saying.quotation_id]
        members[group].append(one)
        if one.how != "original" and not one.how.startswith("not"):
            edits[one.how][0] += 1
            edits[one.how][1] += any(homes[origin] == group for origin in one.origins)
    wrong = pairs = 0
    who: collections.Counter[str] = collections.Counter()
    for together in members.values():
        for left, right in combinations(together, 2):
            pairs += 1
            if left.origins.isdisjoint(right.origins):
                wrong += 1
                who.update({left.how, right.how})
    return {how: (one[0], one[1]) for how, one in edits.items()}, dict(who), wrong, pairs


def print_planted(corpus: list[Planted]) -> None:
    """The table of planted versions."""
    edits, who, wrong, pairs = planted_figures(corpus)
    print(f"{len(corpus)} quotations, {sum(one.how == 'original' for one in corpus)} originals\n")
    for how, (count, found) in sorted(edits.items()):
        print(f"{how:24} {count:6} planted  {found:6} found  {found / count:7.1%}")
    count, found = (sum(one[place] for one in edits.values()) for place in (0, 1))
    print(f"{'all':24} {count:6} planted  {found:6} found  {found / count:7.1%}")
    print(f"wrong joins: {wrong} of {pairs} pairs in one group, {wrong / max(pairs, 1):.2%}  {who or ''}")


def sayings(archive: Path, skip: int, most: int) -> Iterator[Saying]:
    """The archive's sayings, article by article in its own order."""
    with Archive(archive) as opened:
        for number, (article, quotations) in enumerate(opened.articles()):
            if number >= skip + most:
                return
            yield from (saying(article, one) for one in quotations if number >= skip)


def print_scale(archive: Path, sizes: list[int]) -> None:
    """Time, memory and room by the number of articles, and one in a hundred more."""
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "versions.sqlite"
            connection = sqlite3.connect(file)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.executescript(SCHEMA)
            read = list(sayings(archive, 0, size))
            held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            start, cpu = time.perf_counter(), time.process_time()
            update(connection, read)
            connection.commit()
            whole, work = time.perf_counter() - start, time.process_time() - cpu
            count, room = len(read), file.stat().st_size
            more = list(sayings(archive, size, max(1, size // 100)))
            start, cpu = time.perf_counter(), time.process_time()
            update(connection, more)
            connection.commit()
            part, part_work = time.perf_counter() - start, time.process_time() - cpu
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            groups = connection.execute("SELECT COUNT(*) FROM variant_groups WHERE outlets >= 3").fetchone()[0]
            connection.close()
            print(
                f"{size:6} articles  {count:7} quotations  {whole:7.1f} s ({work:.1f} s of CPU)  "
                f"peak {peak / 1024:5.0f} MiB, {max(0, peak - held) / 1024:4.0f} above what was read  "
                f"{room / count:4.0f} bytes each  1% more: {part:5.2f} s, {part_work / work:5.1%} of the CPU  "
                f"groups of 3 outlets and more: {groups}"
            )


def print_read(archive: Path) -> None:
    """What became of the clusters that were read by hand, over the articles that they stand in."""
    rows = [json.loads(line) for line in READ.read_text(encoding="utf-8").splitlines()]
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    wanted = {article for row in rows for article in row["articles"]}
    with Archive(archive) as opened:
        update(connection, (saying(a, one) for a, found in opened.articles() if a.id in wanted for one in found))
    group_of = {place.quotation_id: place.group_id for place in places(connection)}
    here = [row for row in rows if all(one in group_of for one in row["quotations"] + row["apart"])]
    groups = [{group_of[one] for one in row["quotations"]} for row in here]
    whole = sum(len(found) == 1 for found in groups)
    right = sum(not row["apart"] for row in here)
    inside = sum(any(group_of[one] in found for one in row["apart"]) for row, found in zip(here, groups, strict=True))
    print(
        f"{len(rows)} clusters of three outlets and more were read, {len(here)} of them have all their quotations in "
        f"this archive\n{right} held nothing foreign when they were read, {len(here) - right} did; {inside} of these "
        f"still do\n{whole} are still whole"
    )


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=5000, help="originals")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--archive", type=Path, help="an archive to take quotations from")
    parser.add_argument("--candidates", action="store_true")
    parser.add_argument("--scale", metavar="N,N", help="articles of the archive")
    parser.add_argument("--read", action="store_true", help="the clusters that were read by hand")
    args = parser.parse_args()
    if args.archive is not None and not args.archive.is_file():
        sys.exit(f"{args.archive}: there is no such archive")
    if args.read:
        if args.archive is None:
            sys.exit("--read needs --archive FILE, an archive of the news that the clusters were read in")
        print_read(args.archive)
        return
    if args.scale:
        if args.archive is None:
            sys.exit("--scale needs --archive FILE")
        print_scale(args.archive, [int(size) for size in args.scale.split(",")])
        return
    bases = bases_of(args.archive, args.count) if args.archive else None
    corpus = planted(args.seed, args.count, bases)
    if args.candidates:
        for line in ways(corpus):
            print(line)
        return
    print_planted(corpus)


if __name__ == "__main__":
    main()
