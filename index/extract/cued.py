"""An attribution from a cue: whose it is, and whether its words stand in front of it or behind."""

from index.extract import phrases
from index.extract.clauses import OPEN_CLAUSE, content_after
from index.extract.cues import Cue
from index.extract.draft import Attribution, Draft, Sentence
from index.extract.phrases import Range


def by_cue(draft: Draft, sentence: Sentence, at: int, cue: Cue) -> Attribution | None:
    """What the sentence's cue number `at` ties together; None where it is no cue after all."""
    page = draft.page
    if cue.manner == "according":
        return _according(draft, sentence, cue)
    low = max([sentence.first, *(c.stop for c in sentence.cues[:at] if c.form != "ing")])
    verb, passive = phrases.skip_back(page, cue.first, low)
    passive = passive and cue.form == "past" and cue.manner in ("say", "tell", "name", "act")
    participle = (
        cue.form == "ing"
        and verb == cue.first
        and not (verb > low and phrases.is_capital(page, verb - 1) and _says_something(draft, cue, sentence.stop))
    )
    subject = None if participle else phrases.subject_before(page, verb, low)
    if subject and page.low[subject[0]] in phrases.RELATIVE:
        subject = _antecedent(draft, subject[0], sentence.first) or subject
    if subject is None and not passive:
        inverted = _inverted(draft, sentence, cue)
        if inverted:
            return inverted
    start = subject[0] if subject else verb
    if passive:
        source = _agent(draft, cue, sentence.stop)
        made = content_after(draft, sentence, at, cue, source, nobody=source is None)
        if made is not None and cue.text == "asked":
            made.addressed = subject
        return made
    if subject is None:
        before = page.words[verb - 1].lower() if verb > sentence.first else ""
        if cue.form == "past" and before not in phrases.CONJUNCTIONS | {",", "who", "which", "that", ")"}:
            return None
        if cue.form == "ing" and _opens_sentence(draft, sentence, cue):
            return _participle(draft, sentence, at, cue)
        subject = _inherited(draft, sentence, cue)
    behind = _quoted_before(draft, sentence, start)
    if (
        behind is not None
        and cue.manner in ("say", "tell", "think", "show")
        and not _clause_follows(draft, cue, sentence)
    ):
        return _after_quote(draft, sentence, cue, subject, behind)
    made = content_after(draft, sentence, at, cue, subject)
    if made is None and cue.manner in ("say", "think") and subject is not None:
        made = _trailing(draft, sentence, cue, subject, low)
    return made


def _opens_sentence(draft: Draft, sentence: Sentence, cue: Cue) -> bool:
    words = [draft.page.low[t] for t in range(sentence.first, cue.first) if draft.page.is_word(t)]
    return all(w in {"while", "when", "after", "before", "by", "in", "and", "but", "also", "then"} for w in words)


def _participle(draft: Draft, sentence: Sentence, at: int, cue: Cue) -> Attribution | None:
    """Promising that …, Smith said: the subject comes after the comma."""
    page = draft.page
    for nxt in sentence.cues[at + 1 :]:
        verb, _ = phrases.skip_back(page, nxt.first, cue.stop)
        subject = phrases.subject_before(page, verb, cue.stop)
        if subject and subject[0] > cue.stop and page.words[subject[0] - 1] == ",":
            return content_after(draft, sentence, at, cue, subject, high=subject[0] - 1)
    return None


def _says_something(draft: Draft, cue: Cue, stop: int) -> bool:
    page, at = draft.page, cue.stop
    return at < stop and (page.low[at] in {"that", ":", ","} or page.stretch[at] >= 0)


def _antecedent(draft: Draft, at: int, low: int) -> Range | None:
    """The phrase that a relative pronoun takes up."""
    page = draft.page
    stop = at - 1 if at > low and page.words[at - 1] == "," else at
    return phrases.subject_before(page, stop, low) if stop > low else None


def _agent(draft: Draft, cue: Cue, high: int) -> Range | None:
    page = draft.page
    for k in range(cue.stop, min(high, cue.stop + 3)):
        if page.low[k] == "by" and page.stretch[k] < 0:
            return phrases.subject_after(page, k + 1, high)
    return None


def _inherited(draft: Draft, sentence: Sentence, cue: Cue) -> Range | None:
    """The subject of a participle or of the second of two verbs."""
    for made in reversed(sentence.made):
        if made.source and made.source[0] < cue.first and not made.nobody:
            return made.source
    return phrases.main_subject(draft.page, sentence.first, cue.first)


def _inverted(draft: Draft, sentence: Sentence, cue: Cue) -> Attribution | None:
    """ "…," said Smith: also after a clause without marks."""
    page, at = draft.page, cue.first
    if at == 0 or cue.manner not in ("say", "tell") or cue.form not in ("past", "s"):
        return None
    behind = _quoted_before(draft, sentence, at)
    if behind is None and not (at > sentence.first and page.words[at - 1] == ","):
        return None
    source = phrases.subject_after(page, cue.stop, sentence.stop)
    if source is None:
        return None
    if behind is not None:
        return _after_quote(draft, sentence, cue, source, behind)
    if not (phrases.is_capital(page, source[0]) or page.low[source[0]] in phrases.DETERMINERS):
        return None
    first = _clause_start(draft, sentence, at)
    return Attribution([(first, at)], (cue.first, cue.stop), source, "trailing") if at - first > 3 else None


