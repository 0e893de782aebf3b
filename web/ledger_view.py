"""The ledger as its page shows it: newest first, with what keeps a line from doing something."""

import dataclasses
import re
from typing import TYPE_CHECKING

from index.errors import ArchiveError
from index.settings import Settings

if TYPE_CHECKING:
    from index.ledger import Correction


@dataclasses.dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the ledger and how it stands."""

    line: "Correction"
    holds: bool
    by: int | None
    """The line that undid or replaced it."""
    adrift: bool
    """Whether it holds and finds its words no longer."""
    waits: bool
    """Whether it is to be taken in by a run that is writing, or by the next one."""


@dataclasses.dataclass(frozen=True, slots=True)
class ShownLedger:
    """A page of the ledger."""

    lines: tuple[ShownLine, ...] = ()
    total: int = 0
    older: int | None = None
    """Before which number the next page begins."""
    behind: bool = False
    """Whether something that was written down is not on the pages yet."""
    held: bool = False
    """Whether the site was set back to an earlier build, so that nothing new is shown."""


def shown_ledger(settings: Settings, before: int | None, *, most: int) -> ShownLedger:
    """The lines before a number, or the newest."""
    # What reads the archive is loaded when somebody asks for the ledger.
    from index.adrift import adrift
    from index.archive import Archive
    from index.build import held
    from index.ledger import standings
    from index.recorded import waiting

    try:
        with Archive(settings.archive) as archive:
            late = waiting(settings, archive)
            lines = [*archive.corrections(), *late]
            standing = standings(lines)
            shown = [one for one in reversed(lines) if before is None or one.number < before]
            page = shown[:most]
            lost = adrift(archive, [one for one in page if standing[one.number].holds])
            behind = bool(late) or any(_is_newer(one.at, _published(settings)) for one in lines[-1:])
    except ArchiveError:
        if settings.archive.exists():
            raise
        return ShownLedger()
    waits = {one.number for one in late}
    return ShownLedger(
        lines=tuple(
            ShownLine(one, standing[one.number].holds, standing[one.number].by, one.number in lost, one.number in waits)
            for one in page
        ),
        total=len(lines),
        older=page[-1].number if len(shown) > most else None,
        behind=behind,
        held=held(settings.builds) is not None,
    )


def _published(settings: Settings) -> str:
    """The id of the published build, which begins with the moment of its making; empty where there is none."""
    from index.errors import IndexDamagedError, NotPublishedError
    from index.manifest import pointer

    try:
        return pointer(settings.builds).build
    except (NotPublishedError, IndexDamagedError):
        return ""


def _is_newer(at: str, build_id: str) -> bool:
    """Whether a line was written after a build was begun."""
    return re.sub(r"[-:.]", "", at)[:21] > build_id[:21]
