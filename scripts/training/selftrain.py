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
from index.extract.draft import Attribution
from index.extract.encoding import encode
from index.extract.entities import Names
from index.extract.network import Network
from index.extract.reading import NameRun
from index.extract.sources import Sources
from index.extract.tokens import Page, pipeline, read_page
from scripts.training.examples import Example, Places, Pointer, stands_for
from scripts.training.pretrain import LEFT_OUT
from scripts.training.read_news import ReadArticle, read_news

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
    """So many words of news as the network of the folder `weights` reads them, and the judged articles.

    Judged articles come twice, their held part never; neither is among the unjudged ones.
    """
    judged = list(read_news(data))
    known = {article.text for article in judged}
    texts = [text for text in news_texts(data, words, seed) if text not in known]
    judged = [article for article in judged if not article.held]
    with concurrent.futures.ProcessPoolExecutor(jobs, get_context("spawn"), _load, (weights,)) as pool:
        return [*pool.map(taught, texts, chunksize=8), *2 * list(pool.map(taught_and_judged, judged, chunksize=8))]


def _load(weights: Path) -> None:
    global _teacher
    cue_matcher()  # made before any zone, or its words would be forgotten with the first article's
    _teacher = Network(weights)


def taught(text: str) -> Example:
    """One article as the teacher reads it."""
    return _taught(text, None)


def taught_and_judged(article: ReadArticle) -> Example:
    """One article as the teacher reads it, put right where somebody judged it."""
    return _taught(article.text, article)


def _taught(text: str, judged: ReadArticle | None) -> Example:
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
        best = scores.names.argmax(1)
        example.names = np.where(scores.names.max(1) >= SURE, best, -100).astype(np.int64)
        runs = decoding.name_runs(page, scores)
        example.ends = np.array([run.stop - 1 for run in runs], np.int64)
        asked = decoding.antecedents(page, _teacher, scores, runs, found)
        for at, answers in asked.items():
            if answers and answers[0][1] >= SURE:
                example.pointers.append(Pointer(at, range(at, at + 1), frozenset([answers[0][0]]), None))
        if judged is not None:
            found = _put_right(example, page, found, runs, judged)
        example.links = [(made.anchor, _labels(made)) for made in found]
        return example


def _labels(made: Attribution) -> dict[int, int]:
    labels: dict[int, int] = {}
    cue = [made.cue] if made.cue else []
    for number, ranges in ((2, cue), (1, made.sources), (0, made.content)):
        for first, stop in ranges:
            labels |= {t: 2 + 2 * number for t in range(first, stop) if t not in labels}
            if labels.get(first) == 2 + 2 * number:
                labels[first] -= 1
    return labels


def _put_right(
    example: Example, page: Page, found: list[Attribution], runs: list[NameRun], judged: ReadArticle
) -> list[Attribution]:
    """The attributions that were judged right; what is none loses its cue, and pointers go to who it really was."""
    places, sources = Places(page), Sources(page, Names(page))
    rows = {tuple(places.tokens(*row["cue"][0])): row for row in judged.rows if row["cue"]}
    right = []
    assert example.chance is not None  # noqa: S101
    for made in found:
        row = rows.get(tuple(range(*made.cue))) if made.cue else None
        if row is None or row["verdict"] == "ok":
            right.append(made)
        if row is None:
            continue
        if row["verdict"] == "not":
            example.chance[made.anchor] = 0.0
            continue
        example.chance[made.anchor] = max(example.chance[made.anchor], 0.9)
        if row["verdict"] == "ok" and made.source is not None:
            answers = stands_for(page, runs, judged.speakers(row), row["speaker_type"])
            example.ask(sources.core(made.source), sources.head(sources.core(made.source)), answers)
    return right
