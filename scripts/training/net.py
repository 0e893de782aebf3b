"""The network: a MiniLM encoder with features for case and marks, and heads for attributions, names and antecedents.

Plain PyTorch, so that it casts to bfloat16 and exports simply. Shapes: B windows, T pieces, N tokens, A anchors.
The encoder is all-MiniLM-L6-v2 (Wang et al., "MiniLM", NeurIPS 2020; Reimers and Gurevych, EMNLP 2019); the link head
is biaffine (Dozat and Manning, ICLR 2017).
"""

import math
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from index.extract.encoding import CASES, DISTANCES, PARAGRAPH_STEPS, QUOTES

WIDTH, HEADS, VOCABULARY, LONGEST = 384, 12, 30522, 512
LAYERS = 6
LINK_LABELS = 7
"""Outside, then begin and inside of content, source and cue."""
NAME_LABELS = 9
"""Outside, then begin and inside of person, organization, place and other."""
ROLE_TAGS = 9
"""Outside, begin, inside for each of content, source, cue: an auxiliary task."""
HALF = 128
POINTER = 64


class Dropout:
    """Dropout from a pool of ready masks: on a CPU far cheaper than drawing one each time."""

    def __init__(self, rate: float = 0.1) -> None:
        self.rate = rate
        self.on = False
        self.pool: Tensor | None = None

    def __call__(self, x: Tensor) -> Tensor:
        """`x`, while training with some of its values left out."""
        if not self.on:
            return x
        if self.pool is None or self.pool.dtype != x.dtype:
            kept = torch.rand(1 << 25) >= self.rate
            self.pool = (kept.float() / (1 - self.rate)).to(x.dtype)
        at = int(torch.randint(0, self.pool.numel() - x.numel(), (1,)))
        return x * self.pool[at : at + x.numel()].view(x.shape)


dropout = Dropout()


class Norm(nn.LayerNorm):
    """A layer norm that stays in its input's number format."""

    def forward(self, x: Tensor) -> Tensor:
        """[..., WIDTH] to the same."""
        return functional.layer_norm(x, self.normalized_shape, self.weight.to(x.dtype), self.bias.to(x.dtype), self.eps)


