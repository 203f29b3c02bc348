"""What the log says of a call."""

import io
import json
import logging

import pytest

from models import call_story
from models import log as logs
from models.call_note import CallBegan, EventHappened, TurnTaken
from models.event import Events
from models.settings import LogSettings


@pytest.fixture
def written():
    """What a JSON log has after notes were published: a function of (notes, personal)."""
    root = logging.getLogger()
    before = root.handlers[:], root.level

    def write(notes, personal):
        stream = io.StringIO()
        logs.set_up(LogSettings(format="json", personal=personal), stream)
        events = Events()
        call_story.tell(events)
        for note in notes:
            events.publish(note)
        return [json.loads(line) for line in stream.getvalue().splitlines()]

    yield write
    logs.set_up(LogSettings(), io.StringIO())
    root.handlers[:], root.level = before


NOTES = [
    CallBegan("c1", 1.0, "inbound", "+4915112345678", "hotline", flow="reception"),
    TurnTaken("c1", 1, "caller", "my name is Ada", 1.0, 2.5, intent="greet", confidence=0.9),
]


def test_numbers_and_words_are_masked_in_message_and_fields(written):
    text = json.dumps(written(NOTES, personal=False))
    assert "4915112345" not in text
    assert "Ada" not in text


def test_a_key_is_masked_whatever_note_tells_of_it(written):
    pressed = EventHappened("c1", "e1", 2.0, "key", {"digit": "7", "way": "rtp"})
    assert written([pressed], personal=True)[0]["data"] == {"digit": "7", "way": "rtp"}
    (line,) = written([pressed], personal=False)
    assert line["data"]["way"] == "rtp"
    assert "7" not in str(line["data"])


def test_what_the_caller_told_before_a_handover_is_masked(written):
    told = {"verb": "transfer", "target": "desk", "summary": "my name is Ada"}
    (line,) = written([EventHappened("c1", "e1", 2.0, "handover", told)], personal=False)
    assert line["data"]["target"] == "desk"
    assert "Ada" not in str(line)


def test_each_note_is_one_line_with_its_fields(written):
    began, turn = written(NOTES, personal=True)
    assert (began["call"], began["note"], began["caller"]) == ("c1", "CallBegan", "+4915112345678")
    assert (turn["note"], turn["number"], turn["text"], turn["intent"]) == ("TurnTaken", 1, "my name is Ada", "greet")
    assert turn["message"] == '< 1.0-2.5 s caller: "my name is Ada" -> greet 0.90'
