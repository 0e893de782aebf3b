"""What a build is: its manifest, the check before anything of it is opened, and the pointer to the published one.

Whoosh unpickles parts of an index when it opens one, so files that are not what the manifest says are never opened.
The manifest guards against damage, not against a stranger: only builds made by the user's own runs may be opened.
"""

import contextlib
import dataclasses
import errno
import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any

from index.errors import IndexDamagedError, NotPublishedError, SchemaVersionError
from index.schema import SCHEMA_VERSION

MANIFEST = "manifest.json"
POINTER = "published"
_STAMP = "checked.json"
_ALWAYS_HASHED = 64 * 1024
"""Bytes; files up to this size (Whoosh's table of contents among them) are hashed at every check."""

BUILD_ID = re.compile(r"\d{8}T\d{12}Z-[0-9a-f]{8}", re.ASCII)
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


def published(builds: Path) -> Path:
    """The folder of the build that is published now. NotPublishedError where there is none."""
    pointer = builds / POINTER
    try:
        name = pointer.read_text(encoding="ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        raise NotPublishedError(
            f"{builds.parent}: nothing is indexed here yet; type: saywho index SOURCE (or saywho demo for a sample)"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamagedError(f"{pointer}: cannot be read ({error}); type: saywho rebuild") from error
    if not BUILD_ID.fullmatch(name) or not (builds / name / MANIFEST).is_file():
        raise IndexDamagedError(f"{pointer}: names a build that is not there; type: saywho rebuild")
    return builds / name


def publish(builds: Path, build_id: str) -> None:
    """Makes a build the published one, by one atomic rename."""
    temporary = builds / f".{POINTER}.{os.getpid()}"
    write_durably(temporary, f"{build_id}\n".encode("ascii"))
    temporary.replace(builds / POINTER)
    sync(builds)


def write_manifest(folder: Path, **values: Any) -> Manifest:
    """Hashes every file below a finished build's folder and writes the manifest beside them."""
    files = {name: _digest(folder / name) for name in _names(folder)}
    manifest = Manifest(schema_version=SCHEMA_VERSION, files=files, **values)
    text = json.dumps(dataclasses.asdict(manifest), indent=1, sort_keys=True)
    write_durably(folder / MANIFEST, text.encode("ascii"))
    sync(folder)
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """A build's manifest. IndexDamagedError, SchemaVersionError."""
    path = folder / MANIFEST
    try:
        row = json.loads(path.read_bytes())
        version = row["schema_version"]
        if version == SCHEMA_VERSION:
            row["files"] = {str(name): FileDigest(**digest) for name, digest in row["files"].items()}
            return Manifest(**row)
    except OSError as error:
        raise IndexDamagedError(f"{path}: cannot be read ({error.strerror}); type: saywho rebuild") from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise IndexDamagedError(f"{path}: is damaged ({error}); type: saywho rebuild") from error
    raise SchemaVersionError(
        f"{folder}: this build has schema version {version}, and this saywho reads version {SCHEMA_VERSION}; "
        "type: saywho rebuild"
    )


def check(folder: Path, *, full: bool = False) -> Manifest:
    """The manifest of a build whose files are what it says; raises IndexDamagedError or SchemaVersionError.

    A file that was hashed before and has the same size, times and inode since is not hashed again unless `full`.
    """
    manifest = read_manifest(folder)
    stamp = {} if full else _read_stamp(folder, manifest)
    seen: dict[str, list[int]] = {}
    for name, wanted in manifest.files.items():
        path = folder / name
        try:
            state = path.stat()
            seen[name] = [state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino]
            known = stamp.get(name) == seen[name] and state.st_size > _ALWAYS_HASHED
            if state.st_size != wanted.size or not (known or _digest(path) == wanted):
                raise IndexDamagedError(f"{path}: is not the file that was built (damaged?); type: saywho rebuild")
        except FileNotFoundError:
            raise IndexDamagedError(f"{path}: is missing; type: saywho rebuild") from None
        except OSError as error:
            raise IndexDamagedError(f"{path}: cannot be read ({error.strerror})") from error
    if seen != stamp:
        # Where the folder may not be written to, the files are hashed at every start instead.
        with contextlib.suppress(OSError):
            content = json.dumps({"manifest": _identity(manifest), "files": seen})
            temporary = folder / f".{_STAMP}.{os.getpid()}"
            temporary.write_text(content, encoding="ascii")
            temporary.replace(folder / _STAMP)
    return manifest


def write_durably(path: Path, content: bytes) -> None:
    """Writes a file so that it is on disk when this returns."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


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
    ours = {MANIFEST, _STAMP}
    return sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.name not in ours
    )


def _digest(path: Path) -> FileDigest:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return FileDigest(size=file.tell(), sha256=digest.hexdigest())


def _identity(manifest: Manifest) -> str:
    return hashlib.sha256(json.dumps(dataclasses.asdict(manifest), sort_keys=True).encode()).hexdigest()


def _read_stamp(folder: Path, manifest: Manifest) -> dict[str, list[int]]:
    try:
        row = json.loads((folder / _STAMP).read_bytes())
        return dict(row["files"]) if row["manifest"] == _identity(manifest) else {}
    except (OSError, ValueError, TypeError, KeyError):
        return {}
