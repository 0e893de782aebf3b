"""Rows in the order in which they are shown, as far as somebody reads.

By date they come as the index has them. By relevance the cluster gives candidates in order of what each may score at
most; each page is scored, and a row goes out as soon as nothing that is still to come can be before it. So the order is
that of the scores, whatever the bounds are, and tight bounds only mean fewer candidates.
"""

import dataclasses
import heapq
from collections.abc import Callable, Iterator
from typing import Any

from index.cluster.opensearch import Connection
from index.records import Entry
from index.whoosh_codec.segment import unpacked
from search.cluster.queries import Body
from search.cluster.scoring import Scorer

_WINDOW = 10_000
"""The furthest place that the cluster can begin at without being told what stands before it."""
_BESIDE = 50
"""Candidates beyond those that are wanted."""
_PAGES = (500, 2000, 5000)
_READ = 1000
"""Rows a page where all are read with their entries."""
_ROUNDED = 1 + 1e-5
"""Sums of bounds are rounded otherwise than scores are."""


@dataclasses.dataclass(frozen=True, slots=True)
class Ranked:
    """One row: its number, score, group of versions, and its entry where that was asked for."""

    row: int
    score: float
    variant: str
    entry: Entry | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be put in order: the query that matches, and the bounds where words count."""

    index: str
    matching: Body
    bounds: list[Body]
    scorer: Scorer | None
    order: str
    grouped: bool = False
    first: int = 10
    """How many are likely to be read."""
    entries: bool = False
    check: Callable[[], None] = lambda: None
    """Called before each page; raises what ends it."""


def ranked(connection: Connection, asked: Asked, skip: int = 0) -> Iterator[Ranked]:
    """The rows from place `skip` on."""
    by_score = asked.order == "relevance" and asked.scorer is not None and bool(asked.bounds)
    if by_score:
        found = _by_score(connection, asked)
    else:
        begin = 0 if asked.grouped else skip
        found, skip = _by_date(connection, asked, begin), skip - begin
    if asked.grouped:
        found = _each_once(found)
    for place, one in enumerate(found):
        if place >= skip:
            yield one


def _each_once(found: Iterator[Ranked]) -> Iterator[Ranked]:
    seen: set[str] = set()
    for one in found:
        if one.variant not in seen:
            seen.add(one.variant)
            yield one


def _source(asked: Asked, more: tuple[str, ...] = ()) -> list[str]:
    return ["row", "variant", *more, *(("entry",) if asked.entries else ())]


def _by_date(connection: Connection, asked: Asked, skip: int) -> Iterator[Ranked]:
    key = "oldest" if asked.order == "oldest" else "newest"
    sort = [{key: "asc" if key == "oldest" else "desc"}]
    body: dict[str, Any] = {"query": {"bool": {"filter": [asked.matching]}}, "sort": sort, "track_total_hits": False}
    size = _READ if asked.entries else max(1, asked.first) + (_BESIDE if asked.grouped else 0)
    begin = min(skip, max(0, _WINDOW - size))
    left = skip - begin
    after: list[Any] | None = None
    while True:
        asked.check()
        # What only has to be passed over is asked for without anything but its place.
        take = min(_WINDOW, left) if left else min(_WINDOW, size)
        place: dict[str, Any] = {"search_after": after} if after else {"from": begin}
        if not after and begin + take > _WINDOW:
            take = _WINDOW - begin
        answer = connection.search(
            asked.index, {**body, "size": take, "_source": False if left else _source(asked), **place}
        )
        hits = answer["hits"]["hits"]
        if left:
            left -= len(hits)
        else:
            yield from (_ranked(hit, 0.0) for hit in hits)
            size = min(max(size, _PAGES[0]) * 2, _PAGES[-1]) if not asked.entries else size
        if len(hits) < take:
            return
        after = hits[-1]["sort"]


def _by_score(connection: Connection, asked: Asked) -> Iterator[Ranked]:
    scorer = asked.scorer
    assert scorer is not None  # noqa: S101 - who comes here has one
    body: dict[str, Any] = {
        "query": {"bool": {"filter": [asked.matching], "should": asked.bounds}},
        "sort": [{"_score": "desc"}, {"newest": "desc"}],
        "track_total_hits": False,
        "_source": _source(asked, tuple(scorer.needed)),
    }
    waiting: list[tuple[float, int, int, Ranked]] = []
    sizes = iter((_READ,) * 10 if asked.entries else (min(asked.first + _BESIDE, _WINDOW), *_PAGES))
    size, after = next(sizes), None
    while True:
        asked.check()
        place: dict[str, Any] = {} if after is None else {"search_after": after}
        hits = connection.search(asked.index, {**body, "size": size, **place})["hits"]["hits"]
        scores = scorer([hit["_source"] for hit in hits]).tolist()
        for hit, score in zip(hits, scores, strict=True):
            newest = int(hit["sort"][1])
            heapq.heappush(waiting, (-score, -newest, 0, _ranked(hit, score)))
        last = len(hits) < size
        most = 0.0 if last else float(hits[-1]["sort"][0]) * _ROUNDED
        while waiting and (last or -waiting[0][0] > most):
            yield heapq.heappop(waiting)[3]
        if last:
            return
        after = hits[-1]["sort"]
        size = next(sizes, size)


def _ranked(hit: dict[str, Any], score: float) -> Ranked:
    kept = hit["_source"]
    entry = unpacked(kept["entry"].encode()) if "entry" in kept else None
    return Ranked(kept["row"], score, kept["variant"], entry)
