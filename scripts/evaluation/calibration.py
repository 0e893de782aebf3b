"""Whether confidence means what it says: of what is given 0.9, nine in ten should be right.

Expected calibration error: over ten bins of equal width, the distance between mean confidence and the share that is
right, weighted by how much the bin holds (Guo et al. 2017). Two notions of right:

- `speakers`: of every quoted stretch that the gold speakers list and a quotation with marks covers by half, whether its
  canonical speaker is right as score_speakers.py counts it; a scare quote or title taken for a quotation is wrong.
- `attributions`: of every quotation, whether one gold attribution covers half of its content and shares a word of its
  source (or neither has a source).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any

from index.records import Quotation
from scripts.evaluation.attributions import gold_speakers
from scripts.evaluation.corpus import Found, load_tool

BINS = 10


@dataclass(frozen=True, slots=True)
class Judged:
    """One claim of the extractor, and whether it was right."""

    confidence: float
    right: bool
    group: str


@dataclass(frozen=True, slots=True)
class Bin:
    """Claims of confidence [low, low + 0.1); the last bin holds 1.0 too. Shares are 0 to 1."""

    low: float
    count: int
    confidence: float
    right: float


def bins(judged: Sequence[Judged]) -> list[Bin]:
    """The bins that hold something, from the least sure to the surest."""
    held: dict[int, list[Judged]] = {}
    for one in judged:
        held.setdefault(min(BINS - 1, int(one.confidence * BINS)), []).append(one)
    return [
        Bin(
            low=number / BINS,
            count=len(claims),
            confidence=sum(c.confidence for c in claims) / len(claims),
            right=sum(c.right for c in claims) / len(claims),
        )
        for number, claims in sorted(held.items())
    ]


def calibration_error(judged: Sequence[Judged]) -> float:
    """The expected calibration error, 0 to 1; 0 for nothing."""
    return sum(b.count * abs(b.confidence - b.right) for b in bins(judged)) / max(1, len(judged))


def calibration_figures(data: Path, which: str, found: Found) -> dict[str, Any]:
    """Both notions of right: the error overall and by basis (and kind), with counts, and the bins."""
    figures = {}
    gold_path = data / "polnear" / which / "speakers.jsonl"
    if gold_path.is_file():
        judged = judged_speakers(gold_speakers(gold_path, found), found, load_tool(data, "score_speakers").same_name)
        figures["speakers"] = _figures({"by basis": judged})
    scorer = load_tool(data, "score_attributions")
    folder = data / "polnear" / which
    figures["attributions"] = _figures(
        {f"by {name}": judged_attributions(scorer, folder, found, attrgetter(name)) for name in ("basis", "kind")}
    )
    return figures


def _figures(grouped: dict[str, list[Judged]]) -> dict[str, Any]:
    judged = next(iter(grouped.values()))
    figures: dict[str, Any] = {"ece": round(calibration_error(judged), 4), "count": len(judged)}
    for name, claims in grouped.items():
        groups: dict[str, list[Judged]] = {}
        for one in claims:
            groups.setdefault(one.group, []).append(one)
        figures[name] = {
            group: {
                "ece": round(calibration_error(of), 4),
                "count": len(of),
                "confidence": round(sum(c.confidence for c in of) / len(of), 4),
                "right": round(sum(c.right for c in of) / len(of), 4),
            }
            for group, of in sorted(groups.items())
        }
    figures["bins"] = [[b.low, b.count, round(b.confidence, 4), round(b.right, 4)] for b in bins(judged)]
    return figures


def judged_speakers(
    gold: Sequence[dict[str, Any]], found: Found, same_name: Callable[[str, str | None, str], bool]
) -> list[Judged]:
    """The quotations that cover a gold stretch by half, one for each stretch, judged as score_speakers.py does."""
    out = []
    for row in gold:
        if not row.get("agreed", True):
            continue
        best, cover = _covering(row, found[row["article_id"]])
        if best is None or cover * 2 < row["end"] - row["start"]:
            continue
        right = row["class"] == "quotation" and _speaker_right(row, best, same_name)
        out.append(Judged(best.confidence, right, best.basis))
    return out


def _covering(row: dict[str, Any], quotations: Sequence[Quotation]) -> tuple[Quotation | None, int]:
    best, cover = None, 0
    for q in quotations:
        if q.kind == "indirect":
            continue
        shared = sum(max(0, min(end, row["end"]) - max(start, row["start"])) for start, end in q.content)
        if shared > cover:
            best, cover = q, shared
    return best, cover


def _speaker_right(row: dict[str, Any], q: Quotation, same_name: Callable[[str, str | None, str], bool]) -> bool:
    if row["speaker_type"] == "unknown":
        return not q.speaker or not re.search(r"[A-Z]", q.speaker)
    if row["speaker_type"] in ("unnamed", "group") and not q.speaker:
        return True
    return same_name(row["speaker"], q.speaker, row["speaker_type"])


def judged_attributions(scorer: Any, folder: Path, found: Found, group: Callable[[Quotation], str]) -> list[Judged]:
    """Every quotation of an annotated article, judged by content and source."""
    out = []
    for article_id, (text, attributions) in scorer.read_gold(folder, set(found)).items():
        words = [match.span() for match in scorer.WORD.finditer(text)]
        wanted = [{r: scorer.words_in(a[r], words) for r in ("content", "source")} for a in attributions]
        for q in found[article_id]:
            content, source = scorer.words_in(q.content, words), scorer.words_in(q.source, words)
            right = any(
                len(content & w["content"]) * 2 >= len(content)
                and (bool(source & w["source"]) or not (source or w["source"]))
                for w in wanted
            )
            out.append(Judged(q.confidence, right, group(q)))
    return out
