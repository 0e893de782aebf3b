"""What the user named -> which files belong to it, whether they are there or not."""

import dataclasses
import fnmatch
import glob
import os
from collections.abc import Sequence
from pathlib import Path

from index.readers.sources import is_address, named_by


@dataclasses.dataclass(frozen=True, slots=True)
class Covered:
    """Files and folders, as absolute paths without links. Addresses and standard input are never covered: a feed that
    no longer lists an article has not withdrawn it."""

    files: tuple[bytes, ...]
    folders: tuple[bytes, ...]
    """All below them is covered."""
    roots: tuple[bytes, ...] = ()
    """Below them is covered what fits a pattern."""
    patterns: tuple[tuple[str, ...], ...] = ()
    """The parts of absolute ones."""

    def has(self, path: bytes) -> bool:
        """Whether a file belongs to what was named."""
        if path in self.files or any(_below(path, folder) for folder in self.folders):
            return True
        parts = Path(os.fsdecode(path)).parts
        return any(_fits(parts, pattern, "**" not in pattern) for pattern in self.patterns)


def covered(sources: Sequence[str]) -> Covered:
    """The files and folders of sources that `sources.find` has taken."""
    files: list[bytes] = []
    folders: list[bytes] = []
    roots: list[bytes] = []
    patterns: list[tuple[str, ...]] = []
    for source in (one for named in sources for one in named_by(named)):
        if source == "-" or is_address(source):
            continue
        path = Path(source)
        whole = os.fsencode(os.path.realpath(path))
        if path.is_dir():
            folders.append(whole)
        elif path.exists() or not glob.has_magic(source):
            files.append(whole)
        else:
            parts = path.absolute().parts
            plain = next(n for n, part in enumerate(parts) if glob.has_magic(part))
            root = Path(os.path.realpath(Path(*parts[:plain])))
            roots.append(os.fsencode(root))
            patterns.append((*root.parts, *parts[plain:]))
    return Covered(files=tuple(files), folders=tuple(folders), roots=tuple(roots), patterns=tuple(patterns))


def _below(path: bytes, folder: bytes) -> bool:
    return path.startswith(folder.rstrip(b"/") + b"/")


def _fits(parts: Sequence[str], pattern: Sequence[str], below: bool) -> bool:
    """Whether a path fits a pattern, or, with `below`, lies in a folder that does; `**` is any folders or none."""
    if not pattern:
        return below or not parts
    if pattern[0] == "**":
        return any(_fits(parts[n:], pattern[1:], below) for n in range(len(parts) + 1))
    return bool(parts) and fnmatch.fnmatchcase(parts[0], pattern[0]) and _fits(parts[1:], pattern[1:], below)
