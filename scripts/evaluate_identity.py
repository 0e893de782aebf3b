#!/usr/bin/env python3
"""How well people, bodies and groups are told apart across articles: one subcommand a figure.

    scripts/evaluate_identity.py people [--data ../shared/data]
    scripts/evaluate_identity.py pairs --archive ARCHIVE [--set dev|seen|final|all]
    scripts/evaluate_identity.py facet --archive ARCHIVE [--year 2016] [--most 200]
    scripts/evaluate_identity.py cost --archive ARCHIVE [--sizes 3000,10000,0]
    scripts/evaluate_identity.py agreement --archive ARCHIVE [--year 2018]
    scripts/evaluate_identity.py disputes --archive ARCHIVE [--most 100]
    scripts/evaluate_identity.py settling --archive ARCHIVE [--sizes 3000,10000,0]

ARCHIVE is an archive.sqlite of ../shared/data/news; take a copy where a run may be writing to it. docs/identity.md says
what each figure is.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from index.identity import people, read_people_file, undecided  # noqa: E402
from scripts.evaluation import across_articles, identity_cost, people_across, speaker_pairs  # noqa: E402
from scripts.evaluation.collection import settled  # noqa: E402


def show_people(args: argparse.Namespace) -> None:
    """B-cubed on ECB+."""
    path = args.data / "ecbplus" / "ecbplus.jsonl.gz"
    if not path.is_file():
        sys.exit(f"{path}: not there; --data takes the folder that holds ecbplus/")
    found = people_across.figures(path)
    faults = found.pop("errors")
    print(json.dumps(found, indent=1))
    for kind, lines in faults.items() if args.faults else ():
        print(f"\n{kind}:", *lines, sep="\n  ")


def show_pairs(args: argparse.Namespace) -> None:
    """The judged pairs."""
    file = read_people_file(args.people) if args.people else None
    found = speaker_pairs.figures(settled(args.archive, people=file).connection, args.set)
    faults = found.pop("faults")
    print(json.dumps(found, indent=1))
    if args.faults:
        print(*faults, sep="\n")


def show_facet(args: argparse.Namespace) -> None:
    """The most quoted speakers: name, quotations, forms with the number of articles that have each."""
    file = read_people_file(args.people) if args.people else None
    made = settled(args.archive, year=args.year, people=file)
    print(
        f"{made.articles} articles, {made.speakers} speakers in them, {undecided(made.connection)} of these undecided"
    )
    for number, person in enumerate(people(made.connection), 1):
        if number > args.most:
            break
        forms = ", ".join(f"{form} {count}" for form, count in person.forms[:6])
        print(
            f"{number:4} {person.name} · {person.quotations} · {forms}"
            + (f" · {person.wikidata}" * bool(person.wikidata))
        )


def show_cost(args: argparse.Namespace) -> None:
    """Growth, memory and one percent more."""
    for row in identity_cost.figures(args.archive, [int(size) for size in args.sizes.split(",")]):
        print(json.dumps(row))


def show_agreement(args: argparse.Namespace) -> None:
    """Whether outlets that quote the same words are given the same speaker, before and after settling."""
    for row in across_articles.agreement(args.archive, args.data, args.year or "2018"):
        print(json.dumps(row))


def show_disputes(args: argparse.Namespace) -> None:
    """Disputed groups at random, to be read."""
    for row in across_articles.disputes(args.archive, args.most):
        print(json.dumps(row, ensure_ascii=False))


def show_settling(args: argparse.Namespace) -> None:
    """Who is who, versions and witnesses together: time, memory, one per cent more."""
    for row in across_articles.cost(args.archive, [int(size) for size in args.sizes.split(",")]):
        print(json.dumps(row), flush=True)


COMMANDS: dict[str, Callable[[argparse.Namespace], None]] = {
    "people": show_people,
    "pairs": show_pairs,
    "facet": show_facet,
    "cost": show_cost,
    "agreement": show_agreement,
    "disputes": show_disputes,
    "settling": show_settling,
}


def main() -> None:
    """Prints one figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, run in COMMANDS.items():
        command = commands.add_parser(name, help=run.__doc__)
        command.set_defaults(run=run)
        command.add_argument("--faults", action="store_true", help="say what came out wrong")
        if name == "people":
            command.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
            continue
        command.add_argument("--archive", type=Path, required=True)
        command.add_argument("--people", type=Path, help="a file of known people")
        if name == "pairs":
            command.add_argument("--set", choices=("dev", "seen", "final", "all"), default="dev")
        elif name in ("facet", "agreement", "disputes"):
            command.add_argument("--year")
            command.add_argument("--most", type=int, default=200)
            command.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
        else:
            command.add_argument("--sizes", default="3000,10000,0")
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
