"""From the network's scores to attributions, names and antecedents of a page.

Marks stay facts: what is quoted belongs to one attribution whole, or to none.
"""

import collections
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.extract.draft import Attribution
from index.extract.network import Anchor, Floats, Network, Scores
from index.extract.phrases import Range
from index.extract.reading import NameRun, Reading, RunKind
from index.extract.tokens import Page
from index.extract.words import word_set

Flags = NDArray[np.bool_]

KINDS: tuple[RunKind, ...] = ("person", "organization", "place", "other")
PRONOUNS = word_set("he she him her his hers himself herself they them their it its who")
NEVER = -1e9
TOGETHER = 128
"""Anchors that are labelled at a time."""
UNSEEN = -20.0
"""The log-probability of tokens beyond an anchor's window."""
REPORTED = 0.5
"""A stretch without a clear cue is a quotation from this mean probability of its words being reported."""
SNAPS_FROM = 0.5
"""The share of a quoted stretch from which all of it is content."""
MOST_PIECES = 2
"""Of a content: one that is interrupted has two."""
MOST_CANDIDATES = (60, 5)
"""Names before and after a word that it may stand for."""
LEAST_ANTECEDENT = 0.01
GROWS_FROM = 0.8
GROWS_UNLIKELY = math.log(0.05)
"""A content goes on over a token that is reported so surely and its own so much at least."""
LONGEST_SOURCE = 40

_FROM = np.zeros((7, 7), np.float32)
for _inside in (2, 4, 6):
    for _label in range(7):
        if _label not in (_inside - 1, _inside):
            _FROM[_label, _inside] = NEVER


@dataclass(slots=True)
class _Found:
    """One attribution while it is put together; its arrays run over the tokens from `first` on."""

    anchor: Anchor
    first: int
    content: Flags
    source: Flags
    cue: Flags
    likely: Floats
    """Log-probability of each token being this one's content."""

    def reach(self, first: int, stop: int) -> None:
        """Makes the arrays cover tokens [first, stop) too."""
        before, after = max(0, self.first - first), max(0, stop - self.first - len(self.content))
        if before or after:
            self.content, self.source, self.cue = (
                np.pad(flags, (before, after)) for flags in (self.content, self.source, self.cue)
            )
            self.likely = np.pad(self.likely, (before, after), constant_values=UNSEEN)
            self.first -= before


def read(page: Page, network: Network) -> tuple[Reading, Scores]:
    """What the network makes of a page."""
    scores = network.scores(page)
    return reading(page, network, scores, network.calibration["thresholds"]), scores


def reading(page: Page, network: Network, scores: Scores, thresholds: dict[str, float]) -> Reading:
    """What scores that are there already say, under these thresholds (see `find`)."""
    names = name_runs(page, scores)
    attributions = find(page, scores, thresholds)
    return Reading(attributions, names, antecedents(page, network, scores, names, attributions))


def find(page: Page, scores: Scores, thresholds: dict[str, float]) -> list[Attribution]:
    """The attributions of a page in the order of their anchors.

    thresholds: from which probability of its anchor an attribution counts: "marks" for those with words in quotation
    marks, "plain" for the others, "rescue" for one that alone explains a stretch which seems to be reported.
    """
    anchors = sorted((a for a in scores.anchors if a.probability >= thresholds["rescue"]), key=lambda a: a.at)
    all_found = [_found(anchor, labels) for anchor, labels in zip(anchors, best_labels(anchors), strict=True)]
    marked = [_marked(page, f) for f in all_found]
    taken = [m is not None and _counts(f, m, thresholds) for f, m in zip(all_found, marked, strict=True)]
    claimed = {number for m, take in zip(marked, taken, strict=True) if take and m for number in m}
    for k in sorted(range(len(anchors)), key=lambda k: -anchors[k].probability):
        mine = marked[k]
        if not taken[k] and mine and any(_unclaimed(page, scores, n) for n in mine - claimed):
            taken[k] = True
            claimed |= mine
    found = [f for f, take in zip(all_found, taken, strict=True) if take]
    for f in found:
        _snap(page, f)
    _contest(found)
    _grow(page, scores, found)
    return [made for f in found if (made := _attribution(page, f)) is not None]


def _counts(f: _Found, marked: set[int], thresholds: dict[str, float]) -> bool:
    return f.anchor.probability >= thresholds["marks" if marked else "plain"]


def _marked(page: Page, f: _Found) -> set[int] | None:
    """The stretches that the content has words in; None where it has no word at all."""
    tokens = [int(t) for t in f.first + np.flatnonzero(f.content) if page.is_word(int(t))]
    return {page.stretch[t] for t in tokens} - {-1} if tokens else None


