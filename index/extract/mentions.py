"""Names in an article: runs of capitals, told apart by titles, given names and what bodies end in. No model."""

import re
from dataclasses import dataclass
from typing import Literal

from index.extract import phrases, words
from index.extract.tokens import Page
from index.extract.words import word_set

NameKind = Literal["person", "organization", "place", "other"]

_ARTICLED = re.compile(r"(?:al|el|ad|as|ash|bin|d|de|l)[-'’][A-Z]")
"""al-Khatib, d'Estaing: a name in spite of its small letter."""
_GLUED = re.compile(r"[a-z]{3}[A-Z]")
"""Page furniture run into a name, as in "LeeMore"; in a short name it may be a brand's own way."""
_SEAM = re.compile(r"(?<=[a-z])(?=[A-Z0-9])")
_SHORTEST_GLUED = 3
LONGEST_NAME = 10
_HEADLINE_SHARE = 0.7
_FULL_ENDS = frozenset({".", "”", '"'})
_CLOSED = (
    phrases.DETERMINERS | phrases.PREPOSITIONS | phrases.CONJUNCTIONS | phrases.SUBORDINATORS | phrases.AUXILIARY
) - {"will", "both", "like"}
_BEFORE_SENTENCE = frozenset(["“", '"', "‘", ".", "?", "!", ":", "''", "``", "'"])
LETTERS = re.compile(r"[^\W\d_]")
OFFICES = word_set(
    """
    of the state defense defence house treasury labor education commerce energy staff
    """
)
INITIAL = re.compile(r"[A-Z]\.?")
_OPENING, _CLOSING = frozenset("“\"‘('"), frozenset("”\"’)'")
_ACRONYM = re.compile(r"(?:[A-Z]\.){2,}|[A-Z]{2,6}s?|[A-Z]&[A-Z]")


@dataclass(slots=True, eq=False)
class Mention:
    """One name at tokens [first, stop), title included; `core` is the name without titles and suffix."""

    first: int
    stop: int
    kind: NameKind
    core: tuple[str, ...]
    titles: tuple[str, ...] = ()
    suffix: str = ""
    surface: str = ""
    """As the article has it, titles apart."""
    quoted: bool = False
    """Whether it stands inside a quotation."""
    alias: str = ""
    """The nickname that stands in marks inside it."""


def find_mentions(page: Page) -> list[Mention]:
    """The names of a page, in order and disjoint, by capitals alone."""
    return Finder(page).find()


