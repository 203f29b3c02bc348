"""What a command says to the running server and hears from it: msgpack structs, each behind a 4-byte length.

One order a connection, on a Unix socket in the data directory. The server first says `Hello`, then takes one `Order`,
tells `News` as there are any, and closes with `Done` or `Refused`. A floor with an order of its own adds its struct
here; what carries it out is bound by `server.py` (`models.control_desk`), so that no floor imports the server.
"""

from pathlib import Path

import msgspec

VERSION = 1
SOCKET = "control.sock"
"""Its name in the data directory."""
Fact = str | int | float | bool | None
Facts = dict[str, Fact]


def short_path(directory: int) -> str:
    """Return a path of the socket in an open `directory` (its descriptor): a long one wouldn't fit 108 bytes."""
    return f"/proc/self/fd/{directory}/{SOCKET}"


def socket_path(directory: Path) -> Path:
    """Return where the socket of the server with this data directory is."""
    return directory / SOCKET


# -- from the command --------------------------------------------------------------------------------------


class Order(msgspec.Struct, tag=True):
    """Anything that a command asks of the server."""


class PlaceCall(Order):
    """Call `number`; when it is answered, a flow talks. News: placed, ringing, answered, turn, ended."""

    number: str
    flow: str = ""
    """Name of a flow, or path of its file; empty: the one that answers our own number."""
    trunk: str = ""
    """Empty: the first trunk that can."""
    caller: str = ""
    """Our number as the called side sees it, unless the trunk has a caller_number."""
    until: str = "answered"
    """When it is done: "answered", or "ended"."""


class HangUpCall(Order):
    """End a running call."""

    call: str
    """Its id, or the beginning of it."""


class OrderTalk(Order):
    """Do in a running talk with an agent what the agent could key."""

    call: str
    """Id of the caller's call, or its beginning."""
    order: str
    """blind, consult, swap, complete, back, conference or hold."""
    number: str = ""
    """For blind and consult: whom."""


class SuperviseTalk(Order):
    """Call a supervisor into a running talk, or have the one who is there do something else."""

    call: str
    """Id of the caller's call, or its beginning."""
    mode: str
    """listen, whisper, barge, take-over or leave."""
    user: str = ""
    """Whose phone is called; empty: the one who is there already."""


class TakeUpFlow(Order):
    """Give new calls what is published now under this name. News: prompts."""

    name: str


class TakeUpQueues(Order):
    """Go by the agents, queues and shifts that the database has now."""


class TakeUpLines(Order):
    """Go by the lines that the database has now."""


class AskLine(Order):
    """Ask a line's trunk now whether it is well, by OPTIONS."""

    name: str


class TakeUpCampaigns(Order):
    """Do what the database says now that campaigns are to do."""


class AskCampaign(Order):
    """Tell how a campaign is being dialled right now."""

    name: str


class Preview(Order):
    """Show an agent the next lead of a preview campaign, or do with the one that is shown as the agent decided."""

    campaign: str
    agent: str
    """Extension."""
    do: str = "next"
    """"next" (what is shown stays, where something is), "call" or "skip"."""
    minutes: float = 60.0
    """For which a skipped lead isn't shown again."""


class CancelCallback(Order):
    """Call somebody back no more."""

    id: str


class SetAgentState(Order):
    """Make an agent ready, paused or offline, as soon as that can be."""

    extension: str
    state: str
    """ready, paused or offline."""
    reason: str = ""


class DisposeTalk(Order):
    """Keep what an agent says became of the last talk."""

    extension: str
    code: str


# -- from the server ---------------------------------------------------------------------------------------


class Hello(msgspec.Struct, tag=True):
    version: int
    pid: int


class News(msgspec.Struct, tag=True):
    """How the order goes."""

    name: str
    sentence: str
    """For a person."""
    facts: Facts = {}
    """For scripts."""


class Done(msgspec.Struct, tag=True):
    """The order is carried out."""

    sentence: str
    facts: Facts = {}


class Refused(msgspec.Struct, tag=True):
    """It can't be."""

    sentence: str
    facts: Facts = {}
    key: str = ""
    """The sentence's phrase, whose fields are `facts`; "" for none (`models.errors.Refused`)."""


FromServer = Hello | News | Done | Refused
