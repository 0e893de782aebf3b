"""Plain text: one article a file, with or without header lines on top.

Offsets count in `Article.text`, so it matters what that is. Nothing inside it is ever altered, line ends included:

- `date 2020-01-01` and the text behind it on the same line: the whole file as stored, the date's words included.
- Header lines (`Title: …`, ended by a blank line or by the first line that is none), or YAML front matter between
  lines of `---`: what follows the block and its blank lines. A header is about the article and not part of it.
- Anything else: the whole file as stored.

A byte order mark is part of none of them.
"""

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

import yaml

from index.errors import ReadError
from index.readers.articles import Given, make_article
from index.readers.base import Options, Place, Reader
from index.readers.dates import is_date
from index.readers.limits import shown_size
from index.readers.streams import decoded, warn_of_fallback
from index.records import Article, Failure

_KEYS: Mapping[str, str] = {
    **dict.fromkeys(("date", "published", "publication date", "publication_date", "published_at", "pubdate"), "date"),
    **dict.fromkeys(("source", "publisher", "outlet", "publication"), "source"),
    **dict.fromkeys(("title", "headline"), "title"),
    **dict.fromkeys(("url", "link", "canonical_url"), "url"),
    **dict.fromkeys(("id", "article_id"), "id"),
    **dict.fromkeys(("author", "authors", "author(s)", "byline"), "authors"),
    **dict.fromkeys(("language",), "language"),
}
_MAX_HEADER = 64 * 1024
_MAX_LINE = 1000
_INLINE_DATE = re.compile(
    r"\s*date(?P<colon>[ \t]*:)?[ \t]+(?P<date>\d{4}-\d{1,2}-\d{1,2})[ \t]+(?=\S)", re.ASCII | re.IGNORECASE
)
_LINE = re.compile(r"(?P<line>[^\r\n]*)(?:\r\n|\n|\r|\Z)")
_HEADER = re.compile(r"\s*(?P<key>[^\W\d_][\w ()-]{0,29}?)[ \t]*:[ \t]*(?P<value>.*?)\s*")
_DATE_LINE = re.compile(r"\s*date[ \t]+(?P<value>\S.*?)\s*", re.IGNORECASE)
_NEARLY_ISO = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}", re.ASCII)
_BLANK_LINES = re.compile(r"(?:[ \t]*(?:\r\n|\n|\r))*")
_FRONT_MATTER = re.compile(r"---[ \t]*(?:\r\n|\n|\r)(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\r\n|\n|\r|\Z)", re.S | re.M)

_MAX_TITLE = 150
_QUOTES = "\"'“”‘’«»„"


def read(stream: BinaryIO, place: Place, options: Options) -> Iterator[Article | Failure]:
    """The one article of the file, or why it is none."""
    most = options.limits.article
    data = stream.read(most + 1)
    try:
        if len(data) > most:
            raise ReadError(
                f"is longer than {shown_size(most)}, too long for one article; split it, leave it out, or raise the "
                "limit: --limit-of article=SIZE"
            )
        whole, fell_back = decoded(data, options.encoding or place.charset)
        given, begin, start = _parts(whole)
    except ReadError as error:
        yield Failure(origin=place.origin, reason=str(error))
        return
    if fell_back:
        warn_of_fallback(place.origin)
    text = whole[begin:]
    if not text.strip() and begin:
        yield Failure(
            origin=place.origin, reason="has header lines, but no text after them", article_id=given.get("id")
        )
        return
    body = start
    if start == 0 and (title := _title(text)):
        start = title.end()
        given.setdefault("title", title["line"].strip().lstrip("#").strip())
    if place.url:
        given.setdefault("url", place.url)
    yield make_article(text, Given(**given), place, start=start, body=body, date_order=options.date_order)


def _parts(whole: str) -> tuple[dict[str, str], int, int]:
    """What the top of the file gives, where the article's text begins, and where in that its first words stand."""
    if inline := _INLINE_DATE.match(whole):
        line = _LINE.match(whole, inline.start("date"))
        if line and _goes_on(line["line"], header=bool(inline["colon"])):
            return {"date": inline["date"]}, 0, inline.end()
    if front := _FRONT_MATTER.match(whole):
        block = _front_matter(front["yaml"])
        if block is not None:
            return block, _behind_blank_lines(whole, front.end()), 0
    return _header_lines(whole)


