"""Forms and what pairs of them share -> groups of the same words.

No chains: A like B and B like C is not enough. First the forms that say about the same are gathered around the one
that most are like; then such circles around the one that most are linked to, so that every member is tied to the
middle itself. A long quotation whose cuts fall apart into passages, which more articles print apart than together,
keeps the heaviest passage; so a join of two quotations never makes them one.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

_Places: TypeAlias = npt.NDArray[np.int64]
_Weights: TypeAlias = npt.NDArray[np.float64]

_NEAR = 0.6
"""Share of both sides from which two forms say about the same; below it one is a piece of the other."""
_FAR_DAYS = 30
_FAR_SHARED, _FAR_PART = 60.0, 0.75
"""What two forms must share that were said more than _FAR_DAYS apart: phrases are said again, speeches are not."""
_BESIDE = 3
"""Words around a join that count as at the join."""
_FIRM, _HALF = 50.0, 0.5
"""Bits in common that are more than a phrase; share of a form that makes it more than a place where a phrase stands."""
_HOMES, _SOON = 32, 3
"""Longer quotations around a phrase that are looked at; days within which two are of one occasion."""
_WITHIN = 0.7
"""Share of what a piece has in common with a member that the member must have in common with the middle."""
_BLUR = 1
_EVERYWHERE = 1 << 30


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
    holding = [edge for edge in edges if _holds(edge, nodes[edge.left], nodes[edge.right])]
    kept = _without_sayings(holding, nodes)
    kept.sort(key=lambda edge: sorted((nodes[edge.left].key, nodes[edge.right].key)))
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    for edge in kept:
        spans[edge.left, edge.right], spans[edge.right, edge.left] = edge.left_span, edge.right_span
    weights = {number: float(node.weight) for number, node in nodes.items()}
    found: list[Cluster] = []
    waiting = set(nodes)
    while waiting:
        inside = [edge for edge in kept if edge.left in waiting and edge.right in waiting]
        circles = _stars(waiting, _near(waiting, inside), weights, nodes)
        sums = {core: sum(weights[member] for member in members) for core, members in circles.items()}
        again: set[int] = set()
        for hub, cores in _stars(circles, _links(circles, inside, spans), sums, nodes).items():
            # A form that is not tied to the hub itself lies where the middle of its circle does.
            ties = {
                member: spans.get((hub, member)) or spans.get((hub, core)) or (0, _EVERYWHERE)
                for core in cores
                for member in circles[core]
                if member != hub
            }
            apart = _apart(nodes[hub], ties, weights)
            again |= apart
            found.append(Cluster(hub, tuple(sorted({hub, *ties} - apart))))
        waiting = again
    return found


def _near(places: Iterable[int], edges: Iterable[Edge]) -> dict[int, dict[int, float]]:
    near: dict[int, dict[int, float]] = {number: {} for number in places}
    for edge in edges:
        if min(edge.left_part, edge.right_part) >= _NEAR:
            near[edge.left][edge.right] = near[edge.right][edge.left] = edge.shared
    return near


def _links(
    circles: Mapping[int, Sequence[int]], edges: Iterable[Edge], spans: dict[tuple[int, int], tuple[int, int]]
) -> dict[int, dict[int, float]]:
    """By circle: which others it may gather, where their middles share something, or the middle of one shares with a
    member of the other what that shares with its own middle. (What only a member has may be the other half of a join.)

    Where a middle lies on another one that it shares nothing with by itself is added to `spans`.
    """
    middle = {member: core for core, members in circles.items() for member in members}
    links: dict[int, dict[int, float]] = {core: {} for core in circles}
    for edge in edges:
        left, right = middle[edge.left], middle[edge.right]
        if left == right:
            continue
        for one, own, member, core in ((edge.left, left, edge.right, right), (edge.right, right, edge.left, left)):
            if one != own:
                continue
            at = spans[member, one]
            if member != core:
                within = spans[member, core]
                if min(at[1], within[1]) - max(at[0], within[0]) < _WITHIN * (at[1] - at[0]):
                    continue
                start = spans[core, member][0] + at[0] - within[0]
                spans.setdefault((core, one), (start, start + at[1] - at[0]))
                start = spans[one, member][0] + within[0] - at[0]
                spans.setdefault((one, core), (start, start + within[1] - within[0]))
            # A short one is gathered by a long one that holds it; the other way round the two must have more in common.
            firm = edge.shared >= _FIRM
            if firm or edge.right_part >= min(_HALF, edge.left_part):
                links[left][right] = max(links[left].get(right, 0.0), edge.shared)
            if firm or edge.left_part >= min(_HALF, edge.right_part):
                links[right][left] = max(links[right].get(left, 0.0), edge.shared)
    return links


def _without_sayings(edges: list[Edge], nodes: Mapping[int, Node]) -> list[Edge]:
    """Leaves out what ties short phrases to longer quotations that have nothing else to do with each other.

    A phrase of a few words that stands in several speeches belongs to none of them.
    """
    linked = {frozenset((edge.left, edge.right)) for edge in edges}
    homes: dict[int, list[int]] = {}
    for edge in edges:
        for short, long, own, other in (
            (edge.left, edge.right, edge.left_part, edge.right_part),
            (edge.right, edge.left, edge.right_part, edge.left_part),
        ):
            if edge.shared < _FIRM and other < _HALF <= own:
                homes.setdefault(short, []).append(long)
    common: set[int] = set()
    for short, places in homes.items():
        some = sorted(places, key=lambda one: nodes[one].key)[:_HOMES]
        pairs = list(combinations(some, 2))
        agreed = sum(frozenset(pair) in linked or _days(nodes[pair[0]], nodes[pair[1]]) <= _SOON for pair in pairs)
        if pairs and agreed * 2 < len(pairs):
            common.add(short)
    return [
        edge
        for edge in edges
        if edge.shared >= _FIRM
        or not ((edge.left in common and edge.right_part < _HALF) or (edge.right in common and edge.left_part < _HALF))
    ]


def _holds(edge: Edge, left: Node, right: Node) -> bool:
    firm = edge.shared >= _FAR_SHARED and max(edge.left_part, edge.right_part) >= _FAR_PART
    return firm or _days(left, right) <= _FAR_DAYS


def _days(left: Node, right: Node) -> int:
    """Days between the two; 0 where either has no date."""
    if left.first is None or right.first is None or left.last is None or right.last is None:
        return 0
    return max(0, left.first - right.last, right.first - left.last)


def _stars(
    places: Iterable[int],
    links: Mapping[int, Mapping[int, float]],
    weights: Mapping[int, float],
    nodes: Mapping[int, Node],
) -> dict[int, list[int]]:
    """Middle -> those around it, itself included; then each goes to the middle it shares most with.

    `links` has by form (or circle) those that it may have around it.
    """

    def rank(one: int) -> tuple[bool, float, float, str]:
        node = nodes[one]
        return node.reported, -weights[one] - sum(weights[other] for other in links[one]), -node.evidence, node.key

    middles: list[int] = []
    taken: set[int] = set()
    ranked = sorted(places, key=rank)
    for one in ranked:
        if one not in taken:
            middles.append(one)
            taken.add(one)
            taken.update(links[one])
    order = {middle: place for place, middle in enumerate(middles)}
    stars: dict[int, list[int]] = {middle: [middle] for middle in middles}
    ways: dict[int, list[tuple[float, int, int]]] = {}
    for middle in middles:
        for one, shared in links[middle].items():
            ways.setdefault(one, []).append((-shared, order[middle], middle))
    for one in ranked:
        if one not in order:
            stars[min(ways[one])[2]].append(one)
    return stars


def _apart(node: Node, ties: Mapping[int, tuple[int, int]], weights: Mapping[int, float]) -> set[int]:
    """Which of the forms around one are of another passage than the one that most of them are of."""
    numbers = np.array(list(ties), np.int64)
    places = np.array(list(ties.values()), np.int64).reshape(-1, 2)
    # The ends of what two forms share are not sharp: a small word more may be in common by chance.
    places += np.where(places[:, 1:] - places[:, :1] > 4 * _BLUR, (_BLUR, -_BLUR), (0, 0))
    weight = np.array([weights[number] for number in ties])
    inside = np.ones(len(numbers), np.bool_)
    while (cut := _cut(node, places[inside], weight[inside])) is not None:
        before, behind = inside & (places[:, 1] <= cut), inside & (places[:, 0] >= cut)
        inside &= ~(behind if weight[before].sum() >= weight[behind].sum() else before)
    return set(numbers[~inside].tolist())


def _cut(node: Node, places: _Places, weights: _Weights) -> int | None:
    """Where a form falls apart: more articles print either side alone than print the two together."""
    cuts = np.unique(places)
    before = _sums(places[:, 1], weights, cuts, "right")
    behind = weights.sum() - _sums(places[:, 0], weights, cuts, "left")
    across = weights.sum() - before - behind
    # At a join the form itself does not speak for the two being one.
    joins = np.array(node.joins, np.int64)
    joined = (np.abs(joins[None, :] - cuts[:, None]) <= _BESIDE).any(1)
    lighter = np.minimum(before, behind)
    lighter[lighter <= across + np.where(joined, 0, node.weight)] = 0
    return int(cuts[lighter.argmax()]) if lighter.any() else None


def _sums(places: _Places, weights: _Weights, cuts: _Places, side: Literal["left", "right"]) -> _Weights:
    order = np.argsort(places, kind="stable")
    sums = np.concatenate(([0.0], np.cumsum(weights[order])))
    found: _Weights = sums[np.searchsorted(places[order], cuts, side)]
    return found
