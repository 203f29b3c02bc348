"""Calls of ours on a line in memory: who is not reached, who gives up, and what is closed after each."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from dialplans.routing import Routing, find, read_checked
from models.call_log import CallLog
from models.cause import Cause
from models.control_protocol import Done, HangUpCall, News, PlaceCall
from models.errors import CannotDo
from models.settings import DataSettings, RouteSettings, Settings, SipSettings, TrunkSettings, UserSettings
from voice.back_office import BackOffice
from voice.calling import Calling
from voice.line import Answered, HungUp, Ringing
from voice.loopback import PLAN, LoopbackDialog, LoopbackMedia
from voice.loopback_speech import LoopbackSpeech
from voice.placing import CallRefused
from voice.reception import Reception

pytestmark = pytest.mark.looptime
ANNA = UserSettings(name="anna", password="secret")
TRUNK = TrunkSettings(name="a", host="127.0.24.9", caller_number="5550100")


class Lines:
    """Trunks in memory: what happens to a call is given, as (seconds, event)."""

    def __init__(self, *events: tuple[float, object], refused: Exception | None = None) -> None:
        self.events, self.refused = events, refused
        self.dialog = LoopbackDialog("5550100", "800")
        self.lines: list[str] = []
        self.users: list[tuple[str, str]] = []

    async def call_over(self, origin, lines, number, media, sink, caller="", ring_seconds=0) -> LoopbackDialog:
        self.lines = lines
        await asyncio.sleep(0.5)
        if self.refused:
            raise self.refused
        self.dialog.attach(sink)
        for after, event in self.events:
            asyncio.get_running_loop().call_later(after, sink, event)
        return self.dialog

    async def call_user(self, user, caller, media, sink, ring_seconds=0) -> LoopbackDialog:
        self.users.append((user, caller.number))
        return await self.call_over(None, self.lines, user, media, sink)


class Hotline:
    """What places calls, with all that it stands on in memory."""

    def __init__(self, directory: Path, lines: Lines) -> None:
        settings = Settings(data=DataSettings(directory=directory), sip=SipSettings(trunks=[TRUNK], users=[ANNA]))
        speech = LoopbackSpeech(recognises=False)
        self.media = LoopbackMedia(speech.samples)
        self.log = CallLog("sqlite://", directory)
        flow = read_checked(find("reception", None))
        routing = Routing([RouteSettings(flow="reception")], {"reception": flow})
        office = BackOffice()
        self.reception = Reception(settings, self.media, speech, routing, self.log, office)
        parts = (self.media, speech, self.reception.shelf, office)
        self.calling = Calling(settings, parts, lines, routing, self.reception.running, self.log)
        self.notes: list[Any] = []
        self.log.events.subscribe(self.notes.append)
        self.news: list[str] = []
        self._run = asyncio.ensure_future(self.reception.run())

    async def tell(self, news: News) -> None:
        self.news.append(news.name)

    async def close(self) -> None:
        assert self.reception.calls == 0
        assert not self.media.streams, "a stream was left open"
        self._run.cancel()
        await asyncio.gather(self._run, return_exceptions=True)

    def cause(self) -> str:
        [cause] = [note.cause for note in self.notes if type(note).__name__ == "CallEnded"]
        return str(cause)


async def test_who_may_not_be_called_is_not_called_by_hand(tmp_path: Path) -> None:
    lines = Lines((0.1, Ringing()), (2, Answered(PLAN)), (9, HungUp(Cause.CALLER_HUNG_UP)))
    hotline = Hotline(tmp_path, lines)
    await asyncio.sleep(0)
    asked: list[str] = []

    async def forbids(number: str) -> str:
        asked.append(number)
        return f"{number} is on the list."

    hotline.calling.forbids = forbids
    with pytest.raises(CannotDo, match="800 is on the list"):
        await hotline.calling.place(PlaceCall("800"), hotline.tell)
    assert (lines.lines, hotline.news, hotline.notes) == ([], [], [])
    await hotline.calling.place(PlaceCall("anna", until="ended"), hotline.tell)
    asked_for_it = read_checked(find("reception", None))
    await hotline.calling.place(PlaceCall("801", until="ended"), hotline.tell, asked_for_it)
    assert asked == ["800"]
    await asyncio.sleep(0.1)
    await hotline.close()


async def test_who_answers_is_talked_to_until_they_hang_up(tmp_path: Path) -> None:
    hotline = Hotline(tmp_path, Lines((0.1, Ringing()), (2, Answered(PLAN)), (9, HungUp(Cause.CALLER_HUNG_UP))))
    await asyncio.sleep(0)
    done = await hotline.calling.place(PlaceCall("800", until="ended"), hotline.tell)
    assert isinstance(done, Done)
    assert (done.facts["answered"], done.facts["cause"]) == (True, "caller-hung-up")
    assert hotline.news[:3] == ["placed", "ringing", "answered"]
    assert "turn" in hotline.news
    began = hotline.notes[0]
    assert (began.direction, began.caller, began.called, began.flow) == ("outbound", "5550100", "800", "reception")
    await asyncio.sleep(0.1)
    await hotline.close()


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        (Lines(refused=CallRefused("Line 'a' refused the call (486): busy.", Cause.BUSY, 486)), "busy"),
        (Lines(refused=CannotDo("Line 'a' is full.")), "line-unreachable"),
        (Lines((0.1, Ringing()), (20, HungUp(Cause.NO_ANSWER, by_us=True))), "no-answer"),
        (Lines((0.1, Ringing()), (3, HungUp(Cause.DECLINED, 603, "no"))), "declined"),
    ],
)
async def test_who_does_not_answer_has_a_cause_and_leaves_nothing_open(
    tmp_path: Path, lines: Lines, cause: str
) -> None:
    hotline = Hotline(tmp_path, lines)
    await asyncio.sleep(0)
    with pytest.raises(CannotDo, match=rf"800 was not reached \({cause}\): "):
        await hotline.calling.place(PlaceCall("800"), hotline.tell)
    assert hotline.cause() == cause
    assert hotline.news[-1] == "failed"
    await asyncio.sleep(0.1)
    await hotline.close()


@pytest.mark.parametrize(
    ("order", "users", "lines", "shown"),
    [
        (PlaceCall("anna"), [("anna", "hotline")], [], ""),
        (PlaceCall("anna", caller="5550177"), [("anna", "5550177")], [], "5550177"),
        (PlaceCall("anna", trunk="a"), [], ["a"], "5550100"),
        (PlaceCall("annas"), [], ["a"], "5550100"),
    ],
    ids=["by name", "showing a number", "through a trunk", "nobody's name"],
)
async def test_a_users_phones_are_called_by_their_name_unless_a_trunk_is_given(
    tmp_path: Path, order: PlaceCall, users: list[tuple[str, str]], lines: list[str], shown: str
) -> None:
    called = Lines((0.1, Ringing()), (2, Answered(PLAN)), (9, HungUp(Cause.CALLER_HUNG_UP)))
    hotline = Hotline(tmp_path, called)
    await asyncio.sleep(0)
    done = await hotline.calling.place(order, hotline.tell)
    assert done.facts["answered"]
    assert (called.users, called.lines) == (users, lines)
    assert hotline.notes[0].caller == shown
    await asyncio.sleep(12)
    await hotline.close()


@pytest.mark.parametrize("after", [0.2, 5.0], ids=["before it rings", "while it rings"])
async def test_a_call_of_ours_that_is_ended_before_the_answer_was_given_up(tmp_path: Path, after: float) -> None:
    lines = Lines((0.1, Ringing()))
    hotline = Hotline(tmp_path, lines)
    await asyncio.sleep(0)
    placing = asyncio.ensure_future(hotline.calling.place(PlaceCall("800"), hotline.tell))
    await asyncio.sleep(after)
    call_id = hotline.notes[0].call_id
    await hotline.calling.hang_up(HangUpCall(call_id), hotline.tell)
    with pytest.raises(CannotDo, match="cancelled"):
        await placing
    assert hotline.cause() == "cancelled"
    assert (lines.dialog.over is not None) is (after > 1)
    await asyncio.sleep(1)
    await hotline.close()


async def test_the_call_goes_on_when_the_command_leaves(tmp_path: Path) -> None:
    hotline = Hotline(tmp_path, Lines((0.1, Ringing()), (2, Answered(PLAN)), (9, HungUp(Cause.CALLER_HUNG_UP))))
    await asyncio.sleep(0)
    placing = asyncio.ensure_future(hotline.calling.place(PlaceCall("800", until="ended"), hotline.tell))
    await asyncio.sleep(4)
    placing.cancel()
    await asyncio.gather(placing, return_exceptions=True)
    assert hotline.reception.calls == 1
    await asyncio.sleep(8)
    assert hotline.cause() == "caller-hung-up"
    await hotline.close()


async def test_a_server_that_stops_places_no_call(tmp_path: Path) -> None:
    hotline = Hotline(tmp_path, Lines())
    await asyncio.sleep(0)
    await hotline.reception.drain(1)
    with pytest.raises(CannotDo, match="No call can be placed now: the server is just starting or stopping"):
        await hotline.calling.place(PlaceCall("800"), hotline.tell)
    assert hotline.notes == []
    await hotline.close()
