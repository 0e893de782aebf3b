"""`saywho watch`: reads sources again and again."""

import dataclasses
import datetime
import re
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import click

from index.commands import people_of
from index.data_folder import data_option, settings_of
from index.errors import UsageError
from index.intake import index_sources
from index.options import (
    freshness_options,
    jobs_option,
    max_errors_of,
    options_of,
    people_option,
    reading_options,
    report_option,
)
from index.readers import files_of, is_address, named_by
from index.reports import exit_code_of, reporting, row_of, write_report
from index.run_records import IndexReport, Options, Watcher
from index.settings import Settings
from index.watching import Pace, Ready, Round, Watch

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "": 1.0}
_LONGEST_SLEEP = 3600.0
_SHOWN = 3


class _Stopped(BaseException):
    """SIGTERM: whoever started this wants it to end."""


def seconds_of(option: str, value: str) -> float:
    """`90`, `90s`, `10m`, `2h`, `1d` in seconds; UsageError for anything else."""
    match = re.fullmatch(r"(\d{1,7}(?:\.\d{1,3})?)([smhd]?)", value.strip(), re.ASCII)
    if match is None:
        raise UsageError(f"{option} is '{value}'; it takes a time as 90s, 10m, 2h or 1d")
    return float(match[1]) * _UNITS[match[2]]


@click.command(
    epilog="""\b
Examples:
  saywho watch articles/                              files are read soon after they are complete
  saywho watch https://example.org/feed.xml --every 15m
  saywho watch incoming/ @feeds.txt --report last-round.json
  saywho watch @feeds.txt --once                      one round, for a scheduler of your own
"""
)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@reading_options
@jobs_option
@people_option
@freshness_options
@report_option
@click.option("--max-errors", metavar="N|P%", help="Give up a round when more articles than that cannot be read.")
@click.option("--once", is_flag=True, help="One round, and end with its exit code.")
@click.option(
    "--rest", default="5s", metavar="TIME", show_default=True, help="How long a file is left alone when whole."
)
@click.option("--poll", default="5s", metavar="TIME", show_default=True, help="Between two looks for new files.")
@click.option("--every", default="10m", metavar="TIME", show_default=True, help="From one reading to the next.")
@click.option("--wait", default="60s", metavar="TIME", show_default=True, help="For another run that is writing.")
@data_option
@click.pass_context
def watch(
    ctx: click.Context,
    /,
    sources: tuple[str, ...],
    people: str | None,
    max_errors: str | None,
    report: Path | None,
    prune_missing: bool,
    read_all: bool,
    once: bool,
    rest: str,
    poll: str,
    every: str,
    wait: str,
    data: Path | None,
    **reading: Any,
) -> int:
    """Read SOURCEs again and again, and publish what is new; ends when it is told to (Ctrl-C, SIGTERM).

    A SOURCE is what `saywho index` takes, but for standard input. Each round prints a line to standard error.
    """
    if "-" in sources:
        raise UsageError("standard input cannot be read again; use saywho index -")
    settings = settings_of(ctx, data)
    max_failures, max_share = max_errors_of(max_errors)
    options = options_of(
        reading,
        max_failures=max_failures,
        max_share=max_share,
        prune=prune_missing,
        all_files=read_all,
        wait=seconds_of("--wait", wait),
    )
    pace = Pace(
        every=max(1.0, seconds_of("--every", every)),
        poll=max(0.1, seconds_of("--poll", poll)),
        rest=seconds_of("--rest", rest),
    )
    rounds = _Rounds(settings, options, people_of(settings, people), report)
    format_ = options.reading.format
    # One by one, since each has its own pace: what the lists name when this begins.
    sources = tuple(dict.fromkeys(one for source in sources for one in named_by(source)))
    watching = Watch(
        sources, pace, run=rounds.run, files_of=lambda source: files_of(source, format=format_), is_address=is_address
    )
    with _stopping() as stopped:
        try:
            return rounds.once(watching) if once else rounds.forever(watching, stopped)
        except _Stopped:
            click.echo("saywho: stopped; what was done so far is kept", err=True)
            return 0


class _Rounds:
    """Runs rounds, and tells of them."""

    def __init__(self, settings: Settings, options: Options, people: Path | None, report: Path | None) -> None:
        self._settings, self._options, self._people, self._report = settings, options, people, report

    def run(self, sources: Sequence[str], ready: Ready) -> IndexReport:
        """One round's reading."""
        options = dataclasses.replace(self._options, ready=ready)
        with reporting(self._report) as kept:
            watcher, done = Watcher(waiting=_say), kept.report
            index_sources(self._settings, sources, options=options, watcher=watcher, people=self._people, report=done)
        self._people = None  # it is in use from now on
        return done

    def once(self, watching: Watch) -> int:
        """One round; its exit code."""
        done = watching.next()
        if done is None or done.report is None:
            raise done.errors[0] if done and done.errors else UsageError("there is nothing to read")
        self._tell(done, ahead=False)
        return done.errors[0].exit_code if done.errors else exit_code_of(done.report)

    def forever(self, watching: Watch, stopped: threading.Event) -> int:
        """Rounds until somebody ends them."""
        while not stopped.is_set():
            done = watching.next()
            if done is not None:
                self._tell(done, ahead=True)
            stopped.wait(min(_LONGEST_SLEEP, max(0.05, watching.wait())))
        raise _Stopped

    def _tell(self, done: Round, *, ahead: bool) -> None:
        for error in done.errors:
            _say(str(error))
        if done.report is None:
            if self._report is not None and done.errors:
                self._tell_failed(done)
            if ahead:
                _say(f"nothing could be read; again in {_time(done.wait)}")
            return
        report = done.report
        for failure in report.failures[:_SHOWN]:
            _say(f"set aside: {failure.origin}: {failure.reason}")
        parts = [
            f"{report.added:,} new, {report.changed:,} changed, {report.unchanged:,} unchanged, "
            f"{report.failed:,} set aside"
        ]
        if report.pruned:
            parts.append(f"{len(report.pruned):,} pruned")
        if report.files_waiting:
            parts.append(f"{report.files_waiting:,} files still being written")
        parts.append(f"published {report.build}" if report.build else "nothing to publish")
        parts.append(f"{report.seconds:.1f} s")
        _say("; ".join(parts))

    def _tell_failed(self, done: Round) -> None:
        """The report of a round that read nothing."""
        started = datetime.datetime.now(datetime.UTC)
        error = done.errors[0]
        row = row_of(IndexReport(), started=started, exit_code=error.exit_code, error=str(error))
        if self._report is not None:
            write_report(self._report, row)


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """SIGTERM ends what is done, as Ctrl-C does, but well."""
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if stopped.is_set():
            return
        stopped.set()
        raise _Stopped

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGTERM, before)


def _say(message: str) -> None:
    now = datetime.datetime.now(datetime.UTC)
    click.echo(f"{now:%Y-%m-%dT%H:%M:%SZ} {message}", err=True)


def _time(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.0f} s"
