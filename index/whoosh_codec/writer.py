"""Entries -> the files of one build's search data: whole, or what has changed beside the segments of an earlier build.

Segments are never changed. A build that goes on from another has hard links to its segments (copies where the file
system has none), says which of their rows are deleted, and has one more segment for what is new; where that would make
more than MOST_SEGMENTS, or much of a segment is deleted, the rows of small segments are written anew with it.
"""

import contextlib
import dataclasses
import gc
import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.manifest import share, sync
from index.records import Entry
from index.whoosh_codec.arrays import ArrayFolder, pack
from index.whoosh_codec.bulk import ROWS_A_PART, SegmentWriter, stored_form
from index.whoosh_codec.codec import NumpySegment
from index.whoosh_codec.columns import FOLDER as COLUMNS
from index.whoosh_codec.columns import write_columns
from index.whoosh_codec.inverting import open_inverted
from index.whoosh_codec.lexicon import Strings, encoded
from index.whoosh_codec.segment import META, TEXT_FIELDS, Segment
from index.whoosh_codec.stock import INDEX, read_segments, write_segments
from index.whoosh_codec.weights import pivot_of, write_weights

FOLDER = "whoosh"
MOST_SEGMENTS = 3
MOST_DELETED = 0.2
"""Share of a segment's rows; with more the segment is written anew."""
_PROGRESS_EVERY = 500

Progress = Callable[[int], None]


@dataclasses.dataclass(slots=True)
class _Kept:
    """A segment of the earlier build."""

    listed: NumpySegment
    opened: Segment
    alive: npt.NDArray[np.bool_]
    """[rows] what stays"""


def write(
    folder: Path,
    entries: Iterable[Entry],
    *,
    previous: Path | None = None,
    replacing: Iterable[str] | None = None,
    progress: Progress | None = None,
    rows_a_part: int = ROWS_A_PART,
) -> int:
    """Writes the index of these entries into `folder`, durably, and returns how many entries came.

    Entries come in order of date, undated ones first (BuildError otherwise), each id once. `previous` is the folder of
    a build to go on from. What it has of the articles `replacing` (ids; None: of all) goes, unless it comes again; what
    it has of others stays without being looked at. `progress` is told, now and then and at the end, how many more
    entries have come.
    """
    target = folder / FOLDER
    target.mkdir()
    kept = _opened(previous / FOLDER) if previous is not None else []
    _let_go(kept, replacing)
    count = 0
    fresh = _Fresh(target, rows_a_part)
    with _uncollected():
        for count, entry in enumerate(entries, 1):
            stored, digest = stored_form(entry)
            if not (kept and _stays(kept, encoded(entry.id), digest)):
                fresh.add(entry, stored, digest)
            if progress and count % _PROGRESS_EVERY == 0:
                progress(_PROGRESS_EVERY)
            if count % ROWS_A_PART == 0:
                gc.collect()
        staying, rewritten = _plan(kept, fresh.rows)
        made = fresh.finish(rewritten)
    listed = [_linked(one, previous / FOLDER if previous else target, target) for one in staying]
    if made is not None or not listed:
        listed.append(made or fresh.empty())
    _finish(folder, listed)
    if progress and count % _PROGRESS_EVERY:
        progress(count % _PROGRESS_EVERY)
    return count


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Python's collector looks for circles of objects after every few hundred new ones, and entries make none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _opened(folder: Path) -> list[_Kept]:
    out = []
    for listed in read_segments(folder):
        alive = np.ones(listed.rows, np.bool_)
        alive[list(listed.deleted)] = False
        out.append(_Kept(listed, Segment(folder / listed.segment_id()), alive))
    return out


def _let_go(kept: list[_Kept], article_ids: Iterable[str] | None) -> None:
    """Marks the rows of these articles, or of all, as gone."""
    if article_ids is None:
        for one in kept:
            one.alive[:] = False
        return
    for article_id in map(encoded, article_ids):
        for one in kept:
            one.alive[one.opened.keys["article"].rows_of(article_id)] = False


def _stays(kept: list[_Kept], entry_id: bytes, digest: int) -> bool:
    """Whether a segment has this very entry among what was let go; marks it as alive."""
    for one in kept:
        for row in one.opened.keys["id"].rows_of(entry_id).tolist():
            gone = not one.alive[row] and row not in one.listed.deleted
            if gone and int(one.opened.digest[row]) == digest:
                one.alive[row] = True
                return True
    return False


def _plan(kept: list[_Kept], fresh: int) -> tuple[list[_Kept], list[_Kept]]:
    """Which segments stay as they are, and which are written anew with what is fresh."""
    staying = [one for one in kept if one.alive.sum() >= (1 - MOST_DELETED) * len(one.alive)]
    rewritten = [one for one in kept if one.alive.any() and one not in staying]
    staying.sort(key=lambda one: -int(one.alive.sum()))
    # A segment joins what is written when it is no larger than twice that, so that no row is written often.
    writing = fresh + sum(int(one.alive.sum()) for one in rewritten)
    room = MOST_SEGMENTS - 1 if writing else MOST_SEGMENTS
    while staying and (len(staying) > room or (writing and int(staying[-1].alive.sum()) <= 2 * writing)):
        rewritten.append(staying.pop())
        writing += int(rewritten[-1].alive.sum())
        room = MOST_SEGMENTS - 1
    order = {id(one): place for place, one in enumerate(kept)}
    return sorted(staying, key=lambda one: order[id(one)]), rewritten


