"""Forms and what pairs of them share -> groups of the same words.

No chains: A like B and B like C is not enough. First the forms that say about the same are gathered around the one
that most are like; then such circles around the one that most are linked to, so that every member is tied to the
middle itself. A long quotation whose cuts fall apart into passages, which more articles print apart than together,
keeps the heaviest passage; so a join of two quotations never makes them one.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

_NEAR = 0.5
"""Share of both sides from which two forms say about the same; below it one is a piece of the other."""
_FAR_DAYS = 30
_FAR_SHARED, _FAR_PART = 60.0, 0.75
"""What two forms must share that were said more than _FAR_DAYS apart: phrases are said again, speeches are not."""
_BESIDE = 2
"""Words around a join that count as at the join."""


@dataclasses.dataclass(frozen=True, slots=True)
class Node:
    """A form, as far as grouping needs it."""

    key: str
    """Decides where all else is equal, so that the order of reading does not matter."""
    weight: int
    """Articles that print it."""
    evidence: float
    first: int | None
    """Day (proleptic ordinal) of its earliest and latest saying; None where none has a date."""
    last: int | None
    reported: bool
    joins: tuple[int, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Edge:
    """What two forms share, as `alignment.Match` has it."""

    left: int
    right: int
    shared: float
    left_part: float
    right_part: float
    left_span: tuple[int, int]
    right_span: tuple[int, int]


@dataclasses.dataclass(frozen=True, slots=True)
class Cluster:
    """Forms of the same words."""

    core: int
    """The form that all are tied to."""
    members: tuple[int, ...]
    """With the core, sorted."""


def cluster(nodes: Mapping[int, Node], edges: Iterable[Edge]) -> list[Cluster]:
    """The groups of these forms, each form in one; those that are alone too."""
    kept = [edge for edge in edges if _holds(edge, nodes[edge.left], nodes[edge.right])]
    near: dict[int, dict[int, float]] = {number: {} for number in nodes}
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    for edge in kept:
        spans[edge.left, edge.right], spans[edge.right, edge.left] = edge.left_span, edge.right_span
        if min(edge.left_part, edge.right_part) >= _NEAR:
            near[edge.left][edge.right] = near[edge.right][edge.left] = edge.shared
    weights = {number: float(node.weight) for number, node in nodes.items()}
    circles = _stars(list(nodes), near, weights, nodes)
    circle_of = {member: core for core, members in circles.items() for member in members}
    links: dict[int, dict[int, float]] = {core: {} for core in circles}
    for edge in kept:
        left, right = circle_of[edge.left], circle_of[edge.right]
        # A circle is tied to another by its own middle: what only one of its members shares may be that one's alone.
        if left != right and (edge.left == left or edge.right == right):
            shared = max(links[left].get(right, 0.0), edge.shared)
            links[left][right] = links[right][left] = shared
    sums = {core: sum(weights[member] for member in members) for core, members in circles.items()}
    found: list[Cluster] = []
    left_over = list(circles)
    while left_over:
        again: list[int] = []
        inside = set(left_over)
        reduced = {core: {k: v for k, v in links[core].items() if k in inside} for core in left_over}
        for hub, cores in _stars(left_over, reduced, sums, nodes).items():
            ties = {core: _tie(hub, core, circles, spans) for core in cores if core != hub}
            kept_cores, apart = _passage(nodes[hub], sums[hub], ties, sums)
            again += apart
            members = sorted(member for core in (hub, *kept_cores) for member in circles[core])
            found.append(Cluster(hub, tuple(members)))
        left_over = again
    return found


def _holds(edge: Edge, left: Node, right: Node) -> bool:
    if left.first is None or right.first is None or left.last is None or right.last is None:
        return True
    days = max(left.first - right.last, right.first - left.last)
    return days <= _FAR_DAYS or (edge.shared >= _FAR_SHARED and max(edge.left_part, edge.right_part) >= _FAR_PART)


def _stars(
    places: Sequence[int],
    links: Mapping[int, Mapping[int, float]],
    weights: Mapping[int, float],
    nodes: Mapping[int, Node],
) -> dict[int, list[int]]:
    """Middle -> those around it, itself included; then each goes to the middle it shares most with."""

    def rank(one: int) -> tuple[bool, float, float, str]:
        node = nodes[one]
        return node.reported, -weights[one] - sum(weights[other] for other in links[one]), -node.evidence, node.key

    middles: list[int] = []
    taken: set[int] = set()
    for one in sorted(places, key=rank):
        if one not in taken:
            middles.append(one)
            taken.add(one)
            taken.update(links[one])
    order = {middle: place for place, middle in enumerate(middles)}
    stars: dict[int, list[int]] = {middle: [middle] for middle in middles}
    for one in places:
        if one not in order:
            ways = [(-shared, order[other], other) for other, shared in links[one].items() if other in order]
            stars[min(ways)[2]].append(one)
    return stars


def _tie(
    hub: int, core: int, circles: Mapping[int, Sequence[int]], spans: Mapping[tuple[int, int], tuple[int, int]]
) -> tuple[int, int] | None:
    """Where on the hub's own form a circle lies; None where it is tied to another form of the hub's circle."""
    return next((spans[hub, one] for one in (core, *circles[core]) if (hub, one) in spans), None)


def _passage(
    node: Node, weight: float, ties: Mapping[int, tuple[int, int] | None], weights: Mapping[int, float]
) -> tuple[list[int], list[int]]:
    """Which of the circles around a form stay with it, and which are passages of their own."""
    inside = [core for core in ties if ties[core] is not None]
    placed = {core: tie for core, tie in ties.items() if tie is not None}
    apart: list[int] = []
    while True:
        best: tuple[float, int] | None = None
        for cut in sorted({place for core in inside for place in placed[core]}):
            left = sum(weights[core] for core in inside if placed[core][1] <= cut)
            right = sum(weights[core] for core in inside if placed[core][0] >= cut)
            bridge = weight + sum(weights[core] for core in inside if placed[core][0] < cut < placed[core][1])
            joined = any(abs(join - cut) <= _BESIDE for join in node.joins)
            lighter = min(left, right)
            if (lighter > bridge or (joined and lighter >= bridge)) and (best is None or lighter > best[0]):
                best = lighter, cut
        if best is None:
            return [core for core in ties if core not in set(apart)], apart
        cut = best[1]
        sides = ([c for c in inside if placed[c][1] <= cut], [c for c in inside if placed[c][0] >= cut])
        heavier = sum(weights[c] for c in sides[0]) >= sum(weights[c] for c in sides[1])
        gone = sides[1] if heavier else sides[0]
        apart += gone
        inside = [core for core in inside if core not in set(gone)]
