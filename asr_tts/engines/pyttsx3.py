"""espeak-ng through pyttsx3: the voice of last resort, in every language, in a hundredth of real time.

espeak-ng is one global machine a process (its callback, its voice), and pyttsx3's driver keeps the text and the
file name of "the" utterance beside it: from four threads, two of four files were lost. So there is one driver a
process, one lock around a whole utterance, and each utterance is checked to have arrived. A voice is set at once
but a rate through espeak-ng's own queue, so without waiting for that queue every third utterance after a change
of language had the other language's rate.
"""

import contextlib
import importlib.metadata
import io
import tempfile
import threading
import wave
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from asr_tts.synthesis import Sound
from models.errors import HotlineError, OperatorFault, OurFault

_LOCK = threading.Lock()
_WORDS_A_MINUTE = {"en": 165, "zh": 230}
"""espeak-ng's unit of rate; its Chinese is slow."""
_ATTEMPTS = 2
_LANGUAGES = {"en": ("gmw/en-us", "gmw/en"), "zh": ("sit/cmn",)}


class Pyttsx3:
    """Every voice of ours that espeak-ng has, behind the port `Synthesiser`; safe from any number of threads."""

    name = "pyttsx3"

    def __init__(self) -> None:
        """Start espeak-ng; raises OperatorFault where it or pyttsx3 is missing."""
        try:
            with _LOCK:
                import pyttsx3
                from pyttsx3.drivers import _espeak

                self._wait_for_espeak = _espeak.Synchronize
                self._engine: Any = pyttsx3.init("espeak")
                there = {voice.id for voice in self._engine.getProperty("voices")}
        except Exception as error:
            raise OperatorFault(
                f"espeak-ng can't be used through pyttsx3 ({error}); install Debian's espeak-ng and run `make setup`."
            ) from error
        self.voices: Mapping[str, Sequence[str]] = {
            language: found for language, ids in _LANGUAGES.items() if (found := [id_ for id_ in ids if id_ in there])
        }
        self.version = f"{importlib.metadata.version('pyttsx3')}/{_WORDS_A_MINUTE}"
        for voices in self.voices.values():
            self._warm_up(voices[0])

    def speak(self, words: str, voice: str) -> Sound:
        """Say words with an espeak-ng voice ("gmw/en-us", "sit/cmn"); raises OurFault when no sound came out."""
        reason = ""
        for _ in range(_ATTEMPTS):
            try:
                with _LOCK, tempfile.TemporaryDirectory(prefix="hotline-") as directory:
                    return self._utterance(words, voice, Path(directory) / "utterance.wav")
            except Exception as error:  # noqa: BLE001 - the driver raises whatever espeak-ng's callback met
                reason = str(error) or type(error).__name__
        raise OurFault(f"espeak-ng had no sound for a clause of {len(words)} characters ({reason}).")

    def _utterance(self, words: str, voice: str, path: Path) -> Sound:
        self._wait_for_espeak()
        self._engine.setProperty("voice", voice)
        self._engine.setProperty("rate", _WORDS_A_MINUTE["zh" if voice.startswith("sit/") else "en"])
        self._wait_for_espeak()
        self._engine.save_to_file(words.replace("\0", " "), str(path))
        with contextlib.redirect_stdout(io.StringIO()):
            self._engine.runAndWait()
        with wave.open(str(path)) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
            if not len(samples):
                raise ValueError("an empty file")
            return Sound(samples.astype(np.float32) / np.float32(32768), file.getframerate())

    def _warm_up(self, voice: str) -> None:
        try:
            self.speak("a", voice)
        except HotlineError as error:
            raise OperatorFault(f"{error} Install Debian's espeak-ng again.") from error
