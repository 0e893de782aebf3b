"""Arrays in files: written loose in numpy's own format (.npy), then packed into one file that is mapped as a whole.

A pack is its arrays' bytes, each from a multiple of 64 on, then an index of them as JSON ({name: [dtype, length, where
it begins]}), the index's length as 8 bytes, little-endian, and MAGIC. Packs are mapped, so that processes share them
and opening costs next to nothing; a mapping holds a file open, which is why there are few.
"""

import contextlib
import errno
import io
import json
import mmap
import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from index.errors import IndexDamagedError

Array: TypeAlias = npt.NDArray[Any]
U32: TypeAlias = npt.NDArray[np.uint32]
U64: TypeAlias = npt.NDArray[np.uint64]
F32: TypeAlias = npt.NDArray[np.float32]

MAGIC = b"saywho-arrays-1\n"
_ALIGNED = 64
_DTYPES = ("|u1", "<u2", "<u4", "<u8", "<i4", "<f4")
_BLOCK = 2**22
_HEADER = 128
"""Bytes of a header that can still be changed."""


def save(folder: Path, name: str, array: Array) -> None:
    """Writes `folder/name.npy`; OSError with its number where there is no room, which np.save would leave out."""
    with Stream(folder, name, array.dtype.str) as out:
        out.append(array)


class ArrayFolder:
    """The arrays of a folder by name, mapped for reading: those of its packs, and loose ones."""

    def __init__(self, folder: Path) -> None:
        self.path = folder
        self._packed: dict[str, Array] = {}
        for path in sorted(folder.glob("*.pack")):
            self._packed |= _unpacked(path)

    def load(self, name: str) -> Array:
        """One array. IndexDamagedError where it is not there."""
        found = self._packed.get(name)
        if found is not None:
            return found
        try:
            # A view without memmap's Python class, whose every operation costs more than a plain array's.
            return np.asarray(np.load(self.path / f"{name}.npy", mmap_mode="r", allow_pickle=False))
        except (FileNotFoundError, ValueError) as error:
            raise IndexDamagedError(
                f"{self.path}: the array {name} is missing or damaged; type: saywho rebuild"
            ) from error


def pack(folder: Path, name: str) -> None:
    """Moves all loose arrays of a folder into `folder/name.pack`."""
    index: dict[str, tuple[str, int, int]] = {}
    loose = sorted(folder.glob("*.npy"))
    with (folder / f"{name}.pack").open("wb") as out:
        for path in loose:
            with path.open("rb") as file:
                np.lib.format.read_magic(file)
                shape, _, dtype = np.lib.format.read_array_header_1_0(file)
                out.seek(-out.tell() % _ALIGNED, os.SEEK_CUR)
                index[path.name.removesuffix(".npy")] = (dtype.str, shape[0], out.tell())
                _append(file, out)
            path.unlink()  # at once: a large pack would take its room twice
        text = json.dumps(index).encode("ascii")
        out.write(text + len(text).to_bytes(8, "little") + MAGIC)


def _append(source: io.BufferedReader, target: io.BufferedWriter) -> None:
    """Copies what is left of a file, within the kernel where it can."""
    target.flush()
    at = source.tell()
    left = os.fstat(source.fileno()).st_size - at
    where = target.tell()
    while left > 0:
        try:
            copied = os.copy_file_range(source.fileno(), target.fileno(), left, at, where)
        except (OSError, AttributeError):  # not everywhere, and not between all file systems
            copied = 0
        if not copied:
            source.seek(at)
            target.seek(where)
            while piece := source.read(_BLOCK):
                target.write(piece)
            return
        at, where, left = at + copied, where + copied, left - copied
    target.seek(where)


