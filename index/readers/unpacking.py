"""Packed bytes -> unpacked ones, as a stream that stops a bomb: .gz, .bz2 and .xz."""

import bz2
import dataclasses
import gzip
import io
import lzma
from typing import BinaryIO, cast

from index.errors import ReadError
from index.readers.limits import Limits, shown_size

_CHUNK = 1 << 16
_XZ_MEMORY = 256 * 1024 * 1024
_MAGIC = ((b"\x1f\x8b", "gz"), (b"BZh", "bz2"), (b"\xfd7zXZ\0", "xz"))
_NAMES = {"gz": "gzip", "bz2": "bzip2", "xz": "xz"}
PACKED = (".gz", ".bz2", ".xz")


@dataclasses.dataclass(slots=True)
class Budget:
    """How much may come out of one packed file; counts on while it is read, through all that is packed inside it."""

    limits: Limits
    packed: int = 0
    """Bytes of the packed file, as far as they are known."""
    unpacked: int = 0
    parent: "Budget | None" = None
    spent: bool = False

    def take(self, count: int) -> None:
        """Counts bytes that came out. Raises ReadError beyond the limits."""
        self.unpacked += count
        limits = self.limits
        if self.unpacked > limits.unpacked:
            self.spent = True
            raise ReadError(
                f"unpacks to more than {shown_size(limits.unpacked)}; unpack it yourself, or raise the limit: "
                "--limit-of unpacked=SIZE"
            )
        most = max(limits.article, limits.ratio * self.packed) if limits.ratio else None
        if most is not None and self.unpacked > most:
            self.spent = True
            raise ReadError(
                f"unpacks to more than {limits.ratio} times its size, as a bomb does; if it is none: --limit-of ratio=0"
            )
        if self.parent is not None:
            self.parent.take(count)


class Counted(io.RawIOBase):
    """A stream that takes what it gives out from a budget, or adds it to what the budget knows to be packed."""

    def __init__(self, rest: BinaryIO, budget: Budget, *, packed: bool = False) -> None:
        # What can be had at once: where a file is cut short, all that stands before the cut comes out.
        self._read = getattr(rest, "read1", rest.read)
        self._budget, self._packed = budget, packed

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: object) -> int:
        """Reads into the buffer; returns how many bytes."""
        view = memoryview(cast(bytearray, buffer))
        data = self._read(len(view))
        if self._packed:
            self._budget.packed += len(data)
        else:
            self._budget.take(len(data))
        view[: len(data)] = data
        return len(data)


class _Xz(io.RawIOBase):
    """What lzma.LZMAFile does, but no file's header can ask for gigabytes of memory."""

    def __init__(self, rest: BinaryIO) -> None:
        self._rest = rest
        self._decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, _XZ_MEMORY)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        while True:
            data = b""
            if self._decoder.eof:
                # Several streams one after the other are one file; zeros may stand between them.
                data = self._decoder.unused_data.lstrip(b"\0")
                while not data:
                    more = self._rest.read(_CHUNK)
                    if not more:
                        return 0
                    data = more.lstrip(b"\0")
                self._decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, _XZ_MEMORY)
            elif self._decoder.needs_input and not (data := self._rest.read(_CHUNK)):
                raise EOFError
            out = self._decoder.decompress(data, len(view))
            if out:
                view[: len(out)] = out
                return len(out)


def packing_of(head: bytes) -> str | None:
    """`gz`, `bz2` or `xz`, going by the first bytes."""
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)


def name_of(kind: str) -> str:
    """The packing as people call it."""
    return _NAMES[kind]


def unpacked(stream: BinaryIO, kind: str, budget: Budget) -> BinaryIO:
    """The stream, unpacked and counted."""
    inner = (
        cast(BinaryIO, gzip.GzipFile(fileobj=stream, mode="rb"))
        if kind == "gz"
        else cast(BinaryIO, bz2.BZ2File(stream, "rb"))
        if kind == "bz2"
        else cast(BinaryIO, io.BufferedReader(_Xz(stream)))
    )
    return cast(BinaryIO, io.BufferedReader(Counted(inner, budget), _CHUNK))
