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
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.identity.records import LocalSpeaker

KINDS = ("titles", "organizations", "places", "party", "gender", "beside", "topics", "source")
AGAINST_BLOCK = ("party", "gender", "source")
"""Kinds that are held against the block's own shares; the others against those of the news at large."""
MOST_COUNTED = 400
"""How many of somebody's articles are looked at."""
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
        default_factory=lambda: collections.defaultdict(collections.Counter)
    )
    given: collections.Counter[str] = field(default_factory=collections.Counter)
    """How many articles say anything of a kind, of those that were looked at."""
    days: list[int] = field(default_factory=list)
    known: dict[str, dict[str, float]] = field(default_factory=dict)
    """Log-ratios that were worked out; a profile is only ever held against one `everybody`."""

    def add(self, speakers: Sequence[LocalSpeaker], kinds: Sequence[str] = KINDS) -> None:
        """Counts some speakers in; of many a spread of MOST_COUNTED stands for all."""
        self.known.clear()
        self.size += len(speakers)
        told = [speaker for speaker in speakers if speaker.told]
        step = max(1, len(told) // MOST_COUNTED)
        for speaker in told[::step]:
            for kind in kinds:
                found = getattr(speaker, kind)
                if not found:
                    continue
                self.given[kind] += 1
                if isinstance(found, str):
                    self.signs[kind][found] += 1
                else:
                    self.signs[kind].update(found)
            day = day_of(speaker.date)
            if day is not None:
                self.days.append(day)
        self.days.sort()


def profile_of(speakers: Sequence[LocalSpeaker], kinds: Sequence[str] = KINDS) -> Profile:
    """The profile of some speakers."""
    made = Profile()
    made.add(speakers, kinds)
    return made


def features(speaker: LocalSpeaker, person: Profile, everybody: Profile, *, itself: bool = False) -> list[float]:
    """FEATURES of a speaker beside a person; `itself` when the speaker is among those counted, and is then left out."""
    out = [0.0] * len(FEATURES)
    own = 1 if itself else 0
    size = person.size - own
    out[0] = math.log(size + _UNSEEN)
    day = day_of(speaker.date)
    if day is not None and person.days:
        near = _near(person.days, day) - own
        usual = _near(everybody.days, day) / max(1, len(everybody.days))
        out[1] = math.log((near + 0.5) / ((len(person.days) - own) * usual + 0.5))
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
    if own:
        return sum(_log_ratio(kind, sign, person, everybody, own) for sign in found)
    known = person.known.setdefault(kind, {})
    out = 0.0
    for sign in found:
        value = known.get(sign)
        if value is None:
            value = known[sign] = _log_ratio(kind, sign, person, everybody, 0)
        out += value
    return out


def _log_ratio(kind: str, sign: str, person: Profile, everybody: Profile, own: int) -> float:
    """How much likelier a sign is for a person than for anybody, as a logarithm within bounds."""
    usual = background().get(kind)
    if usual is not None:
        share = usual.get(sign, _RARE)
    else:
        share = (everybody.signs[kind][sign] + _UNSEEN) / (everybody.given[kind] + 1.0)
    ratio = (person.signs[kind][sign] - own + _SMOOTH * share) / (person.given[kind] - own + _SMOOTH) / share
    lowest = _LOWEST.get(kind, -_LIMIT)
    return min(_LIMIT, max(lowest, math.log(ratio))) if ratio > 0 else lowest


def score(speaker: LocalSpeaker, person: Profile, everybody: Profile, *, itself: bool = False) -> float:
    """Log-odds, prior included, that a speaker is the person; comparable within one block only."""
    row = features(speaker, person, everybody, itself=itself)
    return sum(weight * value for weight, value in zip(weights(), row, strict=True))


def evidence(speaker: LocalSpeaker, person: Profile, everybody: Profile, *, itself: bool = False) -> float:
    """The same without the prior: above 0 where what is said speaks for the person."""
    row = features(speaker, person, everybody, itself=itself)
    return sum(weight * value for weight, value in zip(weights()[1:], row[1:], strict=True))
