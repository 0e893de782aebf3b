"""Attributions, names and antecedents learned together, on windows of articles."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from index.extract.encoding import Window, distance_buckets, paragraph_steps, windows
from scripts.training.examples import Example
from scripts.training.loop import Run, inputs
from scripts.training.net import LINK_LABELS, NAME_LABELS, Network, dropout

SIZE, MARGIN = 320, 12
PIECES_A_BATCH = 3200
SHORTEST = 12
RECASED, PLAIN = 0.06, 0.03
"""Shares of windows that are read in one case only, or without their features."""
AVERAGE = 0.995
IGNORED = -100
WEIGHTS = {"roles": 3.0, "anchor": 5.0, "link": 0.05, "names": 1.5, "pointer": 0.5}

Item = tuple[Example, Window]


@dataclass(slots=True)
class Batch:
    """Windows with their targets; tokens [B, N], anchors [A], askers [Q], their candidates [Q, C]."""

    encoder: dict[str, Tensor]
    first: Tensor
    roles: Tensor
    names: Tensor
    anchors: Tensor
    window: Tensor
    anchor: Tensor
    links: Tensor
    far: Tensor
    steps: Tensor
    asker: Tensor
    answer: Tensor
    answer_far: Tensor
    answer_right: Tensor


def make_batch(items: list[Item], random: np.random.Generator | None = None) -> Batch:
    """Windows as arrays; with `random` some of them recased."""
    bounds = [np.searchsorted(e.encoded.first, (w.start, w.stop)) for e, w in items]
    longest = max(1, max(int(b - a) for a, b in bounds))
    shape = len(items), longest
    first, paragraph = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    roles = np.full((*shape, 3), IGNORED, np.int64)
    names = np.full(shape, IGNORED, np.int64)
    anchors = np.full(shape, -1, np.float32)
    places: list[tuple[int, int]] = []
    labels: list[NDArray[np.int64]] = []
    asks: list[tuple[int, int, list[int], list[bool]]] = []
    for row, ((example, w), (a, b)) in enumerate(zip(items, bounds, strict=True)):
        n = b - a
        first[row, :n] = example.encoded.first[a:b] - w.start + 1
        paragraph[row, :n] = example.encoded.paragraph[a:b]
        if example.names is not None:
            names[row, :n] = example.names[a:b]
        if example.roles is not None:
            roles[row, :n] = example.roles[a:b]
        if example.links is not None:
            anchors[row, :n] = 0
            for at, link in example.links:
                if a <= at < b:
                    anchors[row, at - a] = 1
                    places.append((row, int(at - a)))
                    line = np.full(longest, IGNORED, np.int64)
                    line[:n] = 0
                    for token, label in link.items():
                        if a <= token < b:
                            line[token - a] = label
                    labels.append(line)
            if example.chance is not None:
                anchors[row, :n] = example.chance[a:b]
        asks += _asked(example, row, int(a), int(b))
    where = np.array(places, np.int64).reshape(-1, 2)
    link = np.array(labels, np.int64).reshape(-1, longest)
    own = paragraph[where[:, 0], where[:, 1]][:, None]
    encoder = inputs([(e.encoded, w) for e, w in items])
    if random is not None:
        _recase(encoder, random)
    as_tensor = torch.from_numpy
    return Batch(
        encoder,
        as_tensor(first),
        as_tensor(roles),
        as_tensor(names),
        as_tensor(anchors),
        as_tensor(where[:, 0].copy()),
        as_tensor(where[:, 1].copy()),
        as_tensor(link),
        as_tensor(distance_buckets(np.arange(longest)[None] - where[:, 1:])),
        as_tensor(paragraph_steps(paragraph[where[:, 0]] - own)),
        *_answers(asks),
    )


def _asked(example: Example, row: int, a: int, b: int) -> list[tuple[int, int, list[int], list[bool]]]:
    """(window, asking token, candidates, which of them are right) for every pointer in tokens [a, b)."""
    out = []
    ends = example.ends[np.searchsorted(example.ends, a) : np.searchsorted(example.ends, b)].tolist()
    for p in example.pointers:
        if not a <= p.head < b:
            continue
        among = [t for t in ends if t not in p.own and (p.wrong is None or t in p.right or t in p.wrong)]
        out.append((row, p.head - a, [t - a for t in among], [t in p.right for t in among]))
    return out


def _answers(asks: list[tuple[int, int, list[int], list[bool]]]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Askers [Q, 2], candidates [Q, C] (-1: none), buckets of distance, and 1 for right ones (nobody first)."""
    most = max([1, *(len(c) for _, _, c, _ in asks)])
    asker = np.array([(row, at) for row, at, _, _ in asks], np.int64).reshape(-1, 2)
    answer = np.full((len(asks), most), -1, np.int64)
    right = np.zeros((len(asks), 1 + most), bool)
    for number, (_, _, among, good) in enumerate(asks):
        answer[number, : len(among)] = among
        right[number, 1 : 1 + len(among)] = good
        right[number, 0] = not any(good)
    far = distance_buckets(answer - asker[:, 1:])
    return torch.from_numpy(asker), torch.from_numpy(answer), torch.from_numpy(far), torch.from_numpy(right)