def _unpacked(path: Path) -> dict[str, Array]:
    try:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        end = len(mapped) - len(MAGIC)
        if mapped[end:] != MAGIC:
            raise ValueError("its end is missing")
        begins = end - 8 - int.from_bytes(mapped[end - 8 : end], "little")
        index = json.loads(mapped[begins : end - 8])
        arrays, at = {}, 0
        for name, (letters, count, start) in index.items():
            if letters not in _DTYPES or start != at + -at % _ALIGNED:
                raise ValueError(f"{name} is not where it should be")
            dtype = np.dtype(letters)
            arrays[name] = np.frombuffer(mapped, dtype, count, start) if count else np.zeros(0, dtype)
            at = start + count * dtype.itemsize
        if at != begins:
            raise ValueError("something is missing")
        return arrays
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise IndexDamagedError(f"{path}: cannot be read ({error}); type: saywho rebuild") from error


def blank(folder: Path, name: str, dtype: str, length: int) -> Array:
    """`folder/name.npy` of a given length, to be filled; what is put in is in the file once the array is gone."""
    if not length:  # nothing can be mapped
        save(folder, name, np.zeros(0, dtype))
        return np.zeros(0, dtype)
    made: Array = np.lib.format.open_memmap(folder / f"{name}.npy", "w+", np.dtype(dtype), (length,))
    _reserve(folder / f"{name}.npy")
    return made


def _reserve(path: Path) -> None:
    """Takes the room that a file will need: a disk found full through a mapping kills the process with SIGBUS."""
    if hasattr(os, "posix_fallocate"):
        with path.open("r+b") as file:
            try:
                os.posix_fallocate(file.fileno(), 0, os.fstat(file.fileno()).st_size)
            except OSError as error:
                if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP):
                    raise


class Stream:
    """`folder/name.npy` of a length that nobody knows yet; use it as a context manager."""

    def __init__(self, folder: Path, name: str, dtype: str) -> None:
        self._dtype = np.dtype(dtype)
        self._file = (folder / f"{name}.npy").open("wb")
        self._file.write(_header(self._dtype, 0))
        self.length = 0

    def append(self, array: Array) -> None:
        """Adds these values at the end."""
        self._file.write(np.ascontiguousarray(array, self._dtype).data)
        self.length += len(array)

    def write(self, pieces: Iterable[bytes]) -> None:
        """Adds bytes to a stream of bytes."""
        start = self._file.tell()
        self._file.writelines(pieces)
        self.length += self._file.tell() - start

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is None:
            self._file.seek(0)
            self._file.write(_header(self._dtype, self.length))
        self._file.close()

    def __del__(self) -> None:
        # Where something else cannot be written, nobody comes back to the streams that were open meanwhile.
        with contextlib.suppress(OSError, AttributeError):
            self._file.close()


def _header(dtype: np.dtype[Any], length: int) -> bytes:
    out = io.BytesIO()
    what = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": (length,)}
    np.lib.format.write_array_header_1_0(out, what)
    text = out.getvalue()
    # Room for any length: the dictionary is padded with blanks before its closing line break.
    padded = text[:10] + text[10:-1].rstrip().ljust(_HEADER - 11) + b"\n"
    return padded[:8] + (_HEADER - 10).to_bytes(2, "little") + padded[10:]


def plain(array: Array) -> memoryview:
    """An array as memory: asking it for single values is much faster than asking numpy."""
    return memoryview(array)  # type: ignore[arg-type]


def offsets(lengths: Array) -> U64:
    """Where each of so long pieces begins, and where the last one ends: shape (n + 1,)."""
    out = np.zeros(len(lengths) + 1, np.uint64)
    np.cumsum(lengths, out=out[1:], dtype=np.uint64)
    return out


def spread(starts: Array, lengths: Array) -> npt.NDArray[np.int64]:
    """The places of many pieces one after the other, starts[0], starts[0] + 1 …, starts[1] …: [sum of lengths]."""
    lengths = lengths.astype(np.int64, copy=False)
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    shift = starts.astype(np.int64, copy=False) - (ends - lengths)
    return np.repeat(shift, lengths) + np.arange(total)
