"""What a call tells its stream and its record."""

from pathlib import Path

import pytest

from models.call_log import CallLog
from models.call_note import CallNote, EventHappened
from voice.call import Call
from voice.line import MediaPlan, Origin
from voice.loopback import LoopbackDialog
from voice.media.media_protocol import SetRemote, StreamFigures, ToMedia

NAMED = "198.51.100.20"


class Stream:
    number, address, port = 1, "192.0.2.1", 20000

    def __init__(self) -> None:
        self.told: list[ToMedia] = []

    def tell(self, message: ToMedia) -> None:
        self.told.append(message)

    async def close(self) -> StreamFigures:
        return StreamFigures()


async def remote(origin: Origin, directory: Path, named: str = NAMED) -> tuple[SetRemote, list[str]]:
    """Return where a call's audio goes when its SDP names `named`:4000, and the events on record."""
    log = CallLog("sqlite://", directory)
    notes: list[CallNote] = []
    log.events.subscribe(notes.append)
    dialog, stream = LoopbackDialog(), Stream()
    dialog.origin = origin
    dialog.negotiate = lambda address, port: MediaPlan(named, 4000, "PCMU", 0)
    call = Call(dialog, log, directory)
    call.begin()
    await call.answer(stream)
    (told,) = [message for message in stream.told if isinstance(message, SetRemote)]
    return told, [note.name for note in notes if isinstance(note, EventHappened)]


@pytest.mark.parametrize(
    "origin",
    [
        Origin("unknown", "", f"{NAMED}:5060"),
        Origin("trunk", "a", "203.0.113.5:5060"),
        Origin("user", "anna", "192.168.1.9:40000"),
        Origin("trunk", "a", "[2001:db8::5]:5060"),
    ],
)
async def test_audio_goes_at_once_where_a_peer_may_say(origin: Origin, tmp_path: Path) -> None:
    told, events = await remote(origin, tmp_path)
    assert (told.address, told.port, told.learn) == (NAMED, 4000, True)
    assert events == []


@pytest.mark.parametrize(
    ("origin", "named"),
    [
        (Origin("unknown", "", "203.0.113.5:5060"), NAMED),
        (Origin("user", "anna", "203.0.113.5:40000"), "192.168.1.9"),
        (Origin("trunk", "a", "203.0.113.5:5060"), "127.0.0.1"),
        (Origin("trunk", "a", ""), NAMED),
    ],
)
async def test_elsewhere_it_goes_after_the_peers_first_packet_and_the_record_says_so(
    origin: Origin, named: str, tmp_path: Path
) -> None:
    told, events = await remote(origin, tmp_path, named)
    assert (told.address, told.port, told.direction, told.learn) == ("", 4000, "sendrecv", True)
    assert events == ["address-unproven"]
