"""Many articles -> their quotations, over the machine's processors. Imports no spaCy until the first is asked for."""

import collections
import concurrent.futures
import concurrent.futures.process
import itertools
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator

from index.errors import SaywhoError
from index.records import Article, Failure, Quotation

_ALONE, _ALONE_SECONDS = 24, 1.5
"""Articles that this process works on before others are started, and for how long at most: each takes a second or two
to get ready, which a few articles are not worth."""
_AHEAD = 4
"""Articles a process that may wait for their turn, so that memory stays flat."""


def extractor_version() -> str:
    """The extractor's name and version; articles that another one worked on are worked on again."""
    from index.extract.pipeline import extractor

    return extractor()


def extract_one(article: Article) -> list[Quotation] | Failure:
    """An article's quotations; a Failure where the extractor itself breaks, so that the rest goes on."""
    from index.extract.pipeline import extract

    try:
        return extract(article)
    except SaywhoError:
        raise
    except Exception as error:
        reason = f"the extractor failed on it ({type(error).__name__}: {error}); please report this with the article"
        return Failure(origin=article.origin, reason=reason, article_id=article.id)


def extract_all(articles: Iterable[Article], *, jobs: int = 1) -> Iterator[tuple[Article, list[Quotation] | Failure]]:
    """Each article with its quotations, in the order given, by `jobs` processes."""
    articles = iter(articles)
    ends = float("inf")
    for number, article in enumerate(articles, 1):
        yield article, extract_one(article)
        if number == 1:  # it has loaded the models, which is not counted
            ends = time.monotonic() + _ALONE_SECONDS
        if jobs > 1 and (number == _ALONE or time.monotonic() >= ends):
            break
    first = next(articles, None)
    if first is not None:
        yield from _in_processes(itertools.chain([first], articles), jobs)


def _in_processes(articles: Iterator[Article], jobs: int) -> Iterator[tuple[Article, list[Quotation] | Failure]]:
    waiting: collections.deque[tuple[Article, concurrent.futures.Future[list[Quotation] | Failure]]]
    waiting = collections.deque()
    # Fresh processes: what this one holds open (the archive, the lock) must not be copied into them.
    pool = concurrent.futures.ProcessPoolExecutor(
        jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_start_worker
    )
    try:
        ready = pool.submit(extractor_version)
        for article in articles:
            if not ready.done():
                yield article, extract_one(article)  # this process goes on meanwhile
                continue
            waiting.append((article, pool.submit(extract_one, article)))
            if len(waiting) > jobs * _AHEAD:
                done, future = waiting.popleft()
                yield done, future.result()
        while waiting:
            done, future = waiting.popleft()
            yield done, future.result()
    except concurrent.futures.process.BrokenProcessPool as error:
        raise SaywhoError(
            "a process that extracts has died (out of memory?); what was kept so far stays; try again with --jobs 1"
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _start_worker() -> None:
    # Ctrl-C goes to every process of the terminal, and what stops a service to all of its processes; the first decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    extractor_version()


def _end_with_parent() -> None:
    """Ends this process when the one that started it is gone, however that ended: nobody would take its results."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)
