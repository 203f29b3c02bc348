"""Piper's voice for the benches: the same words sound the same whenever they are rendered.

The model draws the lengths of its sounds and its noise anew for each sentence, so what was rendered on another machine,
or after the cache was emptied, was another test: of 60 English dates one or two more or less were right.
"""

from functools import cache
from pathlib import Path
from zlib import crc32

import onnxruntime

from asr_tts.engines import piper
from asr_tts.engines.piper import Piper
from asr_tts.synthesis import Sound
from asr_tts.weights import find


def says(words: str) -> Sound:
    """Return `words` said by the default voice, drawn by the words themselves.

    onnxruntime takes its seed when a session begins, so each call has its own (0.2-2 s); other sessions that draw and
    begin later draw by it, too.
    """
    onnxruntime.set_seed(crc32(words.encode()))
    engine = voice()
    engine._voice.session = piper._single_threaded(_model())
    return engine.speak(words, "")


@cache
def voice() -> Piper:
    """Return the default voice, loaded once."""
    return Piper()


@cache
def _model() -> Path:
    return next(find(piper._DEFAULT).glob("*.onnx"))
