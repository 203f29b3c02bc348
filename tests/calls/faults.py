"""What the tests of faults share: a caller at an address of their own, and what the robot told them."""

from typing import Any

from tests.live_server import call_id_of, notes, until
from voice.server_process import ServerProcess
from voice.synthetic_caller import SyntheticCaller

CALLERS = "127.0.0.68"


def caller_of(server: ServerProcess, number: str) -> SyntheticCaller:
    return SyntheticCaller(server.sip, CALLERS, number=number)


def told(server: ServerProcess, call: str, words: str, since: int = 0) -> list[dict[str, Any]]:
    """Return the robot's turns of a call since line `since` that hold these words."""
    robot = notes(server, "TurnTaken", since, call=call, speaker="robot")
    return [turn for turn in robot if words in turn["text"]]


async def presses_one_and_is_told_the_hours(server: ServerProcess, caller: SyntheticCaller) -> None:
    since = len(server.lines)
    await caller.key("1")
    call = await call_id_of(server, caller.number)
    await until(lambda: told(server, call, "nine to six", since), "the opening hours")
    assert await caller.wait_until_robot(speaks=True, steady=0.1), "the hours are not heard"
