"""What extraction costs: speed, memory and growth, in this process and on one core. Prints one JSON object.

    python -m scripts.evaluation.one_core DATA SET [--sample N] [--growth TIMES]

`scripts/evaluate.py` starts it afresh, so that the memory is that of a process that does nothing but extract. Times are
the process's own (user and system): what else the machine does meanwhile does not count.
"""

import argparse
import itertools
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy

from index.extract.pipeline import extract, extractor
from index.records import Article
from scripts.evaluation.corpus import read_articles

LARGE, SMALL = 1_000_000, 10_000
"""Bytes of the one large text, and at least those of each of the small ones that it is made of."""
WARM_UP = 3
"""Articles that are extracted before anything is timed."""


def megabytes() -> float:
    """The most memory that this process has held so far (resident, in 10^6 bytes)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def gflops() -> float:
    """What this machine's matrix product does on the core, since no figure of time means anything without it."""
    square = numpy.random.default_rng(0).random((1024, 1024), dtype=numpy.float32)
    square @ square
    started = time.process_time()
    for _ in range(8):
        square @ square
    return float(8 * 2 * 1024**3 / (time.process_time() - started) / 1e9)


def seconds(texts: Sequence[str]) -> float:
    """How long the extractor takes over some texts."""
    started = time.process_time()
    for text in texts:
        extract(Article(id="a", text=text))
    return time.process_time() - started


def small_texts(texts: Sequence[str]) -> list[str]:
    """Texts of about SMALL bytes each, whole articles joined, LARGE bytes in all; the articles are repeated at need."""
    out: list[str] = []
    piece: list[str] = []
    for text in itertools.cycle(texts):
        piece.append(text)
        if sum(len(t.encode()) for t in piece) >= SMALL:
            out.append("\n\n".join(piece))
            piece = []
            if sum(len(t.encode()) for t in out) >= LARGE:
                return out
    return out


def growth(texts: Sequence[str], times: int) -> dict[str, float]:
    """How much dearer a byte of one large text is than of the small ones that it is made of (median of `times`)."""
    small = small_texts(texts)
    large = "\n\n".join(small)
    ratios = [seconds([large]) / seconds(small) for _ in range(times)]
    return {"ratio": round(statistics.median(ratios), 3), "from": round(min(ratios), 3), "to": round(max(ratios), 3)}


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("which")
    parser.add_argument("--sample", type=int)
    parser.add_argument("--growth", type=int, default=0, metavar="TIMES")
    args = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    articles = read_articles(args.data / "polnear" / args.which, args.sample)
    seconds([article.text for article in articles[:WARM_UP]])
    took = seconds([article.text for article in articles])
    words = sum(len(article.text.split()) for article in articles)
    figures: dict[str, Any] = {
        "extractor": extractor(),
        "words": words,
        "words_per_second": round(words / took),
        "megabytes": round(megabytes(), 1),
        "gflops": round(gflops(), 1),
    }
    if args.growth:
        train = [article.text for article in read_articles(args.data / "polnear" / "train")]
        figures["growth"] = {
            "different articles": growth(train, args.growth),
            "one article repeated": growth(train[:1], args.growth),
        }
        figures["megabytes_large"] = round(megabytes(), 1)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
