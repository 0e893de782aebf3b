"""Rows that have the words -> whom they are given to, in how many articles and outlets, and where they stand first."""

import dataclasses
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from search.core import Core
from search.verify.naming import name_words, same_person
from search.verify.results import Match, SpeakerFound

Ints = npt.NDArray[np.int64]

_MOST_SPEAKERS = 20
"""Different speakers of the same words that are told of."""
_LOOKED_AT = 20
"""Quotations of an undecided speaker whose names are looked at."""
_KINDS = ("direct", "mixed", "indirect")


@dataclasses.dataclass(frozen=True, slots=True)
class Evidence:
    """What a collection says of some words."""

    match: Match
    speakers: tuple[SpeakerFound, ...]
    """The claimed one first, then by articles."""
    disputed: bool
    best: int
    """The row to show: the claimed speaker's before others', quoted before reported, named before unnamed, earliest."""
    first: int
    """The row of the earliest article."""
    articles: int
    outlets: int


def evidence_of(core: Core, rows: Ints, claimed: str | None) -> Evidence:
    """What the rows, at least one, say of their speaker."""
    columns = core.columns
    article, source = columns.codes["article"][rows], columns.codes["source"][rows]
    speaker, status = columns.codes["speaker"][rows], columns.codes["status"][rows]
    date = np.where(columns.date[rows] > 0, columns.date[rows], 99999999)
    quoted = _ranks(core, "kind", _KINDS)[columns.codes["kind"][rows]]
    doubted = status == (columns.values["status"].code("disputed") or -1)
    speakers, codes = _speakers(core, rows, claimed)
    claimed_codes = [code for one, code in zip(speakers, codes, strict=False) if one.claimed and code]
    theirs = np.isin(speaker, claimed_codes)
    best = np.lexsort((rows, date, speaker == 0, quoted, ~theirs))[0]
    # A reported version may be older; the first that is quoted is what "first" means where there is one.
    first = np.lexsort((rows, date, quoted == 2))[0]
    return Evidence(
        match=_match(core, claimed, speakers, status),
        speakers=speakers,
        disputed=bool(doubted[theirs].any() if theirs.any() else doubted.any()),
        best=int(rows[best]),
        first=int(rows[first]),
        articles=len(np.unique(article)),
        outlets=len(np.unique(source[source > 0])),
    )


def _ranks(core: Core, column: str, names: tuple[str, ...]) -> Ints:
    values = core.columns.values[column]
    ranks = np.full(len(values) + 1, len(names), np.int64)
    for rank, name in enumerate(names):
        if code := values.code(name):
            ranks[code] = rank
    return ranks


def _speakers(core: Core, rows: Ints, claimed: str | None) -> tuple[tuple[SpeakerFound, ...], list[int]]:
    columns = core.columns
    speaker, article = columns.codes["speaker"][rows].astype(np.int64), columns.codes["article"][rows].astype(np.int64)
    pairs = np.unique(speaker << 32 | article)
    codes, counts = np.unique(pairs >> 32, return_counts=True)
    often = {code: count for code, count in zip(codes.tolist(), counts.tolist(), strict=True) if code}
    is_claimed = claimed_by(core, claimed)
    order = sorted(often, key=lambda code: (not is_claimed(code), -often[code], code))[:_MOST_SPEAKERS]
    found = []
    for code in order:
        mine = rows[speaker == code]
        sure = columns.confidence[mine]
        entry = core.entry(int(mine[int(np.argmax(sure))]))
        value = columns.values["speaker"][code]
        found.append(
            SpeakerFound(
                id=value.value,
                name=value.label,
                type=entry.speaker_type,
                status=entry.status,
                articles=often[code],
                confidence=round(float(sure.max()), 3),
                claimed=is_claimed(code),
            )
        )
    return (*found, *_undecided(core, rows, claimed)), [*order, *[0] * _LOOKED_AT]


def _undecided(core: Core, rows: Ints, claimed: str | None) -> list[SpeakerFound]:
    """Names that several people of the collection share, where nothing tells which of them spoke."""
    code = core.columns.values["status"].code("undecided")
    if not code:
        return []
    names: dict[str, SpeakerFound] = {}
    for row in rows[core.columns.codes["status"][rows] == code][:_LOOKED_AT].tolist():
        entry = core.entry(row)
        name = entry.speaker or entry.mention
        known = names.get(name)
        names[name] = SpeakerFound(
            id=None,
            name=name,
            type=entry.speaker_type,
            status=entry.status,
            articles=known.articles + 1 if known else 1,
            confidence=max(round(entry.confidence, 3), known.confidence if known else 0.0),
            claimed=claimed is not None and same_person(claimed, name),
        )
    return sorted(names.values(), key=lambda one: (not one.claimed, -one.articles, one.name))


def claimed_by(core: Core, claimed: str | None) -> Callable[[int], bool]:
    """Whether a speaker's code may be whom a claim names, by id or name."""
    if claimed is None:
        return lambda code: False
    values = core.columns.values["speaker"]
    own = values.code(claimed)
    called = core.codes("speaker", " ".join(name_words(claimed)))
    known = {own} if own else set(called if len(called) == 1 else ())
    name = values[own].label if own else claimed

    def is_claimed(code: int) -> bool:
        return code in known or same_person(name, values[code].label)

    return is_claimed


def _match(
    core: Core, claimed: str | None, speakers: tuple[SpeakerFound, ...], status: npt.NDArray[np.uint32]
) -> Match:
    if claimed is None:
        return "not_asked"
    if any(one.claimed for one in speakers):
        return "same"
    if speakers:
        return "other"
    unnamed = core.columns.values["status"].code("unnamed")
    return "unnamed" if unnamed and bool((status == unnamed).any()) else "unknown"
