"""A run whose work Dask's workers do. This machine keeps the archive, and with it the truth."""

import contextlib
import hashlib
import itertools
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from index.cluster.connecting import connected
from index.cluster.extracting import END, TRIES, Begun, Order, check, extract_articles, read_shard, work_out
from index.cluster.parts import Store, found_from_bytes, read_from_bytes
from index.cluster.shards import Shard, alone, shard, shards
from index.cluster.tasks import Task, Tasks
from index.errors import DaskError, SaywhoError, UsageError
from index.extract.workers import extractor_version
from index.readers import Found, How, items_of
from index.readers.storage import SCHEMES, is_storage
from index.records import Article, Failure, LeftOut, Quotation
from index.settings import Settings
from index.spreading import Spread

A = TypeVar("A")
B = TypeVar("B")

_PIECE, _LETTERS = 16, 400_000
"""Articles that are extracted at once, of so many letters at most: a few seconds of work, which is what a worker that
dies takes along."""
_BEGINNINGS = ", ".join(f"{scheme}://" for scheme in SCHEMES)
_DIED = (
    f"{TRIES} workers died of it (out of memory?); leave it out, or give the workers more memory and type: saywho "
    "failed --retry"
)


@contextlib.contextmanager
def cluster(settings: Settings, *, jobs: int) -> Iterator["Cluster"]:
    """The workers of `settings.dask`: those of a scheduler's address, or `jobs` processes of this machine for `local`.

    DaskError where Dask is not installed, nobody answers, or a worker cannot do the work.
    """
    url = settings.parts or str(settings.data / "parts")
    if not is_storage(url):
        if "://" in url:
            raise UsageError(f"--parts is '{url}'; it takes a folder, or an address that begins with {_BEGINNINGS}")
        url = str(Path(url).expanduser().absolute())
    with connected(settings.dask, jobs) as client:
        made = Cluster(Tasks(client, settings.dask), Store(url))
        try:
            yield made
        finally:
            made.close()