def _quoted_before(draft: Draft, sentence: Sentence, start: int) -> int | None:
    """The stretch that ends where the source and cue begin; in the sentence before, where it asks or exclaims."""
    page, at = draft.page, start - 1
    while at >= 0 and page.stretch[at] < 0 and page.words[at] in {",", "—", "–", "--", "-", ".", "?", "!"}:
        at -= 1
    if at < 0 or page.stretch[at] < 0:
        return None
    number = page.stretch[at]
    if number in draft.claimed or (number not in sentence.stretches and at >= sentence.first):
        return None
    if at >= sentence.first:
        return number
    ends_openly = page.article_text[page.stretches[number].end - 2] in "?!…,—-"
    near = page.paragraph[at] == page.paragraph[start] if start < len(page) else False
    return number if near and ends_openly and start <= sentence.first else None


def _clause_follows(draft: Draft, cue: Cue, sentence: Sentence) -> bool:
    """Whether what is said stands after the cue, so that a quotation in front is not its content."""
    page, at = draft.page, cue.stop
    if at >= sentence.stop:
        return False
    if page.low[at] == "that" and page.stretch[at] < 0:
        return True
    if page.stretch[at] >= 0 or page.words[at] == ":":
        return page.words[at] == ":" or page.words[at - 1] != ","
    return cue.text in OPEN_CLAUSE and page.low[at] in phrases.PRONOUNS | {"there"}


def _after_quote(draft: Draft, sentence: Sentence, cue: Cue, source: Range | None, number: int) -> Attribution:
    """“…,” Smith said[, “…”]"""
    page = draft.page
    content = _before_stretch(draft, sentence, number)
    resume = max(cue.stop, source[1] if source else 0)
    for nxt in sentence.stretches:
        a, b = page.inside[nxt]
        if a < resume or nxt in draft.claimed:
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
    return Attribution(content, (cue.first, cue.stop), source, "quote-cue")


def _before_stretch(draft: Draft, sentence: Sentence, number: int) -> list[Range]:
    """A stretch with the words of its own clause in front of it, where it does not stand alone."""
    page = draft.page
    first, stop = page.inside[number]
    before = [n for n in sentence.stretches if n < number and n not in draft.claimed]
    start = max(
        [
            min(sentence.first, first),
            *(page.inside[n][1] for n in sentence.stretches if n in draft.claimed and n < number),
        ]
    )
    start = max([start, *(a.content[-1][1] for a in sentence.made if a.content[-1][1] <= first)])
    start = max(
        [
            start,
            *(c.stop for c in sentence.cues if c.stop <= first and c.manner != "according" and c.form != "base"),
        ]
    )
    words = [t for t in range(start, first) if page.stretch[t] < 0 and page.is_word(t)]
    if not words:
        return [(page.inside[before[0]][0] if before and page.inside[before[0]][0] >= start else first, stop)]
    if first > start and page.words[first - 1] in {":", ";"}:
        return [(first, stop)]
    return [(start, stop)]


def _trailing(draft: Draft, sentence: Sentence, cue: Cue, source: Range, low: int) -> Attribution | None:
    """The plan was dead, Smith said on Tuesday."""
    page = draft.page
    start = source[0]
    if start <= low or page.words[start - 1] != "," or page.stretch[start - 1] >= 0:
        return None
    if phrases.skip_adverbials(page, cue.stop, sentence.stop) < sentence.stop - 1 and page.words[cue.stop] not in {
        ",",
        ".",
    }:
        return None
    first = _clause_start(draft, sentence, start)
    if start - first < 4:
        return None
    return Attribution([(first, start)], (cue.first, cue.stop), source, "trailing")


def _clause_start(draft: Draft, sentence: Sentence, before: int) -> int:
    return max([sentence.first, *(a.content[-1][1] for a in sentence.made if a.content[-1][1] < before)])


def _according(draft: Draft, sentence: Sentence, cue: Cue) -> Attribution | None:
    """According to Smith, …; …, according to Smith."""
    page = draft.page
    start = _clause_start(draft, sentence, cue.first)
    tied = {t for made in sentence.made for span in (made.cue, made.source) if span for t in range(*span)}
    if tied and all(t in tied or not page.is_word(t) or page.low[t] in phrases.DAYS for t in range(start, cue.first)):
        return None
    in_front = any(page.is_word(t) for t in range(start, cue.first))
    # In front of its clause, "Smith, the plan …" is no apposition.
    source = phrases.subject_after(page, cue.stop, sentence.stop, with_apposition=in_front)
    if source is None:
        return None
    end = source[1]
    while end < min(sentence.stop, cue.stop + phrases.LONGEST) and page.stretch[end] < 0:
        if page.words[end] in {",", ".", ";", "—", "--"}:
            break
        end += 1
    if not in_front and end + 1 >= sentence.stop:
        return None
    content = (start, cue.first) if in_front else (end, sentence.stop)
    return Attribution([content], (cue.first, cue.stop), (source[0], end), "according")
