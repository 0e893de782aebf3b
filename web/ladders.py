"""The versions of a quotation as a ladder: which outlet left out, put in or changed what; page and JSON."""

import dataclasses

from flask import Blueprint, Response, request

from search.engine import Engine
from search.library import Library
from search.results import Hit
from search.tracing import Change, Piece, Trace, Version, trace, words
from web import params, wording
from web.answers import etag_of, json_answer, unchanged
from web.links import linked

VERSIONS = 50
"""Versions that are shown, the earliest."""
_LONG, _END = 14, 5
"""Words left out that are still shown whole; of more, how many at each end."""


@dataclasses.dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a comparison; of a long one that is left out its two ends, and how many words are between them."""

    change: Change
    begin: str
    hidden: int = 0
    end: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Rung:
    """One version on the page, with the copies of it."""

    hit: Hit
    what: str
    """How it stands to the fullest, in words."""
    changes: tuple[Stretch, ...]
    report: str
    """Which earlier report it is of, in words; empty where it is the first of its own."""
    copies: tuple[Hit, ...]
    """The same report printed elsewhere in the same words."""


@dataclasses.dataclass(frozen=True, slots=True)
class Ladder:
    """All versions on the page, the earliest on top."""

    trace: Trace
    rungs: tuple[Rung, ...]
    marked: bool
    """Whether any difference is shown."""


def blueprint(library: Library) -> Blueprint:
    """The versions of a quotation as JSON."""
    ladders = Blueprint("ladders", __name__)

    @ladders.get("/api/v1/quotes/<path:quotation_id>/versions")
    def versions(quotation_id: str) -> Response:
        params.refuse_unknown(request.args)
        engine = library.current()
        etag = etag_of(engine.build.id)
        return unchanged(etag) or json_answer(traced(engine, engine.quotation(quotation_id)), etag)

    return ladders


def traced(engine: Engine, hit: Hit) -> Trace:
    """The versions of a quotation, with the paths of their pages."""
    found = trace(hit, engine.versions(hit.variants.id, VERSIONS), VERSIONS)
    versions = (dataclasses.replace(one, quotation=linked(one.quotation)) for one in found.versions)
    return dataclasses.replace(found, versions=tuple(versions))


def ladder_of(found: Trace) -> Ladder:
    """The versions as their page shows them: copies to the letter stand with what they copy."""
    first_of: dict[int, Hit] = {}
    rungs = []
    for place, version in enumerate(found.versions):
        earlier = first_of.setdefault(version.report, version.quotation)
        if version.copies is not None:
            continue
        copies = tuple(one.quotation for one in found.versions if one.copies == place)
        # Reported speech is another wording by its nature: marking every word of it would tell nothing.
        plain = version.relation == "reported" and version.put_in > 0
        changes = (Stretch("same", version.quotation.text),) if plain else tuple(map(_shown, version.changes))
        report = "" if earlier.id == version.quotation.id else _called(earlier)
        rungs.append(Rung(version.quotation, what(version), changes, report, copies))
    marked = any(one.change != "same" for rung in rungs for one in rung.changes)
    return Ladder(found, tuple(rungs), marked)


def what(version: Version) -> str:
    """How a version stands to the fullest: `Leaves out 7 words at the end`."""
    left_out, put_in = wording.counted(version.left_out, "word"), wording.counted(version.put_in, "word")
    if version.relation == "fullest":
        return "The fullest form"
    if version.relation == "reported":
        if version.put_in:
            return "Reported in other words"
        cut = f"; leaves out {left_out}{_where(version.changes)}" if version.left_out else ""
        return f"Without quotation marks{cut}"
    if version.relation == "shorter":
        return f"Leaves out {left_out}{_where(version.changes)}"
    if version.relation == "longer":
        return f"Has {put_in} more"
    if version.relation == "altered":
        return f"Leaves out {left_out} and has {wording.counted(version.put_in, 'other')}"
    return "The same words"


def _where(changes: tuple[Piece, ...]) -> str:
    places = []
    for place, piece in enumerate(changes):
        if piece.change == "left_out":
            places.append("beginning" if not place else "end" if place == len(changes) - 1 else "middle")
    known = list(dict.fromkeys(places))
    if not known:
        return ""
    told = ["in the middle" if one == "middle" else f"at the {one}" for one in known]
    return f" {told[0]}" if len(told) == 1 else f" {', '.join(told[:-1])} and {told[-1]}"


def _shown(piece: Piece) -> Stretch:
    found = words(piece.text)
    if piece.change != "left_out" or len(found) <= _LONG:
        return Stretch(piece.change, piece.text)
    return Stretch(piece.change, " ".join(found[:_END]), len(found) - 2 * _END, " ".join(found[-_END:]))


def _called(hit: Hit) -> str:
    named = hit.article.source or hit.article.title or "an article"
    return f"{named}, {wording.day(hit.article.date)}"
