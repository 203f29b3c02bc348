"""From which likeness on what is said is what is meant: bounds that belong to an encoder, not to a language. Values.

Fitted on the development parts of the bench of findings (`bench/meaning_bounds.py`).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bounds:
    """Of likenesses as one encoder finds them, what words and sounds count included."""

    alike: float = 0.48
    """From which a sentence means what an example means, unless the rule has its own."""
    expected: float = 0.0
    """In a stretch of a few seconds, where few sentences are and this one is expected, so much less is enough."""
    unlike: float = 0.0
    """By so much it must be liker to an example than to one of what isn't meant …"""
    usual: float = 0.0
    """… and than to what is said every day."""
    same: float = 0.6
    """By the encoder alone: from which an everyday sentence says the same as an example."""
    otherwise: float = 0.03
    """What is taken from the likeness of what else may have been heard."""
