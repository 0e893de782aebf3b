#!/usr/bin/env python3
"""How good the extractor is: prints one table of figures, measured with the scorers of the shared folder.

    scripts/evaluate.py [--data ../shared/data] [--set dev|train] [--sample N]

--data holds polnear/{dev,train}; the scorers lie in tools/ beside it. `train` is for developing: look there for errors.
`dev` is for the figure only.
"""

import argparse
import collections
import hashlib
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy
from nltk.metrics.agreement import AnnotationTask

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from index.extract.pipeline import EXTRACTOR, extract  # noqa: E402
from index.readers import read  # noqa: E402
from index.records import KINDS, Article, Quotation, to_json  # noqa: E402


def tool_path(data: Path, name: str) -> Path:
    """Where a scorer of the shared folder lies."""
    path = data.parent / "tools" / f"{name}.py"
    if not path.is_file():
        sys.exit(f"{path}: not there; --data must lie beside the tools folder with the scorers")
    return path


def load_tool(data: Path, name: str) -> ModuleType:
    """A scorer of the shared folder, as a module."""
    spec = importlib.util.spec_from_file_location(name, tool_path(data, name))
    if spec is None or spec.loader is None:
        sys.exit(f"{data.parent}/tools/{name}.py cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_articles(folder: Path, sample: int | None = None) -> list[Article]:
    """The articles of a PolNeAR set in the order of their names; of `sample` every so-manieth."""
    paths = sorted((folder / "text").glob("*.txt"))
    if not paths:
        sys.exit(f"{folder}: no text/*.txt there; --data must hold polnear/dev and polnear/train")
    step = max(1, len(paths) // sample) if sample else 1
    articles = []
    for path in paths[::step][: sample or None]:
        with path.open(encoding="utf-8", newline="") as handle:
            articles.append(Article(id=path.stem, text=handle.read()))
    return articles


def digest(folder: Path) -> str:
    """sha256 (hex) over the set's texts, attributions and speakers: a figure holds for these files only."""
    total = hashlib.sha256()
    for path in sorted(
        [*folder.glob("text/*.txt"), *folder.glob("attributions/*.ann"), *folder.glob("speakers.jsonl")]
    ):
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def measure(data: Path, which: str, articles: list[Article]) -> dict[str, Any]:
    """All figures, in percent, as the scorers give them; "speakers" only where the set has them."""
    folder = data / "polnear" / which
    found = {article.id: extract(article) for article in articles}
    rows = {name: [to_json(quotation) for quotation in quotations] for name, quotations in found.items()}
    scorer = load_tool(data, "score_attributions")
    figures: dict[str, Any] = scorer.score(scorer.read_gold(folder, set(rows)), rows)
    if (folder / "speakers.jsonl").is_file():
        figures["speakers"] = speaker_figures(data, folder / "speakers.jsonl", found)
    return figures


def speaker_figures(data: Path, gold_path: Path, found: dict[str, list[Quotation]]) -> dict[str, Any]:
    """What score_speakers.py prints, for the articles of `found`."""
    with tempfile.TemporaryDirectory() as folder:
        gold, predicted = Path(folder) / "gold.jsonl", Path(folder) / "predicted.jsonl"
        lines = gold_path.read_text(encoding="utf-8").splitlines(keepends=True)
        gold.write_text(
            "".join(x for x in lines if x.strip() and json.loads(x)["article_id"] in found), encoding="utf-8"
        )
        predicted.write_text(
            "".join(json.dumps(to_json(q)) + "\n" for quotations in found.values() for q in quotations),
            encoding="utf-8",
        )
        tool = tool_path(data, "score_speakers")
        run = subprocess.run([sys.executable, tool, gold, predicted], capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(run.stdout)
    return figures


def agreement(data: Path, which: str, found: dict[str, list[Quotation]]) -> dict[str, float]:
    """How far extractor and annotator agree, chance apart, on which words are reported (Cohen's kappa, percent).

    Once on all reported words, once on those of quotations with marks alone against the rest of the text.
    """
    scorer = load_tool(data, "score_attributions")
    figures = {}
    gold = scorer.read_gold(data / "polnear" / which, set(found))
    for name, kinds in (("reported", KINDS), ("reported with marks", ("direct", "mixed"))):
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


def gflops() -> float:
    """What this machine's matrix product does, since no figure of time means anything without it."""
    square = numpy.random.default_rng(0).random((1024, 1024), dtype=numpy.float32)
    started = time.perf_counter()
    for _ in range(8):
        square @ square
    return float(8 * 2 * 1024**3 / (time.perf_counter() - started) / 1e9)


def seeds_right(data: Path) -> dict[str, Any]:
    """How many of the gold lines of the user's two articles come out right."""
    folder = data.parent / "seeds"
    if not (folder / "gold.jsonl").is_file():
        return {"missing": f"{folder}/gold.jsonl is not there"}
    same_name = load_tool(data, "score_speakers").same_name
    gold = [json.loads(line) for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines() if line]
    found = {a.id: extract(a) for a in read([str(folder / "*.txt")]) if isinstance(a, Article)}
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


def bands(data: Path, which: str, articles: list[Article]) -> list[str]:
    """For every band of confidence how often span and source were right: what calibration there is."""
    scorer = load_tool(data, "score_attributions")
    gold = scorer.read_gold(data / "polnear" / which, {a.id for a in articles})
    seen: dict[int, int] = collections.Counter()
    right: dict[int, int] = collections.Counter()
    for article in articles:
        if article.id not in gold:
            continue
        starts = [m.span() for m in scorer.WORD.finditer(article.text)]
        wanted = [{r: scorer.words_in(a[r], starts) for r in ("content", "source")} for a in gold[article.id][1]]
        for q in extract(article):
            content, source = scorer.words_in(q.content, starts), scorer.words_in(q.source, starts)
            band = min(9, int(q.confidence * 10))
            seen[band] += 1
            right[band] += any(
                len(content & w["content"]) * 2 >= len(content)
                and (bool(source & w["source"]) or not (source or w["source"]))
                for w in wanted
            )
    return [f"{b / 10:.1f}-{b / 10 + 0.1:.1f}: {100 * right[b] / seen[b]:5.1f} of {seen[b]}" for b in sorted(seen)]


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--set", choices=["dev", "train"], default="dev", dest="which")
    parser.add_argument("--sample", type=int, help="this many articles only, spread over the set")
    args = parser.parse_args()
    if not args.data.is_dir():
        sys.exit(f"{args.data}: no such folder; give the folder that holds polnear/ with --data")
    articles = read_articles(args.data / "polnear" / args.which, args.sample)
    extract(articles[0])
    started = time.perf_counter()
    words = sum(len(a.text.split()) for a in articles if extract(a) is not None)
    speed = words / (time.perf_counter() - started)
    print(f"{EXTRACTOR} on polnear/{args.which}: {len(articles)} articles, {words} words")
    print(f"  speed        {speed:,.0f} words/s in one process, on a machine that does {gflops():.0f} GFLOPS")
    for name, row in measure(args.data, args.which, articles).items():
        if name == "speakers":
            for basis, numbers in row.items():
                shown = numbers if isinstance(numbers, str) else "  ".join(f"{k} {v}" for k, v in numbers.items())
                print(f"  speakers {basis:12}", shown)
        else:
            print(f"  {name:12}", "  ".join(f"{key} {value}" for key, value in row.items()))
    if args.which != "dev":
        print("  speakers     no gold for this set")
    kappa = agreement(args.data, args.which, {article.id: extract(article) for article in articles})
    print("  agreement   ", "  ".join(f"kappa on words {key} {value}" for key, value in kappa.items()))
    print("  seeds       ", "  ".join(f"{key} {value}" for key, value in seeds_right(args.data).items()))
    print("  confidence: span and source right, by band")
    for line in bands(args.data, args.which, articles):
        print("   ", line)


if __name__ == "__main__":
    main()
