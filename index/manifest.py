"""What a build is: its manifest, the check before anything of it is opened, and the pointer to the published one.

Files that are not what the manifest says are never opened. It guards against damage, not against a stranger, who could
write a manifest of his own: what a stranger's table of segments may do is told in `whoosh_codec/stock.py`.
"""

import contextlib
import dataclasses
import errno
import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeAlias

from index.errors import BuildError, IndexDamagedError, NotPublishedError, SchemaVersionError
from index.schema import SCHEMA_VERSION

MANIFEST = "manifest.json"
POINTER = "published"
STAMP = "checked.json"
_ALWAYS_HASHED = 64 * 1024
"""Bytes; files up to this size (Whoosh's table of contents among them) are hashed at every check."""

_SETTLED = 100_000_000
"""Nanoseconds; a file changed less than that ago may change again within one tick of its file system's clock."""
REMEDY = "; type: saywho rebuild"

_State: TypeAlias = list[int]
"""A file's size in bytes, time of change in nanoseconds, and inode. Not the time of its inode: that one moves whenever
another build begins or ceases to share the file."""

DAY_OF_BUILD = r"\d{8}"
BUILD_ID = re.compile(DAY_OF_BUILD + r"T\d{12}Z-[0-9a-f]{8}", re.ASCII)
"""The moment of its making (UTC, to the microsecond, so that ids sort by age) and a random part."""


@dataclasses.dataclass(frozen=True, slots=True)
class FileDigest:
    """A file's size in bytes and its sha256 in hex."""

    size: int
    sha256: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a build holds and what its files must be. `published` is UTC, ISO 8601; `revision` the archive's."""

    id: str
    schema_version: int
    published: str
    extractor: str
    articles: int
    quotations: int
    revision: int
    files: dict[str, FileDigest]


@dataclasses.dataclass(frozen=True, slots=True)
class Pointer:
    """What the pointer file says, which one rename replaces as a whole."""

    build: str
    """The published build."""
    held: str | None = None
    """Since when (UTC, ISO 8601) no run may publish another one, where somebody went back to it by hand."""
    newest: str = ""
    """The newest build that ever was published here; the published one, where nobody went back."""


def published(builds: Path) -> Path:
    """The folder of the build that is published now. NotPublishedError where there is none."""
    return builds / pointer(builds).build


def pointer(builds: Path) -> Pointer:
    """What is published, and whether it is held. NotPublishedError where nothing is."""
    path = builds / POINTER
    try:
        name, *more = path.read_text(encoding="ascii").splitlines()
        told = dict(line.split(" ", 1) for line in more)
    except (FileNotFoundError, NotADirectoryError):
        raise NotPublishedError(
            f"{builds.parent}: nothing is indexed here yet; type: saywho index SOURCE (or saywho demo for a sample)"
        ) from None
    except (OSError, ValueError) as error:
        raise IndexDamagedError(f"{path}: cannot be read ({error}){REMEDY}") from error
    if not BUILD_ID.fullmatch(name) or not (builds / name / MANIFEST).is_file():
        raise IndexDamagedError(f"{path}: names a build that is not there{REMEDY}")
    return Pointer(build=name, held=told.get("held"), newest=max(name, told.get("newest", "")))


def publish(builds: Path, build_id: str, *, held: str | None = None, newest: str = "") -> None:
    """Makes a build the published one, by one atomic rename. What was held is let go, unless it is `held` now."""
    lines = [build_id, *([f"held {held}"] if held else []), *([f"newest {newest}"] if newest > build_id else [])]
    temporary = builds / f".{POINTER}.{os.getpid()}"
    write_durably(temporary, "".join(f"{line}\n" for line in lines).encode("ascii"))
    temporary.replace(builds / POINTER)
    try:
        sync(builds)
    except OSError as error:
        reason = f"the disk has not confirmed it ({error.strerror})"
        raise BuildError(f"{builds}: build {build_id} is published, but {reason}; look after the disk") from error


