"""The benchmark measures what it says: its corpus, its questions, its peers' counts, its figures."""

import dataclasses
import json
import mmap
import random
import shlex
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from werkzeug.datastructures import MultiDict

from index.records import entry_from_json, to_json
from scripts import benchmark
from scripts.benchmarking.answers import Answer, compare, difference, equal_counts
from scripts.benchmarking.corpus import CHUNK, write_corpus
from scripts.benchmarking.engines import MAKERS, Maker, Row
from scripts.benchmarking.engines.rows import counted
from scripts.benchmarking.growth import growth_figures
from scripts.benchmarking.machine import anonymous_bytes, drop_from_cache, folder_bytes
from scripts.benchmarking.queries import Question, make_questions
from scripts.benchmarking.report import number, search_tables
from scripts.benchmarking.serving import load_figures, path_of
from scripts.benchmarking.words import Vocabulary, make_vocabulary, read_words
from scripts.benchmarking.workers import Worker, WorkerError
from scripts.benchmarking.workplace import Workplace
from tests.conftest import ROOT
from web import params

SIZE = 1000
STEMS = "tax vote school river market storm bridge farm train engine doctor budget law road harbour union"
SMALL = "the of and to in a that we it for on with will not this they but our"


def running_text(words: int = 4000) -> list[str]:
    """Invented sentences of sorts: small words now and then, and others in several forms."""
    chance = random.Random(7)
    forms = [stem + ending for stem in STEMS.split() for ending in ("", "s", "ing", "ed")]
    small = SMALL.split()
    return [chance.choice(small) if chance.random() < 0.5 else chance.choice(forms) for _ in range(words)]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return make_vocabulary(running_text(), 3, tail=3000, speakers=300, sources=20)


