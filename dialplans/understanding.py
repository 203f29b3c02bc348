"""Which intent a sentence has: from a few examples, with a confidence and an explicit "none of these".

Five examples an intent are enough: sentences are compared by meaning and by words, before a background of what callers
say anyway (`learned.py`, `background.py`), as far as that covers the flow; and with the examples alone (`nearness.py`).
A confidence is the share of sentences at which that answer was right, as measured on the development sentences of
`bench/intents.py` and `bench/trades.py`. Without an encoder of the language, words alone decide.
"""

import logging
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import msgspec
import numpy as np

from asr_tts.sense import Sense, search_sense_of, sense_of
from asr_tts.speech_protocol import Others
from dialplans.backchannel import is_backchannel
from dialplans.background import OTHER, Background, background_of
from dialplans.flow import Intent
from dialplans.learned import Kept, Learned, Scores, covers_all, learn
from dialplans.nearness import Nearness, chances
from dialplans.word_likeness import WordLikeness
from knowledge.wording import contains, plain, script_of, units

log = logging.getLogger(__name__)


BY_WORDS = 0.4
"""Where words alone decide, what is less sure than this is none of the intents; else see `fitted.py`."""
MARGIN = 0.04
"""Two intents nearer than this can't be told apart."""
SURE = 0.8
"""From here on a draft may end the caller's turn early."""
DOUBTFUL = 0.1
"""From here on, and below `SURE`, it is worth looking at what else may have been said."""
MOST_OTHERS = 2
"""So many other texts are looked at: with all four as many development sentences are right, for twice the time."""
KEYWORD = 0.4
"""What a keyword that was said adds to the score of its intent, which is about 1 where an example was said."""
BRIEF = 4
"""So many words (Chinese: signs) are few."""
SETTLED = 0.97
"""Confidence of what a pattern fits, or what an example says word for word."""
MISTAKABLE, BY = 0.62, 0.13
"""Likeness of an example to another intent's nearest one, and its lead over its own intent's, from which on it could be
that intent's as well."""
ONE_IN = 5
"""One such example of so many makes two intents confusable: of twenty, one or two always are nearest to another's."""


@dataclass(frozen=True)
class Meaning:
    """What a sentence was taken for."""

    intent: str
    """"" for none of these."""
    confidence: float
    """0-1, of the best one also where it was not good enough."""
    runner_up: str = ""
    """The next intent, or the best one where that was not good enough."""
    runner_up_confidence: float = 0.0


NONE = Meaning("", 0.0)


@dataclass(frozen=True)
class Confusable:
    """An example by which one intent can't be told from another."""

    intent: str
    other: str
    example: str
    """One of the first one's."""


