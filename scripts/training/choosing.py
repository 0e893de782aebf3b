#!/usr/bin/env python3
"""Trains the chooser, which says whom a pronoun or a description means, and writes index/extract/chooser.json.

    python -m scripts.training.choosing gather --work /tmp/chooser [--data ../shared/data] [--reading MODULE:FUNCTION]
    python -m scripts.training.choosing fit --work /tmp/chooser [--out index/extract/chooser.json]

`gather` turns the corpora into rows of evidence (minutes: it extracts four years of news); `fit` trains in a minute and
prints cross-validated accuracy. With --reading, a function that gives a page's Reading, the names are the network's and
its antecedents are pooled with the scorer; without it the pool's weights stay as they are in the file.
"""

import argparse
import importlib
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
from numpy.typing import NDArray

from index.extract.choosing import WEIGHTS
from index.extract.evidence import FEATURES

from .questions import Asked, ReadingOf, questions
from .read_articles import read_by_people, read_in_news

Array = NDArray[numpy.float32]

HIDDEN, MEMBERS = 6, 2
"""Units of one net, and how many nets from different seeds are put side by side into one."""
FOLDS = 3
STEPS, RATE = 120, 0.02
DECAY = {"pronoun": 2e-3, "nominal": 1e-2}
TRUST = {"read": 12.0, "news": 3.0, "polnear": 0.5, "silver": 0.5, "gum": 0.7, "gap": 1.0}
"""What a question weighs by corpus: people who read the articles know best, CoreNLP is wrong in one of six."""
POOLS = {
    "pronoun": {"own": 1.0, "network": 0.7},
    "nominal": {"own": 1.0, "network": 0.5},
    "alone": {"own": 0.3, "network": 1.0},
}
"""How scorer and network are put together until `fit` has seen readings."""
READ = {"read": read_by_people, "readnews": read_in_news}
ALONE = ("gap", "gum", "silver")
"""Corpora whose pronouns are taken by themselves."""


@dataclass(frozen=True, slots=True)
class Questions:
    """Many questions in flat arrays; `starts` says where each one's rows begin."""

    rows: Array
    starts: NDArray[numpy.int64]
    right: Array
    """1 for a row that is right."""
    counts: Array
    """0 for a row of which nothing is known."""
    network: Array
    """The network's probability by row; NaN where there is none."""
    tags: list[str]
    articles: list[str]

    def __len__(self) -> int:
        return len(self.starts)

    def weights(self) -> Array:
        """By question."""
        return numpy.array([TRUST[tag.split()[0]] for tag in self.tags], numpy.float32)

    def take(self, keep: Sequence[int]) -> "Questions":
        """Some of them."""
        ends = [*self.starts[1:], len(self.rows)]
        spans = [range(int(self.starts[k]), int(ends[k])) for k in keep]
        at = numpy.array([i for span in spans for i in span], numpy.int64)
        starts = numpy.cumsum([0, *(len(span) for span in spans[:-1])]) if spans else numpy.zeros(0, numpy.int64)
        return Questions(
            self.rows[at],
            starts.astype(numpy.int64),
            self.right[at],
            self.counts[at],
            self.network[at],
            [self.tags[k] for k in keep],
            [self.articles[k] for k in keep],
        )


def flat(asked: Iterable[Asked]) -> dict[str, Questions]:
    """Questions by task."""
    by_task: dict[str, list[Asked]] = {}
    for one in asked:
        by_task.setdefault(one.task, []).append(one)
    out = {}
    for task, every in by_task.items():
        sizes = [len(a.rows) for a in every]
        right = numpy.zeros(sum(sizes), numpy.float32)
        counts = numpy.ones(sum(sizes), numpy.float32)
        network = numpy.full(sum(sizes), numpy.nan, numpy.float32)
        starts = numpy.cumsum([0, *sizes[:-1]]).astype(numpy.int64)
        for start, one in zip(starts, every, strict=True):
            right[start + numpy.array(one.right)] = 1
            if one.wrong is not None:
                counts[start : start + len(one.rows)] = 0
                counts[start + numpy.array([*one.right, *one.wrong])] = 1
            if one.network is not None:
                network[start : start + len(one.rows)] = one.network
        rows = numpy.concatenate([a.rows for a in every])
        out[task] = Questions(rows, starts, right, counts, network, [a.tag for a in every], [a.article for a in every])
    return out


