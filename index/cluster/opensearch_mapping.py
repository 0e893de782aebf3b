"""The table of fields -> the cluster's mapping, and an entry -> its document.

A cluster analyses nothing: it gets the words that `index.analysis` made, separated by blanks. Of each text field it has

    FIELD_exact        the exact words with their positions, one value a stretch between empty lines, GAP apart
    FIELD              the same with stems; `'s`, which has none, stands for itself
    bounds_SCOPE       of each stem of `in=quote` and `in=all` (`STEM|STEP`) how much it counts in the row at most, to a
                       step of five percent: what is asked for first is what can be best, and what comes back is
                       scored by its words (`search.cluster.scoring`)

and beside the keys, `row`, its place in the stream of entries, `newest` and `oldest`, by which rows are in order of
date, and the entry itself, which nothing looks into. What only the index needs is not kept in the document.
"""

import math
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import Stemmer

from index.analysis import GAP, words
from index.records import Entry
from index.schema import FIELDS, SCHEMA_VERSION
from index.whoosh_codec.bulk import date_number
from index.whoosh_codec.lexicon import encoded
from index.whoosh_codec.segment import TEXT_FIELDS, packed
from index.whoosh_codec.weights import K1, SCOPES, B, fields_of

CODES = tuple(field.name for field in FIELDS if field.kind == "code")
KEYS = ("id", "article", *CODES)
POSSESSIVE = "'s"
"""The one word without a stem."""

BETWEEN = "|"
"""Between a stem and a step; no word has it."""
_LEAST = 0.05
_STEP = 1.05
STEPS = math.ceil(math.log((K1 + 1) / _LEAST) / math.log(_STEP)) + 1
"""How many steps there are; no weight is above the last one."""
_PLACE = 36
"""Bits of a row's place within a sort key."""
_NEVER = 100_000_000
"""Behind every day that there is."""

Pieces = list[list[str]]
"""Words between two gaps, side by side."""


