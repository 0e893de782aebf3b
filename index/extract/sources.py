"""What a source's words are: its core without apposition and relative clause, its head, the name that heads it, whose
a document is, which body a spokesperson speaks for."""

from index.extract import phrases, words
from index.extract.entities import Names
from index.extract.mentions import Mention
from index.extract.phrases import Range
from index.extract.tokens import Page
from index.extract.words import word_set

_BOUNDS = phrases.PREPOSITIONS - {"of"} | phrases.RELATIVE | {"when", "while", "where", "during", "told"}
_BREAKS = frozenset({",", "(", ":", ";", "—", "–", "--", "["})
_FURTHEST = 60
"""Tokens before a document in which its issuer is looked for."""
_ISSUES = word_set("from by of")


class Sources:
    """Takes the sources of a page apart."""

    def __init__(self, page: Page, names: Names) -> None:
        self.page = page
        self.names = names

    def core(self, source: Range) -> Range:
        """The source without its apposition, its relative clause and what follows a preposition."""
        page, at = self.page, self.names.at
        first, stop = source
        while first < stop and not page.is_word(first):
            first += 1
        if first >= stop:
            return source
        end = first + 1
        while end < stop:
            inside = end in at and end - 1 in at and at[end] is at[end - 1]
            if not inside and (page.words[end] in _BREAKS or page.low[end] in _BOUNDS):
                break
            end += 1
        while end > first + 1 and not page.is_word(end - 1):
            end -= 1
        # "[Kelm] joined, tweeting": a verb that the source ran into
        name = at.get(end - 2) if end - 2 >= first else None
        if (
            name is not None
            and name.kind == "person"
            and page.words[end - 1].islower()
            and page.low[end - 1][-2:] == "ed"
        ):
            end -= 1
        return first, end

    def head(self, core: Range) -> int:
        """The noun that a description is about: its last word, or the one before "of"."""
        page, (first, stop) = self.page, core
        of = next((k for k in range(first + 1, stop) if page.low[k] == "of"), stop)
        head = of - 1
        while head > first and not page.is_word(head):
            head -= 1
        return head

    def named(self, source: Range, core: Range) -> Mention | None:
        """The name that heads a source: at the end of its core, or in apposition to a role ("a lawyer, Ann Lee,")."""
        page, at = self.page, self.names.at
        first, stop = core
        last = stop - 1
        if page.low[last] in ("'s", "'") and last > first:
            last -= 1
        of = next((k for k in range(first + 1, last + 1) if page.low[k] == "of" and not self._inside(k)), None)
        # "Joel Pollak of the Times": the name before "of"; "the head of the Times": nobody's name
        found = at.get(last)
        if of is not None and not (found is not None and self._behind_office(of, found)):
            found = at.get(of - 1)
        if found is not None and found.kind != "person" and self._is_description(found, first, last):
            found = None
        if found is not None:
            return found
        if page.low[last] in words.DOCUMENTS:
            return self._document(source, first, last)
        if stop < source[1] and page.words[stop] == "," and page.low[last] in words.ROLES | {"of"} | words.SPOKES:
            for k in range(stop + 1, min(source[1], stop + 8)):
                if k in at and at[k].kind in ("person", "other"):
                    return at[k]
        return None

    def _behind_office(self, of: int, found: Mention) -> bool:
        """ "former secretary of state Ann Lee": the name stands behind an office, not behind "of"."""
        low = self.page.low
        between = [low[k] for k in range(of + 1, found.first) if low[k] != "the"]
        return found.kind == "person" and low[of - 1] in words.TITLES | words.ROLES and 1 <= len(between) <= 4

    def several(self, core: Range) -> list[Mention]:
        """The names of a source that are joined by "and": two people, or two bodies."""
        page, at, (first, stop) = self.page, self.names.at, core
        out: list[Mention] = []
        for k in range(first, stop):
            found = at.get(k)
            if found is not None and found not in out and found.kind in ("person", "organization"):
                between = page.low[out[-1].stop : found.first] if out else ["and"]
                if "and" not in between and "&" not in between and "," not in between:
                    return []
                if len(between) > 4:
                    return []
                out.append(found)
        whole = any(page.low[k] == "and" and k not in at for k in range(first, stop))
        same = len({id(self.names.entity_of[m.first]) for m in out}) < len(out)
        home = (
            all(
                page.low[k] in ("of", "from", "'s") or k in at or not page.is_word(k) for k in range(out[-1].stop, stop)
            )
            if out
            else False
        )
        return out if len(out) > 1 and whole and not same and home else []

    def _inside(self, token: int) -> bool:
        """Whether a token stands inside a name and does not begin it."""
        found = self.names.at.get(token)
        return found is not None and found.first < token

    def _is_description(self, found: Mention, first: int, last: int) -> bool:
        """ "The Ohio Republican", "the Times report": capitals, and yet no name."""
        noun = self.page.low[last]
        if noun in words.DOCUMENTS | words.PEOPLE and found.kind != "organization":
            return True
        return noun in words.ROLES and (found.first > first or found.kind == "other")

    def _document(self, source: Range, first: int, last: int) -> Mention | None:
        """Whose a document is, as far as its own words say: "Kelm's letter", "a letter from Kelm to the board"."""
        page, at = self.page, self.names.at
        by = next((k for k in range(last + 1, source[1]) if page.low[k] in ("by", "from")), None)
        if by is not None:
            begin = by + 1
            while begin < source[1] and begin not in at and page.words[begin] not in _BREAKS:
                begin += 1
            # "from the bank's Ann Lee": the person, if one follows
            names = [
                at[k] for k in range(begin, min(source[1], begin + 8)) if k in at and "to" not in page.low[begin:k]
            ]
            return next((m for m in names if m.kind == "person"), names[0] if names else None)
        return next((at[k] for k in range(last, first - 1, -1) if k in at and at[k].kind != "place"), None)

    def issuer(self, noun: str, at: int) -> Mention | None:
        """Who issued "the statement" at token `at`, when a sentence just before tells of one and who it is from."""
        page, names = self.page, self.names.at
        for k in range(at - 1, max(-1, at - _FURTHEST), -1):
            if page.low[k].removesuffix("s") != noun.removesuffix("s") or page.stretch[k] >= 0:
                continue
            # "a statement from Kelm", "Kelm's statement", else whoever is named first in that sentence
            if k + 1 < at and page.low[k + 1] in _ISSUES:
                behind = next((names[t] for t in range(k + 2, min(at, k + 8)) if t in names), None)
                if behind is not None:
                    return behind
            begin = max(k - _FURTHEST, page.sentence_bounds[page.sentence[k]][0])
            named = [names[t] for t in range(begin, k) if t in names and page.stretch[t] < 0]
            owner = next((m for m in reversed(named) if m.stop < k and page.low[m.stop] in ("'s", "'")), None)
            if owner is not None and k - owner.stop <= 4:
                return owner
            # "In a statement, the ministry's ..."
            named += [names[t] for t in range(k, at) if t in names and page.sentence[t] == page.sentence[k]]
            return next((m for m in named if m.kind in ("person", "organization") and not m.quoted), None)
        return None

    def body_of(self, first: int, stop: int) -> Mention | None:
        """The body that a spokesperson speaks for: "a spokesman for the ministry", "a Pentagon spokeswoman".

        None where it is a person: "a spokesman for Kelm" stays without a name.
        """
        inside = [self.names.at[k] for k in range(first, stop) if k in self.names.at]
        if any(m.kind == "person" for m in inside):
            return None
        return next((m for m in inside if m.kind != "place"), None)

    def spoken_for(self, first: int, stop: int) -> int | None:
        """The noun of the body that a spokesperson speaks for, when it has no name there: "a company spokesman"."""
        page = self.page
        return next((k for k in range(first, stop) if page.low[k] in words.BODIES and page.words[k].islower()), None)

    def people_before(self, at: int) -> Range | None:
        """The people without a name whom a clause with "who" at token `at` is about: "[three drivers] who …"."""
        page, begin = self.page, self.page.sentence_bounds[self.page.sentence[at]][0]
        noun = at - 1
        home = self.names.at.get(noun)
        if home is not None and home.kind == "place" and page.low[home.first - 1] in ("in", "from", "of"):
            noun = home.first - 2
        if noun < begin or phrases.bounded(page, noun) or noun in self.names.at:
            return None
        if page.low[noun] not in words.PEOPLE and not words.is_plural(page.low[noun]):
            return None
        first = next((t for t in range(noun, max(begin, noun - 4) - 1, -1) if page.low[t] in phrases.DETERMINERS), noun)
        return (first, at) if page.stretch[first] == page.stretch[at] else (noun, at)

    def phrase(self, core: Range, end: int, longest: int) -> str:
        """The description as its speaker's name: as long as it holds together; nothing when it runs on."""
        page, (first, at) = self.page, core
        while at < end and page.words[at] not in {",", "(", ";", ":", "—"} and page.low[at] not in phrases.RELATIVE:
            at += 1
        if at - first > longest:
            at = core[1]
        return page.phrase(first, at) if at - first <= 2 * longest else ""
