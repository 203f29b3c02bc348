"""Adapters: what an encoder learned for Hotline, as two thin matrices beside each of its weights (LoRA).

https://arxiv.org/abs/2106.09685: instead of a weight, out x in, its change is learned as B A, with A rank x in and B
out x rank. A file of them is numpy's npz, float16, "NAME.a" and "NAME.b", NAME being "LAYER.PART"; any scale is in B.
They are added when a model is converted, so what runs is as large and as fast as without.
"""

import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

PARTS = ("q", "k", "v", "o", "up", "down")
"""The weights of a layer that may have one: query, key, value and output of the attention, then the two after it."""
DIRECTORY = Path(__file__).parent / "encoders"
"""Where those lie that ship."""


class Adapters:
    """The change of each weight that has one."""

    def __init__(self, path: Path) -> None:
        """Read a file of adapters. Raises ValueError where it isn't one, OSError where it can't be read."""
        self.version = sha256(path.read_bytes()).hexdigest()[:12]
        """Of their bytes: vectors made with others can't be compared."""
        try:
            with np.load(path, allow_pickle=False) as file:
                found = {name: np.asarray(file[name], np.float32) for name in file.files}
            names = sorted({name.rpartition(".")[0] for name in found})
            self.pairs: Mapping[str, tuple[Floats, Floats]] = {
                name: (found[f"{name}.a"], found[f"{name}.b"]) for name in names
            }
        except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise ValueError(f"{path} is no file of adapters ({error})") from error

    def onto(self, name: str, weight: Floats) -> Floats:
        """Return the weight as it was learned. Raises ValueError where what was learned is of another shape."""
        if name not in self.pairs:
            return weight
        thin, wide = self.pairs[name]
        if (wide.shape[0], thin.shape[1]) != weight.shape:
            raise ValueError(f"the adapter of {name} is for {wide.shape[0]} x {thin.shape[1]}, not for {weight.shape}")
        return np.asarray(weight + wide @ thin, np.float32)
