#!/usr/bin/env python3
"""Kills saywho at random moments and looks whether anything was lost.

    scripts/kill_test.py                     100 kills of index, rebuild, correct, prune and builds --rollback
    scripts/kill_test.py --kills 20 --seed 7

Each command is run once in peace on a small collection of invented articles, and then again and again on a copy of
what it began with, each time killed (SIGKILL) at a random moment of that time, later ones more often than early ones.
After every kill: the published build answers, all of it and of the archive is sound, what was acknowledged before is
in the ledger, and the same command, run again, comes to what the run in peace came to. A run that ends before its
moment is looked at in the same way, and tried again. The commands run in forks of this process, with everything
imported and the extractor loaded already, so that kills fall into their work.
"""

import argparse
import contextlib
import dataclasses
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import index.commands  # noqa: E402 F401 - loaded before the forks
import saywho  # noqa: E402
from index.archive import Archive  # noqa: E402
from index.extract.pipeline import extract  # noqa: E402
from index.ledger import in_force  # noqa: E402
from index.manifest import pointer, published  # noqa: E402
from index.records import Article  # noqa: E402
from index.settings import Settings  # noqa: E402
from index.shelf import shelf  # noqa: E402
from index.status import look  # noqa: E402
from index.whoosh_codec import Reader  # noqa: E402
from search.library import Library  # noqa: E402
from search.request import SearchRequest  # noqa: E402

_NAMES = ("Ada Brook", "Cy Dow", "Eve Dunn", "Tom Reed", "Una Vale")
_THINGS = (
    "harbour lantern copper violin meadow thunder glacier orchard velvet compass walnut ferry chimney".split()  # noqa: SIM905
)


@dataclasses.dataclass(frozen=True, slots=True)
class Trial:
    """A command line, and what it begins with: the folders of articles that were read, and lines that were run."""

    name: str
    arguments: Callable[[Settings, Path], list[str]]


TRIALS = (
    Trial("index", lambda settings, work: ["index", str(work / "more")]),
    Trial("rebuild", lambda settings, work: ["rebuild"]),
    Trial("correct", lambda settings, work: ["correct", _some_quotation(settings), "--speaker", "Zoe Quill"]),
    Trial("prune", lambda settings, work: ["prune", "--keep", "1"]),
    Trial("rollback", lambda settings, work: ["builds", "--rollback", shelf(settings).builds[0].id]),
)


