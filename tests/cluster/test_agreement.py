"""Both engines over the same collection give the same totals, facets and order."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from index.records import to_json
from index.settings import Settings
from scripts.benchmarking.queries import make_questions
from scripts.clustering.agreement import compare, request_of
from search.cluster import counting
from search.cluster_engine import ClusterEngine
from search.engine import Engine
from search.library import Library
from search.request import SearchRequest
from search.suggest import SuggestRequest
from search.verify import VerifyRequest
from search.whoosh_engine import WhooshEngine
from tests.cluster.conftest import Twins, an_engine
from tests.entries import an_entry
from tests.oracle import Oracle
from tests.test_search_oracle import REQUESTS, _compare

Pair = tuple[WhooshEngine, ClusterEngine]

QUERIES = (
    "",
    "water",
    '"clean water"',
    "water OR bridge",
    "water -bridge",
    '"said the mayor"~8',
    '"the the"~3',
    "wat*",
    "-water",
    "speaker:oyelaran",
    "well-known",
    "(water OR bridge) (mayor OR said)",
    "date:2016..2018 water",
    '"\'s"',
    "water OR (bridge said*) OR speaker:ridley",
    "city's-water OR said",
    "nobody-says-this",
)
FILTERS: tuple[dict[str, object], ...] = (
    {},
    {"within": "quote"},
    {"within": "context"},
    {"sort": "newest"},
    {"sort": "oldest", "interval": "day"},
    {"group": "variant", "limit": 100, "facets": ("speaker", "source", "kind", "status", "date"), "facet_limit": 3},
    {"speaker": ("Oyelaran", "nobody"), "source": ("Harbor Ledger",)},
    {"kind": ("direct",), "date_from": "2016", "date_to": "2017", "interval": "month"},
    {"min_confidence": 0.8, "status": ("resolved", "unnamed")},
)


@pytest.fixture(scope="module")
def pair(twin_samples: Twins) -> Iterator[Pair]:
    libraries = [Library(settings) for settings in (twin_samples.whoosh, twin_samples.cluster)]
    first, second = (library.current() for library in libraries)
    assert isinstance(first, WhooshEngine)
    assert isinstance(second, ClusterEngine)
    yield first, second
    for library in libraries:
        library.close()


@pytest.mark.parametrize("q", QUERIES)
def test_filters_change_both_answers_alike(pair: Pair, q: str) -> None:
    compared = [compare(*pair, SearchRequest(q=q, **more)) for more in FILTERS]  # type: ignore[arg-type]
    assert [one for one in compared if not one.equal] == []


def test_the_benchmark_s_questions_are_answered_alike(pair: Pair, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    entries = [pair[0].core.entry(row) for row in range(pair[0].core.rows)]
    corpus.write_text("".join(f"{_line(to_json(entry))}\n" for entry in entries), encoding="ascii")
    questions = make_questions(corpus, seed=3)
    compared = [compare(*pair, request_of(question)) for question in questions]
    assert len(questions) == 204
    assert [one for one in compared if not one.equal] == []


def _line(row: dict[str, object]) -> str:
    return json.dumps({**row, "source": row["source"] or "", "speaker_id": row["speaker_id"]})


def test_whole_pages_are_equal(pair: Pair) -> None:
    for request in (SearchRequest(q="water mayor"), SearchRequest(q='"water"', sort="oldest", group="variant")):
        one, other = (_walked(engine, request) for engine in pair)
        assert one == other


def _walked(engine: Engine, request: SearchRequest) -> list[object]:
    found: list[object] = []
    page = engine.search(request)
    found += page.results
    while page.next_cursor and len(found) < 120:
        page = engine.search(dataclasses.replace(request, cursor=page.next_cursor))
        found += page.results
    return found


@pytest.mark.parametrize(
    "request_",
    [SearchRequest(), SearchRequest(q="water OR said"), SearchRequest(q="the", sort="oldest", group="variant")],
)
def test_an_export_has_everything_in_the_same_order(pair: Pair, request_: SearchRequest) -> None:
    one, other = (engine.every(request_) for engine in pair)
    assert len(one) == len(other)
    assert list(one) == list(other) == list(other)


def test_names_words_and_profiles_are_the_same(pair: Pair) -> None:
    for q in ("mar", "wat", "clean wat", "oyelran", "harbor", ""):
        one, other = (engine.suggest(SuggestRequest(q=q)) for engine in pair)
        assert one == other
    for q in ("watr", "brigde mayor", "speaker:oyelarn"):
        one, other = (engine.search(SearchRequest(q=q)).query for engine in pair)  # type: ignore[assignment]
        assert one == other
    speakers = [item.value for item in pair[0].search(SearchRequest(facet_limit=30)).facets["speaker"].items]
    for speaker in speakers:
        assert pair[0].speaker_profile(speaker) == pair[1].speaker_profile(speaker)
    for source in [item.value for item in pair[0].search(SearchRequest()).facets["source"].items]:
        assert pair[0].source_profile(source) == pair[1].source_profile(source)


def test_verdicts_are_the_same(pair: Pair) -> None:
    texts = []
    for row in range(0, pair[0].core.rows, 25):
        entry = pair[0].core.entry(row)
        words = entry.text.split()
        texts += [entry.text, f"“{' '.join(words[1:-1])}” {entry.speaker or 'Someone'} said.", " ".join(words[::2])]
    for text in filter(str.strip, texts):
        one, other = (engine.verify(VerifyRequest(text=text)) for engine in pair)
        for mine, theirs in zip(one.checks, other.checks, strict=True):
            assert mine == theirs, text


@pytest.mark.parametrize("group", ["none", "variant"])
def test_more_than_can_be_asked_for_at_a_time_is_counted_in_parts(
    pair: Pair, group: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "_MOST_BUCKETS", 20)
    for q in ("", "water OR said"):
        request = SearchRequest(q=q, group=group, facets=())  # type: ignore[arg-type]
        one, other = (engine.search(request) for engine in pair)
        assert (one.total, one.speakers) == (other.total, other.speakers)
        assert one.speakers > 20


AWKWARD = [
    an_entry(
        n,
        text,
        article_id=f"a{n // 2}",
        before=("tax cuts\n\nno rain", "well-known café", "")[n % 3],
        after=("Esper's tax", "", "\ud800 cut")[n % 3],
        title=("No tax", None, "Ada")[n % 3],
        speaker=("Ada Brook", "Bo Li", None, "Ada Lee", "Lee")[n % 5],
        source=("Gull", "The Tern", "Tern", None)[n % 4],
        kind=("direct", "mixed", "indirect")[n % 3],
        status=("resolved", "unknown")[n % 2],
        date=(None, "0001-01-01", "2019-12-31", "2020-01-15", "2020-01-15", "9999-12-31")[n % 6],
        confidence=(0.0, 0.5, 0.75, 1.0)[n % 4],
        variant_id=f"v{n % 7}",
        variant_count=6,
    )
    for n, text in enumerate(
        [
            "tax cuts",
            "tax tax tax cut no",
            "",
            "no\n\ntax",
            "well-known Esper's U.S. us",
            "1,000 100 % 's café",
            "東京 \ufdfa",
        ]
        * 6
    )
]


@pytest.fixture(scope="module")
def awkward(cluster: Callable[[], Settings]) -> Iterator[tuple[ClusterEngine, Oracle]]:
    entries = sorted(AWKWARD, key=lambda entry: entry.date or "")
    engine = an_engine(cluster(), entries)
    yield engine, Oracle(entries)
    engine.close()


@settings(
    deadline=None,
    derandomize=True,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(REQUESTS)
def test_awkward_collections_are_answered_as_the_oracle_does(
    awkward: tuple[ClusterEngine, Oracle], request_: SearchRequest
) -> None:
    _compare(*awkward, dataclasses.replace(request_, limit=request_.limit + 7))  # each page is a question
