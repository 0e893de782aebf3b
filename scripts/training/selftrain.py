"""News read by the trained network, as further examples: it learns from what it was sure of, joined with the marks.

Self-training (Scudder 1965; for a survey Amini et al. 2022): how likely each token is a cue is taught as it is, the
rest only where the teacher was sure.
"""

import concurrent.futures
import gzip
import json
import sys
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from index.extract import decoding, joining
from index.extract.cues import cue_matcher
from index.extract.encoding import encode
from index.extract.network import Network
from index.extract.tokens import pipeline, read_page
from scripts.training.examples import Example, Pointer
from scripts.training.pretrain import LEFT_OUT

SURE = 0.8
"""Names and antecedents are taught from this probability."""
LONGEST = 40_000
"""Code points of an article; longer ones are left out."""

_teacher: Network | None = None


def news_texts(data: Path, words: int, seed: int) -> Iterator[str]:
    """Articles with quotation marks, in the order of a seed, until there are so many words."""
    years = [p for p in sorted((data / "news").glob("*.jsonl.gz")) if not p.name.startswith(LEFT_OUT)]
    if not years:
        sys.exit(f"{data}: news/*.jsonl.gz are needed; give their folder with --data")
    found = []
    for path in years:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            found += [text for line in lines if len(text := json.loads(line)["text"]) < LONGEST]
    random = np.random.default_rng([seed, 5])
    for k in random.permutation(len(found)).tolist():
        if words <= 0:
            return
        if any(mark in found[k] for mark in '“"'):
            words -= len(found[k].split())
            yield found[k]


def news_examples(data: Path, weights: Path, words: int, seed: int, jobs: int = 2) -> list[Example]:
    """So many words of news as the network of the folder `weights` reads them."""
    texts = list(news_texts(data, words, seed))
    with concurrent.futures.ProcessPoolExecutor(jobs, get_context("spawn"), _load, (weights,)) as pool:
        return list(pool.map(taught, texts, chunksize=8))


def _load(weights: Path) -> None:
    global _teacher
    cue_matcher()  # made before any zone, or its words would be forgotten with the first article's
    _teacher = Network(weights)


def taught(text: str) -> Example:
    """One article as the teacher reads it."""
    if _teacher is None:
        raise RuntimeError("no teacher is loaded")
    with pipeline().memory_zone():
        page = read_page(text)
        scores = _teacher.scores(page)
        found = decoding.find(page, scores, _teacher.calibration["thresholds"])
        found = [made for made in joining.join(page, found, scores.reported) if made.pattern == "network"]
        example = Example("news", encode(page, _teacher.vocabulary))
        example.chance = np.zeros(len(page), np.float32)
        for anchor in scores.anchors:
            example.chance[anchor.at] = anchor.probability
        example.links = []
        for made in found:
            labels: dict[int, int] = {}
            cue = [made.cue] if made.cue else []
            for number, ranges in ((2, cue), (1, made.sources), (0, made.content)):
                for first, stop in ranges:
                    labels |= {t: 2 + 2 * number for t in range(first, stop) if t not in labels}
                    if labels.get(first) == 2 + 2 * number:
                        labels[first] -= 1
            example.links.append((made.anchor, labels))
        best = scores.names.argmax(1)
        example.names = np.where(scores.names.max(1) >= SURE, best, -100).astype(np.int64)
        runs = decoding.name_runs(page, scores)
        example.ends = np.array([run.stop - 1 for run in runs], np.int64)
        asked = decoding.antecedents(page, _teacher, scores, runs, found)
        for at, answers in asked.items():
            if answers and answers[0][1] >= SURE:
                example.pointers.append(Pointer(at, range(at, at + 1), frozenset([answers[0][0]]), None))
        return example
