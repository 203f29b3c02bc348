"""The board of campaigns in the browser: what its rows say of a campaign whose circuit breaker is open."""

from typing import Any

from console.pages import campaigns
from console.phrases import Phrases


class Said:
    """A visit that only says things, in English."""

    def __init__(self) -> None:
        self.phrases = Phrases.load()

    def say(self, key: str, **fields: object) -> str:
        return self.phrases.say("en", key, **fields)


def test_an_open_breaker_is_marked_and_has_its_reason() -> None:
    visit: Any = Said()
    why = "the circuit breaker is open: failures jumped"
    one = {
        "name": "autumn", "state": "tripped", "mode": "robot", "leads": {"new": 3}, "running": 0, "day": {},
        "abandoned_percent": 0.0, "cap_percent": 3.0, "live": {"ringing": 0, "talking": 0, "why": why},
    }  # fmt: skip
    row = campaigns._campaign(visit, one)
    assert row["cells"]["state"] == "tripped: too many failures"
    assert row["classes"]["state"] == "bad"
    assert row["cells"]["why"] == why
    assert "resume" in row["actions"]
