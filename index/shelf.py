"""The builds of a data folder: which there are, going back to an earlier one, removing old ones.

Who goes back means it to last: the archive still holds what the build that was left had, and the next run would publish
it again. So a build that was gone back to is held, and runs write to the archive only, until it is let go.
"""

import contextlib
import dataclasses
import datetime
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from index.build import KEPT, ids_of, leftovers, prune, remove_leftovers, too_old
from index.errors import IndexDamagedError, NotPublishedError, SchemaVersionError, UsageError
from index.lock import write_lock
from index.manifest import BUILD_ID, Manifest, Pointer, pointer, publish, read_manifest
from index.settings import Settings
from index.status import faults_of


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A build of the shelf. `bytes` of all its files; `alone` of those that no other build shares."""

    id: str
    published: str | None
    """When, UTC, ISO 8601; None where its manifest cannot be read."""
    articles: int | None
    quotations: int | None
    extractor: str | None
    bytes: int
    alone: int
    is_published: bool
    stays: bool
    """Whether the next `prune` would leave it."""
    fault: str | None
    """Why it cannot be opened, as far as its manifest tells."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The builds of a data folder, oldest first, and which is published, since when held."""

    published: str | None
    held: str | None
    keeps: int
    builds: tuple[Listed, ...]

    def to_json(self) -> dict[str, Any]:
        """The whole as a JSON object."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What was removed, or would be."""

    removed: tuple[str, ...]
    kept: tuple[str, ...]
    leftovers: int
    """What runs that were killed have left behind."""
    bytes: int
    """That no build that stays shares."""
    readers: tuple[int, ...]
    """Processes of this machine that still read what was removed: its room is free when they have let go of it."""


def shelf(settings: Settings, *, keep: int = KEPT) -> Shelf:
    """The builds that there are."""
    builds = settings.builds
    ids = ids_of(builds) if builds.is_dir() else []
    try:
        current: Pointer | None = pointer(builds)
    except (NotPublishedError, IndexDamagedError):
        current = None
    goes = set(too_old(builds, keep=keep)) if current else set()
    files = {build_id: _files(builds / build_id) for build_id in ids}
    return Shelf(
        published=current.build if current else None,
        held=current.held if current else None,
        keeps=keep,
        builds=tuple(
            _listed(
                builds / build_id,
                size=sum(files[build_id].values()),
                alone=_only_in([build_id], files),
                is_published=current is not None and current.build == build_id,
                stays=build_id not in goes,
            )
            for build_id in ids
        ),
    )


def go_back(settings: Settings, build_id: str, *, progress: Callable[[int], None] | None = None) -> Manifest:
    """Publishes a build that is there, once it was found sound, and holds it, unless it is the newest one.

    UsageError where there is no such build, IndexDamagedError, SchemaVersionError, LockHeldError.
    """
    pointer(settings.builds)  # before anything is made
    with write_lock(settings.data):
        current = pointer(settings.builds)
        folder = folder_of(settings, build_id)
        if folder.name == current.build:
            raise UsageError(f"build {build_id} is the published one; saywho builds lists the others")
        manifest = sound(folder, progress)
        newest = max(current.newest, folder.name)
        publish(settings.builds, folder.name, held=None if folder.name == newest else now(), newest=newest)
        return manifest


def let_go(settings: Settings) -> str:
    """Lets runs publish again; gives the id of the build that was held. UsageError where none is."""
    pointer(settings.builds)
    with write_lock(settings.data):
        current = pointer(settings.builds)
        if current.held is None:
            raise UsageError(f"no build is held: runs publish what they find, the last one {current.build}")
        publish(settings.builds, current.build, newest=current.newest)
        return current.build


def prune_shelf(settings: Settings, *, keep: int = KEPT, dry_run: bool = False) -> Pruned:
    """Removes the oldest builds but `keep`, never the published one, and what killed runs left behind.

    NotPublishedError, LockHeldError.
    """
    pointer(settings.builds)
    with write_lock(settings.data):
        builds = settings.builds
        left = [path.name for path in leftovers(builds)]
        goes = [build_id for build_id in too_old(builds, keep=keep) if build_id not in left]
        stays = [build_id for build_id in ids_of(builds) if build_id not in (*goes, *left)]
        files = {name: _files(builds / name) for name in (*goes, *stays, *left)}
        pruned = Pruned(
            removed=tuple(goes),
            kept=tuple(stays),
            leftovers=len(left),
            bytes=_only_in([*goes, *left], files),
            readers=tuple(_readers([builds / build_id for build_id in goes])),
        )
        if not dry_run:
            remove_leftovers(builds)
            prune(builds, keep=keep)
        return pruned


def folder_of(settings: Settings, build_id: str) -> Path:
    """The folder of the build of that id, or of the published one. UsageError where there is none."""
    if build_id == "published":
        return settings.builds / pointer(settings.builds).build
    folder = settings.builds / build_id
    if not BUILD_ID.fullmatch(build_id) or not folder.is_dir():
        raise UsageError(f"there is no build '{build_id}' in {settings.builds}; saywho builds lists those that are")
    return folder


def sound(folder: Path, progress: Callable[[int], None] | None = None) -> Manifest:
    """The manifest of a build of which all has been read and found right. IndexDamagedError, SchemaVersionError."""
    manifest = read_manifest(folder)
    found = list(faults_of(folder, manifest, progress))
    if found:
        more = f" (and {len(found) - 1} more faults)" if len(found) > 1 else ""
        raise IndexDamagedError(f"{found[0]}{more}; what was published before still stands")
    return manifest


def _listed(folder: Path, *, size: int, alone: int, is_published: bool, stays: bool) -> Listed:
    manifest, fault = None, None
    try:
        manifest = read_manifest(folder)
    except (IndexDamagedError, SchemaVersionError) as error:
        fault = str(error)
    return Listed(
        id=folder.name,
        published=manifest.published if manifest else None,
        articles=manifest.articles if manifest else None,
        quotations=manifest.quotations if manifest else None,
        extractor=manifest.extractor if manifest else None,
        bytes=size,
        alone=alone,
        is_published=is_published,
        stays=stays,
        fault=fault,
    )


def _files(folder: Path) -> dict[tuple[int, int], int]:
    """The sizes of a folder's files in bytes, by device and inode."""
    found = {}
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # a run may be removing it
            state = path.stat()
            if path.is_file():
                found[state.st_dev, state.st_ino] = state.st_size
    return found


def _only_in(names: Iterable[str], files: dict[str, dict[tuple[int, int], int]]) -> int:
    """The bytes of the files that stand in folders of these names, and in no other."""
    names = set(names)
    here = {inode: size for name in names for inode, size in files[name].items()}
    others = {inode for name, found in files.items() if name not in names for inode in found}
    return sum(size for inode, size in here.items() if inode not in others)


def _readers(folders: Iterable[Path]) -> list[int]:
    """The processes that have files of these folders mapped, as far as the system tells and they are ours to see."""
    wanted = [f"{folder.resolve()}/" for folder in folders]
    found = []
    for path in Path("/proc").glob("[0-9]*/maps") if wanted else ():
        with contextlib.suppress(OSError):
            maps = path.read_text(encoding="utf-8", errors="replace")
            if any(folder in maps for folder in wanted):
                found.append(int(path.parent.name))
    return sorted(found)


def now() -> str:
    """The moment, UTC, ISO 8601."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
