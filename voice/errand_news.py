"""What an errand tells its call, by the call's own queue: values."""

from dataclasses import dataclass

from dialplans.exchange import Done


@dataclass(frozen=True)
class ErrandDone:
    """The errand of that number is over."""

    number: int
    done: Done


@dataclass(frozen=True)
class Sentence:
    """The errand of that number has this to say."""

    number: int
    text: str
