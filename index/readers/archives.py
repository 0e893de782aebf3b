"""zip and tar -> the files in them, one after the other; nothing is ever written to the disk under their names."""

import io
import lzma
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from index.errors import ReadError
from index.readers.base import Options
from index.readers.sources import NO_ARTICLE
from index.readers.streams import reason_of, shown, wound_back
from index.readers.unpacking import Budget, Counted

ENDINGS = (".zip", ".tar", ".tgz", ".tbz2", ".tbz", ".txz")
"""Of file names; .tar.gz and its like are .tar, packed."""

_LONGEST_HEADER = 1 << 20
_AROUND = re.compile(r"\.(?:zip|tgz|tbz2?|txz|tar(?:\.(?:gz|bz2|xz))?)/", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive; to be read before the next one is asked for."""

    name: str
    """Its path in the archive, "/" between its parts."""
    stream: BinaryIO | None
    problem: str | None = None
    """Why there is no stream."""
    budget: Budget | None = None


Wanted = Callable[[str], bool]
"""Is this the name of a file that holds articles?"""


def kind_of(head: bytes) -> str | None:
    """`zip` or `tar`, going by the first bytes."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "zip"
    return "tar" if head[257:262] == b"ustar" else None


def members(kind: str, stream: BinaryIO, options: Options, budget: Budget, wanted: Wanted) -> Iterator[Member]:
    """The archive's files that are wanted. Raises ReadError where it is damaged, cut short, or holds too many."""
    number = 0
    for member in (_zip if kind == "zip" else _tar)(stream, options, budget, wanted):
        number += 1
        yield member
    if not number:
        raise ReadError("holds no articles: no file in it has an ending that is known")


def _check_count(number: int, options: Options) -> None:
    if number > options.limits.members:
        raise ReadError(
            f"holds more than {options.limits.members:,} files; split it, or raise the limit: --limit-of members=N"
        )


def _unsafe(name: str) -> str | None:
    """Why a member of that name is not read; its name becomes a part of ids and messages."""
    if name.startswith(("/", "\\")) or _DRIVE.match(name) or ".." in re.split(r"[\\/]", name):
        return f"its name '{shown(name, 100)}' leads out of the archive; it is not read"
    return None


def _about_articles(name: str, wanted: Wanted) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    # `..` begins with a dot as hidden files do, but is no name: what leads out of the archive is reported.
    hidden = any(NO_ARTICLE.fullmatch(part) for part in parts if part not in ("..", "/"))
    return bool(parts) and not hidden and wanted(parts[-1])


def _zip(stream: BinaryIO, options: Options, budget: Budget, wanted: Wanted) -> Iterator[Member]:
    try:
        with wound_back(stream, options.limits.download) as file, zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _check_count(len(entries), options)
            for info in entries:
                if not info.filename or info.is_dir() or not _about_articles(info.filename, wanted):
                    continue
                problem = _unsafe(info.filename) or _zip_problem(info)
                if problem is not None:
                    yield Member(info.filename, None, problem)
                    continue
                own = Budget(options.limits, packed=info.compress_size, parent=budget)
                try:
                    with archive.open(info) as content:
                        yield Member(info.filename, _counted(cast(BinaryIO, content), own), budget=own)
                except (zipfile.BadZipFile, NotImplementedError, RuntimeError, UnicodeError) as error:
                    yield Member(info.filename, None, f"cannot be unpacked ({shown(error, 100)}); pack it again")
                if budget.spent:
                    return
    except zipfile.BadZipFile as error:
        raise ReadError(f"is a zip file that is damaged or cut short ({shown(error, 80)}); copy it again") from error
    except (NotImplementedError, ValueError, UnicodeError, OverflowError) as error:
        raise ReadError(f"is a zip file of a kind that is not read ({shown(error, 80)}); unpack it yourself") from error


def _zip_problem(info: zipfile.ZipInfo) -> str | None:
    if info.flag_bits & 1:
        return "is encrypted; unpack it yourself"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link, not a file; it is not followed"
    return None


def _counted(stream: BinaryIO, budget: Budget) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(Counted(stream, budget), 1 << 16))


class _Header(tarfile.TarInfo):
    """A header whose extension, which is read into memory as a whole, has a limit."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "_Header":
        found = super().frombuf(buf, encoding, errors)
        extensions = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE)
        if found.type in (*extensions, tarfile.SOLARIS_XHDTYPE) and found.size > _LONGEST_HEADER:
            raise ReadError(f"is a tar file with a header of {found.size:,} bytes; it is damaged, or made to do harm")
        return found


class _Ending(io.RawIOBase):
    """A stream that remembers whether it ended with zeros, as a whole tar file does."""

    def __init__(self, rest: BinaryIO) -> None:
        self._more, self.last = getattr(rest, "read1", rest.read), b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        data = self._more(len(view))
        if data:
            self.last = (self.last + data[-tarfile.BLOCKSIZE :])[-tarfile.BLOCKSIZE :]
        view[: len(data)] = data
        return len(data)


def _tar(stream: BinaryIO, options: Options, budget: Budget, wanted: Wanted) -> Iterator[Member]:
    ending = _Ending(stream)
    try:
        with tarfile.open(fileobj=cast(BinaryIO, io.BufferedReader(ending)), mode="r|", tarinfo=_Header) as archive:
            for number, info in enumerate(archive, 1):
                _check_count(number, options)
                archive.members = []  # type: ignore[attr-defined]  # it keeps what went by, which could be millions
                if info.isdir() or not _about_articles(info.name, wanted):
                    continue
                problem = _unsafe(info.name) or _tar_problem(info)
                content = None if problem else archive.extractfile(info)
                if content is None:
                    yield Member(info.name, None, problem or "has no content")
                    continue
                yield Member(info.name, cast(BinaryIO, content))
                if budget.spent:
                    return
    except tarfile.TarError as error:
        raise ReadError(f"is a tar file that is damaged or cut short ({shown(error, 80)}); copy it again") from error
    except (ValueError, UnicodeError, OverflowError) as error:
        raise ReadError(f"is a tar file that is damaged ({shown(error, 80)}); copy it again") from error
    while ending.read(1 << 16):
        pass  # to the end, where a packed file's checksum stands
    if ending.last.strip(b"\0"):
        raise ReadError("is a tar file that is cut short: its end is missing; copy it again")


def _tar_problem(info: tarfile.TarInfo) -> str | None:
    if info.issym() or info.islnk():
        return "is a link, not a file; it is not followed"
    if not info.isreg():
        return "is a device, not a file"
    if info.issparse():
        return "is a sparse file, which is not read; unpack it yourself"
    return None


def around(origin: str) -> list[str]:
    """The archives that an origin lies in (`old.zip/in.tar.gz/a.txt`), outermost first."""
    return [origin[: match.end() - 1] for match in _AROUND.finditer(origin)]


def trouble(error: Exception) -> str:
    """What an error means that a stream, or a library that takes files apart, raises."""
    if isinstance(error, zipfile.BadZipFile):
        return f"is damaged in its archive ({shown(error, 80)}); pack it again"
    if isinstance(error, tarfile.TarError):
        return f"is cut short in its archive ({shown(error, 80)}); copy it again"
    if isinstance(error, OSError | EOFError | zlib.error | lzma.LZMAError):
        return reason_of(error)
    # Nobody knows all that a broken file can do to a library; the other files can be read all the same.
    what = f"{type(error).__name__}: {shown(error, 100)}"
    return f"its reader failed on it ({what}); leave it out, and please report this with the file"
