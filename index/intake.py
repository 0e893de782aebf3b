"""Sources -> archive: reads articles, extracts what is new or changed, and keeps it; then publishes a build.

Interrupted anywhere, what was committed stays, and the next run goes on behind it.
"""

import dataclasses
import itertools
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from index.adrift import adrift
from index.archive import Archive, Known, file_of
from index.build import build, held, tidy, up_to_date
from index.errors import UsageError
from index.extract.workers import extractor_version
from index.hands import Hands, ThisMachine
from index.ledger import Correction, in_force
from index.lock import write_lock
from index.manifest import Manifest
from index.people_in_use import use
from index.places import Places
from index.readers import archives_around, checked, covered, files
from index.recorded import take_in
from index.records import Article, Failure, LeftOut, Quotation
from index.run_records import IndexReport, Options, Rebuilt, TooManyFailuresError, Watcher
from index.settings import Settings
from index.spreading import Spread, here

_COMMIT_SECONDS = 2.0
_SHARE_AFTER = 100
"""A share of failures is judged once so many articles have been looked at."""


def index_sources(
    settings: Settings,
    sources: Sequence[str],
    *,
    options: Options | None = None,
    watcher: Watcher | None = None,
    stdin: BinaryIO | None = None,
    people: Path | None = None,
    report: IndexReport | None = None,
    hands: Hands | None = None,
) -> IndexReport:
    """Reads sources into the archive and publishes a new build where something changed.

    `people` is a people file to use from now on; `report` is filled in as far as the run comes; `hands` do the work,
    else `options.jobs` processes. Raises PeopleFileError where that file cannot be read, UsageError for sources that
    cannot be, LockHeldError, ArchiveError, BuildError and TooManyFailuresError.
    """
    options, watcher = options or Options(), watcher or Watcher()
    report, started = IndexReport() if report is None else report, time.monotonic()
    if options.prune and options.limit is not None:
        raise UsageError("--prune-missing and --limit cannot go together: what was not read would seem to be missing")
    hands = hands or ThisMachine(options.jobs)
    places = Places(
        {**options.reading.to_json(), "extractor": extractor_version()},
        all_files=options.all_files or options.full,
        ready=options.ready,
    )
    # UsageError for a source that is not there comes before anything is made.
    how = checked(options.reading, memory=places)
    found = [(source, files([source], how)) for source in sources]
    named = ((source, one) for source, some in found for one in some)
    items = itertools.islice(hands.items(named, how, stdin), options.limit)
    lock = write_lock(settings.data, wait=options.wait, waiting=watcher.waiting)
    with lock, Archive(settings.archive, create=True) as archive:
        if people is not None and not options.dry_run:
            use(settings, people)
        places.open(archive.connection, covered(sources))
        began = _worked()
        _Run(archive, options, watcher, hands, places, report).take_in(items)
        _take_out(archive, report, places, options)
        report.cpu_reading = round(_worked() - began, 3)
        if not options.dry_run:
            report.notes += take_in(settings, archive)
            report.held = held(settings.builds)
            if report.held or up_to_date(settings, archive):
                tidy(settings.builds)
            else:
                note = report.notes.append
                report.build = _publish(settings, archive, watcher=watcher, note=note, spread=hands.spread).id
            report.adrift = len(adrift(archive, in_force(archive.corrections())))
        report.cpu_building = round(_worked() - began - report.cpu_reading, 3)
        hands.done()
    report.seconds = time.monotonic() - started
    return report


def _take_out(archive: Archive, report: IndexReport, places: Places, options: Options) -> None:
    """Counts what has vanished from the sources, and removes it where that is asked for.

    A dry run does the same, and never commits it.
    """
    gone = places.vanished() if options.limit is None else []
    report.vanished = len(gone)
    if options.prune:
        report.pruned = [article_id for article_id in gone if archive.remove(article_id)]
        places.forget(report.pruned)
    if not options.dry_run:
        archive.commit()


