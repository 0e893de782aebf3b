"""Stock Whoosh over our index: its own queries, searcher and readers. On Whoosh 2.7.4, and on whoosh3 where it is."""

import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import whoosh
from hypothesis import given, settings
from hypothesis import strategies as st

from index.analysis import Token, exact_words, words
from index.errors import IndexDamagedError
from index.records import Entry
from index.schema import BY_NAME
from index.whoosh_codec.codec import NumpySegment
from index.whoosh_codec.segment import TEXT_FIELDS, unpacked
from index.whoosh_codec.stock import read_segments, write_segments
from search.core import Core, Question
from search.tree import And, Everything, FieldFilter, Node, Not, Or, Phrase, Prefix
from tests.entries import an_entry
from tests.histories import History, a_folder, histories, written

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Whoosh 2.7.4 writes regular expressions without raw strings
    from whoosh import query as stock
    from whoosh import scoring
    from whoosh.index import open_dir
    from whoosh.qparser import QueryParser
    from whoosh.searching import Searcher

ROOT = Path(__file__).resolve().parents[1]
WHOOSH3 = ROOT / ".venv" / "whoosh3"
FIELD = "quote_exact"


@dataclasses.dataclass(frozen=True)
class Both:
    """One question, as a tree of ours and as a query of Whoosh's."""

    tree: Node
    query: Any


def phrase(text: str) -> Both:
    return Both(Phrase(tuple(text.split())), stock.Phrase(FIELD, exact_words(text)))


def near(pair: tuple[str, str, int]) -> Both:
    first, second, slop = pair
    # Whoosh's slop counts from 1 and keeps the order.
    either = [stock.Phrase(FIELD, [a, b], slop=slop + 1) for a, b in ((first, second), (second, first))]
    return Both(Phrase((first, second), slop), stock.Or(either))


def coded(field: str, value: str) -> Both:
    return Both(FieldFilter(field, (value,)), stock.Term(field, value))


def dated(first: str, last: str) -> Both:
    numbers = [int(date.replace("-", "")) if date else None for date in (first, last)]
    return Both(FieldFilter("date", (f"{first}..{last}",)), stock.NumericRange("date", *numbers))


LEAVES = st.one_of(
    st.sampled_from(["tax", "cuts", "no", "us", "absent"]).map(lambda w: Both(Phrase((w,)), stock.Term(FIELD, w))),
    st.sampled_from(["no rain", "tax tax", "well-known", "Esper's no", "rain no rain", "100 %"]).map(phrase),
    st.sampled_from([("tax", "no", 1), ("rain", "no", 3), ("cuts", "tax", 128)]).map(near),
    st.sampled_from(["t", "cut", "1", "x", "東"]).map(lambda text: Both(Prefix(text), stock.Prefix(FIELD, text))),
    st.sampled_from([("speaker", "ada-brook"), ("source", "Gull"), ("kind", "mixed")]).map(lambda p: coded(*p)),
    st.sampled_from([("2020-01-01", "2020-02-29"), ("", "2019-12-31"), ("9999-01-01", "")]).map(lambda p: dated(*p)),
    st.just(Both(Everything(), stock.Every())),
)


def _combined(children: st.SearchStrategy[Both]) -> st.SearchStrategy[Both]:
    def all_of(parts: list[Both]) -> Both:
        return Both(And(tuple(part.tree for part in parts)), stock.And([part.query for part in parts]))

    def any_of(parts: list[Both]) -> Both:
        return Both(Or(tuple(part.tree for part in parts)), stock.Or([part.query for part in parts]))

    def none_of(part: Both) -> Both:
        # Among the parts of a query Whoosh takes a Not from the others; of its own it stands beside everything.
        return Both(Not(part.tree), stock.And([stock.Every(), stock.Not(part.query)]))

    several = st.lists(children, min_size=2, max_size=4)
    return several.map(all_of) | several.map(any_of) | children.map(none_of)


QUESTIONS = st.lists(st.recursive(LEAVES, _combined, max_leaves=6), min_size=1, max_size=6)


@contextmanager
def searching(build: Path, **options: Any) -> Iterator[Searcher]:
    """Whoosh's searcher over a build."""
    index = open_dir(str(build / "whoosh"), readonly=True)
    with index.searcher(**options) as searcher:
        yield searcher
    index.close()


