"""From trained weights to the files that the extractor loads: two ONNX graphs, the encoder's in int8."""

import hashlib
import json
import tempfile
import warnings
from pathlib import Path
from typing import Any

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import Tensor, nn

from index.extract.network import DIGESTS, FILES
from scripts.training.net import HALF, Network

OPSET = 17
HEADS = ("roles", "names", "anchors", "left", "right", "asks", "answers", "nobody")


class _Reader(nn.Module):
    def __init__(self, net: Network) -> None:
        super().__init__()
        self.net = net

    def forward(self, pieces: Tensor, case: Tensor, quote: Tensor, first: Tensor) -> tuple[Tensor, ...]:
        return self.net.heads(self.net.tokens(self.net.encode(pieces, case, quote), first))


class _Linker(nn.Module):
    def __init__(self, net: Network) -> None:
        super().__init__()
        self.net = net

    def forward(self, left: Tensor, right: Tensor, anchor: Tensor, far: Tensor, steps: Tensor) -> Tensor:
        scores = self.net.link(left[None], right[None], torch.zeros_like(anchor), anchor, far, steps)
        return torch.log_softmax(scores, -1)


def export(net: Network, folder: Path) -> None:
    """Writes reader.onnx (int8, per channel) and linker.onnx into `folder`."""
    net.eval()
    b, t, n, a = 2, 64, 50, 5
    zeros = torch.zeros(b, t, dtype=torch.long)
    pieces, first = torch.randint(1000, 2000, (b, t)), torch.randint(0, t, (b, n))
    by_piece, by_token = {0: "B", 1: "T"}, {0: "B", 1: "N"}
    axes = dict.fromkeys(("pieces", "case", "quote"), by_piece) | dict.fromkeys(("first", *HEADS), by_token)
    anchor, far = torch.zeros(a, dtype=torch.long), torch.zeros(a, n, dtype=torch.long)
    link_axes = {"left": {0: "N"}, "right": {0: "N"}, "anchor": {0: "A"}}
    link_axes |= {key: {0: "A", 1: "N"} for key in ("far", "steps", "scores")}
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        work = Path(name)
        _write(_Reader(net), (pieces, zeros, zeros, first), work / "reader.onnx", axes, HEADS)
        halves = torch.randn(n, 2 * HALF), torch.randn(n, 2 * HALF)
        _write(_Linker(net), (*halves, anchor, far, far), folder / "linker.onnx", link_axes, ("scores",))
        quant_pre_process(str(work / "reader.onnx"), str(work / "ready.onnx"), skip_symbolic_shape=True)
        quantize_dynamic(
            str(work / "ready.onnx"),
            str(folder / "reader.onnx"),
            per_channel=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gemm", "Gather"],
        )


def _write(
    module: nn.Module,
    example: tuple[Tensor, ...],
    path: Path,
    axes: dict[str, dict[int, str]],
    outputs: tuple[str, ...],
) -> None:
    torch.onnx.export(
        module,
        example,
        str(path),
        opset_version=OPSET,
        input_names=[name for name in axes if name not in outputs],
        output_names=list(outputs),
        dynamic_axes=axes,
        dynamo=False,
    )


def pack(net: Network, folder: Path, tokenizer: Path, calibration: dict[str, Any]) -> None:
    """Writes everything that the extractor loads into `folder`: graphs, vocabulary, calibration, digests."""
    folder.mkdir(parents=True, exist_ok=True)
    export(net, folder)
    vocabulary = json.loads(tokenizer.read_text(encoding="utf-8"))
    vocabulary |= {"truncation": None, "padding": None}
    (folder / "vocabulary.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    far = [round(float(x), 5) for x in net.far.weight.detach()[:, 0]]
    write_calibration(folder, calibration | {"far": far})


def write_calibration(folder: Path, calibration: dict[str, Any]) -> None:
    """Writes calibration.json and the digests of all files."""
    (folder / "calibration.json").write_text(json.dumps(calibration, indent=1) + "\n", encoding="utf-8")
    sums = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}
    (folder / DIGESTS).write_text(json.dumps(sums, indent=1) + "\n", encoding="utf-8")
