"""What a run is told, whom it tells how far it is, and what it did."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

from index.errors import SaywhoError
from index.manifest import Manifest
from index.readers import AS_USUAL, ReadingOptions
from index.records import Failure


@dataclasses.dataclass(slots=True, kw_only=True)
class IndexReport:
    """What a run did. `failed` counts what was set aside in this run."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: int = 0
    vanished: int = 0
    """Archived articles that their files have no longer: they stay, unless pruning was asked for."""
    pruned: list[str] = dataclasses.field(default_factory=list)
    """The ids of vanished articles that were removed."""
    files_passed_over: int = 0
    """Files and addresses that had not changed since they were last read."""
    files_waiting: int = 0
    """Files that were left for a later run, since somebody may still be writing them."""
    not_before: dict[str, float] = dataclasses.field(default_factory=dict)
    """Addresses that want to be left alone, and for how many seconds from the run on."""
    words: int = 0
    quotations: int = 0
    seconds: float = 0.0
    cpu_reading: float = 0.0
    """Seconds of all processes' work until everything was read, extracted and kept."""
    cpu_building: float = 0.0
    """The same for settling and for the new build."""
    failures: list[Failure] = dataclasses.field(default_factory=list)
    left_out: dict[str, int] = dataclasses.field(default_factory=dict)
    """Articles in languages that were not asked for: how many of each."""
    build: str | None = None
    """The id of the build that this run published; None where nothing had changed."""
    held: str | None = None
    """The id of the published build, where it is held, so that this run published nothing."""
    adrift: int = 0
    """Corrections that find their words no longer, in the whole archive."""
    notes: list[str] = dataclasses.field(default_factory=list)
    """Why the index was written whole, where it could have gone on from the earlier build."""

    @property
    def worked_on(self) -> int:
        """Articles that were extracted."""
        return self.added + self.changed


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a run goes. `max_failures` None means without limit; `share` is the limit as a share of articles read."""

    reading: ReadingOptions = AS_USUAL
    jobs: int = 1
    full: bool = False
    dry_run: bool = False
    limit: int | None = None
    max_failures: int | None = None
    max_share: float | None = None
    all_files: bool = False
    """Also files that have not changed since they were last read."""
    prune: bool = False
    """Whether articles that their files have no longer are removed."""
    ready: Callable[[Path], bool] | None = None
    """Which files may be read now; None for all."""
    wait: float = 0.0
    """Seconds to wait for another run that is writing."""


@dataclasses.dataclass(frozen=True, slots=True)
class Watcher:
    """Who is told how far a run is: `article` after each one read, `building` when a build begins."""

    article: Callable[[], None] = lambda: None
    building: Callable[[int], Callable[[int], None] | None] = lambda total: None
    """Called with the number of quotations before a build; returns what is told how many more are written."""
    settling: Callable[[int], Callable[[int], None] | None] = lambda total: None
    """Called with the number of articles that wait to be settled; returns what is told how many more are."""
    waiting: Callable[[str], None] = lambda _: None
    """Told for whom this run waits, when another one is writing."""


@dataclasses.dataclass(frozen=True, slots=True)
class Rebuilt:
    """The build that was published, and what the extractor broke on meanwhile."""

    manifest: Manifest
    failures: tuple[Failure, ...]
    notes: tuple[str, ...]
    """What there is to say of the build that was replaced."""


class TooManyFailuresError(SaywhoError):
    """More was set aside than the run allows; what was kept stays, nothing new was published."""
