"""What the user named -> the files to read, in a fixed order."""

import contextlib
import dataclasses
import glob
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import unquote

from index.errors import ReadError, UsageError
from index.readers.addresses import split_url
from index.readers.base import Place
from index.readers.clues import outlet_of
from index.readers.limits import shown_size
from index.readers.storage import Stored, is_storage, look, opened
from index.readers.streams import decoded, reason_of, shown
from index.readers.unpacking import PACKED
from index.records import Failure

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_LONGEST_LIST = 64 * 1024 * 1024
NO_ARTICLE = re.compile(r"\..*|(?:readme|licen[cs]e|copying|notice|changelog)(?:\.\w+)?", re.IGNORECASE | re.DOTALL)
"""What a folder holds besides articles: hidden files, and those about the folder."""


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """One file to read."""

    path: Path | None
    """None is standard input, an address, or a file of a storage."""
    place: Place
    url: str | None = None
    """An address to fetch."""
    stored: Stored | None = None
    """A file of a storage."""

    @property
    def named(self) -> str:
        """The file's name, for its ending; empty for standard input and addresses."""
        if self.stored is not None:
            return self.stored.url.rpartition("/")[2]
        return self.path.name if self.path else ""

    @property
    def size(self) -> int:
        """In bytes, as it lies there; 0 where that is not known. Raises OSError."""
        if self.stored is not None:
            return self.stored.size
        return self.path.stat().st_size if self.path else 0


def ending_of(path: Path, endings: Iterable[str]) -> str:
    """The path's ending, with its .gz (.bz2, .xz), if it is one of these; else an empty string."""
    name = path.name.lower()
    bare = next((name.removesuffix(p) for p in PACKED if name.endswith(p)), name)
    found = next((e for e in endings if bare.endswith(e) and bare != e), "")
    return path.name[-len(found + name[len(bare) :]) :] if found else ""


def find(sources: Sequence[str], endings: Sequence[str]) -> Iterator[Found | Failure]:
    """The files of all sources, each file once; out of folders those with one of the endings.

    Raises UsageError before the first one is given out.
    """
    if not sources:
        raise UsageError("there is nothing to read; name a file, a folder, a glob, an address or - for standard input")
    parts = [_found(source, endings) for source in sources]
    found = (item for part in parts for item in part)
    return found if len(parts) == 1 else _once(found)


def is_there(source: str) -> bool:
    """Can this source, as it was named once, be read again?"""
    if source == "-":
        return False
    return is_address(source) or glob.has_magic(source) or Path(source.removeprefix("@")).exists()


def is_address(source: str) -> bool:
    """Is it the address of a page or feed?"""
    return bool(_ADDRESS.match(source))


def named_by(source: str) -> list[str]:
    """What a source stands for: itself, or what the file lists that follows its @."""
    if source.startswith("@") and not Path(source).exists():
        return [line for _, line in _lines_of(Path(source[1:]))]
    return [source]


def open_found(item: Found, stdin: BinaryIO | None) -> contextlib.AbstractContextManager[BinaryIO]:
    """The file, open for reading bytes; standard input is not closed afterwards."""
    if item.stored is not None:
        return opened(item.stored.url)
    if item.path is None:
        return contextlib.nullcontext(sys.stdin.buffer if stdin is None else stdin)
    return item.path.open("rb")


def _found(source: str, endings: Sequence[str]) -> Iterable[Found | Failure]:
    if source == "-":
        return [Found(None, Place(origin="stdin", name=""))]
    if not source or "\0" in source:
        raise UsageError(f"'{shown(source)}' is not the name of a file; name a file, a folder, a glob or -")
    if is_storage(source):
        return _stored(source, endings)
    if _ADDRESS.match(source):
        return [_address(source)]
    path = Path(source)
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return _listed(source, endings) if source.startswith("@") else _globbed(source, endings)
    except OSError as error:
        raise UsageError(f"{shown(source)}: {reason_of(error)}") from error
    return _folder(path, endings) if stat.S_ISDIR(mode) else [_file(path, path.parent, endings)]


def _address(url: str) -> Found:
    try:
        parts = split_url(url)
    except ReadError as error:
        raise UsageError(str(error)) from error
    folders = tuple(unquote(part) for part in parts.path.split("/")[:-1] if part)
    name = "/".join(filter(None, ((parts.hostname or "").lower(), parts.path.strip("/"), parts.query)))
    return Found(None, Place(origin=shown(url), name=unquote(name), folders=folders), url=url)


def _stored(url: str, endings: Sequence[str]) -> Iterable[Found | Failure]:
    """The files of a storage, each with its name from the folder on that was named."""
    pattern = glob.has_magic(url.rpartition("/")[2])
    found = []
    for file in look(url):
        inner = PurePosixPath(file.inner)
        ending = ending_of(Path(inner), endings)
        if any(NO_ARTICLE.fullmatch(part) for part in (inner.parts if not file.named else inner.parts[-1:] * pattern)):
            continue
        if ending or file.named:
            place = Place(
                origin=shown(file.url),
                name=inner.as_posix().removesuffix(ending),
                folders=tuple(part for part in file.url.partition("://")[2].split("/")[:-1] if part),
                outlet=outlet_of(inner.parent.parts),
            )
            found.append(Found(None, place, stored=file))
    if not found:
        raise UsageError(f"{shown(url)}: {_no_articles(endings)}")
    return found


