"""What else may have been said: other texts that a recogniser follows for one utterance, and how likely each is. Pure.

Whisper base is often as sure of a wrong sign or word as of the right one, which is then among the next few texts.
"""

import math
from collections.abc import Sequence

from asr_tts.heard_text import plain
from asr_tts.speech_protocol import Others

UNLIKELY = 0.01
"""What is less likely than this, against the chosen text, isn't told."""


def other_texts(texts: Sequence[str], log_probabilities: Sequence[float]) -> Others:
    """Return what else may have been said than the first of `texts`; those that differ in marks alone are one.

    `log_probabilities` are of whole texts, natural logarithm. No text is told to be likelier than the chosen one.
    """
    written: dict[str, str] = {}
    likely: dict[str, float] = {}
    for text, log_probability in zip(texts, log_probabilities, strict=True):
        bare = plain(text)
        written.setdefault(bare, text)
        likely[bare] = likely.get(bare, 0.0) + math.exp(min(max(log_probability - log_probabilities[0], -50.0), 50.0))
    first = plain(texts[0]) if texts else ""
    # What is chosen has the best mean over its words, and may be less likely as a whole: it counts most all the same.
    found = ((written[bare], min(1.0, likely[bare] / likely[first])) for bare in written if bare and bare != first)
    return tuple((text, round(times, 3)) for text, times in sorted(found, key=lambda one: -one[1]) if times >= UNLIKELY)