def _recase(encoder: dict[str, Tensor], random: np.random.Generator) -> None:
    for row in range(len(encoder["case"])):
        chance = random.random()
        case = encoder["case"][row]
        if chance < RECASED:
            letters = (case > 0) & (case != 6) & (case != 7)
            case[letters] = 1 if random.random() < 0.5 else 3
        elif chance < RECASED + PLAIN:
            case.zero_()
            encoder["quote"][row].zero_()


def losses(net: Network, batch: Batch) -> dict[str, Tensor]:
    """Each task's loss, weighed."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        w = dropout(net.tokens(net.encode(**batch.encoder), batch.first))
        roles, names, anchors, left, right, asks, answers, nobody = net.heads(w)
        out = {}
        if len(batch.window):
            link = net.link(left, right, batch.window, batch.anchor, batch.far, batch.steps)
            total = functional.cross_entropy(
                link.float().reshape(-1, LINK_LABELS), batch.links.reshape(-1), reduction="sum"
            )
            out["link"] = total / len(batch.window) * WEIGHTS["link"]
    if (batch.roles >= 0).any():
        truth = batch.roles.reshape(-1)
        out["roles"] = functional.cross_entropy(roles.float().reshape(-1, 3), truth) * WEIGHTS["roles"]
    if (batch.anchors >= 0).any():
        known = batch.anchors >= 0
        found = functional.binary_cross_entropy_with_logits(anchors.float()[known], batch.anchors[known])
        out["anchor"] = found * WEIGHTS["anchor"]
    if (batch.names >= 0).any():
        truth = batch.names.reshape(-1)
        out["names"] = functional.cross_entropy(names.float().reshape(-1, NAME_LABELS), truth) * WEIGHTS["names"]
    if len(batch.asker):
        out["pointer"] = _pointer_loss(net, batch, asks.float(), answers.float(), nobody.float()) * WEIGHTS["pointer"]
    return out


def _pointer_loss(net: Network, batch: Batch, asks: Tensor, answers: Tensor, nobody: Tensor) -> Tensor:
    """What all right answers together miss of probability, in nats."""
    row, at = batch.asker[:, 0], batch.asker[:, 1]
    candidates = answers[row[:, None], batch.answer.clamp(min=0)]
    scores = (asks[row, at][:, None] * candidates).sum(-1) + net.far(batch.answer_far)[..., 0]
    scores = scores.masked_fill(batch.answer < 0, -1e4)
    scores = torch.cat([nobody[row, at][:, None], scores], 1)
    right = scores.masked_fill(~batch.answer_right, -1e4)
    return (scores.logsumexp(1) - right.logsumexp(1)).mean()


def epoch_batches(examples: list[Example], random: np.random.Generator) -> list[list[Item]]:
    """Every text once, cut anew, in batches of windows of like length, in any order."""
    items: list[Item] = []
    for example in examples:
        shift = int(random.integers(0, SIZE - 2 * MARGIN - 1)) if len(example.encoded.pieces) >= SIZE else 0
        items += [(example, w) for w in windows(len(example.encoded.pieces), SIZE, MARGIN, shift)]
    items = [(e, w) for e, w in items if w.stop - w.start > SHORTEST]
    order = random.permutation(len(items)).tolist()
    out = []
    for at in range(0, len(order), 400):
        pool = sorted((items[k] for k in order[at : at + 400]), key=lambda item: item[1].stop - item[1].start)
        now: list[Item] = []
        for item in pool:
            if now and (len(now) + 1) * (item[1].stop - item[1].start + 1) > PIECES_A_BATCH:
                out.append(now)
                now = []
            now.append(item)
        out.append(now)
    return [out[k] for k in random.permutation(len(out)).tolist()]


def finetune(
    net: Network, examples: list[Example], folder: Path, epochs: int, seed: int = 0, speed: float = 1.0
) -> Run:
    """Trains everything for so many epochs at `speed` times the learning rates; goes on from a checkpoint.

    The run's `finished()` holds the weights.
    """
    for name, parameter in net.named_parameters():
        parameter.requires_grad_(not name.startswith(("word", "predict")))
    rates = {"layers": 1e-4 * speed, "norm": 1e-4 * speed, "place": 1e-4 * speed, "other": 1e-3 * speed}
    plan = [len(epoch_batches(examples, np.random.default_rng([seed, epoch]))) for epoch in range(epochs)]
    run = Run(net, folder, sum(plan), rates, AVERAGE)
    run.resume()
    dropout.on = True
    for number, batch in enumerate(_from(examples, seed, epochs)):
        if number < run.step:
            continue
        run.learn(losses(net, make_batch(batch, np.random.default_rng([seed, 1, number]))))
        run.report()
        run.save(after=180)
    dropout.on = False
    run.save()
    return run


def _from(examples: list[Example], seed: int, epochs: int) -> Iterator[list[Item]]:
    for epoch in range(epochs):
        yield from epoch_batches(examples, np.random.default_rng([seed, epoch]))
