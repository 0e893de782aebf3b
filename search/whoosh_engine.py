"""The engine over one build folder: Whoosh's postings for the words, numpy columns for everything else."""

import threading
import time
import weakref
from collections import OrderedDict
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.article_store import FILE_NAME, ArticleStore
from index.manifest import Manifest
from index.schema import SEARCHED
from index.whoosh_codec import Reader, open_columns
from search import cursors
from search.cursors import Cursor
from search.errors import NotFoundError, RequestError
from search.facets import combined, make_facets
from search.filters import REPEATABLE, Filters
from search.forms import form_of
from search.hits import article_shown, make_hit
from search.language import Query, parse
from search.matching import Mask, Matcher, Matches, Rows
from search.ranking import first_of_each, ordered
from search.request import SearchRequest
from search.results import ArticlePage, BuildShown, Hit, ResultPage, Stats, Understood
from search.tree import filters_in, leaves

_REMEMBERED = 4
"""Queries whose matches are kept for the next page or other filters."""


def open_engine(folder: Path, manifest: Manifest) -> "WhooshEngine":
    """The engine of the build in `folder`, whose files have been checked against its manifest."""
    return WhooshEngine(folder, manifest)


class WhooshEngine:
    """One opened build; may be shared between threads."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self._manifest = manifest
        self._columns = open_columns(folder)
        self._filters = Filters(self._columns)
        self._reader = Reader(folder)
        self._matchers = {
            within: Matcher(
                self._reader,
                self._columns.lengths,
                rows=self._columns.rows,
                within=within,
                filter_mask=self._filters.typed,
            )
            for within in SEARCHED
        }
        self._articles = ArticleStore(folder / FILE_NAME)
        self._articles.get("")  # SQLite opens its file at the first question, and the folder may be removed before
        self._finalizer = weakref.finalize(self, _close, self._reader, self._articles)
        self._undated = int(np.searchsorted(self._columns.date, np.int32(1)))
        self._remembered: OrderedDict[tuple[str, str], Matches] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def build(self) -> BuildShown:
        """Which build this is."""
        manifest = self._manifest
        return BuildShown(id=manifest.id, published=manifest.published, extractor=manifest.extractor)

    def search(self, request: SearchRequest) -> ResultPage:
        """One page of answers. RequestError: a cursor that is not this question's or this build's."""
        started = time.perf_counter()
        query = parse(request.q)
        offset = self._offset(request)
        matches = self._matches(query, request.within)
        base = np.zeros(self._columns.rows, np.bool_)
        base[matches.rows] = True
        masks = self._filters.of_request(request)
        found = combined(base, masks)
        end = offset + request.limit
        rows, total = self._order(request, matches, found, end)
        if offset and offset >= total:
            raise RequestError("cursor", "points behind the last quotation; start again without it")
        forms = [form_of(leaf) for leaf in leaves(query.tree)] if request.within != "context" else []
        page = [make_hit(self._reader.entry(row), forms) for row in rows[offset:end].tolist()]
        facets = make_facets(request, self._columns, self._filters, base, masks)
        speakers = np.bincount(self._columns.codes["speaker"][found])
        more = request.limit and end < total
        return ResultPage(
            query=self._understood(request, query),
            total=total,
            speakers=int(np.count_nonzero(speakers[1:])),
            took_ms=round((time.perf_counter() - started) * 1000, 2),
            build=self.build,
            results=tuple(page),
            facets=facets,
            links={"self": None, "next": None},
            next_cursor=Cursor(self._manifest.id, request.digest, end).encode() if more else None,
        )

    def quotation(self, quotation_id: str) -> Hit:
        """One quotation; NotFoundError where there is none of that id."""
        rows = self._reader.rows_of("id", quotation_id)
        if not rows:
            raise NotFoundError(f"there is no quotation '{quotation_id}' in this collection")
        return make_hit(self._reader.entry(rows[0]))

    def article(self, article_id: str) -> ArticlePage:
        """One article with its quotations in order of the text; NotFoundError where there is none of that id."""
        article = self._articles.get(article_id)
        if article is None:
            raise NotFoundError(f"there is no article '{article_id}' in this collection")
        entries = [self._reader.entry(row) for row in self._reader.rows_of("article", article_id)]
        entries.sort(key=lambda entry: (entry.content, entry.id))
        return ArticlePage(
            article=article_shown(article),
            authors=article.authors,
            text=article.text,
            quotations=tuple(make_hit(entry) for entry in entries),
            body=article.body,
        )

    def stats(self) -> Stats:
        """What the build holds."""
        columns = self._columns
        dated = columns.date[self._undated :]
        years, counts = np.unique(dated // 10000, return_counts=True)
        return Stats(
            build=self.build,
            articles=self._manifest.articles,
            quotations=columns.rows,
            speakers=len(columns.values["speaker"]),
            sources=len(columns.values["source"]),
            first_date=_iso(int(dated[0])) if len(dated) else None,
            last_date=_iso(int(dated[-1])) if len(dated) else None,
            years={f"{year:04}": count for year, count in zip(years.tolist(), counts.tolist(), strict=True)},
            undated=self._undated,
            kinds=self._counts("kind"),
            statuses=self._counts("status"),
        )

    def close(self) -> None:
        """Lets go of the files, as its last use does where nobody calls this."""
        self._finalizer()

    def _counts(self, column: str) -> dict[str, int]:
        values = self._columns.values[column]
        counts = np.bincount(self._columns.codes[column], minlength=len(values) + 1)[1:].tolist()
        return {value.value: count for value, count in zip(values, counts, strict=True)}

    def _offset(self, request: SearchRequest) -> int:
        if request.cursor is None:
            return 0
        cursor = cursors.decode(request.cursor)
        if cursor.build != self._manifest.id:
            raise RequestError("cursor", f"belongs to build {cursor.build}, this is {self._manifest.id}")
        if cursor.digest != request.digest:
            raise RequestError("cursor", "belongs to another question; start again without it")
        return cursor.offset

    def _matches(self, query: Query, within: str) -> Matches:
        key = query.understood, within
        with self._lock:
            if key in self._remembered:
                self._remembered.move_to_end(key)
                return self._remembered[key]
        matches = self._matchers[within].match(query.tree)
        with self._lock:
            self._remembered[key] = matches
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        return matches

    def _order(self, request: SearchRequest, matches: Matches, found: Mask, end: int) -> tuple[Rows, int]:
        keep = found[matches.rows]
        rows, scores = matches.rows[keep], matches.scores[keep]
        if request.group == "none":
            return ordered(rows, scores, undated=self._undated, sort=request.sort, first=end), len(rows)
        rows = ordered(rows, scores, undated=self._undated, sort=request.sort)
        groups: npt.NDArray[np.uint32] = self._columns.codes["variant"][rows]
        rows = first_of_each(rows, groups)
        return rows, len(rows)

    def _understood(self, request: SearchRequest, query: Query) -> Understood:
        chosen = [(name, getattr(request, name)) for name in REPEATABLE]
        chosen += [(part.field, part.values) for part in filters_in(query.tree) if part.field != "date"]
        notes = dict.fromkeys((*query.notes, *self._filters.unknown(chosen)))
        return Understood(q=request.q, understood=query.understood, notes=tuple(notes), filters=request.filters)


def _close(reader: Reader, articles: ArticleStore) -> None:
    reader.close()
    articles.close()


def _iso(date: int) -> str:
    return f"{date // 10000:04}-{date // 100 % 100:02}-{date % 100:02}"