class Cluster:
    """The hands (`index.hands.Hands`) that a scheduler's workers are."""

    def __init__(self, tasks: Tasks, store: Store) -> None:
        self._tasks = tasks
        run = secrets.token_hex(6)
        self._order = Order(run, store, extractor_version(), version("saywho"))
        self._begun = Begun(store, run)
        self._checked = False
        self._given: list[str] = []
        """Parts all of whose articles were given out, and are not kept for good yet."""

    @property
    def spread(self) -> Spread:
        """The workers."""
        return self._spread

    def items(
        self, found: Iterable[tuple[str, Found | Failure]], how: How, stdin: BinaryIO | None
    ) -> Iterator[tuple[str, Article | Failure | LeftOut]]:
        """The articles of files, read by the workers shard by shard; what was read before is taken as it is."""
        found = iter(found)
        first = next(found, None)
        if first is None:
            return
        one = first[1]
        self._check(str(one.path) if isinstance(one, Found) and one.path is not None else None)
        done = self._read_before()

        def begin(piece: Shard | tuple[str, Found | Failure]) -> Task[list[str]] | None:
            if not isinstance(piece, Shard) or piece.name in done:
                return None
            return self._task(piece.name, read_shard, piece, alone(how))

        for piece, task in self._tasks.in_order(shards(itertools.chain([first], found), how), begin):
            if not isinstance(piece, Shard):
                source, file = piece
                yield from ((source, item) for item in items_of([file], how, stdin))
            elif task is None:
                yield from self._items_of(piece, done[piece.name], how)
            else:
                yield from self._shard(piece, task.result(), how)

    def extract(self, articles: Iterable[Article]) -> Iterator[tuple[Article, list[Quotation] | Failure]]:
        """Each article with its quotations, in order; what an earlier run's workers found is taken as it is."""
        self._check(None)
        before = self._found_before()

        def begin(piece: Sequence[Article]) -> Task[str] | None:
            new = [one for one in piece if (one.id, one.content_hash) not in before]
            return self._extraction(new) if new else None

        for piece, task in self._tasks.in_order(_pieces(articles), begin):
            part = task.result() if task is not None else ""
            new = {} if task is None or part is None else self._found(part)
            for article in piece:
                key = article.id, article.content_hash
                if key in before:
                    yield article, before[key]
                elif key in new:
                    yield article, new[key]
                else:
                    yield article, self._alone(article, of=len(piece))
            if part:
                self._given.append(part)

    def kept(self) -> None:
        """Removes parts whose articles the archive has for good."""
        self._order.store.remove(self._given)
        self._given.clear()

    def done(self) -> None:
        """Removes all parts: the archive has what was in them."""
        store = self._order.store
        store.remove([*store.names("read-"), *store.names("found-"), *store.names("begun-"), *store.names("seen-")])

    def everywhere(self, function: Callable[[], B]) -> dict[str, B | BaseException]:
        """What a function comes to on each worker, by the worker's address."""
        return self._tasks.everywhere(function)

    def close(self) -> None:
        """Takes back what is only of this run; parts stay for the next one."""
        with contextlib.suppress(SaywhoError):
            self._begun.clear()
            self._order.store.remove([f"seen-{self._order.run}"])

    def _check(self, file: str | None) -> None:
        """Asks every worker whether it can do the work, once, and where a file is named. DaskError where one cannot."""
        if self._checked and file is None:
            return
        seen = secrets.token_hex(8)
        self._order.store.mark(f"seen-{self._order.run}", seen)
        for worker, problem in sorted(self._tasks.everywhere(check, self._order, seen, file).items()):
            if isinstance(problem, BaseException):
                raise DaskError(
                    f"the worker {worker} cannot do the work ({type(problem).__name__}: {problem}); install the saywho "
                    "of this machine there"
                )
            if problem:
                raise DaskError(problem)
        self._checked = True

    def _shard(
        self, piece: Shard, names: list[str] | None, how: How
    ) -> Iterator[tuple[str, Article | Failure | LeftOut]]:
        """The items of a shard that was read; where workers died of it, file by file."""
        if names is not None:
            yield from self._items_of(piece, names, how)
        elif len(piece.files) == 1:
            yield piece.sources[0], Failure(origin=piece.files[0].place.origin, reason=_DIED)
        else:
            for source, file in zip(piece.sources, piece.files, strict=True):
                single = shard([(source, file)], how)
                task: Task[list[str]] = self._task(single.name, read_shard, single, alone(how))
                yield from self._shard(single, task.result(), how)

    def _alone(self, article: Article, *, of: int) -> list[Quotation] | Failure:
        """What is found in an article of a piece that workers died of."""
        if of > 1 and (part := self._extraction([article]).result()):
            self._given.append(part)
            (found,) = self._found(part).values()
            return found
        return Failure(origin=article.origin, reason=_DIED, article_id=article.id)

    def _extraction(self, articles: Sequence[Article]) -> Task[str]:
        told = [self._order.extractor, *(part for one in articles for part in (one.id, one.content_hash))]
        name = hashlib.sha256("\0".join(told).encode("utf-8", "surrogatepass")).hexdigest()[:32]
        return self._task(name, extract_articles, name, list(articles))

    def _items_of(
        self, piece: Shard, names: Iterable[str], how: How
    ) -> Iterator[tuple[str, Article | Failure | LeftOut]]:
        """The items of a shard's parts, with what earlier and later runs are to know of each file told on the way."""
        rows = (row for name in names for row in read_from_bytes(self._part(name)))
        row = next(rows, None)
        for place, (source, file) in enumerate(zip(piece.sources, piece.files, strict=True)):
            memory = how.options.memory if file.path is not None else None
            wanted = memory is None or memory.begins(file.path, None, file.place.name)
            if memory is not None and wanted and not piece.is_at_rest(place):
                memory.broke()
            while row is not None and row.file == place:
                if wanted:
                    yield source, row.item
                row = next(rows, None)
            if memory is not None and wanted:
                memory.ends()

    def _found(self, name: str) -> dict[tuple[str, str], list[Quotation] | Failure]:
        return {(one.article_id, one.content_hash): one.found for one in found_from_bytes(self._part(name))}

    def _part(self, name: str) -> bytes:
        data = self._order.store.read(name)
        if data is None:
            raise DaskError(
                f"{self._order.store.url}: the part {name} is gone or was altered during the run; is another run using "
                "this folder? Type it again"
            )
        return data

    def _read_before(self) -> dict[str, list[str]]:
        """Whole shards that an earlier run's workers have read: by the shard's name those of its parts."""
        parts: dict[str, list[str]] = {}
        for full in self._order.store.names("read-"):
            parts.setdefault(full.split("-")[1], []).append(full)
        return {
            name: mine
            for name, mine in parts.items()
            if [full.split("-")[2].partition(".")[0].removesuffix(END) for full in mine]
            == [f"{number:06}" for number in range(len(mine))]
            and mine[-1].split("-")[2].partition(".")[0].endswith(END)
            and all(self._order.store.read(full) is not None for full in mine)
        }

    def _found_before(self) -> dict[tuple[str, str], list[Quotation] | Failure]:
        """What an earlier run's workers found and this archive has not got, by an article's id and content."""
        found: dict[tuple[str, str], list[Quotation] | Failure] = {}
        for name in self._order.store.names("found-"):
            data = self._order.store.read(name)
            if data is None:
                self._order.store.remove([name])
                continue
            for one in found_from_bytes(data):
                if one.extractor == self._order.extractor and not isinstance(one.found, Failure):
                    found[one.article_id, one.content_hash] = one.found
        return found

    def _spread(self, work: Callable[[A], B], pieces: Iterable[A], /) -> Iterator[B]:
        """What `work` makes of each piece, in order."""
        self._check(None)

        def begin(piece: A) -> Task[B]:
            return Task(self._tasks, work_out, work, piece, guilty=lambda: False)

        for _, task in self._tasks.in_order(pieces, begin):
            made = task.result() if task is not None else None
            if made is None:
                raise DaskError(
                    "workers die of what they are given to compare (out of memory?); give them more memory, and type "
                    "the command again: nothing that was read is lost"
                )
            yield made

    def _task(self, name: str, function: Callable[..., B | None], *arguments: Any) -> Task[B]:
        return Task(self._tasks, function, *arguments, self._order, guilty=lambda: self._begun.times(name) >= TRIES)


def _pieces(articles: Iterable[Article]) -> Iterator[list[Article]]:
    piece: list[Article] = []
    letters = 0
    for article in articles:
        piece.append(article)
        letters += len(article.text)
        if len(piece) >= _PIECE or letters >= _LETTERS:
            yield piece
            piece, letters = [], 0
    if piece:
        yield piece
