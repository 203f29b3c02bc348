"""What befalls the speech worker that attends to a stream."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SpeechLost:
    """The speech worker died or hung: what was being said is lost; keypad goes on. A new worker may come."""

    reason: str


@dataclass(frozen=True)
class SpeechBack:
    """A speech worker serves this stream (again): say `Listen` again."""
