"""What the commands that read articles share: options, progress bars."""

import contextlib
import dataclasses
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from index.data_folder import F
from index.errors import UsageError
from index.hands import Hands, ThisMachine
from index.readers import ReadingOptions, known_formats
from index.readers.limits import Limits, shown_size
from index.run_records import Options, Watcher
from index.settings import Settings


@contextlib.contextmanager
def bars() -> Iterator[Watcher]:
    """Progress bars on stderr, and only on a terminal."""
    shown: list[tqdm[Any]] = []

    def bar(**options: Any) -> "tqdm[Any]":
        shown.append(tqdm(disable=None, file=sys.stderr, leave=False, **options))
        return shown[-1]

    def building(total: int) -> Callable[[int], None]:
        progress = bar(desc="writing the index", unit=" quotations", total=total)

        def written(more: int) -> None:
            progress.update(more)

        return written

    def settling(total: int) -> Callable[[int], None]:
        progress = bar(desc="who is who", unit=" articles", total=total)

        def settled(more: int) -> None:
            progress.update(more)

        return settled

    reading = bar(desc="reading", unit=" articles")

    def article() -> None:
        reading.update()

    try:
        yield Watcher(article=article, building=building, settling=settling, waiting=_waiting)
    finally:
        for one in shown:
            one.close()


def _waiting(what: str) -> None:
    tqdm.write(f"saywho: {what}", file=sys.stderr)


@contextlib.contextmanager
def bar(**options: Any) -> Iterator[Callable[[int], None]]:
    """One progress bar, shown from its first step on; gives what is told how many more are done."""
    shown: tqdm[Any] | None = None

    def done(more: int) -> None:
        nonlocal shown
        if shown is None:
            shown = tqdm(disable=None, file=sys.stderr, leave=False, **options)
        shown.update(more)

    try:
        yield done
    finally:
        if shown is not None:
            shown.close()


def max_errors_of(value: str | None) -> tuple[int | None, float | None]:
    """`20` as (20, None), `5%` as (None, 0.05); UsageError for anything else."""
    if value is None:
        return None, None
    if re.fullmatch(r"\d+", value):
        return int(value), None
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)%", value):
        return None, float(match[1]) / 100
    raise UsageError(f"--max-errors is '{value}'; it takes a number (20) or a share (5%)")


def options_of(reading: dict[str, Any], **others: Any) -> Options:
    """The options of a run, from what `reading_options` and `jobs_option` took and `others`."""
    return Options(
        reading=ReadingOptions(
            format=reading["format_"],
            fields=fields_of(reading["field"]),
            encoding=reading["encoding"],
            languages=reading["language"],
            date_order=reading["date_order"],
            limits=limits_of(reading["limit_of"]),
            allow_private=reading["allow_private"],
            pages=reading["pages"],
        ),
        limit=reading["limit"],
        jobs=reading["jobs"] or default_jobs(),
        **others,
    )


def fields_of(pairs: tuple[str, ...]) -> dict[str, str]:
    """`text=body` pairs as a mapping; UsageError where one is not of that form."""
    fields = {}
    for pair in pairs:
        ours, equals, theirs = pair.partition("=")
        if not (ours and equals and theirs):
            raise UsageError(f"--field is '{pair}'; write it as OURS=THEIRS, for instance --field text=article_body")
        fields[ours] = theirs
    return fields


def limits_of(pairs: tuple[str, ...]) -> dict[str, str]:
    """`page=5MB` pairs as a mapping; UsageError where one is not of that form."""
    limits = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name and equals and value):
            raise UsageError(f"--limit-of is '{pair}'; write it as NAME=VALUE, for instance --limit-of page=5MB")
        limits[name] = value
    return limits


def left_out_line(counts: Mapping[str, int]) -> str:
    """What is said of articles in languages that were not asked for."""
    by = ", ".join(f"{language} ({count:,})" for language, count in sorted(counts.items(), key=lambda c: (-c[1], c[0])))
    total = sum(counts.values())
    return (
        f"left out: {total:,} not in English: {by}; --language {min(counts) if len(counts) == 1 else 'all'} takes them"
    )


