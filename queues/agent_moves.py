"""What the distribution does with agents, in their book: offered, answered, missed, wrapped up, paused."""

from contextlib import suppress

from models.agent import AGENT_LIFE, AgentMove, AgentState
from models.errors import CannotDo
from queues.agents import AgentBook
from queues.distribution import Distribution
from queues.distribution_events import Action, Note, Offer, PauseAgent, Summon, Withdraw, WrappedUp, WrapUp

OF_OFFERS = frozenset({AgentMove.OFFER, AgentMove.MISS, AgentMove.WITHDRAW, AgentMove.ANSWER, AgentMove.END})
"""Moves that the distribution itself brought about."""


class AgentMoves:
    """Moves the agents of one book; a move that an agent's state doesn't allow any more is left out."""

    def __init__(self, book: AgentBook) -> None:
        self._book = book

    def follow(self, action: Action, distribution: Distribution) -> None:
        """Move whom `action` of `distribution` is about."""
        match action:
            case Offer():
                for extension in action.agents:
                    self.make(extension, AgentMove.OFFER, action.call_id)
            case Summon():
                self.make(action.agent, AgentMove.OFFER, action.call_id)
            case Note(name="queue.offer-missed"):
                self.make(action.agent, AgentMove.MISS, action.call_id)
            case Note(name="queue.answered"):
                self.make(action.agent, AgentMove.ANSWER, action.call_id)
            case Withdraw():
                desk = distribution.desk(action.agent)
                if desk is None or not desk.offers:
                    self.make(action.agent, AgentMove.WITHDRAW, action.call_id)
            case WrapUp():
                desk = distribution.desk(action.agent)
                if desk is None or not desk.talks:
                    self.make(action.agent, AgentMove.END)
                    if action.seconds <= 0:
                        self.wrapped_up(action.agent)
            case WrappedUp():
                self.wrapped_up(action.agent)
            case PauseAgent():
                with suppress(CannotDo):
                    self._book.wish(action.agent, "paused", action.reason, "queues")

    def make(self, extension: str, move: AgentMove, call_id: str = "") -> None:
        """Make one move of an agent, where it is allowed now."""
        # Whose phone was lost or who logged out meanwhile is offline already: the book's word stands.
        with suppress(CannotDo):
            if AGENT_LIFE.allows(self._book.presence(extension).state, move):
                self._book.move(extension, move, call_id=call_id)

    def wrapped_up(self, extension: str) -> None:
        """End an agent's wrap-up, where there is one."""
        with suppress(CannotDo):
            if self._book.presence(extension).state is AgentState.WRAP_UP:
                self._book.wrapped_up(extension)
