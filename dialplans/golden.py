"""Golden dialogues: conversations that a flow must go on having, as its author wrote them beside it.

`NAME.test.yaml` stands beside `NAME.yaml`; `golden_file.py` reads it, `replay.py` plays it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dialplans.exchange import Done
from dialplans.place import Place
from knowledge.entry import Entry

SOME_MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
"""When a dialogue takes place that doesn't say."""
HEARD = 0.95
"""How sure the recogniser is of words where the dialogue doesn't say."""


@dataclass(frozen=True)
class LookedUp:
    """What one of the company's systems answers, and what it must have been asked."""

    place: Place
    method: str = ""
    """"" for any."""
    path: str = ""
    """End of the address, its query aside unless it is written too; "" for any."""
    sends: Any = None
    """What the body of the request must hold; None for anything."""
    status: int = 200
    body: Any = None
    error: str = ""
    """Where it fails: why."""
    slow: bool = False
    """Whether "please wait" is said."""


@dataclass(frozen=True)
class Robot:
    """What the robot says next holds this: words (case and punctuation apart), or a /regular expression/."""

    place: Place
    words: str


@dataclass(frozen=True)
class Caller:
    place: Place
    text: str
    confidence: float = HEARD
    anger: float = 0.0
    language: str = ""
    """"": what it is written in."""


@dataclass(frozen=True)
class Keys:
    place: Place
    keys: str


@dataclass(frozen=True)
class Silence:
    place: Place


@dataclass(frozen=True)
class Noise:
    """Something that nobody could understand."""

    place: Place


@dataclass(frozen=True)
class Waits:
    """Who was handed over waits for somebody: the robot helps meanwhile."""

    place: Place


@dataclass(frozen=True)
class Found:
    """Somebody has the caller who waits: the robot says so, and helps no more."""

    place: Place


@dataclass(frozen=True)
class HandsOver:
    """The flow hands over, with these particulars."""

    place: Place
    particulars: Mapping[str, Any]


@dataclass(frozen=True)
class ComesBack:
    """What comes of the errand that is waited for."""

    place: Place
    done: Done


@dataclass(frozen=True)
class Expect:
    """Where the dialogue stands, by the names of EXPECTED."""

    place: Place
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class HangsUp:
    """The robot ends the call."""

    place: Place


Turn = Robot | Caller | Keys | Silence | Noise | Waits | Found | HandsOver | ComesBack | Expect | HangsUp


@dataclass(frozen=True)
class Golden:
    """One dialogue."""

    name: str
    place: Place
    turns: tuple[Turn, ...]
    language: str = ""
    caller: str = "chat"
    called: str = ""
    at: datetime = SOME_MONDAY
    variables: Mapping[str, Any] = field(default_factory=dict)
    look_ups: tuple[LookedUp, ...] = ()
    articles: tuple[Entry, ...] = ()


def is_expression(words: str) -> bool:
    """Tell whether `words` are a /regular expression/."""
    return len(words) > 2 and words.startswith("/") and words.endswith("/")
