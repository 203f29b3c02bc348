"""The sentence embeddings by which articles are found, by language; without weights, words alone find them."""

from collections.abc import Iterable, Iterator, Mapping

from asr_tts.sense import search_sense_of
from knowledge.articles import Embedding, Embeddings

LANGUAGES = ("en", "zh")


def embeddings(languages: Iterable[str] = LANGUAGES) -> Embeddings:
    """Return the embeddings of these languages; loads their encoders (1-3 s each, shared with whoever else asks)."""
    senses = {language: sense for language in languages if (sense := search_sense_of(language))}
    return {language: Embedding(sense.version, sense.of) for language, sense in senses.items()}


class WhenAsked(Mapping[str, Embedding]):
    """The same, each encoder loaded when its language is first asked for: who has no articles in it never needs it."""

    def __getitem__(self, language: str) -> Embedding:
        return embeddings([language])[language]

    def __iter__(self) -> Iterator[str]:
        """Yield the languages there are encoders for; loads them all."""
        return iter(embeddings())

    def __len__(self) -> int:
        return len(embeddings())
