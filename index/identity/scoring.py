"""How well a speaker of one article fits a person of the collection, names aside: log-odds, by transparent counts.

For every kind of evidence the person's share of a sign is held against the share among everybody of the block: naive
Bayes, with one weight a kind, since signs of one kind come together. The weights are in `weights.json`; they were
learned from speakers with full names whose given names were hidden (`scripts/train_identity.py`).
"""

import bisect
import collections
import datetime
import functools
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy
from numpy.typing import NDArray

from index.identity.records import LocalSpeaker

KINDS = ("titles", "organizations", "places", "party", "gender", "beside", "topics", "source")
FEATURES = ("size", "near in time", *KINDS)
_LOWEST = {"beside": 0.0, "topics": 0.0, "organizations": 0.0, "source": 0.0}
"""Kinds of which an article may lack a sign without that telling anything."""
_SMOOTH = 4.0
"""How many articles' worth of the block's own shares a person's counts are mixed with."""
_UNSEEN = 0.5
_RARE = 0.001
_WINDOW = 120
"""Days to either side within which somebody's other articles count as near."""
_LIMIT = 3.0
"""No single sign weighs more than this."""


@functools.cache
def weights() -> tuple[float, ...]:
    """The weight of each of FEATURES."""
    table = json.loads(Path(__file__).with_name("weights.json").read_text(encoding="utf-8"))
    return tuple(float(table[name]) for name in FEATURES)


@functools.lru_cache(maxsize=50_000)
def day_of(date: str | None) -> int | None:
    """A date as a day's number; None where there is none or it is no calendar date."""
    if date is None:
        return None
    try:
        return datetime.date.fromisoformat(date[:10]).toordinal()
    except ValueError:
        return None


@functools.cache
def background() -> dict[str, dict[str, float]]:
    """By kind of evidence, the share of articles of the news that have a sign; rare ones are left out."""
    table: dict[str, dict[str, float]] = json.loads(
        Path(__file__).with_name("background.json").read_text(encoding="utf-8")
    )
    return table


def signs_of(speaker: LocalSpeaker, kind: str) -> tuple[str, ...]:
    """The signs of one kind that an article gives."""
    value = getattr(speaker, kind)
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(value)


@dataclass(slots=True)
class Profile:
    """What a set of articles says of somebody: how many have each sign."""

    size: int = 0
    signs: dict[str, collections.Counter[str]] = field(
        default_factory=lambda: {kind: collections.Counter() for kind in KINDS}
    )
    given: collections.Counter[str] = field(default_factory=collections.Counter)
    """How many articles say anything of a kind."""
    days: list[int] = field(default_factory=list)

    def add(self, speakers: Iterable[LocalSpeaker]) -> None:
        """Counts some speakers in."""
        for speaker in speakers:
            self.size += 1
            for kind in KINDS:
                found = signs_of(speaker, kind)
                if found:
                    self.given[kind] += 1
                    self.signs[kind].update(found)
            day = day_of(speaker.date)
            if day is not None:
                self.days.append(day)
        self.days.sort()


def profile_of(speakers: Iterable[LocalSpeaker]) -> Profile:
    """The profile of some speakers."""
    made = Profile()
    made.add(speakers)
    return made


def features(speaker: LocalSpeaker, person: Profile, everybody: Profile, *, itself: bool = False) -> NDArray[numpy.float64]:
    """FEATURES of a speaker beside a person; `itself` when the speaker is among those counted, and is then left out."""
    out = numpy.zeros(len(FEATURES))
    own = 1 if itself else 0
    size = person.size - own
    out[0] = math.log(size + _UNSEEN)
    day = day_of(speaker.date)
    if day is not None and person.days:
        near = _near(person.days, day) - own
        out[1] = math.log((near + 0.5) / (size * _near(everybody.days, day) / max(1, len(everybody.days)) + 0.5))
    for k, kind in enumerate(KINDS, 2):
        out[k] = _ratio(kind, speaker, person, everybody, own)
    return out


def _near(days: list[int], day: int) -> int:
    return bisect.bisect_right(days, day + _WINDOW) - bisect.bisect_left(days, day - _WINDOW)


def _ratio(kind: str, speaker: LocalSpeaker, person: Profile, everybody: Profile, own: int) -> float:
    """The sum of log-ratios of one kind's signs."""
    found = signs_of(speaker, kind)
    if not found:
        return 0.0
    theirs, all_of_them = person.signs[kind], everybody.signs[kind]
    given = person.given[kind] - own
    usual = background().get(kind)
    total = everybody.given[kind] + 1.0
    out = 0.0
    for sign in found:
        share = usual.get(sign, _RARE) if usual is not None else (all_of_them[sign] + _UNSEEN) / total
        ratio = (theirs[sign] - own + _SMOOTH * share) / (given + _SMOOTH) / share
        lowest = _LOWEST.get(kind, -_LIMIT)
        out += min(_LIMIT, max(lowest, math.log(ratio))) if ratio > 0 else lowest
    return out


def score(speaker: LocalSpeaker, person: Profile, everybody: Profile, *, itself: bool = False) -> float:
    """Log-odds, prior included, that a speaker is the person; comparable within one block only."""
    return float(features(speaker, person, everybody, itself=itself) @ numpy.asarray(weights()))


def evidence(speaker: LocalSpeaker, person: Profile, everybody: Profile, *, itself: bool = False) -> float:
    """The same without the prior: above 0 where what is said speaks for the person."""
    row = features(speaker, person, everybody, itself=itself) * numpy.asarray(weights())
    return float(row[1:].sum())
