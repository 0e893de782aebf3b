"""A collection of invented quotations, as the rows that an archive would publish: one `Entry` a line, in JSON.

Quotations of 5 to 60 words, spliced from pieces of real text with one word in fourteen swapped for a rare one; contexts
of 8 to 25 words; four quotations an article; twelve years of articles, more every year, in order of date; one quotation
in twelve repeats another one's words and speaker, as news does. Chunks are seeded one by one, so the texts of a smaller
corpus are the first ones of a larger (its dates are not: every size spans all years).
"""

import dataclasses
import datetime
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from index.records import Basis, Kind, Quotation, SpeakerType, Status
from scripts.benchmarking.words import Speaker, Vocabulary

CHUNK = 10_000
"""Quotations that are drawn together."""
PER_ARTICLE = 4
REPEATED = 0.08
_REACH = 2_000
"""How many quotations back a repeated one's model may stand."""
_SWAPPED = 0.07
_COMMAS = 0.06

FIRST_DAY, LAST_DAY = datetime.date(2013, 1, 1), datetime.date(2024, 12, 31)
_DAYS = (LAST_DAY - FIRST_DAY).days + 1

Ids: TypeAlias = npt.NDArray[np.int64]
"""Words, as places in `Vocabulary.spelled`."""
Row: TypeAlias = dict[str, Any]

_PRONOUNS = ("he", "she", "they")
_UNNAMED = ("a spokesman", "an official", "critics", "residents")
_LEAST_WORDS = 4
"""Shorter words are said anew by many, so equal ones prove nothing."""
_KINDS: tuple[tuple[Kind, float], ...] = (("direct", 0.6), ("mixed", 0.75), ("indirect", 1.0))


@dataclasses.dataclass(frozen=True, slots=True)
class _Said:
    """Who says something in one row; `named` is the one behind it, None for the unnamed and for nobody."""

    named: Speaker | None
    name: str | None
    type: SpeakerType
    status: Status
    mention: str
    basis: Basis


@dataclasses.dataclass(frozen=True, slots=True)
class _Drawn:
    """The texts of one chunk: `quotes`, `before` and `after` a quotation, `titles` an article."""

    quotes: list[str]
    before: list[str]
    after: list[str]
    titles: list[str]


