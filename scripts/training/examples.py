"""Texts with what the network shall learn of them: attributions, names, and which name a word stands for."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.extract.decoding import KINDS
from index.extract.encoding import Encoded, encode
from index.extract.entities import Names
from index.extract.reading import NameRun
from index.extract.sources import Sources
from index.extract.tokens import Page, read_page
from scripts.evaluation.corpus import load_tool
from scripts.training import corpora
from scripts.training.corpora import Text
from scripts.training.speaker_rows import rows_by_article

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

ROLES = ("content", "source", "cue")
HELD_OUT = 42
"""Articles of PolNeAR's training part that are kept from training, for calibration."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """A word that stands for a name: tokens; `head` asks, the last tokens of names answer."""

    head: int
    own: range
    """The tokens of the phrase itself, whose names are no answer."""
    right: frozenset[int]
    wrong: frozenset[int] | None
    """Where only some wrong answers are known these, else None."""


@dataclass(slots=True)
class Example:
    """One text. What a corpus does not say is None."""

    id: str
    encoded: Encoded
    roles: Ints | None = None
    """[tokens, 3] 0 outside, 1 first token, 2 inside, for content, source, cue."""
    links: list[tuple[int, dict[int, int]]] | None = None
    """For every attribution the first token of its cue and the label of each of its tokens."""
    chance: Floats | None = None
    """[tokens] how likely each is a cue's first token, where a teacher says so; else `links` alone decide."""
    names: Ints | None = None
    """[tokens] 0 outside, then 1 + 2·kind for a first token, one more inside."""
    ends: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    """Last tokens of the names, in order."""
    pointers: list[Pointer] = field(default_factory=list)

    def ask(self, core: range | tuple[int, int], head: int, answers: set[int] | None) -> None:
        """Somebody's own answer to whom the phrase at tokens `core` stands for: last tokens of names, none for nobody
        named. None: it cannot be told; a phrase that is a name itself is no question."""
        own = range(core[0], core[1]) if isinstance(core, tuple) else core
        if answers is None or answers & set(own):
            return
        self.pointers = [pointer for pointer in self.pointers if pointer.head != head]
        self.pointers.append(Pointer(head, own, frozenset(answers), None))


class Places:
    """Code points of a page as tokens."""

    def __init__(self, page: Page) -> None:
        self.start, self.end = np.array(page.start, np.int64), np.array(page.end, np.int64)

    def tokens(self, start: int, end: int) -> range:
        """The tokens that share a code point with [start, end)."""
        return range(int(np.searchsorted(self.end, start, "right")), int(np.searchsorted(self.start, end, "left")))


def load_gold(data: Path, which: str) -> dict[str, tuple[str, list[dict[str, Any]]]]:
    """PolNeAR's articles with their attributions, as the scorer reads them: the first annotator's."""
    gold: dict[str, tuple[str, list[dict[str, Any]]]] = load_tool(data, "score_attributions").read_gold(
        data / "polnear" / which
    )
    return gold