def rebuild(
    settings: Settings,
    *,
    extract: bool = False,
    jobs: int = 1,
    people: Path | None = None,
    watcher: Watcher | None = None,
    wait: float = 0.0,
    hands: Hands | None = None,
) -> Rebuilt:
    """Publishes a new build, settled and written whole, from the archive alone; with `extract` the archived texts are
    extracted anew first. `people` is a people file to use from now on; `hands` do the work, else `jobs` processes.

    An article that the extractor breaks on keeps the quotations that it had.
    """
    watcher = watcher or Watcher()
    with write_lock(settings.data, wait=wait, waiting=watcher.waiting), Archive(settings.archive) as archive:
        if people is not None:
            use(settings, people)
        hands = hands or ThisMachine(jobs)
        failures = _Run(archive, Options(jobs=jobs), watcher, hands).again().failures if extract else []
        notes = take_in(settings, archive)
        if left := held(settings.builds):
            notes.append(f"build {left} was held; that has ended, and runs publish again")
        manifest = _publish(settings, archive, watcher=watcher, whole=True, note=notes.append, spread=hands.spread)
        hands.done()
        return Rebuilt(manifest, tuple(failures), tuple(notes))


def correcting_run(
    settings: Settings,
    write: Callable[[Archive], Correction],
    *,
    publish: bool = True,
    watcher: Watcher | None = None,
) -> tuple[Correction, str | None]:
    """Writes a correction into the ledger, and publishes a build that has it: its line, and the build's id.

    Raises UsageError for a correction that cannot be, LockHeldError, ArchiveError and BuildError; a line that was
    written stands, also where its build fails.
    """
    with write_lock(settings.data), Archive(settings.archive) as archive:
        take_in(settings, archive)
        line = write(archive)
        archive.commit(lasting=True)
        if not publish or held(settings.builds):
            return line, None
        return line, _publish(settings, archive, watcher=watcher or Watcher(), note=lambda _: None).id


def _publish(
    settings: Settings,
    archive: Archive,
    *,
    watcher: Watcher,
    note: Callable[[str], None],
    whole: bool = False,
    spread: Spread = here,
) -> Manifest:
    """A new build of the archive, with the watcher told of each quotation."""
    progress = watcher.building(archive.size()[1])
    return build(settings, archive, whole=whole, progress=progress, note=note, spread=spread)


