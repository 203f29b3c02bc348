"""Somebody whom an agent consults while the caller waits, and how the three are connected."""

from dataclasses import dataclass
from typing import Literal

from voice.agent_call import AgentLeg

Stage = Literal["consult", "caller", "three"]
"""Whom the agent talks to: the consulted person, the caller, or both at once."""


@dataclass
class Consultation:
    """One, from the number that was keyed to its end."""

    leg: AgentLeg
    number: str
    """As the agent keyed it."""
    stage: Stage = "consult"

    def talking(self, caller: int, agent: int) -> set[int]:
        """Return the streams that are to hear each other; one alone waits for somebody who rings."""
        third = {self.leg.stream.number} if self.leg.up else set()
        match self.stage:
            case "consult":
                return {agent} | third
            case "caller":
                return {caller, agent}
            case "three":
                return {caller, agent} | third
