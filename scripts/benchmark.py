#!/usr/bin/env python3
"""How fast the search is beside its peers, on a corpus of invented quotations that is made here.

    scripts/benchmark.py search     204 questions of 17 kinds: times, ratios, whether counts agree, building
    scripts/benchmark.py growth     the same at several sizes: times, opening, memory, disk, page cache cold and warm
    scripts/benchmark.py http       the JSON endpoint under load
    scripts/benchmark.py publish    what askers see while builds are published and gone back to
    scripts/benchmark.py export     every quotation as a file: rows a second, memory
    scripts/benchmark.py intake     indexing: cost per article, a run with nothing new, several processes

Corpora and indexes are kept in --work and used again while the code that makes them is the same. The peers come with
pip install '.[bench]'. docs/performance.md says what each figure is.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts.benchmarking import ONE_THREAD  # noqa: E402

os.environ.update(ONE_THREAD)  # before numpy is loaded

from scripts.benchmarking.engines import MAKERS, OURS, ROWS  # noqa: E402
from scripts.benchmarking.exporting import export_figures  # noqa: E402
from scripts.benchmarking.growth import growth_figures  # noqa: E402
from scripts.benchmarking.intake import intake_figures, intake_tables  # noqa: E402
from scripts.benchmarking.publishing import publish_figures  # noqa: E402
from scripts.benchmarking.report import (  # noqa: E402
    export_table,
    growth_notes,
    growth_table,
    load_table,
    notes,
    publish_table,
    search_tables,
    speed_note,
)
from scripts.benchmarking.searching import search_figures  # noqa: E402
from scripts.benchmarking.serving import load_figures  # noqa: E402
from scripts.benchmarking.workers import WorkerError  # noqa: E402
from scripts.benchmarking.workplace import Workplace, say  # noqa: E402
from scripts.evaluation.table import Table, as_markdown, as_text  # noqa: E402

EXAMPLES = {
    "search": """examples:
  scripts/benchmark.py search                                  a million quotations beside tantivy and FTS5
  scripts/benchmark.py search --size 20000 --peers brute       a minute; checks every count by looking
  scripts/benchmark.py search --rows plain --peers tantivy,fts5,bm25s,whoosh
  scripts/benchmark.py search --size 10000000 --peers tantivy --json figures.json""",
    "growth": """examples:
  scripts/benchmark.py growth
  scripts/benchmark.py growth --sizes 100000,1000000,10000000 --peers tantivy --markdown""",
    "http": """examples:
  scripts/benchmark.py http --size 1000000 --workers 2
  scripts/benchmark.py http --size 100000 --seconds 5""",
    "publish": """examples:
  scripts/benchmark.py publish
  scripts/benchmark.py publish --size 200000 --workers 4""",
    "export": """examples:
  scripts/benchmark.py export
  scripts/benchmark.py export --size 100000 --json figures.json""",
    "intake": """examples:
  scripts/benchmark.py intake                                       all three tables; half an hour
  scripts/benchmark.py intake --sizes 1000,10000 --unchanged 0 --scaling 0
  scripts/benchmark.py intake --sizes "" --unchanged 0 --scaling 300 --jobs 1,2""",
}

FEWEST = 1000
"""Quotations that all kinds of questions can be chosen from."""

Tables = tuple[list[Table], list[str]]
"""The tables, and what must be said beside them."""


def search(args: argparse.Namespace) -> dict[str, Any]:
    """Times beside the peers."""
    return search_figures(_workplace(args, args.size), _installed(args.peers), args.rows, args.passes)


def growth(args: argparse.Namespace) -> dict[str, Any]:
    """Several sizes."""
    places = [_workplace(args, size) for size in args.sizes]
    return growth_figures(places, (OURS, *_installed(args.peers)), args.passes)


def http(args: argparse.Namespace) -> dict[str, Any]:
    """The endpoint."""
    return load_figures(_workplace(args, args.size), workers=args.workers, seconds=args.seconds)


def publish(args: argparse.Namespace) -> dict[str, Any]:
    """The endpoint while builds are published."""
    return publish_figures(args.work, size=args.size, workers=args.workers, seed=args.seed)


def export(args: argparse.Namespace) -> dict[str, Any]:
    """All rows as files."""
    return export_figures(_workplace(args, args.size))


def intake(args: argparse.Namespace) -> dict[str, Any]:
    """Indexing."""
    return intake_figures(
        args.work / "intake",
        sizes=args.sizes,
        unchanged=args.unchanged,
        scaling=args.scaling,
        jobs=args.jobs,
        seed=args.seed,
    )


SHOWN: dict[str, Callable[[dict[str, Any]], Tables]] = {
    "search": lambda figures: (search_tables(figures), notes(figures)),
    "growth": lambda figures: ([growth_table(figures)], growth_notes(figures)),
    "http": lambda figures: ([load_table(figures)], [speed_note(figures)]),
    "publish": lambda figures: ([publish_table(figures)], [speed_note(figures)]),
    "export": lambda figures: ([export_table(figures)], [speed_note(figures)]),
    "intake": lambda figures: (intake_tables(figures), [speed_note(figures)]),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures and prints."""
    args = _parser().parse_args(arguments)
    if args.json is not None and not args.json.resolve().parent.is_dir():
        sys.exit(f"--json {args.json}: there is no folder {args.json.parent}")
    try:
        figures = args.measure(args)
    except WorkerError as error:
        sys.exit(str(error))
    if args.json is not None:
        args.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    tables, said = SHOWN[args.measure.__name__](figures)
    write = as_markdown if args.markdown else as_text
    print("\n\n".join([*map(write, tables), "\n".join(f"- {line}" for line in said)]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for measure in (search, growth, http, publish, export, intake):
        name = measure.__name__
        command = commands.add_parser(
            name, help=measure.__doc__, epilog=EXAMPLES[name], formatter_class=argparse.RawDescriptionHelpFormatter
        )
        command.set_defaults(measure=measure)
        _OPTIONS[name](command)
        _common(command)
    return parser


def _search_options(command: argparse.ArgumentParser) -> None:
    _size(command)
    _peers(command, "tantivy,fts5")
    command.add_argument(
        "--rows",
        type=_some_of(ROWS),
        default=list(ROWS),
        help="plain: exact words of the quotation; real: all fields, stems, disjunctive facets [plain,real]",
    )
    _passes(command)


def _growth_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--sizes", type=_sizes, default=[100_000, 1_000_000], metavar="N,N", help="[100000,1000000]")
    _peers(command, "", [name for name, maker in MAKERS.items() if "real" in maker.rows and name != OURS])
    _passes(command)


def _http_options(command: argparse.ArgumentParser) -> None:
    _size(command)
    command.add_argument("--workers", type=_positive, default=2, metavar="N", help="the server's processes [2]")
    command.add_argument("--seconds", type=_positive, default=10, metavar="N", help="of load [10]")


def _publish_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--size", type=_of_quotations, default=20_000, metavar="N", help="quotations [20000]")
    command.add_argument("--workers", type=_positive, default=2, metavar="N", help="the server's processes [2]")


def _intake_options(command: argparse.ArgumentParser) -> None:
    add, some = command.add_argument, _numbers
    add("--sizes", type=some, default=[1000, 10_000], metavar="N,N", help="articles of the first runs [1000,10000]")
    add("--unchanged", type=int, default=100_000, metavar="N", help="articles of the run with nothing new [100000]")
    add("--scaling", type=int, default=300, metavar="N", help="articles that several processes share [300]")
    add("--jobs", type=some, default=[1, 2], metavar="N,N", help="how many processes [1,2]")


def _size(command: argparse.ArgumentParser) -> None:
    command.add_argument("--size", type=_of_quotations, default=1_000_000, metavar="N", help="quotations [1000000]")


def _passes(command: argparse.ArgumentParser) -> None:
    command.add_argument("--passes", type=_positive, default=5, metavar="N", help="warm ones; the best counts [5]")


def _peers(command: argparse.ArgumentParser, default: str, allowed: Sequence[str] = ()) -> None:
    allowed = allowed or [name for name in MAKERS if name != OURS]
    text = f"of {', '.join(allowed)} [{default or 'none'}]; brute is no peer: it checks counts by looking"
    command.add_argument("--peers", type=_some_of(allowed), default=default, metavar="NAME,NAME", help=text)


def _common(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    data, work = ROOT.parent / "shared" / "data", ROOT / "build" / "benchmark"
    add(
        "--data",
        type=Path,
        default=data,
        help="holds polnear/train/text, to splice texts from [../shared/data]",
    )
    add("--work", type=Path, default=work, metavar="DIR", help="keeps corpora and indexes [build/benchmark]")
    add("--seed", type=int, default=1, metavar="N", help="of the corpus [1]")
    add("--anew", action="store_true", help="write indexes again, even where they are there already")
    add("--markdown", action="store_true", help="print Markdown tables")
    add("--json", type=Path, metavar="FILE", help="write every figure there too")


_OPTIONS: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "search": _search_options,
    "growth": _growth_options,
    "http": _http_options,
    "publish": _publish_options,
    "export": _size,
    "intake": _intake_options,
}


def _workplace(args: argparse.Namespace, size: int) -> Workplace:
    return Workplace(args.work, size=size, seed=args.seed, data=args.data, anew=args.anew)


def _installed(names: Sequence[str]) -> list[str]:
    """The peers that can be measured; of the others it is said what is missing."""
    missing = {name: MAKERS[name].missing() for name in names}
    for what in filter(None, missing.values()):
        say(what)
    return [name for name in names if not missing[name]]


def _positive(text: str) -> int:
    number = int(text.replace("_", ""))
    if number < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not above 0")
    return number


def _of_quotations(text: str) -> int:
    number = _positive(text)
    if number < FEWEST:
        raise argparse.ArgumentTypeError(f"{number:,} quotations are too few to choose questions from; give {FEWEST:,}")
    return number


def _sizes(text: str) -> list[int]:
    return [_of_quotations(part) for part in text.split(",")]


def _numbers(text: str) -> list[int]:
    return [_positive(part) for part in text.split(",") if part.strip()]


def _some_of(allowed: Sequence[str]) -> Callable[[str], list[str]]:
    """Reads names with commas between them."""

    def read(text: str) -> list[str]:
        names = [part.strip() for part in text.split(",") if part.strip()]
        for name in names:
            if name not in allowed:
                raise argparse.ArgumentTypeError(f"'{name}' is not known; there are {', '.join(allowed)}")
        return list(dict.fromkeys(names))

    return read


if __name__ == "__main__":
    main()
