"""A finding -> its verdict, how sure it is, and the sentences that say so."""

import math
from collections.abc import Iterator

from index.records import Span
from search.verify.checking import Finding, Piece
from search.verify.comparing import Differ
from search.verify.evidence import Evidence
from search.verify.naming import same_person
from search.verify.results import SpeakerFound, Verdict

FEWEST = 4
"""Words of a claim, at least, that are somebody's own; fewer are said by many, and prove nothing about a speaker."""
_ACCUSES = 0.75
"""How alike altered words must be to be called another speaker's."""
_SCALE = 25.0
"""Nats of shared words that make a finding about two thirds sure."""
_LONGEST = 90
"""Characters of words that a sentence quotes."""


def verdict_of(found: Finding) -> Verdict:
    """The verdict, the speaker considered: whose words they are comes before how they were changed."""
    evidence = found.evidence
    if evidence is None or found.wording == "not_found":
        return "not_found"
    few = len(found.words.words) < FEWEST
    if evidence.match == "other":
        if _is_rival(found, evidence):
            return "disputed"
        far = found.wording == "altered" and found.pieces[0].comparison.alike < _ACCUSES
        return "not_found" if few or far else "someone_else"
    if evidence.disputed and not few:
        return "disputed"
    return found.wording


def _is_rival(found: Finding, evidence: Evidence) -> bool:
    """Whether the collection itself names the claimed speaker as one whom others give the words to."""
    claimed = found.claim.speaker
    if claimed is None or not evidence.disputed:
        return False
    entry = found.pieces[0].entry
    names = [rival.name for rival in entry.rivals] + [name for name, _ in entry.candidates]
    return any(same_person(claimed, name) for name in names)


def confidence_of(found: Finding, verdict: Verdict) -> float:
    """0 to 1: how much is shared, times how sure the collection is of the speaker where the verdict rests on it."""
    evidence = found.evidence
    if verdict == "not_found" or evidence is None:
        near = max((piece.comparison.alike for piece in found.nearest), default=0.0)
        return round(max(0.5, 1 - 0.6 * near), 2) if len(found.words.words) >= FEWEST else 0.5
    shared = sum(piece.comparison.alignment.score for piece in found.pieces)
    sure = 1 - math.exp(-shared / _SCALE)
    if verdict == "altered":
        sure *= math.sqrt(found.pieces[0].comparison.alike)
    if evidence.match in ("same", "other") and evidence.speakers:
        mine = [one for one in evidence.speakers if one.claimed or evidence.match == "other"]
        sure *= max(one.confidence for one in mine)
    elif evidence.match in ("unnamed", "unknown"):
        sure *= 0.75
    if verdict == "disputed":
        sure *= 0.85
    return round(min(sure, 0.99), 2)


_FOUND = {
    "verbatim": "These words",
    "altered": "Words close to these",
    "cut_short": "These words, in a longer form,",
    "stitched": "Stretches of this",
}


def summary_of(found: Finding, verdict: Verdict, articles: int) -> str:
    """The verdict in one or two plain sentences; `articles` is how many the collection has."""
    evidence = found.evidence
    if verdict == "not_found" or evidence is None:
        return _not_found(found, articles)
    who = _whose(evidence)
    said = f"said by {who}" if who else "given to nobody by name"
    if verdict == "verbatim":
        sure = " The speaker is the one you name." if evidence.match == "same" else ""
        return f"These words stand in the collection as they are, {said}.{sure}"
    if verdict == "altered":
        share = f"{found.pieces[0].comparison.alike * 100:.0f} % alike"
        return f"Close to words {said}, but not the same: {share}."
    if verdict == "cut_short":
        how = "words are left out without a sign" if found.pieces[0].comparison.left_out else "the sentence has more"
        return f"Every word is there, {said}, but {how}."
    if verdict == "stitched":
        count = {2: "two", 3: "three"}.get(len(found.pieces), str(len(found.pieces)))
        return f"Put together from {count} separate stretches, {said}; nothing shows them as one."
    if verdict == "someone_else":
        words = _FOUND[found.wording]
        return f"{words} are in the collection, but it gives them to {who}, not to {found.claim.speaker}."
    return f"These words are in the collection, but articles disagree about who said them{_between(found, evidence)}."


def _not_found(found: Finding, articles: int) -> str:
    these = "this 1 article" if articles == 1 else f"these {articles:,} articles"
    proves = "That does not prove that it was never said."
    if found.pieces and len(found.words.words) < FEWEST:  # a few words of somebody else's
        return f"So few words are said by many; nothing in {these} gives them to {found.claim.speaker}. {proves}"
    if any(piece.around for piece in found.nearest):
        return f"The words stand in an article, but in no quotation that we found there. {proves}"
    if found.nearest or found.pieces:
        return f"Nothing in {these} is near enough to be its source; the nearest is shown. {proves}"
    return f"Nothing in {these} comes near. {proves}"


def _whose(evidence: Evidence) -> str:
    names = [one.name for one in evidence.speakers if one.claimed] or [one.name for one in evidence.speakers]
    if len(names) > 3:
        return f"{names[0]}, {names[1]} and {len(names) - 2} others"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _between(found: Finding, evidence: Evidence) -> str:
    names = [one.name for one in evidence.speakers]
    for name in (rival.name for rival in found.pieces[0].entry.rivals):
        if not any(same_person(name, known) for known in names):
            names.append(name)
    return f": {' or '.join(names[:3])}" if len(names) > 1 else ""


