"""The engine over one build folder: its rows, columns and articles are files of this machine."""

import weakref
from pathlib import Path

import numpy as np

from index.article_store import FILE_NAME, ArticleStore
from index.manifest import Manifest
from index.people_store import FILE_NAME as PEOPLE_FILE
from index.people_store import PeopleStore
from search.core import Core, Question
from search.coverage import Coverage, coverage_of
from search.filters import filters_of
from search.hits import make_hit
from search.language import parse
from search.matching import Matching
from search.profiles import Profiles
from search.request import SearchRequest
from search.results import BuildShown, Hit, Stats
from search.rows_engine import RowsEngine, iso_day


def open_engine(folder: Path, manifest: Manifest) -> "WhooshEngine":
    """The engine of the build in `folder`, whose files have been checked against its manifest."""
    return WhooshEngine(folder, manifest)


class WhooshEngine(RowsEngine):
    """One opened build; may be shared between threads."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self._manifest = manifest
        self._build = BuildShown(id=manifest.id, published=manifest.published, extractor=manifest.extractor)
        self.core = Core(folder)
        self._profiles = Profiles(self.core)
        self._articles = articles = ArticleStore(folder / FILE_NAME)
        self._people = PeopleStore(folder / PEOPLE_FILE)
        # SQLite opens its files at the first question, and the folder may be removed before.
        self._articles.get("")
        self._people.get("")
        self._finalizer = weakref.finalize(self, _close, self.core, articles, self._people)

    def every(self, request: SearchRequest) -> Matching:
        """All that a request finds, in its order, whatever its limit and cursor. TimeLimitError: it takes too long."""
        question = Question(
            tree=parse(request.q).tree,
            within=request.within,
            filters=filters_of(request),
            min_confidence=request.min_confidence,
            sort=request.sort,
            group=request.group,
        )
        return Matching(build=self.build, rows=self.core.every(question), entry=self._entry)

    def versions(self, variant_id: str, most: int) -> tuple[Hit, ...]:
        """The earliest quotations of the same words, at most so many; undated ones last."""
        rows = np.array(self.core.rows_of("variant", variant_id), np.int64)
        dates = self.core.columns.date[rows]
        first = rows[np.lexsort((rows, dates, dates == 0))][:most]
        return tuple(make_hit(self.core.entry(row)) for row in first.tolist())

    def coverage(self) -> Coverage:
        """What the build covers: outlets, months, and how often nobody is given as the speaker."""
        return coverage_of(self.core.columns, self.core.live, self.build, self._people.kinds())

    def stats(self) -> Stats:
        """What the build holds."""
        columns = self.core.columns
        dates = columns.date if self.core.live is None else columns.date[self.core.live]
        dated = dates[dates > 0]
        years, counts = np.unique(dated // 10000, return_counts=True)
        return Stats(
            build=self.build,
            articles=self._manifest.articles,
            quotations=self.core.rows,
            speakers=len(columns.values["speaker"]),
            sources=len(columns.values["source"]),
            first_date=iso_day(int(dated.min())) if len(dated) else None,
            last_date=iso_day(int(dated.max())) if len(dated) else None,
            years={f"{year:04}": count for year, count in zip(years.tolist(), counts.tolist(), strict=True)},
            undated=len(dates) - len(dated),
            kinds=self._counts("kind"),
            statuses=self._counts("status"),
        )

    def close(self) -> None:
        """Lets go of the files, as its last use does where nobody calls this."""
        self._finalizer()


def _close(core: Core, articles: ArticleStore, people: PeopleStore) -> None:
    core.close()
    articles.close()
    people.close()
