"""`hotline demo` as a newcomer sees it: a server of its own, a real call, the conversation printed, exit code 0."""

import wave
from pathlib import Path

import pytest

from voice.demo import demo

pytestmark = [pytest.mark.call, pytest.mark.asyncio(loop_scope="session")]
CONVERSATION = (
    "(the robot answers)",
    "robot   Hello, and welcome to Hotline.",
    "(understood as: services)",
    "robot   I'm glad you ask.",
    "(understood as: order)",
    "[the robot is interrupted]",
    "robot   Please tell me your order number",
    "caller  presses 4 2 7 1 0 6",
    "caller  presses 1",
    "robot   Thank you. Your order is on its way",
    "(understood as: goodbye)",
    "robot   Thank you for calling. Goodbye!",
    "(the call is over: robot-hung-up)",
    "Voice to voice, goodbye:",
    "The robot fell silent",
    "Recording ",
)
"""What has to be printed, in this order, other lines in between."""


def seconds_of(recording: str) -> float:
    with wave.open(recording, "rb") as file:
        return file.getnframes() / file.getframerate()


async def test_the_demo_has_its_whole_conversation_and_prints_it(tmp_path: Path) -> None:
    printed: list[str] = []
    code = await demo(tmp_path, printed.append)
    everything = "\n".join(printed)
    assert code == 0, everything
    place = 0
    for part in CONVERSATION:
        found = everything.find(part, place)
        assert found >= 0, f"'{part}' is missing, or not where it belongs, in:\n{everything}"
        place = found + len(part)
    [recording] = [line.split()[1] for line in printed if line.startswith("Recording ")]
    assert Path(recording).is_relative_to(tmp_path)
    assert seconds_of(recording) > 20
