#!/usr/bin/env python3
"""How often a claim gets the right verdict: claims are made from a collection by script, and checked.

    scripts/evaluate_verify.py [--data FOLDER | --builds FOLDER] [--each 50] [--seed 1] [--invented 500]
                               [--wrong] [--markdown] [--json FILE]

Without --data the sample that comes along is indexed in a temporary folder. --builds takes a folder with builds that
nothing else belongs to. docs/verify.md says how the claims are made.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from index.analysis import exact_words  # noqa: E402
from index.manifest import check, published  # noqa: E402
from index.settings import Settings  # noqa: E402
from scripts.evaluation.made_claims import Made, Maker  # noqa: E402
from scripts.evaluation.table import Table, as_markdown, as_text  # noqa: E402
from search.verify import Check, VerifyRequest  # noqa: E402
from search.whoosh_engine import WhooshEngine, open_engine  # noqa: E402

_BANDS = (0.0, 0.5, 0.7, 0.9, 1.01)


def figures_of(engine: WhooshEngine, args: argparse.Namespace) -> dict[str, Any]:
    """Everything that is printed, as one JSON object."""
    maker = Maker(engine.core, args.seed)
    claims = maker.claims(args.each) + maker.disputed(args.each)
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    bands: dict[float, Counter[str]] = defaultdict(Counter)
    times: list[float] = []
    wrong: list[dict[str, Any]] = []
    for claim in claims:
        got, milliseconds = checked(engine, claim)
        times.append(milliseconds)
        right = got is not None and got.verdict == claim.expected
        tally = rows[claim.kind]
        tally["made"] += 1
        tally["right"] += right
        tally["source"] += got is not None and right and shows(got, claim)
        tally[f"got {got.verdict if got else 'several claims'}"] += 1
        if got:
            band = max(low for low in _BANDS if low <= got.confidence)
            bands[band]["made"] += 1
            bands[band]["right"] += right
        if not right:
            wrong.append({"kind": claim.kind, "text": claim.text, "got": got.verdict if got else None})
    false = 0
    for claim in maker.invented(args.invented):
        got, milliseconds = checked(engine, claim)
        times.append(milliseconds)
        if got is None or got.verdict != "not_found":
            false += 1
            wrong.append({"kind": "invented", "text": claim.text, "got": got.verdict if got else None})
    for texts in (hard := maker.hard(args.each)).values():
        for text in texts:  # the first time reads from disk
            engine.verify(VerifyRequest(text=text))
    spent = {"claims as above": times}
    for kind, texts in hard.items():
        spent[kind] = [checked(engine, plain(text))[1] for text in texts]
    return {
        "build": engine.build.id,
        "quotations": engine.core.rows,
        "seed": args.seed,
        "kinds": {kind: dict(tally) for kind, tally in rows.items()},
        "invented": {"made": args.invented, "found": false},
        "bands": {str(low): dict(tally) for low, tally in sorted(bands.items())},
        "milliseconds": {kind: quantiles(some) for kind, some in spent.items()},
        "wrong": wrong,
    }


def quantiles(times: list[float]) -> dict[str, float]:
    """The middle, the 95th percentile and the longest."""
    ordered = sorted(times)
    return {"p50": ordered[len(ordered) // 2], "p95": ordered[int(len(ordered) * 0.95)], "max": ordered[-1]}


def plain(text: str) -> Made:
    """A text of which only the time is of interest."""
    return Made(kind="", text=text, expected="not_found", speaker=None, parameter=False, sources=())


def checked(engine: WhooshEngine, claim: Made) -> tuple[Check | None, float]:
    """The verdict on a claim, None where the text was taken for several claims or none; and milliseconds."""
    started = time.perf_counter()
    page = engine.verify(VerifyRequest(text=claim.text, speaker=claim.speaker if claim.parameter else None))
    milliseconds = (time.perf_counter() - started) * 1000
    return (page.checks[0] if len(page.checks) == 1 else None), milliseconds


def shows(got: Check, claim: Made) -> bool:
    """Whether the quotations that are shown are those that the claim was made from, or others with the same words."""
    if claim.kind == "invented":
        return True
    shown = " ".join(" ".join(exact_words(passage.text)) for passage in got.passages)
    if claim.kind == "altered":
        return sum(word in shown.split() for word in claim.sources) >= 0.95 * len(claim.sources)
    return all(" ".join(exact_words(source)) in shown for source in claim.sources)


def tables_of(figures: dict[str, Any]) -> list[Table]:
    """The figures as tables."""
    rows, made, right = [], 0, 0
    for kind, tally in figures["kinds"].items():
        others = ", ".join(
            f"{name[4:].replace('_', ' ')} {count}"
            for name, count in sorted(tally.items(), key=lambda item: -item[1])
            if name.startswith("got ")
        )
        rows.append((kind, str(tally["made"]), str(tally["right"]), str(tally["source"]), others))
        if kind != "disputed":
            made, right = made + tally["made"], right + tally["right"]
    rows.append(("all but disputed", str(made), f"{right} = {100 * right / max(1, made):.1f} %", "", ""))
    invented = figures["invented"]
    rows.append(("invented, called found", str(invented["made"]), str(invented["found"]), "", ""))
    speeds = [
        (kind, *(f"{ms[part]:.1f}" for part in ("p50", "p95", "max"))) for kind, ms in figures["milliseconds"].items()
    ]
    sure = [
        (f"{float(low):.1f} and more", str(tally["made"]), f"{100 * tally['right'] / tally['made']:.1f} %")
        for low, tally in figures["bands"].items()
    ]
    title = f"{figures['quotations']:,} quotations (build {figures['build']}), seed {figures['seed']}"
    return [
        Table(
            f"Verdicts on claims made from {title}", ("made", "claims", "right verdict", "right source", "got"), rows
        ),
        Table("Right verdicts by confidence", ("confidence", "claims", "right"), sure),
        Table(
            "Milliseconds a text",
            ("texts", "p50", "p95", "max"),
            speeds,
        ),
    ]


def main() -> None:
    """Measures and prints."""
    args = _parser().parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        engine = _opened(args, Path(scratch))
        figures = figures_of(engine, args)
        engine.close()
    wrong = figures["wrong"]
    if not args.wrong:
        del figures["wrong"]  # words of the collection
    if args.json is not None:
        args.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    write = as_markdown if args.markdown else as_text
    print("\n\n".join(map(write, tables_of(figures))))
    if args.wrong:
        print("\n".join(f"{one['kind']} -> {one['got']}: {one['text']}" for one in wrong))


def _opened(args: argparse.Namespace, scratch: Path) -> WhooshEngine:
    builds = args.builds
    if builds is None:
        settings = Settings(data=args.data or scratch)
        if args.data is None:
            from web.commands import build_demo

            build_demo(settings)
        builds = settings.builds
    folder = published(builds)
    return open_engine(folder, check(folder))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--data", type=Path, metavar="FOLDER", help="a data folder; only read [the sample]")
    where.add_argument("--builds", type=Path, metavar="FOLDER", help="its builds alone")
    parser.add_argument("--each", type=int, default=50, metavar="N", help="claims of each kind [50]")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="[1]")
    parser.add_argument("--invented", type=int, default=500, metavar="N", help="more invented texts [500]")
    parser.add_argument("--wrong", action="store_true", help="print what got the wrong verdict: the collection's words")
    parser.add_argument("--markdown", action="store_true", help="tables as Markdown")
    parser.add_argument("--json", type=Path, metavar="FILE", help="every figure")
    return parser


if __name__ == "__main__":
    main()
