"""Where work is done that any process can do: here, one piece after the other, or wherever somebody spreads it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

A = TypeVar("A")
B = TypeVar("B")


class Spread(Protocol):
    """Does pure work piece by piece; what is spread must not touch the archive, nor anything else that is kept."""

    def __call__(self, work: Callable[[A], B], pieces: Iterable[A], /) -> Iterator[B]:
        """What `work` makes of each piece, in the order of the pieces, which are asked for as they are needed."""
        ...


def here(work: Callable[[A], B], pieces: Iterable[A], /) -> Iterator[B]:
    """Does all of it in this process."""
    return map(work, pieces)
