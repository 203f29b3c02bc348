"""How angry a caller's voice sounds, against how the same caller spoke before in the call. Pure.

Hot anger is louder and higher than the same person's neutral speech, with more of its power in high frequencies and a
wider range of pitch (R. Banse and K. R. Scherer, "Acoustic profiles in vocal emotion expression", Journal of
Personality and Social Psychology 70, 1996). What is loud alone is a telephone held nearer, so loud and high count only
together; a first sentence tells nothing, because nobody knows yet how the caller sounds.
"""

import math
from collections.abc import Sequence
from statistics import median

from asr_tts.speech_protocol import Prosody

LOUDER = 3.0, 9.0
"""dB above the caller's usual voice: nothing in it yet, and all that counts."""
HIGHER = 1.5, 5.5
"""Semitones, alike."""
BRIGHTER = 3.0, 9.0
WIDER = 4.0, 10.0
SURE = 2
"""Utterances from which the usual voice is known; with one the anger counts less."""
UNSURE = 0.7
MOST = 0.8
"""What a voice alone can tell."""


class Mood:
    """One caller's voice through a call."""

    def __init__(self) -> None:
        self._usual: list[Prosody] = []
        self._anger = 0.0

    def hear(self, prosody: Prosody | None) -> None:
        """Take how one utterance was said; None where there was too little voice in it."""
        if prosody is None:
            return
        if self._usual:
            known = 1.0 if len(self._usual) >= SURE else UNSURE
            self._anger = max(self._anger, known * _anger(prosody, self._usual))
        self._usual.append(prosody)

    def take(self) -> float:
        """Return how angry (0-1) the angriest utterance since the last call of this sounded."""
        anger, self._anger = self._anger, 0.0
        return round(anger, 2)


def _anger(now: Prosody, before: Sequence[Prosody]) -> float:
    louder = _share(now.level - median(each.level for each in before), LOUDER)
    higher = _share(12 * math.log2(now.pitch / median(each.pitch for each in before)), HIGHER)
    brighter = _share(now.brightness - median(each.brightness for each in before), BRIGHTER)
    wider = _share(now.spread - median(each.spread for each in before), WIDER)
    both = math.sqrt(louder * higher)
    return MOST * both * (0.7 + 0.3 * max(brighter, wider))


def _share(value: float, limits: tuple[float, float]) -> float:
    low, high = limits
    return min(max((value - low) / (high - low), 0.0), 1.0)