class _Run:
    """One pass over a stream of articles."""

    def __init__(
        self,
        archive: Archive,
        options: Options,
        watcher: Watcher,
        hands: Hands,
        places: Places | None = None,
        report: IndexReport | None = None,
    ) -> None:
        self._archive, self._options, self._watcher, self._hands = archive, options, watcher, hands
        self._places = places or Places({})
        self._extractor = extractor_version()
        self._report = IndexReport() if report is None else report
        self._seen: dict[str, Known] = {}
        self._under_way: dict[tuple[str, str], tuple[str, bool]] = {}
        """By id and content, of articles being extracted: the source, and whether the archive has not had them."""
        self._superseded: set[tuple[str, str]] = set()
        """Articles, by id and content, whose id went to another one."""
        self._origins: dict[str, str] = {}
        """Where articles come from of which a copy was read first."""
        self._files: set[str] = set()
        self._committed = time.monotonic()

    def take_in(self, items: Iterable[tuple[str, Article | Failure | LeftOut]]) -> IndexReport:
        """Extracts and keeps what is new or changed, of items with the sources that they come from."""
        report, places = self._work(self._wanted(items)), self._places
        report.unchanged += places.unchanged
        report.files_passed_over, report.files_waiting = places.passed_over, places.waiting
        report.not_before = dict(places.not_before)
        for language, count in places.left_out.items():
            report.left_out[language] = report.left_out.get(language, 0) + count
        return report

    def _wanted(self, items: Iterable[tuple[str, Article | Failure | LeftOut]]) -> Iterator[Article]:
        for source, item in items:
            self._watcher.article()
            self._forget(file_of(item.origin))
            if isinstance(item, Failure):
                self._places.broke()
                self._set_aside(item, source)
            elif isinstance(item, LeftOut):
                self._places.saw_left_out(item.article_id, item.language)
                self._report.left_out[item.language] = self._report.left_out.get(item.language, 0) + 1
            elif self._is_new(item, source):
                self._places.saw(item.id, item.content_hash)
                yield item

    def again(self) -> IndexReport:
        """Extracts every archived text anew."""
        return self._work(map(self._watched, self._archive.articles_alone()))

    def _watched(self, article: Article) -> Article:
        self._watcher.article()
        return article

    def _work(self, articles: Iterable[Article]) -> IndexReport:
        try:
            for article, found in self._hands.extract(articles):
                self._keep(article, found)
        finally:
            # After Ctrl-C too: what is done is kept.
            if not self._options.dry_run:
                for article_id, origin in self._origins.items():
                    self._archive.set_origin(article_id, origin)
                self._archive.commit()
        return self._report

    def _forget(self, file: str) -> None:
        for one in (file, *archives_around(file)):
            if one not in self._files:
                self._files.add(one)
                if not self._options.dry_run:
                    self._archive.forget_failures(one)

    def _is_new(self, article: Article, source: str) -> bool:
        content = article.content_hash
        seen = self._seen.get(article.id)
        known = seen or self._archive.known(article.id)
        if known is not None:
            same = known.content_hash == content
            if same and (seen is not None or (known.extractor == self._extractor and not self._options.full)):
                self._report.unchanged += 1
                self._places.saw(article.id, content)
                if seen is not None and _order(article.origin) < _order(seen.origin):
                    # Which of two copies is read first must not show in what is kept.
                    self._seen[article.id] = dataclasses.replace(seen, origin=article.origin)
                    self._origins[article.id] = article.origin
                return False
            if not same and self._is_another(article, known, seen):
                if seen is None or _order(seen.origin) < _order(article.origin):
                    self._places.broke()
                    self._set_aside(_taken(article.id, article.origin, known.origin), source)
                    return False
                self._give_way(seen, article)
        self._places.saw(article.id, content)
        self._seen[article.id] = Known(content, self._extractor, article.origin)
        self._under_way[article.id, content] = source, known is None
        return True

    def _is_another(self, article: Article, known: Known, seen: Known | None) -> bool:
        """Whether two texts of one id are two articles.

        An id of the article's own may come back with another text: the article has changed. Within one run, or from
        another file of the same name, it is two articles, and neither may push out the other.
        """
        by_name = article.id_basis == "name" and known.origin != article.origin
        return seen is not None or by_name or self._places.held_elsewhere(article.id, known.content_hash)

    def _give_way(self, seen: Known, article: Article) -> None:
        """Of two articles of one id the one whose file comes first stays, also where the other was read before it."""
        source, _ = self._under_way.get((article.id, seen.content_hash), (seen.origin, True))
        self._superseded.add((article.id, seen.content_hash))
        self._origins.pop(article.id, None)
        self._places.lost(article.id, seen.content_hash)
        self._set_aside(_taken(article.id, seen.origin, article.origin), source)

    def _keep(self, article: Article, found: list[Quotation] | Failure) -> None:
        key = article.id, article.content_hash
        source, is_new = self._under_way.pop(key, (article.origin, False))
        if key in self._superseded:
            return
        if isinstance(found, Failure):
            self._set_aside(found, source)
            return
        found = list({quotation.id: quotation for quotation in found}.values())  # an index has each id once
        self._report.added += is_new
        self._report.changed += not is_new
        self._report.words += len(article.text.split())
        self._report.quotations += len(found)
        if self._options.dry_run:
            return
        self._archive.put(article, found, extractor=self._extractor)
        if time.monotonic() - self._committed > _COMMIT_SECONDS:
            self._archive.commit()
            self._hands.kept()
            self._committed = time.monotonic()

    def _set_aside(self, failure: Failure, source: str) -> None:
        report, options = self._report, self._options
        report.failed += 1
        report.failures.append(failure)
        if not options.dry_run:
            self._archive.add_failure(failure, source=source, reading=options.reading.to_json())
        looked_at = report.added + report.changed + report.unchanged + report.failed
        too_many = options.max_failures is not None and report.failed > options.max_failures
        if options.max_share is not None and looked_at >= _SHARE_AFTER:
            too_many = too_many or report.failed > options.max_share * looked_at
        if too_many:
            raise TooManyFailuresError(
                f"{report.failed} of {looked_at} articles could not be read, more than --max-errors allows; the last: "
                f"{failure.origin}: {failure.reason}. Nothing new was published"
            )


def _worked() -> float:
    """Seconds that this process and those that it has ended have worked."""
    return sum(os.times()[:4])


def _order(origin: str) -> tuple[str, int]:
    """Sorts origins by file, and by line within it."""
    file = file_of(origin)
    return file, int(origin[len(file) + 1 :] or 0)


def _taken(article_id: str, origin: str, by: str) -> Failure:
    reason = (
        f"has the id '{article_id}', as {by} has, but another text; give one of them another id "
        "(a header line 'id: …', or the field 'id'), or another file name"
    )
    return Failure(origin=origin, reason=reason, article_id=article_id)
