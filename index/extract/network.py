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
        for window in even_windows(len(encoded.pieces), SIZE, MARGIN) if n else ():
            self._read(encoded, window, out)
        return out

    def _read(self, encoded: Encoded, w: Window, out: Scores) -> None:
        a, b = (int(at) for at in np.searchsorted(encoded.first, (w.start, w.stop)))
        c, d = (int(at) for at in np.searchsorted(encoded.first, (w.core_start, w.core_stop)))
        if d <= c:
            return
        # One window at a time: what it needs stays in the processor's cache.
        given = {
            "pieces": np.concatenate([[CLS], encoded.pieces[w.start : w.stop]])[None],
            "case": np.concatenate([[0], encoded.case[w.start : w.stop]])[None],
            "quote": np.concatenate([[0], encoded.quote[w.start : w.stop]])[None],
            "first": (encoded.first[a:b] - w.start + 1)[None],
        }
        roles, names, anchors, left, right, asks, answers, nobody = (x[0] for x in self._reader.run(None, given))
        core, here = slice(c, d), slice(c - a, d - a)
        out.names[core] = _softmax(names[here])
        out.reported[core] = 1 - _softmax(roles[here, :3])[:, 0]
        out.asks[core], out.answers[core], out.nobody[core] = asks[here], answers[here], nobody[here]
        likely = 1 / (1 + np.exp(-anchors[here]))
        found = np.flatnonzero(likely > LEAST_ANCHOR)
        if not len(found):
            return
        places = (found + (c - a)).astype(np.int64)
        paragraph = encoded.paragraph[a:b]
        linked = self._linker.run(
            None,
            {
                "left": left,
                "right": right,
                "anchor": places,
                "far": distance_buckets(np.arange(b - a)[None] - places[:, None]),
                "steps": paragraph_steps(paragraph[None] - paragraph[places][:, None]),
            },
        )[0]
        for place, chance, scores in zip(places.tolist(), likely[found].tolist(), linked, strict=True):
            out.anchors.append(Anchor(a + place, chance, a, scores))

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
