"""Who is given as having said what: attributions, canonical speakers, chance-corrected agreement, the user's stretches.

All figures in percent, as the scorers of the shared folder print them.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from nltk.metrics.agreement import AnnotationTask

from index.readers import read
from index.records import KINDS, Article, Quotation, to_json
from scripts.evaluation.corpus import Found, extract_each, load_tool, tool_path


def attribution_figures(data: Path, which: str, found: Found) -> dict[str, Any]:
    """What score_attributions.py prints; under "speakers" what score_speakers.py does, where the set has their gold."""
    folder = data / "polnear" / which
    rows = {name: [to_json(quotation) for quotation in quotations] for name, quotations in found.items()}
    scorer = load_tool(data, "score_attributions")
    figures: dict[str, Any] = scorer.score(scorer.read_gold(folder, set(rows)), rows)
    if (folder / "speakers.jsonl").is_file():
        figures["speakers"] = _speaker_figures(data, folder / "speakers.jsonl", found)
    return figures


def _speaker_figures(data: Path, gold_path: Path, found: Found) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        gold, predicted = Path(folder) / "gold.jsonl", Path(folder) / "predicted.jsonl"
        gold.write_text("".join(json.dumps(row) + "\n" for row in gold_speakers(gold_path, found)), encoding="utf-8")
        predicted.write_text(
            "".join(json.dumps(to_json(q)) + "\n" for quotations in found.values() for q in quotations),
            encoding="utf-8",
        )
        tool = tool_path(data, "score_speakers")
        run = subprocess.run([sys.executable, tool, gold, predicted], capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(run.stdout)
    return figures


def gold_speakers(path: Path, found: Found) -> list[dict[str, Any]]:
    """The lines of a speakers.jsonl for the articles of `found`."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [row for row in rows if row["article_id"] in found]


def kappa(data: Path, which: str, found: Found) -> dict[str, float]:
    """How far extractor and annotator agree, chance apart, on which words are reported (Cohen's kappa, percent).

    Once on all reported words, once on those of quotations with marks alone against the rest of the text.
    """
    scorer = load_tool(data, "score_attributions")
    figures = {}
    gold = scorer.read_gold(data / "polnear" / which, set(found))
    for name, kinds in (("reported words", KINDS), ("those with marks", ("direct", "mixed"))):
        labels: list[tuple[str, str, bool]] = []
        for article_id, (text, attributions) in gold.items():
            places = [match.span() for match in scorer.WORD.finditer(text)]
            marked = kinds != KINDS
            wanted = [a["content"] for a in attributions if not marked or scorer.QUOTED.search(_words(text, a))]
            annotator = scorer.words_in([span for spans in wanted for span in spans], places)
            ours = scorer.words_in([s for q in found[article_id] if q.kind in kinds for s in q.content], places)
            for number in range(len(places)):
                item = f"{article_id}:{number}"
                labels += [("annotator", item, number in annotator), ("extractor", item, number in ours)]
        task = AnnotationTask(data=labels)
        figures[name] = round(100 * task.kappa_pairwise("annotator", "extractor"), 2)
    return figures


def _words(text: str, attribution: dict[str, Any]) -> str:
    return " ".join(text[start:end] for start, end in attribution["content"])


def seeds_right(data: Path) -> dict[str, Any]:
    """How many of the gold lines of the user's two articles come out right; empty where they are not there."""
    folder = data.parent / "seeds"
    if not (folder / "gold.jsonl").is_file():
        return {}
    same_name = load_tool(data, "score_speakers").same_name
    gold = [json.loads(line) for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines() if line]
    found = extract_each(a for a in read([str(folder / "*.txt")]) if isinstance(a, Article))
    return {"gold": len(gold), "right": sum(is_right(row, found[row["article_id"]], same_name) for row in gold)}


def is_right(row: dict[str, Any], quotations: list[Quotation], same_name: Any) -> bool:
    """Whether some quotation has a gold line's stretch, kind and speaker."""
    for q in quotations:
        if row["kind"] == "direct":
            covers = (row["start"], row["end"]) in q.content
        else:
            covers = any(start <= row["start"] and row["end"] <= end for start, end in q.content)
        who = q.speaker is None if row["speaker"] is None else same_name(row["speaker"], q.speaker, "person")
        if covers and q.kind == row["kind"] and who:
            return True
    return False
