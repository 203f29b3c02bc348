"""What happens to a call, as values: published in process, then written to the database.

Each note is whole in itself and can be written twice without harm, so a spool of them may be replayed. Times named
`at` are Unix seconds (UTC); times named `_s` are seconds from the recording's first sample.
"""

from typing import Any, Literal

import msgspec

Direction = Literal["inbound", "outbound"]
Speaker = Literal["caller", "robot", "agent"]


class Note(msgspec.Struct, tag=True, frozen=True, omit_defaults=True):
    """Anything that is told about one call."""

    call_id: str


class CallBegan(Note, frozen=True):
    at: float
    direction: Direction
    caller: str
    called: str
    origin: str = ""
    """Who brought it: "trunk telecom-a", "user anna", "unknown 192.0.2.7:5060"."""
    language: str = ""
    flow: str = ""
    flow_version: str = ""
    sip_call_id: str = ""


class CallSettled(Note, frozen=True):
    """What turned out after the beginning; None leaves as it was."""

    language: str | None = None
    flow: str | None = None
    flow_version: str | None = None


class CallAnswered(Note, frozen=True):
    at: float


class LegBegan(Note, frozen=True):
    """A further leg of the call, such as an agent's; the first one begins with the call."""

    leg: int
    sip_call_id: str = ""


class TurnTaken(Note, frozen=True):
    """Somebody said (or keyed) something; written again under the same number it replaces the former."""

    number: int
    speaker: Speaker
    text: str
    start_s: float
    end_s: float
    intent: str = ""
    confidence: float | None = None
    """0-1; None where nothing was to be understood."""
    interrupted: bool = False
    language: str = ""
    digits: str = ""
    timings: dict[str, float] = {}
    """Milliseconds a stage, such as endpoint_ms, decode_ms, answer_ms."""


class TurnChanged(Note, frozen=True):
    """What became of a turn that is written already; None leaves as it was."""

    number: int
    text: str | None = None
    end_s: float | None = None
    interrupted: bool | None = None
    intent: str | None = None
    confidence: float | None = None
    timings: dict[str, float] | None = None


class EventHappened(Note, frozen=True):
    event_id: str
    """Sorts in the order of happening; the same event is written once."""
    at: float
    name: str
    data: dict[str, Any] = {}
    leg: int = 0
    leg_state: str = ""
    """Where the event moved a leg, its new state."""


class RecordingMade(Note, frozen=True):
    path: str
    started_at: float | None = None
    seconds: float | None = None
    note: str = ""
    """Why it ended early or is missing; "" where all is well."""


class MediaMeasured(Note, frozen=True):
    leg: int
    figures: dict[str, Any]


class SpeechHeard(Note, frozen=True):
    """Somebody is being heard, or was; what was said is a turn. Published to who watches calls, never written."""

    speaker: Speaker
    start_s: float
    end_s: float | None = None
    """None while it goes on."""


class CallEnded(Note, frozen=True):
    at: float
    cause: str
    code: int = 0
    """Final SIP code where there was one."""
    words: str = ""
    seconds: float | None = None
    """From the answer to the end by a clock that doesn't jump; None where it wasn't answered."""


CallNote = (
    CallBegan
    | CallSettled
    | CallAnswered
    | LegBegan
    | TurnTaken
    | TurnChanged
    | EventHappened
    | RecordingMade
    | MediaMeasured
    | CallEnded
)
