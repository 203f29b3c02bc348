"""Which intent a sentence has: by a few examples, with a confidence and an explicit "none of these".

Lexical for now: a sentence is compared with every example by the words they share (rare words weigh more), by
their letters, and by the keywords of the intent. Deterministic; trained when a flow is loaded.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz import fuzz

from dialplans.flow import Intent
from knowledge.wording import EMPTY, contains, stem, units

ACCEPT = 0.5
"""Below this confidence it is none of the intents."""
MARGIN = 0.04
"""Two intents nearer than this can't be told apart."""
SURE = 0.8
"""From here on a draft may end the caller's turn early."""
WEAK = frozenset(stem(word) for word in EMPTY) | frozenset(
    "no wait yes actual sorr thank de wo ni shi you yi xia qing wen zai le ma ne a".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Meaning:
    """What a sentence was taken for."""

    intent: str
    """"" for none of these."""
    confidence: float
    """0-1, of the best one also where it was not good enough."""
    runner_up: str = ""
    runner_up_confidence: float = 0.0


NONE = Meaning("", 0.0)


class Understanding:
    """The intents of one flow in one language, ready to be compared with."""

    def __init__(self, intents: Iterable[Intent], language: str) -> None:
        self._language = language
        self._examples = {
            intent.name: [units(text, language) for text in intent.examples.get(language, ())] for intent in intents
        }
        self._keywords = {
            intent.name: [units(word, language) for word in intent.keywords.get(language, ())] for intent in intents
        }
        self._weights = _weights([grams for examples in self._examples.values() for grams in examples])
        self._rarest = max(self._weights.values(), default=1.0)

    def of(self, text: str, among: Iterable[str] | None = None) -> Meaning:
        """Return what `text` means, among the named intents (None: all)."""
        said = units(text, self._language)
        if not said:
            return NONE
        names = self._examples if among is None else [name for name in among if name in self._examples]
        scores = sorted(((self._score(said, name), name) for name in names), key=lambda one: (-one[0], one[1]))
        if not scores:
            return NONE
        (best, name), (second, other) = scores[0], scores[1] if len(scores) > 1 else (0.0, "")
        if best < ACCEPT or best - second < MARGIN:
            return Meaning("", round(best, 3), name, round(second, 3))
        return Meaning(name, round(best, 3), other, round(second, 3))

    def _score(self, said: tuple[str, ...], name: str) -> float:
        likeness = max((self._likeness(said, example) for example in self._examples[name]), default=0.0)
        if any(contains(said, word) for word in self._keywords[name]):
            return min(1.0, 0.8 + 0.2 * likeness)
        return likeness

    def _likeness(self, said: tuple[str, ...], example: tuple[str, ...]) -> float:
        if said == example:
            return 1.0
        a, b = _grams(said, self._language), _grams(example, self._language)
        shared = sum(self._weight(gram) * min(count, b[gram]) for gram, count in a.items())
        if not shared:
            return 0.0
        of_example = shared / sum(self._weight(gram) * count for gram, count in b.items())
        of_said = shared / sum(self._weight(gram) * count for gram, count in a.items())
        # What the example says must be said; what is said besides matters less ("well I was wondering if …").
        overlap: float = of_example**0.6 * of_said**0.4
        letters: float = fuzz.token_sort_ratio(" ".join(said), " ".join(example)) / 100
        return 0.75 * overlap + 0.25 * letters * (overlap > 0.2)

    def _weight(self, gram: str) -> float:
        return self._weights.get(gram, self._rarest) * (0.25 if gram in WEAK else 1.0)


def _grams(said: tuple[str, ...], language: str) -> Counter[str]:
    if language == "zh":
        return Counter([*said, *map(" ".join, pairwise(said))])
    return Counter(said)


def _weights(sentences: list[tuple[str, ...]]) -> Mapping[str, float]:
    held = Counter(gram for said in sentences for gram in {*said, *map(" ".join, pairwise(said))})
    return {gram: math.log((1 + len(sentences)) / (1 + count)) + 0.5 for gram, count in held.items()}


COMMAND_WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "repeat": {
        "en": ("repeat", "repeat that", "say that again", "say it again", "come again", "what did you say", "pardon",
               "once more", "again please", "can you repeat that", "could you say that again"),
        "zh": ("再说一遍", "重复", "重复一遍", "再说一次", "没听清", "您说什么", "请再说一遍", "再讲一遍"),
    },
    "operator": {
        "en": ("operator", "agent", "a human", "speak to a person", "talk to a person", "talk to someone",
               "real person", "speak to someone", "customer service", "representative", "speak to an agent",
               "human being"),
        "zh": ("人工", "转人工", "人工服务", "人工客服", "找客服", "真人", "接线员", "找个人"),
    },
    "goodbye": {
        "en": ("goodbye", "bye", "bye bye", "that is all", "that will be all", "nothing else", "no thank you goodbye",
               "no thanks", "no thank you", "hang up", "i am done", "that was all", "no that is all"),
        "zh": ("再见", "拜拜", "没有了", "没了", "没事了", "不用了", "挂了", "就这样"),
    },
}  # fmt: skip
"""What every caller may say everywhere."""
COURTESIES = frozenset(units("thank you thanks very much then now no", "en")) | {"a", "to", "would", "i"}


def command_in(text: str, language: str) -> str:
    """Return the global command ("repeat", "operator", "goodbye") that `text` is, or "".

    A short sentence is one by holding its words; a long one that mentions them ("repeat my order") is not.
    """
    said = units(text, language)
    for command, words in COMMAND_WORDS.items():
        parts = [units(phrase, language) for phrase in words.get(language, ())]
        known = {word for part in parts for word in part} | WEAK | COURTESIES
        rest = [word for word in said if word not in known]
        if len(rest) <= (2 if language == "zh" else 0) and any(contains(said, part) for part in parts):
            return command
    return ""
