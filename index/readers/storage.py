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
    inner: str
    """Its path from the folder on that was named."""
    named: bool
    """Whether it was named itself, or by a pattern, and not only lies in a folder that was."""
    size: int
    """In bytes, as it lies there."""
    stamp: str
    """Another one when the file has changed."""


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


def look(url: str) -> list[Stored]:
    """The files that an address names, in order: one, those of a folder and all below it, or those of a pattern.

    UsageError where there is none, or where the storage does not answer.
    """
    system, path = filesystem_of(url)
    named: dict[str, Any] = {}
    below: dict[str, Any] = {}
    root = posixpath.dirname(path)
    try:
        if glob.has_magic(path):
            fixed = path[: min(path.find(c) for c in "*?[" if c in path)]
            root = fixed.removesuffix("/") if fixed.endswith("/") else posixpath.dirname(fixed)
            found = system.glob(path, detail=True)
            # As in a shell, a pattern finds nothing hidden.
            named = {name: info for name, info in found.items() if "/." not in name[len(root) :]}
            if "**" not in path:
                for folder in [name for name, info in named.items() if info.get("type") == "directory"]:
                    below |= system.find(folder, detail=True)
        elif system.isdir(path):
            root, below = path, system.find(path, detail=True)
        else:
            named = {path: system.info(path)}
    except FileNotFoundError:
        raise UsageError(f"{shown(url)}: there is no such file or folder") from None
    except Exception as error:
        raise UsageError(f"{shown(url)}: the storage cannot be looked at ({_what(error)})") from error
    files = {name: info for name, info in {**below, **named}.items() if info.get("type") == "file"}
    if not files:
        raise UsageError(f"{shown(url)}: no file matches; * stays within a folder, ** reaches into those below")
    return [
        Stored(
            url=system.unstrip_protocol(name),
            inner=name[len(root) :].lstrip("/"),
            named=name in named,
            size=int(files[name].get("size") or 0),
            stamp=_stamp(files[name]),
        )
        for name in sorted(files, key=lambda name: name.split("/"))
    ]


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


def _stamp(info: Mapping[str, Any]) -> str:
    told = sorted((key, str(value)) for key, value in info.items())
    return hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()


def _what(error: Exception) -> str:
    text = str(getattr(error, "strerror", None) or error).splitlines()
    return shown(text[0] if text else type(error).__name__, 200)
