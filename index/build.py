"""Archive -> a new build -> self-check -> atomic switch. What was published before answers until the last step.

A build goes on from the published one: it shares what has not changed by hard links and never alters it. It is made in
a hidden folder beside the others and renamed when it is whole; what a killed run left behind is removed by the next
one. The caller holds the write lock.
"""

import contextlib
import dataclasses
import datetime
import errno
import random
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from index import copies, identity, people_in_use, whoosh_codec
from index.archive import Archive, Changes
from index.article_store import FILE_NAME, ArticleStore, go_on, write_articles
from index.cluster import opensearch_build
from index.entries import make_entries
from index.errors import ArchiveError, BuildError, IndexDamagedError, NotPublishedError, SchemaVersionError
from index.manifest import (
    BUILD_ID,
    POINTER,
    Manifest,
    check,
    pointer,
    publish,
    published,
    read_manifest,
    sync,
    write_manifest,
)
from index.people_store import FILE_NAME as PEOPLE_FILE
from index.people_store import write_people
from index.records import Article, Entry
from index.schema import SCHEMA_VERSION
from index.settings import Settings
from index.settlement import Settlement
from index.settling import settle, waits
from index.spreading import Spread, here

KEPT = 3
"""Builds that stay after a publication, the new one included: servers and cursors may still use the others."""
_SAMPLED = 10
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

Progress = Callable[[int], None]
Note = Callable[[str], None]


class _UnsoundError(BuildError):
    """A build that does not hold what it should."""


def up_to_date(settings: Settings, archive: Archive) -> bool:
    """Whether the published build was made from this archive as it stands, by this version of the schema."""
    if settings.engine == "opensearch":
        return opensearch_build.up_to_date(settings, archive)
    try:
        made = read_manifest(published(settings.builds))
        made_of_it = made.revision == archive.revision() and archive.has_made(made.id, made.revision)
        return made_of_it and not waits(archive, people_in_use.digest(settings))
    except (NotPublishedError, IndexDamagedError, SchemaVersionError):
        return False


def held(builds: Path) -> str | None:
    """The id of the published build, where somebody went back to it, so that no run may publish another."""
    try:
        now = pointer(builds)
    except (NotPublishedError, IndexDamagedError):
        return None
    return now.build if now.held else None


def build(
    settings: Settings,
    archive: Archive,
    *,
    whole: bool = False,
    settling: Progress | None = None,
    progress: Progress | None = None,
    note: Note = lambda _: None,
    spread: Spread = here,
) -> Manifest:
    """Makes and publishes a new build of all that the archive holds, once what waits there is settled.

    It goes on from the published build, unless `whole`, or where that cannot be: `note` is told why. `settling` is
    told how many more articles have been settled, `progress`, now and then, how many more quotations have been looked
    at; what can be settled elsewhere is where `spread` has it done. Raises BuildError, and PeopleFileError where the
    people file in use cannot be read.
    """
    builds = settings.builds
    try:
        builds.mkdir(parents=True, exist_ok=True)
        remove_leftovers(builds)
        _settle(settings, archive, whole=whole, progress=settling, note=note, spread=spread)
        if settings.engine == "opensearch":
            return opensearch_build.build(settings, archive, _articles(archive), progress=progress)
        earlier = _to_go_on_from(builds, whole, note)
        try:
            manifest = _make(builds, archive, earlier, progress)
        except (_UnsoundError, IndexDamagedError) as error:
            if earlier is None:
                raise
            note(f"build {earlier.name} could not be gone on from ({_what(error)}); the index was written whole")
            manifest = _make(builds, archive, None, progress)
    except ArchiveError as error:
        raise BuildError(f"the new build was not published: {error}") from error
    except (OSError, sqlite3.Error) as error:
        raise BuildError(
            f"the new build was not published: {_remedy(settings, error)}. What was published before still stands"
        ) from error
    prune(builds, keep=KEPT)
    return manifest


def _settle(
    settings: Settings, archive: Archive, *, whole: bool, progress: Progress | None, note: Note, spread: Spread
) -> None:
    people, made_with = people_in_use.in_use(settings), people_in_use.digest(settings)
    done = settle(archive, people=people, made_with=made_with, whole=whole, progress=progress, spread=spread)
    for line in done.lost:
        note(
            f"correction {line.number} found its quotation no longer (article {line.article} has changed, or went); it "
            "holds again when the words come back: saywho correct --list"
        )
    for problem in people.problems if people else ():
        note(problem)


