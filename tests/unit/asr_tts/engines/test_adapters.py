from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from asr_tts.engines.adapters import Adapters


def half(rows: list[list[int]]) -> NDArray[np.float16]:
    return np.array(rows, np.float16)


def written(path: Path, arrays: dict[str, NDArray[np.float16]]) -> Path:
    given: dict[str, Any] = dict(arrays)
    with path.open("wb") as file:
        np.savez(file, **given)
    return path


def test_a_weight_is_changed_by_the_product_of_its_two_matrices_and_no_other(tmp_path: Path) -> None:
    thin, wide = half([[1, 2, 3]]), half([[10], [0]])
    adapters = Adapters(written(tmp_path / "a.bin", {"0.q.a": thin, "0.q.b": wide}))
    weight = np.ones((2, 3), np.float32)
    assert adapters.onto("0.q", weight).tolist() == [[11, 21, 31], [1, 1, 1]]
    assert adapters.onto("1.q", weight) is weight


def test_adapters_of_other_weights_are_refused(tmp_path: Path) -> None:
    adapters = Adapters(written(tmp_path / "a.bin", {"0.q.a": half([[0, 0, 0]]), "0.q.b": half([[0], [0]])}))
    with pytest.raises(ValueError, match=r"the adapter of 0\.q is for 2 x 3, not for \(3, 3\)"):
        adapters.onto("0.q", np.zeros((3, 3), np.float32))


def test_their_version_is_of_their_bytes(tmp_path: Path) -> None:
    one, same, other = (
        Adapters(written(tmp_path / name, {"0.q.a": half([[value]]), "0.q.b": half([[1]])})).version
        for name, value in (("one.bin", 1), ("same.bin", 1), ("other.bin", 2))
    )
    assert one == same != other


@pytest.mark.parametrize("content", [b"", b"no adapters at all", b"PK\x03\x04 cut off"])
def test_a_file_that_is_none_of_adapters_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.bin"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"broken\.bin is no file of adapters"):
        Adapters(path)


def test_half_an_adapter_is_none(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is no file of adapters"):
        Adapters(written(tmp_path / "half.bin", {"0.q.a": half([[1]])}))
