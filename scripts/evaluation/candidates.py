"""Ways of finding which quotations to align, compared: planted pairs among the candidates, how many there are, time."""

import collections
import sqlite3
import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from index.variants import SCHEMA, prints
from index.variants.fingerprints import fingerprints
from index.variants.words import FUNCTION_BITS, bits_of, codes, form
from scripts.evaluation.planted import Planted

_Pairs = set[tuple[int, int]]
_PERMUTATIONS = 128


def ways(corpus: list[Planted]) -> Iterator[str]:
    """A line for each way."""
    signatures = [form(one.saying.text, one.saying.kind).signature for one in corpus]
    originals = {origin: place for place, one in enumerate(corpus) for origin in one.origins if one.how == "original"}
    planted: dict[str, _Pairs] = collections.defaultdict(set)
    for place, one in enumerate(corpus):
        if one.how != "original" and not one.how.startswith("not"):
            kind = one.how if one.how in ("cut", "cut and changed") else "other edits"
            for origin in one.origins:
                other = originals[origin]
                planted[kind].add((min(place, other), max(place, other)))
    for name, way in _WAYS.items():
        start = time.perf_counter()
        try:
            found = way(signatures)
        except ImportError as error:
            yield f"{name:50} not measured: {error}"
            continue
        took = time.perf_counter() - start
        shares = "  ".join(f"{kind} {len(pairs & found) / len(pairs):6.1%}" for kind, pairs in sorted(planted.items()))
        yield f"{name:50} {shares}  candidates {len(found):8}  {took:6.1f} s"


def _pairs_of_words(signatures: list[str]) -> _Pairs:
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    found, owners = fingerprints(signatures)
    prints.add(connection, found, owners)
    return {(min(a, b), max(a, b)) for a, b, _ in prints.candidates(connection, found, owners)}


def _shingles(signature: str, size: int) -> set[bytes]:
    letters = codes(signature)
    content = letters[bits_of(letters) > FUNCTION_BITS].tolist()
    parts = zip(*(content[step:] for step in range(size)), strict=False)
    return {np.array(part, np.uint32).tobytes() for part in parts}


def _minhash(threshold: float, size: int) -> Callable[[list[str]], _Pairs]:
    def way(signatures: list[str]) -> _Pairs:
        from datasketch import MinHash, MinHashLSH

        index = MinHashLSH(threshold=threshold, num_perm=_PERMUTATIONS)
        found: _Pairs = set()
        for place, signature in enumerate(signatures):
            own = _shingles(signature, size)
            if own:
                hashed = MinHash(_PERMUTATIONS)
                hashed.update_batch(list(own))
                found.update((other, place) for other in index.query(hashed))
                index.insert(place, hashed)
        return found

    return way


def _ensemble(threshold: float, size: int) -> Callable[[list[str]], _Pairs]:
    def way(signatures: list[str]) -> _Pairs:
        from datasketch import MinHash, MinHashLSHEnsemble

        rows = []
        for place, signature in enumerate(signatures):
            own = _shingles(signature, size)
            if own:
                hashed = MinHash(_PERMUTATIONS)
                hashed.update_batch(list(own))
                rows.append((place, hashed, len(own)))
        index = MinHashLSHEnsemble(threshold=threshold, num_perm=_PERMUTATIONS, num_part=16)
        index.index(rows)
        found: _Pairs = set()
        for place, hashed, count in rows:
            for other in index.query(hashed, count):
                if other != place:
                    found.add((min(other, place), max(other, place)))
        return found

    return way


def _winnowed(size: int, window: int) -> Callable[[list[str]], _Pairs]:
    """Schleimer, Wilkerson and Aiken's fingerprints (2003): the lowest hash of every few neighbouring shingles."""

    def way(signatures: list[str]) -> _Pairs:
        holders: dict[int, list[int]] = collections.defaultdict(list)
        found: _Pairs = set()
        for place, signature in enumerate(signatures):
            letters = codes(signature)
            content = letters[bits_of(letters) > FUNCTION_BITS].tolist()
            hashes = [hash(tuple(content[at : at + size])) for at in range(len(content) - size + 1)]
            own = {min(hashes[at : at + window]) for at in range(max(1, len(hashes) - window + 1)) if hashes}
            for one in own:
                found.update((other, place) for other in holders[one][:64])
                holders[one].append(place)
        return found

    return way


def _neighbours(signatures: list[str]) -> _Pairs:
    """One shared pair of direct neighbours is enough."""
    holders: dict[tuple[int, int], list[int]] = collections.defaultdict(list)
    found: _Pairs = set()
    for place, signature in enumerate(signatures):
        letters = codes(signature)
        for one in set(pairwise(letters[bits_of(letters) > FUNCTION_BITS].tolist())):
            found.update((other, place) for other in holders[one][:64])
            holders[one].append(place)
    return found


_WAYS: dict[str, Callable[[list[str]], _Pairs]] = {
    "two pairs of near content words (used)": _pairs_of_words,
    "one pair of neighbouring content words": _neighbours,
    "winnowed shingles of 3, window 4": _winnowed(3, 4),
    "winnowed shingles of 2, window 3": _winnowed(2, 3),
    "MinHash LSH 0.5, shingles of 2": _minhash(0.5, 2),
    "MinHash LSH 0.3, shingles of 2": _minhash(0.3, 2),
    "MinHash LSH 0.3, words": _minhash(0.3, 1),
    "LSH Ensemble 0.5 (containment), shingles of 2": _ensemble(0.5, 2),
    "LSH Ensemble 0.5 (containment), words": _ensemble(0.5, 1),
}
