"""The sentence embeddings by which articles are found, by language; without weights, words alone find them."""

from collections.abc import Iterable

from asr_tts.sense import sense_of
from knowledge.articles import Embedding, Embeddings

LANGUAGES = ("en", "zh")


def embeddings(languages: Iterable[str] = LANGUAGES) -> Embeddings:
    """Return the embeddings of these languages; loads their encoders (1-3 s each, shared with whoever else asks)."""
    senses = {language: sense for language in languages if (sense := sense_of(language))}
    return {language: Embedding(sense.version, sense.of) for language, sense in senses.items()}
