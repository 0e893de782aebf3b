"""What a cue reports when its words follow it: a quotation, a clause, or both."""

from index.extract import phrases
from index.extract.cues import Cue
from index.extract.draft import Attribution, Draft, Sentence
from index.extract.phrases import Range
from index.extract.titles import is_title
from index.extract.words import word_set

_NO_BARE_CLAUSE = word_set(
    """
    began begins begin beginning know knows knew knowing consider considers considered considering want wants
    wanted prefer prefers preferred understand understands understood rules rule ruled states felt feel feels
    post posted posts texts text texted denied deny denies answered answering remarks comments swear swore
    repeat repeated
    """
)
"""Cues that need a "that" or marks: what follows them bare is an object."""
OPEN_CLAUSE = word_set("say says said think thinks thought believe believes believed")
"""Cues that any clause may follow bare."""


def content_after(
    draft: Draft,
    sentence: Sentence,
    at: int,
    cue: Cue,
    source: Range | None,
    *,
    nobody: bool = False,
    high: int | None = None,
) -> Attribution | None:
    """Smith said (that) …; Smith said: “…”; Smith dismissed “…” as …"""
    page = draft.page
    if source is None and not nobody and not _free_stretch_in(draft, sentence, cue.stop, sentence.stop):
        return None
    limit = _limit(draft, sentence, at, cue) if high is None else high
    quoted = next(
        (
            page.inside[n][0]
            for n in sentence.stretches
            if n not in draft.claimed and cue.stop <= page.inside[n][0] < limit
        ),
        None,
    )
    that = _that(draft, cue, limit)
    if that is not None and (quoted is None or that < quoted):
        return Attribution(
            [(that, limit)],
            (cue.first, cue.stop),
            source,
            "clause" if quoted is not None else "that",
            nobody=nobody,
        )
    if quoted is not None:
        return _quoted_after(draft, sentence, cue, source, quoted, limit, nobody)
    if source is None and not nobody:
        return None
    return _bare(draft, sentence, cue, source, limit, nobody)


def _free_stretch_in(draft: Draft, sentence: Sentence, first: int, stop: int) -> bool:
    return any(first <= draft.page.inside[n][0] < stop and n not in draft.claimed for n in sentence.stretches)


def _limit(draft: Draft, sentence: Sentence, at: int, cue: Cue) -> int:
    """Where the cue's content ends at the latest: its sentence, or the next verb of the same subject."""
    page = draft.page
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
        inner = _inner_start(draft, nxt, verb, cue.stop)
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


def _inner_start(draft: Draft, nxt: Cue, verb: int, low: int) -> int | None:
    """Where the clause of a later cue begins, when that one has a subject and words in marks of its own."""
    page = draft.page
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


def _that(draft: Draft, cue: Cue, limit: int) -> int | None:
    """The "that" (or "if", "how", "whether" …) that opens a cue's clause."""
    page = draft.page
    far = 16 if cue.manner in ("say", "tell") else 3
    opening = (
        {"that", "whether", "how", "why", "if"}
        if cue.manner == "tell" or cue.text.startswith(("ask", "wonder"))
        else {"that"}
    )
    for k in range(cue.stop, min(limit, cue.stop + far)):
        if page.stretch[k] >= 0 or (page.words[k] in {",", ":", ";"} and cue.manner != "say"):
            return None
        if page.low[k] in opening:
            return k
    return None


def _quoted_after(
    draft: Draft, sentence: Sentence, cue: Cue, source: Range | None, quoted: int, limit: int, nobody: bool
) -> Attribution | None:
    page = draft.page
    number = page.stretch[quoted]
    stop = page.inside[number][1]
    if cue.manner == "name" and quoted == cue.stop and is_title(draft, number):
        return None
    between = [t for t in range(cue.stop, quoted) if page.is_word(t)]
    mark = page.words[quoted - 1]
    alone = not between or mark in {":", ","} or (cue.manner == "tell" and len(between) < 5)
    if alone and cue.manner != "name":
        content = _with_rest(draft, number, limit)
        return Attribution(content, (cue.first, cue.stop), source, "cue-quote", nobody=nobody)
    if cue.manner in ("act", "name", "think", "show") and len(between) > 12:
        return None
    first = phrases.skip_adverbials(page, cue.stop, quoted)
    end = limit if cue.manner != "name" else max(stop, min(limit, stop))
    pattern = "clause" if cue.manner in ("say", "tell", "think", "show") else "named"
    return Attribution([(first, end)], (cue.first, cue.stop), source, pattern, nobody=nobody)


def _with_rest(draft: Draft, number: int, limit: int) -> list[Range]:
    """A stretch, and what follows it in its clause when its own words do not end there."""
    page = draft.page
    first, stop = page.inside[number]
    ended = page.article_text[page.stretches[number].end - 2] in ".?!,…"
    ended = ended or stop >= limit or page.words[stop] in {".", ",", ";", ":", "?", "!", ")", "—", "--", "–", "-"}
    if ended:
        while stop < limit and page.stretch[stop] >= 0 and page.stretch[stop] not in draft.claimed:
            stop = page.inside[page.stretch[stop]][1]
        return [(first, stop)]
    return [(first, limit)]


def _bare(
    draft: Draft, sentence: Sentence, cue: Cue, source: Range | None, limit: int, nobody: bool
) -> Attribution | None:
    """Smith said the plan was dead; nothing marks the clause."""
    page = draft.page
    first = phrases.skip_adverbials(page, cue.stop, limit)
    if limit - first < 2 or page.words[cue.stop] in {",", ".", ";", "—"}:
        return None
    if nobody:
        return (
            Attribution([(first, limit)], (cue.first, cue.stop), None, "bare", nobody=True)
            if cue.text in ("asked", "told")
            else None
        )
    if cue.manner in ("say", "think"):
        if cue.text not in OPEN_CLAUSE and (cue.text in _NO_BARE_CLAUSE or not _subject_at(draft, first)):
            return None
        return Attribution([(first, limit)], (cue.first, cue.stop), source, "bare")
    if cue.manner == "tell":
        named = first
        while named < limit and phrases.is_capital(page, named):
            named += 1
        named = named if named > first else first + 1
        return Attribution([(named, limit)], (cue.first, cue.stop), source, "bare") if limit - named > 2 else None
    return None


def _subject_at(draft: Draft, at: int) -> bool:
    page = draft.page
    return page.low[at] in phrases.PRONOUNS | phrases.DETERMINERS | {"there"} or phrases.is_capital(page, at)
