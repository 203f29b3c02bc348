"""all-mpnet-base-v2 on CTranslate2, one thread: what an English sentence means in 768 numbers, in 15 ms.

Tuned to what callers say of an article by adapters of our own (`adapters.py`), merged when it is converted.
"""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import tokenizers

from asr_tts import weights
from asr_tts.engines import mpnet_weights
from asr_tts.engines.adapters import Adapters
from asr_tts.engines.converted import converted
from asr_tts.engines.freed_memory import give_back
from asr_tts.engines.one_length import of_one_length
from asr_tts.known_models import KNOWN
from asr_tts.sense import Vectors, stay
from models.errors import OperatorFault

_MODEL, _TUNED = "mpnet-base", "mpnet-adapters"
_FILE = "all-mpnet-base-v2.zip"
_MOST_TOKENS = 128
_FIRST_POSITION = 2
"""The two before it are the model's own."""


class Mpnet:
    """The encoder behind the port `Sense`; loaded (1 s) once it exists, the first time after 4 s of converting."""

    name = "mpnet"
    dimension = 768

    def __init__(self, directory: Path | None = None) -> None:
        """Load `all-mpnet-base-v2.zip` of `directory`, or the known weights.

        Raises OperatorFault where they, or the adapters that ship, are missing or broken.
        """
        place = directory or weights.find(_MODEL)
        adapters = Adapters(weights.find(_TUNED) / KNOWN[_TUNED].files[0].name)
        self.version = f"all-mpnet-base-v2-int8-{adapters.version}"
        try:
            self._tokenizer = tokenizers.Tokenizer.from_str(mpnet_weights.tokenizer(place / _FILE))
            self._tokenizer.no_padding()
            self._tokenizer.enable_truncation(_MOST_TOKENS)
            made_of = KNOWN[_MODEL].files[0].sha256[:12], adapters.version
            name = "" if directory else "-".join((_MODEL, "int8-nameless", *made_of))
            with converted(name, partial(_write, place / _FILE, adapters)) as model:
                self._model = _load(model)
            self._running = threading.Lock()
            self.of(["Hello."])
            give_back()
        except Exception as error:
            raise OperatorFault(
                f"The sentence encoder in {place} can't be loaded ({error}); run `hotline models verify {_MODEL}`."
            ) from error

    def of(self, texts: Sequence[str], aside: Callable[[], None] = stay) -> Vectors:
        """See the port. Texts of as many pieces go together: four cost twice as much as one."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        pieces = {row: self._tokenizer.encode(text).ids for row, text in enumerate(texts) if text.strip()}
        for rows in of_one_length(pieces):
            with self._running:
                vectors[rows] = self._together([pieces[row] for row in rows])
            aside()
        return vectors

    def _together(self, texts: list[list[int]]) -> Vectors:
        places = [list(range(_FIRST_POSITION, _FIRST_POSITION + len(pieces))) for pieces in texts]
        hidden = self._model.forward_batch(texts, token_type_ids=places).last_hidden_state
        means = np.asarray(ctranslate2.StorageView.to_device(hidden, ctranslate2.Device.cpu)).mean(axis=1)
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), np.float32)


def _write(file: Path, adapters: Adapters, directory: Path) -> None:
    tensors = mpnet_weights.read(file)
    mpnet_weights.tune(tensors, adapters)
    mpnet_weights.convert(tensors, directory)
    del tensors
    give_back()


def _load(directory: Path) -> Any:
    return ctranslate2.Encoder(str(directory), device="cpu", compute_type="int8", intra_threads=1, inter_threads=1)
