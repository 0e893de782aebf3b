"""What a leaf of a query tree looks for: which forms of which words, how far apart, in which kind of field."""

import dataclasses
import functools

from index.analysis import words
from search.tree import Leaf, Phrase, Prefix, Word


@dataclasses.dataclass(frozen=True, slots=True)
class Form:
    """`words` in exact or stemmed form; the n-th stands `offsets[n]` words after the first."""

    words: tuple[str, ...]
    offsets: tuple[int, ...]
    exact: bool
    slop: int = 0
    """Above 0 the offsets do not count: the words stand near each other in any order."""
    prefix: bool = False
    """One word, of which only the beginning is given."""


@functools.lru_cache(maxsize=4096)
def form_of(leaf: Leaf) -> Form:
    """A leaf as the index spells it; of at least one word, since the parser keeps no others."""
    tokens = words(leaf.text)
    if isinstance(leaf, Word):
        kept = [(token.stem, token.position) for token in tokens if token.stem]
    else:
        kept = [(token.exact, token.position) for token in tokens]
    return Form(
        words=tuple(word for word, _ in kept),
        offsets=tuple(position - kept[0][1] for _, position in kept),
        exact=not isinstance(leaf, Word),
        slop=leaf.slop if isinstance(leaf, Phrase) else 0,
        prefix=isinstance(leaf, Prefix),
    )
