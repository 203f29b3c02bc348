from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from asr_tts import weights
from asr_tts.engines import mpnet, mpnet_weights
from asr_tts.engines.adapters import PARTS
from asr_tts.engines.mpnet import Mpnet
from asr_tts.known_models import KNOWN
from models.errors import OperatorFault


def test_a_conversion_with_other_adapters_or_without_any_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, Any]] = []

    @contextmanager
    def converted(name: str, write: Any) -> Iterator[Path]:
        asked.append((name, write.args[1]))
        yield from ()

    monkeypatch.setattr(mpnet, "converted", converted)
    with pytest.raises(OperatorFault):
        Mpnet()
    ((name, adapters),) = asked
    assert adapters.version == KNOWN["mpnet-adapters"].files[0].sha256[:12]
    assert name == f"mpnet-base-int8-nameless-{KNOWN['mpnet-base'].files[0].sha256[:12]}-{adapters.version}"


def test_tuning_adds_each_layers_adapters_to_its_weights_and_touches_no_other() -> None:
    names = [f"encoder.layer.{layer}.{name}.weight" for layer in range(12) for name in mpnet_weights.PARTS.values()]
    places = {name: ((2, 3), 24 * at) for at, name in enumerate([*names, "embeddings.word_embeddings.weight"])}
    tensors = mpnet_weights.Tensors(places, bytearray(24 * len(places)))
    numbers = {f"{layer}.{part}": 1 + 6 * layer + at for layer in range(12) for at, part in enumerate(PARTS)}
    adapters: Any = SimpleNamespace(onto=lambda name, weight: weight + numbers[name])
    mpnet_weights.tune(tensors, adapters)
    assert [float(tensors[name].max()) for name in names] == [float(tensors[name].min()) for name in names]
    assert [int(tensors[name].max()) for name in names] == list(range(1, 73))
    assert not tensors["embeddings.word_embeddings.weight"].any()


@pytest.mark.parametrize(
    ("content", "fault"), [(None, "lack the file mpnet.bin"), (b"not the adapters", "are damaged")]
)
def test_without_its_adapters_the_encoder_says_so_and_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, fault: str
) -> None:
    if content is not None:
        (tmp_path / "mpnet.bin").write_bytes(content)
    model = replace(KNOWN["mpnet-adapters"], shipped=str(tmp_path))
    monkeypatch.setattr(weights, "KNOWN", {**KNOWN, model.name: model})
    with pytest.raises(OperatorFault, match=f"weights of 'mpnet-adapters' {fault}.*; install Hotline again"):
        Mpnet(tmp_path)


def test_the_adapters_that_ship_are_for_the_weights_that_are_known() -> None:
    from asr_tts.engines.adapters import DIRECTORY, Adapters

    pairs = Adapters(DIRECTORY / "mpnet.bin").pairs
    widths = {"up": (3072, 768), "down": (768, 3072)}
    for name, (thin, wide) in pairs.items():
        assert (wide @ thin).shape == widths.get(name.partition(".")[2], (768, 768))
        assert np.isfinite(thin).all()
        assert np.isfinite(wide).all()
        assert wide.any()
