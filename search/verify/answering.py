"""A request -> the page of verdicts, from one opened build."""

import time

from index.records import Span
from search.core import Core
from search.hits import make_hit
from search.results import BuildShown
from search.verify.checking import ArticleText, Checker, Finding, Piece
from search.verify.claims import Claim, claims_of
from search.verify.evidence import Evidence
from search.verify.request import MAX_CLAIMS, VerifyRequest
from search.verify.results import (
    Appearance,
    Check,
    ClaimShown,
    Covered,
    Passage,
    SpeakerCheck,
    VerifyPage,
)
from search.verify.telling import confidence_of, points_of, summary_of, verdict_of


def verify(
    core: Core, request: VerifyRequest, *, build: BuildShown, articles: int, article_text: ArticleText
) -> VerifyPage:
    """The verdicts on a text, in the order of its quotations.

    `articles` is how many the build has, `article_text` gives one's text by its id.
    """
    started = time.perf_counter()
    claims = claims_of(request.text, request.speaker)
    checker = Checker(core, core.passages, article_text)
    checks = tuple(_check(core, _found(checker, claim, request.text), articles) for claim in claims[:MAX_CLAIMS])
    notes = []
    if not claims:
        notes.append("there are no words in this text to check")
    if len(claims) > MAX_CLAIMS:
        notes.append(
            f"only the first {MAX_CLAIMS} of {len(claims)} quotations were checked; send the rest by themselves"
        )
    return VerifyPage(
        text=request.text,
        speaker=request.speaker,
        checks=checks,
        notes=tuple(notes),
        covered=_covered(core, articles),
        took_ms=round((time.perf_counter() - started) * 1000, 2),
        build=build,
        links={"self": None},
    )


def _found(checker: Checker, claim: Claim, text: str) -> Finding:
    """What there is of a claim. A text without marks may be all somebody's words, "X said" among them."""
    if not claim.marked and claim.speaker and not claim.given:
        whole = Claim(text=text.strip(), spans=(_stripped(text),), marked=False)
        if (found := checker.check(whole)).wording == "verbatim":
            return found
    return checker.check(claim)


def _stripped(text: str) -> Span:
    return len(text) - len(text.lstrip()), len(text.rstrip())


def _covered(core: Core, articles: int) -> Covered:
    first, last = core.days or (0, 0)
    return Covered(articles=articles, quotations=core.rows, first_date=_iso(first), last_date=_iso(last))


def _iso(date: int) -> str | None:
    return f"{date // 10000:04}-{date // 100 % 100:02}-{date % 100:02}" if date else None


def _check(core: Core, found: Finding, articles: int) -> Check:
    verdict = verdict_of(found)
    evidence = found.evidence
    # Of a few words that others said too, those are the nearest there is.
    shown, nearest = (found.pieces, found.nearest) if verdict != "not_found" else ((), found.pieces or found.nearest)
    return Check(
        claim=_claim(found.claim),
        verdict=verdict,
        wording=found.wording,
        summary=summary_of(found, verdict, articles),
        points=points_of(found, verdict),
        confidence=confidence_of(found, verdict),
        alike=_alike(found),
        speaker=SpeakerCheck(
            claimed=found.claim.speaker,
            match=evidence.match if evidence else ("unknown" if found.claim.speaker else "not_asked"),
            found=evidence.speakers if evidence else (),
        ),
        first=_first(core, evidence) if evidence else None,
        articles=evidence.articles if evidence else 0,
        outlets=evidence.outlets if evidence else 0,
        passages=tuple(map(_passage, shown)),
        nearest=tuple(map(_passage, nearest)),
    )


def _alike(found: Finding) -> float:
    if found.wording == "stitched" or found.joined:
        return round(sum(p.comparison.matched for p in found.pieces) / len(found.words.words), 3)
    return max((piece.comparison.alike for piece in (*found.pieces, *found.nearest)), default=0.0)


def _claim(claim: Claim) -> ClaimShown:
    basis = "nowhere" if claim.speaker is None else "parameter" if claim.given else "text"
    return ClaimShown(
        text=claim.text,
        spans=claim.spans,
        speaker=claim.speaker,
        speaker_from=basis,  # type: ignore[arg-type]
        words=claim.words,
    )


def _first(core: Core, evidence: Evidence) -> Appearance:
    entry = core.entry(evidence.first)
    return Appearance(
        date=entry.date,
        source=entry.source,
        title=entry.title,
        article=entry.article_id,
        quotation=entry.id,
        url=f"/quotes/{entry.id}",
    )


def _passage(piece: Piece) -> Passage:
    comparison = piece.comparison
    operations = comparison.operations(whole=not piece.start and len(comparison.claim.words) == piece.of)
    first, stop = comparison.window
    return Passage(
        quotation=make_hit(piece.entry),
        place="around" if piece.around else "quotation",
        text=piece.around or piece.entry.text,
        start=operations[0].found[0],
        end=operations[-1].found[1],
        claim=(operations[0].claim[0], operations[-1].claim[1]),
        operations=operations,
        alike=comparison.alike,
        longer=len(comparison.found.words) > stop - first,
        left_before=_left(piece, comparison.left_before),
        left_behind=_left(piece, comparison.left_behind),
    )


def _left(piece: Piece, words: Span) -> str:
    found = piece.comparison.found
    if words[0] >= words[1]:
        return ""
    return found.said.text[found.said.starts[found.place(words[0])] : found.said.ends[found.place(words[1] - 1)]]
