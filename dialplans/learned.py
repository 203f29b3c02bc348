"""What a flow's intents sound like, learned from examples: kernel ridge regression over meaning and words. Pure.

A sentence is compared with every example and with the background (`background.py`), by the vectors of an encoder and by
the words they share; each intent's score is a weighted sum of those likenesses, with weights that give its own
sentences about 1 and all others about 0. Learned in closed form, so the same examples always give the same.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from asr_tts.sense import Sense, Vectors
from dialplans.background import OTHER, Background, intent_of_topics
from dialplans.fitted import Fitted, fitted_to
from dialplans.nearness import Examples, Nearness
from knowledge.wording import grams

WORDS = 0.4
"""Share of the words in a likeness; the rest is the meaning's."""
NARROW = 1.0
"""How soon likeness of meaning falls off with distance."""
SMOOTH = 0.1
"""Ridge: how little an example of the author's is trusted alone."""
BACKGROUND_WEIGHT = 0.5
"""A sentence of the background counts as much of an example."""
COVERED = 8
"""So many sentences of the background make an intent one that the background covers."""
FORMAT = 2


class Kept(msgspec.Struct, frozen=True):
    """A `Learned` as it is kept with the version of a flow."""

    format: int
    language: str
    version: str
    names: list[str]
    examples: list[tuple[str, str]]
    """Intent and sentence."""
    vectors: bytes
    """Of the examples, float32."""
    background: list[int]
    """Which sentences of the background count."""
    taught: list[str]
    """What each of these was taken for: an intent, or `OTHER`."""
    weights: bytes
    """Float32, a row for each example and background sentence, a column for each name."""


@dataclass(frozen=True)
class Scores:
    """What a sentence was compared to."""

    by_name: Mapping[str, float]
    """Each intent's, and `OTHER`'s; about 1 for its own sentences."""
    words: Mapping[str, float]
    """Share of words with each intent's likest example, 0-1."""
    near: Nearness
    """To the author's own examples, and to sentences of the background that plainly are no intent's."""


class Learned:
    """The intents of one flow in one language, learned."""

    def __init__(self, kept: Kept, sense: Sense, background: Background) -> None:
        """Take up what was learned. Raises ValueError where it was with another encoder, background or format."""
        if (kept.format, kept.version) != (FORMAT, background.version):
            raise ValueError("learned with another encoder or background")
        self.kept, self._sense = kept, sense
        self._mean = background.vectors.mean(axis=0)
        own_rows = _centred(np.frombuffer(kept.vectors, np.float32).reshape(-1, sense.dimension), self._mean)
        others = _centred(background.vectors, self._mean)
        self._vectors = np.concatenate([own_rows, others[kept.background]])
        none = [row for row, name in zip(kept.background, kept.taught, strict=True) if name == OTHER]
        self.examples = Examples(own_rows, [name for name, _ in kept.examples], others[none])
        self.covered = covered(kept)
        """The intents that the background covers."""
        self.covers_all = covers_all(kept)
        self.encoder = background.encoder
        """Its name."""
        self._weights = np.frombuffer(kept.weights, np.float32).reshape(-1, len(kept.names))
        texts = [text for _, text in kept.examples] + [background.sentences[row] for row in kept.background]
        self._words = Words(texts, kept.language)
        own = [text for _, text in kept.examples]
        self._respelling = background.respelling.knowing(own) if background.respelling else None
        self._of_intent = [intent for intent, _ in kept.examples]

    @property
    def fitted(self) -> Fitted:
        """The numbers that go with the encoder."""
        return fitted_to(self.encoder)

    def expect(self, texts: Sequence[str]) -> None:
        """Work out together what `scores` will be asked for: that costs less than one by one."""
        self._sense.of([self._read(text) for text in texts])

    def _read(self, text: str) -> str:
        return self._respelling.of(text) if self._respelling else text

    def scores(self, text: str) -> Scores:
        """Compare a sentence with everything."""
        read = self._read(text)
        vector = _centred(self._sense.of([read]), self._mean)[0]
        # einsum, for the threads of BLAS cost more than so small a product.
        meaning = np.einsum("ij,j->i", self._vectors, vector)
        words = self._words.alike(text)
        by_name = np.einsum("i,ij->j", _likeness(meaning, words), self._weights)
        shared: dict[str, float] = defaultdict(float)
        for row, intent in enumerate(self._of_intent):
            shared[intent] = max(shared[intent], float(words[row]))
        scores = dict(zip(self.kept.names, map(float, by_name), strict=True))
        return Scores(scores, shared, self.examples.nearness(vector))


