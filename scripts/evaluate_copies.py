#!/usr/bin/env python3
"""How well copies of articles are found among real news, and how rarely other articles are taken for copies.

    scripts/evaluate_copies.py planted [--data ../shared/data] [--count 1000]
    scripts/evaluate_copies.py found [--data ../shared/data] [--show 30]

`planted` takes articles of the news, changes a share of their words at random, cuts them or gives them another
beginning, and puts them beside their originals, the other news, and reports written on one template. `found` looks
through all the news and prints pairs, to be read. docs/keeping-fresh.md says what came out.
"""

import argparse
import dataclasses
import gzip
import json
import random
import re
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from index import copies  # noqa: E402
from index.records import Article  # noqa: E402
from scripts.evaluation.table import Table, as_markdown, as_text  # noqa: E402

CHANGED = (0.05, 0.1, 0.15, 0.2)
_WORD = re.compile(r"[^\W_]+")
_PLACES = [
    *("Aldmoor", "Brackwell", "Corriton", "Dunmere", "Eastholt", "Farrowby", "Glenhead", "Harside", "Inverlow"),
    *("Kelspath", "Lorton", "Mossgate"),
]
_NAMES = [
    *("Anders", "Beckett", "Corlin", "Dray", "Ellery", "Fenwick", "Garrod", "Hale", "Ingram", "Joyce", "Keating"),
    *("Lowe", "Marsh", "Nolan", "Orr", "Pryce"),
]
_TEMPLATES = (
    "{p} will wake to temperatures of about {n} degrees on Monday, with winds of {n} miles an hour from the west "
    "and showers that clear by the afternoon. {p} is expected to reach {n} degrees by noon, {q} no more than {n}. "
    "Drivers on the coast road near {q} should expect delays, and the river at {p} stands at {n} centimetres, {n} "
    "above the usual level for the season. The outlook for the rest of the week is dry, with highs of {n} to {n} "
    "degrees.",
    "Shares closed higher on Tuesday, led by banks and makers of cars. The main index rose {n} points, or 0.{n} "
    "percent, to close at {n},{n}. The broader index gained {n} points to {n},{n}, while the index of smaller "
    "companies fell {n} points. Traders said that they were waiting for the decision of the central bank. Oil rose "
    "{n} cents to {n}.{n} dollars a barrel and gold fell {n} dollars to {n},{n} an ounce. Volume was light, with "
    "{n} million shares changing hands.",
    "{p} beat {q} {n}-{n} at home on Saturday, with two goals from {a} before the break and a late one from {b}. "
    "{q} had taken the lead through {c} after {n} minutes, but never recovered from the red card shown to {d}. It "
    "was the {n}th win of the season for {p}, who now have {n} points. The manager, {a} {b}, said that his side had "
    "earned it. A crowd of {n},{n} watched. {q} play {r} next week, while {p} travel to face the leaders.",
    "The {p} planning committee approved {n} applications at its meeting on Thursday. Among them was an extension "
    "to the home of {a} {b} on {q} Road, and {n} flats above the former bank in {r}. Councillor {c} {d} objected to "
    "the second, saying that parking was already scarce. The committee deferred a decision on the new stables until "
    "its next meeting, and refused a sign for the garage. Plans can be seen at the council offices between {n} and "
    "{n} on weekdays.",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Planted:
    """An article, what it was made of, and how."""

    article: Article
    origin: str
    how: str


def news(data: Path, most: int | None = None) -> Iterator[Article]:
    """The articles of the news, by year."""
    files = sorted((data / "news").glob("*.jsonl.gz"))
    if not files:
        sys.exit(f"{data / 'news'}: no news there; --data takes the folder that holds news/")
    count = 0
    for path in files:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                yield Article(id=row["id"], text=row["text"], date=row["date"], title=row["title"], url=row["url"])
                count += 1
                if most is not None and count >= most:
                    return


def collection(data: Path, count: int, seed: int) -> list[Planted]:
    """Real articles, edited copies of some, and reports on templates, in disorder."""
    rng = random.Random(seed)  # noqa: S311
    articles = [one for one in news(data) if len(_WORD.findall(one.text)) >= 80]
    chosen = rng.sample(articles, 2 * count)
    vocabulary = [word for one in chosen for word in _WORD.findall(one.text)]
    found = [Planted(one, one.id, "original") for one in chosen]
    edits = [*(f"{share:.0%} of the words changed" for share in CHANGED), "another beginning", "a third cut off"]
    for number, one in enumerate(chosen[:count]):
        how = edits[number % len(edits)]
        text = _edited(one.text, how, rng, vocabulary)
        found.append(Planted(dataclasses.replace(one, id=f"copy-{number}", text=text, title=None), one.id, how))
    for number in range(count):
        text = _filled(_TEMPLATES[number % len(_TEMPLATES)], rng)
        made = Article(id=f"template-{number}", text=text, date=f"2018-{1 + number % 12:02}-{1 + number % 28:02}")
        found.append(Planted(made, made.id, "template"))
    rng.shuffle(found)
    return found


def _edited(text: str, how: str, rng: random.Random, vocabulary: list[str]) -> str:
    if how == "another beginning":
        end = text.find(" ", len(text) // 10)
        return " ".join(rng.choice(vocabulary) for _ in range(30)) + ". " + text[end:]
    if how == "a third cut off":
        return text[: text.rfind(" ", 0, 2 * len(text) // 3)]
    share = int(how.partition("%")[0]) / 100
    return _WORD.sub(lambda word: rng.choice(vocabulary) if rng.random() < share else word[0], text)


def _filled(template: str, rng: random.Random) -> str:
    def value(slot: "re.Match[str]") -> str:
        if slot[1] == "n":
            return str(rng.randint(2, 980))
        return held.setdefault(slot[1], rng.choice(_PLACES if slot[1] in "pqr" else _NAMES))

    held: dict[str, str] = {}
    return re.sub(r"\{(\w)\}", value, template)


def looked_through(articles: list[Article]) -> tuple[set[tuple[str, str]], float]:
    """The pairs of articles that are like each other, and the processor's seconds that finding them took."""
    by_id = {one.id: one for one in articles}
    connection = sqlite3.connect(":memory:")
    connection.executescript(copies.SCHEMA)
    started = time.process_time()
    copies.update(connection, articles, (), find=by_id.get)
    seconds = time.process_time() - started
    query = (
        "SELECT a.id, b.id FROM copy_edges JOIN copy_articles a ON a.form = low JOIN copy_articles b ON b.form = high "
        "UNION SELECT a.id, b.id FROM copy_articles a JOIN copy_articles b ON a.form = b.form AND a.id < b.id"
    )
    return {(min(pair), max(pair)) for pair in connection.execute(query)}, seconds


def show_planted(args: argparse.Namespace) -> None:
    """Recall by edit; precision of what was found."""
    made = collection(args.data, args.count, args.seed)
    by_id = {one.article.id: one for one in made}
    pairs, seconds = looked_through([one.article for one in made])
    wanted = Counter(one.how for one in made if one.article.id.startswith("copy-"))
    hits: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    among_real = {tuple(sorted(pair)) for pair in pairs if {by_id[one].how for one in pair} == {"original"}}
    for pair in pairs:
        first, second = (by_id[one] for one in pair)
        hows = {first.how, second.how}
        if first.origin == second.origin:
            hits[next(how for how in (first.how, second.how) if how != "original")] += 1
        elif hows == {"template"}:
            wrong["two reports on one template"] += 1
        elif hows != {"original"} and tuple(sorted((first.origin, second.origin))) not in among_real:
            wrong["copies of different articles"] += 1
    rows = [
        (how, f"{wanted[how]:,}", f"{hits[how]:,}", f"{100 * hits[how] / wanted[how]:.1f}") for how in sorted(wanted)
    ]
    total, found = sum(wanted.values()), sum(hits.values())
    rows.append(("all", f"{total:,}", f"{found:,}", f"{100 * found / total:.1f}"))
    write = as_markdown if args.markdown else as_text
    print(write(Table("Planted copies", ("edit", "planted", "found", "recall, %"), rows)))
    false = sum(wrong.values())
    print(f"\nprecision {100 * found / (found + false):.2f} %: {false} false pairs {dict(wrong)}")
    print(f"{len(among_real)} pairs of real articles are like each other (read them with `found`)")
    print(
        f"{len(made):,} articles in {seconds:.1f} s of processor time: {1000 * seconds / len(made):.2f} ms an article"
    )


def show_found(args: argparse.Namespace) -> None:
    """Pairs of real articles."""
    articles = list(news(args.data, args.most))
    by_id = {one.id: one for one in articles}
    pairs, seconds = looked_through(articles)
    print(f"{len(articles):,} articles, {len(pairs):,} pairs, {seconds:.1f} s of processor time")
    rng = random.Random(args.seed)  # noqa: S311
    for pair in rng.sample(sorted(pairs), min(args.show, len(pairs))):
        print("-" * 100)
        for one in (by_id[article_id] for article_id in pair):
            text = " ".join(one.text.split())
            print(f"{one.date} {one.url}\n  {one.title} | {len(text.split())} words | {text[:300]}")


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, show in (("planted", show_planted), ("found", show_found)):
        command = commands.add_parser(name, help=show.__doc__)
        command.set_defaults(show_it=show)
        command.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="[../shared/data]")
        command.add_argument("--seed", type=int, default=1, metavar="N")
        if name == "planted":
            command.add_argument("--count", type=int, default=1000, metavar="N", help="copies [1000]")
            command.add_argument("--markdown", action="store_true", help="print a Markdown table")
        else:
            command.add_argument("--show", type=int, default=30, metavar="N", help="pairs to print [30]")
            command.add_argument("--most", type=int, default=None, metavar="N", help="articles to look through [all]")
    args = parser.parse_args()
    args.show_it(args)


if __name__ == "__main__":
    main()