class _Fresh:
    """What is written in this build: entries as they come, then those of segments that are written anew."""

    def __init__(self, target: Path, rows_a_part: int) -> None:
        self._target = target
        self._rows_a_part = rows_a_part
        self._listed = NumpySegment(INDEX, 0)
        self._writer: SegmentWriter | None = None

    @property
    def rows(self) -> int:
        """How many entries came."""
        return self._writer.rows if self._writer else 0

    def add(self, entry: Entry, stored: bytes, digest: int) -> None:
        """An entry that no segment has."""
        if self._writer is None:
            self._writer = self._open(self._listed)
        self._writer.add(entry, stored, digest)

    def _open(self, listed: NumpySegment) -> SegmentWriter:
        return SegmentWriter(self._target / listed.segment_id(), rows_a_part=self._rows_a_part)

    def empty(self) -> NumpySegment:
        """A segment without rows."""
        self._writer = self._open(self._listed)
        self._writer.finish()
        return self._listed

    def finish(self, others: list[_Kept]) -> NumpySegment | None:
        """The segment of all that came and of the living rows of `others`; None where there is nothing."""
        if self._writer is not None:
            self._writer.finish()
            self._listed.rows = self._writer.rows
        if not others:
            return self._listed if self._writer is not None else None
        sources = [(one.opened, np.flatnonzero(one.alive)) for one in others]
        if self._writer is not None:
            opened = Segment(self._target / self._listed.segment_id())
            sources.append((opened, np.arange(opened.rows)))
        joined = NumpySegment(INDEX, sum(len(rows) for _, rows in sources))
        writer = self._open(joined)
        for segment, row in _by_date(sources):
            stored = segment.stored(row)
            writer.add(segment.entry(row), stored, int(segment.digest[row]))
        writer.finish()
        if self._writer is not None:
            shutil.rmtree(self._target / self._listed.segment_id())
        return joined


def _by_date(sources: list[tuple[Segment, npt.NDArray[np.int64]]]) -> Iterator[tuple[Segment, int]]:
    """The rows of several segments in one order of date."""
    dates = np.concatenate([segment.date[rows] for segment, rows in sources])
    owner = np.repeat(np.arange(len(sources)), [len(rows) for _, rows in sources])
    rows = np.concatenate([rows for _, rows in sources])
    order = np.argsort(dates, kind="stable")
    for number, row in zip(owner[order].tolist(), rows[order].tolist(), strict=True):
        yield sources[number][0], row


def _linked(one: _Kept, source: Path, target: Path) -> NumpySegment:
    name = one.listed.segment_id()
    shutil.copytree(source / name, target / name, copy_function=lambda one, other: share(Path(one), Path(other)))
    deleted = frozenset(np.flatnonzero(~one.alive).tolist())
    return NumpySegment(INDEX, one.listed.rows, deleted, one.listed.segid)


def _finish(folder: Path, listed: list[NumpySegment]) -> None:
    """Weights, columns and the table of segments."""
    target = folder / FOLDER
    metas = [json.loads((target / one.segment_id() / META).read_bytes()) for one in listed]
    pivots = _pivots(target, listed, metas)
    for one, meta in zip(listed, metas, strict=True):
        if meta.get("pivots") != pivots:
            _weigh(target / one.segment_id(), meta, pivots)
    segments = [Segment(target / one.segment_id()) for one in listed]
    lives = [_live(one) for one in listed]
    write_columns(folder, segments, lives)
    write_segments(target, listed)
    for path in (*target.rglob("*"), *(folder / COLUMNS).iterdir(), target, folder / COLUMNS, folder):
        sync(path)


def _live(listed: NumpySegment) -> npt.NDArray[np.bool_] | None:
    if not listed.deleted:
        return None
    live = np.ones(listed.rows, np.bool_)
    live[list(listed.deleted)] = False
    return live


def _pivots(target: Path, listed: list[NumpySegment], metas: list[dict[str, object]]) -> dict[str, float]:
    """What counts as each field's usual length, over all living rows."""
    out = {}
    rows = sum(one.doc_count() for one in listed)
    for name in TEXT_FIELDS:
        words = 0
        for one in listed:
            lengths, live = ArrayFolder(target / one.segment_id()).load(f"{name}.lengths"), _live(one)
            words += int((lengths if live is None else lengths[live]).sum(dtype=np.int64))
        out[name] = pivot_of(words, rows)
    return out


def _weigh(folder: Path, meta: dict[str, object], pivots: dict[str, float]) -> None:
    """Works out a segment's weights; files that an earlier build shares are replaced, not changed."""
    for name in ("weights.pack", META):
        (folder / name).unlink(missing_ok=True)
    arrays = ArrayFolder(folder)
    fields = {name: open_inverted(arrays, name) for name in TEXT_FIELDS}
    write_weights(folder, fields, arrays.load("stem_of"), len(Strings(arrays, "stems")), pivots)
    pack(folder, "weights")
    (folder / META).write_text(json.dumps({**meta, "pivots": pivots}), encoding="ascii")
