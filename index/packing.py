"""Files in one tar file, written and read as a stream, with the sha256 of each; nothing is unpacked by its name alone.

Who reads says which names there may be and how large each is: no link, no device, no path of the tar file's own choice
is ever followed, and what does not fit is an error before the next byte is written.
"""

import contextlib
import gzip
import hashlib
import io
import lzma
import os
import re
import sys
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO, Protocol

from index.errors import SaywhoError, UsageError
from index.manifest import FileDigest

_PIECE = 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,119}(?:/[A-Za-z0-9_][A-Za-z0-9_.-]{0,119}){0,7}", re.ASCII)
_UNREADABLE = (tarfile.TarError, EOFError, OSError, zlib.error, lzma.LZMAError)

Progress = Callable[[int], None]
"""Told how many more bytes have been written or read."""


class PackedError(SaywhoError):
    """A packed file is not what it should be, so nothing of it was used."""


class _Hashing:
    """A file that is read once, and what was read."""

    def __init__(self, file: IO[bytes], progress: Progress | None) -> None:
        self._file, self._progress = file, progress
        self._digest, self._size = hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(min(size, _PIECE) if size >= 0 else -1)
        self._digest.update(piece)
        self._size += len(piece)
        if self._progress:
            self._progress(len(piece))
        return piece

    @property
    def digest(self) -> FileDigest:
        return FileDigest(size=self._size, sha256=self._digest.hexdigest())


class Packer:
    """Adds files to a tar file, one after the other."""

    def __init__(self, tar: tarfile.TarFile, progress: Progress | None) -> None:
        self._tar, self._progress = tar, progress

    def add(self, name: str, file: IO[bytes]) -> FileDigest:
        """Adds an open file under a name; gives what was added."""
        state = os.fstat(file.fileno())
        return self._add(name, file, state.st_size, state.st_mtime)

    def add_bytes(self, name: str, content: bytes, moment: float) -> FileDigest:
        """Adds a small file."""
        return self._add(name, io.BytesIO(content), len(content), moment)

    def _add(self, name: str, file: IO[bytes], size: int, moment: float) -> FileDigest:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mtime, entry.mode = size, int(moment), 0o644
        reading = _Hashing(file, self._progress)
        self._tar.addfile(entry, reading)
        return reading.digest


@contextlib.contextmanager
def packing(target: str, progress: Progress | None = None) -> Iterator[Packer]:
    """What is added within goes into the file `target` (`-`: standard output), which appears when it is whole.

    `.gz` at the end of its name packs it smaller. UsageError where it cannot be written.
    """
    if target == "-":
        if sys.stdout.isatty():
            raise UsageError("a packed file would be written to the terminal; name a FILE, or pipe it to a program")
        with tarfile.open(fileobj=sys.stdout.buffer, mode="w|", format=tarfile.PAX_FORMAT) as tar:
            yield Packer(tar, progress)
        sys.stdout.buffer.flush()
        return
    path = Path(target).expanduser()
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        # What is packed is as private as the data folder may be.
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                with contextlib.ExitStack() as stack:
                    packed: Any = file
                    if path.suffix in (".gz", ".tgz"):
                        packed = stack.enter_context(gzip.GzipFile(fileobj=file, mode="wb", compresslevel=6, mtime=0))
                    tar = stack.enter_context(tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT))
                    yield Packer(tar, progress)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        if error.filename is not None and Path(error.filename) not in (temporary, path):
            raise
        raise UsageError(
            f"{path}: cannot be written ({error.strerror or error}); is there room, and the folder?"
        ) from error


class Member(Protocol):
    """A file of a tar file, to be read before the next one is asked for."""

    @property
    def name(self) -> str:
        """As it stands in the tar file."""

    @property
    def size(self) -> int:
        """In bytes."""

    def read(self, most: int) -> bytes:
        """All of a small file. PackedError where it is larger than `most` bytes."""

    def write_to(self, path: Path) -> FileDigest:
        """Writes it into a new file, durably, and gives what was written."""


class _Member:
    def __init__(self, source: str, entry: tarfile.TarInfo, file: IO[bytes], progress: Progress | None) -> None:
        self._source, self._file, self._progress = source, file, progress
        self.name, self.size = entry.name, entry.size

    def read(self, most: int) -> bytes:
        if self.size > most:
            raise PackedError(f"{self._source}: {self.name} has {self.size:,} bytes, more than {most:,}; {_NOTHING}")
        return b"".join(self._pieces())

    def write_to(self, path: Path) -> FileDigest:
        digest, size = hashlib.sha256(), 0
        with path.open("xb") as target:
            for piece in self._pieces():
                digest.update(piece)
                size += len(piece)
                target.write(piece)
            target.flush()
            os.fsync(target.fileno())
        return FileDigest(size=size, sha256=digest.hexdigest())

    def _pieces(self) -> Iterator[bytes]:
        with _readable(self._source):
            while piece := self._file.read(_PIECE):
                if self._progress:
                    self._progress(len(piece))
                yield piece


_NOTHING = "nothing of it was used"


@contextlib.contextmanager
def _readable(source: str) -> Iterator[None]:
    try:
        yield
    except _UNREADABLE as error:
        if isinstance(error, OSError) and error.filename is not None:  # what is written, not what is read
            raise
        raise PackedError(f"{source}: is damaged or cut short ({error}); {_NOTHING}") from error


def unpacking(source: str, progress: Progress | None = None) -> Iterator[Member]:
    """The files of the tar file `source` (`-`: standard input), packed or not, in their order.

    UsageError where there is none, PackedError where something in it is no plain file of a plain name, or it is cut
    short.
    """
    with contextlib.ExitStack() as stack:
        if source == "-":
            file: BinaryIO | IO[bytes] = sys.stdin.buffer
        else:
            try:
                file = stack.enter_context(Path(source).expanduser().open("rb"))
            except OSError as error:
                raise UsageError(f"{source}: cannot be read ({error.strerror})") from error
        with _readable(source):
            tar = stack.enter_context(tarfile.open(fileobj=file, mode="r|*"))
        seen: set[str] = set()
        while True:
            with _readable(source):
                entry = tar.next()
            if entry is None:
                return
            if not is_plain(entry.name) or not entry.isreg() or entry.issparse() or entry.name in seen:
                shown = entry.name[:100].encode("unicode_escape").decode("ascii")
                raise PackedError(f"{source}: '{shown}' is no plain file of a name that can be here; {_NOTHING}")
            seen.add(entry.name)
            content = tar.extractfile(entry)
            assert content is not None  # noqa: S101 - plain files have one
            yield _Member(source, entry, content, progress)


def is_plain(name: str) -> bool:
    """Whether a path leads down by plain names alone: no `..`, no hidden file, nothing absolute."""
    return _NAME.fullmatch(name) is not None