class FusedAttention(torch.autograd.Function):
    """Attention of all heads, exported as onnxruntime's MultiHeadAttention. No gradient: for export alone."""

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """[B, T, WIDTH] three times to [B, T, WIDTH]."""
        b, t, _ = q.shape
        q, k, v = (x.view(b, t, HEADS, WIDTH // HEADS).transpose(1, 2) for x in (q, k, v))
        return functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, t, WIDTH)

    @staticmethod
    def symbolic(g: Any, q: Any, k: Any, v: Any) -> Any:
        """The operation in the graph."""
        return g.op("com.microsoft::MultiHeadAttention", q, k, v, num_heads_i=HEADS).setType(q.type())


class Layer(nn.Module):
    """One layer of the encoder: attention, then the wide step."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.wide, self.narrow = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.norm1, self.norm2 = Norm(WIDTH, 1e-12), Norm(WIDTH, 1e-12)

    def forward(self, x: Tensor, bias: Tensor | None) -> Tensor:
        """[B, T, WIDTH] and what may not be attended to, [B, 1, 1, T], to [B, T, WIDTH].

        Without a bias everything may be, and attention is one operation of the exported graph.
        """
        b, t, _ = x.shape
        if bias is None:
            mixed = FusedAttention.apply(*self.qkv(x).split(WIDTH, -1))
        else:
            q, k, v = self.qkv(x).view(b, t, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4).unbind(0)
            weights = torch.softmax(torch.matmul(q * (HEADS / WIDTH) ** 0.5, k.transpose(2, 3)) + bias, -1)
            mixed = torch.matmul(dropout(weights), v).transpose(1, 2).reshape(b, t, WIDTH)
        x = self.norm1(x + dropout(self.out(mixed)))
        return self.norm2(x + dropout(self.narrow(functional.gelu(self.wide(x)))))


class Network(nn.Module):
    """Encoder and heads."""

    def __init__(self, layers: int = LAYERS) -> None:
        super().__init__()
        self.word, self.place = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(LONGEST, WIDTH)
        self.case, self.quote = nn.Embedding(CASES, WIDTH), nn.Embedding(QUOTES, WIDTH)
        nn.init.zeros_(self.case.weight)
        nn.init.zeros_(self.quote.weight)
        self.norm = Norm(WIDTH, 1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(layers))
        self.roles = nn.Linear(WIDTH, ROLE_TAGS)
        self.names = nn.Linear(WIDTH, NAME_LABELS)
        self.anchor1, self.anchor2 = nn.Linear(WIDTH, HALF), nn.Linear(HALF, 1)
        self.left, self.right = nn.Linear(WIDTH, 2 * HALF), nn.Linear(WIDTH, 2 * HALF)  # biaffine half, additive half
        self.biaffine = nn.Parameter(torch.randn(HALF, LINK_LABELS * HALF) / HALF)
        self.distance, self.paragraph = nn.Embedding(DISTANCES, HALF), nn.Embedding(PARAGRAPH_STEPS, HALF)
        nn.init.normal_(self.distance.weight, 0, 0.02)
        nn.init.normal_(self.paragraph.weight, 0, 0.02)
        self.linked = nn.Linear(HALF, LINK_LABELS)
        self.asks, self.answers = nn.Linear(WIDTH, POINTER), nn.Linear(WIDTH, POINTER)
        self.nobody = nn.Linear(WIDTH, 1)
        self.far = nn.Embedding(DISTANCES, 1)
        nn.init.zeros_(self.far.weight)
        self.predict = nn.Linear(WIDTH, WIDTH)
        self.predict_norm = Norm(WIDTH, 1e-12)
        self.predict_bias = nn.Parameter(torch.zeros(VOCABULARY))
        self.word.weight.requires_grad_(False)

    def load_encoder(self, path: Path) -> None:
        """Takes the encoder's weights from a `model.safetensors` in BERT's layout."""
        stored = load_file(path)
        prefix = "" if "embeddings.word_embeddings.weight" in stored else "bert."

        def get(name: str) -> Tensor:
            return stored[prefix + name]

        with torch.no_grad():
            self.word.weight.copy_(get("embeddings.word_embeddings.weight"))
            first_type = get("embeddings.token_type_embeddings.weight")[0]
            self.place.weight.copy_(get("embeddings.position_embeddings.weight") + first_type)
            self.norm.weight.copy_(get("embeddings.LayerNorm.weight"))
            self.norm.bias.copy_(get("embeddings.LayerNorm.bias"))
            for number, layer in enumerate(self.layers):
                at = f"encoder.layer.{number}."
                for kind in ("weight", "bias"):
                    parts = [get(f"{at}attention.self.{x}.{kind}") for x in ("query", "key", "value")]
                    getattr(layer.qkv, kind).copy_(torch.cat(parts))
                    for mine, theirs in (
                        (layer.out, "attention.output.dense"),
                        (layer.norm1, "attention.output.LayerNorm"),
                        (layer.wide, "intermediate.dense"),
                        (layer.narrow, "output.dense"),
                        (layer.norm2, "output.LayerNorm"),
                    ):
                        getattr(mine, kind).copy_(get(f"{at}{theirs}.{kind}"))

    def encode(self, pieces: Tensor, case: Tensor, quote: Tensor, mask: Tensor | None = None) -> Tensor:
        """[B, T] (mask: 1 where there is a piece, None where there is one everywhere) to [B, T, WIDTH]."""
        x = self.word(pieces) + self.place.weight[: pieces.shape[1]] + self.case(case) + self.quote(quote)
        x = self.norm(x)
        if torch.is_autocast_enabled("cpu"):
            x = x.to(torch.bfloat16)
        x = dropout(x)
        bias = None if mask is None else ((1 - mask)[:, None, None, :] * -1e4).to(x.dtype)
        for layer in self.layers:
            x = layer(x, bias)
        return x

    @staticmethod
    def tokens(x: Tensor, first: Tensor) -> Tensor:
        """[B, T, WIDTH] and the first piece of each token [B, N] to [B, N, WIDTH]."""
        return x.gather(1, first[:, :, None].expand(-1, -1, WIDTH))

    def heads(self, w: Tensor) -> tuple[Tensor, ...]:
        """[B, N, WIDTH] to roles, names [B, N, 9], anchors [B, N], the link's halves, asks, answers, nobody [B, N]."""
        anchors = self.anchor2(functional.gelu(self.anchor1(w)))[..., 0]
        asks = self.asks(w) * (1 / math.sqrt(POINTER))
        link = self.left(w), self.right(w)
        return self.roles(w), self.names(w), anchors, *link, asks, self.answers(w), self.nobody(w)[..., 0]

    def link(self, left: Tensor, right: Tensor, window: Tensor, anchor: Tensor, far: Tensor, steps: Tensor) -> Tensor:
        """Label scores [A, N, 7] of every token of a window for each anchor.

        left, right [B, N, 2·HALF]; window, anchor [A]: where the anchors are; far, steps [A, N]: buckets of distance.
        """
        a, b = left[window, anchor], right[window]
        mixed = (functional.gelu(a[:, :HALF]) @ self.biaffine.to(a.dtype)).view(-1, LINK_LABELS, HALF)
        product = torch.matmul(functional.gelu(b[..., :HALF]), mixed.transpose(1, 2))
        near = self.distance(far).to(a.dtype) + self.paragraph(steps).to(a.dtype)
        return product + self.linked(functional.gelu(a[:, None, HALF:] + b[..., HALF:] + near))

    def masked(self, x: Tensor) -> Tensor:
        """Vectors of masked pieces [M, WIDTH] to scores over the vocabulary [M, VOCABULARY]."""
        x = self.predict_norm(functional.gelu(self.predict(x)))
        return functional.linear(x, self.word.weight.to(x.dtype), self.predict_bias.to(x.dtype))
