"""The engine over one build of an OpenSearch cluster.

All that is made of rows is made as for a build on this machine (`search.rows_engine`); what differs is where rows
come from.
"""

import dataclasses
import json
from collections.abc import Iterator
from typing import Any, cast

import numpy as np

from index.cluster.opensearch import Connection
from index.cluster.opensearch_builds import ClusterBuild
from index.cluster.opensearch_publish import article_key
from index.records import Article, Entry, article_from_json
from search.cluster.core import ClusterCore
from search.cluster.profiles import ClusterProfiles, _years, _years_agg, coverage_of
from search.cluster.queries import EVERYTHING, Body
from search.cluster.streaming import Asked
from search.cluster.tables import Opened
from search.core import Core, Question
from search.coverage import Coverage
from search.filters import filters_of
from search.hits import make_hit
from search.language import parse
from search.matching import Matching
from search.request import SearchRequest
from search.results import BuildShown, Hit, Stats
from search.rows_engine import RowsEngine, iso_day

_IDS = 5000
"""Ids of articles that are fetched at a time."""


class ClusterEngine(RowsEngine):
    """One build of a cluster, opened; may be shared between threads."""

    def __init__(self, connection: Connection, build: ClusterBuild) -> None:
        self._manifest = build.manifest
        self._build = BuildShown(
            id=build.manifest.id, published=build.manifest.published, extractor=build.manifest.extractor
        )
        opened = Opened(connection, build)  # its files go with the last use of it
        self._cluster = ClusterCore(connection, build, opened)
        self.core = cast("Core", self._cluster)  # asked by the same methods
        self._profiles = ClusterProfiles(self._cluster)
        self._articles = ClusterArticles(connection, build)
        self._people = opened.people
        self._opened = opened

    def every(self, request: SearchRequest) -> Matching:
        """All that a request finds, in its order, whatever its limit and cursor; fetched as it is read."""
        question = Question(
            tree=parse(request.q).tree,
            within=request.within,
            filters=filters_of(request),
            min_confidence=request.min_confidence,
            sort=request.sort,
            group=request.group,
            first=0,
        )
        total = self._cluster.answer(question).total
        return ClusterMatching(
            build=self.build,
            rows=np.zeros(0, np.uint32),
            entry=self._entry,
            total=total,
            core=self._cluster,
            asked=self._cluster.asked(question, entries=True),
        )

    def versions(self, variant_id: str, most: int) -> tuple[Hit, ...]:
        """The earliest quotations of the same words, at most so many; undated ones last."""
        found = self._cluster.hits({"term": {"variant": variant_id}}, ["row", "entry"], "oldest", most)
        return tuple(make_hit(entry) for entry in self._cluster.remember(list(found)).values())

    def close(self) -> None:
        """Lets go of the files."""
        self._opened.close()

    def coverage(self) -> Coverage:
        """What the build covers: outlets, months, and how often nobody is given as the speaker."""
        return coverage_of(self._cluster, self.build, self._people.kinds())

    def stats(self) -> Stats:
        """What the build holds."""
        core = self._cluster
        found = core.aggregate(EVERYTHING, {"years": _years_agg(), "undated": {"missing": {"field": "date"}}})
        first, last = core.days or (0, 0)
        return Stats(
            build=self.build,
            articles=self._manifest.articles,
            quotations=core.rows,
            speakers=len(core.values["speaker"]),
            sources=len(core.values["source"]),
            first_date=iso_day(first) if first else None,
            last_date=iso_day(last) if last else None,
            years=_years(found.get("years", {})),
            undated=found["undated"]["doc_count"],
            kinds=self._counts("kind"),
            statuses=self._counts("status"),
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ClusterMatching(Matching):
    """What a request finds, read from the cluster a page at a time; any number of times."""

    total: int
    core: ClusterCore
    asked: Asked

    def __len__(self) -> int:
        return self.total

    def __iter__(self) -> Iterator[Entry]:
        for one in self.core.in_order(self.asked):
            assert one.entry is not None  # noqa: S101 - they were asked for
            yield one.entry


class ClusterArticles:
    """The articles of one build of a cluster."""

    def __init__(self, connection: Connection, build: ClusterBuild) -> None:
        self._connection, self._index = connection, build.articles

    def get(self, article_id: str) -> Article | None:
        """The article of that id, or None."""
        body: Body = {"query": {"ids": {"values": [article_key(article_id)]}}, "size": 1}
        hits = self._connection.search(self._index, body)["hits"]["hits"]
        return article_from_json(json.loads(hits[0]["_source"]["record"])) if hits else None

    def in_order(self) -> Iterator[str]:
        """The ids of all articles, sorted; memory holds a piece of them."""
        body: dict[str, Any] = {"query": EVERYTHING, "sort": [{"id": "asc"}], "_source": False, "size": _IDS}
        while True:
            hits = self._connection.search(self._index, body)["hits"]["hits"]
            yield from (hit["sort"][0] for hit in hits)
            if len(hits) < _IDS:
                return
            body["search_after"] = hits[-1]["sort"]
