"""The names that the network read, mended: cut-off names made whole, titles set apart, page furniture left out."""

from index.extract import phrases, words
from index.extract.mentions import Finder, Mention
from index.extract.reading import NameRun, Reading
from index.extract.tokens import Page

_MOST_GROWN = 4
"""Tokens by which a name may grow to either side."""
_MOST_TITLES = 6
_SURE = 0.5
"""Below this mean probability a run counts only where capitals see a name too."""


def read_mentions(page: Page, reading: Reading) -> list[Mention]:
    """The names of a page, in order and disjoint, as a reading has them."""
    return _Mender(page, reading).mentions()


class _Mender:
    def __init__(self, page: Page, reading: Reading) -> None:
        self.page = page
        self.finder = Finder(page)
        self.by_rule = self.finder.find()
        self.runs = sorted((r for r in reading.names if r.stop > r.first), key=lambda r: (r.first, -r.stop))
        self.run_at = {t: r for r in self.runs for t in range(r.first, r.stop)}
        self.rule_at = {t: m for m in self.by_rule for t in range(m.first, m.stop)}
        self.sources = {t for made in reading.attributions if made.source for t in range(*made.source)}

    def mentions(self) -> list[Mention]:
        """Those of the runs, then those that capitals alone see where somebody speaks or bears a title."""
        out: list[Mention] = []
        for run in self.runs:
            for piece in self._pieces(run):
                made = self._mention(piece)
                if made is not None and made.first < (out[-1].stop if out else 0) <= piece.first:
                    # capitals see one long name where the run has two: "[United Port Workers] [Ann Lee]"
                    made = self._person(piece) if piece.kind == "person" else None
                if made is not None and made.first >= (out[-1].stop if out else 0):
                    out.append(made)
        people = {t for m in out if m.kind == "person" for t in range(m.first, m.stop)}
        taken = {t for m in out for t in range(m.first, m.stop)}
        spoken = [m for m in self.by_rule if self._is_spoken(m, people, taken)]
        instead = {t for m in spoken for t in range(m.first, m.stop)}
        kept = [m for m in out if not any(t in instead for t in range(m.first, m.stop))]
        return self._without_headlines(sorted([*kept, *spoken], key=lambda m: m.first))

    def _is_spoken(self, m: Mention, people: set[int], taken: set[int]) -> bool:
        """Whether a name that capitals alone see counts: a titled person's, or a source's where no run is."""
        tokens = range(m.first, m.stop)
        if any(t in people for t in tokens) or self.page.paragraph[m.first] in self.finder.headlines:
            return False
        if m.kind == "person" and m.titles and len(m.core) > 1:
            return True
        return not any(t in taken for t in tokens) and all(t in self.sources for t in tokens)

    def _pieces(self, run: NameRun) -> list[NameRun]:
        """A run without marks at its ends; a person's is cut behind a possessive: "[Ann Lee]'s [Kelm]"."""
        page, out, first = self.page, [], run.first
        for t in range(run.first, run.stop + 1):
            ends = t == run.stop or (run.kind == "person" and page.low[t] in ("'s", "'") and t > first)
            if not ends:
                continue
            a, b = first, t
            while a < b and not page.is_word(a):
                a += 1
            while b > a and not page.is_word(b - 1) and page.words[b - 1] != ".":
                b -= 1
            if b > a and any(page.words[k][0].isupper() or page.words[k][0].isdigit() for k in range(a, b)):
                out.append(NameRun(a, b, run.kind, run.certainty))
            first = t + 1
        return out

    def _mention(self, run: NameRun) -> Mention | None:
        page, rule = self.page, self.rule_at.get(run.stop - 1)
        if run.certainty < _SURE and rule is None:
            return None
        if self._is_furniture(run):
            return None
        whole = self.rule_at.get(run.first)
        if whole is not None and self._knows_better(whole, run):
            return whole
        if run.kind == "person":
            return self._person(run)
        first, stop = run.first, run.stop
        if rule is not None and rule.kind == run.kind == "organization" and rule.stop <= stop + _MOST_GROWN:
            leads = not self.finder.begins(rule.first) or page.low[rule.first] in words.PLACES
            first = rule.first if rule.first < first and leads else first
            stop = max(stop, rule.stop)
        surface = page.phrase(first, stop).removeprefix("the ").removeprefix("The ")
        low = page.low[first]
        if stop - first == 1 and (low in words.NOT_NAMES or low in phrases.PRONOUNS or page.words[first].islower()):
            return None
        return Mention(first, stop, run.kind, tuple(surface.split()), surface=surface, quoted=page.stretch[first] >= 0)

    def _knows_better(self, rule: Mention, run: NameRun) -> bool:
        """Whether capitals see a person in full, by given name or title, where the run is cut or no person's."""
        if (
            rule.kind != "person"
            or not 2 <= len(rule.core) <= 4
            or self.page.paragraph[run.first] in self.finder.headlines
        ):
            return False
        given = self.finder.given.gender.get(rule.core[0].lower()) is not None
        if not (given or rule.titles) or any(w.lower() in words.BODIES for w in rule.core):
            return False
        if run.kind == "person":
            return rule.first <= run.first and run.stop <= rule.stop
        # "Chad Sweet", "Jeb Bush of Florida" taken for a body
        return given and run.kind == "organization" and rule.stop <= run.stop

    def _person(self, run: NameRun) -> Mention | None:
        page = self.page
        first, stop = self._grown(run)
        begin = self._behind_titles(first)
        tokens = [t for t in range(first, stop) if page.is_word(t)]
        while len(tokens) > 1 and page.low[tokens[0]] in words.TITLES - words.NAMELIKE_TITLES:
            tokens = tokens[1:]
        if not tokens or all(page.low[t] in words.TITLES | words.ROLES | words.NOT_NAMES for t in tokens):
            return None
        begin, first = min(begin, first), tokens[0]
        titles = tuple(page.low[t] for t in range(begin, first) if page.low[t] in words.TITLES)
        alias = self._alias(first, stop)
        core = [page.words[t] for t in tokens if t != alias]
        made = self.finder.person(begin, stop, core, titles)
        made.alias = page.words[alias] if alias is not None else ""
        return made if made.core else None

    def _alias(self, first: int, stop: int) -> int | None:
        page = self.page
        marks = '“"‘(”’)'
        return next(
            (
                t
                for t in range(first + 1, stop - 1)
                if page.words[t - 1] in marks and page.words[t + 1] in marks and page.is_word(t)
            ),
            None,
        )

    def _grown(self, run: NameRun) -> tuple[int, int]:
        """A person's name with what was cut off: suffix, initials, a nickname in marks, the rest of the capitals."""
        page, first, stop = self.page, run.first, run.stop
        rule = self.rule_at.get(run.first)
        whole = rule is not None and rule.kind == "person"
        grown = 0
        while stop < len(page) and page.paragraph[stop] == page.paragraph[first] and grown < _MOST_GROWN:
            step = self._step(first, stop, whole and rule is not None and stop < rule.stop)
            if not step:
                break
            stop, grown = stop + step, grown + step
        while first and grown < _MOST_GROWN and self._leads(first - 1, first):
            first, grown = first - 1, grown + 1
        return first, stop

    def _step(self, first: int, at: int, ruled: bool) -> int:
        """How many tokens a person's name grows by at `at`."""
        page = self.page
        low = page.low[at]
        if low in words.SUFFIXES and page.words[at] != "ii":
            return 1
        if page.words[at] == "," and at + 1 < len(page) and page.low[at + 1] in ("jr", "jr.", "sr", "sr."):
            return 2
        following = self.run_at.get(at)
        if following is not None and following.kind == "person" and following.first == at and at - first == 1:
            return following.stop - at
        if at + 3 < len(page) and page.words[at] in '“"‘(' and page.words[at + 2] in '”"’)':
            behind = self.run_at.get(at + 3)
            if behind is not None and behind.kind == "person":
                return behind.stop - at
        return int(ruled and following is None and page.is_word(at))

    def _leads(self, at: int, first: int) -> bool:
        """Whether the capital at `at` is the given name or initial of the name that begins at `first`."""
        page = self.page
        if at in self.run_at or page.paragraph[at] != page.paragraph[first] or page.stretch[at] != page.stretch[first]:
            return False
        word = page.words[at]
        if not word[0].isupper() or page.low[at] in words.TITLES | words.NOT_NAMES | phrases.PRONOUNS:
            return False
        initial = len(word.rstrip(".")) == 1 and word != "I" and word != "A"
        given = self.finder.given.gender.get(page.low[at]) is not None and not self.finder.begins(at)
        return initial or given

    def _behind_titles(self, first: int) -> int:
        """Where the titles in front of a name begin: "[Secretary of State] John Kelm"."""
        page, begin, at = self.page, first, first - 1
        while at >= 0 and first - at <= _MOST_TITLES and page.paragraph[at] == page.paragraph[first]:
            if page.low[at] in words.TITLES and page.stretch[at] == page.stretch[first]:
                begin = at
            elif page.low[at] not in ("of", "the", "state", "defense", "defence", "treasury", "house", "senate"):
                break
            at -= 1
        return begin

    def _is_furniture(self, run: NameRun) -> bool:
        """A paragraph of its own of a few words, none of which stands in a name elsewhere: "Hide Caption"."""
        page = self.page
        if run.first and page.paragraph[run.first - 1] == page.paragraph[run.first]:
            return False
        if run.stop < len(page) and page.paragraph[run.stop] == page.paragraph[run.first]:
            return False
        last = page.low[run.stop - 1]
        return run.stop - run.first <= 4 and last in words.NOT_NAMES

    def _without_headlines(self, every: list[Mention]) -> list[Mention]:
        """In a headline's capitals a name counts that stands in the text too, and only as far as it does there."""
        page = self.page
        known = {m.core[-1].lower() for m in every if page.paragraph[m.first] not in self.finder.headlines}
        return [
            m
            for m in every
            if page.paragraph[m.first] not in self.finder.headlines
            or (m.core[-1].lower() in known and len(m.core) <= 3)
        ]
