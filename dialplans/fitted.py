"""The numbers that understanding goes by, fitted to an encoder: another encoder has other likenesses. Pure data.

Each language has two encoders. Where the background covers all of a flow's intents, the published ones tell them
(MiniLM or Google's, and e5), which mishearings disturb less; else those that learned what callers of many trades say
(mpnet; in Chinese e5, which mpnet taught, beside Google's): by them an intent's own examples tell as much.
"""

from dataclasses import dataclass

from dialplans.nearness import Choice


@dataclass(frozen=True)
class Bounds:
    """Least confidences by which an intent is taken: most is right, few wrong on the development sentences."""

    covered: float
    """Of a flow whose intents the background covers, all of them."""
    uncovered: float
    """Of an intent that it doesn't cover: about one in twenty sentences of the trades is taken for a wrong intent from
    here on, though they are hard (`bench/trades.py`)."""
    beside: float
    """Of one that it covers where it doesn't cover all: so that what is meant for those isn't taken for this."""


@dataclass(frozen=True)
class Fitted:
    """What was fitted to one encoder."""

    near: float
    """Mean likeness of a background's topic to an intent's nearest examples, from which on it may be that intent."""
    far: float
    """A topic that is less like every intent is something else."""
    choice: Choice
    """All but its last worked out by `python -m bench trades --fit`."""
    confidence: tuple[float, float, float, float]
    """Logistic regression over `Understanding.evidence`, constant first: `python -m bench.intents --fit`."""
    bounds: Bounds
    surer: bool
    """Whether of an intent that the background covers the surer of both judges counts, not the background's."""
    brief: float = -1.0
    """Likeness to an example of an intent that is asked of a text of few words besides: little said resembles much."""


FITTED: dict[str, Fitted] = {
    "minilm + e5": Fitted(
        near=0.24,
        far=0.18,
        choice=Choice(4.04, 19.21, -3.57, 2.66, 17.65, -4.93, least=0.2),
        confidence=(-1.79, 11.32, 5.98, 3.47),
        bounds=Bounds(covered=0.4, uncovered=0.6, beside=0.7),
        surer=False,
    ),
    "mpnet": Fitted(
        near=0.3,
        far=0.22,
        choice=Choice(7.73, 20.21, -7.2, 1.72, 13.47, -2.03, least=0.28),
        confidence=(-1.84, 8.79, 3.72, 2.32),
        bounds=Bounds(covered=0.65, uncovered=0.65, beside=0.65),
        surer=True,
    ),
    "universal + e5": Fitted(
        near=0.24,
        far=0.18,
        choice=Choice(6.48, 17.97, -3.95, 2.99, 15.57, -3.45, least=0.2),
        confidence=(-0.06, 8.27, 5.08, -3.56),
        bounds=Bounds(covered=0.4, uncovered=0.6, beside=0.7),
        surer=False,
    ),
    "universal + tuned e5": Fitted(
        near=0.32,
        far=0.22,
        choice=Choice(7.89, 18.59, -6.5, 2.85, 15.4, -3.16, least=0.2),
        confidence=(0.2, 8.14, 5.13, -3.97),
        bounds=Bounds(covered=0.65, uncovered=0.65, beside=0.65),
        surer=True,
        brief=0.42,
    ),
}
"""By the encoder's name."""


def fitted_to(encoder: str) -> Fitted:
    """Return what was fitted to the encoder of that name, or what does for one that nobody fitted anything to."""
    return FITTED.get(encoder, FITTED["universal + e5"])
