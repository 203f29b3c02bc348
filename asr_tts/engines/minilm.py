"""all-MiniLM-L6-v2 on onnxruntime, one thread: what an English sentence means in 384 numbers, in about 5 ms."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import tokenizers

from asr_tts import weights
from asr_tts.engines.freed_memory import give_back
from asr_tts.engines.one_length import of_one_length
from asr_tts.sense import Vectors, stay
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
            self.of(["Hello."])
            give_back()
        except Exception as error:
            raise OperatorFault(
                f"The sentence encoder in {place} can't be loaded ({error}); run `hotline models verify {_MODEL}`."
            ) from error

    def of(self, texts: Sequence[str], aside: Callable[[], None] = stay) -> Vectors:
        """See the port. Texts of as many pieces go together: four cost 2.4 times as much as one."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        pieces = {row: self._tokenizer.encode(text).ids for row, text in enumerate(texts) if text.strip()}
        for rows in of_one_length(pieces):
            vectors[rows] = self._together([pieces[row] for row in rows])
            aside()
        return vectors

    def _together(self, texts: list[list[int]]) -> Vectors:
        pieces = np.array(texts, np.int64)
        given = {"input_ids": pieces, "attention_mask": np.ones_like(pieces), "token_type_ids": np.zeros_like(pieces)}
        means = self._session.run(None, given)[0].mean(axis=1)
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), np.float32)
