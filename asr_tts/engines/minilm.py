"""all-MiniLM-L6-v2 on onnxruntime, one thread: what an English sentence means in 384 numbers, in about 5 ms."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import tokenizers

from asr_tts import weights
from asr_tts.engines.freed_memory import give_back
from asr_tts.sense import Vectors
from models.errors import OperatorFault

_MODEL = "minilm-l6"
_MOST_TOKENS = 128


class MiniLm:
    """The encoder behind the port `Sense`; loaded once it exists."""

    name = "minilm"
    version = "all-MiniLM-L6-v2-int8"
    dimension = 384

    def __init__(self, directory: Path | None = None) -> None:
        """Load `model.onnx` and `tokenizer.json` of `directory`, or the known weights.

        Raises OperatorFault where they are missing or broken.
        """
        place = directory or weights.find(_MODEL)
        try:
            self._tokenizer = tokenizers.Tokenizer.from_file(str(place / "tokenizer.json"))
            self._tokenizer.no_padding()
            self._tokenizer.enable_truncation(_MOST_TOKENS)
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            options.log_severity_level = 3
            self._session = onnxruntime.InferenceSession(
                str(place / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
            self._wanted = {given.name for given in self._session.get_inputs()}
            self.of(["Hello."])
            give_back()
        except Exception as error:
            raise OperatorFault(
                f"The sentence encoder in {place} can't be loaded ({error}); run `hotline models verify {_MODEL}`."
            ) from error

    def of(self, texts: Sequence[str]) -> Vectors:
        """See the port. One at a time: padding to the longest would change the others by a hair."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            if text.strip():
                vectors[row] = self._one(text)
        return vectors

    def _one(self, text: str) -> Vectors:
        tokens = self._tokenizer.encode(text)
        given = {
            "input_ids": np.array([tokens.ids], np.int64),
            "attention_mask": np.array([tokens.attention_mask], np.int64),
            "token_type_ids": np.array([tokens.type_ids], np.int64),
        }
        out = self._session.run(None, {name: value for name, value in given.items() if name in self._wanted})[0][0]
        mean = out.mean(axis=0) if out.ndim > 1 else out
        return np.asarray(mean / np.linalg.norm(mean), np.float32)
