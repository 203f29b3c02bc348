"""The life of a SIP dialog, from the INVITE to the BYE.

An inbound call is CALLED until our final answer; with a 200 it is ANSWERED and, once the ACK came, UP. An outbound
one is CALLING until the 200, which we acknowledge at once. Whoever ends it, however early, it is OVER.
"""

from enum import StrEnum

from models.life import Life


class State(StrEnum):
    CALLED = "called"
    CALLING = "calling"
    ANSWERED = "answered"
    UP = "up"
    OVER = "over"


class Event(StrEnum):
    PLACED = "placed"
    ANSWERED = "answered"
    ACKNOWLEDGED = "acknowledged"
    ACCEPTED = "accepted"
    ENDED = "ended"


DIALOG = Life(
    noun="dialog",
    start=State.CALLED,
    table={
        (State.CALLED, Event.PLACED): State.CALLING,
        (State.CALLED, Event.ANSWERED): State.ANSWERED,
        (State.CALLED, Event.ENDED): State.OVER,
        (State.ANSWERED, Event.ACKNOWLEDGED): State.UP,
        (State.ANSWERED, Event.ENDED): State.OVER,
        (State.CALLING, Event.ACCEPTED): State.UP,
        (State.CALLING, Event.ENDED): State.OVER,
        (State.UP, Event.ENDED): State.OVER,
    },
    ends=frozenset({State.OVER}),
)