def tidy(builds: Path) -> None:
    """Does what a run that was killed has left undone: removes leftovers and the oldest builds."""
    remove_leftovers(builds)
    with contextlib.suppress(NotPublishedError):  # what a cluster has published is pruned when it is
        prune(builds, keep=KEPT)


def prune(builds: Path, *, keep: int) -> list[str]:
    """Removes the oldest builds but `keep`, never the published one; returns the ids of those removed."""
    removed = too_old(builds, keep=keep)
    for build_id in removed:
        _remove(builds, build_id)
    return removed


def too_old(builds: Path, *, keep: int) -> list[str]:
    """The ids of the builds that `prune` would remove, oldest first."""
    ids = ids_of(builds)
    stay = {published(builds).name, *ids[-keep:]}
    return [build_id for build_id in ids if build_id not in stay]


def remove_leftovers(builds: Path) -> None:
    """Removes half builds, builds newer than any that was published, and temporary files: their runs were killed."""
    for path in builds.glob(f".{POINTER}.*"):
        with contextlib.suppress(OSError):
            path.unlink()
    for path in leftovers(builds):
        if path.name.startswith("."):
            shutil.rmtree(path, ignore_errors=True)
        else:
            _remove(builds, path.name)


def leftovers(builds: Path) -> list[Path]:
    """Half builds, and whole ones that were never published."""
    half = [*builds.glob(".making-*"), *builds.glob(".removing-*")]
    try:
        newest = pointer(builds).newest
    except NotPublishedError:
        newest = ""
    except IndexDamagedError:  # which one is published cannot be told
        return half
    return half + [builds / build_id for build_id in ids_of(builds) if build_id > newest]


def ids_of(builds: Path) -> list[str]:
    """The builds of a folder, oldest first."""
    return sorted(path.name for path in builds.iterdir() if BUILD_ID.fullmatch(path.name))


def _remove(builds: Path, build_id: str) -> None:
    """Removes a build, which goes by its name as long as it is whole; what cannot be removed stays."""
    away = builds / f".removing-{build_id}"
    with contextlib.suppress(OSError):
        (builds / build_id).rename(away)
        shutil.rmtree(away, ignore_errors=True)


def _to_go_on_from(builds: Path, whole: bool, note: Note) -> Path | None:
    """The published build where a new one can share its files."""
    try:
        folder = published(builds)
        if whole:
            read_manifest(folder)
            return None
        check(folder)
        return folder
    except NotPublishedError:
        return None
    except SchemaVersionError as error:
        note(f"{_what(error)}; the index was moved over to version {SCHEMA_VERSION}")
    except IndexDamagedError as error:
        note(f"{_what(error)}; the index was written whole")
    return None


def _make(builds: Path, archive: Archive, earlier: Path | None, progress: Progress | None) -> Manifest:
    """Writes, checks and publishes a build."""
    moment = datetime.datetime.now(datetime.UTC)
    build_id = f"{moment:%Y%m%dT%H%M%S%fZ}-{secrets.token_hex(4)}"
    making = builds / f".making-{build_id}"
    try:
        making.mkdir()
        settled = Settlement(archive)
        archive.note_build(build_id, archive.revision())
        archive.commit()
        articles, quotations = _write(making, archive, settled, earlier, progress)
        manifest = write_manifest(
            making,
            earlier=earlier,
            id=build_id,
            published=moment.isoformat(timespec="seconds"),
            extractor=", ".join(archive.extractors()),
            articles=articles,
            quotations=quotations,
            revision=archive.revision(),
        )
        making.rename(builds / build_id)
        sync(builds)
        publish(builds, build_id)
    except BaseException:
        with contextlib.suppress(OSError):
            remove_leftovers(builds)
        raise
    return manifest