class Finder:
    """Finds names on a page, and makes a mention of any range of its tokens."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.given = words.given_names()
        self.lower = {w for w in page.words if w.islower()}
        self.words = {w for w in page.words if len(w) >= _SHORTEST_GLUED}
        self.headlines = _headlines(page)

    def find(self) -> list[Mention]:
        """The names, in order and disjoint."""
        out: list[Mention] = []
        at = 0
        while at < len(self.page):
            stop = self._run(at)
            if stop is None:
                at += 1
                continue
            made = self.mention(at, stop)
            if made:
                out.append(made)
            at = stop
        seen = {m.surface for m in out if not self.begins(m.first)}
        seen |= {m.core[k] for m in out if len(m.core) > 1 for k in (0, -1)}
        return [m for m in out if m.kind != "other" or len(m.core) > 1 or m.surface in seen or not self.begins(m.first)]

    def begins(self, at: int) -> bool:
        """Whether a token is the first of a sentence or of a quotation, where a capital tells nothing."""
        page = self.page
        return at == 0 or page.sentence[at - 1] != page.sentence[at] or page.words[at - 1] in _BEFORE_SENTENCE

    def _capital(self, at: int) -> bool:
        word = self.page.words[at]
        return (word[0].isupper() and LETTERS.match(word) is not None) or _ARTICLED.match(word) is not None

    def _opens(self, at: int) -> bool:
        """Whether a name may begin here: a capital that is not just a sentence's first letter."""
        page, word = self.page, self.page.low[at]
        if not self._capital(at) or page.paragraph[at] in self.headlines:
            return False
        if word in phrases.PRONOUNS or word in ("i'm", "i've", "i'd", "i'll"):
            return False
        if word in _CLOSED or self._is_date(at) or re.match(r"[rdi]-\w", word):
            return False
        return not (
            self.begins(at) and word in self.lower and word not in words.TITLES and word not in self.given.gender
        )

    def _is_date(self, at: int) -> bool:
        """Whether a token is a day or a month, and not the given name that is written so: "April Lee"."""
        if not phrases.is_day(self.page, at):
            return False
        named = self.page.low[at] in self.given.gender and at + 1 < len(self.page) and self._capital(at + 1)
        return not (named or self.page.low[at] == "may")

    def _run(self, first: int) -> int | None:
        page = self.page
        if not self._opens(first):
            return None
        at = first + 1
        while at < len(page) and at - first < LONGEST_NAME and page.paragraph[at] == page.paragraph[first]:
            step = self._step(first, at)
            if not step:
                break
            at += step
        return at

    def _step(self, first: int, at: int) -> int:
        """How many tokens a name grows by at `at`: 0 where it ends."""
        page, low = self.page, self.page.low
        follows = at + 1 < len(page) and self._capital(at + 1) and page.stretch[at + 1] == page.stretch[first]
        nickname = (
            at + 3 < len(page)
            and page.words[at] in _OPENING
            and page.words[at + 2] in _CLOSING
            and self._capital(at + 1)
        )
        if nickname and self._capital(at + 3) and page.low[first] in self.given.gender:
            return 3
        if page.stretch[at] != page.stretch[first]:
            return 0
        if (
            page.words[at] == ","
            and at + 1 < len(page)
            and low[at + 1] in words.SUFFIXES
            and page.words[at + 1] != "ii"
        ):
            return 2
        if self._capital(at):
            if low[at - 1 : at + 1] == ["usa", "today"]:
                return 1
            if low[at] in _CLOSED | phrases.PRONOUNS or self._is_date(at) or re.match(r"[rdi]-\w", low[at]):
                return 0
            last_word = page.words[at - 1]
            return (
                0
                if last_word.endswith(".")
                and len(last_word) > 2
                and low[at - 1] not in words.TITLES
                and low[at - 1] not in ("u.s.", "u.k.", "st.", "u.n.")
                else 1
            )
        if low[at] in words.PARTICLES and follows:
            return 2
        if (
            low[at] in words.PARTICLES
            and at + 2 < len(page)
            and low[at + 1] in words.PARTICLES
            and self._capital(at + 2)
        ):
            return 3
        if low[at] == "&" and follows:
            return 2
        if low[at] == "for" and low[at - 1] in words.JOINED_BY_FOR and follows:
            return 2
        if low[at] == "of" and low[at - 1] in words.JOINED_BY_OF:
            if follows:
                return 2
            if (
                at + 2 < len(page)
                and low[at + 1] == "the"
                and self._capital(at + 2)
                and page.stretch[at + 2] == page.stretch[first]
            ):
                return 3
        owner = low[at] == "'s" and (low[at - 1] in words.PLACES or low[at - 1].endswith(("men", "children", "people")))
        owners = low[at] == "'" and low[at - 1].endswith("s")
        if (owner or owners) and follows and self._ends_in_body(at + 1):
            return 2
        return 0

    def _ends_in_body(self, at: int) -> bool:
        page, last = self.page, at
        while last + 1 < len(page) and last - at < 5 and self._capital(last + 1):
            last += 1
        return page.low[last] in words.BODIES and last >= at

    def mention(self, first: int, stop: int) -> Mention | None:
        """What a run of tokens names; None where it is no name."""
        page = self.page
        quoted = page.stretch[first] >= 0
        tokens = [t for t in range(first, stop) if page.is_word(t) and not in_marks(page, first, t, stop)]
        if not tokens:
            return None
        if len(tokens) > 2 and any(_GLUED.search(page.words[t]) for t in tokens):
            return None
        low = [page.low[t] for t in tokens]
        title = self._last_title(low)
        bodies = low[-1] in words.BODIES or (
            "of" in low
            and low[low.index("of") - 1]
            in words.JOINED_BY_OF - {"secretary", "speaker", "minister", "chief", "director"}
        )
        if title is not None and not (bodies and len(low) - title - 1 > 2):
            core = [page.words[t] for t in tokens[title + 1 :]]
            # "Speaker of the House Paul Ryan", "Secretary of State John Kerry"
            while core and core[0].lower() in OFFICES:
                core = core[1:]
            if bodies and (len(core) > 1 or (core[-1:] and core[-1].lower() in words.BODIES)):
                return self._body(first, stop, quoted)
            return self.person(first, stop, core, tuple(low[: title + 1])) if core else None
        if all(w in words.TITLES | words.ROLES | {"of", "the", "state"} for w in low):
            return None
        if bodies or (low[0] in words.PLACES and "'s" in low):
            return self._body(first, stop, quoted)
        surface = page.phrase(first, stop)
        if len(low) == 1 and (low[0] in words.NOT_NAMES or len(low[0]) < 2):
            return None
        if (low[0] in words.PLACES and len(low) == 1) or " ".join(low) in words.PLACE_PHRASES:
            return Mention(first, stop, "place", tuple(surface.split()), surface=surface, quoted=quoted)
        if len(low) == 1 and _ACRONYM.fullmatch(page.words[first]) and page.low[first] not in self.lower:
            return self._body(first, stop, quoted)
        core = [page.words[t] for t in tokens]
        # "Crooked Hillary Clinton": words before a given name are no part of it, an initial is
        extra = next((k for k, w in enumerate(low[:-1]) if self.given.gender.get(w) is not None), 0)
        if extra and low[0] not in words.PLACES and not INITIAL.fullmatch(core[0]):
            core, low = core[extra:], low[extra:]
        given = low[0] in self.given.gender and len(low) > 1
        if any(w in words.NOT_NAMES for w in low[given:]):
            return Mention(first, stop, "other", tuple(core), surface=surface, quoted=quoted)
        initials = len(low) > 1 and INITIAL.fullmatch(core[0]) and not INITIAL.fullmatch(core[-1])
        if (low[0] in self.given.gender and len(low) > 1) or initials or (len(low) == 3 and INITIAL.fullmatch(core[1])):
            return self.person(first, stop, core, ())
        kind: NameKind = "other"
        return Mention(first, stop, kind, tuple(core), surface=surface, quoted=quoted)

    def _last_title(self, low: list[str]) -> int | None:
        """Where the last title in front of a name stands in a run."""
        found = [k for k, w in enumerate(low[:-1]) if w in words.TITLES]
        if not found or (low[0] in self.given.gender and found[0] > 0 and low[found[-1]] in words.NAMELIKE_TITLES):
            return None
        return found[-1]

    def person(self, first: int, stop: int, core: list[str], titles: tuple[str, ...]) -> Mention:
        """A person at tokens [first, stop) whose name, titles apart, is `core`."""
        # "National Intelligence James Clapper": words before a given name are no part of it, an initial is
        inner = next((k for k, w in enumerate(core[:-1]) if self.given.gender.get(w.lower()) is not None), 0)
        if inner and not any(INITIAL.fullmatch(w) or w.lower() in words.PARTICLES for w in core[:inner]):
            core = core[inner:]
        core = self._without_furniture(core)
        if len(core) > 2 and (core[-1] == core[0] or self.page.words[stop : stop + 2] == ["(", core[0]]):
            core = core[:-1]  # a register's entry begins: "[Ann Lee] Annabel (Ann) Margaret LeeMore"
        suffix = core[-1] if len(core) > 1 and core[-1].lower() in words.SUFFIXES else ""
        if suffix:
            core = core[:-1]
        if all(w.isupper() and len(w) > 2 for w in core):
            core = [w.title() for w in core]
        quoted = self.page.stretch[first] >= 0
        alias = next((self.page.words[t] for t in range(first, stop) if in_marks(self.page, first, t, stop)), "")
        return Mention(first, stop, "person", tuple(core), titles, suffix, " ".join(core), quoted, alias)

    def _without_furniture(self, core: list[str]) -> list[str]:
        """A name without what a page has run into it: "[Ann Lee] Ann Margaret LeeMore on the bridge".

        Of the register's name that stands between, only the surname is what people call somebody.
        """
        for k, word in enumerate(core):
            glued = next((m.start() for m in _SEAM.finditer(word) if word[: m.start()] in self.words), None)
            if glued is not None:
                surname = word[:glued]
                again = core.index(surname) if surname in core[1:k] else None
                return [surname] if again is None else core[: again + 1]
        return core

    def _body(self, first: int, stop: int, quoted: bool) -> Mention:
        surface = self.page.phrase(first, stop)
        return Mention(first, stop, "organization", tuple(w for w in surface.split()), surface=surface, quoted=quoted)


def in_marks(page: Page, first: int, at: int, stop: int) -> bool:
    """Whether a word inside a name stands in marks or brackets of its own: a nickname."""
    return first < at < stop - 1 and page.words[at - 1] in _OPENING and page.words[at + 1] in _CLOSING


def _headlines(page: Page) -> set[int]:
    """The paragraphs that are set in capitals, whose capitals tell nothing."""
    out: set[int] = set()
    at = 0
    while at < len(page):
        stop = at
        while stop < len(page) and page.paragraph[stop] == page.paragraph[at]:
            stop += 1
        letters = [page.words[t] for t in range(at, stop) if LETTERS.match(page.words[t])]
        long_words = [w for w in letters if len(w) > 3]
        capital = sum(w[0].isupper() for w in long_words)
        shouting = sum(w.isupper() for w in long_words)
        if len(long_words) >= 4 and (
            (
                stop - at <= 25
                and (page.words[stop - 1] not in _FULL_ENDS or (at == 0 and page.words[stop - 1] != "."))
                and capital > _HEADLINE_SHARE * len(long_words)
            )
            or shouting > _HEADLINE_SHARE * len(long_words)
        ):
            out.add(page.paragraph[at])
        at = stop
    return out
