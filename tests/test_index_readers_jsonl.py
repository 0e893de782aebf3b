"""JSON lines -> articles: the usual columns, the named ones, and lines that are broken."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.readers import ReadingOptions, read
from index.records import Article, Failure

TEXT = "The mayor said: “We will mend the bridge.”"


def read_lines(folder: Path, *lines: object, **options: Any) -> list[Article | Failure]:
    path = folder / "news.jsonl"
    rows = [row if isinstance(row, str) else json.dumps(row) for row in lines]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return list(read([str(path)], ReadingOptions(**options)))


def article(folder: Path, row: object, **options: Any) -> Article:
    (found,) = read_lines(folder, row, **options)
    assert isinstance(found, Article), found
    return found


@pytest.mark.parametrize(
    "row",
    [
        {"text": TEXT, "date": "2020-01-01", "source": "Gazette", "title": "T", "url": "u", "id": "1",
         "authors": "A, B"},
        {"content": TEXT, "published": "2020-01-01", "publisher": "Gazette", "headline": "T", "link": "u", "id": 1,
         "author": ["A", "B"]},
        {"body": TEXT, "publication_date": 20200101, "outlet": " Gazette ", "Title": "T", "URL": "u", "ID": "1",
         "authors": [{"name": "A"}, {"name": "B"}]},
        {"text": "", "content": None, "body": TEXT, "published_at": "Wed, 01 Jan 2020 23:30:00 -0500",
         "source": {"id": None, "name": "Gazette"}, "title": "\tT\n", "url": "u", "id": "1", "authors": "A, B"},
    ],
)  # fmt: skip
def test_the_usual_columns(tmp_path: Path, row: object) -> None:
    found = article(tmp_path, row)
    assert (found.text, found.date, found.date_basis) == (TEXT, "2020-01-01", "metadata")
    assert (found.source, found.source_basis, found.title) == ("Gazette", "metadata", "T")
    assert (found.url, found.id, found.id_basis, found.authors) == ("u", "1", "metadata", "A, B")
    assert found.origin == f"{tmp_path}/news.jsonl:1"


def test_named_columns_take_the_place_of_the_usual_ones(tmp_path: Path) -> None:
    row = {"text": "no", "story": {"full": TEXT}, "date": "no", "day": "2020-01-01", "a.b": "Gazette"}
    found = article(tmp_path, row, fields={"text": "story.full", "date": "day", "source": "a.b"})
    assert (found.text, found.date, found.source) == (TEXT, "2020-01-01", "Gazette")


@pytest.mark.parametrize("empty", [None, "", " ", "null", float("nan")])
def test_nothing_in_a_column_is_missing(tmp_path: Path, empty: object) -> None:
    found = article(tmp_path, {"text": TEXT, "date": empty, "source": None if empty == "null" else empty})
    assert (found.date, found.date_basis, found.source, found.source_basis) == (None, "missing", None, "missing")


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2020-01-01T23:30:00-05:00", "2020-01-01"),
        ("2020-01-01T00:30:00.123456Z", "2020-01-01"),
        ("2020-01-01 23:30:00 UTC", "2020-01-01"),
        ("2020-01-01 23:30:00+00", "2020-01-01"),
        ("20200101T233000Z", "2020-01-01"),
        ("2020-01-01Z", "2020-01-01"),
        ("2020/1/5", "2020-01-05"),
        ("0001-01-01", "0001-01-01"),
        ("9999-12-31", "9999-12-31"),
        ("2020-02-29", "2020-02-29"),
        ("1 January 2020", "2020-01-01"),
        ("01st January, 2020", "2020-01-01"),
        ("1-Jan-2020", "2020-01-01"),
        ("January 1, 2020", "2020-01-01"),
        ("Jan. 1, 2020", "2020-01-01"),
        ("Sept 9 2020", "2020-09-09"),
        ("may 3, 2020 at 5:30 p.m. EST", "2020-05-03"),
        ("Wednesday, January 1, 2020 - 23:30", "2020-01-01"),
        ("Wed, 1 Jan 2020 23:30:00 +0000 (UTC)", "2020-01-01"),
        ("Wed Jan 01 23:30:00 +0000 2020", "2020-01-01"),
        ("Wed Jan 01 2020 23:30:00 GMT+0100 (Central European Standard Time)", "2020-01-01"),
        ("Wed, 01 Jan 20 23:30:00 GMT", "2020-01-01"),
        ("1 Jan 97 23:30 EST", "1997-01-01"),
        ("25.12.2020", "2020-12-25"),
        ("12/25/2020 10:30 PM", "2020-12-25"),
    ],
)
def test_dates_are_the_day_as_written(tmp_path: Path, written: str, date: str) -> None:
    assert article(tmp_path, {"text": TEXT, "date": written}).date == date


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("2020-02-30", "its date '2020-02-30' is not in the calendar; mend it"),
        ("2021-02-29T10:00:00Z", "is not in the calendar"),
        ("0000-01-01", "is not in the calendar"),
        ("32 January 2020", "is not in the calendar"),
        ("01/02/2020", "does not say which number is the day and which the month; say it with --date-order"),
        ("12.12.20", "does not say which"),
        ("31/31/2020", "does not say which"),
        ("2020", "'2020' is not understood; write it as YYYY-MM-DD"),
        ("2020-01", "is not understood"),
        ("yesterday", "is not understood"),
        ("x" * 100_000, "xxx…' is not understood"),
        ("2020-01-01\x1b[31m", "'2020-01-01\\x1b[31m' is not understood"),
        (1577836800, "its date is a number (1577836800); write it as a string, YYYY-MM-DD"),
        ({"year": 2020}, "its date is an object"),
        (True, "its date is true or false"),
    ],
)
def test_a_date_that_is_none_sets_the_article_aside(tmp_path: Path, written: object, says: str) -> None:
    (found,) = read_lines(tmp_path, {"id": "b-1", "text": TEXT, "date": written})
    assert isinstance(found, Failure)
    assert says in found.reason
    assert found.article_id == "b-1"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ('{"text": "We will', "broken JSON (Unterminated string starting at at column 10); mend or remove the line"),
        ("The mayor said", "broken JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"text": "x", "n": ' + "1" * 5000 + "}", "the JSON cannot be read"),
        ([1], "is a list, not an object"),
        ("7", "is a number, not an object"),
        ({}, "has no text: a column text, content, body is looked for, it has none"),
        ({"story": TEXT, "id": "b-1"}, "it has story, id; name it with --field text=COLUMN"),
        ({"text": None}, "has no text"),
        ({"text": " \n"}, "has no text"),
        ({"text": ["a", "b"]}, "its text is a list, not a string"),
        ({"text": 7}, "its text is a number"),
        ({"text": TEXT, "title": ["a"]}, "its title is a list"),
        ({"text": TEXT, "id": 1.5}, "its id is a number, not a string"),
        ({"text": TEXT, "id": "a\nb"}, "its id has control characters ('a\\nb')"),
        ({"text": TEXT, "id": "x" * 201}, "its id is 201 characters long"),
        ({"text": "Half a smile: \ud83d"}, "holds half a character (\\ud83d at 14)"),
        ({"text": TEXT, "id": "\ud83d"}, "its id has broken characters"),
        ({"text": "a\0b"}, "is binary"),
    ],
)
def test_a_broken_line_is_set_aside_and_the_rest_goes_on(tmp_path: Path, row: object, says: str) -> None:
    good = {"text": TEXT}
    found = read_lines(tmp_path, *[good] * 4, "", "  ", row, good)
    bad = found.pop(4)
    assert isinstance(bad, Failure)
    assert bad.origin.endswith("news.jsonl:7")
    assert says in bad.reason
    assert [getattr(a, "id", a) for a in found] == [f"news:{n}" for n in (1, 2, 3, 4, 8)]


def test_a_missing_column_that_was_named_is_a_failure_that_names_it(tmp_path: Path) -> None:
    (found,) = read_lines(tmp_path, {"text": TEXT, "id": "b-1"}, fields={"date": "day"})
    assert isinstance(found, Failure)
    assert found.reason == "has no column 'day' for the date; it has text, id"
    assert found.article_id == "b-1"


@pytest.mark.parametrize("content", ['[\n{"text": "x"},\n{"text": "y"}\n]', '[{"text": "x"}]', '{\n"text": "x"\n}'])
def test_json_that_is_not_in_lines_is_one_failure(tmp_path: Path, content: str) -> None:
    (found,) = read_lines(tmp_path, content)
    assert isinstance(found, Failure)
    assert "is JSON, but not JSON lines; write one object a line (jq -c" in found.reason


def test_ids_from_urls_are_the_same_wherever_the_line_stands(tmp_path: Path) -> None:
    one, two, three = read_lines(tmp_path, {"text": TEXT, "url": "u"}, {"text": TEXT}, {"text": TEXT, "url": "u"})
    assert isinstance(one, Article)
    assert isinstance(two, Article)
    assert isinstance(three, Article)
    assert one.id == three.id
    assert (one.id[:4], one.id_basis) == ("url-", "metadata")
    assert (two.id, two.id_basis) == ("news:2", "name")


def test_a_file_of_many_articles_dates_none_of_them_but_their_datelines_and_folders_do(tmp_path: Path) -> None:
    folder = tmp_path / "gazette/2020/01/02"
    folder.mkdir(parents=True)
    rows = [{"text": "It rained."}, {"text": "LONDON, Jan. 1, 2019 (Reuters) - It rained."}]
    (folder / "export_2024-05-05_all.jsonl").write_text("\n".join(map(json.dumps, rows)))
    found = list(read([str(tmp_path)]))
    assert [(getattr(a, "date", a), getattr(a, "source", a)) for a in found] == [
        ("2020-01-02", "gazette"),
        ("2019-01-01", "Reuters"),
    ]
    (tmp_path / "export_2024-05-05_all.jsonl").write_text(json.dumps(rows[0]))
    (alone,) = read([str(tmp_path / "export_2024-05-05_all.jsonl")])
    assert isinstance(alone, Article)
    assert (alone.date, alone.source) == (None, None)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
ROWS = st.dictionaries(st.sampled_from(["text", "body", "date", "source", "title", "url", "id", "author", "x"]), VALUES)


@given(ROWS)
@settings(
    deadline=None, derandomize=True, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_object_is_an_article_or_a_failure(tmp_path: Path, row: dict[str, object]) -> None:
    (found,) = read_lines(tmp_path, row)
    assert isinstance(found, Article | Failure)
    (found.text if isinstance(found, Article) else found.reason).encode()


@given(st.text(min_size=1).filter(lambda t: t.strip() and t.isprintable()))
@settings(
    deadline=None, derandomize=True, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_text_comes_back_as_it_was(tmp_path: Path, text: str) -> None:
    assert article(tmp_path, {"text": text}).text == text


def test_lines_are_given_out_while_the_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress((json.dumps({"text": TEXT, "id": "one"}) + "\n").encode() * 100_000)[:-100])
    first = next(read([str(path)]))  # the file's end is not there, and is not asked for yet
    assert isinstance(first, Article)
