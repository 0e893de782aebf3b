"""What engines over rows share: requests -> the core's questions, and its answers -> pages, wherever rows come from."""

import dataclasses
import time
from collections.abc import Iterator, Sequence
from typing import Protocol

from index.manifest import Manifest
from index.people_store import PeopleStore
from index.records import Article, Entry, PersonOfCollection
from search import cursors
from search.core import Core, Question
from search.cursors import Cursor
from search.errors import MovedError, NotFoundError, RequestError
from search.facets import make_facets
from search.filters import REPEATABLE, filters_of, unknown
from search.forms import form_of
from search.hits import article_shown, make_hit
from search.language import Query, parse
from search.profile_pages import Names, NamesRequest, Role, SourceProfile, SpeakerProfile
from search.profiles import Profiles
from search.request import SearchRequest
from search.results import ArticlePage, BuildShown, Facet, Hit, ResultPage, SpeakerPage, Suggestions, Understood
from search.suggest import SuggestRequest, did_you_mean, facet_values, suggestions
from search.tree import filters_in, leaves
from search.verify import VerifyPage, VerifyRequest, verify


class Articles(Protocol):
    """The articles of a build."""

    def get(self, article_id: str) -> Article | None:
        """The article of that id, or None."""

    def in_order(self) -> Iterator[str]:
        """The ids of all articles, sorted."""