def _unclaimed(page: Page, scores: Scores, number: int) -> bool:
    """Whether a stretch of two words or more seems to be reported."""
    tokens = [t for t in range(*page.inside[number]) if page.is_word(t)]
    return len(tokens) > 1 and float(scores.reported[tokens].mean()) >= REPORTED


def best_labels(anchors: list[Anchor]) -> list[NDArray[np.int8]]:
    """For each anchor the likeliest well-formed labels of its window's tokens (Viterbi)."""
    return [labels for at in range(0, len(anchors), TOGETHER) for labels in _best(anchors[at : at + TOGETHER])]


def _best(anchors: list[Anchor]) -> list[NDArray[np.int8]]:
    longest = max(len(a.scores) for a in anchors)
    scores = np.full((len(anchors), longest, 7), NEVER, np.float32)
    scores[:, :, 0] = 0
    for k, a in enumerate(anchors):
        scores[k, : len(a.scores)] = a.scores
    state = scores[:, 0].copy()
    state[:, [2, 4, 6]] = NEVER
    back = np.zeros(scores.shape, np.int8)
    for t in range(1, longest):
        moves = state[:, :, None] + _FROM[None]
        back[:, t] = moves.argmax(1)
        state = moves.max(1) + scores[:, t]
    labels = np.zeros((len(anchors), longest), np.int8)
    labels[:, -1] = state.argmax(1)
    rows = np.arange(len(anchors))
    for t in range(longest - 1, 0, -1):
        labels[:, t - 1] = back[rows, t, labels[:, t]]
    return [labels[k, : len(a.scores)] for k, a in enumerate(anchors)]


def _found(anchor: Anchor, labels: NDArray[np.int8]) -> _Found:
    content, source, cue = ((labels == 1 + 2 * role) | (labels == 2 + 2 * role) for role in range(3))
    cue[anchor.at - anchor.first] = True
    for role, flags, most in ((0, content, MOST_PIECES), (1, source, 1), (2, cue, 1)):
        _keep_best(flags, anchor.scores, role, most)
    likely: Floats = np.logaddexp(anchor.scores[:, 1], anchor.scores[:, 2])
    return _Found(anchor, anchor.first, content, source, cue, likely)


def _keep_best(flags: Flags, scores: Floats, role: int, most: int) -> None:
    """Leaves the pieces of a role that are surest: annotators give one source, one cue, a content in two at most."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8))).reshape(-1, 2)
    if len(edges) <= most:
        return
    worth = np.logaddexp(scores[:, 1 + 2 * role], scores[:, 2 + 2 * role]) - scores[:, 0]
    total = np.concatenate([[0.0], np.cumsum(worth)])
    for k in np.argsort([total[a] - total[b] for a, b in edges])[most:]:
        flags[slice(*edges[k])] = False


def _snap(page: Page, f: _Found) -> None:
    """Each stretch that some of the content lies in becomes content whole, or not at all."""
    touched = {page.stretch[t] for t in f.first + np.flatnonzero(f.content)} - {-1}
    for number in touched:
        first, stop = page.inside[number]
        seen = slice(max(first, f.first) - f.first, min(stop, f.first + len(f.content)) - f.first)
        part = f.content[seen]
        whole_seen = stop - first == len(part)
        if f.cue[seen].any() or (part.all() and whole_seen):
            continue
        around = seen.start > 0 and seen.stop < len(f.content) and f.content[seen.start - 1] and f.content[seen.stop]
        whole = bool(part.mean() >= SNAPS_FROM or around)
        if whole:
            f.reach(first, stop)
            seen = slice(first - f.first, stop - f.first)
            f.source[seen] = False
        f.content[seen] = whole


def _contest(found: list[_Found]) -> None:
    """A run of tokens that several attributions have as content goes whole to the likeliest of them."""
    holders: dict[int, list[int]] = collections.defaultdict(list)
    for k, f in enumerate(found):
        for t in f.first + np.flatnonzero(f.content):
            holders[int(t)].append(k)
    shared = sorted(t for t, who in holders.items() if len(who) > 1)
    at = 0
    while at < len(shared):
        last = at
        rivals = holders[shared[at]]
        while last + 1 < len(shared) and shared[last + 1] == shared[last] + 1 and holders[shared[last + 1]] == rivals:
            last += 1
        start, stop = shared[at], shared[last] + 1
        best = max(rivals, key=lambda k: float(_part(found[k], found[k].likely, start, stop).sum()))
        for k in rivals:
            if k != best:
                _part(found[k], found[k].content, start, stop)[:] = False
        at = last + 1


def _grow(page: Page, scores: Scores, found: list[_Found]) -> None:
    """Contents that stop within reported words which are nobody else's go on to their end.

    Whether a token is reported at all is a surer thing than by which cue; a content that its own cue leaves in doubt
    is mostly cut a word or two short, or at a dash.
    """
    taken = np.zeros(len(page) + 1, np.bool_)
    for f in found:
        taken[f.first : f.first + len(f.content)] |= f.content | f.source | f.cue
    for f in sorted(found, key=lambda f: -f.anchor.probability):
        edges = np.flatnonzero(np.diff(np.concatenate([[False], f.content, [False]]).astype(np.int8))).reshape(-1, 2)
        for _, stop in edges.tolist():
            at = stop
            while (
                at < len(f.content)
                and not taken[f.first + at]
                and scores.reported[f.first + at] >= GROWS_FROM
                and f.likely[at] >= GROWS_UNLIKELY
                and page.sentence[f.first + at] == page.sentence[f.first + stop - 1]
            ):
                at += 1
            if at > stop and not _splits(page, f.first + stop, f.first + at):
                f.content[stop:at] = True
                taken[f.first + stop : f.first + at] = True


def _splits(page: Page, first: int, stop: int) -> bool:
    """Whether one of the stretches around these tokens' ends is only partly among them."""
    return any(
        number >= 0 and not (first <= page.inside[number][0] and page.inside[number][1] <= stop)
        for number in {page.stretch[t] for t in range(first, stop)}
    )


