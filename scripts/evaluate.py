#!/usr/bin/env python3
"""How good the extractor is: prints every figure in one run, measured with the scorers of the shared folder.

    scripts/evaluate.py [--data ../shared/data] [--set dev|train] [--sample N] [--agreement [YEAR]]
                        [--yardstick PYTHON PIPELINE] [--markdown] [--json FILE]

--data holds polnear/{dev,train}, gap/ and news/; the scorers lie in tools/ beside it. `train` is for developing: look
there for errors. `dev` is for the figure only. docs/accuracy.md says what each figure is.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from index.extract.decoding import read  # noqa: E402
from index.extract.pipeline import extractor, load  # noqa: E402
from scripts.evaluation.attributions import attribution_figures, kappa, seeds_right  # noqa: E402
from scripts.evaluation.calibration import calibration_figures  # noqa: E402
from scripts.evaluation.corpus import digest, extract_each, read_articles  # noqa: E402
from scripts.evaluation.cost import cost_figures, yardstick_figures  # noqa: E402
from scripts.evaluation.outlets import agreement_figures  # noqa: E402
from scripts.evaluation.table import as_markdown, as_text, tables  # noqa: E402

GROWTH_TIMES = 3


def gap_figures(data: Path) -> dict[str, Any]:
    """The figures of GAP's development part; under "not_measured" why there are none."""
    if not (data / "gap" / "gap-development.tsv").is_file():
        return {"not_measured": f"{data}/gap is not there"}
    try:
        from scripts.evaluation.gap import gap_figures as measured
    except ImportError as error:
        return {"not_measured": f"scripts/evaluation/gap.py cannot be used ({error})"}
    net = load()
    return dict(measured(data, None if net is None else lambda page: read(page, net)[0]))


def figures_of(args: argparse.Namespace) -> dict[str, Any]:
    """Everything that was asked for, as one JSON object."""
    folder = args.data / "polnear" / args.which
    articles = read_articles(folder, args.sample)
    found = extract_each(articles)
    figures: dict[str, Any] = {
        "extractor": extractor(),
        "set": args.which,
        "sha256": digest(folder),
        "articles": len(articles),
        **attribution_figures(args.data, args.which, found),
        "calibration": calibration_figures(args.data, args.which, found),
        "kappa": kappa(args.data, args.which, found),
        "seeds": seeds_right(args.data),
        "gap": gap_figures(args.data),
    }
    if args.cost:
        growth = GROWTH_TIMES if args.growth else 0
        figures["cost"] = cost_figures(args.data, args.which, sample=args.sample, growth=growth)
    if args.yardstick:
        python, pipeline = args.yardstick
        figures["yardstick"] = yardstick_figures(args.data, args.which, python, pipeline, sample=args.sample)
    if args.agreement:
        outlets = agreement_figures(args.data, args.agreement, jobs=args.jobs)
        figures["outlets"] = {"year": args.agreement, **outlets}
    return figures


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--set", choices=["dev", "train"], default="dev", dest="which")
    parser.add_argument("--sample", type=int, metavar="N", help="this many articles only, spread over the set")
    parser.add_argument(
        "--agreement",
        nargs="?",
        const="2018",
        metavar="YEAR",
        help="outlets' agreement too, on a year of news (minutes)",
    )
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes for --agreement")
    parser.add_argument(
        "--yardstick",
        nargs=2,
        metavar=("PYTHON", "PIPELINE"),
        help="textacy too: a Python that has it, and a spaCy pipeline with a parser",
    )
    parser.add_argument("--no-cost", action="store_false", dest="cost", help="leave out speed, memory and growth")
    parser.add_argument("--no-growth", action="store_false", dest="growth", help="leave out growth (it takes minutes)")
    parser.add_argument("--markdown", action="store_true", help="print Markdown tables")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there too")
    args = parser.parse_args()
    if not args.data.is_dir():
        sys.exit(f"{args.data}: no such folder; give the folder that holds polnear/ with --data")
    if args.json is not None and not args.json.parent.is_dir():
        sys.exit(f"--json {args.json}: there is no folder {args.json.parent}")
    figures = figures_of(args)
    if args.json is not None:
        args.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    write = as_markdown if args.markdown else as_text
    print("\n\n".join(write(table) for table in tables(figures)))


if __name__ == "__main__":
    main()
