"""The trained network, run by onnxruntime on one thread: a page in, its scores out. Weights are loaded once a process.

Two graphs, as scripts/train_extractor.py writes them: the reader (encoder and heads, int8) looks at windows of a page,
the linker ties each anchor (the first word of a cue) to the tokens of its window.
"""

import functools
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from index.errors import MissingWeightsError, WeightsError
from index.extract.encoding import CLS, Encoded, Window, distance_buckets, encode, even_windows, paragraph_steps
from index.extract.tokens import Page

Floats = NDArray[np.float32]

FOLDER = Path(__file__).with_name("weights")
FILES = ("reader.onnx", "linker.onnx", "vocabulary.json", "calibration.json")
DIGESTS = "digests.json"
SIZE, MARGIN = 320, 40
"""Wordpieces that are read together, and how far from a cut edge what is read is kept."""
MOST_WINDOWS = 8
"""Windows in one run of the reader: it bounds the memory."""
LEAST_ANCHOR = 0.1


@dataclass(frozen=True, slots=True)
class Anchor:
    """The first word of a cue: token `at`, and how the tokens from `first` on belong to it."""

    at: int
    probability: float
    first: int
    scores: Floats
    """[tokens, 7] log-probabilities: outside, begin and inside of content, source, cue."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What the network says of each token of a page."""

    names: Floats
    """[tokens, 9] probabilities: outside, then begin and inside of person, organization, place, other."""
    reported: Floats
    """[tokens] probability of being reported words, whoever says them."""
    anchors: list[Anchor]
    asks: Floats
    """[tokens, 64] with `answers` and `nobody` what tells whom a word stands for."""
    answers: Floats
    nobody: Floats


class Network:
    """The graphs of one folder."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.version = check(folder)
        """Eight hexadecimal digits that stand for these very weights."""
        self.vocabulary = folder / "vocabulary.json"
        self.calibration: dict[str, Any] = json.loads((folder / "calibration.json").read_text(encoding="utf-8"))
        self.far = np.array(self.calibration["far"], np.float32)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._reader, self._linker = (
                onnxruntime.InferenceSession(str(folder / name), options, providers=["CPUExecutionProvider"])
                for name in FILES[:2]
            )
        except Exception as error:  # onnxruntime raises classes of its own for every kind of damage
            raise WeightsError(f"{folder}: onnxruntime cannot load the weights ({error}); {_MEND}") from error

    def scores(self, page: Page) -> Scores:
        """What the network says of a page; linear in its length."""
        encoded = encode(page, self.vocabulary)
        n = len(page)
        out = Scores(
            np.zeros((n, 9), np.float32),
            np.zeros(n, np.float32),
            [],
            np.zeros((n, 64), np.float32),
            np.zeros((n, 64), np.float32),
            np.zeros(n, np.float32),
        )
        cut = even_windows(len(encoded.pieces), SIZE, MARGIN) if n else []
        for at in range(0, len(cut), MOST_WINDOWS):
            self._read(encoded, cut[at : at + MOST_WINDOWS], out)
        return out

    def _read(self, encoded: Encoded, cut: list[Window], out: Scores) -> None:
        inputs, bounds = _inputs(encoded, cut)
        roles, names, anchors, left, right, asks, answers, nobody = self._reader.run(None, inputs)
        for row, (w, (a, b)) in enumerate(zip(cut, bounds, strict=True)):
            c, d = np.searchsorted(encoded.first, (w.core_start, w.core_stop))
            core = slice(int(c), int(d))
            here = slice(int(c - a), int(d - a))
            out.names[core] = _softmax(names[row, here])
            out.reported[core] = 1 - _softmax(roles[row, here, :3])[:, 0]
            out.asks[core], out.answers[core], out.nobody[core] = asks[row, here], answers[row, here], nobody[row, here]
            likely = 1 / (1 + np.exp(-anchors[row, here]))
            found = np.nonzero(likely > LEAST_ANCHOR)[0]
            if not len(found):
                continue
            places = (found + (c - a)).astype(np.int64)
            n = b - a
            far = distance_buckets(np.arange(n)[None] - places[:, None])
            paragraph = encoded.paragraph[a:b]
            steps = paragraph_steps(paragraph[None] - paragraph[places][:, None])
            given = {"left": left[row, :n], "right": right[row, :n], "anchor": places, "far": far, "steps": steps}
            (linked,) = self._linker.run(None, given)
            for k, place in enumerate(places):
                out.anchors.append(Anchor(int(a + place), float(likely[found[k]]), int(a), linked[k]))

    def antecedents(self, scores: Scores, asking: int, among: NDArray[np.int64]) -> Floats:
        """The probability of each of the tokens `among` (last ones of names) being what token `asking` stands for."""
        if not len(among):
            return np.zeros(0, np.float32)
        far = self.far[distance_buckets(among - asking)]
        found = np.concatenate([[scores.nobody[asking]], scores.answers[among] @ scores.asks[asking] + far])
        chances: Floats = _softmax(found[None].astype(np.float32))[0, 1:]
        return chances


def _softmax(x: Floats) -> Floats:
    raised = np.exp(x - x.max(-1, keepdims=True))
    out: Floats = raised / raised.sum(-1, keepdims=True)
    return out


def _inputs(encoded: Encoded, cut: list[Window]) -> tuple[dict[str, Any], list[tuple[int, int]]]:
    bounds = [(int(a), int(b)) for a, b in (np.searchsorted(encoded.first, (w.start, w.stop)) for w in cut)]
    shape = len(cut), 1 + max(w.stop - w.start for w in cut)
    pieces, case, quote = (np.zeros(shape, np.int64) for _ in range(3))
    first = np.zeros((len(cut), max(1, max(b - a for a, b in bounds))), np.int64)
    for row, (w, (a, b)) in enumerate(zip(cut, bounds, strict=True)):
        end = 1 + w.stop - w.start
        pieces[row, 0] = CLS
        pieces[row, 1:end] = encoded.pieces[w.start : w.stop]
        case[row, 1:end] = encoded.case[w.start : w.stop]
        quote[row, 1:end] = encoded.quote[w.start : w.stop]
        first[row, : b - a] = encoded.first[a:b] - w.start + 1
    return {"pieces": pieces, "case": case, "quote": quote, "first": first}, bounds


_MEND = "fetch the project's files again, or make them with scripts/train_extractor.py"


def check(folder: Path) -> str:
    """Eight hexadecimal digits of the weights' digests.

    MissingWeightsError where a file is missing, WeightsError where one is not the one that was written.
    """
    missing = [name for name in (*FILES, DIGESTS) if not (folder / name).is_file()]
    if missing:
        raise MissingWeightsError(f"{folder}: the extractor's weights are missing ({', '.join(missing)}); {_MEND}")
    try:
        listed = (folder / DIGESTS).read_bytes()
        wanted = json.loads(listed)
    except ValueError as error:
        raise WeightsError(f"{folder / DIGESTS}: damaged ({error}); {_MEND}") from error
    for name in FILES:
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != wanted.get(name):
            raise WeightsError(f"{folder / name}: damaged, its content is not what was written; {_MEND}")
    return hashlib.sha256(listed).hexdigest()[:8]


@functools.cache
def network() -> Network:
    """The network of the project, loaded once. WeightsError, or MissingWeightsError, where its files are not right."""
    return Network()
