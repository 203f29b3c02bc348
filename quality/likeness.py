"""How alike what was said is to examples, by meaning: an encoder of each language, asked once a sentence.

Whoever compares sentences with rules does so by this table: the inspector, live rules, trials and checks agree.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from asr_tts.sense import Sense, Vectors, search_sense_of, sense_of
from quality.bounds import Bounds
from quality.evidence import by_words_alone

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Encoder:
    """An encoder as rules use it."""

    load: Callable[[], Sense | None]
    """None where its weights are missing."""
    bounds: Bounds
    less: float = 0.0
    """So much is taken from its likenesses: then a rule's own `likeness`, and those of right answers, mean by it what
    they mean by the language's other ones."""


ENCODERS: Mapping[str, Sequence[Encoder]] = {
    "en": (
        Encoder(partial(search_sense_of, "en"), Bounds(0.51, expected=0.05, usual=0.03, same=0.48), less=0.07),
        Encoder(partial(sense_of, "en"), Bounds(0.48, expected=0.03, unlike=0.02, usual=0.03)),
    ),
    "zh": (Encoder(partial(sense_of, "zh"), Bounds(0.44, expected=0.05, unlike=0.04, usual=0.04)),),
}
"""By language, the best one first: the next is taken where its weights are missing."""
Kept = OrderedDict[tuple[str, tuple[str, ...]], Vectors]
MOST_EXAMPLES, MOST_SAID = 500, 32
"""Rows of texts whose vectors are kept: of the examples of some hundred rules, and of what was said in a few calls."""


class Likeness:
    """An `evidence.Alike` by the encoders of the languages; by words alone where none is there. For any thread."""

    def __init__(self, encoders: Mapping[str, Sequence[Encoder]] = ENCODERS) -> None:
        self._encoders = encoders
        self._in_use: dict[str, tuple[Encoder, Sense] | None] = {}
        self._examples: Kept = OrderedDict()
        self._said: Kept = OrderedDict()
        self._keeping = threading.Lock()

    def __call__(self, said: Sequence[str], examples: Sequence[str], language: str, /) -> Sequence[float]:
        """Return the likeness (0-1) of each of `said` to the likest example."""
        in_use = self._of(language)
        if in_use is None:
            return by_words_alone(said, examples, language)
        if not said or not examples:
            return [0.0] * len(said)
        encoder, sense = in_use
        with self._keeping:
            known = _of(self._examples, examples, language, sense, MOST_EXAMPLES)
            alike = _of(self._said, said, language, sense, MOST_SAID) @ known.T
        return [float(one) for one in np.clip(alike.max(axis=1) - encoder.less, 0.0, 1.0)]

    def bounds(self, language: str) -> Bounds:
        """Return those of the encoder in use, which is loaded for that."""
        in_use = self._of(language)
        return in_use[0].bounds if in_use else by_words_alone.bounds(language)

    def _of(self, language: str) -> tuple[Encoder, Sense] | None:
        """The first encoder that is there, with what is loaded."""
        with self._keeping:
            if language not in self._in_use:
                self._in_use[language] = self._found(language)
            return self._in_use[language]

    def _found(self, language: str) -> tuple[Encoder, Sense] | None:
        encoders = self._encoders.get(language, ())
        for encoder in encoders:
            if sense := encoder.load():
                if encoder is not encoders[0]:
                    log.warning(
                        "Rules in '%s' are compared by %s, as the better encoder is missing: a few sentences more are "
                        "told wrongly.", language, sense.name,
                    )  # fmt: skip
                return encoder, sense
        return None


def _of(kept: Kept, texts: Sequence[str], language: str, sense: Sense, most: int) -> Vectors:
    """All of one conversation's pieces are asked for by every rule: kept together, they cost one look."""
    key = language, tuple(texts)
    if key not in kept:
        kept[key] = sense.of(list(texts))
        if len(kept) > most:
            kept.popitem(last=False)
    kept.move_to_end(key)
    return kept[key]
