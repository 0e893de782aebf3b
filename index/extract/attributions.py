"""Who the text says said what: rules that tie quoted stretches and clauses to a cue and a source.

One sentence (of the text around quotations) at a time, its cues from left to right; then what is quoted and still
nobody's. Content is kept as token ranges; `pattern` names the rule, so that confidence can be measured by rule.
"""

from dataclasses import dataclass, field

from index.extract import phrases, words
from index.extract.cues import NOUN_LIKE, Cue, find_cues
from index.extract.marks import Stretch, inner_words
from index.extract.phrases import Range
from index.extract.tokens import Page
from index.records import Kind

SHOUTS = frozenset("shouts chants cries calls chant cry shout chanting shouting shouted chanted yells screams".split())
_NO_BARE_CLAUSE = frozenset(
    "began begins begin beginning know knows knew knowing consider considers considered considering want wants wanted "
    "prefer prefers preferred understand understands understood rules rule ruled states felt feel feels post posted posts "
    "texts text texted denied deny denies answered answering remarks comments swear swore repeat repeated".split()
)
_OPEN_CLAUSE = frozenset("say says said think thinks thought believe believes believed".split())
_TITLE_BEFORE = frozenset(
    """book film movie song album novel show series article essay column play titled entitled called named headlined
    memoir documentary poem single bestseller program segment sitcom hit podcast""".split()
)


@dataclass(slots=True)
class Attribution:
    """An attribution in tokens of a page."""

    content: list[Range]
    cue: Range | None
    source: Range | None
    pattern: str
    kind: Kind = "indirect"
    nobody: bool = False
    """The cue is there and says that its source is not given ("was asked", "shouts of")."""
    addressed: Range | None = None
    """Who was asked, where the question is the content: likely the next one to speak."""
    follows: "Attribution | None" = None
    """The attribution that this one goes on from, where it has no source of its own."""

    @property
    def last(self) -> int:
        """The attribution's last content token."""
        return self.content[-1][1] - 1


@dataclass(slots=True)
class _Sentence:
    first: int
    stop: int
    cues: list[Cue]
    stretches: list[int]
    made: list[Attribution] = field(default_factory=list)


def find_attributions(page: Page) -> list[Attribution]:
    """The attributions of a page in the order of the text."""
    return _Finder(page).run()


