"""What likeness is worth: the weights that make one confidence of it, and from where on an answer is given.

Fitted on bench/data/knowledge/development_* (64 questions a language, 40 that no article answers): the likenesses by
the share of right articles first, the confidence as a logistic regression with five question variants an article, the
bar so that 95 of 100 questions without an article are rejected there. The figures that are reported come from other
questions about other articles (`python -m bench knowledge`).
"""

import math
from dataclasses import dataclass

ACCEPT = {"en": 0.65, "zh": 0.7}
"""Below this confidence, the answer is "I don't know". By language: on Chinese development questions 0.65 lets more
questions pass that no article answers (94 % rejected, 96 % at 0.7, for 62.5 and 60.9 % right answers)."""


@dataclass(frozen=True)
class Weights:
    """How one language is weighed."""

    likeness: tuple[float, float, float, float]
    """By meaning of the best sentence and of all together, by words of the best sentence and of the whole article."""
    score: float
    ahead: float
    """Of the distance to the runner-up."""
    constant: float

    def confidence(self, score: float, ahead: float) -> float:
        """Return the probability, 0-1, that the candidate is right."""
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, self.score * score + self.ahead * ahead + self.constant))))


WEIGHTS = {
    "en": Weights((0.0, 0.0, 0.5, 0.5), 14.0, 6.0, -6.0),
    "en by meaning": Weights((0.38, 0.6, 0.0, 0.02), 9.23, 13.25, -5.53),
    "zh": Weights((0.0, 0.0, 0.45, 0.55), 14.0, 6.0, -6.0),
    "zh by meaning": Weights((0.38, 0.44, 0.03, 0.15), 7.49, 17.23, -4.8),
}
"""Without an encoder (words alone) they are chosen, not fitted: only what shares most of its words is answered."""