def learn(examples: Mapping[str, Sequence[str]], language: str, sense: Sense, background: Background) -> Kept:
    """Learn the intents of `examples` (name -> sentences)."""
    pairs = [(name, text) for name, texts in examples.items() for text in texts]
    vectors = sense.of([text for _, text in pairs])
    mean = background.vectors.mean(axis=0)
    own, others = _centred(vectors, mean), _centred(background.vectors, mean)
    intents, fitted = [name for name, _ in pairs], fitted_to(background.encoder)
    topics = intent_of_topics(others @ own.T, intents, background.topics, fitted) if pairs else {}
    rows = [row for topic in topics for row in background.topics[topic]]
    lent = [topics[topic] for topic in topics for _ in background.topics[topic]]
    taught = intents + lent
    names = [*sorted(examples), OTHER]
    everything = np.concatenate([own, others[rows]])
    words = Words([text for _, text in pairs] + [background.sentences[row] for row in rows], language)
    likeness = _likeness(everything @ everything.T, words.among_themselves())
    trust = np.array([1.0] * len(pairs) + [BACKGROUND_WEIGHT] * len(rows))
    wanted = np.array([[float(name == of) for name in names] for of in taught]).reshape(len(taught), len(names))
    weights = np.linalg.solve(likeness + SMOOTH * np.diag(1 / trust), wanted)
    return Kept(FORMAT, language, background.version, names, pairs, vectors.astype(np.float32).tobytes(), rows,
                lent, weights.astype(np.float32).tobytes())  # fmt: skip


def covered(kept: Kept) -> frozenset[str]:
    """Return the intents that the background covers."""
    return frozenset(name for name, lent in Counter(kept.taught).items() if lent >= COVERED) - {OTHER}


def covers_all(kept: Kept) -> bool:
    """Whether the background covers all intents that have examples."""
    return covered(kept).issuperset(name for name, _ in kept.examples)


class Words:
    """Sentences by their words, for how much they share: cosine of weighted counts, 0-1."""

    def __init__(self, texts: Sequence[str], language: str) -> None:
        self._language, self._size = language, len(texts)
        counted = [Counter(grams(text, language)) for text in texts]
        held = Counter(gram for one in counted for gram in one)
        self._rare = {gram: math.log((len(texts) + 1) / (count + 0.5)) for gram, count in held.items()}
        self._rarest = math.log((len(texts) + 1) / 0.5)
        where: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for row, one in enumerate(counted):
            for gram, weight in self._weighed(one).items():
                where[gram].append((row, weight))
        self._where = {
            gram: (np.array([row for row, _ in found]), np.array([weight for _, weight in found]))
            for gram, found in where.items()
        }

    def alike(self, text: str) -> NDArray[np.float64]:
        """Return how much `text` shares with each sentence."""
        shared = np.zeros(self._size)
        for gram, weight in self._weighed(Counter(grams(text, self._language))).items():
            if found := self._where.get(gram):
                rows, weights = found
                shared[rows] += weight * weights
        return shared

    def among_themselves(self) -> NDArray[np.float64]:
        """Return how much each sentence shares with each."""
        table = np.zeros((self._size, len(self._where)), np.float32)
        for column, (rows, weights) in enumerate(self._where.values()):
            table[rows, column] = weights
        return np.asarray(table @ table.T, np.float64)

    def _weighed(self, counted: Counter[str]) -> dict[str, float]:
        weighed = {gram: self._rare.get(gram, self._rarest) * (1 + math.log(n)) for gram, n in counted.items()}
        length = math.sqrt(sum(weight * weight for weight in weighed.values())) or 1.0
        return {gram: weight / length for gram, weight in weighed.items()}


def _likeness(meaning: NDArray[np.floating], words: NDArray[np.floating]) -> NDArray[np.float64]:
    """From cosines of meaning and of words to one likeness, which is a kernel since both parts are."""
    return np.asarray((1 - WORDS) * np.exp(NARROW * (2 * meaning - 2)) + WORDS * words, np.float64)


def _centred(vectors: Vectors, mean: NDArray[np.float32]) -> Vectors:
    """Vectors without what all sentences have in common, of length 1."""
    moved = vectors - mean
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.where(lengths > 0, lengths, 1), np.float32)
