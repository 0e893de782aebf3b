"""What every stage of training shares: batches of windows, a schedule, averaged weights, checkpoints to go on from."""

import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from index.extract.encoding import CLS, Encoded, Window
from scripts.training.net import Network

CLIP = 1.0
FLOOR = 0.02
"""The least share of the full learning rate."""


def inputs(items: list[tuple[Encoded, Window]]) -> dict[str, Tensor]:
    """Windows as the encoder takes them: pieces, case, quote [B, T] and mask, CLS in front."""
    longest = 1 + max(w.stop - w.start for _, w in items)
    shape = len(items), longest
    out = {name: np.zeros(shape, np.int64) for name in ("pieces", "case", "quote")}
    mask = np.zeros(shape, np.float32)
    for row, (encoded, w) in enumerate(items):
        end = 1 + w.stop - w.start
        out["pieces"][row, 0] = CLS
        out["pieces"][row, 1:end] = encoded.pieces[w.start : w.stop]
        out["case"][row, 1:end] = encoded.case[w.start : w.stop]
        out["quote"][row, 1:end] = encoded.quote[w.start : w.stop]
        mask[row, :end] = 1
    return {name: torch.from_numpy(array) for name, array in (out | {"mask": mask}).items()}


class Run:
    """One stage of training that can be stopped at any time and goes on from its last checkpoint."""

    def __init__(
        self, net: Network, folder: Path, steps: int, rates: dict[str, float], average: float | None = None
    ) -> None:
        self.net, self.folder, self.steps, self.average = net, folder, steps, average
        trained = [(n, p) for n, p in net.named_parameters() if p.requires_grad]
        self.names = [n for n, _ in trained]
        self.parameters = [p for _, p in trained]
        self.averaged = [p.detach().clone() for p in self.parameters] if average else []
        groups: dict[float, list[Tensor]] = {}
        for name, p in trained:
            groups.setdefault(rates.get(name.split(".")[0], rates["other"]), []).append(p)
        self.base = list(groups)
        self.optimizer = torch.optim.AdamW(
            [{"params": ps, "lr": lr} for lr, ps in groups.items()], weight_decay=0.01, betas=(0.9, 0.98), fused=True
        )
        self.step = 0
        self.began = self.saved = time.monotonic()
        self.began_at = 0
        self.sums: dict[str, float] = {}

    def rate(self) -> float:
        """The share of the full learning rate: up over a twelfth of the steps, then down to FLOOR."""
        warm = max(1, self.steps // 12)
        return min((self.step + 1) / warm, max(FLOOR, (self.steps - self.step) / max(1, self.steps - warm)))

    def learn(self, losses: dict[str, Tensor]) -> None:
        """One step down the sum of the losses."""
        share = self.rate()
        for group, base in zip(self.optimizer.param_groups, self.base, strict=True):
            group["lr"] = base * share
        self.optimizer.zero_grad(set_to_none=True)
        total = sum(losses.values())
        if not isinstance(total, Tensor) or not math.isfinite(total.item()):
            raise ArithmeticError(f"step {self.step}: the loss is {total}; the last checkpoint is in {self.folder}")
        total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.parameters, CLIP)
        self.optimizer.step()
        self.step += 1
        if self.average:
            keep = min(self.average, (1 + self.step) / (10 + self.step))
            with torch.no_grad():
                torch._foreach_mul_(self.averaged, keep)
                torch._foreach_add_(self.averaged, [p.detach() for p in self.parameters], alpha=1 - keep)
        for name, loss in losses.items():
            self.sums[name] = self.sums.get(name, 0.0) + loss.item()

    def report(self, every: int = 50) -> None:
        """A line every so many steps."""
        if self.step % every == 0:
            pace = (time.monotonic() - self.began) / max(1, self.step - self.began_at)
            left = (self.steps - self.step) * pace / 60
            shown = "  ".join(f"{k} {v / every:.4f}" for k, v in self.sums.items())
            print(f"step {self.step}/{self.steps}  {shown}  {pace:.2f} s/step, {left:.0f} min left", flush=True)
            self.sums = {}

    def save(self, after: float = 0.0) -> None:
        """A checkpoint, if the last one is older than `after` seconds."""
        if time.monotonic() - self.saved < after:
            return
        self.saved = time.monotonic()
        tensors = {f"net.{n}": p.detach() for n, p in zip(self.names, self.parameters, strict=True)}
        tensors |= {f"averaged.{n}": p for n, p in zip(self.names, self.averaged, strict=False)}
        for n, p in zip(self.names, self.parameters, strict=True):
            for key, value in self.optimizer.state[p].items():
                tensors[f"{key}.{n}"] = value
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / "checkpoint.part"
        save_file({k: v.contiguous().clone() for k, v in tensors.items()}, part, {"step": json.dumps(self.step)})
        part.replace(self.folder / "checkpoint.safetensors")

    def resume(self) -> bool:
        """Goes on from the checkpoint in the folder, if there is one."""
        path = self.folder / "checkpoint.safetensors"
        if not path.exists():
            return False
        stored = load_file(path)
        with torch.no_grad():
            for n, p in zip(self.names, self.parameters, strict=True):
                p.copy_(stored[f"net.{n}"])
                state: dict[str, Any] = self.optimizer.state[p]
                for key in ("step", "exp_avg", "exp_avg_sq"):
                    state[key] = stored[f"{key}.{n}"].clone()
            for n, p in zip(self.names, self.averaged, strict=False):
                p.copy_(stored[f"averaged.{n}"])
        self.step = self.began_at = int(stored[f"step.{self.names[0]}"].item())
        self.began = time.monotonic()
        print(f"goes on from step {self.step} of {path}", flush=True)
        return True

    def finished(self) -> dict[str, Tensor]:
        """The averaged weights where there are any, else the last ones, by name."""
        chosen = self.averaged or [p.detach() for p in self.parameters]
        return dict(zip(self.names, chosen, strict=True))
