"""Archive -> a new build -> self-check -> atomic switch. What was published before answers until the last step.

A build is made in a hidden folder beside the others and renamed when it is whole; a folder that a killed run left
behind is removed by the next one. The caller holds the write lock.
"""

import contextlib
import datetime
import errno
import random
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from index import whoosh_codec
from index.archive import Archive
from index.article_store import FILE_NAME, write_articles
from index.entries import make_entries
from index.errors import BuildError, IndexDamagedError, NotPublishedError, SchemaVersionError
from index.manifest import BUILD_ID, Manifest, publish, published, read_manifest, sync, write_manifest
from index.records import Entry
from index.settings import Settings

KEPT = 3
"""Builds that stay after a publication, the new one included: servers and cursors may still use the others."""
_SAMPLED = 10
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

Progress = Callable[[int], None]


def up_to_date(settings: Settings, archive: Archive) -> bool:
    """Whether the published build was made from the archive as it stands, by this version of the schema."""
    try:
        return read_manifest(published(settings.builds)).revision == archive.revision()
    except (NotPublishedError, IndexDamagedError, SchemaVersionError):
        return False


def build(settings: Settings, archive: Archive, *, progress: Progress | None = None) -> Manifest:
    """Makes and publishes a new build of all that the archive holds; `progress` is told now and then how many
    more quotations are written.

    Raises BuildError, and then nothing has changed.
    """
    moment = datetime.datetime.now(datetime.UTC)
    build_id = f"{moment:%Y%m%dT%H%M%S%fZ}-{secrets.token_hex(4)}"
    making = settings.builds / f".making-{build_id}"
    try:
        settings.builds.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(settings.builds)
        making.mkdir()
        manifest = _write(making, archive, build_id, moment, progress)
        making.rename(settings.builds / build_id)
        sync(settings.builds)
        publish(settings.builds, build_id)
    except OSError as error:
        shutil.rmtree(making, ignore_errors=True)
        if error.errno in _NO_ROOM:
            what = f"there is no room left on the disk for {settings.builds}; free some and type: saywho rebuild"
        else:
            what = f"{error.filename or settings.builds}: {error.strerror or error}; mend that and type: saywho rebuild"
        raise BuildError(f"the new build was not published: {what}. What was published before still stands") from error
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    prune(settings.builds, keep=KEPT)
    return manifest


def prune(builds: Path, *, keep: int) -> list[str]:
    """Removes the oldest builds but `keep`, never the published one; returns the ids of those removed."""
    current = published(builds).name
    ids = sorted(path.name for path in builds.iterdir() if BUILD_ID.fullmatch(path.name))
    stay = {current, *ids[-keep:]}
    removed = [build_id for build_id in ids if build_id not in stay]
    for build_id in removed:
        shutil.rmtree(builds / build_id, ignore_errors=True)
    return removed


def _write(
    folder: Path, archive: Archive, build_id: str, moment: datetime.datetime, progress: Progress | None
) -> Manifest:
    sample = _Sample()
    articles = write_articles(folder / FILE_NAME, archive.articles_alone())
    quotations = whoosh_codec.write(folder, sample.watch(make_entries(archive)), progress=progress)
    counts = archive.counts()
    if (articles, quotations) != (counts.articles, counts.quotations):
        raise BuildError(
            f"the new build holds {articles} articles and {quotations} quotations, the archive {counts.articles} and "
            f"{counts.quotations}; it was not published"
        )
    with contextlib.closing(whoosh_codec.Reader(folder)) as reader:
        for entry in sample.entries:
            if not whoosh_codec.finds(reader, entry):
                raise BuildError(
                    f"the new build does not find quotation {entry.id} of article {entry.article_id} by its own "
                    "words; it was not published"
                )
    return write_manifest(
        folder,
        id=build_id,
        published=moment.isoformat(timespec="seconds"),
        extractor=", ".join(archive.extractors()),
        articles=articles,
        quotations=quotations,
        revision=counts.revision,
    )


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


def _remove_leftovers(builds: Path) -> None:
    for path in builds.glob(".making-*"):
        shutil.rmtree(path, ignore_errors=True)
