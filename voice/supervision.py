"""A supervisor in somebody's talk: listens, whispers to the agent alone, breaks in, takes over; by API and by keys.

The supervisor's phone is called beside the caller's stream, so that the media worker lets it hear both. The recording
has what the caller hears: a supervisor is on it only after breaking in.
"""

from dataclasses import dataclass

from models.errors import Refused
from voice.agent_call import AgentLeg
from voice.hearing import Mode
from voice.people import Shown, Where
from voice.phones import Phones

RINGS_S = 20.0


@dataclass(frozen=True)
class Running:
    """A talk that can be supervised."""

    call_id: str
    agent: Where
    supervisor: Where | None


class Supervision:
    """The supervisor's verbs; all of them raise `CannotDo` where the call has no talk now."""

    def __init__(self, phones: Phones) -> None:
        self._phones = phones

    def talks(self) -> list[Running]:
        """Return the talks that run."""
        return [
            Running(talk.call_id, talk.agent.where, talk.supervisor.leg.where if talk.supervisor else None)
            for talk in self._phones.talks.values()
        ]

    def talk_of(self, agent: Where) -> Running | None:
        """Return the talk that somebody's phone is in, None where there is none."""
        return next((running for running in self.talks() if running.agent == agent), None)

    def call(self, call_id: str, supervisor: Where, mode: Mode = "listen") -> AgentLeg:
        """Call a supervisor's phone into a talk; await `answered` of what is returned."""
        talk = self._phones.talk(call_id)
        if talk.supervisor is not None:
            raise Refused("Somebody supervises this talk already.", "orders.supervised")
        if talk.agent.where == supervisor:
            raise Refused("That is the phone of the agent who talks; name your own.", "orders.agents_phone")
        leg = talk.guest.call(supervisor, Shown(talk.guest.caller.number, "supervision"), RINGS_S)
        talk.watched_by(leg, mode)
        return leg

    def change(self, call_id: str, mode: Mode) -> None:
        """Listen, whisper to the agent, or talk with both from now on."""
        self._phones.talk(call_id).watched(mode)

    def take_over(self, call_id: str) -> None:
        """The supervisor has the caller from now on; the agent is hung up."""
        self._phones.talk(call_id).taken_over()

    def leave(self, call_id: str) -> None:
        """Hang up the supervisor; the talk goes on."""
        self._phones.talk(call_id).unwatched()
