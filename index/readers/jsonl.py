"""JSON lines: one object a line, one article an object."""

import io
import json
from collections.abc import Iterator, Mapping
from typing import BinaryIO, cast

from index.errors import ReadError
from index.readers import base
from index.readers.articles import Given, make_article
from index.readers.base import FIELDS, Options, Place, Reader
from index.readers.streams import decoded, looked_into, marked_encoding, shown, warn_of_fallback
from index.records import Article, Failure

# Tried in this order; the first that holds something is taken. Letter case does not matter.
_USUAL: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "content", "body", "articlebody", "article_text", "full_text", "maintext"),
    "date": (
        "date", "published", "publication_date", "published_at", "publishedat", "publication_datetime", "publish_date",
        "date_published", "datepublished", "pub_date", "pubdate",
    ),
    "source": ("source", "publisher", "outlet", "publication", "source_name", "site_name"),
    "title": ("title", "headline"),
    "url": ("url", "link", "canonical_url"),
    "id": ("id", "article_id", "guid"),
    "authors": ("authors", "author", "byline"),
}  # fmt: skip


def read(stream: BinaryIO, place: Place, options: Options) -> Iterator[Article | Failure]:
    """An Article or a Failure for each line that is not blank. Raises ReadError for a file of anything else."""
    first = True
    for number, line in _lines(stream, place, options):
        if isinstance(line, ReadError):
            yield Failure(origin=f"{place.origin}:{number}", reason=str(line))
            continue
        line = line.strip()
        if not line:
            continue
        if first and (line == "{" or line[0] == "["):
            # Every line of it would be a failure; one is enough.
            reason = (
                "is JSON, but not JSON lines; write one object a line (jq -c '.[]' does it for a list, jq -c . else)"
            )
            raise ReadError(reason)
        first = False
        yield _article(line, number, place, options)


def _lines(stream: BinaryIO, place: Place, options: Options) -> Iterator[tuple[int, str | ReadError]]:
    """The lines with their numbers, from 1 on; a ReadError for one that is too long or cannot be decoded."""
    head, stream = looked_into(stream)
    encoding = marked_encoding(head) or options.encoding
    if encoding and "\n{".encode(encoding) != b"\n{":
        yield from _wide_lines(stream, encoding)
        return
    if b"\0" in head and not encoding:
        raise ReadError("is a binary file, not JSON lines; leave it out (or, for UTF-16, say so with --encoding)")
    number, warned = 0, False
    while data := stream.readline(base.MAX_BYTES + 1):
        number += 1
        if len(data) > base.MAX_BYTES:
            while data and not data.endswith(b"\n"):
                data = stream.readline(1 << 20)
            yield number, _too_long()
            continue
        try:
            line, fell_back = decoded(data, options.encoding)
        except ReadError as error:
            yield number, error
            continue
        if fell_back and not warned:
            warned = True
            warn_of_fallback(f"{place.origin}:{number}")
        yield number, line


def _wide_lines(stream: BinaryIO, encoding: str) -> Iterator[tuple[int, str | ReadError]]:
    """Lines of UTF-16 and its like, whose line ends are no single bytes; after a broken one nothing can be read."""
    reader = io.TextIOWrapper(cast("io.BufferedReader", stream), encoding, newline="\n")
    number, limit = 0, base.MAX_BYTES // 2
    try:
        while line := reader.readline(limit + 1):
            number += 1
            if len(line) > limit:
                while line and not line.endswith("\n"):
                    line = reader.readline(1 << 20)
                yield number, _too_long()
                continue
            yield number, line.removeprefix("\ufeff") if number == 1 else line
    except UnicodeError:
        yield number + 1, ReadError(f"is not valid {encoding} from here on, and the rest was not read; mend the file")
    finally:
        reader.detach()


def _too_long() -> ReadError:
    return ReadError(f"the line is longer than {base.MAX_BYTES:,} bytes, too long for an article; leave it out")


def _article(line: str, number: int, place: Place, options: Options) -> Article | Failure:
    known = None
    try:
        row = _object(line)
        known = _string(_column(row, "id", options), "id")
        given = {name: _string(_column(row, name, options), name) for name in FIELDS if name != "text"}
        text = _text(row, options)
    except ReadError as error:
        return Failure(origin=f"{place.origin}:{number}", reason=str(error), article_id=known and shown(known))
    return make_article(text, Given(**given), place, line=number)


def _object(line: str) -> dict[str, object]:
    try:
        row = json.loads(line, parse_constant=lambda _: None)  # NaN is what pandas writes for nothing
    except json.JSONDecodeError as error:
        raise ReadError(f"broken JSON ({error.msg} at column {error.colno}); mend or remove the line") from error
    except RecursionError as error:
        raise ReadError("the JSON is nested too deeply; mend or remove the line") from error
    except ValueError as error:  # a number of thousands of digits
        raise ReadError(f"the JSON cannot be read ({shown(error, 100)}); mend or remove the line") from error
    if not isinstance(row, dict):
        raise ReadError(f"is {_kind(row)}, not an object with an article's columns; mend or remove the line")
    return row


def _column(row: dict[str, object], field: str, options: Options) -> object:
    """The field's value; None where no usual column holds anything."""
    if named := options.fields.get(field):
        value: object = row
        for part in (named,) if named in row else named.split("."):
            if not isinstance(value, dict) or part not in value:
                raise ReadError(f"has no column '{shown(named, 60)}' for the {field}; it has {_columns(row)}")
            value = value[part]
        return value
    lower = {name.lower(): value for name, value in reversed(row.items())}
    return next((lower[name] for name in _USUAL[field] if lower.get(name) not in (None, "", [], {})), None)


def _text(row: dict[str, object], options: Options) -> str:
    value = _column(row, "text", options)
    if value is None or value == "":
        raise ReadError(
            f"has no text: a column {', '.join(_USUAL['text'][:3])} is looked for, it has {_columns(row)}; "
            "name it with --field text=COLUMN"
        )
    if not isinstance(value, str):
        raise ReadError(f"its text is {_kind(value)}, not a string; name the right column with --field text=COLUMN")
    return value


def _string(value: object, field: str) -> str | None:
    """A column's value in words: strings and whole numbers; names out of objects; lists of authors."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and not (field == "date" and abs(value) > 99_991_231):
        return str(value)
    if isinstance(value, dict) and field in ("source", "authors") and isinstance(value.get("name"), str):
        return cast(str, value["name"])
    if isinstance(value, list) and field == "authors":
        return ", ".join(filter(None, (_string(item, field) for item in value if not isinstance(item, list))))
    if field == "date":
        raise ReadError(f"its date is {_kind(value)} ({shown(value, 60)}); write it as a string, YYYY-MM-DD")
    raise ReadError(f"its {field} is {_kind(value)}, not a string; mend it or name the right column with --field")


def _columns(row: dict[str, object]) -> str:
    names = ", ".join(shown(name, 30) for name in list(row)[:8])
    return (names + (", …" if len(row) > 8 else "")) or "none"


_KINDS = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "a number")


READER = Reader(
    name="jsonl",
    endings=(".jsonl", ".ndjson"),
    description="JSON lines: an object with text, date, source, title, url, id a line",
    read=read,
    columns=True,
    sniff=lambda start: start.lstrip().startswith("{"),
)
