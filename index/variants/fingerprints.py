"""Signatures -> fingerprints: what two quotations must share to be compared at all.

A fingerprint is a pair of neighbouring content words (one content word may stand between them). Pairs survive cuts,
since a piece has all but its ends' pairs, and tense, person and small words, since these are not content.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from index.variants.words import FUNCTION_BITS, bits_of, codes

Prints = npt.NDArray[np.uint32]

_REACH = 2
"""How far apart, in content words, a pair's words stand at most."""


def fingerprints(signatures: Sequence[str]) -> tuple[Prints, npt.NDArray[np.int64]]:
    """All signatures' fingerprints, each once in a signature, and the place in `signatures` of each."""
    lengths = np.fromiter(map(len, signatures), np.int64, len(signatures))
    letters = codes("".join(signatures))
    owners = np.repeat(np.arange(len(signatures)), lengths)
    content: npt.NDArray[np.bool_] = bits_of(letters) > FUNCTION_BITS
    letters, owners = letters[content].astype(np.uint64), owners[content]
    keys = []
    for apart in range(1, _REACH + 1):
        near = owners[apart:] == owners[:-apart]
        pair = (letters[:-apart][near] << np.uint64(21)) | letters[apart:][near]
        keys.append((owners[apart:][near].astype(np.uint64) << np.uint64(32)) | _mixed(pair))
    both = distinct(np.concatenate(keys))
    return both.astype(np.uint32), (both >> np.uint64(32)).astype(np.int64)


def distinct(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The keys sorted, each once; `np.unique` takes a slower way from numpy 2.3 on."""
    ordered = np.sort(keys)
    if len(ordered):
        ordered = ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))]
    return ordered


def _mixed(pair: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """32 bits of each pair (the last steps of murmur3's 64-bit finalizer)."""
    pair = (pair ^ (pair >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    pair = (pair ^ (pair >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return pair >> np.uint64(32)
