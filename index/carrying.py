"""A build in one file, to be carried to another machine, and back into a data folder there.

The manifest comes first and says what the rest must be; what arrives is compared with it file by file, then read from
end to end, and published only where nothing is wrong.
"""

import contextlib
import dataclasses
import json
import secrets
import shutil
from pathlib import Path

from index.build import KEPT, prune, remove_leftovers
from index.errors import IndexDamagedError, NotPublishedError, SaywhoError
from index.lock import write_lock
from index.manifest import (
    BUILD_ID,
    MANIFEST,
    STAMP,
    Manifest,
    Pointer,
    pointer,
    publish,
    read_manifest,
    sync,
    write_durably,
)
from index.packing import Member, PackedError, Packer, Progress, is_plain, packing, unpacking
from index.settings import Settings
from index.shelf import folder_of, now, sound

MOST_MANIFEST = 16 * 1024 * 1024


@dataclasses.dataclass(frozen=True, slots=True)
class Arrived:
    """A build that was taken in."""

    manifest: Manifest
    was_there: bool
    published: bool
    held: bool
    """Whether runs of this folder's own archive leave it published."""


def export_build(settings: Settings, build_id: str, target: str, *, progress: Progress | None = None) -> Manifest:
    """Writes a build into one file, each of its files compared with the manifest on the way.

    UsageError, IndexDamagedError, SchemaVersionError. It may be replaced or pruned meanwhile.
    """
    with contextlib.ExitStack() as stack:
        build = OpenBuild(folder_of(settings, build_id), stack)
        with packing(target, progress) as packer:
            build.add_to(packer)
        return build.manifest


class OpenBuild:
    """A build whose files are all open, so that it may be removed while they are copied."""

    def __init__(self, folder: Path, stack: contextlib.ExitStack) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder)
        self._text = (folder / MANIFEST).read_bytes()
        self._made = (folder / MANIFEST).stat().st_mtime
        try:
            self._files = {name: stack.enter_context((folder / name).open("rb")) for name in self.manifest.files}
        except OSError as error:
            raise IndexDamagedError(f"{error.filename}: cannot be read ({error.strerror})") from error

    @property
    def bytes(self) -> int:
        """Of all its files."""
        return sum(file.size for file in self.manifest.files.values())

    def add_to(self, packer: Packer, prefix: str = "") -> None:
        """Adds the manifest and the files. IndexDamagedError where one is not what it should be."""
        at = f"{prefix}{self.folder.name}"
        packer.add_bytes(f"{at}/{MANIFEST}", self._text, self._made)
        for name, file in self._files.items():
            if packer.add(f"{at}/{name}", file) != self.manifest.files[name]:
                raise IndexDamagedError(
                    f"{self.folder / name}: is not the file that was built (damaged?), so the build was not copied"
                )


class ArrivingBuild:
    """Takes the files of a build from a stream into a hidden folder, the manifest first."""

    def __init__(self, source: str, builds: Path) -> None:
        self._source = source
        self._builds = builds
        self.making = builds / f".making-arriving-{secrets.token_hex(4)}"
        self.id = ""
        self._manifest: Manifest | None = None
        self._missing: set[str] = set()

    def take(self, member: Member, name: str) -> None:
        """Takes one file, by its name within the packed builds: the build's id, and the path there."""
        build_id, _, inner = name.partition("/")
        if self._manifest is None:
            self._begin(member, build_id, inner)
            return
        wanted = self._manifest.files.get(inner)
        if build_id != self.id or wanted is None or member.size != wanted.size:
            raise PackedError(f"{self._source}: {name} is no file of build {self.id}; nothing of it was used")
        path = self.making / inner
        path.parent.mkdir(parents=True, exist_ok=True)
        if member.write_to(path) != wanted:
            raise PackedError(f"{self._source}: {name} is not the file that was built (damaged?); nothing was used")
        self._missing.discard(inner)

    def _begin(self, member: Member, build_id: str, inner: str) -> None:
        if inner != MANIFEST or not BUILD_ID.fullmatch(build_id):
            raise PackedError(
                f"{self._source}: does not begin with a build's manifest; saywho builds --export writes such files"
            )
        text = member.read(MOST_MANIFEST)
        self.making.mkdir(parents=True)
        write_durably(self.making / MANIFEST, text)
        manifest = read_manifest(self.making)
        for name in manifest.files:
            if not is_plain(name) or name == MANIFEST or STAMP in name:
                raise PackedError(f"{self._source}: its manifest names {name[:100]!a}; nothing of it was used")
        if manifest.id != build_id:
            raise PackedError(f"{self._source}: build {build_id} has the manifest of {manifest.id}; nothing was used")
        self.id, self._manifest, self._missing = build_id, manifest, set(manifest.files)

    def finish(self, progress: Progress | None = None) -> Manifest:
        """Reads all that came, and gives the build its name, beside the others. PackedError, IndexDamagedError."""
        if self._manifest is None:
            raise PackedError(f"{self._source}: holds no build")
        if self._missing:
            raise PackedError(
                f"{self._source}: ends before {sorted(self._missing)[0]} and {len(self._missing) - 1} more files; "
                "nothing of it was used"
            )
        sound(self.making, progress)
        for folder in (*(path for path in self.making.rglob("*") if path.is_dir()), self.making):
            sync(folder)
        target = self._builds / self.id
        if not target.is_dir():
            self.making.rename(target)
            sync(self._builds)
        elif json.loads((target / MANIFEST).read_bytes()) != json.loads((self.making / MANIFEST).read_bytes()):
            raise PackedError(f"{target}: another build of the same id is there; remove one of the two")
        return self._manifest

    def drop(self) -> None:
        """Removes what came, unless it has its name."""
        shutil.rmtree(self.making, ignore_errors=True)


def import_build(
    settings: Settings,
    source: str,
    *,
    publishing: bool = True,
    progress: Progress | None = None,
    checking: Progress | None = None,
) -> Arrived:
    """Takes a build in and publishes it; where this folder has an archive of its own, it is held.

    Nothing has changed where this raises: UsageError, PackedError, IndexDamagedError, SchemaVersionError and
    LockHeldError. `progress` is told of bytes that came, `checking` of quotations that were looked at.
    """
    members = unpacking(source, progress)
    first = next(members, None)  # before anything is made
    if first is None:
        raise PackedError(f"{source}: holds no build")
    with write_lock(settings.data):
        builds = settings.builds
        builds.mkdir(parents=True, exist_ok=True)
        remove_leftovers(builds)
        arriving = ArrivingBuild(source, builds)
        try:
            arriving.take(first, first.name)
            was_there = (builds / arriving.id).is_dir()
            for member in members:
                arriving.take(member, member.name)
            manifest = arriving.finish(checking)
            before = _pointer(builds)
            held = publishing and settings.archive.exists()
            if publishing:
                newest = max(before.newest, arriving.id) if before else ""
                publish(builds, arriving.id, held=now() if held else None, newest=newest)
            elif before is not None:
                publish(builds, before.build, held=before.held, newest=max(before.newest, arriving.id))
            else:
                raise SaywhoError(
                    f"{settings.data}: nothing is published here yet, so --no-publish would leave nothing"
                )
        finally:
            arriving.drop()
        prune(builds, keep=KEPT)
        return Arrived(manifest, was_there, publishing, held)


def _pointer(builds: Path) -> Pointer | None:
    try:
        return pointer(builds)
    except (NotPublishedError, IndexDamagedError):
        return None
