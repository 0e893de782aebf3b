"""A row of any table -> an article: the usual names of columns, the named ones, and what values may be."""

import datetime
import functools
from collections.abc import Iterable, Mapping
from typing import cast

from index.errors import ReadError
from index.readers.articles import Given, make_article
from index.readers.base import FIELDS, Options, Place
from index.readers.streams import shown
from index.records import Article, Failure

# Tried in this order; the first that holds something is taken. Letter case does not matter, nor do spaces, hyphens and
# underscores: `Publication Date` is `publication_date` is `publicationDate`.
USUAL: Mapping[str, tuple[str, ...]] = {
    "text": (
        "text", "content", "body", "articlebody", "articletext", "fulltext", "maintext", "article", "bodytext",
        "articlecontent", "contenttext", "plaintext", "storytext", "rawtext", "cleantext",
    ),
    "date": (
        "date", "published", "publicationdate", "publishedat", "publicationdatetime", "publishdate", "datepublished",
        "pubdate", "publisheddate", "publishedtime", "publishtime", "firstpublished", "publishedon", "articledate",
        "datetime",
    ),
    "source": (
        "source", "publisher", "outlet", "publication", "sourcename", "sitename", "newspaper", "site",
        "mediaoutlet", "medianame", "sourcedomain", "domain",
    ),
    "title": ("title", "headline", "articletitle", "heading"),
    "url": ("url", "link", "canonicalurl", "articleurl", "weburl", "href", "permalink", "sourceurl", "uri"),
    "id": ("id", "articleid", "guid", "docid", "documentid", "uuid", "uid"),
    "authors": ("authors", "author", "byline", "writer", "journalist", "reporter"),
    "language": ("language", "lang", "languagecode", "inlanguage"),
}  # fmt: skip


def usual_column(names: Mapping[str, str], field: str) -> str | None:
    """The first of a table's columns (`plain_name` -> name) that is usual for the field."""
    return next((names[name] for name in USUAL[field] if name in names), None)


@functools.lru_cache(10_000)
def plain_name(name: str) -> str:
    """The column's name as USUAL writes it."""
    return "".join(c for c in name.lower() if c not in " _-\t")


def article_of_row(row: Mapping[str, object], number: int, place: Place, options: Options) -> Article | Failure:
    """The row's article; `number` is its line's or its own, from 1 on."""
    known = None
    try:
        plain = {plain_name(name): value for name, value in reversed([*row.items()])}
        known = _string(_column(row, plain, "id", options), "id")
        given = {name: _string(_column(row, plain, name, options), name) for name in FIELDS if name != "text"}
        text = _text(row, plain, options)
    except ReadError as error:
        return Failure(origin=f"{place.origin}:{number}", reason=str(error), article_id=known and shown(known))
    return make_article(text, Given(**given), place, line=number, date_order=options.date_order)


def _column(row: Mapping[str, object], plain: Mapping[str, object], field: str, options: Options) -> object:
    """The field's value; None where no usual column holds anything."""
    if named := options.fields.get(field):
        value: object = row
        for part in (named,) if named in row else named.split("."):
            if not isinstance(value, Mapping) or part not in value:
                raise ReadError(f"has no column '{shown(named, 60)}' for the {field}; it has {columns_shown(row)}")
            value = value[part]
        return value
    return next((plain[name] for name in USUAL[field] if plain.get(name) not in (None, "", [], {})), None)


def _text(row: Mapping[str, object], plain: Mapping[str, object], options: Options) -> str:
    value = _column(row, plain, "text", options)
    if value is None or value == "":
        raise no_text_column(row)
    if not isinstance(value, str):
        raise ReadError(f"its text is {kind_of(value)}, not a string; name the right column with --field text=COLUMN")
    return value


def no_text_column(names: Iterable[str]) -> ReadError:
    """The error of a row, or of a table, in which none of its columns is the text's."""
    return ReadError(
        f"has no text: a column {', '.join(USUAL['text'][:3])} is looked for, it has {columns_shown(names)}; "
        "name it with --field text=COLUMN"
    )


def _string(value: object, field: str) -> str | None:
    """A column's value in words: strings, whole numbers and dates; names out of objects; lists of authors."""
    if value is None or isinstance(value, str):
        return value
    if field == "language":
        return None
    if isinstance(value, datetime.date) and field == "date":
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool) and not (field == "date" and abs(value) > 99_991_231):
        return str(value)
    if isinstance(value, dict) and field in ("source", "authors") and isinstance(value.get("name"), str):
        return cast(str, value["name"])
    if isinstance(value, list) and field == "authors":
        return ", ".join(filter(None, (_string(item, field) for item in value if not isinstance(item, list))))
    if field == "date":
        raise ReadError(f"its date is {kind_of(value)} ({shown(value, 60)}); write it as a string, YYYY-MM-DD")
    raise ReadError(f"its {field} is {kind_of(value)}, not a string; mend it or name the right column with --field")


def columns_shown(names: Iterable[str]) -> str:
    """The first of a table's columns, for a message."""
    listed = list(names)
    return (", ".join(shown(name, 30) for name in listed[:8]) + (", …" if len(listed) > 8 else "")) or "none"


_KINDS = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null", bytes: "bytes"}


def kind_of(value: object) -> str:
    """What sort of value it is, for a message."""
    return _KINDS.get(type(value), "a number")
