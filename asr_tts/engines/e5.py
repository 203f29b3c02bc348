"""multilingual-e5-small on CTranslate2, one thread: what a sentence of any language means in 384 numbers, in 5 ms."""

import re
import shutil
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import tokenizers

from asr_tts import weights
from asr_tts.engines import e5_weights
from asr_tts.engines.freed_memory import give_back
from asr_tts.known_models import KNOWN
from asr_tts.sense import Vectors
from models.errors import OperatorFault

_MODEL = "e5-small"
_LONGEST = 400
"""Characters: nobody says more in one sentence, and a long one costs by its length."""
_ANYTHING = (
    "Hello.", "Yes, please.", "What is that?", "I need help.", "How much is it?", "The sky is blue.", "Where are you?",
    "I am looking for a book.", "Can you tell me the time?", "My brother lives in the city.", "Thank you very much.",
    "你好", "好的", "这是什么", "我需要帮助", "多少钱", "天是蓝的", "你在哪里", "我在找一本书", "请问几点了",
    "我弟弟住在城里", "非常感谢",
)  # fmt: skip
"""All vectors of this model point much the same way; that way, the mean of these, is taken out of them."""


class E5:
    """The encoder behind the port `Sense`; loaded (1 s) once it exists, the very first time after 3 s of converting."""

    name = "e5"
    version = "multilingual-e5-small-int8"
    dimension = 384

    def __init__(self, directory: Path | None = None) -> None:
        """Load `e5-small-q4.bin` of `directory`, or the known weights.

        Raises OperatorFault where they are missing or broken.
        """
        place = directory or weights.find(_MODEL)
        try:
            file = e5_weights.read(place / "e5-small-q4.bin")
            kept = _kept(file)
            self._model: Any = None if kept else _passing(file)
            self._tokenizer = tokenizers.Tokenizer(tokenizers.models.Unigram(file.pieces, unk_id=file.unknown))
            self._begin, self._end, self._changes = file.begin, file.end, dict(file.changes)
            # A quarter of a million Python strings go before the model comes: the most that is needed counts.
            del file
            give_back()
            self._model = e5_weights.load(kept) if kept else self._model
            self._running = threading.Lock()
            self._common = np.zeros(self.dimension, np.float32)
            self._common = self.of(_ANYTHING).mean(axis=0)
        except Exception as error:
            raise OperatorFault(
                f"The sentence encoder in {place} can't be loaded ({error}); run `hotline models verify {_MODEL}`."
            ) from error

    def of(self, texts: Sequence[str]) -> Vectors:
        """See the port. One at a time, so that a vector doesn't depend on the company it is made in."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        with self._running:
            for row, text in enumerate(texts):
                if text.strip():
                    vectors[row] = self._one(text[:_LONGEST])
        return vectors

    def _one(self, text: str) -> Vectors:
        hidden = self._model.forward_batch([self._pieces(text)]).last_hidden_state
        mean = np.asarray(ctranslate2.StorageView.to_device(hidden, ctranslate2.Device.cpu))[0].mean(axis=0)
        moved = mean / np.linalg.norm(mean) - self._common
        return np.asarray(moved / np.linalg.norm(moved), np.float32)

    def _pieces(self, text: str) -> list[int]:
        changed = re.sub(" {2,}", " ", f"query: {text}".translate(self._changes)).replace(" ", "▁")
        return [self._begin, *self._tokenizer.encode(f"▁{changed}").ids, self._end]


def _kept(file: e5_weights.E5File) -> Path | None:
    """Where the model is as CTranslate2 wants it, beside the weights; None where nothing can be put there."""
    kept = weights.weights_directory() / f"{_MODEL}-int8-{KNOWN[_MODEL].files[0].sha256[:12]}"
    if (kept / "model.bin").exists():
        return kept
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".made-", dir=kept.parent))
    except OSError:
        return None
    try:
        e5_weights.convert(file, made)
        made.chmod(0o755)
        if not kept.exists():
            made.rename(kept)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return kept


def _passing(file: e5_weights.E5File) -> Any:
    """The model, converted for this process alone."""
    with tempfile.TemporaryDirectory() as passing:
        e5_weights.convert(file, Path(passing))
        return e5_weights.load(Path(passing))