def mapping(about: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping of a new index; `about` is what it says of itself."""
    exact = {"type": "text", "analyzer": "whitespace", "norms": False, "position_increment_gap": GAP}
    bounds = {
        "type": "text",
        "analyzer": "whitespace",
        "norms": False,
        "index_options": "docs",
        "similarity": "boolean",
    }
    fields: dict[str, Any] = {name: {"type": "keyword"} for name in KEYS}
    for field in FIELDS:
        if field.kind in ("exact", "stemmed"):
            fields[field.name] = exact
    fields |= {bounds_of(scope): bounds for scope in SCOPES}
    fields |= {
        "date": {"type": "integer"},
        "confidence": {"type": "float"},
        "alone": {"type": "boolean"},
        "shared": {"type": "boolean"},
        "opens": {"type": "boolean"},
        **{name: {"type": "long"} for name in ("row", "newest", "oldest")},
        "entry": {"type": "keyword", "index": False, "doc_values": False},
    }
    return {
        "dynamic": "strict",
        "_source": {"excludes": [*(name.removesuffix("_exact") for name in TEXT_FIELDS), *map(bounds_of, SCOPES)]},
        "_meta": {"saywho": {"schema_version": SCHEMA_VERSION, **about}},
        "properties": fields,
    }


def bounds_of(scope: str) -> str:
    """The field of a scope's bounds."""
    return f"bounds_{scope}"


def plain(word: str) -> str:
    """A word as the cluster has it: without blanks (some letters fold to several words) and in UTF-8."""
    if word.isascii():
        return word
    return "".join("_" if char.isspace() else char for char in encoded(word).decode())


class Stems(dict[str, str]):
    """An exact word, plain -> its stem; that of `'s`, which has none, is itself."""

    def __init__(self) -> None:
        super().__init__()
        self._stemmer = Stemmer.Stemmer("english", 0)
        self._lock = threading.Lock()  # a Stemmer must not be used by two threads at once

    def __missing__(self, word: str) -> str:
        if len(self) > 500_000:
            self.clear()
        if word == POSSESSIVE:
            stem = word
        else:
            with self._lock:
                stem = self._stemmer.stemWord(word)
        self[word] = stem
        return stem


stem_of = Stems().__getitem__
"""The stem of an exact word, both plain."""


def spelled(text: str) -> Pieces:
    """A text's exact words, plain, in stretches that no phrase runs across."""
    pieces: Pieces = []
    following = -1
    for token in words(text):
        if token.position != following:
            pieces.append([])
        pieces[-1].append(plain(token.exact))
        following = token.position + 1
    return pieces


class Spelled(NamedTuple):
    """An entry with the words of its text fields."""

    entry: Entry
    fields: dict[str, Pieces]


_TEXTS = tuple((field.name, field.value) for field in FIELDS if field.kind == "exact")
_BOOSTS = {field.name: field.boost for field in FIELDS}
_VALUES = {field.name: field.value for field in FIELDS if field.kind == "code"}


def spell(entry: Entry) -> Spelled:
    """An entry's words."""
    return Spelled(entry, {name: spelled(str(value(entry))) for name, value in _TEXTS})


def step_of(weight: float) -> int:
    """The first step that is not below a weight."""
    return 0 if weight <= _LEAST else min(STEPS - 1, math.ceil(math.log(weight / _LEAST) / math.log(_STEP) - 1e-9))


def most_of(step: int) -> float:
    """The highest weight of a step."""
    return float(_LEAST * _STEP**step)


def bounds(fields: Mapping[str, Pieces], scope: str, usual: Mapping[str, float]) -> list[str]:
    """`STEM|STEP` of each stem of a scope. `usual`: how many words the fields usually have."""
    sums: dict[str, float] = {}
    for name in fields_of(scope):
        pieces = fields[name]
        length = sum(map(len, pieces))
        share = _BOOSTS[name] / (1 - B + B * length / usual[name])
        for stem, count in Counter(stem_of(word) for piece in pieces for word in piece).items():
            sums[stem] = sums.get(stem, 0.0) + share * count
    sums.pop(POSSESSIVE, None)
    return [f"{stem}{BETWEEN}{step_of((K1 + 1) * found / (K1 + found))}" for stem, found in sums.items()]


def document(spelt: Spelled, row: int, usual: Mapping[str, float], *, opens: bool) -> dict[str, Any]:
    """What the cluster keeps of an entry. `opens`: no earlier row is of the same article."""
    entry, fields = spelt
    date = date_number(entry)
    kept: dict[str, Any] = {"id": entry.id, "article": entry.article_id}
    kept |= {name: value for name in CODES if (value := _VALUES[name](entry)) is not None}
    if date:
        kept["date"] = date
    for name, pieces in fields.items():
        kept[name] = [" ".join(piece) for piece in pieces]
        kept[name.removesuffix("_exact")] = [" ".join(map(stem_of, piece)) for piece in pieces]
    for scope in SCOPES:
        kept[bounds_of(scope)] = " ".join(bounds(fields, scope, usual))
    return {
        **kept,
        "confidence": entry.confidence,
        "alone": entry.variant_count <= 1 and entry.variant_id == entry.id,
        "shared": entry.variant_count > 1,
        "opens": opens,
        "row": row,
        "newest": (date << _PLACE) | row if date else -1 - row,
        "oldest": ((date or _NEVER) << _PLACE) | row,
        "entry": packed(entry).decode(),
    }


def usual_lengths(spelt: Iterable[Spelled]) -> dict[str, float]:
    """How many words the text fields of some entries have, at the mean; 1 of none."""
    totals: Counter[str] = Counter()
    rows = 0
    for _, fields in spelt:
        rows += 1
        for name, pieces in fields.items():
            totals[name] += sum(map(len, pieces))
    return {name: totals[name] / rows if rows and totals[name] else 1.0 for name in TEXT_FIELDS}
