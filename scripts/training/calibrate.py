"""Thresholds and confidence, fitted on articles that training never saw.

The truth: PolNeAR's annotation of those articles, and who really spoke (held_out_speakers.jsonl, made by reading them:
a line for each reported stretch; "speaker" holds where the article gives the names, or a name where none stands whole);
and what somebody judged right in news articles (`read_news.py`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.extract import confidence, decoding, joining
from index.extract.cues import cue_matcher
from index.extract.draft import Attribution
from index.extract.entities import Names
from index.extract.history import Speaker
from index.extract.network import Network, Scores
from index.extract.speakers import find_speakers
from index.extract.tokens import Page, pipeline, read_page
from index.records import Span
from scripts.evaluation.corpus import load_tool
from scripts.training.examples import held_out, load_gold
from scripts.training.read_news import read_news
from scripts.training.speaker_rows import rows_by_article

SPEAKERS = Path(__file__).with_name("held_out_speakers.jsonl")
BASES = ("name", "pronoun", "nominal", "implicit", "continued")
MARKS, PLAIN, RESCUE = (0.3, 0.4, 0.5, 0.6), (0.4, 0.45, 0.5, 0.55, 0.6), (0.1, 0.2, 0.3, 1.0)
SAME = 0.8
"""Two contents that share so much are one."""
FEW = 25
"""A group with fewer examples is not fitted."""
RIDGE = 1.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """One quotation that was extracted, and whether it was right, speaker and all."""

    group: str
    basis: str
    features: list[float]
    right: bool


def calibrate(data: Path, network: Network) -> dict[str, Any]:
    """The thresholds that find most, and the weights of the confidence, for `calibration.json`."""
    every = load_gold(data, "train")
    gold = {name: every[name] for name in sorted(held_out(list(every)))}
    cue_matcher()  # made before the zone, or its words would be forgotten with it
    with pipeline().memory_zone():
        pages = {name: read_page(text) for name, (text, _) in gold.items()}
        scores = {name: network.scores(page) for name, page in pages.items()}
        thresholds = _thresholds(load_tool(data, "score_attributions"), gold, pages, scores)
        cases = list(_cases(load_tool(data, "score_speakers"), network, pages, scores, thresholds))
    cases += _news_cases(data, network, thresholds)
    fitted = {}
    for group in sorted({case.group for case in cases}):
        mine = [case for case in cases if case.group == group]
        print(f"{group}: {len(mine)} quotations, {100 * sum(c.right for c in mine) / len(mine):.1f} % right")
        if len(mine) >= FEW:
            fitted[group] = fit(mine)
    return {"thresholds": thresholds, "confidence": fitted}


def _thresholds(
    scorer: ModuleType, gold: dict[str, Any], pages: dict[str, Page], scores: dict[str, Scores]
) -> dict[str, float]:
    """Those of a grid under which `quoted` end to end and `all` are best together."""
    best: tuple[float, dict[str, float]] = (-1.0, {})
    for marks in MARKS:
        for plain in PLAIN:
            for rescue in RESCUE:
                chosen = {"marks": marks, "plain": plain, "rescue": min(rescue, marks, plain)}
                rows = {name: _rows(page, scores[name], chosen) for name, page in pages.items()}
                figures = scorer.score(gold, rows)
                worth = figures["quoted"]["end_to_end_f"] + figures["all"]["f"]
                if worth > best[0]:
                    best = worth, chosen
                    print(
                        f"{chosen}: quoted {figures['quoted']['end_to_end_f']}, all {figures['all']['f']}", flush=True
                    )
    return best[1]


def _rows(page: Page, scores: Scores, thresholds: dict[str, float]) -> list[dict[str, Any]]:
    found = joining.join(page, decoding.find(page, scores, thresholds), scores.reported)
    return [
        {
            "kind": made.kind,
            "content": [page.span(*piece) for piece in made.content],
            "cue": [page.span(*made.cue)] if made.cue else [],
            "source": [page.span(*piece) for piece in made.sources],
        }
        for made in found
    ]


def _cases(
    scorer: ModuleType,
    network: Network,
    pages: dict[str, Page],
    scores: dict[str, Scores],
    thresholds: dict[str, float],
) -> Iterator[Case]:
    truth = rows_by_article(SPEAKERS)
    for name, page in pages.items():
        reading = decoding.reading(page, network, scores[name], thresholds)
        joined = joining.join(page, reading.attributions, scores[name].reported)
        speakers = find_speakers(page, Names(page, reading), joined, reading)
        for made, who in zip(joined, speakers, strict=True):
            right = any(_is_right(scorer, page, made, who, row) for row in truth.get(name, []))
            yield Case(confidence.group_of(made), who.basis, confidence.features(made, who.certainty), right)


def _news_cases(data: Path, network: Network, thresholds: dict[str, float]) -> Iterator[Case]:
    """What was found in the news articles kept for this, as far as somebody judged it."""
    scorer = load_tool(data, "score_speakers")
    for article in read_news(data):
        if not article.held:
            continue
        with pipeline().memory_zone():
            page = read_page(article.text)
            scores = network.scores(page)
            reading = decoding.reading(page, network, scores, thresholds)
            joined = joining.join(page, reading.attributions, scores.reported)
            for made, who in zip(joined, find_speakers(page, Names(page, reading), joined, reading), strict=True):
                row = max(article.rows, key=lambda row: _share(page, made, row))
                if _share(page, made, row) < SAME:
                    continue
                meant = [article.text[slice(*span)] for span in row["speaker"]]
                right = row["verdict"] == "ok" and _is_speaker(scorer, who, meant, row["speaker_type"])
                yield Case(confidence.group_of(made), who.basis, confidence.features(made, who.certainty), right)


def _share(page: Page, made: Attribution, row: dict[str, Any]) -> float:
    """What of both contents together is in both, 0 to 1."""
    mine = [page.span(*piece) for piece in made.content]
    shared = sum(max(0, min(b, d) - max(a, c)) for a, b in mine for c, d in row["content"])
    return shared / (_length(mine) + _length(row["content"]) - shared)


def _is_right(scorer: ModuleType, page: Page, made: Attribution, who: Speaker, row: dict[str, Any]) -> bool:
    """Whether a quotation covers half of a true one, and half of it is that, and the speaker is the true one."""
    if row["class"] != "quotation":
        return False
    mine = [page.span(*piece) for piece in made.content]
    shared = sum(max(0, min(b, d) - max(a, c)) for a, b in mine for c, d in row["content"])
    if shared * 2 < _length(mine) or (shared * 2 < _length(row["content"]) and made.kind == "indirect"):
        return False
    named = [one if isinstance(one, str) else page.article_text[slice(*one)] for one in row["speaker"]]
    return _is_speaker(scorer, who, named, row["speaker_type"])


def _is_speaker(scorer: ModuleType, who: Speaker, named: list[str], kind: str) -> bool:
    if kind == "unknown":
        return not who.name or not re.search(r"[A-Z]", who.name)
    if kind in ("unnamed", "group") and not who.name:
        return True
    return any(scorer.same_name(name, who.name, kind) for name in named)


def _length(spans: list[Span]) -> int:
    return sum(end - start for start, end in spans)


def fit(cases: list[Case]) -> dict[str, Any]:
    """A logistic regression with a weight for each feature and each basis, by Newton's method, drawn to simple ones.

    The prior: the log-odds of the anchor and of the speaker count a half each, everything else nothing.
    """
    x = np.array([c.features + [float(c.basis == b) for b in BASES] for c in cases], np.float64)
    y = np.array([c.right for c in cases], np.float64)
    prior = np.zeros(x.shape[1])
    prior[[1, 5]] = 0.5
    ridge = np.full(x.shape[1], RIDGE)
    ridge[0] = 1e-3
    w = prior.copy()
    for _ in range(50):
        p = 1 / (1 + np.exp(-(x @ w)))
        gradient = x.T @ (p - y) + ridge * (w - prior)
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + np.diag(ridge), gradient)
        w -= step
        if np.abs(step).max() < 1e-8:
            break
    shown = [round(float(value), 4) for value in w]
    cut = len(cases[0].features)
    return {"features": shown[:cut], "basis": dict(zip(BASES, shown[cut:], strict=True))}
