"""What the rules work on: a page's sentences with their cues and stretches, and what is attributed so far.

Ranges are tokens of the page, [first, stop).
"""

from dataclasses import dataclass, field

from index.extract.cues import Cue
from index.extract.phrases import Range
from index.extract.tokens import Page
from index.records import Kind

_EDGES = frozenset({",", ".", ":", ";", "—", "–", "-", "--"})


@dataclass(slots=True)
class Attribution:
    """Some content, its cue and its source, as token ranges of a page."""

    content: list[Range]
    cue: Range | None
    source: Range | None
    pattern: str
    """The rule that found it, so that confidence can be measured by rule."""
    kind: Kind = "indirect"
    nobody: bool = False
    """The cue is there and says that its source is not given ("was asked", "shouts of")."""
    addressed: Range | None = None
    """Who was asked, where the question is the content: likely the next one to speak."""
    follows: "Attribution | None" = None
    """The attribution that this one goes on from, where it has no source of its own."""
    more_source: list[Range] = field(default_factory=list)
    """Further pieces of an interrupted source."""
    anchor: int = -1
    """The cue's first token as the network sees it."""
    probability: float = 0.0
    """Of there being an attribution at all, where the network found it."""
    clear: tuple[float, float] = (0.0, 0.0)
    """How sure the network is of the content's tokens and of the source's."""

    @property
    def sources(self) -> list[Range]:
        """All pieces of the source."""
        return ([self.source] if self.source else []) + self.more_source

    @property
    def last(self) -> int:
        """The attribution's last content token."""
        return self.content[-1][1] - 1


@dataclass(slots=True)
class Sentence:
    """A sentence of the text around quotations: tokens [first, stop), its cues, the numbers of its stretches."""

    first: int
    stop: int
    cues: list[Cue]
    stretches: list[int]
    made: list[Attribution] = field(default_factory=list)


@dataclass(slots=True)
class Draft:
    """A page and the attributions found on it so far."""

    page: Page
    word_counts: list[int]
    """Words of each stretch; 0 for what is no text."""
    interview: bool = False
    """Whether its turns begin with "Q." and "A."."""
    passing: set[int] = field(default_factory=set)
    """Stretches that are titles in passing."""
    claimed: dict[int, Attribution] = field(default_factory=dict)
    """Stretches by number, and whose they are."""
    out: list[Attribution] = field(default_factory=list)

    def add(self, sentence: Sentence, made: Attribution) -> None:
        """Takes an attribution up, its content snapped to whole stretches; one without a word is left out."""
        made.content = self._snapped(made.content)
        if not made.content:
            return
        self.claim(made)
        sentence.made.append(made)
        self.out.append(made)

    def claim(self, made: Attribution) -> None:
        """Gives an attribution the stretches of its content that are nobody's yet."""
        for number in self.page.stretches_in(made.content):
            self.claimed.setdefault(number, made)

    def _snapped(self, content: list[Range]) -> list[Range]:
        page, out = self.page, []
        for first, stop in content:
            if stop > first and page.stretch[first] >= 0:
                first = page.inside[page.stretch[first]][0]
            if stop > first and page.stretch[stop - 1] >= 0:
                stop = page.inside[page.stretch[stop - 1]][1]
            while stop > first and page.stretch[stop - 1] < 0 and page.words[stop - 1] in _EDGES:
                stop -= 1
            while stop > first and page.stretch[first] < 0 and page.words[first] in _EDGES:
                first += 1
            if any(page.is_word(t) for t in range(first, stop)):
                out.append((first, stop))
        return out
