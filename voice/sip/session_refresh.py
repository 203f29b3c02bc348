"""Session timers (RFC 4028): whether a call must be refreshed, by whom, and when it has expired. Pure."""

from dataclasses import dataclass
from typing import Literal

from voice.sip.message import Request, Response

SHORTEST = 90
"""Seconds: the least interval that section 4 lets us accept."""


@dataclass(frozen=True)
class TooBrief:
    """The interval asked for is below `SHORTEST`: 422 with Min-SE."""


@dataclass(frozen=True)
class Interval:
    seconds: int
    refresher: Literal["us", "peer"]

    @property
    def refresh_after(self) -> float:
        """Seconds until we refresh, where that is ours to do (section 7.2)."""
        return self.seconds / 2

    @property
    def expires_after(self) -> float:
        """Seconds until we give the peer up for lost (section 10)."""
        return self.seconds - min(32.0, self.seconds / 3)


def asked(request: Request) -> Interval | TooBrief | None:
    """What an INVITE or UPDATE asks for; None where it asks for nothing."""
    found = _read(request.first("Session-Expires"))
    if found is None:
        return None
    seconds, refresher = found
    supported = "timer" in [option.lower() for option in request.listed("Supported")]
    if seconds < SHORTEST:
        # A peer that doesn't know timers can't make sense of 422; an interval of ours is as good as its proxy's.
        if supported:
            return TooBrief()
        seconds = SHORTEST
    return Interval(seconds, "peer" if supported and refresher != "uas" else "us")


def granted(response: Response) -> Interval | None:
    """What the 2xx to a request of ours settles: the refresher "uac" is us."""
    found = _read(response.first("Session-Expires"))
    if found is None:
        return None
    seconds, refresher = found
    return Interval(max(seconds, SHORTEST), "peer" if refresher == "uas" else "us")


def answered(interval: Interval | None) -> list[tuple[str, str]]:
    """Headers of our 2xx to the request that asked for `interval`."""
    if interval is None:
        return []
    if interval.refresher == "peer":
        return [("Require", "timer"), ("Session-Expires", f"{interval.seconds};refresher=uac")]
    return [("Session-Expires", f"{interval.seconds};refresher=uas")]


def kept_up(interval: Interval | None) -> list[tuple[str, str]]:
    """Headers of a re-INVITE or UPDATE of ours within a session that has an interval."""
    if interval is None:
        return []
    who = "uac" if interval.refresher == "us" else "uas"
    return [("Session-Expires", f"{interval.seconds};refresher={who}")]


def _read(value: str) -> tuple[int, str] | None:
    head, _, tail = value.partition(";")
    head = head.strip()
    if not (head.isascii() and head.isdecimal()):
        return None
    parameters = [part.strip().lower().replace(" ", "") for part in tail.split(";")]
    refresher = next((part.removeprefix("refresher=") for part in parameters if part.startswith("refresher=")), "")
    return min(int(head), 86_400), refresher
