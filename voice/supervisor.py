"""Who supervises one talk: the phone, what it does there, and what its keys order."""

from collections.abc import Mapping
from dataclasses import dataclass

from voice.agent_call import AgentLeg
from voice.hearing import Mode, Monitor

MODES: Mapping[str, Mode] = {"1": "listen", "2": "whisper", "3": "barge"}
"""By key."""
TAKES_OVER = "4"


@dataclass
class Supervisor:
    """One, from the call to the phone on."""

    leg: AgentLeg
    mode: Mode

    def monitor(self, agent: int) -> Monitor | None:
        """Return whom the supervisor hears, and is heard by, beside the stream `agent`; None until they answer."""
        return Monitor(self.leg.stream.number, agent, self.mode) if self.leg.up else None