def points_of(found: Finding, verdict: Verdict) -> tuple[str, ...]:
    """What else should be known, most important first."""
    points: list[str] = []
    for piece in found.pieces:
        points += _changes(piece)
        if found.wording != "stitched" and not found.joined:
            points += _broken_off(piece)
    points += _speakers(found, verdict)
    points += _places(found)
    return tuple(dict.fromkeys(points))


def _changes(piece: Piece) -> Iterator[str]:
    comparison = piece.comparison
    claim, found = comparison.claim, comparison.found
    for differ in comparison.differs:
        mine, theirs = (
            _words(claim.said.text, _span(claim, differ.claim)),
            _words(found.said.text, _span(found, differ.found)),
        )
        if differ.kind == "shortened":
            yield f"Shortened where your text has an ellipsis. Left out: {theirs}."
        elif differ.note == "negation" and differ.kind == "left_out" and comparison.wording == "cut_short":
            yield f"Left out without a sign, a negation among it: {theirs}."
        elif differ.note == "negation":
            yield _negation(differ, mine, theirs)
        elif differ.note == "number" and differ.counts:
            yield f"A number differs: {mine or 'none'} in your text, {theirs or 'none'} in the article."
        elif differ.note == "contraction":
            yield f"Only a contraction differs: {mine} for {theirs}."
        elif differ.note == "form":
            yield f"Another form of the same word: {mine} for {theirs}."
        elif differ.kind == "left_out":
            yield f"Left out without a sign: {theirs}."


def _broken_off(piece: Piece) -> Iterator[str]:
    comparison, found = piece.comparison, piece.comparison.found
    if comparison.left_before[1] > comparison.left_before[0]:
        yield f"The sentence begins earlier: {_words(found.said.text, _span(found, comparison.left_before))}."
    if comparison.left_behind[1] > comparison.left_behind[0]:
        yield f"The sentence goes on: {_words(found.said.text, _span(found, comparison.left_behind))}."


def _negation(differ: Differ, mine: str, theirs: str) -> str:
    if differ.kind == "left_out":
        return f"A negation is missing from your text: the article has {theirs}."
    if differ.kind == "put_in":
        return f"A negation is only in your text: {mine}."
    return f"A negation differs: {mine} in your text, {theirs} in the article."


def _span(text: "object", words: Span) -> Span:
    start, stop = words
    if start >= stop:
        return (0, 0)
    first, last = text.place(start), text.place(stop - 1)  # type: ignore[attr-defined]
    return text.said.starts[first], text.said.ends[last]  # type: ignore[attr-defined]


def _words(text: str, span: Span) -> str:
    words = " ".join(text[slice(*span)].split())
    if len(words) > _LONGEST:
        words = words[:_LONGEST].rpartition(" ")[0] + " …"
    return f"“{words}”" if words else ""


def _speakers(found: Finding, verdict: Verdict) -> Iterator[str]:
    evidence, claimed = found.evidence, found.claim.speaker
    if evidence is None:
        return
    if evidence.match == "unnamed":
        yield f"The collection does not name the speaker: it neither confirms {claimed} nor says that it was another."
    elif evidence.match == "unknown":
        yield f"The collection does not say who spoke: it neither confirms {claimed} nor says that it was another."
    elif evidence.match == "other" and verdict == "someone_else" and _may_be(found):
        yield f"The extractor was not sure: {claimed} is among those whom the article may mean."
    others = [one for one in evidence.speakers if not one.claimed]
    if evidence.match == "same" and others and verdict not in ("disputed", "stitched"):
        yield f"Also given to {_listed(others)}."
    if verdict == "stitched" and evidence.match == "same" and others:
        yield f"Not all of it is {claimed}’s: part is given to {_listed(others)}."
    if evidence.match == "not_asked" and len(evidence.speakers) > 1 and verdict not in ("disputed", "stitched"):
        yield f"{len(evidence.speakers)} speakers are given with these words."


def _may_be(found: Finding) -> bool:
    claimed = found.claim.speaker or ""
    return any(same_person(claimed, name) for name, share in found.pieces[0].entry.candidates if share >= 0.2)


def _listed(speakers: list[SpeakerFound]) -> str:
    names = [one.name for one in speakers[:3]]
    more = f" and {len(speakers) - 3} more" if len(speakers) > 3 else ""
    return ", ".join(names) + more


def _places(found: Finding) -> Iterator[str]:
    if not found.pieces:
        return
    if found.joined:
        yield "It runs over from one quotation of the article into the next."
    first = found.pieces[0]
    if any(piece.entry.kind == "indirect" for piece in found.pieces):
        yield "The article gives this as reported speech, without quotation marks: the words are the writer’s."
    elif (
        len(found.pieces) == 1
        and len(first.comparison.found.words) > first.comparison.window[1] - first.comparison.window[0]
    ):
        yield "It is part of a longer quotation."
    if found.wording == "stitched":
        articles = {piece.entry.article_id for piece in found.pieces}
        if len({piece.row for piece in found.pieces}) == 1:
            yield "All of it is from one quotation, whose parts do not stand in this order or not together."
        elif len(articles) == 1:
            yield "All of it is from one article."
        else:
            yield f"It is from {len(articles)} articles."
    if len(found.words.words) < FEWEST:
        yield "So few words are said by many; they prove little about who said them."