def default_jobs() -> int:
    """One process for each processor that this one may use, at most eight."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(8, usable)


def _limits_line() -> str:
    """The limits as they are, for the help."""
    return ", ".join(f"{name}={_short(value)}" for name, value in dataclasses.asdict(Limits()).items())


def _short(value: float) -> str:
    return shown_size(int(value)).replace(" ", "") if value > 1_000_000 else f"{value:,}".removesuffix(".0")


def reading_options(command: F) -> F:
    """Adds the options that say how sources are read."""
    for option in (
        click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Read at most N articles."),
        click.option("--encoding", metavar="NAME", help="The files' encoding.  [default: looked at, file by file]"),
        click.option("--allow-private", is_flag=True, help="Fetch from this machine and private networks too."),
        click.option(
            "--pages/--no-pages",
            default=True,
            help="Fetch the pages of a feed's entries, or take the feed's own texts.",
        ),
        click.option(
            "--limit-of",
            "limit_of",
            multiple=True,
            metavar="NAME=VALUE",
            help=f"How much reading may cost.  [default: {_limits_line()}]",
        ),
        click.option(
            "--date-order", type=click.Choice(["dmy", "mdy"]), help="What 01/02/2020 means.  [default: set aside]"
        ),
        click.option(
            "--language",
            multiple=True,
            metavar="CODE|all",
            help="Take articles in this language too (fr, de, …).  [default: English, and what is too short to tell]",
        ),
        click.option("--field", "field", multiple=True, metavar="OURS=THEIRS", help="A column of another name."),
        click.option(
            "--format", "format_", default="auto", show_default=True, metavar="|".join(("auto", *known_formats()))
        ),
    ):
        command = option(command)
    return command


def freshness_options(command: F) -> F:
    """Adds `--prune-missing` and `--read-all`."""
    prune = (
        "Remove articles that the SOURCEs' files have no longer; the archive keeps their texts. Try --dry-run first."
    )
    command = click.option("--prune-missing", is_flag=True, help=prune)(command)
    every = "Read also files that have not changed since they were last read."
    return click.option("--read-all", is_flag=True, help=every)(command)


def report_option(command: F) -> F:
    """Adds `--report FILE`."""
    kind = click.Path(path_type=Path, dir_okay=False)
    text = "Write what was done as JSON, also where the run fails."
    return click.option("--report", type=kind, metavar="FILE", help=text)(command)


def wait_option(command: F) -> F:
    """Adds `--wait SECONDS`."""
    text = "Wait so long for another run that is writing.  [default: 0]"
    return click.option("--wait", type=click.FloatRange(min=0), default=0.0, metavar="SECONDS", help=text)(command)


def people_option(command: F) -> F:
    """Adds `--people FILE`."""
    text = "JSON lines of known people, used from now on; 'none' takes it out of use."
    return click.option("--people", metavar="FILE", help=text)(command)


def jobs_option(command: F) -> F:
    """Adds `--jobs N`."""
    text = "Processes that extract.  [default: one a processor]"
    return click.option("--jobs", type=click.IntRange(1, 64), metavar="N", help=text)(command)


def dask_options(command: F) -> F:
    """Adds `--dask` and `--parts`."""
    for option in (
        click.option(
            "--parts",
            metavar="DIR|URL",
            help="Where Dask's workers put what they have done; all must see it.  [default: parts in the data folder]",
        ),
        click.option(
            "--dask",
            metavar="ADDRESS|local",
            help="Have the workers of Dask's scheduler do the work (tcp://HOST:8786), or of one started here (local).",
        ),
    ):
        command = option(command)
    return command


@contextlib.contextmanager
def hands_of(settings: Settings, jobs: int) -> Iterator[Hands]:
    """Who does the work: Dask's workers where the settings say so, else `jobs` processes of this machine."""
    if not settings.dask:
        yield ThisMachine(jobs)
        return
    from index.cluster.driving import cluster

    with cluster(settings, jobs=jobs) as hands:
        yield hands
