"""How many rows have each value, and how many values there are: exact, or asked again until it is.

A cluster's shards give their commonest values each, and what is added up of these may miss some. So a count stands only
where every shard has given it, and a value is last of the commonest only where none that was not given can have more.
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from index.whoosh_codec import Values
from search.cluster.queries import Body

Ask = Callable[[Body, Body], dict[str, Any]]
"""A query and aggregations -> what came of them."""

_MOST_BUCKETS = 60_000
"""Values that are asked for at a time; the cluster gives no more than 65,535."""
_SPARE = 40
"""Values beside those that are wanted, so that equally common ones are seldom cut apart."""
_MOST_DIFFERENT = 1_000_000
"""Different values up to which these are counted one by one; of more the cluster's estimate is taken."""


def first_size(limit: int) -> int:
    """How many values are asked for first."""
    return min(_MOST_BUCKETS, limit + _SPARE)


def commonest(field: str, size: int) -> Body:
    """The commonest values of a field."""
    shard = min(_MOST_BUCKETS, max(4 * size, 1000))
    return {
        "terms": {"field": field, "size": size, "shard_size": shard, "show_term_doc_count_error": True},
    }


def different(field: str) -> Body:
    """How many different values there are, without any of them."""
    return {"terms": {"field": field, "size": _MOST_BUCKETS, "shard_size": _MOST_BUCKETS}}


@dataclasses.dataclass(frozen=True, slots=True)
class Buckets:
    """The commonest values of what matches, and what is known of the others."""

    counts: dict[str, int]
    size: int
    """How many were asked for."""
    others: int
    """Rows with a value that is not among these."""
    unseen: int
    """No value that is not among these has more rows."""
    sure: bool
    """Whether all of the counts are exact."""


def buckets_of(answer: dict[str, Any], size: int) -> Buckets:
    """What `commonest` gave."""
    found = answer.get("buckets", ())  # the cluster leaves empty lists out where others are left out
    counts = {one["key"]: one["doc_count"] for one in found}
    return Buckets(
        counts=counts,
        size=size,
        others=answer["sum_other_doc_count"],
        unseen=answer["doc_count_error_upper_bound"]
        + (min(counts.values(), default=0) if answer["sum_other_doc_count"] else 0),
        sure=all(one.get("doc_count_error_upper_bound", 0) == 0 for one in found),
    )


class Tallied:
    """How many of what matches have each value of a facet, asked for as it is needed; see `search.core.counting`."""

    def __init__(
        self, field: str, values: Values, known: Buckets, missing: int, ask: Callable[[Body], dict[str, Any]]
    ) -> None:
        self._field, self._values, self._known, self.missing, self._ask = field, values, known, missing, ask

    def of(self, codes: Sequence[int]) -> int:
        """How many rows have any of these codes; code 0 is no value."""
        return sum(self.of_each([code for code in codes if code])) + (self.missing if 0 in codes else 0)

    def of_each(self, codes: Sequence[int]) -> list[int]:
        """How many rows have each of these codes."""
        wanted = [self._values[code].value for code in codes]
        known = dict(self._known.counts) if self._known.sure else {}
        if self._known.others:
            rest = [value for value in wanted if value not in known]
            for at in range(0, len(rest), _MOST_BUCKETS):
                some = rest[at : at + _MOST_BUCKETS]
                counted = self._ask({"terms": {"field": self._field, "include": some, "size": len(some)}})
                known |= {one["key"]: one["doc_count"] for one in counted.get("buckets", ())}
        return [known.get(value, 0) for value in wanted]

    def top(self, limit: int, but: frozenset[int] = frozenset()) -> list[tuple[int, int]]:
        """The `limit` commonest (code, count), equally common ones in order of the code; `but` left out."""
        wanted = limit + len(but)
        while True:
            known = self._known
            counted = sorted(
                ((self._values.code(value), n) for value, n in known.counts.items()), key=lambda one: (-one[1], one[0])
            )
            least = counted[wanted - 1][1] if 0 < wanted <= len(counted) else 0
            enough = known.sure and least > known.unseen
            if wanted <= 0 or not known.others or enough or known.size >= _MOST_BUCKETS:
                return [pair for pair in counted if pair[0] not in but][:limit]
            size = min(_MOST_BUCKETS, 8 * known.size)
            self._known = buckets_of(self._ask(commonest(self._field, size)), size)


def how_many(field: str, answer: dict[str, Any], ask: Callable[[Body], dict[str, Any]]) -> int:
    """How many different values there are, of what `different` and the count of its buckets gave."""
    if not answer["values"].get("sum_other_doc_count"):
        return int(answer["number"]["count"])
    about = int(ask({"cardinality": {"field": field, "precision_threshold": 40_000}})["value"])
    if about > _MOST_DIFFERENT:
        return about
    parts = about // (_MOST_BUCKETS // 2) + 1
    while True:
        # The values are dealt out by their hashes; a part that is larger than what can be asked for is cut again.
        found = [
            ask(
                {"terms": {"field": field, "size": _MOST_BUCKETS, "include": {"partition": n, "num_partitions": parts}}}
            )
            for n in range(parts)
        ]
        if not any(one.get("sum_other_doc_count") for one in found):
            return sum(len(one.get("buckets", ())) for one in found)
        parts *= 2
