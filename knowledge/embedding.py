"""The sentence embeddings by which articles are found, by language.

English: MiniLM and the multilingual encoder side by side, which together are right more often than either. Chinese: the
multilingual encoder. Where weights are missing, what is left is used, and words alone where nothing is.
"""

from collections.abc import Sequence

import numpy as np

from asr_tts.sense import Sense, sense_of
from knowledge.articles import Embedding, Embeddings
from knowledge.entry import Vectors

LANGUAGES = ("en", "zh")
SHARES = {"en": {"en": 0.6, "zh": 0.4}, "zh": {"zh": 1.0}}
"""Language of the articles -> the encoders (by the language they serve) and their shares of the likeness."""


def embeddings(languages: Sequence[str] = LANGUAGES) -> Embeddings:
    """Return the embeddings of these languages; loads their encoders (1-3 s each, shared with whoever else asks)."""
    return {language: one for language in languages if (one := _embedding(language))}


def _embedding(language: str) -> Embedding | None:
    senses = [(sense, share) for name, share in SHARES[language].items() if (sense := sense_of(name))]
    if not senses:
        return None
    model = " + ".join(f"{share} {sense.version}" for sense, share in senses)
    return Embedding(model, lambda texts: _together(senses, texts))


def _together(senses: Sequence[tuple[Sense, float]], texts: Sequence[str]) -> Vectors:
    """Vectors side by side: their product is the likenesses' weighted mean, and their length is 1."""
    total = sum(share for _, share in senses)
    parts = [np.sqrt(share / total) * sense.of(texts) for sense, share in senses]
    return np.concatenate(parts, axis=1).astype(np.float32)