def write_articles(folder: Path, numbers: Sequence[int], seed: int) -> None:
    """Invented articles, a file each."""
    folder.mkdir(parents=True)
    for number in numbers:
        chance = random.Random(f"{seed}-{number}")  # noqa: S311 invented words
        who, other = chance.sample(_NAMES, 2)
        together = random.Random(number // 2)  # noqa: S311 two articles have the same words
        thing, shared = chance.choice(_THINGS), " ".join(together.sample(_THINGS, 6))
        text = (
            f"Title: The {thing} of day {number}\nDate: 2020-{number % 12 + 1:02}-{number % 28 + 1:02}\n\n"
            f"“The {thing} will stand for another {number + 2} winters,” {who} said.\n\n"
            f"“Nobody has asked the {shared},” {other} told the council, and left the town.\n"
        )
        (folder / f"{number:03}.txt").write_text(text, encoding="utf-8")


def run(arguments: Sequence[str], data: Path, *, kill_after: float | None = None) -> int | None:
    """Runs a command line in a fork; the exit code, or None where it was killed before it ended."""
    process = os.fork()
    if process == 0:
        code = 70
        try:
            with Path(os.devnull).open("w") as nothing:
                os.dup2(nothing.fileno(), 1)
                os.dup2(nothing.fileno(), 2)
            code = saywho.run([*arguments, "--data", str(data)])
        finally:
            os._exit(code)
    if kill_after is not None:
        deadline = time.monotonic() + kill_after
        while (left := deadline - time.monotonic()) > 0:
            found, status = os.waitpid(process, os.WNOHANG)
            if found:
                return os.waitstatus_to_exitcode(status)
            time.sleep(min(left, 0.002))
        os.kill(process, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    return None if code == -signal.SIGKILL else code


def entries_of(settings: Settings) -> list[dict[str, Any]]:
    """What the published build holds; a correction's number is only whether there is one."""
    with contextlib.closing(Reader(published(settings.builds))) as reader:
        rows = [
            dataclasses.asdict(reader.entry(part.base + row))
            for part in reader.parts
            for row in range(part.segment.rows)
            if part.live is None or part.live[row]
        ]
    for row in rows:
        row["correction"] = row["correction"] is not None
    return sorted(rows, key=lambda row: str(row["id"]))


def held_lines(settings: Settings) -> list[tuple[str, str, str | None]]:
    """What the ledger says that holds."""
    with Archive(settings.archive) as archive:
        return [(one.action, one.subject, one.value) for one in in_force(archive.corrections())]


def outcome(settings: Settings) -> dict[str, Any]:
    """What a run comes to: what is published, whether it is held, which builds there are, what holds."""
    found = shelf(settings)
    return {
        "entries": entries_of(settings),
        "held": found.held is not None,
        "builds": len(found.builds),
        "ledger": held_lines(settings),
    }


class WrongError(Exception):
    """What a kill has broken."""


def check(settings: Settings, acknowledged: Sequence[tuple[str, str, str | None]]) -> None:
    """Raises WrongError where something is not as it was promised."""
    library = Library(settings)
    try:
        page = library.search(SearchRequest(q="winters"))
        if not page.total or len(page.results) != min(page.total, 20):
            raise WrongError(f"the published build finds {page.total} quotations and shows {len(page.results)}")
        for hit in page.results[:3]:
            library.current().article(hit.article.id)
    finally:
        library.close()
    status = look(settings, verify=True)
    if status.faults:
        raise WrongError(f"status --verify: {status.faults}")
    lost = [line for line in acknowledged if line not in held_lines(settings)]
    if lost:
        raise WrongError(f"corrections that were acknowledged are lost: {lost}")


def _some_quotation(settings: Settings) -> str:
    library = Library(settings)
    try:
        return library.search(SearchRequest(q="winters", sort="oldest")).results[-1].id
    finally:
        library.close()


def prepare(work: Path, seed: int) -> Settings:
    """A data folder with three builds and two corrections, and more articles to read."""
    settings = Settings(data=work / "data")
    write_articles(work / "first", range(12), seed)
    write_articles(work / "second", range(12, 18), seed)
    write_articles(work / "more", range(18, 26), seed)
    extract(Article(id="first", text="“It rains,” Ada Brook said.", date=None, date_basis="missing"))  # for the forks
    for folder in ("first", "second"):
        if run(["index", str(work / folder), "--jobs", "1"], settings.data) != 0:
            raise SystemExit(f"the articles in {work / folder} could not be indexed")
    for arguments in (
        ["correct", "cy-dow", "--rename", "Cyrus Dow"],
        ["correct", _some_quotation(settings), "--nobody"],
    ):
        if run(arguments, settings.data) != 0:
            raise SystemExit(f"saywho {' '.join(arguments)} failed")
    return settings


def kill_all(work: Path, *, kills: int, seed: int, say: Callable[[str], None]) -> dict[str, Any]:
    """So many kills, the commands in turn; what was seen. Raises WrongError at the first thing that is."""
    settings = prepare(work, seed)
    acknowledged = held_lines(settings)
    peace: dict[str, tuple[list[str], float, dict[str, Any]]] = {}
    for trial in TRIALS:
        one = _copy(settings, work / f"peace-{trial.name}")
        arguments = [*trial.arguments(one, work), *(["--jobs", "1"] if trial.name in ("index", "rebuild") else [])]
        started = time.monotonic()
        code = run(arguments, one.data)
        took = time.monotonic() - started
        if code != 0:
            raise SystemExit(f"saywho {' '.join(arguments)} ended with {code}, in peace")
        check(one, acknowledged if trial.name != "correct" else acknowledged[:1])
        peace[trial.name] = arguments, took, outcome(one)
        shutil.rmtree(one.data)
        say(f"saywho {arguments[0]} ({trial.name}) takes {took:.2f} s in peace")
    chance = random.Random(seed)  # noqa: S311 moments, not secrets
    seen, states = Counter[str](), Counter[str]()
    tries = 0
    while seen["killed"] < kills:
        trial = TRIALS[tries % len(TRIALS)]
        tries += 1
        arguments, took, wanted = peace[trial.name]
        one = _copy(settings, work / "killed")
        before = pointer(one.builds)
        moment = took * max(chance.random(), chance.random())
        started = time.monotonic()
        code = run(arguments, one.data, kill_after=moment)
        if code is not None:  # the machine has become faster
            peace[trial.name] = arguments, min(took, time.monotonic() - started), wanted
        what = f"try {tries} (seed {seed}): saywho {' '.join(arguments)} after {moment:.3f} of {took:.3f} s"
        seen["killed" if code is None else "ended before"] += 1
        seen[f"{trial.name} killed"] += code is None
        if code is None:
            states["a new build was published" if pointer(one.builds) != before else "nothing new was published"] += 1
            left = [path.name for path in one.builds.iterdir() if path.name.startswith(".")]
            states["half a build was left behind"] += bool(left)
        try:
            changed = trial.name == "correct"  # it gives a quotation that was corrected to somebody else
            check(one, acknowledged[:1] if changed else acknowledged)
            if code == 0 and changed and ("speaker", arguments[1], "Zoe Quill") not in held_lines(one):
                raise WrongError("the correction was acknowledged and is not in the ledger")
            again = run(arguments, one.data)
            # What was done already cannot be done again: going back to the build that is published.
            if again != 0 and not (again == 2 and trial.name == "rollback"):
                raise WrongError(f"run again, it ends with {again}")
            got = outcome(one)
            if trial.name in ("index", "rebuild", "correct"):
                got["builds"] = wanted["builds"]  # a run that was killed late has published one more
            differing = [name for name in wanted if got[name] != wanted[name]]
            if differing:
                raise WrongError(f"run again, it comes to something else than in peace: {', '.join(differing)}")
            check(one, acknowledged[:1] if changed else acknowledged)
            if hidden := [path.name for path in one.builds.iterdir() if path.name.startswith(".")]:
                states["left for the next run"] += bool(hidden)
        except WrongError as error:
            raise WrongError(f"{what}: {error}; the folder is {one.data}") from error
        shutil.rmtree(one.data)
        if tries % 10 == 0:
            say(f"{tries} tries, {seen['killed']} kills")
    return {"seed": seed, **seen, **states}


def _copy(settings: Settings, folder: Path) -> Settings:
    """A data folder again, with the files that its builds share shared."""
    shutil.rmtree(folder, ignore_errors=True)
    known: dict[int, Path] = {}
    for path in sorted(settings.data.rglob("*")):
        target = folder / path.relative_to(settings.data)
        if path.is_dir():
            target.mkdir(parents=True)
        else:
            inode = path.stat().st_ino
            if inode in known:
                os.link(known[inode], target)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, target)
                known[inode] = target
    return Settings(data=folder)


def main() -> None:
    """Kills, looks and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100, metavar="N", help="[100]")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the moments [1]")
    parser.add_argument("--work", type=Path, metavar="DIR", help="keeps the data folders [a temporary one]")
    args = parser.parse_args()
    folder = args.work or Path(tempfile.mkdtemp(prefix="saywho-kills-"))
    started = time.monotonic()
    try:
        found = kill_all(folder, kills=args.kills, seed=args.seed, say=lambda line: print(line, flush=True))
    except WrongError as error:
        sys.exit(f"WRONG: {error}")
    if args.work is None:
        shutil.rmtree(folder)
    print(json.dumps({**found, "seconds": round(time.monotonic() - started)}))
    print("Nothing was lost, and every next run came to what a run in peace comes to.")


if __name__ == "__main__":
    main()
