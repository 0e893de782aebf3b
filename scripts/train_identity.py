#!/usr/bin/env python3
"""Learns what a speaker's evidence weighs (index/identity/weights.json) and what is usual (background.json).

    scripts/train_identity.py --archive ARCHIVE [--years 2017,2019] [--write]

Silver labels: speakers with a full name whose given name is hidden; the people of that surname are the candidates,
each with the speaker itself left out. The weights are those of a conditional logit (softmax over the candidates),
fitted with numpy. Two are then set by hand, since hiding names makes other cases than news does, and both were
chosen on the `dev` part of the judged pairs: *size*, since who is called by the surname alone is better known than
who is named in full, and *gender*, which the hidden given name gives away. ARCHIVE is an archive.sqlite of
../shared/data/news.
"""

import argparse
import collections
import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from index.identity import LocalSpeaker  # noqa: E402
from index.identity.names import last_part, read_name  # noqa: E402
from index.identity.scoring import FEATURES, background, features, profile_of  # noqa: E402
from scripts.evaluation.collection import gathered  # noqa: E402

FOLDER = ROOT / "index" / "identity"
BY_HAND = {"size": 1.1, "gender": 2.5}
USUAL = 0.002
"""Signs that fewer articles have are left out of the background."""
MOST_CANDIDATES = 20
MOST_OF_ONE = 15
"""Speakers of one person who are asked about; each weighs by the square root of how many it stands for."""


def usual_signs(every: Sequence[Sequence[LocalSpeaker]]) -> dict[str, dict[str, float]]:
    """The background: by kind, the share of articles (or of people of whom anything is said) that have a sign."""
    out: dict[str, dict[str, float]] = {}
    first = [speakers[0] for speakers in every if speakers]
    people = [s for speakers in every for s in speakers if s.type == "person"]
    for kind, among in (
        *((kind, first) for kind in ("beside", "topics")),
        *((kind, people) for kind in ("titles", "organizations", "places")),
    ):
        said = [getattr(s, kind) for s in among if getattr(s, kind)]
        count = collections.Counter(sign for signs in said for sign in signs)
        out[kind] = {s: round(n / len(said), 4) for s, n in sorted(count.items()) if n / len(said) >= USUAL}
    return out


def questions(every: Sequence[Sequence[LocalSpeaker]]) -> tuple[list[NDArray[numpy.float64]], list[int], list[float]]:
    """For each hidden name the candidates' features, the number of the right one, and what the question weighs."""
    by_surname: dict[str, dict[tuple[str, str], list[LocalSpeaker]]] = collections.defaultdict(
        lambda: collections.defaultdict(list)
    )
    for speakers in every:
        for speaker in speakers:
            name = read_name(speaker.called) if speaker.block.startswith("person:") else None
            if name is not None and len(name.first) > 1:
                by_surname[last_part(name.surname)][name.first, name.suffix].append(speaker)
    chance = random.Random(0)  # noqa: S311 no secret
    rows, right, weigh = [], [], []
    for surname in sorted(by_surname):
        people = by_surname[surname]
        if len(people) < 2:
            continue
        profiles = {key: profile_of(found) for key, found in people.items()}
        everybody = profile_of([s for found in people.values() for s in found])
        known = sorted(people, key=lambda key: (-len(people[key]), key))[:MOST_CANDIDATES]
        for number, key in enumerate(known):
            found = sorted(people[key], key=lambda s: s.key)
            if len(found) < 2:
                continue
            for speaker in chance.sample(found, min(MOST_OF_ONE, len(found))):
                table = [features(speaker, profiles[k], everybody, itself=k == key) for k in known]
                rows.append(numpy.asarray(table))
                right.append(number)
                weigh.append(max(1.0, len(found) / MOST_OF_ONE) ** 0.5)
    return rows, right, weigh


def fitted(
    rows: list[NDArray[numpy.float64]], right: list[int], weigh: list[float], *, steps: int = 300
) -> NDArray[numpy.float64]:
    """The weights under which the right candidates are likeliest (Adam, with a little shrinkage)."""
    sizes = [len(table) for table in rows]
    table = numpy.concatenate(rows)
    begins = numpy.cumsum([0, *sizes[:-1]])
    chosen = begins + numpy.asarray(right)
    owner = numpy.repeat(numpy.arange(len(rows)), sizes)
    each = numpy.asarray(weigh)
    out = numpy.zeros(table.shape[1])
    mean, square = numpy.zeros_like(out), numpy.zeros_like(out)
    for step in range(1, steps + 1):
        scores = table @ out
        top = numpy.maximum.reduceat(scores, begins)
        grown = numpy.exp(scores - top[owner])
        share = grown / numpy.add.reduceat(grown, begins)[owner]
        slope = (table * (share * each[owner])[:, None]).sum(0) - (table[chosen] * each[:, None]).sum(0) + out
        slope /= len(rows)
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope * slope
        out -= 0.05 * (mean / (1 - 0.9**step)) / (numpy.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return out


def main() -> None:
    """Prints the weights and, with --write, keeps them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--years", default="2017,2019")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    every = [found for year in args.years.split(",") for _, found, _ in gathered(args.archive, year=year)]
    usual = usual_signs(every)
    background.cache_clear()
    background().clear()
    background().update(usual)
    rows, right, weigh = questions(every)
    learned = fitted(rows, right, weigh)
    known = [int(numpy.argmax(table @ learned)) == number for table, number in zip(rows, right, strict=True)]
    size = [int(numpy.argmax(table[:, 0])) == number for table, number in zip(rows, right, strict=True)]
    print(
        f"{len(rows)} hidden names of {len(every)} articles: right {100 * numpy.average(known, weights=weigh):.1f} %, "
        f"by number of articles alone {100 * numpy.average(size, weights=weigh):.1f} %"
    )
    weights = {name: round(float(value), 3) for name, value in zip(FEATURES, learned, strict=True)}
    print(json.dumps(weights), "by hand:", json.dumps(BY_HAND))
    if args.write:
        text = json.dumps(usual, indent=0, ensure_ascii=False) + "\n"
        (FOLDER / "background.json").write_text(text, encoding="utf-8")
        (FOLDER / "weights.json").write_text(json.dumps({**weights, **BY_HAND}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