def held_out(names: list[str], count: int = HELD_OUT) -> set[str]:
    """The articles that training never sees: the same ones every time."""
    return set(random.Random(20260).sample(sorted(names), min(count, len(names) // 2)))  # noqa: S311


def with_attributions(example: Example, page: Page, attributions: list[dict[str, Any]]) -> None:
    """Adds what PolNeAR's annotators marked."""
    places = Places(page)
    roles = np.zeros((len(page), 3), np.int64)
    links = []
    for marked in attributions:
        labels: dict[int, int] = {}
        cue: list[int] = []
        for number, role in enumerate(ROLES):
            tokens = sorted({t for start, end in marked[role] for t in places.tokens(start, end)})
            for at, token in enumerate(tokens):
                inside = at > 0 and tokens[at - 1] == token - 1
                roles[token, number] = 1 + inside
                if role == "cue" or token not in labels:
                    labels[token] = 1 + 2 * number + inside
            if role == "cue":
                cue = tokens
        if cue:
            links.append((cue[0], labels))
    example.roles, example.links = roles, links


def with_names(example: Example, page: Page, text: Text) -> None:
    """Adds a corpus's names and who is who."""
    places = Places(page)
    if text.names is not None:
        names = np.zeros(len(page), np.int64)
        ends = []
        for start, end, kind in text.names:
            tokens = places.tokens(start, end)
            if tokens:
                names[tokens[0] : tokens[-1] + 1] = 2 + 2 * KINDS.index(kind)
                names[tokens[0]] -= 1
                ends.append(tokens[-1])
        if text.id.startswith("uner:"):
            # UNER marks no names of other kinds: of a capital word without a mark it says nothing.
            capital = np.isin(example.encoded.case[example.encoded.first], (2, 3, 5))
            names[(names == 0) & capital] = -100
        example.names, example.ends = names, np.array(sorted(set(ends)), np.int64)
    for link in text.links:
        own, head = places.tokens(link.start, link.end), places.tokens(link.head - 1, link.head)
        if not own or not head:
            continue
        right, wrong = (
            frozenset(t[-1] for s, e in spans if (t := places.tokens(s, e))) for spans in (link.right, link.wrong)
        )
        known = text.names is None
        if known:
            example.ends = np.array(sorted({*example.ends.tolist(), *right, *wrong}), np.int64)
        example.pointers.append(Pointer(head[0], own, right, wrong if known else None))


def stands_for(page: Page, runs: list[NameRun], names: set[str], kind: str) -> set[int] | None:
    """Last tokens of the runs that are names of somebody of that kind; None where there should be some and are not."""
    wanted = [words for name in names if (words := [w.lower() for w in name.split()])]
    out = set()
    for run in runs:
        mine = [page.low[t] for t in range(run.first, run.stop)]
        for words in wanted:
            surname = kind == "person" and mine[-1] == words[-1] and (len(mine) == 1 or mine[0] == words[0])
            if mine == words or surname:
                out.add(run.stop - 1)
    if kind in ("person", "organization"):
        return out or None
    return set() if kind in ("unnamed", "group") and not out else None


def with_read_speakers(example: Example, page: Page, text: str, marked: list[Any], rows: list[Any]) -> None:
    """Puts what somebody read in the place of what CoreNLP's chains say of the words of sources."""
    places, names = Places(page), Names(page)
    sources = Sources(page, names)
    by_content = {content_key(row["content"]): row for row in rows}
    if example.names is None:  # CoreNLP did not read this article: names by rule answer, and are not taught
        runs = [NameRun(m.first, m.stop, "other", 1.0) for m in names.mentions]
        example.ends = np.array(sorted({run.stop - 1 for run in runs}), np.int64)
    else:
        starts = np.flatnonzero(example.names % 2 == 1)
        firsts = starts[np.searchsorted(starts, example.ends, "right") - 1].tolist()
        runs = [NameRun(a, z + 1, "other", 1.0) for a, z in zip(firsts, example.ends.tolist(), strict=True)]
    for roles in marked:
        row = by_content.get(content_key(roles["content"]))
        tokens = sorted({t for start, end in roles["source"] for t in places.tokens(start, end)})
        if row is None or not tokens or row["speaker_type"] == "unknown":
            continue
        core = sources.core((tokens[0], tokens[-1] + 1))
        called = {text[slice(*span)] for span in row["speaker"] if not isinstance(span, str)}
        example.ask(core, sources.head(core), stands_for(page, runs, called, row["speaker_type"]))


def content_key(content: list[Any]) -> tuple[tuple[int, int], ...]:
    """A content as it is compared: its pieces in order."""
    return tuple(sorted((int(start), int(end)) for start, end in content))


def training_examples(data: Path, vocabulary: Path) -> Iterator[Example]:
    """Everything that the network is trained on, PolNeAR's held-out articles left out."""
    gold = load_gold(data, "train")
    kept_away = held_out(list(gold))
    read = rows_by_article()
    silver = {text.id.partition(":")[2]: text for text in corpora.polnear_silver(data)}
    for name, (text, attributions) in sorted(gold.items()):
        if name not in kept_away:
            page = read_page(text)
            example = Example(f"polnear:{name}", encode(page, vocabulary))
            with_attributions(example, page, attributions)
            if name in silver:
                with_names(example, page, silver[name])
            if name in read:
                with_read_speakers(example, page, text, attributions, read[name])
            yield example
    for reader in (corpora.gum, corpora.gap_validation, corpora.uner, corpora.crossner):
        for found in reader(data):
            page = read_page(found.text)
            example = Example(found.id, encode(page, vocabulary))
            with_names(example, page, found)
            if len(page):
                yield example


def attribution_examples(data: Path, which: str, vocabulary: Path, only: set[str] | None = None) -> list[Example]:
    """PolNeAR's articles of a part (or only some of them) with their attributions alone, for measuring."""
    out = []
    for name, (text, attributions) in sorted(load_gold(data, which).items()):
        if only is None or name in only:
            page = read_page(text)
            example = Example(f"polnear:{name}", encode(page, vocabulary))
            with_attributions(example, page, attributions)
            out.append(example)
    return out
