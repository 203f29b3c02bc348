"""The encoders of articles in torch, as training needs them: with adapters that learn while all else stays.

Both are BERT's layers; MPNet's attention also knows how far apart two words are (bucketed as T5's). What the layers
below the first adapter make of a text never changes, so it is worked out once.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asr_tts.engines.adapters import PARTS

TOGETHER = 48
"""Texts of near length that are worked out in one go."""

BAR = 0.45
"""Where the bar begins."""


@dataclass(frozen=True)
class Source:
    """An encoder as it is published.

    `weights`: float32 by name: `word`, `place` (row 0 for the first piece), `start.w` and `start.b` (norm of what is
    looked up), `distance` (buckets x heads; may lack), and for each layer, from `0.`: `q.w`, `q.b` … of `PARTS`, the
    norms `between.w`, `between.b` after the attention and `after.w`, `after.b` at the end.
    """

    weights: Mapping[str, NDArray[np.float32]]
    layers: int
    heads: int
    epsilon: float
    pieces: Callable[[str], Sequence[int]]
    common: Sequence[str] = field(default=())
    """Sentences whose mean is taken out of every vector."""


class Network:
    """An encoder with adapters."""

    def __init__(self, torch: Any, source: Source, rank: int, first: int = 0, *, halves: bool = True) -> None:
        """`first`: the lowest layer with adapters, of `rank`; `halves`: multiply in bfloat16, five times as fast."""
        self._torch, self._source, self._first = torch, source, first
        self._kind = torch.bfloat16 if halves else torch.float32
        self._weights = {name: torch.from_numpy(np.array(array)) for name, array in source.weights.items()}
        self._thick = {
            name: array.to(self._kind)
            for name, array in self._weights.items()
            if name.split(".")[1:2] and name.split(".")[1] in PARTS
        }
        self._below: dict[str, Any] = {}
        self._distances: dict[int, Any] = {}
        self.strength = 1.0
        """How much of the adapters counts; 0: the published encoder."""
        torch.manual_seed(1)
        self.adapters: dict[str, tuple[Any, Any]] = {}
        for layer in range(first, source.layers):
            for part in PARTS:
                out, into = self._weights[f"{layer}.{part}.w"].shape
                thin = torch.randn(rank, into) / math.sqrt(into)
                self.adapters[f"{layer}.{part}"] = thin.requires_grad_(), torch.zeros(out, rank).requires_grad_()
        self.bar = torch.tensor(BAR, requires_grad=True)
        """Likeness that what no article answers is to stay below; learnt, of use in training alone."""
        self._common: Any = None
        if source.common:
            self.strength = 0.0
            with torch.no_grad():
                self._common = self.of(source.common, centred=False).mean(0)
            self.strength = 1.0

    def learning(self) -> list[Any]:
        """Return all that learns."""
        return [self.bar, *(half for both in self.adapters.values() for half in both)]

    def learned(self, strength: float = 1.0) -> dict[str, Any]:
        """Return the adapters as `asr_tts.engines.adapters` reads them."""
        made = {}
        for name, (thin, wide) in self.adapters.items():
            made[f"{name}.a"] = thin.detach().numpy().astype(np.float16)
            made[f"{name}.b"] = (strength * wide.detach().numpy()).astype(np.float16)
        return made

    def of(self, texts: Sequence[str], *, centred: bool = True) -> Any:
        """Return the unit vectors of texts (n x d), through which adapters learn."""
        self._prepare(texts)
        # What fills short texts up costs as much as words: those of near length go together.
        ordered = sorted(range(len(texts)), key=lambda place: len(self._below[texts[place]]))
        parts = [ordered[at : at + TOGETHER] for at in range(0, len(ordered), TOGETHER)]
        vectors = self._torch.cat([self._alike([texts[place] for place in part], centred=centred) for part in parts])
        return vectors[np.argsort(ordered)]

    def _alike(self, texts: Sequence[str], *, centred: bool) -> Any:
        torch = self._torch
        states = [self._below[text] for text in texts]
        lengths = torch.tensor([len(state) for state in states])
        hidden = torch.nn.utils.rnn.pad_sequence(states, batch_first=True).float()
        there = (torch.arange(hidden.shape[1])[None] < lengths[:, None]).float()
        for layer in range(self._first, self._source.layers):
            hidden = self._layer(hidden, there, layer)
        means = (hidden * there[:, :, None]).sum(1) / lengths[:, None]
        vectors = torch.nn.functional.normalize(means, dim=-1)
        if centred and self._common is not None:
            vectors = torch.nn.functional.normalize(vectors - self._common, dim=-1)
        return vectors

    def all(self, texts: Iterable[str]) -> dict[str, NDArray[np.float32]]:
        """Return the vectors of many texts; nothing learns."""
        if self._common is not None:
            # The product takes out the mean that the changed encoder has.
            with self._torch.no_grad():
                self._common = self.of(self._source.common, centred=False).mean(0)
        found: dict[str, NDArray[np.float32]] = {}
        with self._torch.no_grad():
            for some in _together(dict.fromkeys(texts)):
                found.update(zip(some, self.of(some).numpy(), strict=True))
        return found

    def _prepare(self, texts: Sequence[str]) -> None:
        with self._torch.no_grad():
            for some in _together(text for text in dict.fromkeys(texts) if text not in self._below):
                pieces = [self._source.pieces(text) for text in some]
                longest = max(map(len, pieces))
                ids = self._torch.zeros(len(some), longest, dtype=self._torch.long)
                there = self._torch.zeros(len(some), longest)
                for row, each in enumerate(pieces):
                    ids[row, : len(each)], there[row, : len(each)] = self._torch.tensor(each), 1
                hidden = self._norm(self._weights["word"][ids] + self._weights["place"][:longest], "start")
                for layer in range(self._first):
                    hidden = self._layer(hidden, there, layer)
                for text, each, state in zip(some, pieces, hidden, strict=True):
                    self._below[text] = state[: len(each)].half().clone()

    def _layer(self, hidden: Any, there: Any, layer: int) -> Any:
        nn = self._torch.nn.functional
        rows, longest, width = hidden.shape
        heads = self._source.heads

        def split(part: str) -> Any:
            return self._linear(hidden, f"{layer}.{part}").view(rows, longest, heads, -1).transpose(1, 2)

        mask = (there[:, None, None, :] - 1) * 1e4
        if "distance" in self._weights:
            mask = mask + self._distance(longest)
        # Written out: torch's own attention takes three times as long to learn through, sentences being so short.
        alike = split("q") @ split("k").transpose(2, 3) / math.sqrt(width // heads)
        seen = (alike + mask).softmax(-1).to(self._kind) @ split("v")
        seen = seen.transpose(1, 2).reshape(rows, longest, width)
        hidden = self._norm(hidden + self._linear(seen, f"{layer}.o"), f"{layer}.between")
        inner = nn.gelu(self._linear(hidden, f"{layer}.up"))
        return self._norm(hidden + self._linear(inner, f"{layer}.down"), f"{layer}.after")

    def _linear(self, given: Any, name: str) -> Any:
        nn = self._torch.nn.functional
        given = given.to(self._kind)
        made = nn.linear(given, self._thick[f"{name}.w"], self._thick[f"{name}.b"])
        if self.strength and name in self.adapters:
            thin, wide = self.adapters[name]
            small = nn.linear(given, thin.to(self._kind))
            made = made + nn.linear(small, (self.strength * wide).to(self._kind))
        return made

    def _norm(self, given: Any, name: str) -> Any:
        weight, bias = self._weights[f"{name}.w"], self._weights[f"{name}.b"]
        return self._torch.nn.functional.layer_norm(given, given.shape[-1:], weight, bias, self._source.epsilon)

    def _distance(self, longest: int) -> Any:
        if longest not in self._distances:
            torch = self._torch
            places = torch.arange(longest)
            ahead = places[None] - places[:, None]
            far = ahead.abs()
            # T5's (https://arxiv.org/abs/1910.10683): one bucket each up to 8, then 8 more up to 128, by direction.
            wide = 8 + (torch.log(far.float().clamp(min=1) / 8) / math.log(16) * 8).long()
            bucket = (ahead > 0).long() * 16 + torch.where(far < 8, far, wide.clamp(max=15))
            self._distances[longest] = self._weights["distance"][bucket].permute(2, 0, 1)[None]
        return self._distances[longest]


def _together(texts: Iterable[str]) -> Iterable[list[str]]:
    ordered = sorted(texts, key=len)
    return [ordered[at : at + TOGETHER] for at in range(0, len(ordered), TOGETHER)]
