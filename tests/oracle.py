"""The answer to a question in plain Python over all entries: slow, short, and independent of the engine.

It shares the analyser, the parser and the table of fields with the engine, and nothing else.
"""

import dataclasses
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from index.analysis import exact_words, words
from index.records import Entry
from index.schema import BY_NAME, SEARCHED
from search.language import date_range, parse
from search.request import SearchRequest
from search.tree import And, Everything, FieldFilter, Leaf, Node, Not, Or, Phrase, Prefix, Word

Counts: TypeAlias = dict[str, tuple[int, bool]]
"""Value -> how many, and whether it is chosen."""
Filters: TypeAlias = Mapping[str, tuple[str, ...]]
"""As `search.core.Question` has them."""

_CODED = ("speaker", "source", "kind", "status")
_LENGTH = {"year": 4, "month": 7, "day": 10}
_MOST_COUNT = 65535


@dataclasses.dataclass(frozen=True)
class _Text:
    """A field of an entry: its words by position."""

    exact: dict[int, str]
    stem: dict[int, str]

    @classmethod
    def of(cls, text: str) -> "_Text":
        tokens = words(text)
        return cls({t.position: t.exact for t in tokens}, {t.position: t.stem for t in tokens if t.stem})


@dataclasses.dataclass(frozen=True)
class _Sought:
    """A leaf of a tree: its words, and how far each stands from the first."""

    words: tuple[str, ...]
    offsets: tuple[int, ...]
    exact: bool
    slop: int = 0
    prefix: bool = False

    @classmethod
    def of(cls, leaf: Leaf) -> "_Sought":
        exact = not isinstance(leaf, Word)
        found = [(token.position, token.exact if exact else token.stem) for token in words(leaf.text)]
        found = [(position, word) for position, word in found if word]
        return cls(
            tuple(word for _, word in found),
            tuple(position - found[0][0] for position, _ in found),
            exact,
            leaf.slop if isinstance(leaf, Phrase) and len(found) > 1 else 0,
            isinstance(leaf, Prefix),
        )

    def times(self, text: _Text) -> int:
        """How often it stands in a text; near each other: how many shortest stretches have all the words."""
        at = text.exact if self.exact else text.stem
        if self.prefix:
            return sum(word.startswith(self.words[0]) for word in at.values())
        if self.slop:
            return len(self._stretches(at))
        pairs = list(zip(self.words, self.offsets, strict=True))
        return sum(all(at.get(start + offset) == word for word, offset in pairs) for start in at)

    def _stretches(self, at: Mapping[int, str]) -> set[tuple[int, int]]:
        needed = Counter(self.words)
        reach = len(self.words) + self.slop
        ends = {}
        for start in (place for place, word in at.items() if word in needed):
            missing = needed.copy()
            for place in range(start, start + reach):
                missing -= Counter([at[place]]) if place in at else Counter()
                if not missing:
                    ends[start] = place
                    break
        # A stretch that holds another is not a shortest one.
        return {(start, end) for start, end in ends.items() if not any(s > start and e <= end for s, e in ends.items())}


@dataclasses.dataclass(frozen=True)
class Expected:
    """What the core has to answer."""

    total: int
    speakers: int
    scores: dict[str, float]
    """By id, of everything that matches."""
    groups: dict[str, str]
    """By id: the variant, where one row stands for all versions, else the id."""
    facets: dict[str, tuple[list[tuple[str, int]], int]]
    """Items and how many have none."""