def _listed(source: str, endings: Sequence[str]) -> Iterable[Found | Failure]:
    """The sources that a file names, one a line; what cannot be is set aside with its line, since the rest can."""
    path = Path(source[1:])
    return _all_listed(path, _lines_of(path), endings)


def _lines_of(path: Path) -> list[tuple[int, str]]:
    """The lines of a list of sources, numbered, without comments; UsageError where there are none."""
    try:
        with path.open("rb") as handle:
            data = handle.read(_LONGEST_LIST + 1)
        lines = decoded(data, None)[0].splitlines()
    except OSError as error:
        raise UsageError(f"{shown(path)}: the list of sources cannot be read ({reason_of(error)})") from error
    except ReadError as error:
        raise UsageError(f"{shown(path)}: the list of sources {error}") from error
    if len(data) > _LONGEST_LIST:
        raise UsageError(f"{shown(path)}: the list of sources is longer than {shown_size(_LONGEST_LIST)}; split it")
    named = [(n, line.strip()) for n, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    if not named:
        raise UsageError(f"{shown(path)}: the list of sources names none; write one a line")
    return named


def _all_listed(path: Path, named: list[tuple[int, str]], endings: Sequence[str]) -> Iterator[Found | Failure]:
    for number, source in named:
        try:
            if source == "-" or source.startswith("@"):
                raise UsageError(f"'{shown(source, 100)}' cannot stand in a list of sources")
            yield from _found(source, endings)
        except UsageError as error:
            yield Failure(origin=f"{shown(path)}:{number}", reason=str(error))


def _folder(folder: Path, endings: Sequence[str]) -> Iterator[Found | Failure]:
    try:
        with os.scandir(folder):
            pass
    except OSError as error:
        raise UsageError(f"{shown(folder)}: {reason_of(error)}") from error
    if next(_walk(folder, folder, endings), None) is None:
        raise UsageError(f"{shown(folder)}: {_no_articles(endings)}")
    return _walk(folder, folder, endings)


def _globbed(pattern: str, endings: Sequence[str]) -> Iterator[Found | Failure]:
    if not glob.has_magic(pattern):
        raise UsageError(f"{shown(pattern)}: there is no such file or folder")
    # pathlib's own globbing takes no absolute patterns, and hidden files with them.
    paths = [Path(p) for p in sorted(set(glob.glob(pattern, recursive=True)))]  # noqa: PTH207
    if glob.has_magic(Path(pattern).name):
        paths = [path for path in paths if not NO_ARTICLE.fullmatch(path.name)]
    fixed = pattern[: min(pattern.find(c) for c in "*?[" if c in pattern)]
    root = Path(fixed if fixed.endswith(os.sep) else Path(fixed).parent)
    # With ** the files in folders match themselves; otherwise a folder counts as if the shell had named it.
    folders = set() if "**" in pattern else {p for p in paths if p.is_dir()}
    files = [p for p in paths if not p.is_dir()]
    if not files and not folders:
        raise UsageError(f"{shown(pattern)}: no file matches; * stays within a folder, ** reaches into those below")
    if not files and not any(True for folder in folders for _ in _walk(folder, root, endings)):
        raise UsageError(f"{shown(pattern)}: {_no_articles(endings)}")
    return (
        item
        for path in paths
        if path in folders or not path.is_dir()
        for item in (_walk(path, root, endings) if path in folders else [_file(path, root, endings)])
    )


def _no_articles(endings: Sequence[str]) -> str:
    return (
        f"holds no articles: no file in it ends in {', '.join(endings)} (each with or without .gz, .bz2, .xz); "
        "files with other endings are read when they are named, as by a glob"
    )


def _walk(
    folder: Path, root: Path, endings: Sequence[str], above: tuple[tuple[int, int], ...] = ()
) -> Iterator[Found | Failure]:
    try:
        info = folder.stat()
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if not NO_ARTICLE.fullmatch(entry.name))
    except OSError as error:
        yield Failure(origin=shown(folder), reason=reason_of(error))
        return
    here = (info.st_dev, info.st_ino)
    if here in above:  # a link to a folder that it stands in
        return
    for name in names:
        path = folder / name
        try:
            mode = path.stat().st_mode
        except OSError:
            mode = stat.S_IFREG  # a broken link: opening it says what is wrong
        if stat.S_ISDIR(mode):
            yield from _walk(path, root, endings, (*above, here))
        elif stat.S_ISREG(mode) and ending_of(path, endings):
            yield _file(path, root, endings)


def _file(path: Path, root: Path, endings: Sequence[str]) -> Found:
    """The file, its name taken from `root` on."""
    inner = path.relative_to(root)
    name = inner.as_posix().removesuffix(ending_of(path, endings))
    folders = tuple(part for part in path.parent.parts if part != path.anchor)
    return Found(path, Place(origin=shown(path), name=name, folders=folders, outlet=outlet_of(inner.parent.parts)))


def _once(found: Iterable[Found | Failure]) -> Iterator[Found | Failure]:
    """Each file once, though two sources name it: an article that is there twice looks like two that agree."""
    seen: set[str] = set()
    for item in found:
        path = item.path if isinstance(item, Found) else Path(item.origin)
        address = (item.stored.url if item.stored else item.url) if isinstance(item, Found) else None
        key = address or ("-" if path is None else os.path.realpath(path))
        if key not in seen:
            seen.add(key)
            yield item