def ids(searcher: Searcher, docnums: Iterator[int]) -> list[str]:
    return [unpacked(searcher.stored_fields(number)["entry"].encode("utf-8", "surrogatepass")).id for number in docnums]


def found(searcher: Searcher, query: Any) -> set[str]:
    hits = searcher.search(query, limit=None)
    in_all = ids(searcher, [hit.docnum for hit in hits])
    few = searcher.search(query, limit=2)
    assert len(in_all) == len(set(in_all)) == len(hits) == len(few)
    assert set(in_all) == set(ids(searcher, searcher.docs_for_query(query)))
    return set(in_all)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(histories(), QUESTIONS)
def test_its_own_queries_find_what_the_core_finds(history: History, questions: list[Both]) -> None:
    with a_folder() as folder:
        build = written(folder, history.runs, rows_a_part=history.rows_a_part)
        core = Core(build)
        with searching(build) as searcher:
            for both in questions:
                answer = core.answer(Question(tree=both.tree, within="quote", first=100))
                assert found(searcher, both.query) == {core.entry(row).id for row in answer.rows}
        core.close()


DATES = [None, "0001-01-01", "2019-12-31", "2020-01-01", "2020-01-01", "9999-12-31"]
TEXTS = ["Tax cuts now", "cut the taxes", "rain and no tax", "no, no, no rain\n\ntax cuts", "café tax rain", "", "taxi"]


DELETED = {3, 8, 14}


def a_history() -> list[list[Entry]]:
    """Three runs: 30 quotations, then three more and three fewer, then one more; each makes a segment of its own."""
    every = [
        an_entry(
            number,
            TEXTS[number % len(TEXTS)],
            date=DATES[number % len(DATES)],
            speaker=["Ada Brook", "Bo Li", None][number % 3],
            before="" if number % 2 else "Some rain fell, she said.",
        )
        for number in range(34)
    ]
    in_order = sorted(every, key=lambda entry: entry.date or "")
    runs = (set(range(30)), set(range(33)) - DELETED, set(range(34)) - DELETED)
    return [[entry for entry in in_order if int(entry.id, 16) in run] for run in runs]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = written(tmp_path_factory.mktemp("stock"), a_history())
    with searching(made) as searcher:
        assert len(searcher.reader().leaf_readers()) == 3
    return made


@pytest.fixture
def searcher(build: Path) -> Iterator[Searcher]:
    with searching(build) as searcher:
        yield searcher


LIVING = a_history()[-1]
ROWS = {entry.id: entry for run in a_history() for entry in run}.values()
"""Deleted ones too: as in all of Whoosh they count in statistics until their segment is written anew."""


def by_word(field: str, entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """The entries that have each word of a field."""
    having: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        for word in dict.fromkeys(exact_words(str(BY_NAME[field].value(entry)))):
            having[word].append(entry)
    return having


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        (stock.Wildcard(FIELD, "t?x*"), re.compile(r"t.x.*")),
        (stock.Wildcard(FIELD, "*s"), re.compile(r".*s")),
        (stock.Regex(FIELD, "(ca|tax).+"), re.compile(r"(ca|tax).+")),
        (stock.TermRange(FIELD, "cut", "no"), re.compile(r"cuts?|no")),
        (stock.FuzzyTerm(FIELD, "tex"), re.compile(r"tax")),
        (stock.FuzzyTerm(FIELD, "ran", maxdist=2, prefixlength=1), re.compile(r"rain")),
        (stock.Variations(FIELD, "tax"), re.compile(r"tax|taxes")),
        (stock.Or([stock.Prefix(FIELD, "tax"), stock.Term(FIELD, "rain")]), re.compile(r"tax.*|rain")),
    ],
)
def test_patterns_find_the_words_that_match(searcher: Searcher, query: Any, matches: re.Pattern[str]) -> None:
    having = by_word(FIELD, LIVING)
    expected = {entry.id for word, entries in having.items() if matches.fullmatch(word) for entry in entries}
    assert found(searcher, query) == expected != set()


