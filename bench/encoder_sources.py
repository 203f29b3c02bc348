"""The encoders of articles as they are published, for `encoder_network`: English all-mpnet-base-v2, Chinese e5."""

from collections.abc import Sequence

import numpy as np
import tokenizers
from numpy.typing import NDArray

from asr_tts import weights
from asr_tts.engines import e5, e5_weights, mpnet, mpnet_weights
from asr_tts.engines.adapters import PARTS
from bench.encoder_network import Source

LONGEST = 64
"""Pieces of a text that count here; hardly any is longer."""


def source(language: str) -> Source:
    """Return the encoder of a language, without what tuning changed."""
    return _mpnet() if language == "en" else _e5()


def _mpnet() -> Source:
    file = weights.find("mpnet-base") / "all-mpnet-base-v2.zip"
    tensors = mpnet_weights.read(file)
    tokenizer = tokenizers.Tokenizer.from_str(mpnet_weights.tokenizer(file))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST)
    made = {
        "word": tensors["embeddings.word_embeddings.weight"],
        "place": tensors["embeddings.position_embeddings.weight"][mpnet._FIRST_POSITION :],
        "distance": tensors["encoder.relative_attention_bias.weight"],
        "start.w": tensors["embeddings.LayerNorm.weight"],
        "start.b": tensors["embeddings.LayerNorm.bias"],
    }
    names = {**mpnet_weights.PARTS, "between": "attention.LayerNorm", "after": "output.LayerNorm"}
    for layer in range(mpnet_weights.LAYERS):
        for ours, theirs in names.items():
            for end, whole in (("w", "weight"), ("b", "bias")):
                made[f"{layer}.{ours}.{end}"] = tensors[f"encoder.layer.{layer}.{theirs}.{whole}"]

    def pieces(text: str) -> Sequence[int]:
        return list(tokenizer.encode(text).ids)

    return Source(made, mpnet_weights.LAYERS, mpnet_weights.HEADS, mpnet_weights.EPSILON, pieces)


def _e5() -> Source:
    file = e5_weights.read(weights.find("e5-small") / "e5-small-q4.bin")
    made: dict[str, NDArray[np.float32]] = {
        "word": file.matrix("emb.word", file.width),
        "place": file.floats("emb.pos").reshape(-1, file.width) + file.floats("emb.type")[: file.width],
        "start.w": file.floats("emb.ln.w"),
        "start.b": file.floats("emb.ln.b"),
    }
    for layer in range(file.layers):
        for ours, theirs in zip(PARTS, ("q", "k", "v", "ao", "fi", "fo"), strict=True):
            columns = file.hidden if ours == "down" else file.width
            made[f"{layer}.{ours}.w"] = file.matrix(f"l{layer}.{theirs}.w", columns)
            made[f"{layer}.{ours}.b"] = file.floats(f"l{layer}.{theirs}.b")
        for ours, theirs in (("between", "aln"), ("after", "oln")):
            for end in "wb":
                made[f"{layer}.{ours}.{end}"] = file.floats(f"l{layer}.{theirs}.{end}")
    encoder = e5.E5()

    def pieces(text: str) -> Sequence[int]:
        return encoder._pieces(text)[:LONGEST]

    return Source(made, file.layers, file.heads, file.epsilon, pieces, e5._ANYTHING)
