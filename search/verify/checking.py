"""Claims -> verdicts over one build: what is looked up, what is compared, what is decided."""

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from index.analysis import words as analysed
from index.records import PIECE_JOIN, Entry
from search.core import Core
from search.core.passages import AROUND, Passages
from search.verify.attributing import has_verb
from search.verify.claims import Claim
from search.verify.comparing import Comparison, Kept, compare, kept
from search.verify.evidence import Evidence, claimed_by, evidence_of
from search.verify.results import Wording
from search.verify.spoken import said
from search.verify.weighing import holds, stands_alone

Ints = npt.NDArray[np.int64]
ArticleText = Callable[[str], str | None]

_CANDIDATES = 10
"""Quotations that a claim is compared with word by word."""
_LOOKED_AT = 40
"""Rows with all of the words of which the wording is looked at."""
_MOST_WORDS = 400
"""Words of a claim that are compared."""
_IN_ARTICLE = 100
"""Quotations of an article that are tried as what goes before or behind another one."""
_REST = 5
"""Words of a claim, at least, that may come from a second quotation."""


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """A claim, or words [start, stop) of it, beside the quotation of a row."""

    row: int
    entry: Entry
    comparison: Comparison
    start: int
    of: int
    """How many words the whole claim has."""
    around: str = ""
    """Where the words stand outside the quotation: the text that they stand in."""

    @property
    def words(self) -> tuple[int, int]:
        """The claim's words that it answers."""
        return self.start, self.start + len(self.comparison.claim.words)


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """What the collection has of a claim's words."""

    claim: Claim
    words: Kept
    weights: tuple[float, ...]
    wording: Wording
    pieces: tuple[Piece, ...]
    """Of a stitched claim its pieces in order, else the best; empty where nothing is found."""
    evidence: Evidence | None
    nearest: tuple[Piece, ...]
    joined: bool = False
    """Whether the words run over from one quotation of an article into the next."""