def together(parts: Sequence[Questions]) -> Questions:
    """Several corpora's questions as one."""
    before = numpy.cumsum([0, *(len(q.rows) for q in parts[:-1])])
    return Questions(
        numpy.concatenate([q.rows for q in parts]),
        numpy.concatenate([q.starts + at for q, at in zip(parts, before, strict=True)]),
        numpy.concatenate([q.right for q in parts]),
        numpy.concatenate([q.counts for q in parts]),
        numpy.concatenate([q.network for q in parts]),
        [tag for q in parts for tag in q.tags],
        [name for q in parts for name in q.articles],
    )


def shares(scores: Array, starts: NDArray[numpy.int64], counts: Array) -> Array:
    """The softmax of each question's rows; rows that do not count get 0."""
    sizes = numpy.diff([*starts, len(scores)])
    masked = numpy.where(counts > 0, scores, -1e9)
    top = numpy.repeat(numpy.maximum.reduceat(masked, starts), sizes)
    power = numpy.exp(masked - top)
    return numpy.asarray(power / numpy.repeat(numpy.add.reduceat(power, starts), sizes), numpy.float32)


def fit(q: Questions, task: str, seed: int) -> dict[str, Array]:
    """One net, trained on the logarithm of the probability that the right rows get together (Adam, full batches)."""
    rng = numpy.random.default_rng(seed)
    size = len(FEATURES)
    net = {
        "hidden": (rng.standard_normal((size, HIDDEN)) * 0.2).astype(numpy.float32),
        "bias": numpy.zeros(HIDDEN, numpy.float32),
        "out": (rng.standard_normal(HIDDEN) * 0.2).astype(numpy.float32),
        "linear": numpy.zeros(size, numpy.float32),
    }
    first = {name: numpy.zeros_like(value) for name, value in net.items()}
    second = {name: numpy.zeros_like(value) for name, value in net.items()}
    sizes = numpy.diff([*q.starts, len(q.rows)])
    weight = numpy.repeat(q.weights() / q.weights().sum(), sizes)
    for step in range(1, STEPS + 1):
        inner = numpy.tanh(q.rows @ net["hidden"] + net["bias"])
        share = shares(q.rows @ net["linear"] + inner @ net["out"], q.starts, q.counts)
        good = share * q.right
        slope = (share - good / numpy.repeat(numpy.add.reduceat(good, q.starts) + 1e-9, sizes)) * weight
        back = numpy.outer(slope, net["out"]) * (1 - inner**2)
        gradient = {
            "hidden": q.rows.T @ back + DECAY[task] * net["hidden"],
            "bias": back.sum(0),
            "out": inner.T @ slope + DECAY[task] * net["out"],
            "linear": q.rows.T @ slope + DECAY[task] * net["linear"],
        }
        rate = RATE * min(1.0, 2 * (1 - step / (STEPS + 1)))
        for name, value in gradient.items():
            first[name] = 0.9 * first[name] + 0.1 * value
            second[name] = 0.99 * second[name] + 0.01 * value**2
            change = first[name] / (1 - 0.9**step) / (numpy.sqrt(second[name] / (1 - 0.99**step)) + 1e-8)
            net[name] = (net[name] - rate * change).astype(numpy.float32)
    return net