@pytest.mark.parametrize(
    ("query", "dates"),
    [
        (stock.NumericRange("date", 20191231, 20200101), {"2019-12-31", "2020-01-01"}),
        (stock.NumericRange("date", 20191231, 20200101, startexcl=True), {"2020-01-01"}),
        (stock.NumericRange("date", None, 20191231), {"0001-01-01", "2019-12-31"}),
        (stock.NumericRange("date", 20200102, None), {"9999-12-31"}),
        (stock.Every("date"), set(DATES) - {None}),
        (stock.Every(), set(DATES)),
        (stock.Not(stock.Every("date")), {None}),
    ],
)
def test_dates(searcher: Searcher, query: Any, dates: set[str | None]) -> None:
    assert found(searcher, query) == {entry.id for entry in LIVING if entry.date in dates}


def test_every_row_that_has_words_in_a_field(searcher: Searcher) -> None:
    assert found(searcher, stock.Every("context_exact")) == {entry.id for entry in LIVING if entry.before}
    assert found(searcher, stock.Every("speaker")) == {entry.id for entry in LIVING if entry.speaker}


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        (stock.SpanNear(stock.Term(FIELD, "no"), stock.Term(FIELD, "rain"), slop=3, ordered=False), {2, 3}),
        (stock.SpanFirst(stock.Term(FIELD, "tax")), {0}),
        (stock.SpanBefore(stock.Term(FIELD, "tax"), stock.Term(FIELD, "rain")), {4}),
        (stock.SpanNot(stock.Term(FIELD, "tax"), stock.Term(FIELD, "rain")), {0, 2, 3, 4}),
        (stock.SpanOr([stock.Term(FIELD, "taxi"), stock.Term(FIELD, "the")]), {1, 6}),
        (stock.Phrase(FIELD, ["rain", "cuts"], slop=200), set()),  # an empty line ends a phrase
        (stock.AndMaybe(stock.Term(FIELD, "cuts"), stock.Term(FIELD, "no")), {0, 3}),
        (stock.DisjunctionMax([stock.Term(FIELD, "taxi"), stock.Term(FIELD, "now")]), {0, 6}),
    ],
)
def test_places_within_a_text(searcher: Searcher, query: Any, texts: set[int]) -> None:
    expected = {entry.id for entry in LIVING if int(entry.id, 16) % len(TEXTS) in texts}
    assert found(searcher, query) == expected


@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        ("tax NOT rain", {0}),
        ('"No Rain"', {3}),
        ("CAFÉ OR taxi", {4, 6}),
        ("TAX AND (cuts OR café)", {0, 3, 4}),
        ("no-rain", {2, 3}),
        ("text:tax", set()),
    ],
)
def test_its_parser_reads_with_our_analyser(searcher: Searcher, typed: str, texts: set[int]) -> None:
    query = QueryParser(FIELD, searcher.schema).parse(typed)
    assert found(searcher, query) == {entry.id for entry in LIVING if int(entry.id, 16) % len(TEXTS) in texts}


@pytest.mark.parametrize("weighting", [scoring.BM25F(), scoring.TF_IDF(), scoring.Frequency()])
def test_its_scorers_rank(build: Path, weighting: Any) -> None:
    with searching(build, weighting=weighting) as searcher:
        hits = searcher.search(stock.Or([stock.Term(FIELD, "no"), stock.Term(FIELD, "rain")]), limit=3)
        scores = [hit.score for hit in hits]
        assert scores == sorted(scores, reverse=True)
        assert min(scores) > 0
        assert {json.loads(hit["entry"])["text"] for hit in hits} == {TEXTS[3]}


def test_stored_entries(searcher: Searcher) -> None:
    reader = searcher.reader()
    stored = [unpacked(fields["entry"].encode()) for fields in reader.all_stored_fields()]
    assert sorted(stored, key=lambda entry: entry.id) == sorted(LIVING, key=lambda entry: entry.id)
    one = searcher.document(id=LIVING[0].id)
    assert json.loads(one["entry"])["id"] == LIVING[0].id
    of_bo = {json.loads(fields["entry"])["id"] for fields in searcher.documents(speaker="bo-li")}
    assert of_bo == {entry.id for entry in LIVING if entry.speaker == "Bo Li"}


def test_deleted_rows_are_nowhere(searcher: Searcher) -> None:
    reader = searcher.reader()
    assert (reader.doc_count(), reader.doc_count_all(), reader.has_deletions()) == (31, 34, True)
    gone = [number for number in range(34) if reader.is_deleted(number)]
    assert sorted(ids(searcher, iter(gone))) == [f"{number:016x}" for number in sorted(DELETED)]
    assert searcher.document_number(id=f"{8:016x}") is None
    assert not set(gone) & set(reader.all_doc_ids())


