"""The answer to a question in plain Python over all entries: slow, short, and independent of the engine.

It shares the analyser, the parser and the table of fields with the engine, and nothing else.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from index.analysis import exact_words, words
from index.records import Entry
from index.schema import BY_NAME, SEARCHED
from search.language import date_range, parse
from search.request import SearchRequest
from search.tree import And, Everything, FieldFilter, Node, Not, Or, Phrase, Prefix, Word

Counts = dict[str, tuple[int, bool]]
"""Value -> how many, and whether it is chosen."""


class Oracle:
    """All entries of a build, in its order."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = sorted(entries, key=lambda entry: entry.date or "")

    def matching(self, request: SearchRequest) -> list[Entry]:
        """What matches, in the build's order."""
        return self._passing(request, but="")

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
        found = [self._value(entry, name) for entry in self._passing(request, but=name)]
        counts = Counter(value for value in found if value is not None)
        missing = found.count(None)
        if name == "date":
            return self._dates(request, counts), False, missing
        items: Counts = {}
        for chosen in getattr(request, name):
            meant = self._meant(name, chosen)
            items[chosen] = sum(counts[value] for value in meant), True
        for chosen in getattr(request, name):
            for value in self._meant(name, chosen):
                counts.pop(value, None)
        everywhere = Counter(self._value(entry, name) for entry in self.entries)
        left = sorted(counts, key=lambda value: (-counts[value], -everywhere[value], value))
        room = max(0, request.facet_limit - len(items))
        return items | {value: (counts[value], False) for value in left[:room]}, len(left) > room, missing

    def _dates(self, request: SearchRequest, counts: Counter[str]) -> Counts:
        length = {"year": 4, "month": 7, "day": 10}[request.interval]
        periods: Counter[str] = Counter()
        for date, count in counts.items():
            periods[date[:length]] += count
        chosen = bool(request.date_from or request.date_to)
        first, last = request.date_from or "0000", request.date_to or "9999"
        return {
            period: (count, chosen and first <= date_range(period)[0] and date_range(period)[1] <= last)  # type: ignore[operator]
            for period, count in sorted(periods.items())
        }

    def _passing(self, request: SearchRequest, *, but: str) -> list[Entry]:
        tree = parse(request.q).tree
        found = [entry for entry in self.entries if self._matches(entry, tree, request.within)]
        for name in ("speaker", "source", "kind", "status"):
            if name != but and getattr(request, name):
                found = [entry for entry in found if self._has(entry, name, getattr(request, name))]
        if but != "date" and (request.date_from or request.date_to):
            first, last = request.date_from or "0001", request.date_to or "9999"
            found = [entry for entry in found if entry.date and first <= entry.date <= last]
        return [entry for entry in found if entry.confidence >= request.min_confidence]

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
                ranges = [date_range(value) for value in values]
                return any(entry.date and (first or "0001") <= entry.date <= (last or "9999") for first, last in ranges)
            case FieldFilter(name, values):
                return self._has(entry, name, values)
        return any(_stands(node, str(BY_NAME[field].value(entry))) for field in SEARCHED[within])

    def _has(self, entry: Entry, name: str, values: Iterable[str]) -> bool:
        return any(self._value(entry, name) in self._meant(name, value) for value in values)

    def _meant(self, name: str, written: str) -> set[str]:
        """The values that a written one stands for."""
        known = {
            value: label
            for entry in self.entries
            if (value := self._value(entry, name))
            for label in [_label(entry, name)]
        }
        if written in known:
            return {written}
        wanted = exact_words(written)
        if not wanted:
            return set()
        whole = {value for value, label in known.items() if exact_words(label) == wanted}
        return whole or {value for value, label in known.items() if set(wanted) <= set(exact_words(label))}

    def _value(self, entry: Entry, name: str) -> str | None:
        value = BY_NAME[name].value(entry)
        return None if value is None else str(value)


def _label(entry: Entry, name: str) -> str:
    return str(entry.speaker if name == "speaker" else BY_NAME[name].value(entry))


def _stands(leaf: Word | Phrase | Prefix, text: str) -> bool:
    tokens = words(text)
    if isinstance(leaf, Prefix):
        return any(token.exact.startswith(exact_words(leaf.text)[0]) for token in tokens)
    if isinstance(leaf, Word):
        at = {token.position: token.stem for token in tokens}
        wanted = {token.position: token.stem for token in words(leaf.text) if token.stem}
    else:
        at = {token.position: token.exact for token in tokens}
        wanted = {token.position: token.exact for token in words(leaf.text)}
    if isinstance(leaf, Phrase) and leaf.slop:
        reach = len(wanted) + leaf.slop
        return any(
            not Counter(wanted.values()) - Counter(at.get(place) for place in range(start, start + reach))
            for start in at
        )
    first = min(wanted)
    return any(all(at.get(start + place - first) == word for place, word in wanted.items()) for start in at)
