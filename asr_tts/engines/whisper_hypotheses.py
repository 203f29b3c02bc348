"""Whisper's hypotheses where there is time: what it hears when told of a service talk, and what else it may be.

Whisper base gets the sound of Chinese right and writes other signs of it (油件 for 邮件). Told before how agents
talk, it writes more of them right, and marks; what it heard without being told is kept, for words not told of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ctranslate2
import numpy as np

from asr_tts.engines.said_before import sounds_alike
from asr_tts.heard_text import plain, tidy

BEAMS = 5
MOST = 8
"""Texts that are kept beside the best."""
SURE_ALONE = -0.2
"""Mean log-probability of a token from which being told adds nothing. So sure are 23 % of 474 sentences of Chinese
agents (development parts of the bench of findings), 39 % at -0.25; rules know as many of them, and as many wrongly, as
when all are heard twice. From -0.3 on fewer."""


@dataclass(frozen=True)
class Hypothesis:
    """One text."""

    text: str
    score: float
    """Mean log-probability of a token."""
    no_speech: float


@dataclass(frozen=True)
class Utterance:
    """What is to be decoded."""

    encoded: Any
    """What the encoder made of it: 1 x frames x width."""
    seconds: float
    """Of speech."""
    tokens: int
    """It has so many at most; what is longer is a loop."""


def hypotheses(
    model: Any, utterances: Sequence[Utterance], tokenizer: Any, before: str, language: str, most: int = BEAMS
) -> list[list[Hypothesis]]:
    """Return what each of the utterances may be, `most` of it and the likeliest first; told `before` was said.

    All at once, as a step of the decoder costs four little more than one: its weights are read once. What is found
    is the same.
    """
    found: list[list[Hypothesis]] = [[] for _ in utterances]
    told = [tokenizer.sot_prev, *tokenizer.encode(f" {before}")] if before else []
    prompt = [*told, *tokenizer.sot_sequence, tokenizer.no_timestamps]
    for places in _of_one_length(utterances):
        some = [utterances[place] for place in places]
        results = model.generate(
            _joined([one.encoded for one in some]), [prompt] * len(some), beam_size=BEAMS, num_hypotheses=most,
            max_length=len(prompt) + max(one.tokens for one in some), suppress_tokens=[-1], return_scores=True,
            return_no_speech_prob=True,
        )  # fmt: skip
        for place, one, result in zip(places, some, results, strict=True):
            kept = ([token for token in ids[: one.tokens] if token < tokenizer.eot] for ids in result.sequences_ids)
            texts = (tidy(tokenizer.decode(ids), language, one.seconds) for ids in kept)
            found[place] = [
                Hypothesis(text, float(score), float(result.no_speech_prob))
                for text, score in zip(texts, result.scores, strict=True)
            ]
    return found


def _of_one_length(utterances: Sequence[Utterance]) -> list[list[int]]:
    """Places of those that the encoder saw in as many frames: most, as short ones are filled up."""
    found: dict[int, list[int]] = {}
    for place, one in enumerate(utterances):
        found.setdefault(one.encoded.shape[1], []).append(place)
    return list(found.values())


def _joined(encoded: Sequence[Any]) -> Any:
    if len(encoded) == 1:
        return encoded[0]
    together = np.ascontiguousarray(np.concatenate([np.asarray(one) for one in encoded]))
    return ctranslate2.StorageView.from_array(together)


def chosen(untold: Sequence[Hypothesis], told: Sequence[Hypothesis]) -> tuple[str, tuple[str, ...]]:
    """Return the text, and what else it may be. `told`: empty where nothing was told.

    What was told is believed only where it sounds like what is heard without: it may repeat what it was told.
    """
    believed = told if told and sounds_alike(told[0].text, untold[0].text) else untold[:0]
    best = (believed or untold)[0].text
    others: dict[str, str] = {}
    for one in (untold[0], *believed[:1], *untold[1:], *believed[1:]):
        others.setdefault(plain(one.text), one.text)
    others.pop(plain(best), None)
    others.pop("", None)
    return best, tuple(others.values())[:MOST]