def write_corpus(path: Path, vocabulary: Vocabulary, *, size: int, seed: int) -> Iterator[int]:
    """Writes `size` rows, a chunk at a time, and yields how many more there are; memory is that of one chunk."""
    with path.open("w", encoding="ascii") as file:
        for chunk in range(-(-size // CHUNK)):
            count = min(CHUNK, size - chunk * CHUNK)
            for row in chunk_rows(vocabulary, chunk, size=size, seed=seed, count=count):
                file.write(json.dumps(row))
                file.write("\n")
            yield count


def chunk_rows(vocabulary: Vocabulary, chunk: int, *, size: int, seed: int, count: int = CHUNK) -> Iterator[Row]:
    """The first `count` rows of one chunk of a corpus of `size`, as `index.records.entry_from_json` reads them."""
    rng = np.random.default_rng([seed, chunk])
    drawn = _draw(vocabulary, rng)
    speakers = np.searchsorted(vocabulary.speaker_shares, rng.random(CHUNK)).tolist()
    sources = np.searchsorted(vocabulary.source_shares, rng.random(CHUNK // PER_ARTICLE)).tolist()
    repeated = np.flatnonzero(rng.random(CHUNK) < REPEATED)
    back = 1 + (rng.random(len(repeated)) * np.minimum(repeated, _REACH)).astype(np.int64)
    for number, steps in zip(repeated.tolist(), back.tolist(), strict=True):
        if number:
            drawn.quotes[number] = drawn.quotes[number - steps]
            speakers[number] = speakers[number - steps]
    rolls = rng.random((CHUNK, 3)).tolist()
    confidences = np.round(0.5 + 0.5 * rng.beta(5, 2, CHUNK), 3).tolist()
    variants: list[tuple[str, str]] = []
    rows: list[Row] = []
    for number in range(count):
        article = number // PER_ARTICLE
        row = _row(
            number=chunk * CHUNK + number,
            size=size,
            quote=drawn.quotes[number],
            around=(drawn.before[number], drawn.after[number]),
            title=drawn.titles[article],
            source=vocabulary.sources[sources[article]],
            said=_said(vocabulary.speakers[speakers[number]], *rolls[number][:2]),
            kind=next(kind for kind, below in _KINDS if rolls[number][2] < below),
            confidence=confidences[number],
        )
        rows.append(row)
        variants.append((row["variant_id"], row["date"]))
    counts = Counter(one for one, _ in variants)
    first: dict[str, str] = {}
    for one, date in variants:
        first.setdefault(one, date)
    for row in rows:
        row["variant_count"], row["variant_first"] = counts[row["variant_id"]], first[row["variant_id"]]
        yield row


def _draw(vocabulary: Vocabulary, rng: np.random.Generator) -> _Drawn:
    quote_lengths = np.clip(np.rint(np.exp(rng.normal(3.05, 0.55, CHUNK))), 5, 60).astype(np.int64)
    around = rng.integers(8, 26, CHUNK)
    before = around // 2
    titles = rng.integers(6, 13, CHUNK // PER_ARTICLE)
    return _Drawn(
        quotes=_texts(vocabulary, _spliced(vocabulary, rng, int(quote_lengths.sum())), quote_lengths),
        before=_texts(vocabulary, _spliced(vocabulary, rng, int(before.sum())), before),
        after=_texts(vocabulary, _spliced(vocabulary, rng, int((around - before).sum())), around - before),
        titles=_texts(vocabulary, _spliced(vocabulary, rng, int(titles.sum())), titles),
    )


def _spliced(vocabulary: Vocabulary, rng: np.random.Generator, count: int) -> Ids:
    """`count` words: pieces of the running text, seven words long on average, with rare words and commas put in."""
    pieces = count // 3 + 1
    lengths = 1 + rng.geometric(0.16, pieces)
    starts = rng.integers(0, len(vocabulary.text), pieces)
    ends = np.cumsum(lengths)
    places = np.repeat(starts - (ends - lengths), lengths) + np.arange(ends[-1])
    ids: Ids = vocabulary.text[places[:count] % len(vocabulary.text)].astype(np.int64)
    rare = rng.random(count) < _SWAPPED
    ids[rare] = vocabulary.real + np.searchsorted(vocabulary.tail_shares, rng.random(int(rare.sum())))
    ids[rng.random(count) < _COMMAS] += len(vocabulary.spelled) // 2
    return ids


def _texts(vocabulary: Vocabulary, ids: Ids, lengths: Ids) -> list[str]:
    """One text a length, without a comma at its end."""
    words = vocabulary.spelled[ids].tolist()
    ends = np.cumsum(lengths).tolist()
    return [" ".join(words[end - length : end]).rstrip(",") for end, length in zip(ends, lengths.tolist(), strict=True)]


def _said(speaker: Speaker, status: float, mention: float) -> _Said:
    """Who is given for a quotation by two rolls of 0 to 1: mostly somebody with a name, now and then disputed."""
    if status < 0.88:
        shown = speaker.last if mention < 0.6 else _PRONOUNS[int(mention * 1000) % len(_PRONOUNS)]
        settled: Status = "disputed" if status < 0.02 else "resolved"
        return _Said(speaker, speaker.name, speaker.type, settled, shown, "name" if mention < 0.6 else "pronoun")
    if status < 0.95:
        phrase = _UNNAMED[int(mention * 1000) % len(_UNNAMED)]
        return _Said(None, phrase, "unnamed", "unnamed", phrase, "nominal")
    return _Said(None, None, "unknown", "unknown", "", "implicit")


def _row(
    *,
    number: int,
    size: int,
    quote: str,
    around: tuple[str, str],
    title: str,
    source: str,
    said: _Said,
    kind: Kind,
    confidence: float,
) -> Row:
    article = number // PER_ARTICLE
    article_id = f"article-{article:08}"
    date = _date(article, size)
    cue = "said" if said.mention else ""
    tag = f"{said.mention} {cue}" if cue else ""
    left, right = (f"{_capital(words)}." for words in around)
    if kind == "direct":
        text, before, after = f"{_capital(quote)}.", f"{left} “", f"” {tag}. {right}" if tag else f"” {right}"
    else:
        text, before, after = quote, f"{left} {_capital(tag)} " if tag else f"{left} ", f". {right}"
    opening = 200 + 900 * (number % PER_ARTICLE)
    start = opening + len(before)
    end = start + len(text)
    source_start = end + 2 if kind == "direct" else start - len(tag) - 1
    cue_start = source_start + len(said.mention) + 1
    quotation = Quotation(article_id=article_id, kind=kind, content=((start, end),), text=text)
    return {
        "id": quotation.id,
        "text": text,
        "kind": kind,
        "content": [[start, end]],
        "exact": text,
        "before": before,
        "after": after,
        "cue": cue,
        "mention": said.mention,
        "source_spans": [[source_start, cue_start - 1]] if cue else [],
        "cue_spans": [[cue_start, cue_start + len(cue)]] if cue else [],
        "speaker_id": said.named.id if said.named else None,
        "speaker": said.name,
        "speaker_type": said.type,
        "status": said.status,
        "confidence": confidence,
        "basis": said.basis,
        "candidates": [[said.name, confidence]] if said.named else [],
        "article_id": article_id,
        "title": _capital(title),
        "url": f"https://{source.lower().replace(' ', '')}.example/{date}/{article}",
        "source": source,
        "date": date,
        "date_basis": "metadata",
        "variant_id": _same_words(quotation),
    }


def _same_words(quotation: Quotation) -> str:
    """16 hex digits that quotations of the same words share; one's own where it is too short to compare."""
    words = re.findall(r"[^\W_]+", quotation.text.casefold().replace("’", "").replace("'", ""))
    if len(words) < _LEAST_WORDS:
        return quotation.id
    return hashlib.sha256(" ".join(words).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _date(article: int, size: int) -> str:
    """When an article appeared: in the order of their numbers, and more of them every year."""
    share = (article * PER_ARTICLE + 0.5) / max(size, PER_ARTICLE)
    return (FIRST_DAY + datetime.timedelta(days=int(_DAYS * min(share, 1.0 - 1e-9) ** 0.8))).isoformat()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
