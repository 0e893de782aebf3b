"""Files -> shards: what one worker reads at once, with a name that says what is in it and how it is read."""

import contextlib
import dataclasses
import hashlib
import time
from collections.abc import Iterable, Iterator

from index.readers import Found, How
from index.records import Failure

_VERSION = "1"
"""Counted up when the same files would be read otherwise, so that earlier parts are not taken for what they are not."""
_AT_REST = 2_000_000_000
"""Nanoseconds after which a change shows in a file's times, whatever the file system."""
_BYTES, _FILES = 8 << 20, 200
"""What one shard holds at most, unless one file is larger."""


@dataclasses.dataclass(frozen=True, slots=True)
class Shard:
    """Files that one worker reads, in order."""

    files: tuple[Found, ...]
    sources: tuple[str, ...]
    """What each was named by."""
    name: str
    """Another one where a file or the way of reading is another."""
    stamps: tuple[str, ...]
    """What each file's size and times were."""
    made: int
    """When that was (nanoseconds)."""

    def is_at_rest(self, place: int) -> bool:
        """Whether a file is as it was when the shard was made, and had been left alone before."""
        file = self.files[place]
        with contextlib.suppress(OSError):
            return (
                file.path is not None
                and _stamp(file) == self.stamps[place]
                and self.made - file.path.stat().st_mtime_ns > _AT_REST
            )
        return False


def shards(found: Iterable[tuple[str, Found | Failure]], how: How) -> Iterator[Shard | tuple[str, Found | Failure]]:
    """The files in shards, in order. What this machine must read itself comes as it is: standard input, which it alone
    has, addresses, whose hosts are asked once a second by one reader, not by each, and what need not be read again.
    """
    memory = how.options.memory
    waiting: list[tuple[str, Found]] = []
    size = 0
    for source, item in found:
        here = (
            isinstance(item, Failure)
            or (item.path is None and item.stored is None)
            or (memory is not None and item.path is not None and memory.passes(item.path, item.place.name))
        )
        if waiting and (here or size >= _BYTES or len(waiting) >= _FILES):
            yield shard(waiting, how)
            waiting, size = [], 0
        if here:
            yield source, item
        elif isinstance(item, Found):
            waiting.append((source, item))
            size += _size(item)
    if waiting:
        yield shard(waiting, how)


def shard(named: Iterable[tuple[str, Found]], how: How) -> Shard:
    """Files, each with what it was named by, as one shard."""
    sources, files = zip(*named, strict=True)
    how, made = alone(how), time.time_ns()
    stamps = tuple(_stamp(item) for item in files)
    told = [_VERSION, repr(how.format), repr(how.options), repr(sorted(how.languages or ["all"]))]
    told += [f"{item.place!r} {stamp}" for item, stamp in zip(files, stamps, strict=True)]
    digest = hashlib.sha256("\0".join(told).encode("utf-8", "surrogatepass")).hexdigest()
    return Shard(files, sources, digest[:32], stamps, made)


def alone(how: How) -> How:
    """How to read, for somebody who knows nothing of earlier runs."""
    return dataclasses.replace(how, options=dataclasses.replace(how.options, memory=None))


def _size(item: Found) -> int:
    try:
        return item.size
    except OSError:
        return 0  # whoever opens it says what is wrong


def _stamp(item: Found) -> str:
    if item.stored is not None:
        return item.stored.stamp
    try:
        info = item.path.stat() if item.path is not None else None
    except OSError:
        return ""
    return f"{info.st_size} {info.st_mtime_ns} {info.st_ino}" if info is not None else ""
