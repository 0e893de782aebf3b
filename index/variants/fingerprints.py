"""Signatures -> fingerprints: what two quotations must share to be compared at all.

A fingerprint is a pair of neighbouring content words (one content word may stand between them). Pairs survive cuts,
since a piece has all but its ends' pairs, and tense, person and small words, since these are not content.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from index.variants.words import FUNCTION_BITS, Bits, Codes, bits_of, codes

Prints = npt.NDArray[np.uint32]

_REACH = 2
"""How far apart, in content words, a pair's words stand at most."""


def fingerprints(signatures: Sequence[str]) -> tuple[Prints, npt.NDArray[np.int64]]:
    """All signatures' fingerprints, each once in a signature, and the place in `signatures` of each."""
    lengths = np.fromiter(map(len, signatures), np.int64, len(signatures))
    letters = codes("".join(signatures))
    owners = np.repeat(np.arange(len(signatures)), lengths)
    content = bits_of(letters) > FUNCTION_BITS
    letters, owners = letters[content].astype(np.uint64), owners[content]
    keys = []
    for apart in range(1, _REACH + 1):
        near = owners[apart:] == owners[:-apart]
        pair = (letters[:-apart][near] << np.uint64(21)) | letters[apart:][near]
        keys.append((owners[apart:][near].astype(np.uint64) << np.uint64(32)) | _mixed(pair))
    both = np.unique(np.concatenate(keys))
    return both.astype(np.uint32), (both >> np.uint64(32)).astype(np.int64)


def evidence(signatures: Sequence[str]) -> Bits:
    """How many bits of evidence each signature holds."""
    lengths = np.fromiter(map(len, signatures), np.int64, len(signatures))
    sums = np.concatenate(([0.0], np.cumsum(bits_of(codes("".join(signatures))), dtype=np.float64)))
    ends = np.cumsum(lengths)
    return (sums[ends] - sums[ends - lengths]).astype(np.float32)


def _mixed(pair: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """32 bits of each pair (the last steps of murmur3's 64-bit finalizer)."""
    pair = (pair ^ (pair >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    pair = (pair ^ (pair >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return pair >> np.uint64(32)
