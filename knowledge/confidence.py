"""What likeness is worth: the weights that make one confidence of it, and from where on an answer is given.

Fitted on bench/data/knowledge/development_*: the likenesses by the share of right articles first, the confidence as a
logistic regression with five question variants an article, over all questions, those that no article answers, and each
of the others once more with its article taken away, a tenth as heavy. English: 391 and 40; its bar rejects 90 of those
40 in 100, with two variants too, and 94 of 100 of the 1,564 that come of asking each company what the others' callers
ask (some of which it does answer). Chinese: 322 and 40; its bar rejects 94 of 100 questions that other companies'
callers ask of 112-118 articles (`python -m bench.knowledge_bar zh`), with two variants 95. The figures that are
reported come from other questions about other articles (`python -m bench knowledge`).
"""

import math
from dataclasses import dataclass

ACCEPT = {"en": 0.825, "zh": 0.84}
"""Below this confidence, the answer is "I don't know"."""


@dataclass(frozen=True)
class Weights:
    """How one language is weighed."""

    likeness: tuple[float, float, float, float]
    """By meaning of the best sentence and of all together, by words of the best sentence and of the whole article."""
    score: float
    ahead: float
    """Of the distance to the runner-up."""
    constant: float
    alone: float = 0.15
    """How far an article without any other counts as ahead. By the encoders, so far that its `least` score decides: of
    the development questions 55 in 100 (English) and 30 (Chinese) are answered by their article alone, and 1.6 and 0.8
    in 100 by a wrong one that is alone; at 0.1 it would be 15 and 8."""
    least: float = 0.0
    """A lower score is never surer than a coin: among few articles the first is far ahead of the second by chance. Of
    right ones that are answered few have less (development questions: 2 of 100)."""

    def confidence(self, score: float, ahead: float) -> float:
        """Return the probability, 0-1, that the candidate is right."""
        chance = 1 / (1 + math.exp(-max(-50.0, min(50.0, self.score * score + self.ahead * ahead + self.constant))))
        return chance if score >= self.least else min(chance, 0.5)


WEIGHTS = {
    "en": Weights((0.0, 0.0, 0.5, 0.5), 14.0, 6.0, -6.0, alone=0.1),
    "en by meaning": Weights((0.38, 0.6, 0.0, 0.02), 5.82, 17.4, -4.02, least=0.53),
    "zh": Weights((0.0, 0.0, 0.45, 0.55), 14.0, 6.0, -6.0, alone=0.1),
    "zh by meaning": Weights((0.35, 0.55, 0.02, 0.08), 4.79, 16.92, -3.09, alone=0.175, least=0.44),
}
"""Without an encoder (words alone) they are chosen, not fitted: only what shares most of its words is answered."""
