"""Claims made from a build by script, each with the verdict that it must get: seeded, so that a run can be repeated.

Nothing here asks the checker: what a claim is, is known from how it was made.
"""

import collections
import dataclasses
import itertools
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator

from index.analysis import Token, words
from index.records import PIECE_JOIN, Entry
from search.core import Core
from search.verify.naming import same_person
from search.verify.results import Verdict

NEGATIONS = frozenset(("not", "no", "never", "none", "nobody", "nothing", "neither", "nor", "without", "cannot"))
_ENDS = re.compile(r"[.!?]")
_ROW = 5
"""Words in a row that make a piece of a quotation: a text that has so many is not invented."""
_TRIES = 20_000
_FRAME = "{subject} {verb} {what} {where} and {subject2} {verb2} {what2} {when}"
_PARTS: dict[str, tuple[str, ...]] = {
    "subject": ("We", "I", "They", "The people", "You", "Everybody here", "My friends", "The government"),
    "subject2": ("we", "I", "they", "people", "you", "everybody", "nobody", "the country"),
    "verb": ("will never take", "have to think about", "know", "want to see", "are going to make", "did not like"),
    "verb2": ("should look at", "can be proud of", "must not forget", "would have", "need", "are looking for"),
    "what": ("the good years", "all of this work", "that kind of thing", "a lot of money", "the way it was"),
    "what2": ("the same old house", "one more time like this", "what it is", "the right people", "so many things"),
    "where": ("in this country", "at the end of the day", "for our children", "with everybody", "in the world"),
    "when": ("right now", "again and again", "before it is over", "every day", "for a very long time"),
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A text to check and what must come of it."""

    kind: str
    text: str
    expected: Verdict
    speaker: str | None
    """Whom the text names or the asker gives."""
    parameter: bool
    """Whether the speaker is given beside the text instead of in it."""
    sources: tuple[str, ...]
    """The words of the quotations that it was made from, as far as they are in it: one of them must be shown."""


class Maker:
    """Makes claims from the quotations with marks of a build."""

    def __init__(self, core: Core, seed: int) -> None:
        self._core = core
        self._random = random.Random(seed)  # noqa: S311 - a sample, not a secret
        self._rows = core.columns.rows
        self._vocabulary: list[str] = []
        self._follow: dict[str, list[str]] = defaultdict(list)
        self._names: list[str] = []
        self._learn()

    def claims(self, each: int) -> list[Made]:
        """`each` claims of every kind."""
        makers: dict[str, Callable[[], Made | None]] = {
            "verbatim": self._verbatim,
            "altered": self._altered,
            "cut short": self._cut,
            "stitched": self._stitched,
            "someone else": self._someone_else,
            "invented": self._invented,
        }
        out: list[Made] = []
        for make in makers.values():
            made: list[Made] = []
            for _ in range(_TRIES):
                if len(made) == each:
                    break
                if one := make():
                    made.append(one)
            out += made
        return out

    def invented(self, number: int) -> list[Made]:
        """`number` texts that nobody of the collection said."""
        return [self._invented() for _ in range(number)]

    def hard(self, number: int) -> dict[str, list[str]]:
        """Texts that are hard to look up: the commonest words alone, and about 1,000 characters as one quotation."""
        often = collections.Counter(self._vocabulary)
        common = [word for word, _ in often.most_common(30)]
        stretches = [one for _ in range(number * 40) if (one := self._entry(8))]
        return {
            "12 of the 30 commonest words": [" ".join(self._random.choices(common, k=12)) for _ in range(number)],
            "1,000 characters of the 30 commonest words": [
                " ".join(self._random.choices(common, k=400))[:1000] for _ in range(number)
            ],
            "1,000 characters from many quotations": [
                " ".join(self._stretch(one, 5, 12)[0] for one in self._random.sample(stretches, 30))[:1000]
                for _ in range(number)
            ],
        }

    def disputed(self, most: int) -> list[Made]:
        """At most `most` whole quotations that articles give to different people."""
        code = self._core.columns.values["status"].code("disputed")
        rows = [] if not code else [n for n in range(self._rows) if self._core.columns.codes["status"][n] == code]
        self._random.shuffle(rows)
        out: list[Made] = []
        for row in rows:
            entry = self._core.entry(row)
            inside = _clean(entry.text)
            if len(out) == most:
                break
            if entry.kind == "direct" and inside and len(words(inside)) >= 6 and PIECE_JOIN not in entry.text:
                out.append(Made(kind="disputed", text=f"“{inside}”", expected="disputed", speaker=None,
                                parameter=False, sources=(inside,)))  # fmt: skip
        return out

    def _learn(self) -> None:
        for _ in range(4000):
            entry = self._core.entry(self._random.randrange(self._rows))
            said = [token.exact for token in words(entry.text)]
            self._vocabulary += said
            for one, following in itertools.pairwise(said):
                self._follow[one].append(following)
            if entry.speaker and entry.speaker_type == "person" and len(entry.speaker.split()) == 2:
                self._names.append(entry.speaker)

    def _entry(self, fewest: int) -> Entry | None:
        """A quotation with marks by somebody with a name, that nobody else is given with."""
        entry = self._core.entry(self._random.randrange(self._rows))
        plain = entry.kind == "direct" and entry.status == "resolved" and PIECE_JOIN not in entry.text
        if not plain or "[" in entry.text or "…" in entry.text or "..." in entry.text or len(entry.text) > 1500:
            return None
        return entry if len(words(entry.text)) >= fewest else None

    def _stretch(self, entry: Entry, fewest: int, most: int) -> tuple[str, list[Token]]:
        """Some words of a quotation, side by side, and their places in what is returned."""
        tokens = words(entry.text)
        length = self._random.randint(fewest, min(most, len(tokens)))
        first = self._random.randrange(len(tokens) - length + 1)
        text = entry.text[tokens[first].start : tokens[first + length - 1].end]
        return text, words(text)

    def _framed(self, kind: str, text: str, expected: Verdict, speaker: str | None, *sources: str) -> Made:
        """The words as somebody would paste them."""
        text = text.replace("“", "'").replace("”", "'").replace('"', "'")
        how = self._random.randrange(5) if speaker else 4
        if speaker and (not speaker[0].isupper() or any(part in speaker for part in ",:;(“”\"'’")):
            how = 3
        frames = (
            f"{speaker} said: “{text}”",
            f"“{text},” {speaker} told reporters on Tuesday." if text[-1:].isalnum() else f"“{text}” {speaker} said.",
            f'"{text}" — {speaker}',
        )
        framed = frames[how] if how < 3 else f"“{text}”" if how == 3 else text
        given = speaker if how <= 3 else None
        return Made(kind=kind, text=framed, expected=expected, speaker=given, parameter=how == 3, sources=sources)

    def _verbatim(self) -> Made | None:
        entry = self._entry(6)
        if entry is None:
            return None
        how = self._random.randrange(4)
        if how == 0:  # all of it
            text = _clean(entry.text)
            return self._framed("verbatim", text, "verbatim", entry.speaker, text) if len(words(text)) <= 60 else None
        text, tokens = self._stretch(entry, 5, 25)
        whole = text
        if how == 1 and len(tokens) >= 10:  # shortened, as it should be
            a, b = len(tokens) // 3, 2 * len(tokens) // 3
            text = text[: tokens[a].end] + " … " + text[tokens[b].start :]
            whole = text[: tokens[a].end]
        elif how == 2:
            text = text.upper()
        return self._framed("verbatim", text.rstrip(".!?"), "verbatim", entry.speaker, whole)

    def _altered(self) -> Made | None:
        entry = self._entry(8)
        if entry is None:
            return None
        text, tokens = self._stretch(entry, 8, 25)
        changes = self._random.randint(1, 3)
        places = sorted(self._random.sample(range(len(tokens)), changes), reverse=True)
        for place in places:
            token = tokens[place]
            if token.exact == "'s":
                return None
            other = self._random.choice(self._vocabulary)
            if other in (token.exact, "'s"):
                return None
            how = self._random.randrange(4)
            if how == 0 and 0 < place < len(tokens) - 1:  # put in
                text = f"{text[: token.start]}{other} {text[token.start :]}"
            elif how == 1 and token.exact in NEGATIONS and 0 < place < len(tokens) - 1:  # a "not" dropped
                text = text[: token.start].rstrip() + text[token.end :]
            else:
                text = f"{text[: token.start]}{other}{text[token.end :]}"
        if self._says(text):
            return None
        return self._framed("altered", text, "altered", entry.speaker, *(t.exact for t in tokens))

    def _cut(self) -> Made | None:
        entry = self._entry(14)
        if entry is None:
            return None
        if self._random.random() < 0.4:
            return self._broken_off(entry)
        text, tokens = self._stretch(entry, 12, 30)
        length = self._random.randint(2, min(8, len(tokens) - 9))
        first = self._random.randint(4, len(tokens) - length - 4)
        dropped = {token.exact for token in tokens[first : first + length]}
        if dropped & NEGATIONS or any(word.endswith("n't") for word in dropped) or "'s" in dropped:
            return None
        kept = f"{text[: tokens[first].start].rstrip()} {text[tokens[first + length].start :]}"
        if self._says(kept) or _ENDS.search(text[tokens[0].start : tokens[-1].end]):
            return None
        return self._framed("cut short", kept, "cut_short", entry.speaker, text)

    def _broken_off(self, entry: Entry) -> Made | None:
        """The beginning of a sentence with a full stop behind it, though the sentence goes on."""
        text = _clean(entry.text)
        sentence = re.split(r"(?<=[.!?])\s", text)[0]
        tokens = words(sentence)
        if len(tokens) < 12 or not sentence[:1].isupper() or "." in sentence[:-1]:
            return None
        cut = self._random.randint(5, len(tokens) - 4)
        return self._framed("cut short", sentence[: tokens[cut].end] + ".", "cut_short", entry.speaker, sentence)

    def _stitched(self) -> Made | None:
        one, other = self._entry(8), self._entry(8)
        if one is None or other is None or one.article_id == other.article_id:
            return None
        first, second = self._stretch(one, 7, 14)[0], self._stretch(other, 7, 14)[0]
        speaker = one.speaker if one.speaker_id == other.speaker_id else None
        return self._framed("stitched", f"{first.rstrip('.!?')} {second}", "stitched", speaker, first, second)

    def _someone_else(self) -> Made | None:
        entry = self._entry(8)
        if entry is None:
            return None
        text = self._stretch(entry, 8, 25)[0].rstrip(".!?")
        rows = self._core.passages.exact([token.exact for token in words(text)]).tolist()
        names = [name for row in rows for name in (self._core.entry(row).speaker,) if name]
        claimed = self._random.choice(self._names)
        if any(same_person(claimed, name) for name in names) or any(
            self._core.entry(row).status == "disputed" for row in rows
        ):
            return None
        made = self._framed("someone else", text, "someone_else", claimed, text)
        return made if made.speaker else None

    def _invented(self) -> Made:
        while True:
            how = self._random.randrange(3)
            if how == 0:
                text = " ".join(self._random.choices(self._vocabulary, k=self._random.randint(6, 20)))
            elif how == 1:
                text = " ".join(self._walk(self._random.randint(6, 20)))
                if any(
                    self._says(" ".join(five)) for five in zip(*(text.split()[n:] for n in range(_ROW)), strict=False)
                ):
                    continue
            else:
                choice = {name: self._random.choice(values) for name, values in _PARTS.items()}
                text = _FRAME.format(**choice)
            text = text.replace(" 's", "'s")
            if not self._says(text):
                name = self._random.choice(self._names) if self._random.random() < 0.5 else None
                return self._framed("invented", text, "not_found", name)

    def _walk(self, length: int) -> Iterator[str]:
        word = self._random.choice(self._vocabulary)
        for _ in range(length):
            yield word
            word = self._random.choice(self._follow.get(word) or self._vocabulary)

    def _says(self, text: str) -> bool:
        """Whether some quotation has all the words of a text side by side."""
        return bool(len(self._core.passages.exact([token.exact for token in words(text)])))


def _clean(text: str) -> str:
    return text.strip("“”\"'‘’ ,")
