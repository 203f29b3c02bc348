"""What the demo prints of a call, and when it says that it failed."""

from pathlib import Path
from typing import Any

import pytest

from voice.demo import ORDER_NUMBER, Story, missing


@pytest.fixture
def printed() -> list[str]:
    return []


@pytest.fixture
def story(printed: list[str]) -> Story:
    story = Story(printed.append)
    story.live = True
    return story


def turn(number: int, speaker: str, text: str, **more: Any) -> dict[str, Any]:
    return {"note": "TurnTaken", "number": number, "speaker": speaker, "text": text, "start_s": 3.2, "end_s": 5, **more}


def test_a_turn_told_twice_is_printed_once(story: Story, printed: list[str]) -> None:
    story.feed(turn(1, "robot", "Hello."))
    story.feed(turn(1, "robot", "Hello."))
    assert printed == ["   3.2 s  robot   Hello."]


def test_an_interruption_is_printed_when_it_is_known(story: Story, printed: list[str]) -> None:
    story.feed(turn(2, "robot", "A long story."))
    story.feed(turn(2, "robot", "A long", interrupted=True))
    assert printed[-1] == "         [the robot is interrupted]"


def test_keys_are_printed_as_keys(story: Story, printed: list[str]) -> None:
    story.feed(turn(3, "caller", "427", digits="427"))
    assert printed == ["   3.2 s  caller  presses 4 2 7"]


def a_good_record(directory: Path) -> dict[str, Any]:
    recording = directory / "call.wav"
    recording.write_bytes(b"RIFF")
    said = {"interrupted": False, "digits": "", "intent": ""}
    return {
        "cause": "robot-hung-up",
        "recording": str(recording),
        "turns": [
            {**said, "speaker": "caller", "text": "What can you do for me?", "intent": "services"},
            {**said, "speaker": "robot", "text": "I'm glad you ask", "interrupted": True},
            {**said, "speaker": "caller", "text": "Actually, where's my order?", "intent": "order"},
            {**said, "speaker": "caller", "text": ORDER_NUMBER, "digits": ORDER_NUMBER, "intent": "order"},
            {**said, "speaker": "caller", "text": "No, thank you. Goodbye.", "intent": "goodbye"},
        ],
    }


def test_the_conversation_as_meant_lacks_nothing(tmp_path: Path) -> None:
    assert missing(a_good_record(tmp_path)) == []


@pytest.mark.parametrize("index", range(5))
def test_each_turn_that_did_not_happen_is_named(tmp_path: Path, index: int) -> None:
    record = a_good_record(tmp_path)
    del record["turns"][index]
    assert len(missing(record)) == 1


@pytest.mark.parametrize("cause", ["caller-hung-up", "rtp-silent", None])
def test_a_caller_whom_the_robot_never_hung_up_on_is_a_failure(tmp_path: Path, cause: str | None) -> None:
    [lack] = missing(a_good_record(tmp_path) | {"cause": cause})
    assert f"'{cause}'" in lack