def ensemble(q: Questions, task: str, seed: int = 0) -> dict[str, Array]:
    """Several nets side by side as one: the mean of their scores."""
    nets = [fit(q, task, seed * MEMBERS + k) for k in range(MEMBERS)]
    return {
        "hidden": numpy.concatenate([n["hidden"] for n in nets], axis=1),
        "bias": numpy.concatenate([n["bias"] for n in nets]),
        "out": numpy.concatenate([n["out"] for n in nets]) / MEMBERS,
        "linear": sum((n["linear"] for n in nets), numpy.zeros(len(FEATURES), numpy.float32)) / MEMBERS,
    }


def scores(net: dict[str, Array], rows: Array) -> Array:
    """As index.extract.choosing has it."""
    return numpy.asarray(rows @ net["linear"] + numpy.tanh(rows @ net["hidden"] + net["bias"]) @ net["out"])


def outcome(score: Array, q: Questions) -> tuple[NDArray[numpy.bool_], Array]:
    """By question: whether the likeliest row is right, and its probability."""
    share = shares(score, q.starts, q.counts)
    ends = [*q.starts[1:], len(share)]
    best = [int(s + share[s:e].argmax()) for s, e in zip(q.starts, ends, strict=True)]
    return q.right[best] > 0, share[best]


def cross_validated(q: Questions, task: str) -> Array:
    """Scores of every row by nets that have not seen its article."""
    names = sorted(set(q.articles))
    order = numpy.random.default_rng(0).permutation(len(names))
    fold = {names[k]: n % FOLDS for n, k in enumerate(order)}
    out = numpy.zeros(len(q.rows), numpy.float32)
    ends = [*q.starts[1:], len(q.rows)]
    for number in range(FOLDS):
        inside = [k for k, name in enumerate(q.articles) if fold[name] == number]
        net = ensemble(q.take([k for k, name in enumerate(q.articles) if fold[name] != number]), task, seed=number)
        at = numpy.array([i for k in inside for i in range(int(q.starts[k]), int(ends[k]))], numpy.int64)
        out[at] = scores(net, q.rows[at])
    return out


def pooled(score: Array, q: Questions, own: float, network: float, floor: float = 0.02) -> Array:
    """Scores with the network's opinion, where it has one."""
    other = numpy.where(numpy.isnan(q.network), 0.0, network * numpy.log(numpy.nan_to_num(q.network) + floor))
    return numpy.asarray(numpy.where(numpy.isnan(q.network), score, own * score + other), numpy.float32)


def fit_pool(score: Array, q: Questions, task: str, keep: list[int]) -> dict[str, float]:
    """The pool's weights that make the truth likeliest, by trying them; `score` must be cross-validated."""
    if not keep:
        return dict(POOLS[task])
    ends = [*q.starts[1:], len(q.rows)]
    score = score[numpy.array([i for k in keep for i in range(int(q.starts[k]), int(ends[k]))], numpy.int64)]
    q = q.take(keep)
    weight = q.weights()

    def likely(own: float, network: float) -> float:
        share = shares(pooled(score, q, own, network), q.starts, q.counts) * q.right
        return float((weight * numpy.log(numpy.add.reduceat(share, q.starts) + 1e-6)).sum())

    tries = [(own / 10, network / 10) for own in range(0, 16) for network in range(0, 21)]
    own, network = max(tries, key=lambda pair: likely(*pair))
    return {"own": own, "network": network}


def report(task: str, score: Array, q: Questions) -> None:
    """Prints accuracy by corpus, and how far the probabilities can be believed."""
    right, sure = outcome(score, q)
    for tag in sorted(set(q.tags)):
        mine = numpy.array([t == tag for t in q.tags])
        print(
            f"  {task:8} {tag:24} {100 * right[mine].mean():5.1f} of {mine.sum()}, said {100 * sure[mine].mean():5.1f}"
        )
    news = numpy.array([t.startswith("news") for t in q.tags])
    for low in (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97):
        high = {0.0: 0.5, 0.9: 0.97, 0.97: 1.01}.get(low, low + 0.1)
        inside = news & (sure >= low) & (sure < high)
        if inside.any():
            print(f"    news, {low:.2f}-{high:.2f}: {100 * right[inside].mean():5.1f} right of {inside.sum()}")


