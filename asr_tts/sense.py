"""What a sentence means as a vector: sentences that mean alike lie near each other. The port, and who serves it.

English and Chinese have their encoders; a line whose weights are missing goes without, and what compares sentences
then looks at their words alone.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.errors import OperatorFault

log = logging.getLogger(__name__)

Vectors = NDArray[np.float32]
"""n x d, a row of length 1 for each sentence: the dot product of two rows is their likeness, -1 to 1."""
REMEMBERED = 4096
"""Sentences whose vectors are kept: drafts of one utterance come again and again."""


TOGETHER = 3
"""So many texts are worked out in one go, as what may have been said in one utterance: that costs less."""
STEP_ASIDE = 0.0005
"""Seconds between two texts of many: a lock that is taken again at once is never had by who waits for it."""
_LOADING = threading.RLock()
"""Encoders share parts, and two copies of one would stay for good: 0.1 GB."""


class Sense(Protocol):
    """An encoder of sentences. Deterministic; may be asked from any thread."""

    name: str
    version: str
    """Vectors of different versions can't be compared."""
    dimension: int

    def of(self, texts: Sequence[str]) -> Vectors:
        """Return a unit vector for each text, in their order; of an empty text, zeros."""


class Remembering:
    """A sense that remembers the vectors of recent sentences, asked one at a time; `together`: or so many at most."""

    def __init__(self, sense: Sense, most: int = REMEMBERED, together: int = TOGETHER) -> None:
        self._sense, self._most, self._together = sense, most, together
        self.name, self.version, self.dimension = sense.name, sense.version, sense.dimension
        self._known: OrderedDict[str, Vectors] = OrderedDict()
        self._asking = threading.Lock()

    def of(self, texts: Sequence[str]) -> Vectors:
        """See the port. Of many texts each waits its turn anew: a caller's sentence gets in between."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        if 1 < len(texts) <= self._together:
            self._remember([text for text in dict.fromkeys(texts) if text.strip()])
        for row, text in enumerate(texts):
            if text.strip():
                vectors[row], worked = self._one(text)
                if worked and len(texts) > 1:
                    time.sleep(STEP_ASIDE)
        return vectors

    def _one(self, text: str) -> tuple[Vectors, bool]:
        """Return the vector of a text, and whether it had to be worked out."""
        with self._asking:
            vector = self._known.get(text)
            if vector is not None:
                self._known.move_to_end(text)
                return vector, False
            return self._kept(text, self._sense.of([text])[0]), True

    def _remember(self, texts: Sequence[str]) -> None:
        with self._asking:
            new = [text for text in texts if text not in self._known]
            if new:
                for text, vector in zip(new, self._sense.of(new), strict=True):
                    self._kept(text, vector)

    def _kept(self, text: str, vector: Vectors) -> Vectors:
        self._known[text] = vector
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return vector


class _Once:
    """A loader that is asked once for each language; who comes meanwhile waits and gets the same."""

    def __init__(self, load: Callable[[str], Sense | None]) -> None:
        self._load = cache(load)
        self.cache_clear = self._load.cache_clear

    def __call__(self, language: str) -> Sense | None:
        with _LOADING:
            return self._load(language)


@_Once
def sense_of(language: str) -> Sense | None:
    """Return the encoder of `language`, loaded on the first call (1-3 s) and shared from then on.

    None where its weights are missing or broken (logged once, with the way out), or nobody knows the language.
    """
    try:
        return Remembering(_ENCODERS[language]()) if language in _ENCODERS else None
    except OperatorFault as fault:
        log.warning("%s Until then sentences in '%s' are compared by their words alone.", fault, language)
        return None


@_Once
def search_sense_of(language: str) -> Sense | None:
    """Return the encoder by which articles in `language` are found; None as for `sense_of`.

    It learned to tell the articles of a company apart. English has a larger one, by which intents are told, too, where
    their own examples have to do.
    """
    if language not in _SEARCH_ENCODERS:
        return sense_of(language)
    try:
        return Remembering(_SEARCH_ENCODERS[language]())
    except OperatorFault as fault:
        log.warning("%s Until then articles in '%s' are found by their words alone.", fault, language)
        return None


class Joined:
    """Two encoders as one: the likeness of two sentences is the mean of both encoders' likenesses."""

    def __init__(self, senses: Sequence[Sense]) -> None:
        self._senses = senses
        self.name = " + ".join(sense.name for sense in senses)
        self.version = " + ".join(sense.version for sense in senses)
        self.dimension = sum(sense.dimension for sense in senses)

    def of(self, texts: Sequence[str]) -> Vectors:
        """See the port."""
        parts = [sense.of(texts) for sense in self._senses]
        return np.asarray(np.concatenate(parts, axis=1) / np.sqrt(len(parts)), np.float32)


@cache
def _of_many() -> Sense:
    """The encoder of sixteen languages, of which Chinese has two uses: hundreds of megabytes, one in a process."""
    from asr_tts.engines.universal_encoder import UniversalEncoder

    return UniversalEncoder()


@cache
def _of_both() -> Sense:
    """The encoder that serves both languages: hundreds of megabytes, so there is one in a process."""
    from asr_tts.engines.e5 import E5

    return E5()


def _english() -> Sense:
    from asr_tts.engines.minilm import MiniLm

    return Joined((MiniLm(), _of_both()))


def _chinese() -> Sense:
    return Joined((_of_many(), _of_both()))


def _english_search() -> Sense:
    from asr_tts.engines.mpnet import Mpnet

    return Mpnet()


def _chinese_search() -> Sense:
    from asr_tts.engines.e5 import E5

    return Joined((_of_many(), E5(tuned=True)))


_ENCODERS: dict[str, Callable[[], Sense]] = {"en": _english, "zh": _chinese}
_SEARCH_ENCODERS: dict[str, Callable[[], Sense]] = {"en": _english_search, "zh": _chinese_search}