def _write(
    folder: Path, archive: Archive, settled: Settlement, earlier: Path | None, progress: Progress | None
) -> tuple[int, int]:
    """Writes and checks a build's files; returns how many articles and quotations it holds."""
    changes = _changes(archive, earlier) if earlier is not None else None
    _write_articles(folder, archive, earlier, changes)
    write_people(
        folder / PEOPLE_FILE,
        identity.people(archive.connection, rulings=settled.rulings),
        identity.aliases(archive.connection, rulings=settled.rulings),
    )
    sync(folder / PEOPLE_FILE)
    sample = _Sample()
    entries = sample.watch(make_entries(archive, settled, changes.changed if changes else None))
    replacing = (*changes.changed, *changes.removed) if changes else None
    came = whoosh_codec.write(folder, entries, previous=earlier, replacing=replacing, progress=progress)
    wanted = archive.size()
    with contextlib.closing(whoosh_codec.Reader(folder)) as reader, contextlib.closing(_store(folder)) as store:
        found = len(store), reader.rows if changes else min(came, reader.rows)
        if found != wanted:
            raise _UnsoundError(
                f"the new build holds {found[0]} articles and {found[1]} quotations, the archive {wanted[0]} and "
                f"{wanted[1]}; it was not published"
            )
        for entry in (*sample.entries, *_newest(reader), *_archived(reader, archive, settled)):
            if not whoosh_codec.finds(reader, entry):
                raise _UnsoundError(
                    f"the new build does not find quotation {entry.id} of article {entry.article_id} by its own "
                    "words; it was not published"
                )
    if progress and changes:
        progress(max(0, wanted[1] - came))
    return wanted


def _changes(archive: Archive, earlier: Path) -> Changes | None:
    """What has changed since a build was made; None where it was not made from this archive as it was then."""
    manifest = read_manifest(earlier)
    return archive.changed_since(manifest.revision) if archive.has_made(manifest.id, manifest.revision) else None


def _write_articles(folder: Path, archive: Archive, earlier: Path | None, changes: Changes | None) -> None:
    """Writes the build's articles, or what has changed of them."""
    gone_on = False
    if earlier is not None and changes is not None:
        gone_on = go_on(
            folder / FILE_NAME,
            earlier / FILE_NAME,
            changed=changes.changed,
            removed=changes.removed,
            find=lambda article_id: _article(archive, article_id),
        )
    if not gone_on:
        write_articles(folder / FILE_NAME, _articles(archive))
    for path in folder.glob("*.sqlite"):
        sync(path)


def _articles(archive: Archive) -> Iterator[Article]:
    """All articles as a build has them."""
    return (article for one in archive.ids() if (article := _article(archive, one)) is not None)


def _article(archive: Archive, article_id: str) -> Article | None:
    article = archive.article(article_id)
    original = copies.original_of(archive.connection, article_id)
    return dataclasses.replace(article, near_duplicate_of=original) if article and original else article


def _store(folder: Path) -> ArticleStore:
    return ArticleStore(folder / FILE_NAME)


def _archived(reader: whoosh_codec.Reader, archive: Archive, settled: Settlement) -> Iterator[Entry]:
    """What the archive has of the articles of some entries: also of those that were taken over."""
    rows = [
        part.base + row
        for part in reader.parts
        for row in random.sample(range(part.segment.rows), min(_SAMPLED, part.segment.rows))
        if part.live is None or part.live[row]
    ]
    return make_entries(archive, settled, dict.fromkeys(reader.entry(row).article_id for row in rows))


def _newest(reader: whoosh_codec.Reader) -> list[Entry]:
    """Some entries of the segment written last, of which a sample of the whole may have none."""
    last = reader.parts[-1]
    rows = range(last.segment.rows) if last.live is None else last.live.nonzero()[0].tolist()
    return [reader.entry(last.base + row) for row in random.sample(rows, min(_SAMPLED, len(rows)))]


def _what(error: Exception) -> str:
    """A message without its last part, which says what to do."""
    return str(error).rpartition("; ")[0] or str(error)


def _remedy(settings: Settings, error: OSError | sqlite3.Error) -> str:
    """What is wrong, and what to do about it."""
    if isinstance(error, sqlite3.Error):
        full = getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL
        what = f"{settings.archive}, or the copy of its articles in {settings.builds}: {error}"
    else:
        full = error.errno in _NO_ROOM
        what = f"{error.filename or settings.builds}: {error.strerror or error}"
    if full:
        return f"there is no room left on the disk for {settings.builds}; free some and run it again"
    return f"{what}; mend that and run it again"


class _Sample:
    """Ten random entries of a stream of unknown length (Vitter 1985, algorithm R)."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._random = random.Random()  # noqa: S311 a sample, not a secret

    def watch(self, entries: Iterator[Entry]) -> Iterator[Entry]:
        for number, entry in enumerate(entries):
            if number < _SAMPLED:
                self.entries.append(entry)
            elif (place := self._random.randint(0, number)) < _SAMPLED:
                self.entries[place] = entry
            yield entry