@pytest.fixture(scope="module")
def corpus(vocabulary: Vocabulary, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("corpus") / "corpus.jsonl"
    assert sum(write_corpus(path, vocabulary, size=SIZE, seed=3)) == SIZE
    return path


@pytest.fixture(scope="module")
def rows(corpus: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in corpus.read_text("ascii").splitlines()]


@pytest.fixture(scope="module")
def questions(corpus: Path) -> list[Question]:
    return make_questions(corpus, 3)


def test_every_row_is_an_entry(rows: list[dict[str, Any]]) -> None:
    # What only a real collection has, witnesses and corrections, is as usual in a made one.
    usual = {"variant_witnesses": 1, "witnesses": 0, "rivals": [], "correction": None}
    for row in rows:
        assert json.loads(json.dumps(to_json(entry_from_json(row)))) == {**usual, **row}


def test_rows_are_in_order_of_date_over_all_years(rows: list[dict[str, Any]]) -> None:
    dates = [row["date"] for row in rows]
    assert dates == sorted(dates)
    years = Counter(date[:4] for date in dates)
    assert list(years) == [str(year) for year in range(2013, 2025)]
    assert years["2013"] < years["2024"]


def test_ids_are_unique(rows: list[dict[str, Any]]) -> None:
    assert len({row["id"] for row in rows}) == SIZE


@pytest.mark.parametrize("kind", ["direct", "mixed", "indirect"])
def test_spans_lie_where_the_words_are(rows: list[dict[str, Any]], kind: str) -> None:
    for row in (row for row in rows if row["kind"] == kind and row["cue"]):
        start = row["content"][0][0]
        around = row["before"] + row["text"] + row["after"]
        opening = start - len(row["before"])
        for words, spans in (("text", "content"), ("mention", "source_spans"), ("cue", "cue_spans")):
            ((first, last),) = row[spans]
            assert around[first - opening : last - opening].lower() == row[words].lower()


def test_some_quotations_repeat_others(rows: list[dict[str, Any]]) -> None:
    variants = Counter(row["variant_id"] for row in rows)
    assert all(row["variant_count"] == variants[row["variant_id"]] for row in rows)
    repeated = sum(count - 1 for count in variants.values()) / SIZE
    assert 0.05 < repeated < 0.1


def test_a_seed_makes_one_corpus(vocabulary: Vocabulary, corpus: Path, tmp_path: Path) -> None:
    for seed, same in ((3, True), (4, False)):
        path = tmp_path / f"{seed}.jsonl"
        sum(write_corpus(path, vocabulary, size=SIZE, seed=seed))
        assert (path.read_bytes() == corpus.read_bytes()) == same


def test_a_smaller_corpus_has_the_first_texts(
    vocabulary: Vocabulary, rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    path = tmp_path / "small.jsonl"
    sum(write_corpus(path, vocabulary, size=CHUNK + 3, seed=3))
    with path.open(encoding="ascii") as lines:
        texts = [json.loads(line)["text"] for line, _ in zip(lines, rows, strict=False)]
    assert texts == [row["text"] for row in rows]


def test_there_are_204_questions_of_17_kinds(corpus: Path, questions: list[Question]) -> None:
    assert len(questions) == 204
    assert len({question.kind for question in questions}) == 17
    assert make_questions(corpus, 3) == questions


def test_without_articles_it_is_said_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"polnear/train/text: there are no articles.*--data"):
        read_words(tmp_path)


@pytest.fixture(scope="module")
def true_answers(
    corpus: Path, questions: list[Question], tmp_path_factory: pytest.TempPathFactory
) -> dict[Row, list[Answer]]:
    """By looking at every quotation."""
    found: dict[Row, list[Answer]] = {}
    for row in MAKERS["brute"].rows:
        engine, folder = MAKERS["brute"].make(row), tmp_path_factory.mktemp("brute")
        assert engine.build(corpus, folder) == SIZE
        engine.open(folder)
        found[row] = [engine.ask(question) for question in questions]
    return found


EVERY = [(name, row) for name, maker in MAKERS.items() for row in maker.rows if name != "brute"]


@pytest.mark.parametrize(("name", "row"), EVERY)
def test_engines_count_what_is_there(
    name: str,
    row: Row,
    corpus: Path,
    questions: list[Question],
    true_answers: dict[Row, list[Answer]],
    tmp_path: Path,
) -> None:
    if missing := MAKERS[name].missing():
        pytest.skip(missing)
    with Worker(name, row) as worker:
        assert worker.build(corpus, tmp_path).entries == SIZE
        worker.open(tmp_path)
        # SQLite's stemmer is another one, so that its counts of words in any form may differ.
        left_out = ("all", "any") if (name, row) == ("fts5", "real") else ()
        places = [
            place
            for place, refused in enumerate(worker.refusals(questions))
            if not refused and questions[place].joined not in left_out
        ]
        answers = [asked.answer for asked in worker.ask([questions[place] for place in places])]
    assert len(answers) > 50
    for place, answer in zip(places, answers, strict=True):
        truth = true_answers[row][place]
        assert difference(truth, answer) == "", questions[place].shown
        assert len(set(answer.hits)) == min(10, truth.total), questions[place].shown


def test_bm25s_says_what_it_cannot(questions: list[Question]) -> None:
    pytest.importorskip("bm25s")
    engine = MAKERS["bm25s"].make("plain")
    refused = {question.joined for question in questions if engine.cannot(question)}
    assert refused == {"all", "phrase", "prefix", "nothing"}


def test_a_missing_package_says_how_to_install_it() -> None:
    assert Maker("x", "no-such-package-here", ("plain",)).missing().endswith("pip install '.[bench]'")
    assert MAKERS["fts5"].missing() == ""


BY_SPEAKER = Question("a", "all", ("tax",), speaker="ada", dates=("2014-01-01", "2015-12-31"))


def test_filters_that_are_part_of_the_question_count_for_every_facet() -> None:
    assert counted(BY_SPEAKER, "plain") == [(BY_SPEAKER, ("speaker", "source", "year"))]


def test_a_facet_is_counted_without_its_own_filter() -> None:
    assert counted(BY_SPEAKER, "real") == [
        (BY_SPEAKER, ("source",)),
        (dataclasses.replace(BY_SPEAKER, speaker=None), ("speaker",)),
        (dataclasses.replace(BY_SPEAKER, dates=None), ("year",)),
    ]


@pytest.mark.parametrize(
    ("ours", "theirs", "equal"),
    [
        ((), (), True),
        ((("a", 2), ("b", 1)), (("a", 2), ("b", 1)), True),
        ((("a", 2), ("b", 2)), (("b", 2), ("a", 2)), True),
        ((("a", 2), ("b", 1)), (("a", 2), ("c", 1)), True),  # which of several with the last count is shown
        ((("a", 2), ("b", 1)), (("c", 2), ("b", 1)), False),
        ((("a", 2), ("b", 1)), (("a", 2),), False),
        ((("a", 2),), (("b", 2),), False),  # all values are shown
    ],
)
def test_equal_counts(ours: Any, theirs: Any, equal: bool) -> None:
    assert equal_counts(ours, theirs, limit=2) == equal


ANSWER = Answer(total=2, speakers=(("ada", 2),), sources=(("Gull", 2),), years={"2014": 2}, hits=("x", "y"))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, ""),
        ({"total": 3}, "total 2, theirs 3"),
        ({"years": {"2014": 1, "2015": 1}}, "years"),
        ({"speakers": (("ada", 1), ("bo", 1))}, "speakers"),
        ({"sources": (("Tern", 2),)}, "sources"),
        ({"hits": ("z",)}, ""),
    ],
)
def test_differences_are_named(changed: dict[str, Any], said: str) -> None:
    assert difference(ANSWER, dataclasses.replace(ANSWER, **changed)).startswith(said)
    assert bool(difference(ANSWER, dataclasses.replace(ANSWER, **changed))) == bool(said)


