"""CoreNLP's entity labels as names, their commonest faults mended."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from index.extract import words

from .texts import untitled

_KINDS = {"PERSON": "person", "ORGANIZATION": "organization", "LOCATION": "place", "MISC": "other"}
_LONGEST = {"person": 6, "organization": 10, "place": 6, "other": 7}
"""Longer runs are headlines whose every word has a capital."""
_SMALL = words.word_set("of for and the & in on at de del la du al bin van von der 's ’s")
_POSSESSIVES = frozenset({"'s", "’s", "'", "’"})


@dataclass(frozen=True, slots=True)
class Token:
    """A word of an article as CoreNLP sees it; offsets are code points of the article."""

    start: int
    end: int
    form: str
    tag: str
    entity: str
    head: int
    """Which token of the article governs it; -1: none."""
    relation: str
    sentence: int

    @property
    def low(self) -> str:
        """The word in small letters."""
        return self.form.lower()


@dataclass(frozen=True, slots=True)
class Run:
    """A name at tokens [first, stop)."""

    first: int
    stop: int
    kind: str


def names_in(tokens: list[Token]) -> list[Run]:
    """The runs of entity labels, mended: split, trimmed, and surnames found wherever they stand."""
    runs = []
    first = 0
    while first < len(tokens):
        stop = first + 1
        label = tokens[first].entity
        if label in _KINDS:
            while stop < len(tokens) and (tokens[stop].entity, tokens[stop].sentence) == (
                label,
                tokens[first].sentence,
            ):
                stop += 1
            for piece in _pieces(tokens, first, stop, _KINDS[label]):
                run = _trimmed(tokens, piece)
                if run is not None:
                    runs.append(run)
        first = stop
    return _with_surnames(tokens, runs)


def _pieces(tokens: list[Token], first: int, stop: int, kind: str) -> Iterator[Run]:
    """A run split at marks, at words that no name holds, and a person's or a place's after "'s"."""
    begin = first
    for place in range(first, stop + 1):
        if place < stop:
            token = tokens[place]
            fits = token.form[0].isalnum() or token.form == "&" or token.low in ("'s", "’s")
            if (
                token.form[0].islower()
                and token.low not in _SMALL | words.PARTICLES
                and not token.low.startswith("al-")
            ):
                fits = False
            if kind in ("person", "place") and token.low in _POSSESSIVES | {"and", "&"}:
                fits = False
            if fits:
                continue
        if begin < place:
            yield Run(begin, place, kind)
        begin = place + 1


def _trimmed(tokens: list[Token], run: Run) -> Run | None:
    """The name without small words at its edges and without titles; None where nothing is left."""
    first, stop = run.first, run.stop
    person = run.kind == "person"
    while first < stop and not (
        tokens[first].form[0].isupper()
        or tokens[first].form[0].isdigit()
        or (person and (tokens[first].low in words.PARTICLES or tokens[first].low.startswith("al-")))
    ):
        first += 1
    while stop > first and not (tokens[stop - 1].form[0].isupper() or tokens[stop - 1].form[0].isdigit()):
        if person and tokens[stop - 1].low.startswith("al-"):
            break
        stop -= 1
    if person and first < stop:
        first += untitled([token.form for token in tokens[first:stop]])
    if first >= stop or stop - first > _LONGEST[run.kind] or not any(t.form[0].isupper() for t in tokens[first:stop]):
        return None
    return Run(first, stop, run.kind)


def _with_surnames(tokens: list[Token], runs: list[Run]) -> list[Run]:
    """The names, and with them the surnames of people whom the text names in full where CoreNLP saw none or another."""
    surnames = Counter(
        tokens[run.stop - 1].form for run in runs if run.kind == "person" and 1 < run.stop - run.first < 5
    )
    others = Counter(tokens[run.first].form for run in runs if run.kind != "person" and run.stop - run.first == 1)
    taken = {place for run in runs for place in range(run.first, run.stop)}
    kept = []
    for run in runs:
        form = tokens[run.first].form
        if run.stop - run.first == 1 and form.lower() in words.NAMED_BODIES and not surnames[form]:
            run = Run(run.first, run.stop, "organization")
        lone = run.stop - run.first == 1 and run.kind != "person" and _alone(tokens, run.first)
        person = lone and surnames[form] and surnames[form] >= others[form]
        kept.append(Run(run.first, run.stop, "person") if person else run)
    for place, token in enumerate(tokens):
        if place not in taken and token.tag == "NNP" and surnames[token.form] and _alone(tokens, place):
            kept.append(Run(place, place + 1, "person"))
    return sorted(kept, key=lambda run: run.first)


def _alone(tokens: list[Token], place: int) -> bool:
    """Whether no other capitalised word stands beside it, a title before it aside."""
    sentence = tokens[place].sentence
    before = tokens[place - 1] if place and tokens[place - 1].sentence == sentence else None
    after = tokens[place + 1] if place + 1 < len(tokens) and tokens[place + 1].sentence == sentence else None
    if before is not None and before.form[0].isupper() and before.tag == "NNP" and not untitled([before.form]):
        return False
    return after is None or not after.form[0].isupper()