def write_manifest(folder: Path, *, earlier: Path | None = None, **values: Any) -> Manifest:
    """Writes the manifest of a finished build beside its files.

    A file that is a hard link to the `earlier` build's of the same name has the digest that it has there, provided that
    the earlier build has been checked; every other one is hashed.
    """
    known = read_manifest(earlier).files if earlier is not None else {}
    names = _names(folder)
    states = _states(folder, names)
    files = {
        name: known[name]
        if earlier is not None and name in known and _is_linked(folder / name, earlier / name, known[name].size)
        else _digest(folder / name)
        for name in names
    }
    manifest = Manifest(schema_version=SCHEMA_VERSION, files=files, **values)
    text = json.dumps(dataclasses.asdict(manifest), indent=1, sort_keys=True)
    write_durably(folder / MANIFEST, text.encode("ascii"))
    _write_stamp(folder, manifest, states)
    sync(folder)
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """A build's manifest. IndexDamagedError, SchemaVersionError."""
    path = folder / MANIFEST
    try:
        row = json.loads(path.read_bytes())
        version = row["schema_version"]
        if not isinstance(version, int):
            raise TypeError("its schema version is no number")
        if version == SCHEMA_VERSION:
            row["files"] = {str(name): FileDigest(**digest) for name, digest in row["files"].items()}
            return Manifest(**row)
    except OSError as error:
        raise IndexDamagedError(f"{path}: cannot be read ({error.strerror}){REMEDY}") from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise IndexDamagedError(f"{path}: is damaged ({error}){REMEDY}") from error
    remedy = "; use the newer saywho that wrote it, or type: saywho rebuild" if version > SCHEMA_VERSION else REMEDY
    raise SchemaVersionError(
        f"{folder}: this build has schema version {version}, and this saywho reads version {SCHEMA_VERSION}{remedy}"
    )


def check(folder: Path) -> Manifest:
    """The manifest of a build whose files are what it says; raises IndexDamagedError or SchemaVersionError.

    A file that was hashed before and has the same size, time of change and inode since is not hashed again, unless it
    is small.
    """
    manifest = read_manifest(folder)
    states = _states(folder, manifest.files)
    stamp = _read_stamp(folder, manifest)
    for name, wanted in manifest.files.items():
        known = name in stamp and stamp[name] == states.get(name)
        if not known or wanted.size != stamp[name][0] or wanted.size <= _ALWAYS_HASHED:
            _compare(folder / name, wanted)
    if states != stamp:
        _write_stamp(folder, manifest, states)
    return manifest


def faults(folder: Path, manifest: Manifest) -> list[str]:
    """What is wrong with a build's files, a line each: every one is hashed, and strangers are named."""
    found = []
    for name, wanted in manifest.files.items():
        try:
            _compare(folder / name, wanted)
        except IndexDamagedError as error:
            found.append(str(error).removesuffix(REMEDY))
    strangers = [name for name in _names(folder) if name not in manifest.files]
    return found + [f"{folder / name}: is no part of the build" for name in strangers]


def write_durably(path: Path, content: bytes) -> None:
    """Writes a file so that it is on disk when this returns."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def share(source: Path, target: Path) -> None:
    """Gives a build a file of an earlier one: by a hard link, or a copy where the file system has none."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def sync(path: Path) -> None:
    """Makes a file's content, or a folder's entries (new names, renames), last."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:  # some file systems cannot sync folders; they order renames themselves
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def _names(folder: Path) -> list[str]:
    found = (str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in found if name != MANIFEST and STAMP not in name)


def _compare(path: Path, wanted: FileDigest) -> None:
    """IndexDamagedError where a file is not what the manifest says."""
    try:
        same = path.stat().st_size == wanted.size and _digest(path) == wanted
    except FileNotFoundError:
        raise IndexDamagedError(f"{path}: is missing{REMEDY}") from None
    except OSError as error:
        raise IndexDamagedError(f"{path}: cannot be read ({error.strerror})") from error
    if not same:
        raise IndexDamagedError(f"{path}: is not the file that was built (damaged?){REMEDY}")


def _is_linked(path: Path, other: Path, size: int) -> bool:
    try:
        return path.samefile(other) and path.stat().st_size == size
    except FileNotFoundError:
        return False


def _states(folder: Path, names: Iterable[str]) -> dict[str, _State]:
    """The states of files that can be recognised by them later."""
    found = {}
    for name in names:
        with contextlib.suppress(OSError):
            state = (folder / name).stat()
            if time.time_ns() - state.st_mtime_ns > _SETTLED:
                found[name] = [state.st_size, state.st_mtime_ns, state.st_ino]
    return found


def _digest(path: Path) -> FileDigest:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return FileDigest(size=file.tell(), sha256=digest.hexdigest())


def _identity(manifest: Manifest) -> str:
    return hashlib.sha256(json.dumps(dataclasses.asdict(manifest), sort_keys=True).encode()).hexdigest()


def _write_stamp(folder: Path, manifest: Manifest, states: dict[str, _State]) -> None:
    """Notes that files were found right in these states."""
    # Where the folder may not be written to, the files are hashed at every start instead.
    with contextlib.suppress(OSError):
        content = json.dumps({"manifest": _identity(manifest), "files": states})
        temporary = folder / f".{STAMP}.{os.getpid()}"
        temporary.write_text(content, encoding="ascii")
        temporary.replace(folder / STAMP)


def _read_stamp(folder: Path, manifest: Manifest) -> dict[str, _State]:
    try:
        row = json.loads((folder / STAMP).read_bytes())
        return dict(row["files"]) if row["manifest"] == _identity(manifest) else {}
    except (OSError, ValueError, TypeError, KeyError):
        return {}
