"""What a peer hears when it hears several: sums with saturation."""

import audioop
from collections.abc import Sequence
from typing import Protocol

from voice.media.codec import SILENCE


class Heard(Protocol):
    """Anything with this tick's 20 ms of 16-bit linear audio."""

    heard: bytes


def mix(played: bytes | None, sources: Sequence[Heard]) -> bytes:
    """Return the sum of what is played and what the sources say; `SILENCE` itself where nothing is to be heard."""
    mixed = SILENCE if played is None else played
    for source in sources:
        heard = source.heard
        if heard is not SILENCE:
            mixed = heard if mixed is SILENCE else audioop.add(mixed, heard, 2)
    return mixed
