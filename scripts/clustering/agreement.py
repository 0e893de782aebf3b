"""Two engines over the same collection: do they answer alike? Totals, facets, and the order but for equal scores."""

import dataclasses
import statistics
import time
from collections.abc import Sequence

from scripts.benchmarking.queries import Question as Asked
from search.core import Answer, Question
from search.facets import make_facets
from search.filters import filters_of
from search.language import parse
from search.request import SearchRequest
from search.rows_engine import RowsEngine

_SAME = 2e-5
"""By how much of themselves scores may differ and count as equal: they are added up in another order."""


@dataclasses.dataclass(frozen=True, slots=True)
class Compared:
    """One question to both engines."""

    asked: str
    totals: tuple[int, int]
    speakers: tuple[int, int]
    facets: bool
    """Whether every facet is the same, item by item."""
    order: bool
    """Whether the rows are the same, equally good ones in any order."""
    identical: bool
    """Whether they are the same one by one."""
    ms: tuple[float, float]

    @property
    def equal(self) -> bool:
        """Whether the answers are the same but for the order of equally good rows."""
        return self.totals[0] == self.totals[1] and self.speakers[0] == self.speakers[1] and self.facets and self.order


def compare(one: RowsEngine, other: RowsEngine, request: SearchRequest) -> Compared:
    """What both engines answer to a request."""
    answers: list[Answer] = []
    taken: list[float] = []
    for engine in (one, other):
        begun = time.perf_counter()
        answers.append(engine.core.answer(question_of(request)))
        taken.append((time.perf_counter() - begun) * 1000)
    mine, theirs = answers
    facets = [make_facets(request, engine.core, answer) for engine, answer in zip((one, other), answers, strict=True)]
    ids = [
        [engine.core.entry(row).id for row in answer.rows] for engine, answer in zip((one, other), answers, strict=True)
    ]
    return Compared(
        asked=f"{request.q or 'everything'} {request.filters or ''} {request.within} {request.sort} {request.group}",
        totals=(mine.total, theirs.total),
        speakers=(mine.speakers, theirs.speakers),
        facets=facets[0] == facets[1],
        order=_same_order(ids[0], mine.scores, ids[1], theirs.scores),
        identical=ids[0] == ids[1],
        ms=(taken[0], taken[1]),
    )


def request_of(question: Asked) -> SearchRequest:
    """A question of the benchmark, as users ask it."""
    text = {"any": " OR ", "all": " "}.get(question.joined, " ").join(question.words)
    text = {"phrase": f'"{text}"', "prefix": f"{text}*", "nothing": ""}.get(question.joined, text)
    return SearchRequest(
        q=text,
        speaker=(question.speaker,) if question.speaker else (),
        source=(question.source,) if question.source else (),
        date_from=question.dates[0] if question.dates else None,
        date_to=question.dates[1] if question.dates else None,
    )


def question_of(request: SearchRequest) -> Question:
    """What the core is asked for the first page of a request."""
    return Question(
        tree=parse(request.q).tree,
        within=request.within,
        filters=filters_of(request),
        min_confidence=request.min_confidence,
        facets=request.facets,
        facet_limit=0,
        interval=request.interval,
        sort=request.sort,
        group=request.group,
        first=request.limit,
    )


def _same_order(mine: Sequence[str], scores: Sequence[float], theirs: Sequence[str], other: Sequence[float]) -> bool:
    if len(mine) != len(theirs):
        return False
    known = dict(zip(mine, scores, strict=True))
    return all(
        _alike(score, beside) and _alike(known.get(id_, scores[-1]), beside)
        for score, id_, beside in zip(scores, theirs, other, strict=True)
    )


def _alike(one: float, other: float) -> bool:
    return abs(one - other) <= _SAME * max(1.0, abs(one), abs(other))


def table(found: Sequence[Compared]) -> str:
    """What came of all questions."""
    count = len(found)
    rows = [
        ("questions", count),
        ("totals equal", sum(one.totals[0] == one.totals[1] for one in found)),
        ("numbers of speakers equal", sum(one.speakers[0] == one.speakers[1] for one in found)),
        ("all facets equal", sum(one.facets for one in found)),
        ("order equal, ties aside", sum(one.order for one in found)),
        ("order identical", sum(one.identical for one in found)),
    ]
    lines = [f"| {name} | {number} |" for name, number in rows]
    for place, name in enumerate(("Whoosh", "OpenSearch")):
        times = sorted(one.ms[place] for one in found)
        middle, high = statistics.median(times), times[int(0.95 * (count - 1))]
        lines.append(f"| {name}: ms a question, median / 95 % | {middle:.1f} / {high:.1f} |")
    return "\n".join(lines)