def train(by_task: dict[str, Questions]) -> dict[str, Any]:
    """The file's content; prints figures."""
    tasks, pools = {}, {name: dict(weights) for name, weights in POOLS.items()}
    for task, q in sorted(by_task.items()):
        held = cross_validated(q, task)
        report(task, held, q)
        read = [k for k, start in enumerate(q.starts) if numpy.isfinite(q.network[start])]
        alone = [k for k in read if q.tags[k].split()[0] in ALONE]
        if task == "pronoun":
            pools["alone"] = fit_pool(held, q, "alone", alone)
        pools[task] = fit_pool(held, q, task, [k for k in read if k not in set(alone)])
        if read:
            print(f"  {task} with the network, {pools[task]}:")
            report(task, pooled(held, q, **pools[task]), q)
        net = ensemble(q, task)
        values = {name: numpy.round(value.astype(float), 4).tolist() for name, value in net.items()}
        tasks[task] = {"features": list(FEATURES), **values}
    return {"tasks": tasks, "pools": pools}


def reading_function(name: str | None) -> ReadingOf | None:
    """The function that MODULE:FUNCTION names."""
    if name is None:
        return None
    module, _, function = name.partition(":")
    try:
        found: ReadingOf = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        sys.exit(f"--reading {name}: {error}; give a module and a function that takes a Page and returns a Reading")
    return found


def main() -> None:
    """Gathers or fits."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=["gather", "fit"])
    parser.add_argument("--work", type=Path, required=True, help="a folder for what was gathered")
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parents[3] / "shared" / "data")
    parser.add_argument("--corpora", default="read,readnews,gum,gap,polnear,news", help="of gather; news takes longest")
    parser.add_argument("--reading", help="MODULE:FUNCTION that gives a page's Reading")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    args = parser.parse_args()
    if args.step == "gather":
        if not args.data.is_dir():
            sys.exit(f"{args.data}: no such folder; give the folder of the corpora with --data")
        args.work.mkdir(parents=True, exist_ok=True)
        reading_of = reading_function(args.reading)
        for corpus in args.corpora.split(","):
            read = READ.get(corpus)
            asked = read(args.data, reading_of) if read else questions(args.data, corpus, reading_of)
            for task, q in flat(asked).items():
                save(args.work / f"{corpus}.{task}.npz", q)
                print(f"{corpus}, {task}: {len(q)} questions", flush=True)
        return
    tasks = sorted({path.name.split(".")[1] for path in args.work.glob("*.*.npz")})
    found = {task: together([load(path) for path in sorted(args.work.glob(f"*.{task}.npz"))]) for task in tasks}
    if not found:
        sys.exit(f"{args.work}: nothing gathered there; run the step `gather` first with the same --work")
    args.out.write_text(json.dumps(train(found), separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"wrote {args.out}")


def save(path: Path, q: Questions) -> None:
    """Keeps what was gathered."""
    numpy.savez_compressed(
        path,
        rows=q.rows,
        starts=q.starts,
        right=q.right,
        counts=q.counts,
        network=q.network,
        tags=numpy.array(q.tags),
        articles=numpy.array(q.articles),
        features=numpy.array(FEATURES),
    )


def load(path: Path) -> Questions:
    """What was gathered, when it fits today's evidence."""
    with numpy.load(path, allow_pickle=False) as stored:
        if stored["features"].tolist() != list(FEATURES):
            sys.exit(f"{path}: gathered for other evidence; run the step `gather` again")
        arrays = [stored[name] for name in ("rows", "starts", "right", "counts", "network")]
        return Questions(*arrays, stored["tags"].tolist(), stored["articles"].tolist())


if __name__ == "__main__":
    main()