@pytest.mark.parametrize("field", TEXT_FIELDS)
def test_lexicon_and_statistics(searcher: Searcher, field: str) -> None:
    reader = searcher.reader()
    having = by_word(field, list(ROWS))
    texts = {entry.id: exact_words(str(BY_NAME[field].value(entry))) for entry in ROWS}
    assert list(reader.field_terms(field)) == sorted(having, key=str.encode)
    assert [word.decode() for word in reader.lexicon(field)] == sorted(having, key=str.encode)
    times = Counter(word for text in texts.values() for word in text)
    for word, entries in having.items():
        info = reader.term_info(field, word)
        lengths = [len(texts[entry.id]) for entry in entries]
        assert (info.doc_frequency(), info.weight()) == (len(entries), times[word])
        assert (info.min_length(), info.max_length()) == (min(lengths), max(lengths))
        assert info.max_weight() == max(texts[entry.id].count(word) for entry in entries)
        assert (reader.frequency(field, word), reader.doc_frequency(field, word)) == (times[word], len(entries))
    assert (reader.frequency(field, "zebra"), reader.doc_frequency(field, "zebra")) == (0, 0)
    assert (field, b"zebra") not in reader
    assert reader.field_length(field) == sum(map(len, texts.values()))
    assert reader.max_field_length(field) == max(map(len, texts.values()))
    assert reader.min_field_length(field) == min(map(len, texts.values()))
    shown = ids(searcher, range(34))
    assert [reader.doc_field_length(row, field) for row in range(34)] == [len(texts[id_]) for id_ in shown]


def test_positions_are_the_analysers(searcher: Searcher) -> None:
    reader = searcher.reader()

    def places(entry: Entry, word: str) -> list[int]:
        tokens: list[Token] = words(entry.text)
        return [token.position for token in tokens if token.exact == word]

    for word, entries in by_word(FIELD, LIVING).items():
        postings = dict(reader.postings(FIELD, word).items_as("positions"))
        expected = {entry.id: places(entry, word) for entry in entries}
        assert dict(zip(ids(searcher, iter(postings)), postings.values(), strict=True)) == expected


def test_all_terms_in_order(searcher: Searcher) -> None:
    reader = searcher.reader()
    terms = list(reader.all_terms())
    assert terms == sorted(terms)
    assert {field for field, _ in terms} == {*TEXT_FIELDS, "id", "article", "speaker", "source", "kind", "status"} | {
        "variant",
        "date",
    }
    assert list(reader.expand_prefix(FIELD, "tax")) == [b"tax", b"taxes", b"taxi"]
    assert sorted(set(reader.field_terms("date"))) == [10101, 20191231, 20200101, 99991231]
    assert [term for term, _ in reader.iter_field(FIELD)] == [text for field, text in terms if field == FIELD]


def test_it_corrects_spelling(searcher: Searcher) -> None:
    reader = searcher.reader()
    assert reader.corrector(FIELD).suggest("tix", limit=1) == ["tax"]
    assert "taxes" in reader.corrector(FIELD).suggest("taxs", limit=5)
    assert set(reader.terms_within(FIELD, "tax", 1)) == {"tax", "taxi"}
    query = QueryParser(FIELD, searcher.schema).parse("rian tix")
    assert searcher.correct_query(query, "rian tix").string == "rain tax"


def test_sorting_grouping_and_filters(searcher: Searcher) -> None:
    hits = searcher.search(stock.Every(), sortedby="date", limit=None)
    dates = [json.loads(hit["entry"])["date"] for hit in hits]
    assert dates == sorted((entry.date for entry in LIVING), key=lambda date: date or "~")
    groups = searcher.search(stock.Every(), groupedby="speaker", limit=None).groups()
    assert {name: len(rows) for name, rows in groups.items()} == Counter(entry.speaker_id for entry in LIVING)
    tax, bo = stock.Term(FIELD, "tax"), stock.Term("speaker", "bo-li")
    narrowed = searcher.search(tax, filter=bo, mask=stock.Term(FIELD, "rain"), limit=None)
    assert set(ids(searcher, [hit.docnum for hit in narrowed])) == {
        entry.id for entry in LIVING if entry.speaker == "Bo Li" and entry.text == TEXTS[0]
    }


