"""When Whisper's decoder attends to what: the times of a known text's tokens, by dynamic time warping.

As `whisper/timing.py` of its makers does it: the cross-attention of a few heads (named in the model's config.json),
warped over the tokens of the text.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from faster_whisper.tokenizer import Tokenizer

from asr_tts.word_times import Piece

FRAMES_A_SECOND = 100
"""Of the spectrum."""
STEPS_A_SECOND = 50
"""Of the encoder."""
LONGEST_ALIGNED = 29.0
"""Seconds that the encoder holds, with the margin behind an utterance."""
LONGEST_TEXT = 400
"""Tokens; the decoder takes 448 with what stands before them."""
EARLY: Mapping[str, float] = {"zh": 0.13}
"""Seconds by which Whisper base parts two Chinese signs too soon; English words it doesn't. Median over eight sentences
of Kokoro, whose own lengths of sounds are the truth."""


def pieces(model: Any, encoded: Any, tokenizer: Tokenizer, text: str, seconds: float) -> Sequence[Piece]:
    """Return the tokens of `text`, said in an utterance of `seconds`, with their times."""
    # English tokens begin with the space before a word.
    space = "" if tokenizer.language_code == "zh" else " "
    written = tokenizer.tokenizer.encode(space + text, add_special_tokens=False)
    if not written.ids or len(written.ids) > LONGEST_TEXT:
        return []
    frames = int(seconds * FRAMES_A_SECOND)
    result = model.align(encoded, tokenizer.sot_sequence, [written.ids], frames)[0]
    path = np.array(result.alignments)
    if not len(path):
        return []
    begins = np.concatenate([[True], np.diff(path[:, 0]) > 0])
    times = path[begins, 1] / STEPS_A_SECOND
    return [
        Piece(max(begin - len(space), 0), end - len(space), float(times[at]), float(times[at + 1]), float(sure))
        for at, ((begin, end), sure) in enumerate(zip(written.offsets, result.text_token_probs, strict=False))
        if at + 1 < len(times)
    ]
