"""Chinese that was recognised by its sound, spelled with the words that are known here. Pure.

A recogniser gets the sound right far more often than the sign ("搬家" comes as "班佳"), and an encoder of meaning reads
signs. Stretches that sound like a stretch of a known sentence are spelled as that one is; the rest stays.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import lru_cache

from knowledge.wording import HAN, blurred, syllables

_LONGEST = 6
"""Signs of a stretch."""
_BLURRED = 0.6
"""What a stretch counts that only sounds alike by a blurred syllable."""
_KEPT = 0.3
"""What a sign counts more that stays as it was heard."""


class Respelling:
    """The stretches of known sentences, by their sound."""

    def __init__(self, sentences: Iterable[str], more: "Respelling | None" = None) -> None:
        """Know the stretches of `sentences`, and of what `more` knows."""
        counted: Counter[str] = Counter()
        for sentence in sentences:
            for run in _runs(sentence):
                counted.update(
                    {run[at : at + size] for size in range(2, _LONGEST + 1) for at in range(len(run) - size + 1)}
                )
        self._spelled: dict[tuple[str, ...], list[tuple[str, float]]] = defaultdict(list)
        for stretch, count in counted.items():
            worth = (len(stretch) - 1) * (1 + 0.2 * math.log(count))
            self._spelled[_sound(stretch)].append((stretch, worth))
        self._more = more
        self._of = lru_cache(1024)(self._respelled)

    def knowing(self, sentences: Iterable[str]) -> "Respelling":
        """Return one that knows these sentences besides."""
        return Respelling(sentences, self)

    def of(self, text: str) -> str:
        """Return `text` with what sounds like known words spelled as they are; everything else as it is."""
        return self._of(text)

    def _respelled(self, text: str) -> str:
        for run in sorted(_runs(text), key=len, reverse=True):
            text = text.replace(run, self._run(run))
        return text

    def _run(self, run: str) -> str:
        """The spelling of a run of signs that is worth most."""
        best = [(0.0, "")] + [(-1.0, "")] * len(run)
        exact, sounds = syllables(run), _sound(run)
        if len(exact) != len(run):
            return run
        for at in range(len(run)):
            worth, spelled = best[at]
            if worth + _KEPT > best[at + 1][0]:
                best[at + 1] = worth + _KEPT, spelled + run[at]
            for size in range(2, min(_LONGEST, len(run) - at) + 1):
                heard = run[at : at + size]
                for stretch, value in self._known(sounds[at : at + size]):
                    same = sum(a == b for a, b in zip(stretch, heard, strict=True))
                    clear = syllables(stretch) == exact[at : at + size]
                    total = worth + value * (1 if clear else _BLURRED) + _KEPT * same
                    if total > best[at + size][0]:
                        best[at + size] = total, spelled + stretch
        return best[-1][1]

    def _known(self, sound: tuple[str, ...]) -> list[tuple[str, float]]:
        own = self._spelled.get(sound, [])
        return own + self._more._known(sound) if self._more else own


def _runs(text: str) -> list[str]:
    """The stretches of Chinese signs in a text."""
    runs, run = [], ""
    for sign in f"{text} ":
        if HAN.match(sign):
            run += sign
        elif run:
            runs.append(run)
            run = ""
    return runs


def _sound(signs: str) -> tuple[str, ...]:
    return tuple(blurred(syllable) for syllable in syllables(signs))