def _goes_on(line: str, *, header: bool) -> bool:
    """Does the text begin behind the date that the line begins with?"""
    # "date 2020-01-01 10:30 UTC" has a time and no text; "Date: 2020-01-01 (updated on Friday)" is no date to read.
    return len(line) > _MAX_LINE or (not is_date(line) and (not header or len(line.split()) > 10))


def _header_lines(whole: str) -> tuple[dict[str, str], int, int]:
    given: dict[str, str] = {}
    position = _behind_blank_lines(whole, 0)
    end = 0
    for match in _LINE.finditer(whole, position, position + _MAX_HEADER):
        header = _header(match["line"])
        if header is None:
            break
        name, value = header
        # A line of another kind (`Section: World`) counts only between two known ones: what follows the last of
        # these may be the article's, as in a transcript that begins with `SMITH: …`.
        if name:
            end = match.end()
            if name == "authors" and given.get("authors") and value:
                value = f"{given.pop('authors')}, {value}"
            given.setdefault(name, value)
        elif not end:
            break
        if match.end() == len(whole):
            break
    return (given, _behind_blank_lines(whole, end), 0) if end else ({}, 0, 0)


def _header(line: str) -> tuple[str | None, str] | None:
    """A known field (None for another one) and its value; None where the line is no header line."""
    if len(line) > _MAX_LINE:
        return None
    if date := _DATE_LINE.fullmatch(line):
        value = date["value"]
        if is_date(value) or _NEARLY_ISO.fullmatch(value):
            return "date", value
    if header := _HEADER.fullmatch(line):
        return _KEYS.get(" ".join(header["key"].lower().split())), header["value"]
    return None


def _front_matter(block: str) -> dict[str, str] | None:
    """The fields of YAML front matter; None where it is something else between two lines of dashes."""
    if len(block) > _MAX_HEADER:
        raise ReadError(f"its front matter is longer than {_MAX_HEADER:,} characters; is its last --- missing?")
    try:
        # The base loader makes strings and nothing else: dates stay as they were written.
        row = yaml.load(block, Loader=yaml.BaseLoader)  # noqa: S506
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 2}: {getattr(error, 'problem', '')})" if mark else ""
        raise ReadError(f"its front matter is broken YAML{where}; put values that hold ': ' into quotes") from error
    except (RecursionError, ValueError) as error:
        raise ReadError("its front matter cannot be read as YAML; mend or remove it") from error
    if not isinstance(row, dict):
        return None
    given: dict[str, str] = {}
    for key, value in row.items():
        name = _KEYS.get(str(key).lower()) if isinstance(key, str) else None
        if name:
            given.setdefault(name, _yaml_value(name, value))
    return given


def _yaml_value(name: str, value: object) -> str:
    if isinstance(value, str):
        return "" if value in ("~", "null", "Null", "NULL") else value
    if isinstance(value, dict) and isinstance(value.get("name"), str):
        return str(value["name"])
    if isinstance(value, list) and name == "authors" and not any(isinstance(item, list) for item in value):
        return ", ".join(filter(None, (_yaml_value(name, item) for item in value)))
    raise ReadError(f"its front matter's {name} is a list or a table; write it as a string")


def _behind_blank_lines(whole: str, position: int) -> int:
    match = _BLANK_LINES.match(whole, position)
    return match.end() if match else position


def _title(text: str) -> re.Match[str] | None:
    """The first line, where it can hardly be anything but a title: short, no sentence's end, a blank line after it."""
    match = _LINE.match(text, _behind_blank_lines(text, 0))
    if match is None or match.end() == len(text):
        return None
    line = match["line"].strip()
    behind = _LINE.match(text, match.end())
    if len(line) > _MAX_TITLE or behind is None or behind["line"].strip():
        return None
    words = line.lstrip("#").split()
    if not 2 <= len(words) <= 25:
        return None
    if line.rstrip(_QUOTES + ")")[-1:] in tuple(".,;:…") or not any(c.isalpha() for c in line):
        return None
    if (line[0] in _QUOTES and line[-1] in _QUOTES) or words[0].lower() in ("by", "date", "from:", "to:"):
        return None
    return match if text[match.end() :].strip() else None


READER = Reader(
    name="txt",
    endings=(".txt", ".text", ".md"),
    description="plain text, one article a file; 'date YYYY-MM-DD', header lines or YAML front matter may stand on top",
    read=read,
    types=("text/plain", "text/markdown"),
)
