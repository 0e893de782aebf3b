"""What a data folder holds, and whether what is published is sound."""

import contextlib
import dataclasses
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from index import whoosh_codec
from index.archive import Archive, Counts
from index.article_store import FILE_NAME, ArticleStore
from index.cluster import opensearch_build
from index.errors import IndexDamagedError, NotPublishedError, SchemaVersionError
from index.manifest import BUILD_ID, Manifest, check, faults, pointer, read_manifest
from index.settings import Settings
from index.settling import Across, across
from index.whoosh_codec import verifying
from index.whoosh_codec.stock import read_segments
from index.whoosh_codec.writer import FOLDER


@dataclasses.dataclass(frozen=True, slots=True)
class SegmentStatus:
    """A segment of the published build: its name, how many rows it has and how many of them are deleted, its bytes."""

    name: str
    rows: int
    deleted: int
    bytes: int


@dataclasses.dataclass(slots=True, kw_only=True)
class Status:
    """What a data folder holds. Of a build whose files are not what its manifest says nothing but that is known."""

    data: Path
    archive: Counts | None = None
    archive_bytes: int = 0
    across: Across | None = None
    """Who is who, versions, corrections."""
    extractors: dict[str, int] = dataclasses.field(default_factory=dict)
    """How many articles each extractor worked on."""
    build: Manifest | None = None
    build_bytes: int = 0
    segments: tuple[SegmentStatus, ...] = ()
    builds: int = 0
    builds_bytes: int = 0
    """Of all builds together; a file that several share counts once."""
    held: str | None = None
    """Since when (UTC, ISO 8601) no run may publish another build, where somebody went back to this one."""
    faults: tuple[str, ...] = ()
    """What is wrong with the published build, or with the archive."""
    hints: tuple[str, ...] = ()
    """What to do next."""

    @property
    def behind(self) -> bool:
        """Whether the archive holds what the published build does not."""
        return bool(self.build and self.archive and self.build.revision != self.archive.revision)

    def to_json(self) -> dict[str, Any]:
        """The whole as a JSON object."""
        row = dataclasses.asdict(self)
        return {**row, "data": str(self.data), "up_to_date": self.build is not None and not self.behind}


def look(settings: Settings, *, verify: bool = False, progress: Callable[[int], None] | None = None) -> Status:
    """What the data folder holds; with `verify` all of the published build is read, and `progress` told how far."""
    status = Status(data=settings.data)
    if settings.archive.is_file():
        with Archive(settings.archive) as archive:
            status.archive, status.extractors = archive.counts(), archive.extractors()
            status.across = across(archive)
            if verify:
                status.faults = tuple(f"{settings.archive}: {said}" for said in archive.faults())
        status.archive_bytes = settings.archive.stat().st_size
    if settings.engine == "opensearch":
        return _in_cluster(status, settings, verify=verify)
    status.builds, status.builds_bytes = _on_disk(settings.builds)
    try:
        now = pointer(settings.builds)
        folder, status.held = settings.builds / now.build, now.held
        status.build = read_manifest(folder) if verify else check(folder)
        if verify:
            status.faults += tuple(faults_of(folder, status.build, progress))
        if not status.faults:
            status.segments = _segments(folder, status.build)
            status.build_bytes = sum(file.size for file in status.build.files.values())
        else:
            status.hints = ("type: saywho rebuild",)
    except NotPublishedError as error:
        waiting = "what is archived is not published yet; run saywho index again, or saywho rebuild"
        status.hints = (waiting if status.archive and status.archive.articles else str(error),)
    except (IndexDamagedError, SchemaVersionError) as error:
        status.faults += (str(error),)
    return status


def _in_cluster(status: Status, settings: Settings, *, verify: bool) -> Status:
    """The same of what a cluster has published."""
    with opensearch_build.connected(settings) as connection:
        try:
            found = opensearch_build.looked_at(connection, verify=verify)
            status.build, status.build_bytes, status.builds, status.builds_bytes, faults = found
            status.faults += faults
        except NotPublishedError as error:
            status.hints = (str(error),)
    return status


def faults_of(folder: Path, manifest: Manifest, progress: Callable[[int], None] | None) -> Iterator[str]:
    """What is wrong with a build; its index is opened only where its files are right."""
    found = faults(folder, manifest)
    yield from found
    if not found:
        yield from verifying.faults(folder, progress)
        yield from _article_faults(folder, manifest)


def _article_faults(folder: Path, manifest: Manifest) -> Iterator[str]:
    path = folder / FILE_NAME
    try:
        with contextlib.closing(ArticleStore(path)) as store:
            yield from (f"{path}: {said}" for said in store.faults())
            ids = store.ids()
    except sqlite3.Error as error:
        yield f"{path}: cannot be read ({error})"
        return
    with contextlib.closing(whoosh_codec.Reader(folder, check=False)) as reader:
        found = len(ids), reader.rows
        missing = sorted(_articles_of(reader) - ids)
    if found != (manifest.articles, manifest.quotations):
        yield (
            f"{folder}: holds {found[0]:,} articles and {found[1]:,} quotations, and should hold "
            f"{manifest.articles:,} and {manifest.quotations:,}"
        )
    if missing:
        yield f"{path}: lacks {len(missing):,} articles that have quotations, '{missing[0]}' for instance"


def _articles_of(reader: whoosh_codec.Reader) -> set[str]:
    """The ids of all articles that have quotations."""
    found = set()
    for part in reader.parts:
        codes = part.segment.codes("article")
        values = part.segment.keys["article"].values
        living = codes if part.live is None else codes[part.live]
        found |= {values.text(code - 1) for code in np.unique(living).tolist()}
    return found


def _segments(folder: Path, manifest: Manifest) -> tuple[SegmentStatus, ...]:
    found = []
    for listed in read_segments(folder / FOLDER):
        name = listed.segment_id()
        size = sum(file.size for path, file in manifest.files.items() if Path(path).parts[:2] == (FOLDER, name))
        found.append(SegmentStatus(name, listed.rows, len(listed.deleted), size))
    return tuple(found)


def _on_disk(builds: Path) -> tuple[int, int]:
    """How many builds there are, and the bytes of all their files."""
    if not builds.is_dir():
        return 0, 0
    sizes = {}
    folders = [path for path in builds.iterdir() if BUILD_ID.fullmatch(path.name)]
    for folder in folders:
        for path in folder.rglob("*"):
            state = path.stat()
            if path.is_file():
                sizes[state.st_dev, state.st_ino] = state.st_size
    return len(folders), sum(sizes.values())
