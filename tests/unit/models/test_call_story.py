"""What the log says of a call."""

import io
import json
import logging

import pytest

from models import call_story
from models import log as logs
from models.call_note import CallBegan, CallEnded, EventHappened, MediaMeasured, RecordingMade, TurnTaken
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
    assert line["data"]["verb"] == "transfer"
    assert "Ada" not in str(line)


SAID = "call 4915112345678"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("handover", {"verb": "transfer", "target": SAID, "reason": SAID}),
        ("no-route", {"reason": f"No flow answers {SAID}."}),
        ("transfer-asked", {"called": SAID}),
        ("not-answered", {"reason": SAID}),
        ("ignored", {"text": SAID, "why": "echo"}),
        ("of-tomorrow", {"slots": {"number": SAID}, "names": [SAID], "unheard_of": SAID}),
    ],
)
def test_nothing_that_an_event_quotes_is_readable_whatever_its_field_is_called(written, name, data):
    event = EventHappened("c1", "e1", 2.0, name, data)
    (line,) = written([event], personal=False)
    assert "4915112345678" not in str(line)
    assert set(line["data"]) == set(data)
    assert written([event], personal=True)[0]["data"] == data


def test_what_an_event_tells_of_us_is_readable(written):
    told = {"step": "menu", "count": 2, "reason": "none of these", "seconds": 1.5, "held": True, "leg": None}
    (line,) = written([EventHappened("c1", "e1", 2.0, "no_match", told, leg=1, leg_state="up")], personal=False)
    assert (line["data"], line["leg"], line["leg_state"]) == (told, 1, "up")
    measured, ended = written(
        [MediaMeasured("c1", 1, {"packets_in": 7, "codec": "PCMU"}), CallEnded("c1", 3.0, "busy", 486, "Busy Here")],
        personal=False,
    )
    assert measured["figures"] == {"packets_in": 7, "codec": "PCMU"}
    assert (ended["cause"], ended["code"]) == ("busy", 486)


def test_each_note_is_one_line_with_its_fields(written):
    began, turn = written(NOTES, personal=True)
    assert (began["call"], began["note"], began["caller"]) == ("c1", "CallBegan", "+4915112345678")
    assert (turn["note"], turn["number"], turn["text"], turn["intent"]) == ("TurnTaken", 1, "my name is Ada", "greet")
    assert turn["message"] == '< 1.0-2.5 s caller: "my name is Ada" -> greet 0.90'


def test_the_words_of_an_end_may_be_a_peers_and_are_masked(written):
    words = "The session description has a line '+4915112345678 Ada'."
    ended = CallEnded("c1", 3.0, "bad-request", 400, words)
    (line,) = written([ended], personal=False)
    assert "15112345" not in str(line)
    assert "Ada" not in str(line)
    assert line["code"] == 400
    assert written([ended], personal=True)[0]["words"] == words


def test_a_recordings_note_stands_beside_the_kind_of_the_line(written):
    (line,) = written([RecordingMade("c1", "a.wav", note="the disk is full")], personal=False)
    assert (line["note"], line["recording_note"]) == ("RecordingMade", "the disk is full")
