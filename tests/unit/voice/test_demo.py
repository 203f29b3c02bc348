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
    return {
        "recording": str(recording),
        "turns": [
            {"speaker": "caller", "text": "What can you do for me?", "interrupted": False, "digits": ""},
            {"speaker": "robot", "text": "I'm glad you ask", "interrupted": True, "digits": ""},
            {"speaker": "caller", "text": "Actually, where's my order?", "interrupted": False, "digits": ""},
            {"speaker": "caller", "text": ORDER_NUMBER, "interrupted": False, "digits": ORDER_NUMBER},
        ],
    }


def test_the_conversation_as_meant_lacks_nothing(tmp_path: Path) -> None:
    assert missing(a_good_record(tmp_path)) == []


@pytest.mark.parametrize("index", range(4))
def test_each_turn_that_did_not_happen_is_named(tmp_path: Path, index: int) -> None:
    record = a_good_record(tmp_path)
    del record["turns"][index]
    assert len(missing(record)) == 1