def test_an_index_of_no_rows(tmp_path: Path) -> None:
    with searching(written(tmp_path, [[]])) as searcher:
        reader = searcher.reader()
        assert (reader.doc_count(), list(reader.all_terms()), list(reader.lexicon(FIELD))) == (0, [], [])
        for query in (
            stock.Term(FIELD, "tax"),
            stock.Prefix(FIELD, "t"),
            stock.Every(),
            stock.NumericRange("date", 1, 9),
        ):
            assert found(searcher, query) == set()


@pytest.mark.parametrize("options", [{}, {"merge": False}, {"optimize": True}])
def test_its_writer_changes_a_copy_which_is_then_its_own(build: Path, tmp_path: Path, options: dict[str, bool]) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(build, copy)
    index = open_dir(str(copy / "whoosh"))
    with index.writer() as writer:
        writer.add_document(id="new", quote_exact="a brand-new tax")
        assert writer.delete_by_term("id", f"{5:016x}") == 1
        for name, wanted in options.items():
            setattr(writer, name, wanted)
    index.close()
    with searching(copy) as searcher:
        assert searcher.reader().doc_count() == len(LIVING)
        hits = searcher.search(QueryParser(FIELD, searcher.schema).parse('"brand-new tax"'))
        assert [searcher.reader().first_id("id", "new")] == [hit.docnum for hit in hits]
        assert searcher.document_number(id=f"{5:016x}") is None
    with pytest.raises(IndexDamagedError, match="Whoosh itself has written to this index; type: saywho rebuild"):
        Core(copy)


def test_what_its_writer_deletes_from_a_copy_is_found_to_be_changed(build: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(build, copy)
    index = open_dir(str(copy / "whoosh"))
    index.delete_by_term("id", f"{5:016x}")
    index.close()
    with pytest.raises(IndexDamagedError, match="cannot be opened"):
        Core(copy)


COUNT = (
    "import sys; from whoosh.index import open_dir; from whoosh.query import Term\n"
    "with open_dir(sys.argv[1], readonly=True).searcher() as searcher:\n"
    f"    print(len(searcher.search(Term('{FIELD}', 'taxi'), limit=1)))"
)
WRITE = (
    "import sys; from pathlib import Path; from index import whoosh_codec; from tests.entries import an_entry\n"
    "whoosh_codec.write(Path(sys.argv[1]), [an_entry(1, 'a taxi'), an_entry(2, 'taxis')])"
)


def test_a_fresh_process_needs_only_our_codec(build: Path) -> None:
    assert ran(COUNT, build / "whoosh", whoosh3=whoosh.__version__ >= (3,)) == "4\n"


needs_both = pytest.mark.skipif(
    whoosh.__version__ >= (3,) or not WHOOSH3.is_dir(),
    reason="whoosh3 is not there beside Whoosh; scripts/bootstrap --test",
)


@needs_both
def test_each_whoosh_reads_what_the_other_wrote(build: Path, tmp_path: Path) -> None:
    assert ran(COUNT, build / "whoosh", whoosh3=True) == "4\n"
    ran(WRITE, tmp_path, whoosh3=True)
    assert ran(COUNT, tmp_path / "whoosh", whoosh3=False) == "1\n"


@needs_both
def test_all_this_on_whoosh3() -> None:
    program = "import sys, pytest, whoosh; assert whoosh.__version__ >= (3,); sys.exit(pytest.main(sys.argv[1:]))"
    said = ran(program, "-p", "no:cacheprovider", __file__, "tests/test_index_codec.py", whoosh3=True)
    assert " passed, 2 skipped in " in said


def ran(program: str, *arguments: str | Path, whoosh3: bool) -> str:
    """What a program prints in a process of its own, with the one Whoosh or the other."""
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(WHOOSH3)] * whoosh3 + [str(ROOT)])},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class _Runs:
    """What runs when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self._path,)


@pytest.mark.parametrize("what", ["runs", "../elsewhere"])
def test_a_table_that_somebody_else_wrote_runs_nothing_and_leads_nowhere(tmp_path: Path, what: str) -> None:
    ran = tmp_path / "ran"
    segment = _Runs(ran) if what == "runs" else NumpySegment("MAIN", 3, segid=what)
    write_segments(tmp_path / "index", [segment])
    with pytest.raises(IndexDamagedError, match="its table of segments"):
        read_segments(tmp_path / "index")
    assert not ran.exists()
