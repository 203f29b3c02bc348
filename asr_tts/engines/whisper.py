"""Whisper on CTranslate2 with an encoder context as short as the utterance allows (at least 9 s).

The published pipeline pads every utterance to 30 s, which is 80 % of its cost on a telephone answer. Below 9 s the
decoder begins to loop; above, nothing is lost (FACTS: 1.8 % word error rate either way, 0.21 against 1.16 s).
faster-whisper gives the mel front end and the tokenizer, nothing else.
"""

import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import soxr
import tokenizers
from faster_whisper.feature_extractor import FeatureExtractor
from faster_whisper.tokenizer import Tokenizer
from numpy.typing import NDArray

from asr_tts.activity import FULL_SCALE
from asr_tts.heard_text import tidy
from asr_tts.recognition import Question, Samples, Transcript

RATE = 16000
FRAMES_A_SECOND = 100
SHORTEST_CONTEXT = 9 * FRAMES_A_SECOND
LONGEST_CONTEXT = 30 * FRAMES_A_SECOND
LEAD = 0.3
"""Seconds of silence before the speech: one-word answers are recognised better."""
MARGIN = 0.5
"""Seconds of context left after the speech at least."""
TOKENS_A_SECOND = 8
TOKENS_AT_LEAST = 12
"""Nobody speaks faster; the rest of a long output is a loop."""
LANGUAGES = ("en", "zh")
"""What language identification may answer."""
MIDDLE, STEEPNESS = -0.75, 4.5
"""Of the confidence; see `confidence_of`."""


class Whisper:
    def __init__(self, directory: Path, languages: Sequence[str] = LANGUAGES) -> None:
        """Load a CTranslate2 Whisper (multilingual or .en) from `directory` for one thread."""
        self._model = ctranslate2.models.Whisper(
            str(directory), device="cpu", compute_type="int8", intra_threads=1, inter_threads=1
        )
        self.name = f"whisper ({directory.name})"
        self._features = FeatureExtractor(feature_size=self._model.n_mels)
        words = tokenizers.Tokenizer.from_file(str(directory / "tokenizer.json"))
        multilingual = bool(self._model.is_multilingual)
        self._languages = languages if multilingual else ("en",)
        self._tokenizer = cache(
            lambda language: Tokenizer(words, multilingual, task="transcribe" if multilingual else None,
                                       language=language if multilingual else "en")
        )  # fmt: skip

    def warm_up(self) -> None:
        noise = np.random.default_rng(1).normal(0, 300, 8000).astype(np.int16)
        for language in (*self._languages, ""):
            self.recognise(noise, Question(language))

    def recognise(self, samples: Samples, question: Question) -> Transcript:
        """See the port."""
        seconds = len(samples) / 8000
        encoded = self._encode(samples)
        language = self._language(encoded, question)
        tokenizer = self._tokenizer(language)
        prompt = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
        longest = len(prompt) + TOKENS_AT_LEAST + int(TOKENS_A_SECOND * seconds)
        result = self._model.generate(
            encoded, [prompt], beam_size=1, max_length=longest, return_scores=True, return_no_speech_prob=True
        )[0]
        text = tokenizer.decode([token for token in result.sequences_ids[0] if token < tokenizer.eot])
        score = float(result.scores[0])
        return Transcript(tidy(text, language), language, confidence_of(score), float(result.no_speech_prob), score)

    def _encode(self, samples: Samples) -> Any:
        wide = soxr.resample(samples.astype(np.float32) / FULL_SCALE, 8000, RATE, quality="HQ")
        lead = np.zeros(int(LEAD * RATE), np.float32)
        mel = self._features(
            np.concatenate([lead, wide.astype(np.float32), np.zeros(RATE // 2, np.float32)]), padding=0
        )
        return self._model.encode(ctranslate2.StorageView.from_array(in_context(mel)))

    def _language(self, encoded: Any, question: Question) -> str:
        if question.language in self._languages or (question.language and len(self._languages) > 1):
            return question.language
        if len(self._languages) == 1:
            return self._languages[0]
        likely = self._model.detect_language(encoded)[0]
        return str(next(code for name, _ in likely if (code := name.strip("<|>")) in self._languages))


def in_context(mel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return `mel` (bands x frames) as 1 x bands x context: as long as needed, from 9 to 30 s, silence behind."""
    needed = mel.shape[1] + int((MARGIN - 0.5) * FRAMES_A_SECOND)
    context = min(max(SHORTEST_CONTEXT, needed + needed % 2), LONGEST_CONTEXT)
    mel = mel[:, :context]
    padded = np.pad(mel, ((0, 0), (0, context - mel.shape[1])), constant_values=float(mel.min()))
    return np.ascontiguousarray(padded[None], dtype=np.float32)


def confidence_of(mean_log_probability: float) -> float:
    """0-1 from the mean log-probability of a token, by a logistic curve: monotone, and a probability in its meaning.

    Fitted to how often every word of a human prompt was right (bench/recognition_engine.py: 480 prompts, clean and at
    20 and 10 dB of noise).
    """
    return 1 / (1 + math.exp(-STEEPNESS * (mean_log_probability - MIDDLE)))