class Oracle:
    """All entries of a build, in its order."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = sorted(entries, key=lambda entry: entry.date or "")
        fields = sorted({field for names in SEARCHED.values() for field in names})
        self._texts = {e.id: {name: _Text.of(str(BY_NAME[name].value(e))) for name in fields} for e in self.entries}
        self._pivots = {name: self._pivot(name) for name in fields}
        self._values = {name: self._names(name) for name in _CODED}
        self._rarities: dict[tuple[str, bool, str], float] = {}
        self._meanings: dict[tuple[str, str, bool], set[str]] = {}

    def answer(
        self,
        tree: Node,
        within: str,
        filters: Filters,
        *,
        min_confidence: float = 0.0,
        facets: Iterable[str] = (),
        facet_limit: int = 20,
        interval: str = "year",
        group: str = "none",
    ) -> Expected:
        """What `search.core` has to answer to a question."""
        matching = [entry for entry in self.entries if entry.confidence >= min_confidence]
        matching = [entry for entry in matching if self._matches(entry, tree, within)]
        found = [entry for entry in matching if self._passes(entry, filters, but="")]
        groups = {entry.id: entry.variant_id if group == "variant" else entry.id for entry in found}
        counted = {}
        for name in facets:
            values = [_value(entry, name) for entry in matching if self._passes(entry, filters, but=name)]
            counts = Counter(value for value in values if value is not None)
            items = (
                sorted(_periods(counts, interval).items()) if name == "date" else self._top(name, counts, facet_limit)
            )
            counted[name] = (items, values.count(None))
        return Expected(
            total=len(set(groups.values())),
            speakers=len({entry.speaker_id for entry in found if entry.speaker_id is not None}),
            scores={entry.id: self.score(entry, tree, within) for entry in found},
            groups=groups,
            facets=counted,
        )

    def score(self, entry: Entry, node: Node, within: str) -> float:
        """What a matching entry scores: BM25F by word, added up; prefixes, filters and exclusions count nothing."""
        match node:
            case And(parts) | Or(parts):
                return sum(self.score(entry, part, within) for part in parts if self._matches(entry, part, within))
            case Word() | Phrase():
                sought = _Sought.of(node)
                counted = 0.0
                for name in SEARCHED[within]:
                    text = self._texts[entry.id][name]
                    usual = 0.25 + 0.75 * len(text.exact) / self._pivots[name]
                    counted += BY_NAME[name].boost * min(sought.times(text), _MOST_COUNT) / usual
                rarity = sum(self._rarity(word, sought.exact, within) for word in sought.words)
                return rarity * 2.2 * counted / (1.2 + counted)
        return 0.0

    def _rarity(self, word: str, exact: bool, within: str) -> float:
        known = word, exact, within
        if known not in self._rarities:
            self._rarities[known] = self._how_rare(word, exact, within)
        return self._rarities[known]

    def _how_rare(self, word: str, exact: bool, within: str) -> float:
        sought = _Sought((word,), (0,), exact)
        having = [
            [sought.times(self._texts[entry.id][name]) > 0 for entry in self.entries] for name in SEARCHED[within]
        ]
        if within == "quote" or (within == "all" and not exact):
            count = sum(map(any, zip(*having, strict=True)))
        else:
            count = max(self._forms(word, exact, name) for name in SEARCHED[within])
        return math.log(1 + (len(self.entries) - count + 0.5) / (count + 0.5))

    def _forms(self, word: str, exact: bool, name: str) -> int:
        """In how many entries' field a word stands; each of a stem's forms counts, at most once an entry in all."""
        count = 0
        for entry in self.entries:
            text = self._texts[entry.id][name]
            places = [p for p, said in (text.exact if exact else text.stem).items() if said == word]
            count += len({text.exact[place] for place in places})
        return min(count, len(self.entries))

    def _pivot(self, name: str) -> float:
        total = sum(len(texts[name].exact) for texts in self._texts.values())
        mean = total / len(self.entries) if total else 1.0
        return float(1.02 ** round(math.log(mean, 1.02)))

    def _top(self, name: str, counts: Counter[str], limit: int) -> list[tuple[str, int]]:
        everywhere = Counter(_value(entry, name) for entry in self.entries)
        order = sorted(counts, key=lambda value: (-counts[value], -everywhere[value], value.encode()))
        return [(value, counts[value]) for value in order[:limit]]

    # Questions as users ask them.

    def matching(self, request: SearchRequest) -> list[Entry]:
        """What matches, in the build's order."""
        return self._found(request, but="")

    def scores(self, request: SearchRequest) -> dict[str, float]:
        """The score by id of all that matches."""
        tree = parse(request.q).tree
        return {entry.id: self.score(entry, tree, request.within) for entry in self.matching(request)}

    def by_date(self, request: SearchRequest) -> list[str]:
        """The ids of what matches, by the date that the request sorts by, once a variant where it says so."""
        found = self.matching(request)
        dated = [entry for entry in found if entry.date]
        if request.sort == "newest":
            dated.reverse()
        in_order = dated + [entry for entry in found if not entry.date]
        if request.group == "variant":
            firsts: dict[str, Entry] = {}
            for entry in in_order:
                firsts.setdefault(entry.variant_id, entry)
            in_order = list(firsts.values())
        return [entry.id for entry in in_order]

    def facet(self, request: SearchRequest, name: str) -> tuple[Counts, bool, int]:
        """A facet's values with counts, whether there are more, and how many quotations have none."""
        found = [_value(entry, name) for entry in self._found(request, but=name)]
        counts = Counter(value for value in found if value is not None)
        missing = found.count(None)
        if name == "date":
            return self._dates(request, counts), False, missing
        items: Counts = {}
        for chosen in getattr(request, name):
            items[chosen] = sum(counts[value] for value in self._meant(name, chosen)), True
        for chosen in getattr(request, name):
            for value in self._meant(name, chosen):
                counts.pop(value, None)
        room = max(0, request.facet_limit - len(items))
        shown = {value: (count, False) for value, count in self._top(name, counts, room)}
        return items | shown, len(counts) > room, missing

    def _dates(self, request: SearchRequest, counts: Counter[str]) -> Counts:
        chosen = bool(request.date_from or request.date_to)
        first, last = request.date_from or "0001-01-01", request.date_to or "9999-12-31"
        return {
            period: (count, chosen and first <= date_range(period)[0] and date_range(period)[1] <= last)  # type: ignore[operator]
            for period, count in sorted(_periods(counts, request.interval).items())
        }

    def _found(self, request: SearchRequest, *, but: str) -> list[Entry]:
        tree = parse(request.q).tree
        filters = {name: getattr(request, name) for name in _CODED}
        if request.date_from or request.date_to:
            filters["date"] = (request.date_from or "", request.date_to or "")
        return [
            entry
            for entry in self.entries
            if entry.confidence >= request.min_confidence
            and self._matches(entry, tree, request.within)
            and self._passes(entry, filters, but=but)
        ]

    # One entry.

    def _passes(self, entry: Entry, filters: Filters, *, but: str) -> bool:
        for name, values in filters.items():
            if name == but or not values:
                continue
            if name == "date":
                if not _between(entry, *values):
                    return False
            elif not self._has(entry, name, values, typed=False):
                return False
        return True

    def _matches(self, entry: Entry, node: Node, within: str) -> bool:
        match node:
            case And(parts):
                return all(self._matches(entry, part, within) for part in parts)
            case Or(parts):
                return any(self._matches(entry, part, within) for part in parts)
            case Not(part):
                return not self._matches(entry, part, within)
            case Everything():
                return True
            case FieldFilter("date", values):
                return any(_between(entry, *date_range(value)) for value in values)
            case FieldFilter(name, values):
                return self._has(entry, name, values, typed=True)
        sought = _Sought.of(node)
        return any(sought.times(self._texts[entry.id][name]) for name in SEARCHED[within])

    def _has(self, entry: Entry, name: str, values: Iterable[str], *, typed: bool) -> bool:
        return any(_value(entry, name) in self._meant(name, value, typed=typed) for value in values)

    def _meant(self, name: str, written: str, *, typed: bool = False) -> set[str]:
        """The values that a written one stands for: an id or a name, a typed one a name first."""
        asked = name, written, typed
        if asked not in self._meanings:
            known = self._values[name]
            called = self._called(known, exact_words(written), name)
            self._meanings[asked] = {written} if written in known and not (typed and called) else called
        return self._meanings[asked]

    def _called(self, known: Mapping[str, str], wanted: list[str], name: str) -> set[str]:
        if not wanted:
            return set()
        labels = {value: exact_words(label) for value, label in known.items()}
        # A single word is a last name before it is any other.
        last = name == "speaker" and len(wanted) == 1
        whole = {value for value, label in labels.items() if (label[-1:] if last else label) == wanted}
        return whole or {value for value, label in labels.items() if set(wanted) <= set(label)}

    def _names(self, name: str) -> dict[str, str]:
        """What each value is called."""
        found = {}
        for entry in self.entries:
            value = _value(entry, name)
            if value is not None:
                found[value] = (entry.speaker or value) if name == "speaker" else value
        return found


def _value(entry: Entry, name: str) -> str | None:
    value = BY_NAME[name].value(entry)
    return None if value is None else str(value)


def _between(entry: Entry, first: str | None, last: str | None) -> bool:
    return entry.date is not None and (first or "0001") <= entry.date <= (last or "9999-12-31")


def _periods(counts: Counter[str], interval: str) -> Counter[str]:
    periods: Counter[str] = Counter()
    for date, count in counts.items():
        periods[date[: _LENGTH[interval]]] += count
    return periods