def test_agreement_over_questions() -> None:
    other = dataclasses.replace(ANSWER, total=3, hits=("y", "z"))
    found = compare([("rain", ANSWER, ANSWER), ("snow", ANSWER, other), ("everything", ANSWER, other)])
    assert (found.asked, found.equal) == (3, 1)
    assert (found.furthest, found.typical, found.hits_shared) == (0.5, 0.5, 0.75)
    assert found.examples == ("snow: total 2, theirs 3", "everything: total 2, theirs 3")


def test_a_failing_engine_is_named(tmp_path: Path) -> None:
    with Worker("fts5", "plain") as worker:
        with pytest.raises(WorkerError, match=r"fts5 failed in build:[\s\S]*nowhere\.jsonl"):
            worker.build(tmp_path / "nowhere.jsonl", tmp_path)
        assert worker.memory > 0


def test_an_engine_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    with Worker("nobody", "plain") as worker, pytest.raises(WorkerError, match=r"nobody failed"):
        worker.open(tmp_path)


def test_files_leave_the_page_cache_or_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 100_000)
    (tmp_path / "empty").write_bytes(b"")
    with (tmp_path / "a").open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert mapped[::4096]
        assert drop_from_cache(tmp_path) == 1.0  # mapped pages stay
    assert folder_bytes(tmp_path) == 100_000


def test_memory_of_a_process_that_has_ended_is_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert anonymous_bytes(process.pid) == 0


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        (Question("a", "all", ("rain", "snow")), {"q": "rain snow"}),
        (Question("a", "any", ("rain", "snow")), {"q": "rain OR snow"}),
        (Question("a", "phrase", ("rain", "falls")), {"q": '"rain falls"'}),
        (Question("a", "prefix", ("rai",), speaker="ada", source="The Gull"), {"q": "rai*", "speaker": ("ada",)}),
        (Question("a", dates=("2014-02-01", "2015-12-31")), {"date_from": "2014-02-01", "date_to": "2015-12-31"}),
    ],
)
def test_questions_go_to_the_endpoint_as_users_ask_them(question: Question, asked: dict[str, Any]) -> None:
    request = params.read(MultiDict(parse_qsl(urlsplit(path_of(question)).query)))
    for name, value in asked.items():
        assert getattr(request, name) == value


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "–"), (0.12345, "0.123"), (1.234, "1.23"), (12.34, "12.3"), (1234.5, "1,234")]
)
def test_figures_have_three_digits(value: float | None, shown: str) -> None:
    assert number(value) == shown