class _Finder:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.claimed: dict[int, Attribution] = {}
        self.out: list[Attribution] = []
        self.passing: set[int] = set()
        self.words = [
            0 if _is_markup(page, s) else sum(1 for _ in inner_words(page.article_text, s)) for s in page.stretches
        ]

    def run(self) -> list[Attribution]:
        for sentence in self._sentences():
            sentence.made = []
            self._labels(sentence)
            for at, cue in enumerate(sentence.cues):
                made = self._by_cue(sentence, at, cue)
                if made:
                    self._add(sentence, made)
            self._leftovers(sentence)
        self.out = [a for a in self.out if a.content]
        for a in self.out:
            a.content = _merged(a.content)
            a.kind = self._kind(a)
        return sorted(self.out, key=lambda a: a.content[0])

    def _sentences(self) -> list[_Sentence]:
        page = self.page
        cues, at, out, number = find_cues(page), 0, [], 0
        for first, stop in page.sentence_bounds:
            mine: list[Cue] = []
            while at < len(cues) and cues[at].first < stop:
                if cues[at].first >= first and self._is_verb(cues[at], first):
                    mine.append(cues[at])
                at += 1
            quoted: list[int] = []
            while number < len(page.inside) and page.inside[number][0] < stop:
                if self._named_in_passing(number):
                    self.passing.add(number)
                else:
                    quoted.append(number)
                number += 1
            if stop <= first:
                continue
            if out and self._belongs_to_quote(out[-1], first, stop, mine):
                last = out[-1]
                out[-1] = _Sentence(last.first, stop, last.cues + mine, last.stretches + quoted)
            else:
                out.append(_Sentence(first, stop, mine, quoted))
        return out

    def _belongs_to_quote(self, last: _Sentence, first: int, stop: int, cues: list[Cue]) -> bool:
        """Whether "Smith said." begins after a quotation that asks or exclaims: “Why?” Smith said."""
        page = self.page
        if not cues or last.stop != first or page.stretch[first - 1] < 0 or page.stretch[first] >= 0:
            return False
        cue = cues[0]
        if page.paragraph[first - 1] != page.paragraph[first] or cue.manner not in ("say", "tell") or cue.form == "ing":
            return False
        subject = phrases.subject_before(page, phrases.skip_back(page, cue.first, first)[0], first)
        if subject is None or subject[0] != first:
            return False
        after = page.low[cue.stop] if cue.stop < stop else "."
        if page.article_text[page.end[first - 1] - 2] == ".":
            return after in {".", ","}
        direct = after in {".", ",", "—"} or after in phrases.PREPOSITIONS | {"when", "while", "where", "the"}
        return (
            direct or cue.manner == "tell" or cue.stop < stop and phrases.is_day(page, cue.stop) or after.endswith("ly")
        )

    def _is_verb(self, cue: Cue, low: int) -> bool:
        """Whether a form that may be a noun or an adjective stands where a verb stands."""
        page, at = self.page, cue.first
        before = page.low[at - 1] if at > low else ""
        if cue.manner == "according" or cue.text == "'s words":
            return True
        if before == "to" or before in ("let", "let's"):
            return at + 1 < len(page) and page.stretch[at + 1] >= 0 and cue.manner != "act"
        if cue.form == "s" and before in phrases.DETERMINERS:
            return False
        if cue.form == "past" and at == low and cue.manner in ("say", "tell", "act", "name"):
            return False
        if cue.text in NOUN_LIKE and cue.form in ("s", "base") and not self._said_by_name(cue, low):
            return False
        if cue.text in NOUN_LIKE or cue.form == "base" or cue.form == "past" and cue.manner in ("act", "name"):
            if before in phrases.DETERMINERS | {"'s", "'", "new", "of"} and cue.form != "past":
                return False
            if at > low and phrases.is_capital(page, at) and cue.form != "past":
                return False
            if cue.form in ("base", "s", "ing") and before in phrases.PREPOSITIONS and cue.form != "ing":
                return False
        if cue.form == "base":
            subject = phrases.subject_before(page, phrases.skip_back(page, at, low)[0], low)
            return subject is not None and self._plural(subject)
        return True

    def _said_by_name(self, cue: Cue, low: int) -> bool:
        """Whether a form that is as often a noun has a subject and an object that only a verb has."""
        page, at = self.page, phrases.skip_back(self.page, cue.first, low)[0]
        after = page.low[cue.stop] if cue.stop < len(page) else ""
        says = after in {"that", ":"} or cue.stop < len(page) and page.stretch[cue.stop] >= 0
        if at <= low:
            return False
        return (
            page.low[at - 1] in phrases.PRONOUNS
            or (phrases.is_capital(page, at - 1) or says)
            and page.words[at - 1] != ","
        )

    def _plural(self, subject: Range) -> bool:
        page, last = self.page, subject[1] - 1
        if page.low[last] in {"they", "we", "i", "you", "who", "people", "many", "some", "others", "most", "critics"}:
            return True
        between = page.low[subject[1]] if subject[1] < len(page) else ""
        if between in phrases.AUXILIARY and between not in {"also", "now", "still"}:
            return True
        return page.low[last].endswith("s") and not page.low[last].endswith("ss") and not phrases.is_capital(page, last)

    def _add(self, sentence: _Sentence, made: Attribution) -> None:
        made.content = self._snapped(made.content)
        if not made.content:
            return
        for first, stop in made.content:
            for k in {self.page.stretch[t] for t in range(first, stop)} - {-1}:
                self.claimed.setdefault(k, made)
        sentence.made.append(made)
        self.out.append(made)

    def _snapped(self, content: list[Range]) -> list[Range]:
        """Never half a quoted stretch, and no punctuation at the ends."""
        page, out = self.page, []
        for first, stop in content:
            if stop > first and page.stretch[first] >= 0:
                first = page.inside[page.stretch[first]][0]
            if stop > first and page.stretch[stop - 1] >= 0:
                stop = page.inside[page.stretch[stop - 1]][1]
            while (
                stop > first
                and page.stretch[stop - 1] < 0
                and page.words[stop - 1] in {",", ".", ":", ";", "—", "–", "-", "--"}
            ):
                stop -= 1
            while (
                stop > first
                and page.stretch[first] < 0
                and page.words[first] in {",", ".", ":", ";", "—", "–", "-", "--"}
            ):
                first += 1
            if stop > first and any(page.is_word(t) for t in range(first, stop)):
                out.append((first, stop))
        return out

    def _kind(self, made: Attribution) -> Kind:
        page = self.page
        tokens = [t for first, stop in made.content for t in range(first, stop)]
        inside = sum(page.stretch[t] >= 0 for t in tokens if page.is_word(t))
        if not inside:
            return "indirect"
        words = sum(page.is_word(t) for t in tokens)
        return "direct" if inside == words and made.pattern not in ("fragment", "named", "clause") else "mixed"

    # --- cues

    def _by_cue(self, sentence: _Sentence, at: int, cue: Cue) -> Attribution | None:
        page = self.page
        if cue.manner == "according":
            return self._according(sentence, cue)
        low = max([sentence.first, *(c.stop for c in sentence.cues[:at] if c.form != "ing")])
        verb, passive = phrases.skip_back(page, cue.first, low)
        passive = passive and cue.form == "past" and cue.manner in ("say", "tell", "name", "act")
        participle = (
            cue.form == "ing"
            and verb == cue.first
            and not (verb > low and phrases.is_capital(page, verb - 1) and self._says_something(cue, sentence.stop))
        )
        subject = None if participle else phrases.subject_before(page, verb, low)
        if subject and page.low[subject[0]] in phrases.RELATIVE:
            subject = self._antecedent(subject[0], sentence.first) or subject
        if subject is None and not passive:
            inverted = self._inverted(sentence, cue)
            if inverted:
                return inverted
        start = subject[0] if subject else verb
        if passive:
            source = self._agent(cue, sentence.stop)
            made = self._after_cue(sentence, at, cue, source, nobody=source is None)
            if made is not None and cue.text == "asked":
                made.addressed = subject
            return made
        if subject is None:
            before = page.words[verb - 1].lower() if verb > sentence.first else ""
            if cue.form == "past" and before not in phrases.CONJUNCTIONS | {",", "who", "which", "that", ")"}:
                return None
            if cue.form == "ing" and self._opens_sentence(sentence, cue):
                return self._participle(sentence, at, cue)
            subject = self._inherited(sentence, cue)
        behind = self._quoted_before(sentence, start)
        if (
            behind is not None
            and cue.manner in ("say", "tell", "think", "show")
            and not self._clause_follows(cue, sentence)
        ):
            return self._after_quote(sentence, cue, subject, behind)
        made = self._after_cue(sentence, at, cue, subject)
        if made is None and cue.manner in ("say", "think") and subject is not None:
            made = self._trailing(sentence, cue, subject, low)
        return made

    def _opens_sentence(self, sentence: _Sentence, cue: Cue) -> bool:
        words = [self.page.low[t] for t in range(sentence.first, cue.first) if self.page.is_word(t)]
        return all(w in {"while", "when", "after", "before", "by", "in", "and", "but", "also", "then"} for w in words)

    def _participle(self, sentence: _Sentence, at: int, cue: Cue) -> Attribution | None:
        """Promising that …, Smith said: the subject comes after the comma."""
        page = self.page
        for nxt in sentence.cues[at + 1 :]:
            verb, _ = phrases.skip_back(page, nxt.first, cue.stop)
            subject = phrases.subject_before(page, verb, cue.stop)
            if subject and subject[0] > cue.stop and page.words[subject[0] - 1] == ",":
                return self._after_cue(sentence, at, cue, subject, high=subject[0] - 1)
        return None

    def _says_something(self, cue: Cue, stop: int) -> bool:
        page, at = self.page, cue.stop
        return at < stop and (page.low[at] in {"that", ":", ","} or page.stretch[at] >= 0)

    def _antecedent(self, at: int, low: int) -> Range | None:
        """The phrase that a relative pronoun takes up."""
        page = self.page
        stop = at - 1 if at > low and page.words[at - 1] == "," else at
        return phrases.subject_before(page, stop, low) if stop > low else None

    def _agent(self, cue: Cue, high: int) -> Range | None:
        page = self.page
        for k in range(cue.stop, min(high, cue.stop + 3)):
            if page.low[k] == "by" and page.stretch[k] < 0:
                return phrases.subject_after(page, k + 1, high)
        return None

    def _inherited(self, sentence: _Sentence, cue: Cue) -> Range | None:
        """The subject of a participle or of the second of two verbs."""
        for made in reversed(sentence.made):
            if made.source and made.source[0] < cue.first and not made.nobody:
                return made.source
        return phrases.main_subject(self.page, sentence.first, cue.first)

    def _inverted(self, sentence: _Sentence, cue: Cue) -> Attribution | None:
        """ "…," said Smith: also after a clause without marks."""
        page, at = self.page, cue.first
        if at == 0 or cue.manner not in ("say", "tell") or cue.form not in ("past", "s"):
            return None
        behind = self._quoted_before(sentence, at)
        if behind is None and not (at > sentence.first and page.words[at - 1] == ","):
            return None
        source = phrases.subject_after(page, cue.stop, sentence.stop)
        if source is None:
            return None
        if behind is not None:
            return self._after_quote(sentence, cue, source, behind)
        if not (phrases.is_capital(page, source[0]) or page.low[source[0]] in phrases.DETERMINERS):
            return None
        first = self._clause_start(sentence, at)
        return Attribution([(first, at)], (cue.first, cue.stop), source, "trailing") if at - first > 3 else None

    def _quoted_before(self, sentence: _Sentence, start: int) -> int | None:
        """The stretch that ends where the source and cue begin; in the sentence before, where it asks or exclaims."""
        page, at = self.page, start - 1
        while at >= 0 and page.stretch[at] < 0 and page.words[at] in {",", "—", "–", "--", "-", ".", "?", "!"}:
            at -= 1
        if at < 0 or page.stretch[at] < 0:
            return None
        number = page.stretch[at]
        if number in self.claimed or number not in sentence.stretches and at >= sentence.first:
            return None
        if at >= sentence.first:
            return number
        ends_openly = page.article_text[page.stretches[number].end - 2] in "?!…,—-"
        near = page.paragraph[at] == page.paragraph[start] if start < len(page) else False
        return number if near and ends_openly and start <= sentence.first else None

    def _clause_follows(self, cue: Cue, sentence: _Sentence) -> bool:
        """Whether what is said stands after the cue, so that a quotation in front is not its content."""
        page, at = self.page, cue.stop
        if at >= sentence.stop:
            return False
        if page.low[at] == "that" and page.stretch[at] < 0:
            return True
        if page.stretch[at] >= 0 or page.words[at] == ":":
            return page.words[at] == ":" or page.words[at - 1] != ","
        return cue.text in _OPEN_CLAUSE and page.low[at] in phrases.PRONOUNS | {"there"}

    def _after_quote(self, sentence: _Sentence, cue: Cue, source: Range | None, number: int) -> Attribution:
        """“…,” Smith said[, “…”]"""
        page = self.page
        first, stop = page.inside[number]
        content, pattern = self._before_stretch(sentence, number), "quote-cue"
        resume = max(cue.stop, source[1] if source else 0)
        for nxt in sentence.stretches:
            a, b = page.inside[nxt]
            if a < resume or nxt in self.claimed:
                continue
            between = range(resume, a)
            if (
                len(between) <= 14
                and page.words[a - 1] in {",", ":", "—", "--", "–"} | {"that"}
                and not any(c.first in between for c in sentence.cues)
            ):
                content.append((a, b))
                resume = b
            else:
                break
        return Attribution(content, (cue.first, cue.stop), source, pattern)

    def _before_stretch(self, sentence: _Sentence, number: int) -> list[Range]:
        """A stretch with the words of its own clause in front of it, where it does not stand alone."""
        page = self.page
        first, stop = page.inside[number]
        before = [n for n in sentence.stretches if n < number and n not in self.claimed]
        start = max(
            [
                min(sentence.first, first),
                *(page.inside[n][1] for n in sentence.stretches if n in self.claimed and n < number),
            ]
        )
        start = max([start, *(a.content[-1][1] for a in sentence.made if a.content[-1][1] <= first)])
        start = max(
            [
                start,
                *(
                    c.stop
                    for c in sentence.cues
                    if c.stop <= first and c.manner != "according" and not c.form == "base"
                ),
            ]
        )
        words = [t for t in range(start, first) if page.stretch[t] < 0 and page.is_word(t)]
        if not words:
            return [(page.inside[before[0]][0] if before and page.inside[before[0]][0] >= start else first, stop)]
        if first > start and page.words[first - 1] in {":", ";"}:
            return [(first, stop)]
        return [(start, stop)]

    def _after_cue(
        self,
        sentence: _Sentence,
        at: int,
        cue: Cue,
        source: Range | None,
        *,
        nobody: bool = False,
        high: int | None = None,
    ) -> Attribution | None:
        """Smith said (that) …; Smith said: “…”; Smith dismissed “…” as …"""
        page = self.page
        if source is None and not nobody and not self._free_stretch_in(sentence, cue.stop, sentence.stop):
            return None
        limit = self._limit(sentence, at, cue) if high is None else high
        quoted = next(
            (
                page.inside[n][0]
                for n in sentence.stretches
                if n not in self.claimed and cue.stop <= page.inside[n][0] < limit
            ),
            None,
        )
        that = self._that(cue, limit)
        if that is not None and (quoted is None or that < quoted):
            return Attribution(
                [(that, limit)],
                (cue.first, cue.stop),
                source,
                "clause" if quoted is not None else "that",
                nobody=nobody,
            )
        if quoted is not None:
            return self._quoted_after(sentence, cue, source, quoted, limit, nobody)
        if source is None and not nobody:
            return None
        return self._bare(sentence, cue, source, limit, nobody)

    def _free_stretch_in(self, sentence: _Sentence, first: int, stop: int) -> bool:
        return any(first <= self.page.inside[n][0] < stop and n not in self.claimed for n in sentence.stretches)

    def _limit(self, sentence: _Sentence, at: int, cue: Cue) -> int:
        """Where the cue's content ends at the latest: its sentence, or the next verb of the same subject."""
        page = self.page
        for k in range(cue.stop, sentence.stop):
            if page.words[k] == ";" and page.stretch[k] < 0:
                return k
        for nxt in sentence.cues[at + 1 :]:
            if nxt.manner == "according":
                return nxt.first
            verb, _ = phrases.skip_back(page, nxt.first, cue.stop)
            before = page.low[verb - 1]
            if verb - 1 > cue.stop and page.words[verb - 1] == "," and nxt.form == "ing":
                return verb - 1
            inner = self._inner_start(nxt, verb, cue.stop)
            if inner is not None:
                return inner
            if (
                verb - 1 > cue.stop
                and before in ("and", "but")
                and nxt.form == cue.form
                and nxt.manner in ("say", "tell", "act", "name")
            ):
                return verb - 1
        return sentence.stop

    def _inner_start(self, nxt: Cue, verb: int, low: int) -> int | None:
        """Where the clause of a later cue begins, when that one has a subject and words in marks of its own."""
        page = self.page
        quoted = nxt.stop + (nxt.stop < len(page) and page.words[nxt.stop] in {",", ":"})
        if nxt.manner not in ("say", "tell") or quoted >= len(page) or page.stretch[quoted] < 0:
            return None
        subject = phrases.subject_before(page, verb, low)
        if subject is None or subject[0] <= low + 1 or page.low[subject[0]] in phrases.RELATIVE:
            return None
        start = subject[0]
        while start > low and (
            page.low[start - 1] in phrases.CONJUNCTIONS | {"when", "while", "as"} or page.words[start - 1] == ","
        ):
            start -= 1
        return start if low + 1 < start < subject[0] else None

    def _that(self, cue: Cue, limit: int) -> int | None:
        """The "that" (or "if", "how", "whether" …) that opens a cue's clause."""
        page = self.page
        far = 16 if cue.manner in ("say", "tell") else 3
        opening = (
            {"that", "whether", "how", "why", "if"}
            if cue.manner == "tell" or cue.text.startswith(("ask", "wonder"))
            else {"that"}
        )
        for k in range(cue.stop, min(limit, cue.stop + far)):
            if page.stretch[k] >= 0 or page.words[k] in {",", ":", ";"} and cue.manner != "say":
                return None
            if page.low[k] in opening:
                return k
        return None

    def _quoted_after(
        self, sentence: _Sentence, cue: Cue, source: Range | None, quoted: int, limit: int, nobody: bool
    ) -> Attribution | None:
        page = self.page
        number = page.stretch[quoted]
        stop = page.inside[number][1]
        if cue.manner == "name" and quoted == cue.stop and self._is_title(number):
            return None
        between = [t for t in range(cue.stop, quoted) if page.is_word(t)]
        mark = page.words[quoted - 1]
        alone = not between or mark in {":", ","} or cue.manner == "tell" and len(between) < 5
        if alone and cue.manner != "name":
            content = self._with_rest(number, limit)
            return Attribution(content, (cue.first, cue.stop), source, "cue-quote", nobody=nobody)
        if cue.manner in ("act", "name", "think", "show") and len(between) > 12:
            return None
        first = phrases_skip(page, cue.stop, quoted)
        end = limit if cue.manner != "name" else max(stop, min(limit, stop))
        pattern = "clause" if cue.manner in ("say", "tell", "think", "show") else "named"
        return Attribution([(first, end)], (cue.first, cue.stop), source, pattern, nobody=nobody)

    def _with_rest(self, number: int, limit: int) -> list[Range]:
        """A stretch, and what follows it in its clause when its own words do not end there."""
        page = self.page
        first, stop = page.inside[number]
        ended = page.article_text[page.stretches[number].end - 2] in ".?!,…"
        ended = ended or stop >= limit or page.words[stop] in {".", ",", ";", ":", "?", "!", ")", "—", "--", "–", "-"}
        if ended:
            while stop < limit and page.stretch[stop] >= 0 and page.stretch[stop] not in self.claimed:
                stop = page.inside[page.stretch[stop]][1]
            return [(first, stop)]
        return [(first, limit)]

    def _bare(
        self, sentence: _Sentence, cue: Cue, source: Range | None, limit: int, nobody: bool
    ) -> Attribution | None:
        """Smith said the plan was dead; nothing marks the clause."""
        page = self.page
        first = phrases_skip(page, cue.stop, limit)
        if limit - first < 2 or page.words[cue.stop] in {",", ".", ";", "—"}:
            return None
        if nobody:
            return (
                Attribution([(first, limit)], (cue.first, cue.stop), None, "bare", nobody=True)
                if cue.text in ("asked", "told")
                else None
            )
        if cue.manner in ("say", "think"):
            if cue.text not in _OPEN_CLAUSE and (cue.text in _NO_BARE_CLAUSE or not self._subject_at(first)):
                return None
            return Attribution([(first, limit)], (cue.first, cue.stop), source, "bare")
        if cue.manner == "tell":
            named = first
            while named < limit and phrases.is_capital(page, named):
                named += 1
            named = named if named > first else first + 1
            return Attribution([(named, limit)], (cue.first, cue.stop), source, "bare") if limit - named > 2 else None
        return None

    def _subject_at(self, at: int) -> bool:
        page = self.page
        return page.low[at] in phrases.PRONOUNS | phrases.DETERMINERS | {"there"} or phrases.is_capital(page, at)

    def _trailing(self, sentence: _Sentence, cue: Cue, source: Range, low: int) -> Attribution | None:
        """The plan was dead, Smith said on Tuesday."""
        page = self.page
        start = source[0]
        if start <= low or page.words[start - 1] != "," or page.stretch[start - 1] >= 0:
            return None
        if phrases_skip(page, cue.stop, sentence.stop) < sentence.stop - 1 and page.words[cue.stop] not in {",", "."}:
            return None
        first = self._clause_start(sentence, start)
        if start - first < 4:
            return None
        return Attribution([(first, start)], (cue.first, cue.stop), source, "trailing")

    def _clause_start(self, sentence: _Sentence, before: int) -> int:
        return max([sentence.first, *(a.content[-1][1] for a in sentence.made if a.content[-1][1] < before)])

    def _according(self, sentence: _Sentence, cue: Cue) -> Attribution | None:
        page = self.page
        source = phrases.subject_after(page, cue.stop, sentence.stop)
        if source is None:
            return None
        end = source[1]
        while (
            end < sentence.stop
            and page.stretch[end] < 0
            and page.words[end] not in {",", ".", ";", "—", "--"}
            and end - cue.stop < phrases.LONGEST
        ):
            end += 1
        source = (source[0], min(end, sentence.stop))
        start = self._clause_start(sentence, cue.first)
        if any(page.is_word(t) for t in range(start, cue.first)):
            content = (start, cue.first)
        elif end + 1 < sentence.stop:
            content = (end, sentence.stop)
        else:
            return None
        return Attribution([content], (cue.first, cue.stop), source, "according")

    # --- without a cue

    def _labels(self, sentence: _Sentence) -> None:
        """NAME: … at the head of a paragraph, as in transcripts; Q. and A. too."""
        page, first = self.page, sentence.first
        if first and page.paragraph[first - 1] == page.paragraph[first]:
            return
        colon = next(
            (k for k in range(first, min(first + 6, sentence.stop)) if page.words[k] == ":" and page.stretch[k] < 0),
            None,
        )
        if colon is None or colon == first:
            return
        words = [page.words[k] for k in range(first, colon) if page.is_word(k)]
        if not words or not all(w.replace(".", "").replace("'", "").replace("’", "").isupper() for w in words):
            return
        if len(words) == 1 and len(words[0]) < 2 and words[0] not in ("Q", "A"):
            return
        stop = colon + 1
        while stop < len(page) and page.paragraph[stop] == page.paragraph[first]:
            stop += 1
        if stop - colon < 3:
            return
        made = Attribution([(colon + 1, stop)], (colon, colon + 1), (first, colon), "label")
        sentence.cues = []
        self._add(sentence, made)

    def _leftovers(self, sentence: _Sentence) -> None:
        """The quoted stretches of a sentence that no cue has claimed."""
        for number in sentence.stretches:
            if number not in self.claimed:
                made = self._without_cue(sentence, number)
                if made:
                    self._add(sentence, made)

    def _without_cue(self, sentence: _Sentence, number: int) -> Attribution | None:
        page = self.page
        first, stop = page.inside[number]
        previous = self.out[-1] if self.out else None
        alone = not any(page.is_word(t) and page.stretch[t] < 0 for t in range(sentence.first, sentence.stop))
        if self._shouted(first, sentence.first):
            return Attribution([(first, stop)], (self._shout_at(first), first), None, "shouts", nobody=True)
        if self.words[number] < 2 or self.words[number] < 15 and self._is_title(number):
            return None
        if alone and self.words[number] < 5 and self._is_heading(number):
            return None
        if alone or first == sentence.first:
            signed = self._signed(stop)
            if signed:
                return Attribution([(first, stop)], None, signed, "signed")
            if not alone and page.article_text[page.stretches[number].end - 2] == ",":
                source = phrases.subject_after(page, stop, sentence.stop)
                return Attribution([(first, stop)], None, source, "opened")
            if previous and self._goes_on(previous, first):
                return self._continued(previous, number)
        opening = first > sentence.first and page.words[first - 1] in {":", ","} or first == sentence.first
        if self.words[number] < 4 and not opening and not any(made.cue for made in sentence.made):
            return None
        source = self._inherited_for(sentence, first)
        if alone:
            source = self._announced(first)
            return Attribution([(first, stop)], None, source, "alone", follows=None if source else previous)
        return Attribution(
            [(first, stop)], None, source, "opened" if opening else "fragment", follows=None if source else previous
        )

    def _inherited_for(self, sentence: _Sentence, first: int) -> Range | None:
        for made in reversed(sentence.made):
            if made.source and made.source[0] < first:
                return made.source
        return self._speaking(phrases.main_subject(self.page, sentence.first, first))

    def _speaking(self, found: Range | None) -> Range | None:
        """A phrase that was only guessed, when its last word may be somebody who speaks."""
        if found is None:
            return None
        page, word = self.page, self.page.low[found[1] - 1]
        speaks = word in {"he", "she", "they"} | words.ROLES | words.PEOPLE | words.BODIES | words.SPOKES
        capital = phrases.is_capital(page, found[1] - 1) and word not in phrases.DETERMINERS | phrases.AUXILIARY
        return found if speaks or capital or page.words[found[1] - 1] in ")]" else None

    def _announced(self, first: int) -> Range | None:
        """The subject of the sentence right before, when that one ends in a colon or stands in the same paragraph."""
        page = self.page
        if not first or page.stretch[first - 1] >= 0:
            return None
        if page.words[first - 1] == ":" or page.paragraph[first - 1] == page.paragraph[first]:
            begin = page.sentence_bounds[page.sentence[first - 1]][0]
            return self._speaking(phrases.main_subject(page, begin, first - 1))
        return None

    def _goes_on(self, previous: Attribution, first: int) -> bool:
        """Whether a stretch at token `first` may be the rest of what `previous` reports: nothing but that one's own
        sentence lies between, in this paragraph or the one before."""
        page = self.page
        if page.paragraph[first] - page.paragraph[previous.last] > 1:
            return False
        ends = max(previous.last, previous.cue[1] - 1 if previous.cue else 0)
        return first == 0 or page.sentence[first - 1] == page.sentence[ends]

    def _continued(self, previous: Attribution, number: int) -> Attribution | None:
        page = self.page
        piece = page.inside[number]
        same = page.paragraph[piece[0]] == page.paragraph[previous.last]
        quoted = page.stretch[previous.last] >= 0
        if same and quoted and previous.pattern in ("quote-cue", "cue-quote", "alone", "opened", "continued"):
            previous.content.append(piece)
            self.claimed[number] = previous
            return None
        return Attribution(
            [piece], previous.cue, previous.source, "continued", follows=previous, nobody=previous.nobody
        )

    def _signed(self, stop: int) -> Range | None:
        """“…” — Ann Lee, 25, of Leeds"""
        page = self.page
        if stop + 1 >= len(page) or page.words[stop] not in {"—", "–", "―", "-", "--", "~"}:
            return None
        if not phrases.is_capital(page, stop + 1) or page.stretch[stop + 1] >= 0:
            return None
        end = stop + 1
        while (
            end < len(page)
            and page.paragraph[end] == page.paragraph[stop + 1]
            and phrases.is_capital(page, end)
            and page.stretch[end] < 0
        ):
            end += 1
        return stop + 1, end

    def _shout_at(self, first: int) -> int:
        page, at = self.page, first
        while at > 0 and page.low[at] not in SHOUTS:
            at -= 1
        return at

    def _shouted(self, first: int, low: int) -> bool:
        """amid shouts of “…” and “…”"""
        page = self.page
        if first - low >= 2 and page.low[first - 1] == "of" and page.low[first - 2] in SHOUTS:
            return True
        before = page.stretch[first - 2] if first - low >= 2 and page.low[first - 1] in ("and", ",") else -1
        return before in self.claimed and self.claimed[before].pattern == "shouts"

    def _is_title(self, number: int) -> bool:
        """Whether a stretch is a title's: every word of weight has a capital, none of them shouts."""
        page = self.page
        first, stop = page.inside[number]
        inside = [t for t in range(first, stop) if page.is_word(t)]
        if first and page.low[first - 1] in _TITLE_BEFORE and len(inside) < 12:
            return True
        small = phrases.DETERMINERS | phrases.PREPOSITIONS | phrases.CONJUNCTIONS
        weighty = [t for t in inside if page.low[t] not in small]
        if (
            not inside
            or len(inside) > 15
            or not all(page.words[t][0].isupper() or page.words[t].isdigit() for t in weighty)
        ):
            return False
        if all(page.words[t].isupper() for t in weighty) or page.words[stop - 2] in {"!", "?"} and len(weighty) < 4:
            return False
        return len(weighty) > 1 or first > 0 and page.low[first - 1] in {"'s", "on", "in"} and len(inside) > 1

    def _is_heading(self, number: int) -> bool:
        """Whether a stretch is a paragraph of its own that no punctuation ends."""
        page = self.page
        first, stop = page.inside[number]
        starts = not first or page.paragraph[first - 1] != page.paragraph[first]
        ends = stop >= len(page) or page.paragraph[stop] != page.paragraph[first]
        return starts and ends and page.is_word(stop - 2)

    def _named_in_passing(self, number: int) -> bool:
        """Whether a stretch is a title inside a sentence: ABC's “This Week.”"""
        page = self.page
        first = page.inside[number][0]
        before = page.low[first - 1] if first else ""
        if before == "of" and page.low[first - 2] in SHOUTS:
            return False
        if before in ("and", ","):
            return number - 1 in self.passing and page.inside[number - 1][1] == first - 1 and self._is_title(number)
        return before in phrases.PREPOSITIONS | phrases.DETERMINERS | {"'s"} | _TITLE_BEFORE and self._is_title(number)


