"""multilingual-e5-small on CTranslate2, one thread: what a sentence of any language means in 384 numbers, in 5 ms."""

import re
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import ctranslate2
import numpy as np

from asr_tts import weights
from asr_tts.engines import e5_weights
from asr_tts.engines.adapters import Adapters
from asr_tts.engines.converted import converted
from asr_tts.engines.freed_memory import give_back
from asr_tts.engines.one_length import few, of_one_length
from asr_tts.engines.pieces import Pieces
from asr_tts.known_models import KNOWN
from asr_tts.sense import Vectors, stay
from models.errors import OperatorFault

_MODEL, _ADAPTERS = "e5-small", "e5-adapters"
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

    dimension = 384

    def __init__(self, directory: Path | None = None, *, tuned: bool = False) -> None:
        """Load `e5-small-q4.bin` of `directory`, or the known weights; `tuned`: with what the adapters learned.

        Raises OperatorFault where they are missing or broken.
        """
        place = directory or weights.find(_MODEL)
        learned = weights.find(_ADAPTERS) / "e5.bin" if tuned else None
        made_of = [KNOWN[name].files[0].sha256[:12] for name in (_MODEL, _ADAPTERS)[: 1 + tuned]]
        self.name = "tuned e5" if tuned else "e5"
        self.version = "-".join(("multilingual-e5-small-int8", *made_of[1:]))
        try:
            adapters = Adapters(learned) if learned else None
            name = "" if directory else "-".join((_MODEL, "int8-nameless", *made_of))
            file = e5_weights.read(place / "e5-small-q4.bin")
            with converted(name, partial(e5_weights.convert, file, adapters)) as model:
                self._vocabulary = Pieces(file.pieces, file.unknown)
                self._begin, self._end, self._changes = file.begin, file.end, dict(file.changes)
                # A quarter of a million Python strings go before the model comes: the most that is needed counts.
                del file
                give_back()
                self._model = e5_weights.load(model)
            self._running = threading.Lock()
            self._common = np.zeros(self.dimension, np.float32)
            self._common = self.of(_ANYTHING).mean(axis=0)
        except Exception as error:
            raise OperatorFault(
                f"The sentence encoder in {place} can't be loaded ({error}); run `hotline models verify {_MODEL}`."
            ) from error

    def of(self, texts: Sequence[str], aside: Callable[[], None] = stay) -> Vectors:
        """See the port. Texts of as many pieces go together: four cost twice as much as one."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        pieces: dict[int, list[int]] = {}
        for some in few([row for row, text in enumerate(texts) if text.strip()]):
            pieces |= {row: self._pieces(texts[row][:_LONGEST]) for row in some}
            aside()
        for rows in of_one_length(pieces):
            with self._running:
                vectors[rows] = self._together([pieces[row] for row in rows])
            aside()
        return vectors

    def _together(self, texts: list[list[int]]) -> Vectors:
        hidden = self._model.forward_batch(texts).last_hidden_state
        means = np.asarray(ctranslate2.StorageView.to_device(hidden, ctranslate2.Device.cpu)).mean(axis=1)
        moved = means / np.linalg.norm(means, axis=1, keepdims=True) - self._common
        return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), np.float32)

    def _pieces(self, text: str) -> list[int]:
        changed = re.sub(" {2,}", " ", f"query: {text}".translate(self._changes)).replace(" ", "▁")
        return [self._begin, *self._vocabulary.ids(f"▁{changed}"), self._end]
