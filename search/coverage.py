"""What a collection covers: which outlets, in which months, and how often nobody is given as the speaker."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from index.whoosh_codec.columns import Columns, Mask
from search.results import BuildShown

OUTLETS = 50
"""That are told apart; the others are counted together."""
_MOST_MONTHS = 3000
"""From the first to the last: 250 years. A date far from the others is a slip, and not worth a table."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """Quotations of one outlet, or of all: how many each month has, and of how many nobody is given as the speaker."""

    name: str
    quotations: int
    articles: int
    """With a quotation."""
    unknown: int
    undated: int
    months: tuple[int, ...]
    """How many quotations each of the collection's months has."""
    gaps: tuple[tuple[str, str], ...]
    """Stretches of months without any between its own first and last one, each by its first and last month."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What a build covers. `months` are `2020-03` without gaps; where they would be too many, there are none."""

    build: BuildShown
    months: tuple[str, ...]
    everything: Covered
    outlets: tuple[Covered, ...]
    """The commonest first."""
    others: int
    """Outlets beside those."""
    nameless: int
    """Quotations of articles without an outlet."""
    people: dict[str, int]
    """How many speakers of the collection are a person, an organization or a group."""
    shared: int
    """Quotations whose words stand in other articles, too."""
    set_aside: dict[str, int] | None = None
    """How many articles or files could not be read, by cause (`same_id`, `no_text`, `damaged`, …), the commonest first;
    None where the server has no archive beside it. It is the archive's, which may be ahead of the build."""


def coverage_of(columns: Columns, live: Mask | None, build: BuildShown, people: dict[str, int]) -> Coverage:
    """The coverage of a build with these columns, of the rows that are `live` (None: all)."""

    def alive(column: npt.NDArray[np.generic]) -> npt.NDArray[np.int64]:
        return (column if live is None else column[live]).astype(np.int64)

    source, article, date = (alive(one) for one in (columns.codes["source"], columns.codes["article"], columns.date))
    unknown = alive(columns.codes["status"]) == columns.values["status"].code("unknown")
    month = np.where(date > 0, date // 10000 * 12 + date // 100 % 100 - 1, -1)
    dated = month >= 0
    first, last = (int(month[dated].min()), int(month[dated].max())) if dated.any() else (0, -1)
    length = last - first + 1 if last - first < _MOST_MONTHS else 0
    names = columns.values["source"]
    shown = min(OUTLETS, len(names))
    articles = np.bincount(source[np.unique(article, return_index=True)[1]], minlength=len(names) + 1)
    counts = np.bincount(source, minlength=len(names) + 1)
    unknowns = np.bincount(source[unknown], minlength=len(names) + 1)
    undated = np.bincount(source[~dated], minlength=len(names) + 1)
    named = dated & (source > 0) & (source <= shown) if length else np.zeros(len(source), np.bool_)
    cells = np.bincount((source[named] - 1) * length + month[named] - first, minlength=shown * length)
    by_month = np.bincount(month[dated] - first, minlength=length) if length else np.zeros(0, np.int64)
    variants = np.bincount(alive(columns.codes["variant"])) if len(source) else np.zeros(1, np.int64)
    variants[0] = 0  # no version of anything
    named_months = tuple(f"{one // 12:04}-{one % 12 + 1:02}" for one in range(first, first + length))
    cells_of = cells.reshape(shown, length) if length else np.zeros((shown, 0), np.int64)
    return Coverage(
        build=build,
        months=named_months,
        everything=Covered(
            name="",
            quotations=len(source),
            articles=int(articles.sum()),
            unknown=int(unknown.sum()),
            undated=int((~dated).sum()),
            months=tuple(by_month.tolist()),
            gaps=gaps_of(by_month, named_months),
        ),
        outlets=tuple(
            Covered(
                name=names[code].label,
                quotations=int(counts[code]),
                articles=int(articles[code]),
                unknown=int(unknowns[code]),
                undated=int(undated[code]),
                months=tuple(cells_of[code - 1].tolist()),
                gaps=gaps_of(cells_of[code - 1], named_months),
            )
            for code in range(1, shown + 1)
        ),
        others=len(names) - shown,
        nameless=int(counts[0]),
        people=people,
        shared=int(variants[variants > 1].sum()),
    )


def gaps_of(counts: npt.NDArray[np.int64], months: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The stretches of months without any, between the first and the last that have some."""
    there = np.flatnonzero(counts)
    after = np.flatnonzero(np.diff(there) > 1)
    return tuple((months[int(there[one]) + 1], months[int(there[one + 1]) - 1]) for one in after.tolist())