def _part(f: _Found, array: NDArray[Any], start: int, stop: int) -> NDArray[Any]:
    return array[start - f.first : stop - f.first]


def _attribution(page: Page, f: _Found) -> Attribution | None:
    content, source, cue = (_ranges(page, f.first, flags) for flags in (f.content, f.source, f.cue))
    if not content:
        return None
    made = Attribution(content, cue[0] if cue else None, source[0] if source else None, "network")
    made.more_source = source[1:]
    made.anchor, made.probability = f.anchor.at, f.anchor.probability
    made.clear = _clear(f)
    return made


def _clear(f: _Found) -> tuple[float, float]:
    """The mean probability of the content's tokens being content, and of the source's being source."""
    content = float(np.exp(f.likely[f.content]).mean())
    at = f.anchor.first - f.first
    own = f.source[at : at + len(f.anchor.scores)]
    if not own.any():
        return content, 0.0
    chances = np.exp(np.logaddexp(f.anchor.scores[own, 3], f.anchor.scores[own, 4]))
    return content, float(chances.mean())


def _ranges(page: Page, first: int, flags: Flags) -> list[Range]:
    """Runs of tokens that hold a word."""
    edges = first + np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2) if any(page.is_word(t) for t in range(a, b))]


def name_runs(page: Page, scores: Scores) -> list[NameRun]:
    """The names that the network sees, in order and disjoint; none goes beyond a paragraph or a mark's edge."""
    labels = scores.names.argmax(1).tolist()
    total = np.concatenate([np.zeros((1, 4)), scores.names[:, 1:].reshape(-1, 4, 2).sum(2).cumsum(0)])
    out: list[NameRun] = []
    at, n = 0, len(page)
    while at < n:
        label = labels[at]
        if not label:
            at += 1
            continue
        kind, first = (label - 1) // 2, at
        at += 1
        while (
            at < n
            and labels[at] == 2 + 2 * kind
            and page.paragraph[at] == page.paragraph[first]
            and page.stretch[at] == page.stretch[first]
        ):
            at += 1
        stop = at
        while stop > first and not page.is_word(stop - 1):
            stop -= 1
        while first < stop and not page.is_word(first):
            first += 1
        if stop > first:
            chance = (total[stop, kind] - total[first, kind]) / (stop - first)
            out.append(NameRun(first, stop, KINDS[kind], float(min(1.0, chance))))
    return out


def antecedents(
    page: Page, network: Network, scores: Scores, names: list[NameRun], attributions: list[Attribution]
) -> dict[int, list[tuple[int, float]]]:
    """Whom pronouns and the words of sources may stand for, as Reading.antecedents has it."""
    ends = np.array([run.stop - 1 for run in names], np.int64)
    asking = {t for t in range(len(page)) if page.low[t] in PRONOUNS}
    for made in attributions:
        if made.source is not None and made.source[1] - made.source[0] <= LONGEST_SOURCE:
            asking.update(t for t in range(*made.source) if page.is_word(t))
    out = {}
    for at in sorted(asking):
        here = int(np.searchsorted(ends, at))
        among = ends[max(0, here - MOST_CANDIDATES[0]) : here + MOST_CANDIDATES[1]]
        among = among[among != at]
        chances = network.antecedents(scores, at, among)
        likely = np.flatnonzero(chances >= LEAST_ANTECEDENT)
        order = likely[np.argsort(-chances[likely], kind="stable")]
        out[at] = list(zip(among[order].tolist(), chances[order].tolist(), strict=True))
    return out
