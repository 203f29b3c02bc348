"""Who hears whom in a talk of two or three. Pure.

Parties are numbered by their streams. Those who talk hear each other; who is held by somebody's phone, or isn't
talked to, hears music; who keys for somebody still ringing hears that it rings.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

Sound = Literal["", "music", "ringing"]


@dataclass(frozen=True)
class Heard:
    """What one party hears."""

    sources: tuple[int, ...] = ()
    """Whose voices."""
    sound: Sound = ""
    """What is played."""


Mode = Literal["listen", "whisper", "barge"]
"""What a supervisor does: hears both, is heard by the agent too, or by both."""


@dataclass(frozen=True)
class Monitor:
    """A supervisor in the talk."""

    stream: int
    agent: int
    """Who is whispered to."""
    mode: Mode


def heard(
    parties: Collection[int], talking: Collection[int], away: Collection[int], monitor: Monitor | None = None
) -> Mapping[int, Heard]:
    """Return what each of `parties` hears.

    `talking`: who is meant to hear each other; with only one, that one waits for somebody who rings. `away`: whose
    phones put us on hold: they are neither heard nor hear anything.
    """
    if monitor is not None and monitor.mode == "barge":
        talking, monitor = {*talking, monitor.stream}, None
    found: dict[int, Heard] = {}
    for party in parties:
        others = tuple(other for other in talking if other != party)
        present = tuple(other for other in others if other not in away)
        if party in away:
            found[party] = Heard()
        elif monitor is not None and party == monitor.stream:
            found[party] = Heard(present)
        elif party not in talking or (others and not present):
            found[party] = Heard(sound="music")
        elif not others:
            found[party] = Heard(sound="ringing")
        else:
            found[party] = Heard(present)
    if monitor is not None and monitor.mode == "whisper" and monitor.stream not in away:
        before = found.get(monitor.agent, Heard())
        if monitor.stream in found and monitor.agent not in away:
            found[monitor.agent] = Heard((*before.sources, monitor.stream), before.sound)
    return found
