"""Where words stand together: pure functions on word positions, for matching and highlighting alike."""

from collections.abc import Sequence


def runs(positions: Sequence[Sequence[int]], offsets: Sequence[int]) -> list[int]:
    """The positions where a phrase begins: its n-th word stands `offsets[n]` after its first.

    `positions[n]` is where the n-th word stands, ascending; `offsets[0]` is 0.
    """
    others = [(set(found), offset) for found, offset in zip(positions[1:], offsets[1:], strict=True)]
    return [start for start in positions[0] if all(start + offset in found for found, offset in others)]


def near(positions: Sequence[Sequence[int]], needed: Sequence[int], slop: int) -> list[tuple[int, int]]:
    """The shortest stretches (first, last position) that hold each word as often as needed, in any order.

    `positions[n]` is where the n-th of the different words stands, `needed[n]` how often it has to. Between the words
    at most `slop` others may stand.
    """
    longest = sum(needed) - 1 + slop
    places = sorted((place, word) for word, found in enumerate(positions) for place in found)
    missing = list(needed)
    lacking = sum(needed)
    stretches: list[tuple[int, int]] = []
    first = 0
    for place, word in places:
        lacking -= missing[word] > 0
        missing[word] -= 1
        while lacking == 0:
            start, dropped = places[first]
            missing[dropped] += 1
            first += 1
            if missing[dropped] > 0:
                lacking += 1
                if place - start <= longest:
                    stretches.append((start, place))
    return stretches
