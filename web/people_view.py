"""Speakers and outlets made ready for their templates: bars, lines of years, letters, ways on."""

import dataclasses
import re
from collections.abc import Mapping, Sequence

from search.profile_pages import OTHER, Listed, Names, NamesRequest, Profile, Role, Share, SourceProfile, SpeakerProfile
from search.request import SearchRequest
from search.results import Facet, FacetItem
from web import histogram, wording
from web.params import PAGE_DEFAULTS, names_address
from web.search_view import Choice

_MOST_YEARS = histogram.MAX_BARS
_LINE = 20
"""Height of a line of years in its own units; a year is ten wide."""
_TYPES = {"person": "Person", "organization": "Organisation", "group": "Group"}


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """A bar of a mix: its share of the largest in per cent of the width, and of the whole in words."""

    share: Share
    width: str
    percent: str


@dataclasses.dataclass(frozen=True, slots=True)
class Slice:
    """One kind's part of a bar that shows the whole: where it begins, how wide it is, in words and numbers."""

    name: str
    label: str
    count: int
    left: str
    width: str
    percent: str


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A name of an index with a small picture of its years: an SVG path, and the same in words."""

    one: Listed
    path: str
    told: str


@dataclasses.dataclass(frozen=True, slots=True)
class IndexView:
    """One page of the index of speakers or outlets."""

    role: Role
    path: str
    page: Names
    asked: NamesRequest
    letters: tuple[Choice, ...]
    sorts: tuple[Choice, ...]
    lines: tuple[Line, ...]
    wide: int
    span: str
    before: str | None
    behind: str | None
    pages: int


@dataclasses.dataclass(frozen=True, slots=True)
class ProfileView:
    """What the pages of a speaker and of an outlet share."""

    profile: Profile
    histogram: histogram.Histogram | None
    kinds: tuple[Slice, ...]
    sources: tuple[Part, ...]
    speakers: tuple[Part, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class SpeakerView:
    """Everything that a speaker's page shows."""

    speaker: SpeakerProfile
    shown: ProfileView
    type: str
    wikidata: str | None
    """The item's page; None where none is known."""


@dataclasses.dataclass(frozen=True, slots=True)
class SourceView:
    """Everything that an outlet's page shows."""

    source: SourceProfile
    shown: ProfileView
    unnamed: int
    """Quotations without a speaker who has a name."""
    unnamed_percent: str


def speaker_view(profile: Profile, found: SpeakerProfile) -> SpeakerView:
    """A speaker's page; `profile` is theirs with the site's paths."""
    shown = _shown(profile, dataclasses.replace(PAGE_DEFAULTS, speaker=(found.id,)))
    known = found.wikidata and re.fullmatch(r"Q[0-9]{1,12}", found.wikidata)
    item = f"https://www.wikidata.org/wiki/{found.wikidata}" if known else None
    return SpeakerView(found, shown, _TYPES.get(found.type, ""), item)


def source_view(profile: Profile, found: SourceProfile) -> SourceView:
    """An outlet's page; `profile` is its with the site's paths."""
    shown = _shown(profile, dataclasses.replace(PAGE_DEFAULTS, source=(found.name,)))
    unnamed = profile.quotations - found.named
    return SourceView(found, shown, unnamed, percent(unnamed, profile.quotations))


def index_view(page: Names, asked: NamesRequest, role: Role, path: str) -> IndexView:
    """A page of the index."""
    years = _scale(page.years)
    pages = max(1, -(-page.total // asked.limit))
    letters = [Choice("All", names_address(path, asked, letter="", page=1), not asked.letter)]
    for one in page.letters:
        label = "Other" if one.letter == OTHER else one.letter
        url = names_address(path, asked, letter=one.letter, page=1)
        letters.append(Choice(label, url, asked.letter == one.letter))
    sorts = tuple(
        Choice(label, names_address(path, asked, sort=sort, page=1), asked.sort == sort)
        for sort, label in (("count", "most quoted first"), ("name", "by name"))
    )
    return IndexView(
        role=role,
        path=path,
        page=page,
        asked=asked,
        letters=tuple(letters),
        sorts=sorts,
        lines=tuple(Line(one, _path(one.years, years), told(one.years)) for one in page.items),
        wide=10 * len(years),
        span=f"{years[0]}–{years[-1]}" if len(years) > 1 else "".join(years),
        before=names_address(path, asked, page=asked.page - 1) if asked.page > 1 else None,
        behind=names_address(path, asked, page=asked.page + 1) if asked.page < pages else None,
        pages=pages,
    )


def kinds_of(counts: Mapping[str, int]) -> tuple[Slice, ...]:
    """How much is given word for word, partly, or reported, as parts of one bar."""
    whole = sum(counts.values())
    found, left = [], 0
    for kind, label in wording.LABELS["kind"].items():
        count = counts.get(kind, 0)
        if count:
            width = f"{100 * count / whole:.2f}%"
            found.append(Slice(kind, label, count, f"{100 * left / whole:.2f}%", width, percent(count, whole)))
        left += count
    return tuple(found)


def parts_of(shares: Sequence[Share], whole: int, largest: int | None = None) -> tuple[Part, ...]:
    """Shares as bars, the longest as wide as the picture; `largest` gives several pictures one scale."""
    top = largest or max((share.count for share in shares), default=0)
    return tuple(Part(one, f"{max(100 * one.count / top, 1):.2f}%", percent(one.count, whole)) for one in shares)


def percent(count: int, whole: int) -> str:
    """`12 %`; `under 1 %` of what is there and little."""
    if not whole or not count:
        return "0\u00a0%"
    share = 100 * count / whole
    return "under 1\u00a0%" if share < 1 else f"{share:.0f}\u00a0%"


def told(years: Mapping[str, int]) -> str:
    """Years in words: `2013 to 2018, most in 2016 (1,204)`."""
    if not years:
        return "undated"
    most = max(years, key=lambda year: (years[year], year))
    first, last = min(years), max(years)
    span = first if first == last else f"{first} to {last}"
    return f"{span}, most in {most} ({years[most]:,})" if len(years) > 1 else span


def _shown(profile: Profile, asked: SearchRequest) -> ProfileView:
    items = tuple(FacetItem(value=y, label=y, count=n, selected=False) for y, n in profile.years.items())
    facet = Facet(items=items, more=False, missing=profile.undated)
    return ProfileView(
        profile=profile,
        histogram=histogram.histogram_of(facet, asked, histogram.Frame("year")),
        kinds=kinds_of(profile.kinds),
        sources=parts_of(profile.sources, profile.quotations),
        speakers=parts_of(profile.speakers, profile.looked or profile.quotations),
    )


def _scale(years: Sequence[str]) -> list[str]:
    """The years of a line, those between without quotations too, where they are not too many."""
    if years and int(years[-1]) - int(years[0]) < _MOST_YEARS:
        return [f"{year:04}" for year in range(int(years[0]), int(years[-1]) + 1)]
    return list(years[-_MOST_YEARS:])


def _path(counts: Mapping[str, int], years: Sequence[str]) -> str:
    """Bars as one SVG path."""
    highest = max((counts.get(year, 0) for year in years), default=0)
    bars = []
    for place, year in enumerate(years):
        if count := counts.get(year, 0):
            height = max(_LINE * count / highest, 1.5)
            bars.append(f"M{10 * place + 1} {_LINE}v{-height:.1f}h8v{height:.1f}z")
    return "".join(bars)
