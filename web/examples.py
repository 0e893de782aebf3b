"""Searches that have results in this very collection, for a first visitor to try."""

import collections
import dataclasses
import re
from collections.abc import Iterator

from search.results import Hit, ResultPage
from web import wording
from web.links import quotation_path, search_path

SHOWN = 5
_COMMON = """
    about after again against almost already always another anybody anything because become before behind being
    better between cannot could doing during either enough every everybody everyone everything first going having
    however itself later little making might myself never nobody nothing other ourselves people perhaps really
    right says second several shall should since somebody someone something still than thank that their them
    themselves there these they thing things think this those though through today together under until wanted
    what when where whether which while without would year years your yourself
"""
_PLAIN = frozenset(_COMMON.split())


@dataclasses.dataclass(frozen=True, slots=True)
class Example:
    """A search to try: what it shows, and its address."""

    label: str
    url: str
    count: int | None = None


def examples(page: ResultPage) -> tuple[Example, ...]:
    """Up to five searches, each of another kind, made from the newest quotations and their counts."""
    found: list[Example] = []
    for one in (*_from_facets(page), *_from_words(page.results)):
        if one.url not in {known.url for known in found}:
            found.append(one)
    return tuple(found[:SHOWN])


def _from_facets(page: ResultPage) -> Iterator[Example]:
    facets = page.facets
    speakers = facets["speaker"].items if "speaker" in facets else ()
    years = [item for item in facets["date"].items if len(item.value) == 4] if "date" in facets else []
    kinds = facets["kind"].items if "kind" in facets else ()
    statuses = {item.value: item for item in facets["status"].items} if "status" in facets else {}
    if speakers:
        first = speakers[0]
        yield Example(f"everything {first.label} said", search_path(speaker=(first.value,)), first.count)
    phrase = _phrase(page.results)
    if phrase:
        yield Example(f"the exact words “{phrase}”", search_path(q=f'"{phrase}"', within="quote"))
    if "disputed" in statuses:
        count = statuses["disputed"].count
        yield Example("words that outlets give to different people", search_path(status=("disputed",)), count)
    if len(years) > 1:
        year = max(years, key=lambda item: (item.count, item.value))
        url = search_path(date_from=year.value, date_to=year.value)
        yield Example(f"what was said in {year.value}", url, year.count)
    shared = _shared(page.results)
    if shared:
        yield Example("the same words in several outlets", quotation_path(shared.id), shared.variants.count)
    for kind in kinds:
        if kind.value != "direct":
            label = f"{wording.LABELS['kind'][kind.value]} only"
            yield Example(label, search_path(kind=(kind.value,)), kind.count)


def _shared(hits: tuple[Hit, ...]) -> Hit | None:
    """A quotation whose words most outlets among the hits print; None where no two do."""
    outlets: dict[str, set[str | None]] = collections.defaultdict(set)
    for hit in hits:
        outlets[hit.variants.id].add(hit.article.source)
    most = max(hits, key=lambda hit: len(outlets[hit.variants.id]), default=None)
    return most if most and len(outlets[most.variants.id]) > 1 else None


def _from_words(hits: tuple[Hit, ...]) -> Iterator[Example]:
    for word in words(hits):
        yield Example(f"the word {word}", search_path(q=word, within="quote"))


def words(hits: tuple[Hit, ...]) -> list[str]:
    """The commonest words of these quotations that tell something, at most five."""
    counts: collections.Counter[str] = collections.Counter()
    for hit in hits:
        counts.update({word for word in re.findall(r"[a-z]{5,}", hit.text) if word not in _PLAIN})
    return [word for word, _ in counts.most_common(SHOWN)]


def _phrase(hits: tuple[Hit, ...]) -> str:
    """Two neighbouring words that several quotations share, or any two; empty where there are none."""
    counts: collections.Counter[str] = collections.Counter()
    for hit in hits:
        pairs = re.findall(r"(?=\b([a-z]{4,} [a-z]{4,})\b)", hit.text)
        counts.update({pair for pair in pairs if not _PLAIN.intersection(pair.split())})
    best = counts.most_common(1)
    return best[0][0] if best else ""
