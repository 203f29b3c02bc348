"""What multilingual-e5-small becomes for CTranslate2, with what adapters learned: a small model of the same shape."""

import math
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import ctranslate2
import numpy as np
import pytest

from asr_tts.engines import e5, e5_weights
from asr_tts.engines.adapters import PARTS, Adapters
from asr_tts.known_models import KNOWN
from models.errors import OperatorFault

WIDTH, HIDDEN, LAYERS, HEADS, WORDS = 32, 64, 2, 2, 20
SENTENCES = [[0, 3, 5, 2], [0, 7, 3, 9, 11, 2], [0, 19, 2]]


def shape(part):
    return {"fi": (HIDDEN, WIDTH), "fo": (WIDTH, HIDDEN)}.get(part, (WIDTH, WIDTH))


def model():
    """A file of the encoder with numbers by chance."""
    chance = np.random.default_rng(1)
    floats = {"emb.type": chance.normal(0, 0.1, WIDTH), "emb.pos": chance.normal(0, 0.1, 8 * WIDTH)}
    matrices = {"emb.word": chance.normal(0, 1, (WORDS, WIDTH))}
    norms = ["emb.ln"]
    for layer in range(LAYERS):
        for part in e5_weights.PARTS:
            matrices[f"l{layer}.{part}.w"] = chance.normal(0, 0.2, shape(part))
            floats[f"l{layer}.{part}.b"] = chance.normal(0, 0.1, shape(part)[0])
        norms += [f"l{layer}.aln", f"l{layer}.oln"]
    for norm in norms:
        floats[f"{norm}.w"], floats[f"{norm}.b"] = chance.normal(1, 0.1, WIDTH), chance.normal(0, 0.1, WIDTH)
    return SimpleNamespace(
        width=WIDTH, layers=LAYERS, heads=HEADS, hidden=HIDDEN, epsilon=1e-6, unknown=1,
        floats=lambda name: floats[name].astype(np.float32),
        matrix=lambda name, columns: matrices[name].astype(np.float32).reshape(-1, columns),
    )  # fmt: skip


def adapters(path, rank=2):
    """Adapters of every weight that change it a good deal."""
    chance, arrays = np.random.default_rng(2), {}
    for layer in range(LAYERS):
        for part, ours in zip(PARTS, e5_weights.PARTS, strict=True):
            out, into = shape(ours)
            arrays[f"{layer}.{part}.a"] = chance.normal(0, 0.3, (rank, into)).astype(np.float16)
            arrays[f"{layer}.{part}.b"] = chance.normal(0, 0.3, (out, rank)).astype(np.float16)
    with path.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
    return Adapters(path)


def by_hand(file, pieces, learned):
    """The mean of the last layer, as BERT (https://arxiv.org/abs/1810.04805) is written down."""

    def linear(given, layer, part):
        weight = file.matrix(f"l{layer}.{part}.w", shape(part)[1])
        if learned is not None:
            thin, wide = learned.pairs[f"{layer}.{PARTS[e5_weights.PARTS.index(part)]}"]
            weight = weight + wide @ thin
        return given @ weight.T + file.floats(f"l{layer}.{part}.b")

    def norm(given, name):
        moved = given - given.mean(axis=1, keepdims=True)
        scaled = moved / np.sqrt((moved**2).mean(axis=1, keepdims=True) + file.epsilon)
        return scaled * file.floats(f"{name}.w") + file.floats(f"{name}.b")

    places = file.floats("emb.pos").reshape(-1, WIDTH)[: len(pieces)] + file.floats("emb.type")
    hidden = norm(file.matrix("emb.word", WIDTH)[pieces] + places, "emb.ln")
    for layer in range(LAYERS):
        query, key, value = (
            linear(hidden, layer, part).reshape(len(pieces), HEADS, -1).swapaxes(0, 1) for part in "qkv"
        )
        odds = np.exp(query @ key.swapaxes(1, 2) / math.sqrt(WIDTH / HEADS))
        seen = (odds / odds.sum(axis=2, keepdims=True)) @ value
        hidden = norm(hidden + linear(seen.swapaxes(0, 1).reshape(len(pieces), WIDTH), layer, "ao"), f"l{layer}.aln")
        inner = linear(hidden, layer, "fi")
        inner = inner * 0.5 * (1 + np.vectorize(math.erf)(inner / math.sqrt(2)))
        hidden = norm(hidden + linear(inner, layer, "fo"), f"l{layer}.oln")
    return hidden.mean(axis=0)


def converted(file, learned, directory):
    e5_weights.convert(file, learned, directory)
    hidden = [e5_weights.load(directory).forward_batch([pieces]).last_hidden_state for pieces in SENTENCES]
    return [
        np.asarray(ctranslate2.StorageView.to_device(one, ctranslate2.Device.cpu))[0].mean(axis=0) for one in hidden
    ]


def cosine(one, other):
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def test_vectors_are_those_of_the_weights_with_what_was_learned(tmp_path):
    file, learned = model(), adapters(tmp_path / "learned.bin")
    for pieces, got in zip(SENTENCES, converted(file, learned, tmp_path), strict=True):
        assert cosine(got, by_hand(file, pieces, learned)) > 0.995
        assert cosine(got, by_hand(file, pieces, None)) < 0.97


def test_adapters_of_another_encoder_are_refused(tmp_path):
    other = tmp_path / "other.bin"
    with other.open("wb") as file:
        arrays = {"0.q.a": np.zeros((2, 768), np.float16), "0.q.b": np.zeros((768, 2), np.float16)}
        np.savez(file, **arrays)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"0\.q"):
        e5_weights.convert(model(), Adapters(other), tmp_path)


@pytest.mark.parametrize(("content", "fault"), [(b"no adapters", "are damaged"), (None, "lack the file")])
def test_damaged_or_missing_adapters_are_a_sentence_with_the_way_out(tmp_path, monkeypatch, content, fault):
    if content is not None:
        (tmp_path / "e5.bin").write_bytes(content)
    monkeypatch.setitem(KNOWN, "e5-adapters", replace(KNOWN["e5-adapters"], shipped=str(tmp_path)))
    with pytest.raises(OperatorFault, match=fault) as caught:
        e5.E5(tuned=True)
    assert "install Hotline again" in str(caught.value)


def test_what_was_converted_without_these_adapters_is_not_used(monkeypatch):
    asked = []

    @contextmanager
    def converted(name, write):
        asked.append((name, write.args[1]))
        yield from ()

    monkeypatch.setattr(e5_weights, "read", lambda path: model())
    monkeypatch.setattr(e5, "converted", converted)
    for tuned in (False, True):
        with pytest.raises(OperatorFault):
            e5.E5(tuned=tuned)
    (plain, nothing), (tuned_name, learned) = asked
    assert nothing is None
    assert learned.version == KNOWN["e5-adapters"].files[0].sha256[:12]
    assert tuned_name == f"{plain}-{learned.version}"
