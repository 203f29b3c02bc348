"""When somebody was heard on the wire: onsets, ends and silences in the packets of one direction, by their times.

A packet counts as speech from `AUDIBLE` on; its time is when it passed the wire, not when its sound was made.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from voice.synthetic_caller import Frame

AUDIBLE = 200
"""RMS of 16-bit samples (-44 dBov): above the noise of a quiet line, below the softest end of a word."""


@dataclass(frozen=True)
class Stretch:
    """Unbroken speech: its first and its last audible packet, seconds."""

    began: float
    ended: float


def stretches(frames: Sequence[Frame], pause: float = 0.5) -> list[Stretch]:
    """Return what is audible in `frames`, joined over pauses shorter than `pause` seconds, in order of time."""
    found: list[Stretch] = []
    for at in sorted(frame.at for frame in frames if frame.level >= AUDIBLE):
        if found and at - found[-1].ended < pause:
            found[-1] = Stretch(found[-1].began, at)
        else:
            found.append(Stretch(at, at))
    return found


def first_audible(frames: Sequence[Frame], after: float, before: float = float("inf")) -> float | None:
    """Return when something was first audible between two times, or None."""
    return min((f.at for f in frames if after < f.at < before and f.level >= AUDIBLE), default=None)


def last_audible(frames: Sequence[Frame], after: float, before: float) -> float | None:
    """Return when something was last audible between two times, or None."""
    return max((f.at for f in frames if after < f.at < before and f.level >= AUDIBLE), default=None)


def silent_from(frames: Sequence[Frame], after: float, pause: float = 0.5) -> float | None:
    """Return when the speech that was on at `after` fell silent for `pause` seconds; None where none was on."""
    for stretch in stretches(frames, pause):
        if stretch.began <= after <= stretch.ended:
            return stretch.ended
    return None


def longest_gap(frames: Sequence[Frame], after: float = 0.0, before: float = float("inf")) -> float:
    """Return the longest time between two packets that followed each other, seconds."""
    times = [frame.at for frame in frames if after <= frame.at <= before]
    return max((b - a for a, b in itertools.pairwise(times)), default=0.0)