class Understanding:
    """The intents of one flow in one language, ready to be compared with. May be shared by threads."""

    def __init__(self, intents: Iterable[Intent], language: str, trained: bytes | None = None) -> None:
        """Learn the intents, or take up what `train` returned for them.

        What was trained with another encoder or for other examples is learned anew.
        """
        self._language = language
        self._intents = {intent.name: intent for intent in intents}
        examples = _examples(self._intents.values(), language)
        self._exact = {units(text, language): name for name, texts in examples.items() for text in texts}
        self._keywords = [
            (name, units(word, language))
            for name, intent in self._intents.items()
            for word in intent.keywords.get(language, ())
        ]
        self._patterns = [
            (name, re.compile(pattern, re.IGNORECASE))
            for name, intent in self._intents.items()
            for pattern in intent.patterns.get(language, ())
        ]
        self._agreeing = {name for name, texts in examples.items() if any(map(is_backchannel, texts))}
        """Intents that may be said by such words alone."""
        self._by_words = WordLikeness(examples, language)
        self._learned = _learned(self._intents.values(), language, trained)

    def of(self, text: str, among: Iterable[str] | None = None, others: Others = ()) -> Meaning:
        """Return what `text` means, among the named intents (None: all).

        Where that is doubtful, what else may have been said (`others`) has its say too.
        """
        names = list(self._intents) if among is None else [name for name in among if name in self._intents]
        if not units(text, self._language) or not names:
            return NONE
        rated = self._with_patterns(text, names)
        if DOUBTFUL <= max(rated.values()) < SURE:
            rated = self._averaged(rated, names, others)
        ranked = sorted(((confidence, name) for name, confidence in rated.items()), key=lambda one: (-one[0], one[1]))
        (best, name), (second, other) = ranked[0], ranked[1] if len(ranked) > 1 else (0.0, "")
        if best < self._least(name) or best - second < MARGIN:
            return Meaning("", round(best, 3), name, round(second, 3))
        return Meaning(name, round(best, 3), other, round(second, 3))

    def _averaged(self, rated: dict[str, float], names: Sequence[str], others: Others) -> dict[str, float]:
        """Confidences over all that may have been said, each text as likely as the recogniser has it."""
        said = others[:MOST_OTHERS]
        if self._learned is not None and said:
            self._learned.expect([text for text, _ in said])
        texts = [(self._with_patterns(text, names), times) for text, times in said]
        total = 1 + sum(times for _, times in texts)
        return {name: (rated[name] + sum(times * one[name] for one, times in texts)) / total for name in names}

    def _with_patterns(self, text: str, names: Sequence[str]) -> dict[str, float]:
        said = units(text, self._language)
        rated = self._rated(text, said, names)
        for name, pattern in self._patterns:
            if name in rated and pattern.search(plain(text)):
                rated[name] = max(rated[name], SETTLED)
        if (name := self._exact.get(said, "")) in rated:
            rated[name] = max(rated[name], SETTLED)
        return rated

    def evidence(self, text: str, name: str, among: Sequence[str]) -> tuple[float, ...]:
        """Return what the confidence in `name` is worked out from; () where words alone decide."""
        if self._learned is None:
            return ()
        return self._evidence(self._scored(text, units(text, self._language)), name, among)

    def nearness(self, text: str) -> tuple[Nearness, set[str]] | None:
        """Return how near `text` is to the examples, and the intents of which a keyword was said; None by words."""
        if self._learned is None:
            return None
        return self._learned.scores(text).near, self._held(units(text, self._language))

    @property
    def learned(self) -> Learned | None:
        """What was learned of the examples; None where words alone decide."""
        return self._learned

    def _rated(self, text: str, said: tuple[str, ...], names: Sequence[str]) -> dict[str, float]:
        if self._learned is None or (self._language == "en" and script_of(text) == "zh"):
            # The encoder of English knows no Chinese signs: to it one sentence of them is like any other.
            alike = self._by_words.of(text, names)
            held = self._held(said)
            return {name: min(1.0, 0.8 + 0.2 * likeness) if name in held else likeness
                    for name, likeness in alike.items()}  # fmt: skip
        scores = self._scored(text, said)
        held = self._held(said)
        chance = chances(scores.near, held, self._learned.fitted.choice)
        if is_backchannel(text):
            # "Mm" and "okay" resemble nothing much, and so may seem nearest to anything.
            chance = {name: one for name, one in chance.items() if name in held | self._agreeing}
        # The background decides as far as the sentence isn't an intent's that it doesn't know.
        known = self._learned.covered
        share = 1 - sum(one for name, one in chance.items() if name not in known)
        rated = {name: chance.get(name, 0.0) for name in names}
        for name in known.intersection(names):
            covered = share * self._by_background(scores, name, names) + (1 - share) * rated[name]
            rated[name] = max(covered, rated[name]) if self._learned.fitted.surer else covered
        if len(said) > BRIEF:
            return rated
        near, least = scores.near.by_name, self._learned.fitted.brief
        meant = held | {name for name, one in near.items() if one.nearest >= least}
        return {name: one if name in meant else 0.0 for name, one in rated.items()}

    def _least(self, name: str) -> float:
        """The least confidence by which an intent is taken."""
        if self._learned is None:
            return BY_WORDS
        bounds = self._learned.fitted.bounds
        if self._learned.covers_all:
            return bounds.covered
        return bounds.beside if name in self._learned.covered else bounds.uncovered

    def _by_background(self, scores: Scores, name: str, names: Sequence[str]) -> float:
        assert self._learned is not None
        constant, *slopes = self._learned.fitted.confidence
        parts = zip(slopes, self._evidence(scores, name, names), strict=True)
        return 1 / (1 + math.exp(-constant - sum(slope * value for slope, value in parts)))

    def _scored(self, text: str, said: tuple[str, ...]) -> Scores:
        assert self._learned is not None
        scores, held = self._learned.scores(text), self._held(said)
        by_name = {name: score + KEYWORD * (name in held) for name, score in scores.by_name.items()}
        return Scores(by_name, scores.words, scores.near)

    def _held(self, said: tuple[str, ...]) -> set[str]:
        """The intents of which a keyword was said."""
        return {name for name, word in self._keywords if contains(said, word)}

    def _evidence(self, scores: Scores, name: str, among: Sequence[str]) -> tuple[float, ...]:
        own = scores.by_name.get(name, 0.0)
        rivals = [score for rival, score in scores.by_name.items() if rival not in (name, OTHER)]
        return (
            own - max(rivals, default=0.0),
            own - scores.by_name[OTHER],
            scores.words.get(name, 0.0),
        )


