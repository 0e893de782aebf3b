"""Whether two names are one person's, as readers take them: "Esper", "Secretary Esper" and "Mark T. Esper"."""

import functools

from index.analysis import exact_words
from index.extract.words import BODIES, ROLES, SUFFIXES, TITLES, given_names

_TITLES = frozenset(title.replace(".", "") for title in TITLES)
_SMALL = frozenset({"the", "of", "for", "and", "a", "an", "'s", "then", "former", "us", "u", "s"})
_IN_FRONT = _TITLES | _SMALL | {"defense", "defence", "foreign", "interior", "finance", "treasury"}
_BODIES = frozenset(word.rstrip(".") for word in BODIES)


@functools.lru_cache(maxsize=4096)
def name_words(name: str) -> tuple[str, ...]:
    """A name's words without titles, articles and numbers of generations; the words as they are where nothing is left.

    "Mayor Oyelaran" is ("oyelaran",).
    """
    every = tuple(word for word in exact_words(name) if word != "'s")
    kept = list(every)
    while len(kept) > 1 and kept[0] in _IN_FRONT and kept[1] not in _BODIES:
        kept.pop(0)
    return tuple(word for word in kept if word not in SUFFIXES) or every


def same_person(claimed: str, found: str) -> bool:
    """Whether the names may be one person's (or body's): the shorter one's words are the other's, the last among them.

    Given names may be initials or short forms (`Bill`, `William`); "Jr." is another person than the name without it.
    """
    if " and " in found and " and " not in claimed:
        return any(same_person(claimed, one) for one in found.split(" and ")) or _plainly_same(claimed, found)
    first, second = name_words(claimed), name_words(found)
    if not first or not second:
        return False
    if first == second or _plain(first) == _plain(second):
        return _generation(claimed) == _generation(found) or len(first) == 1
    if _generation(claimed) != _generation(found) and len(first) > 1 and len(second) > 1:
        return False
    short, long = sorted((first, second), key=len)
    if len(short) == 1:
        body = long[-1] in _BODIES or long[-1] in ROLES
        return not body and (short[0] == long[-1] or (short[0] == long[0] and short[0] in _given()))
    return short[-1] == long[-1] and (_may_be_one(short[0], long[0]) or set(short) <= set(long))


def _plainly_same(claimed: str, found: str) -> bool:
    return _plain(name_words(claimed)) == _plain(name_words(found))


def _generation(name: str) -> frozenset[str]:
    return SUFFIXES & frozenset(exact_words(name))


def _plain(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(words) - _SMALL or frozenset(words)


@functools.cache
def _given() -> frozenset[str]:
    return frozenset(given_names().gender)


def _may_be_one(first: str, second: str) -> bool:
    if first == second or (min(len(first), len(second)) == 1 and first[0] == second[0]):
        return True
    full = {_full(first), _full(second)}
    return len(full) == 1 or (first in full and second in full)


def _full(given: str) -> str:
    return given_names().short.get(given, given)
