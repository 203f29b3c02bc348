"""espeak-ng through pyttsx3: the voice of last resort, in every language, in a hundredth of real time.

espeak-ng is one global machine a process. pyttsx3's driver keeps the text and the file name of "the" utterance beside
it, so from four threads two of four files were lost; and espeak-ng carries the state of its sound generator from one
utterance into the next, so that "one" is 5 to 7 % longer after "one two three" than after "请稍等一下", with a single
thread too. Hence each utterance is said by a process of its own, forked from one that has everything loaded and
nothing started (`pyttsx3_process`): the same words are the same sound, whoever spoke before or meanwhile.

Of Chinese characters Debian's espeak-ng 1.51 makes English ("您" becomes "nin two"). Given pinyin instead it is at
least Chinese: 39 instead of over 100 % of the syllables wrong for a recogniser.
"""

import contextlib
import importlib.metadata
import json
import logging
import subprocess
import sys
import tempfile
import threading
import wave
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pypinyin import Style, lazy_pinyin

from asr_tts.synthesis import Sound
from models.errors import HotlineError, OperatorFault, OurFault

log = logging.getLogger(__name__)
_WORDS_A_MINUTE = {"en": 165, "zh": 155}
"""espeak-ng's unit of rate; four Chinese syllables a second."""
_ATTEMPTS = 2
"""A second one only where the process was ended by somebody; it is counted in `repeated` and logged."""
_LANGUAGES = {"en": ("gmw/en-us", "gmw/en"), "zh": ("sit/cmn-latn-pinyin",)}


class Pyttsx3:
    """Every voice of ours that espeak-ng has, behind the port `Synthesiser`; safe from any number of threads."""

    name = "pyttsx3"

    def __init__(self) -> None:
        """Start the process that speaks; raises OperatorFault where espeak-ng or pyttsx3 is missing."""
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self.repeated = 0
        """Utterances that had to be said again since the start."""
        try:
            there = set(self._order({})["voices"])
            self.version = f"{importlib.metadata.version('pyttsx3')}/pinyin {_WORDS_A_MINUTE}"
        except Exception as error:
            self.close()
            raise OperatorFault(
                f"espeak-ng can't be used through pyttsx3 ({error}); install Debian's espeak-ng and run `make setup`."
            ) from error
        self.voices: Mapping[str, Sequence[str]] = {
            language: found for language, ids in _LANGUAGES.items() if (found := [id_ for id_ in ids if id_ in there])
        }
        for voices in self.voices.values():
            self._warm_up(voices[0])

    def speak(self, words: str, voice: str, pace: float = 1.0) -> Sound:
        """Say words with a voice of espeak-ng's ("gmw/en-us"), which has one pace; raises OurFault without sound."""
        reason = ""
        for attempt in range(_ATTEMPTS):
            if attempt:
                self.repeated += 1
                log.warning("espeak-ng has to say a clause of %d characters again (%s)", len(words), reason)
            try:
                return self._utterance(words, voice)
            except (OSError, EOFError) as error:
                reason = str(error) or type(error).__name__
            except (ValueError, wave.Error) as error:
                reason = str(error) or type(error).__name__
                break  # espeak-ng's own word: it would say the same again
        raise OurFault(f"espeak-ng had no sound for a clause of {len(words)} characters ({reason}).")

    def close(self) -> None:
        """End the process that speaks; the next utterance starts another."""
        with self._lock:
            self._end()

    def _utterance(self, words: str, voice: str) -> Sound:
        chinese = voice.startswith("sit/")
        rate = _WORDS_A_MINUTE["zh" if chinese else "en"]
        words = pinyin(words) if chinese else words
        with tempfile.TemporaryDirectory(prefix="hotline-") as directory:
            path = Path(directory) / "utterance.wav"
            self._order({"words": words.replace("\0", " "), "voice": voice, "rate": rate, "path": str(path)})
            with wave.open(str(path)) as file:
                samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
                if not len(samples):
                    raise ValueError("an empty file")
                return Sound(samples.astype(np.float32) / np.float32(32768), file.getframerate())

    def _order(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """What the process answered; raises OSError, EOFError or ValueError."""
        with self._lock:
            process = self._process or self._start()
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                process.stdin.write(json.dumps(order) + "\n")
                process.stdin.flush()
                line = process.stdout.readline()
            except OSError:
                self._end()
                raise
            if not line:
                self._end()
                raise EOFError("the process that speaks has ended")
        answer: dict[str, Any] = json.loads(line)
        if error := answer.get("error"):
            raise ValueError(error)
        return answer

    def _start(self) -> "subprocess.Popen[str]":
        self._process = subprocess.Popen(
            [sys.executable, "-m", "asr_tts.engines.pyttsx3_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            # Popen's own exit closes the pipes and reaps; a line that could not be written is of no use to a dead one.
            with contextlib.suppress(OSError), process:
                pass

    def _warm_up(self, voice: str) -> None:
        try:
            self.speak("a", voice)
        except HotlineError as error:
            raise OperatorFault(f"{error} Install Debian's espeak-ng again.") from error


def pinyin(words: str) -> str:
    """Chinese words as syllables with tone numbers after sandhi ("ni2 hao3"); what is no Chinese stays as it is."""
    return " ".join(lazy_pinyin(words, style=Style.TONE3, neutral_tone_with_five=True, tone_sandhi=True))