class RowsEngine:
    """One opened build: all that is asked row by row. Where a whole column is needed, each engine has its own way.

    Whoever inherits from it opens these.
    """

    core: Core
    _manifest: Manifest
    _build: BuildShown
    _profiles: Profiles
    _articles: Articles
    _people: PeopleStore

    @property
    def build(self) -> BuildShown:
        """Which build this is."""
        return self._build

    def search(self, request: SearchRequest) -> ResultPage:
        """One page of answers.

        RequestError: a cursor that is not this question's or this build's. TimeLimitError: it takes too long.
        """
        started = time.perf_counter()
        request, moved = self._followed(request)
        query = parse(request.q)
        offset = self._offset(request)
        end = offset + request.limit
        answer = self.core.answer(
            Question(
                tree=query.tree,
                within=request.within,
                filters=filters_of(request),
                min_confidence=request.min_confidence,
                facets=request.facets,
                facet_limit=0,  # facets as they are shown are made of the counts
                interval=request.interval,
                sort=request.sort,
                group=request.group,
                first=end,
            )
        )
        if offset and offset >= answer.total:
            raise RequestError("cursor", "points behind the last quotation; start again without it")
        forms = [form_of(leaf) for leaf in leaves(query.tree)] if request.within != "context" else []
        page = [make_hit(self.core.entry(row), forms) for row in answer.rows[offset:end]]
        more = request.limit and end < answer.total
        return ResultPage(
            query=self._understood(request, query, answer.total, moved),
            total=answer.total,
            speakers=answer.speakers,
            took_ms=round((time.perf_counter() - started) * 1000, 2),
            build=self.build,
            results=tuple(page),
            facets=make_facets(request, self.core, answer),
            links={"self": None, "next": None},
            next_cursor=Cursor(self._manifest.id, request.digest, end).encode() if more else None,
        )

    def verify(self, request: VerifyRequest) -> VerifyPage:
        """The verdicts on a text's quotations."""
        return verify(
            self.core,
            request,
            build=self.build,
            articles=self._manifest.articles,
            article_text=lambda article_id: found.text if (found := self._articles.get(article_id)) else None,
        )

    def suggest(self, request: SuggestRequest) -> Suggestions:
        """Speakers, sources and words that begin as typed. TimeLimitError: it takes too long."""
        return suggestions(self.core, request)

    def facet_values(self, request: SearchRequest, name: str, beginning: str) -> Facet:
        """A facet's values that begin so, counted as in the answer to a search. NotFoundError: no such facet."""
        return facet_values(self.core, request, name, beginning)

    def quotation(self, quotation_id: str) -> Hit:
        """One quotation; NotFoundError where there is none of that id."""
        rows = self.core.rows_of("id", quotation_id)
        if not rows:
            raise NotFoundError(f"there is no quotation '{quotation_id}' in this collection")
        return make_hit(self.core.entry(rows[0]))

    def article(self, article_id: str) -> ArticlePage:
        """One article with its quotations in order of the text; NotFoundError where there is none of that id."""
        article = self._articles.get(article_id)
        if article is None:
            raise NotFoundError(f"there is no article '{article_id}' in this collection")
        entries = [self.core.entry(row) for row in self.core.rows_of("article", article_id)]
        entries.sort(key=lambda entry: (entry.content, entry.id))
        return ArticlePage(
            article=article_shown(article),
            authors=article.authors,
            text=article.text,
            quotations=tuple(make_hit(entry) for entry in entries),
            body=article.body,
            near_duplicate_of=article.near_duplicate_of,
        )

    def article_ids(self) -> Iterator[str]:
        """The ids of all articles, sorted."""
        return self._articles.in_order()

    def authors(self, article_id: str) -> str | None:
        """Who wrote an article, as it was read; None where that or the article is not known."""
        article = self._articles.get(article_id)
        return article.authors if article else None

    def speaker(self, speaker_id: str) -> SpeakerPage:
        """Somebody of the collection. MovedError for a former id, NotFoundError where there is none of that id."""
        found = self._people.get(speaker_id) or self._in_columns(speaker_id)
        if found is None:
            if now := self._people.now(speaker_id):
                raise MovedError("speaker", speaker_id, now)
            raise NotFoundError(f"there is no speaker '{speaker_id}' in this collection")
        return SpeakerPage(
            id=found.id,
            name=found.name,
            type=found.type,
            articles=found.articles,
            quotations=found.quotations,
            names=found.forms,
            wikidata=found.wikidata or None,
        )

    def speaker_profile(self, speaker_id: str) -> SpeakerProfile:
        """The same with all that is held of them; errors as of `speaker`."""
        page = self.speaker(speaker_id)
        profile = self._profiles.of_speaker(page.id)
        return SpeakerProfile(
            id=page.id,
            name=page.name,
            type=page.type,
            articles=profile.articles,
            quotations=profile.quotations,
            names=page.names,
            wikidata=page.wikidata,
            profile=profile,
        )

    def source_profile(self, name: str) -> SourceProfile:
        """What is held of an outlet. NotFoundError where there is none of that name."""
        if not self._profiles.code("source", name):
            raise NotFoundError(f"there is no source '{name}' in this collection")
        named, silent = self._profiles.named(name)
        return SourceProfile(name=name, named=named, silent=silent, profile=self._profiles.of_source(name))

    def names(self, role: Role, request: NamesRequest) -> Names:
        """One page of the index of speakers or sources. NotFoundError: a page behind the last one."""
        return self._profiles.names(role, request)

    def people_called(self, name: str) -> tuple[str, ...]:
        """The ids that a written name, id or former id stands for, the most quoted first; perhaps none."""
        return self._profiles.called("speaker", name) or self._people.now(name)

    def _in_columns(self, speaker_id: str) -> PersonOfCollection | None:
        """Somebody who has quotations, whatever the list of people says."""
        rows = self.core.rows_of("speaker", speaker_id)
        if not rows:
            return None
        name, kind = self._profiles.label("speaker", speaker_id), self.core.entry(rows[0]).speaker_type
        return PersonOfCollection(id=speaker_id, name=name, type=kind, articles=0, quotations=len(rows), forms=())

    def _entry(self, row: int) -> Entry:
        # What reads on by this method keeps the engine, which closes its files when nobody has it any more.
        return self.core.entry(row)

    def _counts(self, column: str) -> dict[str, int]:
        values = self.core.columns.values[column]
        return {values[code].value: int(values.counts[code]) for code in range(1, len(values) + 1)}

    def _offset(self, request: SearchRequest) -> int:
        if request.cursor is None:
            return 0
        cursor = cursors.decode(request.cursor)
        if cursor.build != self._manifest.id:
            raise RequestError("cursor", f"belongs to build {cursor.build}, this is {self._manifest.id}")
        if cursor.digest != request.digest:
            raise RequestError("cursor", "belongs to another question; start again without it")
        return cursor.offset

    def _followed(self, request: SearchRequest) -> tuple[SearchRequest, list[str]]:
        """The request with the ids that former ids of speakers stand for now, and notes that say so."""
        notes: list[str] = []
        found: list[str] = []
        for value in request.speaker:
            now = () if self.core.codes("speaker", value) else self._people.now(value)
            found += now or (value,)
            if now:
                notes.append(f"“{value}” is a former id: {' or '.join(f'“{one}”' for one in now)} was searched for")
        return (dataclasses.replace(request, speaker=tuple(found)), notes) if notes else (request, notes)

    def _understood(self, request: SearchRequest, query: Query, total: int, moved: Sequence[str]) -> Understood:
        chosen = [(name, getattr(request, name)) for name in REPEATABLE]
        chosen += [(part.field, part.values) for part in filters_in(query.tree) if part.field != "date"]
        notes = dict.fromkeys((*query.notes, *moved, *unknown(self.core, chosen)))
        return Understood(
            q=request.q,
            understood=query.understood,
            notes=tuple(notes),
            filters=request.filters,
            did_you_mean=did_you_mean(self.core, request, query.tree, total),
        )


def iso_day(date: int) -> str:
    """A day as columns hold it, `20200304`, in ISO 8601."""
    return f"{date // 10000:04}-{date // 100 % 100:02}-{date % 100:02}"
