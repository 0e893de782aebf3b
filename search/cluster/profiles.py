"""What a cluster's build holds of one speaker or one outlet, and of the whole: aggregations where it is one table."""

import functools
from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from search.cluster.core import ClusterCore
from search.cluster.counting import different
from search.cluster.queries import EVERYTHING, Body, all_of, has_value
from search.core import Core
from search.coverage import _MOST_MONTHS, OUTLETS, Coverage, Covered, gaps_of
from search.hits import make_hit
from search.profile_pages import Profile, Repeated, Role, Share
from search.profiles import _ARTICLES, _LOOKED, _SHOWN, Ints, Profiles
from search.results import BuildShown, Hit

_MANY = 10_000
"""Values of one speaker or outlet that are counted together."""
_NUMBER = {"stats_bucket": {"buckets_path": "different>_count"}}


def _years_agg() -> Body:
    return {"histogram": {"field": "date", "interval": 10000, "min_doc_count": 1}}


def _years(found: dict[str, Any]) -> dict[str, int]:
    return {f"{int(one['key']) // 10000:04}": one["doc_count"] for one in found.get("buckets", ())}


class ClusterProfiles(Profiles):
    """The profiles of one build of a cluster; may be shared between threads."""

    def __init__(self, core: ClusterCore) -> None:
        super().__init__(cast("Core", core))  # asked for its values by the same methods
        self._cluster = core

    def of_speaker(self, speaker_id: str, latest: int = 5) -> Profile:
        """What is held of a speaker; empty where nothing is."""
        query = has_value("speaker", [speaker_id])
        with_them, looked = self._company(query, speaker_id)
        return self._of(query, "source", sources=True, speakers=with_them, looked=looked, latest=latest)

    def of_source(self, name: str, latest: int = 5) -> Profile:
        """What is held of an outlet; empty where nothing is."""
        return self._of(has_value("source", [name]), "speaker", sources=False, speakers=(), looked=0, latest=latest)

    def named(self, source: str) -> tuple[int, int]:
        """How many of an outlet's quotations have a speaker with a name, and how many of its articles have none."""
        query = has_value("source", [source])
        with_one = all_of([query, {"exists": {"field": "speaker"}}])
        return self._cluster.count(with_one), self._articles(query) - self._articles(with_one)

    def _articles(self, query: Body) -> int:
        found = self._cluster.aggregate(query, {"one": _apart("article")})
        return self._cluster._different("article", found["one"], query)

    def _of(
        self,
        query: Body,
        shares: Role,
        *,
        sources: bool,
        speakers: tuple[Share, ...],
        looked: int,
        latest: int,
    ) -> Profile:
        cluster = self._cluster
        found = cluster.aggregate(
            query,
            {
                "years": _years_agg(),
                "undated": {"missing": {"field": "date"}},
                "kind": {"terms": {"field": "kind", "size": 100}},
                "status": {"terms": {"field": "status", "size": 100}},
                "articles": _apart("article"),
                "shares": _apart(shares),
                "rows": {"value_count": {"field": "row"}},
            },
        )
        undated = found["undated"]["doc_count"]
        total = int(found["rows"]["value"])
        newest = self._hits(query, "-newest", latest)
        oldest = self._hits(query, "oldest", 1) if total > undated else []
        shown, others = self._shares_of(shares, query, cluster._different(shares, found["shares"], query))
        return Profile(
            quotations=total,
            articles=cluster._different("article", found["articles"], query),
            years=_years(found.get("years", {})),
            undated=undated,
            kinds=self._by_code("kind", found),
            statuses=self._by_code("status", found),
            first=oldest[0] if oldest else None,
            last=newest[0] if total > undated and newest else None,
            sources=shown if sources else (),
            speakers=speakers if sources else shown,
            looked=looked,
            others=others,
            often=self._repeated(query),
            latest=tuple(newest),
        )

    def _hits(self, query: Body, sort: str, most: int) -> list[Hit]:
        hits = list(self._cluster.hits(query, ["row", "entry"], sort, most))
        return [make_hit(entry) for entry in self._cluster.remember(hits).values()]

    def _by_code(self, name: str, found: dict[str, Any]) -> dict[str, int]:
        """In order of the values' codes, the commonest of the collection first."""
        values = self._columns.values[name]
        counts = {one["key"]: one["doc_count"] for one in found.get(name, {}).get("buckets", ())}
        return {value: counts[value] for value in sorted(counts, key=values.code)}

    def _shares_of(self, name: Role, query: Body, distinct: int) -> tuple[tuple[Share, ...], int]:
        """The commonest values, and how many others there are."""
        size = max(1, min(distinct, _MANY))
        terms = {"terms": {"field": name, "size": size, "shard_size": 6 * _MANY}}
        found = self._cluster.aggregate(query, {"one": terms}).get("one", {}).get("buckets", ())
        return self._listed(name, {one["key"]: one["doc_count"] for one in found}), max(0, distinct - _SHOWN)

    def _listed(self, name: Role, counts: dict[str, int]) -> tuple[Share, ...]:
        values = self._columns.values[name]
        order = sorted(counts, key=lambda value: (-counts[value], values.code(value)))[:_SHOWN]
        return tuple(Share(value=one, label=values[values.code(one)].label, count=counts[one]) for one in order)

    def _company(self, query: Body, own: str) -> tuple[tuple[Share, ...], int]:
        """Who else is quoted in the latest of these articles, by articles, and how many these are."""
        articles: dict[str, None] = {}
        for hit in self._cluster.hits(query, ["article"], "-newest"):
            articles[hit["_source"]["article"]] = None
            if len(articles) == _ARTICLES:
                break
        if not articles:
            return (), 0
        there = {
            "bool": {
                "filter": [{"terms": {"article": list(articles)}}, {"exists": {"field": "speaker"}}],
                "must_not": [has_value("speaker", [own])],
            }
        }
        counts: dict[str, int] = {}
        after: dict[str, Any] = {}
        while True:
            pairs = {"sources": [{"s": {"terms": {"field": "speaker"}}}, {"a": {"terms": {"field": "article"}}}]}
            body = {"one": {"composite": {"size": _MANY, **pairs, **({"after": after} if after else {})}}}
            found = self._cluster.aggregate(there, body).get("one", {})
            for bucket in found.get("buckets", ()):
                speaker = bucket["key"]["s"]
                counts[speaker] = counts.get(speaker, 0) + 1
            if "after_key" not in found:
                return self._listed("speaker", counts), len(articles)
            after = found["after_key"]

    def _repeated(self, query: Body) -> tuple[Repeated, ...]:
        """The words printed by the most independent articles; each by its earliest quotation here."""
        earliest = {"top_hits": {"size": 1, "sort": [{"oldest": "asc"}], "_source": ["row", "entry"]}}
        terms = {
            "field": "variant",
            "size": _LOOKED,
            "shard_size": _MANY,
            "min_doc_count": 2,
            "order": [{"_count": "desc"}, {"_key": "asc"}],
        }
        several = all_of([query, {"term": {"alone": False}}])
        found = self._cluster.aggregate(several, {"one": {"terms": terms, "aggs": {"earliest": earliest}}})
        repeated = []
        for bucket in found.get("one", {}).get("buckets", ()):
            (entry,) = self._cluster.remember(bucket["earliest"]["hits"]["hits"]).values()
            hit = make_hit(entry)
            repeated.append(Repeated(quotation=hit, count=bucket["doc_count"], articles=max(hit.variants.witnesses, 1)))
        repeated.sort(key=lambda one: (-one.articles, -one.count))
        return tuple(repeated[:_SHOWN])

    @functools.cached_property
    def _years(self) -> Ints:
        found = self._cluster.aggregate(EVERYTHING, {"years": _years_agg()})
        return np.array([int(year) for year in _years(found.get("years", {}))], np.int64)

    def _years_of(self, role: Role, codes: Sequence[int]) -> list[dict[str, int]]:
        """For each code its quotations by year."""
        if not codes:
            return []
        values = [self._columns.values[role][code].value for code in codes]
        terms = {"terms": {"field": role, "include": values, "size": len(values)}, "aggs": {"years": _years_agg()}}
        found = self._cluster.aggregate(has_value(role, values), {"one": terms}).get("one", {}).get("buckets", ())
        years = {one["key"]: _years(one.get("years", {})) for one in found}
        return [years.get(value, {}) for value in values]


