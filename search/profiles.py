"""What a build holds of one speaker or one outlet, and the index of all of them.

Everything is numpy over the columns; entries are read only for the few quotations that are shown. What does not depend
on the question (first letters, order of names, years) is worked out once for a build, when it is first asked for.
"""

import functools
import unicodedata
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from index.analysis import exact_words
from index.whoosh_codec import Values
from index.whoosh_codec.lexicon import Strings
from search.core import Core
from search.errors import NotFoundError
from search.hits import make_hit
from search.profile_pages import OTHER, Letter, Listed, Names, NamesRequest, Profile, Repeated, Role, Share
from search.results import Hit

Ints: TypeAlias = npt.NDArray[np.int64]

_SHOWN = 10
"""Outlets, speakers and repeated quotations of a profile."""
_LOOKED = 40
"""Groups of the same words whose independent articles are looked up."""
_ARTICLES = 5_000
"""Articles, the latest ones, in which it is looked who else speaks."""


class Profiles:
    """The profiles of one opened build; may be shared between threads."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._columns = core.columns
        self._letters: dict[Role, Ints] = {}
        self._places: dict[Role, Ints] = {}

    def code(self, role: Role, value: str) -> int:
        """The code of an id or an outlet's name; 0 where nothing in the build has it."""
        return self._columns.values[role].code(value)

    def label(self, role: Role, value: str) -> str:
        """What a reader calls an id that the build has."""
        return self._columns.values[role][self.code(role, value)].label

    def called(self, role: Role, name: str) -> tuple[str, ...]:
        """The ids that a written name or id stands for, the most quoted first."""
        values = self._columns.values[role]
        return tuple(values[code].value for code in self._core.codes(role, name))

    def of_speaker(self, speaker_id: str, latest: int = 5) -> Profile:
        """What is held of a speaker; empty where nothing is."""
        rows = self._rows("speaker", speaker_id)
        sources, others = self._shares("source", rows)
        with_them, looked = self._said_with(rows, self.code("speaker", speaker_id))
        return self._profile(rows, sources=sources, speakers=with_them, looked=looked, others=others, latest=latest)

    def of_source(self, name: str, latest: int = 5) -> Profile:
        """What is held of an outlet; empty where nothing is."""
        rows = self._rows("source", name)
        speakers, others = self._shares("speaker", rows)
        return self._profile(rows, sources=(), speakers=speakers, looked=0, others=others, latest=latest)

    def named(self, source: str) -> tuple[int, int]:
        """How many of an outlet's quotations have a speaker with a name, and how many of its articles have none."""
        rows = self._rows("source", source)
        article = self._columns.codes["article"][rows]
        with_one = self._columns.codes["speaker"][rows] > 0
        return int(with_one.sum()), len(np.unique(article)) - len(np.unique(article[with_one]))

    def names(self, role: Role, request: NamesRequest) -> Names:
        """One page of the index. NotFoundError: a page behind the last one."""
        values = self._columns.values[role]
        codes = np.arange(1, len(values) + 1)
        if request.q.strip():
            found_so = values.beginning(request.q, len(values)) if exact_words(request.q) else []
            codes = np.array(found_so, np.int64)
        first = self._first_letters(role)
        found = first[codes]
        present, counts = np.unique(found, return_counts=True)
        letters = [Letter(letter=chr(one), count=count) for one, count in _pairs(present, counts)]
        letters.sort(key=lambda one: (one.letter == OTHER, one.letter))
        if request.letter:
            codes = codes[found == ord(request.letter)]
        if request.sort == "name":
            codes = codes[np.argsort(self._alphabetical(role)[codes], kind="stable")]
        total = len(codes)
        begin = (request.page - 1) * request.limit
        if request.page > 1 and begin >= total:
            raise NotFoundError(
                f"there is no page {request.page} of these names; the last one is {-(-total // request.limit) or 1}"
            )
        shown: list[int] = codes[begin : begin + request.limit].tolist()
        items = tuple(
            Listed(value=values[code].value, label=values[code].label, count=int(values.counts[code]), years=years)
            for code, years in zip(shown, self._years_of(role, shown), strict=True)
        )
        years = tuple(f"{year:04}" for year in self._years.tolist())
        return Names(total=total, letters=tuple(letters), years=years, items=items, links={})

    # What is worked out once.

    @functools.cached_property
    def _live(self) -> npt.NDArray[np.bool_] | None:
        return self._core.live

    @functools.cached_property
    def _years(self) -> Ints:
        """The years that the collection's quotations are of, ascending."""
        years = np.unique(self._columns.date // 10000)
        found: Ints = years[years > 0].astype(np.int64)
        return found

    @functools.cached_property
    def _most_article(self) -> int:
        return int(self._columns.codes["article"].max(initial=0))

    def _first_letters(self, role: Role) -> Ints:
        """[values + 1] code point of the letter that each name is listed under."""
        if role not in self._letters:
            self._letters[role] = _first_letters(self._columns.values[role])
        return self._letters[role]

    def _alphabetical(self, role: Role) -> Ints:
        """[values + 1] the place of each value in order of its name."""
        if role not in self._places:
            values = self._columns.values[role]
            # Speakers' ids are made of their names without capitals, so that the order of the one is that of the other.
            order = values.in_order.astype(np.int64)
            if role == "source":  # few
                codes = range(1, len(values) + 1)
                order = np.array(sorted(codes, key=lambda code: _plain(values[code].label)), np.int64)
            rank = np.zeros(len(values) + 1, np.int64)
            rank[order] = np.arange(1, len(values) + 1)
            self._places[role] = rank
        return self._places[role]

    # A profile.

    def _rows(self, role: Role, value: str) -> Ints:
        return np.array(self._core.rows_of(role, value), np.int64)

    def _profile(
        self,
        rows: Ints,
        *,
        sources: tuple[Share, ...],
        speakers: tuple[Share, ...],
        looked: int,
        others: int,
        latest: int,
    ) -> Profile:
        dates = self._columns.date[rows]
        dated, known = rows[dates > 0], dates[dates > 0]
        years, counts = np.unique(known // 10000, return_counts=True)
        order = np.lexsort((dated, known))
        newest = [*dated[order[::-1]][:latest].tolist(), *rows[dates == 0][:latest].tolist()][:latest]
        hits = [self._hit(row) for row in newest]
        return Profile(
            quotations=len(rows),
            articles=len(np.unique(self._columns.codes["article"][rows])),
            years={f"{year:04}": count for year, count in _pairs(years, counts)},
            undated=len(rows) - len(dated),
            kinds=self._by_value("kind", rows),
            statuses=self._by_value("status", rows),
            first=self._hit(int(dated[order[0]])) if len(dated) else None,
            last=hits[0] if len(dated) and hits else None,
            sources=sources,
            speakers=speakers,
            looked=looked,
            others=others,
            often=self._often(rows),
            latest=tuple(hits),
        )

    def _hit(self, row: int) -> Hit:
        return make_hit(self._core.entry(row))

    def _by_value(self, name: str, rows: Ints) -> dict[str, int]:
        values = self._columns.values[name]
        counts = np.bincount(self._columns.codes[name][rows], minlength=len(values) + 1)
        return {values[code].value: int(counts[code]) for code in range(1, len(values) + 1) if counts[code]}

    def _shares(self, name: Role, rows: Ints) -> tuple[tuple[Share, ...], int]:
        """The commonest values, and how many others there are."""
        codes, counts = np.unique(self._columns.codes[name][rows], return_counts=True)
        codes, counts = codes[codes > 0], counts[codes > 0]
        return self._shown(name, codes, counts), max(0, len(codes) - _SHOWN)

    def _shown(self, name: Role, codes: npt.NDArray[np.generic], counts: Ints) -> tuple[Share, ...]:
        values = self._columns.values[name]
        order = np.argsort(-counts, kind="stable")[:_SHOWN]
        return tuple(
            Share(value=values[code].value, label=values[code].label, count=count)
            for code, count in _pairs(codes[order], counts[order])
        )

    def _said_with(self, rows: Ints, own: int) -> tuple[tuple[Share, ...], int]:
        """Who else is quoted in the latest of these articles, by articles, and how many these are."""
        article, speaker = self._columns.codes["article"], self._columns.codes["speaker"]
        dates = self._columns.date[rows]
        mine, newest = np.unique(article[rows[np.argsort(-dates, kind="stable")]], return_index=True)
        if len(mine) > _ARTICLES:
            mine = mine[np.argsort(newest)[:_ARTICLES]]
        among = np.zeros(self._most_article + 1, np.bool_)
        among[mine] = True
        there = np.flatnonzero(among[article])
        there = there[(speaker[there] > 0) & (speaker[there] != own)]
        if self._live is not None:
            there = there[self._live[there]]
        pairs = np.unique((speaker[there].astype(np.uint64) << np.uint64(32)) | article[there])
        codes, counts = np.unique((pairs >> np.uint64(32)).astype(np.int64), return_counts=True)
        return self._shown("speaker", codes, counts), len(mine)

    def _often(self, rows: Ints) -> tuple[Repeated, ...]:
        """The words printed by the most independent articles; each by its earliest quotation here."""
        variants = self._columns.codes["variant"][rows]
        dates = self._columns.date[rows]
        order = np.lexsort((rows, dates, dates == 0))  # the earliest first, undated ones last
        _, firsts, counts = np.unique(variants[order], return_index=True, return_counts=True)
        most = np.argsort(-counts, kind="stable")[:_LOOKED]
        most = most[counts[most] > 1]
        found = [(int(counts[one]), self._hit(int(rows[order[firsts[one]]]))) for one in most.tolist()]
        repeated = [
            Repeated(quotation=hit, count=count, articles=max(hit.variants.witnesses, 1)) for count, hit in found
        ]
        repeated.sort(key=lambda one: (-one.articles, -one.count))
        return tuple(repeated[:_SHOWN])

    def _years_of(self, role: Role, codes: Sequence[int]) -> list[dict[str, int]]:
        """For each code its quotations by year."""
        if not codes:
            return []
        column = self._columns.codes[role]
        place = np.zeros(len(self._columns.values[role]) + 1, np.int32)
        place[codes] = np.arange(1, len(codes) + 1)
        mine = place[column]
        rows = np.flatnonzero(mine)
        if self._live is not None:
            rows = rows[self._live[rows]]
        keys, counts = np.unique(
            mine[rows].astype(np.int64) * 10000 + self._columns.date[rows] // 10000, return_counts=True
        )
        found: list[dict[str, int]] = [{} for _ in codes]
        for key, count in _pairs(keys, counts):
            if key % 10000:
                found[key // 10000 - 1][f"{key % 10000:04}"] = count
        return found


def _pairs(one: npt.NDArray[np.generic], other: npt.NDArray[np.generic]) -> list[tuple[int, int]]:
    return list(zip(one.tolist(), other.tolist(), strict=True))


def _first_letters(values: Values) -> Ints:
    names: Strings = values.names
    out = np.full(len(names) + 1, ord(OTHER), np.int64)
    starts = names.ends[:-1].astype(np.int64)
    some = np.flatnonzero(names.ends[1:].astype(np.int64) > starts)
    first = names.letters[starts[some]].astype(np.int64)
    letters = (first | 32 >= ord("a")) & (first | 32 <= ord("z"))
    out[some[letters] + 1] = first[letters] & ~32
    for place in some[~letters].tolist():  # few: names that begin with an accent, a quotation mark, a figure
        out[place + 1] = ord(_letter(names.text(place)))
    return out


def _plain(name: str) -> str:
    """Without capitals and accents."""
    return "".join(char for char in unicodedata.normalize("NFKD", name).casefold() if not unicodedata.combining(char))


def _letter(name: str) -> str:
    for char in unicodedata.normalize("NFKD", name):
        if char.isalpha():
            upper = char.upper()
            return upper if len(upper) == 1 else upper[0]
        if char.isalnum():
            return OTHER
    return OTHER