def train(intents: Iterable[Intent], language: str) -> bytes:
    """Learn the intents once, to be kept with the version of their flow; b"" where words alone decide."""
    learnt = _learnt(_examples(intents, language), language)
    return msgspec.msgpack.encode(learnt[0]) if learnt else b""


def confusable(intents: Iterable[Intent], language: str) -> list[Confusable]:
    """Return the examples that are as much another intent's as their own, each pair of intents once."""
    intents = [intent for intent in intents if intent.examples.get(language)]
    if sense := sense_of(language):
        # All together, which costs half as much; from then on they are remembered.
        sense.of([text for intent in intents for text in intent.examples[language]])
    found = []
    for one, other in combinations(intents, 2):
        for own, rival in ((one, other), (other, one)):
            if example := _mistakable(own, rival, language):
                found.append(Confusable(own.name, rival.name, example))
                break
    return found


def _mistakable(own: Intent, rival: Intent, language: str) -> str:
    """The first example of `own` that, were it not one, would be taken for `rival`'s; "" where too few would be."""
    examples, others = own.examples[language], rival.examples[language]
    theirs = {units(text, language) for text in others}
    if same := [text for text in examples if units(text, language) in theirs]:
        return same[0]
    found = _claimed(examples, others, language)
    # One stray example of the rival's may claim several.
    return next(iter(found)) if len(set(found.values())) >= max(1, len(examples) // ONE_IN) else ""


def _claimed(examples: Sequence[str], others: Sequence[str], language: str) -> dict[str, str]:
    """The examples that are plainly nearer to one of `others` than to any of their own, and to which."""
    sense = sense_of(language)
    if sense is None:
        words = WordLikeness({text: [text] for text in (*examples, *others)}, language)
        alike = {text: words.of(text, others) for text in examples}
        nearest = {text: max(others, key=lambda other: alike[text][other]) for text in examples}
        return {text: other for text, other in nearest.items() if alike[text][other] > 1 - BY}
    vectors, rivals = sense.of(examples), sense.of(others)
    among_own, across = vectors @ vectors.T, vectors @ rivals.T
    np.fill_diagonal(among_own, 0.0)
    theirs, ours = across.max(axis=1), among_own.max(axis=1)
    claimed = np.flatnonzero((theirs > MISTAKABLE) & (theirs > ours + BY))
    return {examples[int(at)]: others[int(across[at].argmax())] for at in claimed}


def _examples(intents: Iterable[Intent], language: str) -> dict[str, tuple[str, ...]]:
    return {intent.name: intent.examples.get(language, ()) for intent in intents}


def _grounds(language: str) -> Iterator[tuple[Sense, Background]]:
    """Yield what learning stands on: with the encoder of the language, then with what tells better by examples alone.

    Nothing where there is no encoder or no background of the language.
    """
    for load in (sense_of, search_sense_of):
        if (sense := load(language)) and (background := background_of(language, sense)):
            yield sense, background


def _learnt(examples: Mapping[str, Sequence[str]], language: str) -> tuple[Kept, Sense, Background] | None:
    """Learn: with the first encoder where the background covers all intents, else with the last there is."""
    found = None
    for sense, background in _grounds(language):
        found = learn(examples, language, sense, background), sense, background
        if covers_all(found[0]):
            break
    return found


def _learned(intents: Iterable[Intent], language: str, trained: bytes | None) -> Learned | None:
    examples = _examples(intents, language)
    if not any(examples.values()):
        return None
    if trained:
        try:
            kept = msgspec.msgpack.decode(trained, type=Kept)
            ground = next((one for one in _grounds(language) if one[1].version == kept.version), None)
            if ground is None:
                raise ValueError("learned with another encoder or background")
            if kept.examples == [(name, text) for name, texts in examples.items() for text in texts]:
                return Learned(kept, *ground)
            log.info("The examples changed since they were trained; they are learned anew.")
        except (ValueError, msgspec.MsgspecError) as error:
            log.info("What was trained can't be used any more (%s); it is learned anew.", error)
    learnt = _learnt(examples, language)
    return Learned(*learnt) if learnt else None