@pytest.mark.parametrize(
    "line", [line for text in benchmark.EXAMPLES.values() for line in text.splitlines() if "benchmark.py" in line]
)
def test_examples_can_be_typed(line: str) -> None:
    arguments = shlex.split(line.split("  ")[1] if line.startswith("  ") else line)[1:]
    benchmark._parser().parse_args(arguments)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("search --size 12", "12 quotations are too few"),
        ("search --peers lucene", "'lucene' is not known; there are tantivy"),
        ("search --rows fancy", "'fancy' is not known"),
        ("growth --peers bm25s", "'bm25s' is not known"),
        ("http --seconds 0", "'0' is not above 0"),
    ],
)
def test_wrong_options_are_named(arguments: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        benchmark._parser().parse_args(arguments.split())
    assert said in capsys.readouterr().err


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with invented articles, in which a run has worked."""
    folder = tmp_path_factory.mktemp("work")
    texts = folder / "polnear" / "train" / "text"
    texts.mkdir(parents=True)
    (texts / "a.txt").write_text(" ".join(running_text()), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def searched(work: Path) -> tuple[dict[str, Any], str]:
    """The figures of one run of the command, and what it printed."""
    file = work / "figures.json"
    command = f"search --size 1000 --peers fts5,brute --passes 1 --data {work} --work {work} --json {file} --markdown"
    run = subprocess.run(
        [sys.executable, "scripts/benchmark.py", *command.split()], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return json.loads(file.read_bytes()), run.stdout


def test_a_run_writes_ratios_and_agreement(searched: tuple[dict[str, Any], str]) -> None:
    figures, _ = searched
    assert figures["counts_agree"] is True
    assert list(figures["ratios"]) == ["fts5"]
    ours, theirs = (figures["rows"]["plain"]["engines"][name] for name in ("saywho", "fts5"))
    for figure in ("p50", "p95", "mean"):
        assert figures["ratios"]["fts5"][figure] == pytest.approx(ours[figure] / theirs[figure], rel=1e-3)
    assert figures["rows"]["real"]["agreement"]["brute"]["equal"] == 204
    assert list(figures["build"]) == ["saywho real", "fts5 plain", "fts5 real"]


def test_a_run_prints_every_table(searched: tuple[dict[str, Any], str]) -> None:
    figures, printed = searched
    for table in search_tables(figures):
        assert f"### {table.title}" in printed
    assert "GFLOPS" in printed


def test_indexes_are_used_again(searched: tuple[dict[str, Any], str], work: Path) -> None:
    figures, _ = searched
    place = Workplace(work, size=1000, seed=1, data=work)
    assert place.index(MAKERS["fts5"], "plain").made == figures["build"]["fts5 plain"]["made"]


def test_growth_measures_each_size(searched: tuple[dict[str, Any], str], work: Path) -> None:
    figures = growth_figures([Workplace(work, size=1000, seed=1, data=work)], ["saywho"], 1)
    (one,) = figures["sizes"]
    assert (one["size"], one["engine"]) == (1000, "saywho")
    assert min(one["p50"], one["cold"]["p50"], one["open_cold_ms"], one["anonymous_mb"], one["disk_mb"]) > 0


def test_the_endpoint_answers_under_load(searched: tuple[dict[str, Any], str], work: Path) -> None:
    figures = load_figures(Workplace(work, size=1000, seed=1, data=work), workers=1, seconds=1)
    assert figures["errors"] == 0
    assert figures["per_second"] > 0
    assert 0 < figures["took_ms"]["p50"] < figures["latency_ms"]["p95"] * 10
