"""Who does a run's work: the processes of this machine, or the workers of a cluster. Both give the very same."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO, Protocol

from index.extract.workers import extract_all
from index.readers import Found, How, items_of
from index.records import Article, Failure, LeftOut, Quotation
from index.spreading import Spread, here


class Hands(Protocol):
    """What a run has done for it."""

    @property
    def spread(self) -> Spread:
        """Where what articles, blocks and pairs tell on their own is worked out."""
        ...

    def items(
        self, found: Iterable[tuple[str, Found | Failure]], how: How, stdin: BinaryIO | None
    ) -> Iterator[tuple[str, Article | Failure | LeftOut]]:
        """The articles of files, in order, each with the source that its file was named by; a Failure for each that
        could not be read.
        """
        ...

    def extract(self, articles: Iterable[Article]) -> Iterator[tuple[Article, list[Quotation] | Failure]]:
        """Each article with its quotations, in the order given; a Failure where the extractor broke on one."""
        ...

    def kept(self) -> None:
        """Hears that all articles before the last one that `extract` gave are kept for good."""
        ...

    def done(self) -> None:
        """Hears that all of the run is kept for good."""
        ...


class ThisMachine:
    """`jobs` processes of this machine extract; all else is done in this one."""

    def __init__(self, jobs: int = 1) -> None:
        self._jobs = jobs

    @property
    def spread(self) -> Spread:
        """In this process."""
        return here

    def items(
        self, found: Iterable[tuple[str, Found | Failure]], how: How, stdin: BinaryIO | None
    ) -> Iterator[tuple[str, Article | Failure | LeftOut]]:
        """Read in this process."""
        return ((source, item) for source, one in found for item in items_of([one], how, stdin))

    def extract(self, articles: Iterable[Article]) -> Iterator[tuple[Article, list[Quotation] | Failure]]:
        """Extracted by `jobs` processes."""
        return extract_all(articles, jobs=self._jobs)

    def kept(self) -> None:
        """Nothing lies anywhere that could be removed."""

    def done(self) -> None:
        """Nothing lies anywhere that could be removed."""