def _is_markup(page: Page, stretch: Stretch) -> bool:
    """Whether a stretch is an attribute of a tag, or an address."""
    text = page.article_text
    return text[stretch.start - 1 : stretch.start] == "=" or "://" in text[stretch.start : stretch.start + 10]


def phrases_skip(page: Page, at: int, limit: int) -> int:
    """Past the day, the place and the manner that may stand between a cue and its clause."""
    start = at
    while at < limit and page.stretch[at] < 0:
        word = page.low[at]
        if phrases.is_day(page, at) or word.endswith("ly") and at + 1 < limit:
            at += 1
        elif word in ("on", "in", "at", "during", "to", "late", "early", "last") and at + 1 < limit:
            end = _short_phrase(page, at, limit)
            if end is None:
                break
            at = end
        elif word in ("reporters", "supporters", "voters") or word.isdigit() and at > start:
            at += 1
        else:
            break
    return at


def _short_phrase(page: Page, at: int, limit: int) -> int | None:
    """Where "on Tuesday", "in a statement", "at a rally in Ohio" ends; None when it runs on."""
    k = at + 1
    while k < limit and k - at < 9 and page.stretch[k] < 0:
        word = page.low[k]
        if word == "that" or page.words[k] in {",", ":", "."}:
            return k
        if phrases.is_day(page, k):
            return k + 1
        if word in ("statement", "interview", "speech", "news conference", "tweet", "email", "letter", "reporters"):
            return k + 1
        if word in phrases.PRONOUNS and k > at + 1:
            return k
        k += 1
    return k if k >= limit else None


def _merged(content: list[Range]) -> list[Range]:
    out: list[Range] = []
    for first, stop in sorted(content):
        if out and first <= out[-1][1]:
            out[-1] = (out[-1][0], max(stop, out[-1][1]))
        else:
            out.append((first, stop))
    return out
