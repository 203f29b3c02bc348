"""Makes a model for CTranslate2 of all-mpnet-base-v2 as its authors publish it: a zip with `model.safetensors`.

safetensors: the length of a header (8 bytes, little endian), the header in JSON (name -> type, shape, offsets), values.
MPNet (https://arxiv.org/abs/2004.09297) is BERT with an attention that also knows how far apart two words are, as T5's.
"""

import json
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asr_tts.engines.adapters import Adapters
from asr_tts.engines.converted import save

LAYERS, HEADS = 12, 12
PARTS = {
    "q": "attention.attn.q", "k": "attention.attn.k", "v": "attention.attn.v", "o": "attention.attn.o",
    "up": "intermediate.dense", "down": "output.dense",
}  # fmt: skip
"""What is tuned of a layer, by the names that adapters have for it."""
FURTHEST = 128
"""Words; all that are further apart share one weight of the attention."""
EPSILON = 1e-5
_INSIDE = "all-mpnet-base-v2"
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Tensors:
    """The weights by name, read when they are asked for."""

    places: Mapping[str, tuple[tuple[int, ...], int]]
    """Shape and offset."""
    data: bytearray
    """Of which the tensors are views: what makes eight bits of them may write there."""

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        shape, offset = self.places[name]
        return np.frombuffer(self.data, "<f4", int(np.prod(shape)), offset).reshape(shape)


def tokenizer(path: Path) -> str:
    """Return the description of the tokenizer (JSON) in the zip `path`."""
    with zipfile.ZipFile(path) as packed:
        return packed.read(f"{_INSIDE}/tokenizer.json").decode()


def read(path: Path) -> Tensors:
    """Read the weights out of the zip `path`; raises ValueError where they aren't float32."""
    with zipfile.ZipFile(path) as packed:
        inside = packed.getinfo(f"{_INSIDE}/model.safetensors")
        data = bytearray(inside.file_size)
        with packed.open(inside) as file:
            at = 0
            while block := file.read(_BLOCK):
                data[at : at + len(block)] = block
                at += len(block)
    (length,) = struct.unpack_from("<Q", data)
    told = json.loads(data[8 : 8 + length])
    places = {}
    for name, one in told.items():
        if name == "__metadata__" or name.endswith("position_ids"):
            continue
        if one["dtype"] != "F32":
            raise ValueError(f"{name} is {one['dtype']}, not F32")
        places[name] = tuple(one["shape"]), 8 + length + one["data_offsets"][0]
    return Tensors(places, data)


def tune(tensors: Tensors, adapters: Adapters) -> None:
    """Change the weights, where they lie, as adapters say. Raises ValueError where these are for other weights."""
    for layer in range(LAYERS):
        for part, name in PARTS.items():
            weight = tensors[f"encoder.layer.{layer}.{name}.weight"]
            weight[:] = adapters.onto(f"{layer}.{part}", weight)


def convert(tensors: Tensors, directory: Path) -> None:
    """Write the model for CTranslate2, int8, into `directory`, which must exist."""
    from ctranslate2.specs import common_spec, transformer_spec

    encoder = transformer_spec.TransformerEncoderSpec(
        LAYERS,
        HEADS,
        pre_norm=False,
        activation=common_spec.Activation.GELU,
        num_source_embeddings=2,
        embeddings_merge=common_spec.EmbeddingsMerge.ADD,
        layernorm_embedding=True,
        relative_attention_bias=True,
    )
    spec = transformer_spec.TransformerEncoderModelSpec(encoder)
    encoder.scale_embeddings = False
    # With relative positions CTranslate2 leaves absolute ones out, so they come as a second embedding.
    encoder.embeddings[0].weight = tensors["embeddings.word_embeddings.weight"]
    encoder.embeddings[1].weight = tensors["embeddings.position_embeddings.weight"]
    _norm(encoder.layernorm_embedding, tensors, "embeddings.LayerNorm")
    for number, layer in enumerate(encoder.layer):
        layer.self_attention.relative_attention_bias = tensors["encoder.relative_attention_bias.weight"]
        layer.self_attention.relative_attention_max_distance = np.int32(FURTHEST)
        _layer(layer, tensors, f"encoder.layer.{number}.")
    spec.config.layer_norm_epsilon = EPSILON
    save(spec, len(encoder.embeddings[0].weight), 0, directory)


def _layer(layer: Any, tensors: Tensors, prefix: str) -> None:
    attention, feed = layer.self_attention, layer.ffn
    inner = f"{prefix}attention.attn."
    attention.linear[0].weight = np.concatenate([tensors[f"{inner}{part}.weight"] for part in "qkv"])
    attention.linear[0].bias = np.concatenate([tensors[f"{inner}{part}.bias"] for part in "qkv"])
    _linear(attention.linear[1], tensors, f"{inner}o")
    _norm(attention.layer_norm, tensors, f"{prefix}attention.LayerNorm")
    _linear(feed.linear_0, tensors, f"{prefix}intermediate.dense")
    _linear(feed.linear_1, tensors, f"{prefix}output.dense")
    _norm(feed.layer_norm, tensors, f"{prefix}output.LayerNorm")


def _linear(layer: Any, tensors: Tensors, name: str) -> None:
    layer.weight, layer.bias = tensors[f"{name}.weight"], tensors[f"{name}.bias"]


def _norm(layer: Any, tensors: Tensors, name: str) -> None:
    layer.gamma, layer.beta = tensors[f"{name}.weight"], tensors[f"{name}.bias"]
