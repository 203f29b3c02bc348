"""Piper: the voice of English by default, about 15 times faster than speech on one thread.

GPL-3.0: imported by the speech worker only, a process of its own.
"""

import importlib.metadata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from asr_tts import weights
from asr_tts.synthesis import Sound
from models.errors import OperatorFault, OurFault

_DEFAULT = "piper-en-joe"


class Piper:
    """One Piper voice behind the port `Synthesiser`."""

    name = "piper"

    def __init__(self, voice: str = "") -> None:
        """Load and warm the default English voice, or the `.onnx` file (its `.onnx.json` beside it) of one's own.

        Raises OperatorFault where Piper or the voice is missing or broken.
        """
        try:
            from piper import PiperVoice, SynthesisConfig
        except ImportError as error:
            raise OperatorFault(
                "Piper is not installed; run `make setup`, install 'hotline[gpl]', or set [speech] synthesiser to "
                '"pyttsx3".'
            ) from error
        model = Path(voice) if voice else next(weights.find(_DEFAULT).glob("*.onnx"))
        try:
            self._voice: Any = PiperVoice.load(model)
            self._configured = SynthesisConfig
            self._voice.session = _single_threaded(model)
            language = str(self._voice.config.espeak_voice).split("-")[0]
            own = model.stem
            self.voices: Mapping[str, Sequence[str]] = {"zh" if language == "cmn" else language: (own,)}
            self.version = f"{importlib.metadata.version('piper-tts')}/{model.stat().st_size}"
            self.speak("Hello.", own)
        except Exception as error:
            raise OperatorFault(
                f"The Piper voice {model} can't be loaded ({error}); run `hotline models verify`, or correct "
                "[speech] voice."
            ) from error

    def speak(self, words: str, voice: str, pace: float = 1.0) -> Sound:
        """Say words; there is one voice, so `voice` changes nothing. Raises OurFault when no sound came out."""
        how = None if pace == 1.0 else self._configured(length_scale=self._voice.config.length_scale / pace)
        try:
            chunks = [chunk.audio_float_array for chunk in self._voice.synthesize(words.replace("[[", " "), how)]
        except Exception as error:
            raise OurFault(f"Piper failed on a clause of {len(words)} characters ({error}).") from error
        if not chunks:
            raise OurFault(f"Piper had no sound for a clause of {len(words)} characters.")
        return Sound(np.concatenate(chunks).astype(np.float32), int(self._voice.config.sample_rate))


def _single_threaded(model: Path) -> onnxruntime.InferenceSession:
    """onnxruntime takes every core by default, and a recogniser's one with it."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
