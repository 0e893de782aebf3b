"""Masked words on news (Devlin et al., NAACL 2019), with case and marks as features: the encoder learns the field."""

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from index.extract.encoding import MASK, Encoded, Window, encode, windows
from index.extract.tokens import read_page
from scripts.training.loop import Run, inputs
from scripts.training.net import VOCABULARY, Network, dropout

MASKED = 0.15
PLAIN = 0.1
"""Share of windows whose features are left out, so that texts in capitals or without marks are no surprise."""
LEFT_OUT = "2018"
"""The year on which agreement across outlets is measured."""
SHARE_OF_TASK = 0.25


def texts(data: Path, seed: int) -> Iterator[str]:
    """Articles without end, a quarter of them PolNeAR's training part, the rest news, in the order of a seed."""
    task = sorted((data / "polnear" / "train" / "text").glob("*.txt"))
    years = [p for p in sorted((data / "news").glob("*.jsonl.gz")) if not p.name.startswith(LEFT_OUT)]
    if not task or not years:
        sys.exit(f"{data}: polnear/train/text/*.txt and news/*.jsonl.gz are needed; give their folder with --data")
    news = []
    for path in years:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            news += [json.loads(line)["text"] for line in lines]
    random = np.random.default_rng(seed)
    mine, theirs = random.permutation(len(task)), random.permutation(len(news))
    at = [0, 0]
    while True:
        if random.random() < SHARE_OF_TASK:
            with task[mine[at[0] % len(mine)]].open(encoding="utf-8", newline="") as handle:
                yield handle.read()
            at[0] += 1
        else:
            yield news[theirs[at[1] % len(theirs)]]
            at[1] += 1


def masked(batch: dict[str, Tensor], random: np.random.Generator) -> tuple[dict[str, Tensor], Tensor, Tensor]:
    """The batch with some pieces hidden, where they are [B, T], and what they were."""
    pieces = batch["pieces"].numpy()
    hidden = (random.random(pieces.shape) < MASKED) & (pieces > MASK)
    how = random.random(pieces.shape)
    wrong = random.integers(1000, VOCABULARY, pieces.shape)
    shown = np.where(hidden & (how < 0.8), MASK, np.where(hidden & (how > 0.9), wrong, pieces))
    plain = (random.random((len(pieces), 1)) < PLAIN).astype(np.int64)
    out = dict(batch, pieces=torch.from_numpy(shown))
    out["case"] = batch["case"] * torch.from_numpy(1 - plain)
    out["quote"] = batch["quote"] * torch.from_numpy(1 - plain)
    return out, torch.from_numpy(hidden), torch.from_numpy(pieces[hidden])


def pretrain(
    net: Network, data: Path, vocabulary: Path, folder: Path, steps: int, size: int = 256, rows: int = 12, seed: int = 0
) -> None:
    """Trains the encoder for so many steps of `rows` windows of `size` pieces; goes on from a checkpoint."""
    rates = {"layers": 1e-4, "norm": 1e-4, "place": 1e-4, "other": 5e-4}
    for name, parameter in net.named_parameters():
        used = name.split(".")[0] in (
            "layers",
            "norm",
            "place",
            "case",
            "quote",
            "predict",
            "predict_norm",
            "predict_bias",
        )
        parameter.requires_grad_(used)
    run = Run(net, folder, steps, rates)
    run.resume()
    random = np.random.default_rng([seed, run.step])
    waiting: list[tuple[Encoded, Window]] = []
    dropout.on = True
    source = texts(data, seed + run.step)
    while run.step < steps:
        while len(waiting) < 40 * rows:
            encoded = encode(read_page(next(source)), vocabulary)
            full = windows(len(encoded.pieces), size, 0, int(random.integers(0, size // 2)))
            waiting += [(encoded, w) for w in full if w.stop - w.start > size // 2]
        random.shuffle(waiting)
        for _ in range(20):
            rows_now = [waiting.pop() for _ in range(rows)]
            batch, hidden, truth = masked(inputs(rows_now), random)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                x = net.encode(**batch)
                scores = net.masked(x[hidden])
            run.learn({"masked": functional.cross_entropy(scores.float(), truth)})
            run.report()
            run.save(after=120)
            if run.step >= steps:
                break
    dropout.on = False
    run.save()
