"""Rounds that keep a collection fresh: which sources are due, which files are whole, how long to back off after errors.

Nothing here reads an article or knows a clock of its own: what runs a round, tells of it and waits is given.
"""

import contextlib
import dataclasses
import os
import random
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

from index.errors import SaywhoError, UsageError
from index.run_records import IndexReport

_LONGEST_BACK_OFF = 3600.0
_ALONG = 0.05
"""A round takes along what would be due within this share of `every`."""
_BUSY = 20.0
"""Looking through folders may take a twentieth of the time: with very many files it is done less often."""

_State: TypeAlias = tuple[int, int, int, int]
"""A file's size, times of content and inode in nanoseconds, inode."""
Ready: TypeAlias = Callable[[Path], bool]
RunRound: TypeAlias = Callable[[Sequence[str], Ready], IndexReport]
"""Reads sources, of their files those that are ready."""
FilesOf: TypeAlias = Callable[[str], Iterable[Path]]
"""The files of a source; UsageError where there are none."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often, in seconds."""

    every: float = 600.0
    """From one reading of a source to the next."""
    jitter: float = 0.1
    """As a share of `every`: so much earlier or later, that not everybody asks a server at once."""
    poll: float = 5.0
    """Between two looks at folders for new files."""
    rest: float = 5.0
    """How long a file must have been left alone to count as whole."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round did."""

    sources: tuple[str, ...]
    report: IndexReport | None = None
    """None where nothing could be run."""
    errors: tuple[SaywhoError, ...] = ()
    wait: float = 0.0
    """Seconds to the next one, unless a file comes before."""


class Stillness:
    """Which files have been left alone for long enough to be whole."""

    def __init__(self, rest: float, *, clock: Callable[[], float], now: Callable[[], float]) -> None:
        self._rest, self._clock, self._now = rest, clock, now
        self._seen: dict[str, tuple[_State, float]] = {}
        """By path: how it was, and since when it is seen to be so."""

    def ready(self, path: Path) -> bool:
        """Whether a file has been left alone for the time of rest; one that cannot be looked at is the reader's."""
        try:
            state = _state_of(path)
        except OSError:
            return True
        age = self._now() - max(state[1:3]) / 1e9
        if age >= self._rest:
            self._seen.pop(str(path), None)
            return True
        known = self._seen.get(str(path))
        if known is None or known[0] != state:
            self._seen[str(path)] = state, self._clock()
            return False
        # By its date it was written a moment ago, or will be: the clock that set it is not ours.
        return self._clock() - known[1] >= self._rest


class Watch:
    """Sources that are read again and again."""

    def __init__(
        self,
        sources: Sequence[str],
        pace: Pace,
        *,
        run: RunRound,
        files_of: FilesOf,
        is_address: Callable[[str], bool],
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._pace, self._run, self._files_of, self._is_address = pace, run, files_of, is_address
        self._clock, self._chance = clock, chance
        self._stillness = Stillness(pace.rest, clock=clock, now=now)
        self._due = dict.fromkeys(sources, clock())
        self._troubles: dict[str, int] = dict.fromkeys(sources, 0)
        """Rounds in a row in which a source could not be read."""
        self._told: set[str] = set()
        """Sources whose servers said when to come again."""
        self._looked: dict[str, dict[str, _State]] = {}
        """Files of local sources, as the last round that read them left them."""
        self._look_again = clock()
        self._poll = pace.poll

    def next(self) -> Round | None:
        """Reads what is due, and tells what came of it; None where nothing is."""
        started = self._clock()
        due = [source for source, when in self._due.items() if when <= started]
        if due:
            # One round and one build for all that would come soon after, but for those that were told to wait.
            soon = started + _ALONG * self._pace.every
            due = [source for source, when in self._due.items() if when <= (started if source in self._told else soon)]
        if started >= self._look_again:
            due += [source for source in self._due if source not in due and self._has_news(source)]
            self._poll = max(self._pace.poll, _BUSY * (self._clock() - started))
            self._look_again = self._clock() + self._poll
        if not due:
            return None
        there, errors = self._there(due)
        report = None
        if there:
            try:
                report = self._run(there, self._stillness.ready)
            except SaywhoError as error:
                errors |= dict.fromkeys(there, error)
            except Exception as error:  # it goes on by itself, whatever happens
                told = SaywhoError(f"something went wrong that should not ({type(error).__name__}: {error})")
                errors |= dict.fromkeys(there, told)
        self._schedule(due, errors, report)
        unique = tuple({str(error): error for error in errors.values()}.values())
        return Round(sources=tuple(due), report=report, errors=unique, wait=self.wait())

    def wait(self) -> float:
        """Seconds until something may be due."""
        soonest = min(self._due.values())
        if any(not self._is_address(source) for source in self._due):
            soonest = min(soonest, self._look_again)
        return max(0.0, soonest - self._clock())

    def _there(self, due: Sequence[str]) -> tuple[list[str], dict[str, SaywhoError]]:
        """The sources that can be read now, with their files as they are; what is wrong with the others."""
        there: list[str] = []
        errors: dict[str, SaywhoError] = {}
        for source in due:
            if self._is_address(source):
                there.append(source)
                continue
            try:
                found = self._files(source)
                self._looked[source] = {path: one for path, one in found.items() if self._stillness.ready(Path(path))}
                there.append(source)
            except UsageError as error:
                self._looked[source] = {}
                errors[source] = error
        return there, errors

    def _schedule(self, due: Sequence[str], errors: dict[str, SaywhoError], report: IndexReport | None) -> None:
        failed = {failure.origin for failure in report.failures} if report else set()
        for source in due:
            bad = source in errors or (self._is_address(source) and source in failed)
            self._troubles[source] = self._troubles[source] + 1 if bad else 0
            wait = self._pace.every * (1 + self._pace.jitter * (2 * self._chance() - 1))
            if bad:
                longest = max(_LONGEST_BACK_OFF, self._pace.every)
                wait = min(wait * 2.0 ** min(self._troubles[source] - 1, 20), longest)
            self._told.discard(source)
            asked = report.not_before.get(source, 0.0) if report else 0.0
            if asked > wait:
                self._told.add(source)
            self._due[source] = self._clock() + max(wait, asked)

    def _has_news(self, source: str) -> bool:
        """Whether a local source has files that are new, changed or gone, and that are whole."""
        if self._is_address(source):
            return False
        try:
            now = self._files(source)
        except UsageError:
            now = {}
        before = self._looked.get(source, {})
        if not now.keys() and before:
            # All at once: rather a folder that is not mounted than one that was emptied. The next round tells.
            return False
        news = bool(before.keys() - now.keys())
        for path, state in now.items():
            if before.get(path) != state:
                # All of them are asked about, since a file's rest is counted from when it was first seen.
                news |= self._stillness.ready(Path(path))
        return news

    def _files(self, source: str) -> dict[str, _State]:
        found = {}
        for path in self._files_of(source):
            with contextlib.suppress(OSError):
                found[str(path)] = _state_of(path)
        return found


def _state_of(path: Path) -> _State:
    found = os.stat(path)  # noqa: PTH116 - called for every file of a folder, again and again
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino
