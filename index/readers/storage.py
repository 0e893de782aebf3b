"""Files that lie in a storage of the network (S3, Google Cloud, Azure, HDFS, SFTP …), found and opened by fsspec."""

import contextlib
import dataclasses
import glob
import hashlib
import posixpath
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, cast

from index.errors import ReadError, UsageError
from index.readers.streams import shown

SCHEMES = ("local", "s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "hdfs", "webhdfs", "sftp")
"""What the address of a storage begins with (`local://` is a path); fsspec knows more, which wrap others, say."""


@dataclasses.dataclass(frozen=True, slots=True)
class Stored:
    """One file of a storage."""

    url: str
    size: int
    """In bytes, as it lies there."""
    stamp: str
    """Another one when the file has changed."""


@dataclasses.dataclass(frozen=True, slots=True)
class Named:
    """What an address names."""

    root: str
    """The folder below which files have their names."""
    folder: bool
    """Whether it is one, so that only articles are taken."""
    files: tuple[tuple[str, Stored], ...]
    """Each with its path, in order."""


def is_storage(source: str) -> bool:
    """Whether it is the address of a storage."""
    return source.partition("://")[0].lower() in SCHEMES and "://" in source


def filesystem_of(url: str) -> tuple[Any, str]:
    """The file system of a storage's address, and the path there. UsageError where its library is not there."""
    try:
        import fsspec

        system, path = fsspec.core.url_to_fs(url)
    except ImportError as error:
        scheme = url.partition("://")[0]
        raise UsageError(
            f"{shown(url)}: {scheme}:// needs fsspec and its library for {scheme} ({error}); type: pip install "
            "'saywho[cluster]', and what the message names"
        ) from error
    except Exception as error:
        raise UsageError(f"{shown(url)}: is no address of a storage ({_what(error)})") from error
    return system, str(path)


def look(url: str) -> Named:
    """The files that an address names: one, those of a folder and all below it, or those that match a pattern.

    UsageError where there is none, or where the storage does not answer.
    """
    system, path = filesystem_of(url)
    try:
        if glob.has_magic(path):
            found = system.glob(path, detail=True)
            fixed = path[: min(path.find(c) for c in "*?[" if c in path)]
            root, folder = fixed if fixed.endswith("/") else posixpath.dirname(fixed), False
        elif system.isdir(path):
            found, root, folder = system.find(path, detail=True), path, True
        else:
            found, root, folder = {path: system.info(path)}, posixpath.dirname(path), False
    except FileNotFoundError:
        raise UsageError(f"{shown(url)}: there is no such file or folder") from None
    except Exception as error:
        raise UsageError(f"{shown(url)}: the storage cannot be looked at ({_what(error)})") from error
    files = {name: info for name, info in found.items() if info.get("type") == "file"}
    if not files:
        raise UsageError(f"{shown(url)}: no file matches; * stays within a folder, ** reaches into those below")
    listed = sorted(files, key=lambda name: name.split("/"))
    return Named(root, folder, tuple((name, _stored(system, name, files[name])) for name in listed))


@contextlib.contextmanager
def opened(url: str) -> Iterator[BinaryIO]:
    """A file of a storage, open for reading bytes. ReadError where it cannot be."""
    system, path = filesystem_of(url)
    try:
        handle = system.open(path, "rb")
    except Exception as error:
        raise ReadError(f"cannot be read from its storage ({_what(error)})") from error
    with handle:
        yield cast(BinaryIO, handle)


def _stored(system: Any, path: str, info: Mapping[str, Any]) -> Stored:
    stamp = hashlib.sha256(repr(sorted((key, str(value)) for key, value in info.items())).encode()).hexdigest()
    return Stored(system.unstrip_protocol(path), int(info.get("size") or 0), stamp)


def _what(error: Exception) -> str:
    text = str(getattr(error, "strerror", None) or error).splitlines()
    return shown(text[0] if text else type(error).__name__, 200)