def _apart(field: str) -> Body:
    """How many different values what matches has."""
    return {"filter": EVERYTHING, "aggs": {"different": different(field), "number": _NUMBER}}


def coverage_of(core: ClusterCore, build: BuildShown, people: dict[str, int]) -> Coverage:
    """What a build covers; see `search.coverage`."""
    names = core.values["source"]
    shown = [names[code].value for code in range(1, min(OUTLETS, len(names)) + 1)]
    months = {"histogram": {"field": "date", "interval": 100, "min_doc_count": 1}}
    each: Body = {
        "months": months,
        "articles": {"filter": {"term": {"opens": True}}},
        "unknown": {"filter": {"term": {"status": "unknown"}}},
        "undated": {"missing": {"field": "date"}},
    }
    asked: Body = {
        "all": {"filter": EVERYTHING, "aggs": each},
        "nameless": {"missing": {"field": "source"}},
        "shared": {"filter": {"term": {"shared": True}}},
    }
    if shown:
        asked["outlets"] = {"terms": {"field": "source", "include": shown, "size": len(shown)}, "aggs": each}
    found = core.aggregate(EVERYTHING, asked)
    whole = _by_month(found["all"])
    first, last = (min(whole), max(whole)) if whole else (0, -1)
    span = range(first, last + 1) if last - first < _MOST_MONTHS else range(0)
    outlets = {one["key"]: one for one in found.get("outlets", {}).get("buckets", ())}
    return Coverage(
        build=build,
        months=_shown(span),
        everything=_covered("", found["all"], span),
        outlets=tuple(_covered(names[names.code(value)].label, outlets[value], span) for value in shown),
        others=len(names) - len(shown),
        nameless=found["nameless"]["doc_count"],
        people=people,
        shared=found["shared"]["doc_count"],
    )


def _shown(span: range) -> tuple[str, ...]:
    return tuple(f"{one // 12:04}-{one % 12 + 1:02}" for one in span)


def _by_month(found: dict[str, Any]) -> dict[int, int]:
    """Months counted from the year 0."""
    keys = ((int(one["key"]) // 100, one["doc_count"]) for one in found.get("months", {}).get("buckets", ()))
    return {key // 100 * 12 + key % 100 - 1: count for key, count in keys}


def _covered(name: str, found: dict[str, Any], span: range) -> Covered:
    months = _by_month(found)
    counts = np.array([months.get(month, 0) for month in span], np.int64)
    return Covered(
        name=name,
        quotations=found["doc_count"],
        articles=found["articles"]["doc_count"],
        unknown=found["unknown"]["doc_count"],
        undated=found["undated"]["doc_count"],
        months=tuple(counts.tolist()),
        gaps=gaps_of(counts, _shown(span)),
    )
