"""Plain text files -> articles: what is the article's, what is about it, and where date, source and title come from."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.readers import read
from index.records import Article, Failure

BODY = "The mayor said: “We will mend the bridge.”\n\nNobody else spoke.\n"


def read_text(folder: Path, content: str | bytes, name: str = "a.txt") -> Article | Failure:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (found,) = read([str(path)])
    return found


def article(folder: Path, content: str | bytes, name: str = "a.txt") -> Article:
    found = read_text(folder, content, name)
    assert isinstance(found, Article), found
    return found


def reason(folder: Path, content: str | bytes) -> str:
    found = read_text(folder, content)
    assert isinstance(found, Failure), found
    return found.reason


# --- the text, as it is stored ---


@pytest.mark.parametrize(
    ("content", "text", "date"),
    [
        (" date 2020-01-01 After the flood, " + BODY, "whole", "2020-01-01"),
        ("date 2020-1-5\tAfter the flood, " + BODY, "whole", "2020-01-05"),
        ("\n DATE 2020-01-01 After\r\nthe flood.\r\n", "whole", "2020-01-01"),
        ("date 2020-01-01 10 people were there. " + BODY, "whole", "2020-01-01"),
        ("Date: 2020-01-01 After the flood, the harbour was closed for a day. " + BODY, "whole", "2020-01-01"),
        ("date 2020-01-01\n\n" + BODY, BODY, "2020-01-01"),
        (" date 2020-01-01\n" + BODY, BODY, "2020-01-01"),
        ("date 2020-01-01 10:30 UTC\n\n" + BODY, BODY, "2020-01-01"),
        ("Date: 1 January 2020\r\n\r\n  \r\n" + BODY, BODY, "2020-01-01"),
        ("Date night went wrong. " + BODY, "whole", None),
        ("Date 12 was the worst of them. " + BODY, "whole", None),
        ("The date 2020-01-01 is not its own. " + BODY, "whole", None),
        (BODY, "whole", None),
        ("\r\n\r\n  " + BODY.replace("\n", "\r\n"), "whole", None),
        ("MAYOR: We will mend the bridge.\nREPORTER: When?\n", "whole", None),
        ("Date: 2020-01-01\nMAYOR: We will.\nREPORTER: When?\n", "MAYOR: We will.\nREPORTER: When?\n", "2020-01-01"),
        ("---\nAn aside.\n---\n" + BODY, "whole", None),
        ("---\n" + BODY, "whole", None),
        ("---\ndate: 2020-01-01\n---\n\n" + BODY, BODY, "2020-01-01"),
        ("---\r\ndate: 2020-01-01\r\n...\r\n" + BODY, BODY, "2020-01-01"),
    ],
)
def test_what_is_the_articles_text(tmp_path: Path, content: str, text: str, date: str | None) -> None:
    found = article(tmp_path, content)
    assert found.text == (content if text == "whole" else text)
    assert (found.date, found.date_basis) == (date, "metadata" if date else "missing")


@given(st.text(min_size=1))
@settings(
    deadline=None, derandomize=True, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_text_without_a_header_comes_back_as_it_was_stored(tmp_path: Path, text: str) -> None:
    stored = "It rained. " + text
    found = read_text(tmp_path, stored)
    assert isinstance(found, Failure) or found.text == stored
    if "\0" not in text and text.isprintable():
        assert isinstance(found, Article)


# --- what the top of a file says ---


@pytest.mark.parametrize(
    "header",
    [
        "Title: The bridge:  open again\nSource: Harbour  Gazette\nDate: 2020-01-01\nURL: https://example.org/b?x=1\n"
        "Author: Ann Lee\nAuthor: Bo Day\nId: b-1\n",
        "HEADLINE: The bridge: open again\nSection: Town\npublisher: Harbour Gazette\npublished: Jan. 1, 2020\n"
        "link: https://example.org/b?x=1\nAuthor(s): Ann Lee, Bo Day\nid: b-1\n",
        "---\ntitle: 'The bridge: open again'\nsource: {name: Harbour Gazette}\ndate: 2020-01-01T23:30:00-05:00\n"
        "url: https://example.org/b?x=1\nauthors: [Ann Lee, Bo Day]\nid: b-1\ntags: [town, {a: b}]\n---\n",
    ],
)
def test_headers_and_front_matter(tmp_path: Path, header: str) -> None:
    found = article(tmp_path, header + "\n" + BODY)
    assert found.text == BODY
    assert (found.title, found.source, found.source_basis) == ("The bridge: open again", "Harbour Gazette", "metadata")
    assert (found.date, found.date_basis) == ("2020-01-01", "metadata")
    assert (found.url, found.authors) == ("https://example.org/b?x=1", "Ann Lee, Bo Day")
    assert (found.id, found.id_basis) == ("b-1", "metadata")


@pytest.mark.parametrize("header", ["date:\n", "---\ndate: ~\n---\n", "---\ndate: null\n---\n", "Date: unknown\n"])
def test_a_header_may_say_that_there_is_no_date(tmp_path: Path, header: str) -> None:
    found = article(tmp_path, header + BODY, "2021-05-05.txt")
    assert (found.date, found.date_basis) == ("2021-05-05", "name")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (" date 2020-02-30 After the flood.", "its date '2020-02-30' is not in the calendar"),
        ("date 2020-02-30\n\n" + BODY, "its date '2020-02-30' is not in the calendar"),
        ("date: 31 June 2020\n\n" + BODY, "its date '31 June 2020' is not in the calendar"),
        ("date: 01/02/2020\n\n" + BODY, "'01/02/2020' does not say which number is the day"),
        ("date: 2020-01-01 (updated on Friday)\n\n" + BODY, "'2020-01-01 (updated on Friday)' is not understood"),
        ("date: last Tuesday\n\n" + BODY, "'last Tuesday' is not understood; write it as YYYY-MM-DD"),
        ("---\ndate: 2020-02-30\n---\n" + BODY, "'2020-02-30' is not in the calendar"),
        ("---\ntitle: Mayor: we will\n---\n" + BODY, "broken YAML (line 2: mapping values are not allowed here)"),
        ("---\ntitle: [a, b]\n---\n" + BODY, "front matter's title is a list"),
        ("---\na: " + "[" * 2000 + "\n---\n" + BODY, "front matter"),
        ("---\na: " + "x" * 70_000 + "\n---\n" + BODY, "longer than 65,536 characters"),
        ("date: 2020-01-01\nid: x\n\n \n", "has header lines, but no text after them"),
        ("id: " + "x" * 201 + "\n\n" + BODY, "its id is 201 characters long; 200 is the most"),
        ("source: " + "x" * 201 + "\n\n" + BODY, "its source is 201 characters long"),
    ],
)
def test_a_wrong_header_sets_the_article_aside(tmp_path: Path, content: str, says: str) -> None:
    assert says in reason(tmp_path, content)


def test_front_matter_cannot_make_objects_or_fill_the_memory(tmp_path: Path) -> None:
    assert "title is a list" in reason(tmp_path, "---\ntitle: !!python/object/apply:os.getcwd []\n---\n" + BODY)
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
    assert "authors is a list or a table" in reason(tmp_path, f"---\n{bomb}authors: *a59\n---\n{BODY}")


# --- titles ---


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("Bridge to open again\n\n" + BODY, "Bridge to open again"),
        ("# Will the bridge open?\r\n\r\n" + BODY, "Will the bridge open?"),
        ("date 2020-01-01\n\nBridge to open again\n\n" + BODY, "Bridge to open again"),
        ("Bridge to open again\n" + BODY, None),
        ("The bridge is open.\n\n" + BODY, None),
        ("“The bridge is open.”\n\n" + BODY, None),
        ("“The bridge is open!”\n\n" + BODY, None),
        ("Bridge\n\n" + BODY, None),
        ("By Ann Lee\n\n" + BODY, None),
        ("Bridge " * 30 + "\n\n" + BODY, None),
        ("Bridge to open again\n\n", None),
        ("Title: \n\nBridge to open again\n\n" + BODY, None),
        (" date 2020-01-01 Bridge to open again\n\n" + BODY, None),
    ],
)
def test_a_title_is_never_invented(tmp_path: Path, content: str, title: str | None) -> None:
    assert article(tmp_path, content).title == title


# --- date and source from elsewhere ---


@pytest.mark.parametrize(
    ("start", "source", "date"),
    [
        ("HARBOUR (Quay News / Tide - 01st January, 2020) ", "Quay News / Tide", "2020-01-01"),
        (" date 2019-05-05 HARBOUR (Quay News - 1 Jan 2020) ", "Quay News", "2019-05-05"),
        ("LONDON (Reuters) - ", "Reuters", None),
        ("PARIS/ROME, Jan. 1 (AP) — ", "AP", None),
        ("BEIJING, Jan. 1, 2020 (Xinhua) -- ", "Xinhua", "2020-01-01"),
        ("Hong Kong, 3 March 2021 (AFP) – ", "AFP", "2021-03-03"),
        ("Washington (CNN)", "CNN", None),
        ("Washington (CNN) ", "CNN", None),
        ("(Reuters) - ", "Reuters", None),
        ("Bridge to open again\n\nLONDON (Reuters) - ", "Reuters", None),
        ("The Associated Press (AP) said on Monday: ", None, None),
        ("Jane Roe (Reuters) said: ", None, None),
        ("A picture of the mayor (Reuters)\n\n", None, None),
        ("The mayor and his cat (AP) - ", None, None),
        ("HARBOUR (Exclusive) - ", None, None),
        ("Ann Lee (Labour) - ", None, None),
        ("HARBOUR (Quay News - 31 February 2020) - ", None, None),
        ("It rained.\n\nLONDON (Reuters) - ", None, None),
    ],
)
def test_datelines(tmp_path: Path, start: str, source: str | None, date: str | None) -> None:
    found = article(tmp_path, start + BODY)
    assert (found.source, found.source_basis) == (source, "dateline" if source else "missing")
    basis = "metadata" if start.startswith(" date") else "dateline" if date else "missing"
    assert (found.date, found.date_basis) == (date, basis)


@pytest.mark.parametrize(
    ("name", "date", "date_basis", "source", "source_basis"),
    [
        ("2020/01/02/a.txt", "2020-01-02", "folder", None, "missing"),
        ("2020-01-02/a.txt", "2020-01-02", "folder", None, "missing"),
        ("gazette/a.txt", None, "missing", "gazette", "folder"),
        ("The Gazette/2020/01/02/a.txt", "2020-01-02", "folder", "The Gazette", "folder"),
        ("gazette/town/a.txt", None, "missing", None, "missing"),
        ("articles/a.txt", None, "missing", None, "missing"),
        ("2020/02/30/a.txt", None, "missing", None, "missing"),
        ("gazette_2016-09-01_the-bridge.txt", "2016-09-01", "name", "gazette", "name"),
        ("The Gazette_2016-09-01_x.txt", "2016-09-01", "name", "The Gazette", "name"),
        ("khamenei-2020-01-01.txt", "2020-01-01", "name", None, "missing"),
        ("20200101-bridge.txt", "2020-01-01", "name", None, "missing"),
        ("bridge_2020_01_01.txt", "2020-01-01", "name", None, "missing"),
        ("bridge-2020-02-30.txt", None, "missing", None, "missing"),
        ("bridge-2020-01-01-to-2020-01-05.txt", None, "missing", None, "missing"),
        ("bridge-120200101.txt", None, "missing", None, "missing"),
        ("gazette/2020/01/02/daily_2021-03-04_x.txt", "2020-01-02", "folder", "gazette", "folder"),
    ],
)
def test_folders_and_names(
    tmp_path: Path, name: str, date: str | None, date_basis: str, source: str | None, source_basis: str
) -> None:
    root = tmp_path / "root"
    article(root, BODY, name)
    (found,) = read([str(root)])
    assert isinstance(found, Article)
    assert (found.date, found.date_basis) == (date, date_basis)
    assert (found.source, found.source_basis) == (source, source_basis)
    assert (found.id, found.id_basis) == (name.removesuffix(".txt"), "name")


def test_what_the_article_says_comes_before_its_dateline_folder_and_name(tmp_path: Path) -> None:
    header = "Date: 2011-01-01\nSource: Own\n\n"
    lead = "HARBOUR (Quay News - 2 January 2012) "
    name = "gazette/2013/01/01/daily_2014-01-01_x.txt"
    article(tmp_path, header + lead + BODY, name)
    (found,) = read([str(tmp_path)])
    assert isinstance(found, Article)
    assert (found.date, found.source) == ("2011-01-01", "Own")
    article(tmp_path, lead + BODY, name)
    (found,) = read([str(tmp_path)])
    assert isinstance(found, Article)
    assert (found.date, found.source) == ("2012-01-02", "Quay News")


# --- anything at all ---


@given(st.binary(max_size=200), st.sampled_from(["a.txt", "a.jsonl", "a.txt.gz", "a", "a.md"]))
@settings(
    deadline=None, derandomize=True, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_bytes_are_articles_or_failures(tmp_path: Path, data: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    for found in read([str(path)]):
        assert isinstance(found, Article | Failure)
        (found.text if isinstance(found, Article) else found.reason).encode()
        found.origin.encode()


TOPS = [
    "---\n",
    "date 2020-01-01",
    "Date:",
    "Title: ",
    "id",
    ": ",
    "\n",
    "\r\n",
    " ",
    "(AP) - ",
    "[",
    "{",
    "&a ",
    "*a",
    "x",
]


@given(st.lists(st.sampled_from(TOPS), max_size=12).map("".join))
@settings(
    deadline=None, derandomize=True, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_header_is_an_article_or_a_failure_and_the_text_is_the_files_end(tmp_path: Path, content: str) -> None:
    found = read_text(tmp_path, content)
    assert isinstance(found, Failure) or content.endswith(found.text)


@pytest.mark.parametrize(
    "content",
    [" ", "\n", "(", "A (", "---\n", "Title: x\n", "Title: " + " " * 900 + "x\n", "date 2020-01-01 ", "“", "#", "a: "],
)
def test_a_megabyte_of_anything_is_quick(tmp_path: Path, content: str) -> None:
    read_text(tmp_path, content * (1_000_000 // len(content)))
    read_text(tmp_path, content * (1_000_000 // len(content)) + "end (AP) - x")