class Checker:
    """Checks claims against one build; may be shared between threads."""

    def __init__(self, core: Core, passages: Passages, article_text: ArticleText) -> None:
        self._core = core
        self._passages = passages
        self._article_text = article_text

    def check(self, claim: Claim) -> Finding:
        """What the collection has of a claim's words."""
        words = kept(said(claim.text))
        if len(words.words) > _MOST_WORDS:
            cut = words.said.ends[words.places[_MOST_WORDS - 1]]
            words = kept(said(claim.text[:cut]))
        weights = tuple(self._passages.rarities(words.words))
        rows = self._with_all(words)
        if len(rows):
            found = self._verbatim(claim, words, weights, rows)
            if found is not None:
                return found
        return self._near(claim, words, weights)

    def _with_all(self, words: Kept) -> Ints:
        rows: Ints | None = None
        for start, stop in words.pieces:
            mine = self._passages.exact(words.words[start:stop])
            rows = mine if rows is None else np.intersect1d(rows, mine)
            if not len(rows):
                break
        if "[" in words.said.text:  # as it stands in articles that have the same brackets
            same = self._passages.exact([token.exact for token in analysed(words.said.text)])
            rows = same if rows is None else np.union1d(rows, same)
        return rows if rows is not None else np.zeros(0, np.int64)

    def _verbatim(self, claim: Claim, words: Kept, weights: tuple[float, ...], rows: Ints) -> Finding | None:
        """The claim as one of the rows has it, where its pieces stand in the claim's order."""
        evidence = evidence_of(self._core, rows, claim.speaker)
        looked = [evidence.best, *(row for row in rows[:_LOOKED_AT].tolist() if row != evidence.best)]
        pieces = [piece for row in looked if (piece := self._piece(row, words, weights))]
        pieces = [piece for piece in pieces if piece.comparison.wording in ("verbatim", "cut_short")]
        mine = self._claimed(pieces, claim) or pieces
        if not mine:
            return None
        wording: Wording = "verbatim" if any(p.comparison.wording == "verbatim" for p in mine) else "cut_short"
        alike = [piece for piece in pieces if piece.comparison.wording == wording]
        if len(alike) < len(looked):
            evidence = evidence_of(self._core, np.array(sorted(p.row for p in alike), np.int64), claim.speaker)
        best = next((piece for piece in alike if piece.row == evidence.best), alike[0])
        if len(words.pieces) > 1 and not holds(best.comparison, self._passages.size):
            return None
        return Finding(claim, words, weights, wording, (best,), evidence, ())

    def _claimed(self, pieces: list[Piece], claim: Claim) -> list[Piece]:
        """Those whose speaker may be whom the claim names."""
        is_claimed, codes = claimed_by(self._core, claim.speaker), self._core.columns.codes["speaker"]
        return [piece for piece in pieces if (code := int(codes[piece.row])) and is_claimed(code)]

    def _piece(self, row: int, words: Kept, weights: Sequence[float], start: int = 0, of: int = 0) -> Piece | None:
        entry = self._core.entry(row)
        comparison = compare(words, kept(said(entry.text, joins=True)), weights, kind=entry.kind)
        return Piece(row, entry, comparison, start, of or len(words.words)) if comparison else None

    def _near(self, claim: Claim, words: Kept, weights: tuple[float, ...]) -> Finding:
        near = self._passages.near(words.words, _CANDIDATES)
        pieces = [piece for one in near if (piece := self._piece(one.row, words, weights))]
        pieces.sort(key=_closeness)
        holding = [piece for piece in pieces if holds(piece.comparison, self._passages.size)]
        best = holding[0] if holding else None
        if best and (theirs := self._claimed(holding, claim)) and _nearly_as_good(theirs[0], best):
            best = theirs[0]
        if pieces and (best is None or best.comparison.wording == "altered"):
            parts = next((parts for piece in pieces[:2] if (parts := self._runs_on(piece, words, weights))), None)
            if parts:
                rows = np.array(sorted({part.row for part in parts}), np.int64)
                evidence = evidence_of(self._core, rows, claim.speaker)
                return Finding(claim, words, weights, "verbatim", tuple(parts), evidence, (), joined=True)
        much = best is None or (best.comparison.wording == "altered" and best.comparison.changed >= _REST)
        if much and (stitched := self._stitched(claim, words, weights, pieces)):
            return stitched
        if best is not None:
            same = [p for p in holding if _as_good(p, best)]
            rows = np.array(sorted({row for p in same for row in self._versions(p)}), np.int64)
            evidence = evidence_of(self._core, rows, claim.speaker)
            shown = next((p for p in same if p.row == evidence.best), best)
            return Finding(claim, words, weights, shown.comparison.wording, (shown,), evidence, ())
        nearest = (*self._around(words, weights), *_different(p for p in pieces if _worth_showing(p)))
        return Finding(claim, words, weights, "not_found", (), None, nearest[:3])

    def _versions(self, piece: Piece) -> list[int]:
        if piece.entry.variant_count <= 1:
            return [piece.row]
        return [piece.row, *self._core.rows_of("variant", piece.entry.variant_id)]

    def _around(self, words: Kept, weights: tuple[float, ...]) -> tuple[Piece, ...]:
        """Where the words stand in an article, but in none of its quotations."""
        if len(words.words) < _REST:
            return ()
        for row in self._passages.exact(words.words, AROUND)[:3].tolist():
            entry = self._core.entry(row)
            for text in (entry.before, entry.exact, entry.after):
                comparison = compare(words, kept(said(text)), weights)
                if comparison and comparison.matched == len(words.words) and not comparison.left_out:
                    return (Piece(row, entry, comparison, 0, len(words.words), around=text),)
        return ()

    def _stitched(self, claim: Claim, words: Kept, weights: tuple[float, ...], pieces: list[Piece]) -> Finding | None:
        """The claim as two or three runs from different places, each whole and telling by itself."""
        length = len(words.words)
        for seed in pieces[:4]:
            run = max(seed.comparison.alignment.runs, key=lambda run: sum(weights[run.claim : run.claim + run.length]))
            parts = self._parts(words, weights, run.claim, run.claim + run.length, seed.row)
            if parts is None:
                continue
            covered = sum(stop - start for start, stop in (part.words for part in parts))
            if len(parts) < 2 or covered < length - max(1, length // 12):
                continue
            rows = np.array(sorted({part.row for part in parts}), np.int64)
            evidence = evidence_of(self._core, rows, claim.speaker)
            if self._runs_over(parts):
                return Finding(claim, words, weights, "verbatim", tuple(parts), evidence, (), joined=True)
            return Finding(claim, words, weights, "stitched", tuple(parts), evidence, ())
        return None

    def _runs_on(self, piece: Piece, words: Kept, weights: tuple[float, ...]) -> list[Piece] | None:
        """The claim as the end of one quotation and the beginning of the next one of its article."""
        run = max(piece.comparison.alignment.runs, key=lambda run: run.length)
        length, of = len(words.words), len(piece.comparison.found.words)
        behind = run.claim == 0 and run.found + run.length == of
        before = run.claim + run.length == length and run.found == 0
        if before == behind or run.length < length / 2:
            return None
        rest = (run.length, length) if behind else (0, run.claim)
        mine = self._exactly(words, weights, run.claim, run.claim + run.length, piece.row)
        for row in self._core.rows_of("article", piece.entry.article_id)[:_IN_ARTICLE]:
            other = self._exactly(words, weights, *rest, row) if row != piece.row else None
            if mine and other and self._runs_over(parts := [mine, other] if behind else [other, mine]):
                return parts
        return None

    def _exactly(self, words: Kept, weights: Sequence[float], start: int, stop: int, row: int) -> Piece | None:
        """Words [start, stop) of the claim, where a row has them side by side."""
        some = Kept(words.said, words.places[start:stop], words.words[start:stop], frozenset(), frozenset())
        piece = self._piece(row, some, weights[start:stop], start, len(words.words))
        return piece if piece and piece.comparison.alignment.runs[0].length == stop - start else None

    def _parts(self, words: Kept, weights: tuple[float, ...], start: int, stop: int, row: int) -> list[Piece] | None:
        """Whole runs of the claim around its words [start, stop), which `row` has; None where a run tells nothing."""
        first = self._part(words, weights, start, stop, [row])
        if first is None:
            return None
        before = self._longest(words, weights, 0, start, from_end=False) if start else []
        behind = self._longest(words, weights, stop, len(words.words), from_end=True)
        return [*before, first, *behind] if before is not None and behind is not None else None

    def _longest(
        self, words: Kept, weights: tuple[float, ...], start: int, stop: int, *, from_end: bool
    ) -> list[Piece] | None:
        """Words [start, stop) of a claim as one run of another quotation, but for one word at its ends."""
        if stop - start < _REST:
            return [] if stop - start <= 1 else None
        for low, high in ((start, stop), (start + 1, stop), (start, stop - 1)):
            rows = self._passages.exact(words.words[low:high])
            if len(rows) and (part := self._part(words, weights, low, high, rows[:_LOOKED_AT].tolist())):
                return [part]
        return None

    def _part(self, words: Kept, weights: tuple[float, ...], start: int, stop: int, rows: list[int]) -> Piece | None:
        if not stands_alone(weights[start:stop], self._passages.size):
            return None
        pieces = [piece for row in rows if (piece := self._exactly(words, weights, start, stop, row))]
        return min(pieces, key=lambda p: (_quoted(p), p.entry.date or "9999", p.row)) if pieces else None

    def _runs_over(self, parts: list[Piece]) -> bool:
        """Whether the pieces follow one another in one article, with nothing but a reporting clause between."""
        if len({part.entry.article_id for part in parts}) != 1:
            return False
        text = self._article_text(parts[0].entry.article_id)
        if text is None:
            return False
        for one, following in itertools.pairwise(parts):
            if one.comparison.window[1] < len(one.comparison.found.words) or following.comparison.window[0]:
                return False
            between = text[_stop_in_article(one) : _start_in_article(following)]
            if _start_in_article(following) < _stop_in_article(one) or not _reports_only(between):
                return False
        return True


def _reports_only(between: str) -> bool:
    words = said(between).words
    return not words or (len(words) <= 12 and has_verb(between, 0, len(between)))


def _start_in_article(piece: Piece) -> int:
    found = piece.comparison.found
    return in_article(piece.entry, found.said.starts[found.place(piece.comparison.window[0])])


def _stop_in_article(piece: Piece) -> int:
    found = piece.comparison.found
    return in_article(piece.entry, found.said.ends[found.place(piece.comparison.window[1] - 1)] - 1) + 1


def in_article(entry: Entry, at: int) -> int:
    """Where a code point of an entry's text stands in its article."""
    for start, end in entry.content:
        if at < end - start:
            return start + at
        at -= end - start + len(PIECE_JOIN)
    return entry.content[-1][1]


def _quoted(piece: Piece) -> int:
    return {"direct": 0, "mixed": 1}.get(piece.entry.kind, 2)


def _closeness(piece: Piece) -> tuple[float, int, bool, str, int]:
    score = piece.comparison.alignment.score - 3.0 * piece.comparison.changed
    return (-round(score, 3), _quoted(piece), piece.entry.speaker_id is None, piece.entry.date or "9999", piece.row)


def _as_good(piece: Piece, best: Piece) -> bool:
    one, other = piece.comparison, best.comparison
    return one.matched == other.matched and one.changed == other.changed and one.left_out == other.left_out


def _nearly_as_good(piece: Piece, best: Piece) -> bool:
    """Whether a quotation of the claimed speaker is near enough to be what is meant rather than somebody else's."""
    return piece.comparison.alike >= best.comparison.alike - 0.1


def _worth_showing(piece: Piece) -> bool:
    comparison = piece.comparison
    return comparison.matched >= 3 and comparison.alike >= 0.3


def _different(pieces: Iterable[Piece]) -> list[Piece]:
    seen: dict[str, Piece] = {}
    for piece in pieces:
        seen.setdefault(piece.entry.variant_id, piece)
    return list(seen.values())
