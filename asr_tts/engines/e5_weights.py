"""Reads the four-bit file of multilingual-e5-small and makes a model for CTranslate2 of it.

The file (little endian): "E5S1", version, eight numbers, the pieces of the tokenizer with their scores, the characters
that it changes, then a directory of tensors. Large ones are Q4_0: blocks of 32 weights, a float16 scale and 16 bytes
whose low halves are weights 0-15 and whose high halves are 16-31, all less 8.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
from numpy.typing import NDArray

from asr_tts.engines.adapters import PARTS as ADAPTED
from asr_tts.engines.adapters import Adapters
from asr_tts.engines.converted import save

PARTS = ("q", "k", "v", "ao", "fi", "fo")
"""Of a layer, as `adapters.PARTS`."""
_Q4 = np.dtype([("scale", "<f2"), ("halves", "u1", 16)])
_BLOCK = 32
_FLOATS = 1
"""Kind of a tensor that is kept in float32; all others are Q4_0 or told by their length."""


@dataclass(frozen=True)
class E5File:
    """What is in the file."""

    width: int
    layers: int
    heads: int
    hidden: int
    epsilon: float
    begin: int
    end: int
    unknown: int
    pieces: list[tuple[str, float]]
    """Piece and logarithm of its probability, by id."""
    changes: Mapping[int, str]
    """For `str.translate`: what becomes of a character before it is cut into pieces."""
    tensors: Mapping[str, tuple[int, int]]
    """Offset in the file and number of values."""
    data: bytes

    def floats(self, name: str) -> NDArray[np.float32]:
        """Return a tensor of the small kind."""
        offset, count = self.tensors[name]
        return np.frombuffer(self.data, "<f4", count, offset).astype(np.float32)

    def matrix(self, name: str, columns: int) -> NDArray[np.float32]:
        """Return a tensor of four-bit weights, rows x columns."""
        offset, count = self.tensors[name]
        blocks = np.frombuffer(self.data, _Q4, count // _BLOCK, offset)
        halves = blocks["halves"]
        weights = np.concatenate([halves & 15, halves >> 4], axis=1).astype(np.float32) - 8
        return (weights * blocks["scale"].astype(np.float32)[:, None]).reshape(-1, columns)


def read(path: Path) -> E5File:
    """Read the file; raises ValueError where it isn't one."""
    data = path.read_bytes()
    if data[:4] != b"E5S1":
        raise ValueError("not a file of multilingual-e5-small")
    _, width, layers, heads, hidden, _, _, _, epsilon, _ = struct.unpack_from("<I7ifi", data, 4)
    at = 4 + 40
    count, begin, end, _, unknown, blob = struct.unpack_from("<5iQ", data, at)
    at += 28
    ends = np.frombuffer(data, "<u4", count + 1, at)
    scores = np.frombuffer(data, "<f4", count, at + 4 * (count + 1))
    at += 4 * (2 * count + 1)
    pieces = [
        (data[at + start : at + stop].decode(errors="replace"), float(score))
        for start, stop, score in zip(ends, ends[1:], scores, strict=False)
    ]
    changes, at = _changes(data, at + blob)
    return E5File(width, layers, heads, hidden, epsilon, begin, end, unknown, pieces, changes, _tensors(data, at), data)


def _changes(data: bytes, at: int) -> tuple[dict[int, str], int]:
    count, size = struct.unpack_from("<iI", data, at)
    at += 8
    following, changes = at + size, {}
    for _ in range(count):
        point, length = struct.unpack_from("<IB", data, at)
        at += 5
        changes[point] = "".join(map(chr, struct.unpack_from(f"<{length}I", data, at)))
        at += 4 * length
    return changes, following


def _tensors(data: bytes, at: int) -> dict[str, tuple[int, int]]:
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    tensors = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        at += 2 + length
        _, values, offset, _ = struct.unpack_from("<BIQQ", data, at)
        tensors[name] = offset, values
        at += 21
    return tensors


def convert(file: E5File, adapters: Adapters | None, directory: Path) -> None:
    """Write the model for CTranslate2, int8, with what the adapters learned, into `directory`, which must exist.

    Raises ValueError where the adapters are for another encoder.
    """
    from ctranslate2.specs import common_spec, transformer_spec

    encoder = transformer_spec.TransformerEncoderSpec(
        file.layers,
        file.heads,
        pre_norm=False,
        activation=common_spec.Activation.GELU,
        layernorm_embedding=True,
    )
    spec = transformer_spec.TransformerEncoderModelSpec(encoder)
    encoder.scale_embeddings = False
    # Every sentence is of the one token type there is, so its vector joins the positions'.
    kind = file.floats("emb.type")[: file.width]
    encoder.embeddings[0].weight = file.matrix("emb.word", file.width)
    encoder.position_encodings.encodings = file.floats("emb.pos").reshape(-1, file.width) + kind
    _norm(encoder.layernorm_embedding, file, "emb.ln")
    for number, layer in enumerate(encoder.layer):
        _layer(layer, file, number, adapters)
    spec.config.layer_norm_epsilon = file.epsilon
    save(spec, len(encoder.embeddings[0].weight), file.unknown, directory)


def _layer(layer: Any, file: E5File, number: int, adapters: Adapters | None) -> None:
    attention, feed, prefix = layer.self_attention, layer.ffn, f"l{number}."
    weights = {part: file.matrix(f"{prefix}{part}.w", file.hidden if part == "fo" else file.width) for part in PARTS}
    if adapters is not None:
        for part, adapted in zip(PARTS, ADAPTED, strict=True):
            weights[part] = adapters.onto(f"{number}.{adapted}", weights[part])
    biases = {part: file.floats(f"{prefix}{part}.b") for part in PARTS}
    attention.linear[0].weight = np.concatenate([weights[part] for part in "qkv"])
    attention.linear[0].bias = np.concatenate([biases[part] for part in "qkv"])
    for linear, part in ((attention.linear[1], "ao"), (feed.linear_0, "fi"), (feed.linear_1, "fo")):
        linear.weight, linear.bias = weights[part], biases[part]
    _norm(attention.layer_norm, file, f"{prefix}aln")
    _norm(feed.layer_norm, file, f"{prefix}oln")


def _norm(layer: Any, file: E5File, name: str) -> None:
    layer.gamma, layer.beta = file.floats(f"{name}.w"), file.floats(f"{name}.b")


def load(directory: Path) -> Any:
    """Return the converted model as CTranslate2's encoder on one thread."""
    return ctranslate2.Encoder(str(directory), device="cpu", compute_type="int8", intra_threads=1, inter_threads=1)
