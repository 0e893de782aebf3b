"""Sayings -> what is kept of them, and pairs of forms -> what the two share. Pure: any process can do it."""

import dataclasses
import hashlib
import zlib
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from index.variants import store
from index.variants.alignment import Side, match, side
from index.variants.records import Saying
from index.variants.witnesses import sketches
from index.variants.words import Form, form, plain

_LEAST_EVIDENCE, _LEAST_WORDS = 24.0, 4
"""What the very same words must be worth to prove anything; fewer words count from _RARE on."""
_RARE = 40.0
_REPORTED_LEAST = 60.0
"""What a reporter's own words must be worth."""

Shared: TypeAlias = tuple[int, int, float, float, float, int, int, int, int]
"""A row of `variant_edges`."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A saying as it is kept."""

    quotation_id: str
    article_id: str
    date: str | None
    source: str | None
    form: Form | None
    """None: too short, or too common, to prove anything."""
    key: bytes
    """8 bytes that stand for the form; empty where there is none."""
    evidence: float
    """Of the form, in bits."""
    plain: int
    """32 bits over the words as they stand."""
    sketch: bytes
    """Of the words around."""


def prepare(sayings: Sequence[Saying]) -> list[Prepared]:
    """Each saying as it is kept."""
    forms = [form(saying.text, saying.kind) for saying in sayings]
    sides = {one: side(one) for one in forms}
    keys = {one: _key(one) for one, made in sides.items() if _proves(one, made)}
    sketched = sketches([(saying.before, saying.after) for saying in sayings])
    return [
        Prepared(
            quotation_id=saying.quotation_id,
            article_id=saying.article_id,
            date=saying.date,
            source=saying.source,
            form=one if one in keys else None,
            key=keys.get(one, b""),
            evidence=round(sides[one].sums[-1], 1),
            plain=zlib.crc32(plain(saying.text).encode("utf-8", "surrogatepass")),
            sketch=sketch,
        )
        for saying, one, sketch in zip(sayings, forms, sketched, strict=True)
    ]


@dataclasses.dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of forms that may be alike, by the forms' numbers."""

    forms: Mapping[int, Form]
    pairs: Sequence[tuple[int, int, bool]]
    """A lower number, a higher one, and whether others share the same phrases with them too."""


def compare(asked: Pairs) -> list[Shared]:
    """What those of the pairs share that are versions of one another."""
    sides = {number: side(one) for number, one in asked.forms.items()}
    return [
        (low, high, round(m.shared, 1), round(m.left_part, 3), round(m.right_part, 3), *m.left, *m.right)
        for low, high, common in asked.pairs
        if (m := match(sides[low], sides[high], common=common))
    ]


def _proves(one: Form, made: Side) -> bool:
    evidence = made.sums[-1]
    if one.reported:
        return evidence >= _REPORTED_LEAST
    words = len(one.signature) if one.quoted is None else sum(end - start for start, end in one.quoted)
    return evidence >= _RARE or (evidence >= _LEAST_EVIDENCE and words >= _LEAST_WORDS)


def _key(one: Form) -> bytes:
    whole = f"{one.signature}\0{store.places_of(one) or ''}\0{one.reported}"
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).digest()[:8]
