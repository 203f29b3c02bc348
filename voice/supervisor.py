"""Who supervises one talk: the phone, what it does there, and what its keys order."""

from collections.abc import Mapping
from dataclasses import dataclass

from voice.agent_call import AgentLeg, describe
from voice.hearing import Mode, Monitor

MODES: Mapping[str, Mode] = {"1": "listen", "2": "whisper", "3": "barge"}
"""By key."""
TAKES_OVER = "4"


@dataclass
class Supervisor:
    """One, from the call to the phone on."""

    leg: AgentLeg
    mode: Mode

    def turns_to(self, mode: Mode) -> dict[str, str]:
        """Do it so from now on; return what the call's record tells of it."""
        self.mode = mode
        return {"mode": mode, "who": describe(self.leg.where)}

    def monitor(self, agent: int) -> Monitor | None:
        """Return whom the supervisor hears, and is heard by, beside the stream `agent`; None until they answer."""
        return Monitor(self.leg.stream.number, agent, self.mode) if self.leg.up else None
