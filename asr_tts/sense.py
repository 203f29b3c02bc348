"""What a sentence means as a vector: sentences that mean alike lie near each other. The port, and who serves it.

English and Chinese have their encoders; a line whose weights are missing goes without, and what compares sentences
then looks at their words alone.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
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
"""So many texts may be one utterance's, as it may have been said: they are worked out without stepping aside."""
STEP_ASIDE = 0.0005
"""Seconds between two goes of many: a lock that is taken again at once is never had by who waits for it."""
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


def stay() -> None:
    """Step aside for nobody."""


class Encoder(Sense, Protocol):
    """A sense that works its vectors out, a few texts in one go."""

    def of(self, texts: Sequence[str], aside: Callable[[], None] = stay) -> Vectors:
        """See `Sense`. After each go `aside` is called, in which somebody else may ask."""


class Remembering:
    """A sense that remembers the vectors of recent sentences; more new ones than `together` step aside for others."""

    def __init__(self, encoder: Encoder, most: int = REMEMBERED, together: int = TOGETHER) -> None:
        self._encoder, self._most, self._together = encoder, most, together
        self.name, self.version, self.dimension = encoder.name, encoder.version, encoder.dimension
        self._known: OrderedDict[str, Vectors] = OrderedDict()
        self._asking = threading.Lock()

    def of(self, texts: Sequence[str]) -> Vectors:
        """See the port. Of many texts each go waits its turn anew: a caller's sentence gets in between."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        said = dict.fromkeys(text for text in texts if text.strip())
        with self._asking:
            found = {text: self._known[text] for text in said if text in self._known}
            new = [text for text in said if text not in found]
            if new:
                worked = self._encoder.of(new, self._step_aside if len(new) > self._together else stay)
                # Copies: else one row, as long as it is remembered, would keep all of them in memory.
                found |= {text: vector.copy() for text, vector in zip(new, worked, strict=True)}
            self._remember(found)
        for row, text in enumerate(texts):
            if text in found:
                vectors[row] = found[text]
        return vectors

    def _step_aside(self) -> None:
        """Let go of the lock, which the caller has, for whoever waits for it."""
        self._asking.release()
        try:
            time.sleep(STEP_ASIDE)
        finally:
            self._asking.acquire()

    def _remember(self, found: Mapping[str, Vectors]) -> None:
        for text, vector in found.items():
            self._known[text] = vector
            self._known.move_to_end(text)
        while len(self._known) > self._most:
            self._known.popitem(last=False)


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

    It learned what callers of many trades mean alike: by it intents are told, too, where their own examples have to do.
    English has a larger one; in Chinese it is one of the two that tell other sentences, taught by the English one.
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

    def __init__(self, encoders: Sequence[Encoder]) -> None:
        self._encoders = encoders
        self.name = " + ".join(encoder.name for encoder in encoders)
        self.version = " + ".join(encoder.version for encoder in encoders)
        self.dimension = sum(encoder.dimension for encoder in encoders)

    def of(self, texts: Sequence[str], aside: Callable[[], None] = stay) -> Vectors:
        """See the port."""
        parts = [encoder.of(texts, aside) for encoder in self._encoders]
        return np.asarray(np.concatenate(parts, axis=1) / np.sqrt(len(parts)), np.float32)


@cache
def _of_many() -> Encoder:
    """The encoder of sixteen languages, of which Chinese has two uses: hundreds of megabytes, one in a process."""
    from asr_tts.engines.universal_encoder import UniversalEncoder

    return UniversalEncoder()


@cache
def _of_both() -> Encoder:
    """The encoder that serves both languages: hundreds of megabytes, so there is one in a process."""
    from asr_tts.engines.e5 import E5

    return E5()


def _english() -> Encoder:
    from asr_tts.engines.minilm import MiniLm

    return Joined((MiniLm(), _of_both()))


def _chinese() -> Encoder:
    return Joined((_of_many(), _of_both()))


def _english_search() -> Encoder:
    from asr_tts.engines.mpnet import Mpnet

    return Mpnet()


def _chinese_search() -> Encoder:
    from asr_tts.engines.e5 import E5

    return Joined((_of_many(), E5(tuned=True)))


_ENCODERS: dict[str, Callable[[], Encoder]] = {"en": _english, "zh": _chinese}
_SEARCH_ENCODERS: dict[str, Callable[[], Encoder]] = {"en": _english_search, "zh": _chinese_search}
