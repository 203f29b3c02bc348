"""Calls of campaigns on a line in memory: what becomes of each is one outcome, and none goes out unpermitted."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dialplans.checker import check
from dialplans.exchange import Done
from dialplans.flow import Flow
from dialplans.loader import loads
from models.call_log import CallLog
from models.cause import Cause
from models.errors import CannotDo
from models.settings import DataSettings, LimitSettings, Settings
from voice.answering_machine import DetectPolicy
from voice.back_office import BackOffice
from voice.campaign_call import MOST_UNKNOWN, MOST_WAITING, UNKNOWN_S, CampaignCalls, NotPermitted, Outgoing, Progress
from voice.line import Answered, HungUp, Ringing
from voice.loopback import PLAN, LoopbackDialog, LoopbackMedia
from voice.loopback_caller import LoopbackCaller
from voice.loopback_phones import LoopbackPhones
from voice.loopback_speech import LoopbackSpeech
from voice.people import Extension, Shown
from voice.phones import Phones
from voice.placing import CallRefused
from voice.prompt_shelf import PromptShelf
from voice.running_calls import RunningCalls

pytestmark = pytest.mark.looptime
FLOW = """\
flow: asking
languages: [en, zh]
variables: [lead.name]
slots:
  appointment: {type: moment, prefer: future}
steps:
  - step: greeting
    menu: {en: "Hello {{ lead.name }}, may I ask you something?", zh: "您好{{ lead.name }}，可以问您一个问题吗？"}
    options:
      1: {say: {en: ["yes"], zh: [可以]}, goto: thanks}
      2: {say: {en: [later], zh: [以后]}, goto: when}
    otherwise: thanks
  - step: when
    collect: {en: "When may we call?", zh: "什么时候方便？"}
    slot: appointment
    otherwise: thanks
  - step: thanks
    set: {outcome: completed}
  - step: bye
    hangup: {en: "Thank you. Goodbye.", zh: "谢谢，再见。"}
"""


class Leave:
    """A permit."""

    def __init__(self, number: str = "+442079460123", good: bool = True) -> None:
        self.number, self._good = number, good

    def good(self, now: float) -> bool:
        assert now > 1e9
        return self._good


class Lines:
    """A trunk in memory: what happens to a call is given, as (seconds, event)."""

    def __init__(self, *events: tuple[float, object], refused: Exception | None = None) -> None:
        self.events, self.refused = events, refused
        self.dialog = LoopbackDialog("5550100", "800")
        self.asked: list[dict[str, Any]] = []

    async def call(
        self, origin, line, number, media, sink, caller="", ring_seconds=0, shown="", codecs=()
    ) -> LoopbackDialog:
        self.asked.append({"line": line, "number": number, "shown": shown, "ring_seconds": ring_seconds})
        await asyncio.sleep(0.5)
        if self.refused:
            raise self.refused
        self.dialog.attach(sink)
        self.dialog.answered = True
        for after, event in self.events:
            asyncio.get_running_loop().call_later(after, sink, event)
        return self.dialog


class Office:
    """Calls with all that they stand on in memory."""

    def __init__(self, directory: Path, lines: Lines, max_calls: int = 10) -> None:
        settings = Settings(data=DataSettings(directory=directory), limits=LimitSettings(max_calls=max_calls))
        self.speech = LoopbackSpeech()
        self.media = LoopbackMedia(self.speech.samples)
        self.log = CallLog("sqlite://", directory)
        self.running = RunningCalls(settings.limits)
        self.back = BackOffice()
        parts = (self.media, self.speech, PromptShelf(self.speech), self.back)
        self.calls = CampaignCalls(settings, parts, lines, self.running, self.log)
        self.lines = lines
        self.notes: list[Any] = []
        self.log.events.subscribe(self.notes.append)
        self.news: list[Progress] = []

    async def __aenter__(self) -> "Office":
        self._group = await asyncio.TaskGroup().__aenter__()
        self.running.held_by(self._group)
        return self

    async def __aexit__(self, *why: object) -> None:
        await self._group.__aexit__(None, None, None)
        assert not self.media.streams, "a stream was left open"

    def outgoing(self, **more: Any) -> Outgoing:
        given: dict[str, Any] = {"permit": Leave(), "line": "a", "flow": flow(), "variables": {"lead": {"name": "Ann"}}}
        return Outgoing(**given | {"on_progress": self.news.append} | more)

    async def callee(self) -> LoopbackCaller:
        while not self.media.streams or not self.speech.ears:
            await asyncio.sleep(0.02)
        return LoopbackCaller(self.lines.dialog, self.media, self.speech)


def flow() -> Flow:
    found = loads(FLOW)
    assert check(found) == []
    return found


ANSWERS = ((0.1, Ringing()), (2, Answered(PLAN)))


async def test_a_talk_is_told_with_its_results_turns_and_times(tmp_path: Path) -> None:
    async with Office(tmp_path, Lines(*ANSWERS)) as office:
        calling = asyncio.ensure_future(office.calls.call(office.outgoing(attempt="a-1", caller_number="5550100")))
        callee = await office.callee()
        await callee.hears("Hello Ann, may I ask you something?")
        await callee.keys("1")
        outcome = await calling
    assert (outcome.cause, outcome.turns, outcome.results["outcome"]) == (Cause.ROBOT_HUNG_UP, 1, "completed")
    assert outcome.ringing_s == pytest.approx(0.5, abs=0.2)
    assert outcome.answered_s == pytest.approx(2.5, abs=0.2)
    assert 3 < outcome.talk_s < 20
    assert (outcome.opt_out, outcome.appointment, outcome.handed_over, outcome.abandoned) == (False, None, "", False)
    assert [one.name for one in office.news] == ["placed", "ringing", "answered"]
    assert office.lines.asked[0]["shown"] == "5550100"
    began = office.notes[0]
    assert (began.direction, began.caller, began.called) == ("outbound", "5550100", "+442079460123")
    [attempt] = [note.data for note in office.notes if getattr(note, "name", "") == "attempt"]
    assert attempt == {"attempt": "a-1", "dialled": "+442079460123", "campaign": ""}


async def test_a_promised_time_is_in_the_callees_zone(tmp_path: Path) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    today = {datetime.now(zone).date()}
    async with Office(tmp_path, Lines(*ANSWERS)) as office:
        calling = asyncio.ensure_future(office.calls.call(office.outgoing(zone=zone, language="zh")))
        callee = await office.callee()
        await callee.hears("可以问您一个问题吗")
        await callee.keys("2")
        await callee.hears("什么时候方便")
        await callee.says("明天下午五点", language="zh")
        outcome = await calling
    assert outcome.appointment is not None
    there = outcome.appointment.astimezone(zone)
    assert (there.hour, there.minute) == (17, 0)
    today.add(datetime.now(zone).date())  # another one, if it was midnight meanwhile
    assert there.date() - timedelta(days=1) in today


@pytest.mark.parametrize(
    ("lines", "cause", "code", "retry_after"),
    [
        (Lines(refused=CallRefused("Line 'a' refused the call (486).", Cause.BUSY, 486)), Cause.BUSY, 486, 0),
        (Lines(refused=CallRefused("It is full.", Cause.CONGESTION, 503, 30)), Cause.CONGESTION, 503, 30),
        (Lines(refused=CannotDo("Line 'a' is rested.")), Cause.LINE_UNREACHABLE, 0, 0),
        (Lines((0.1, Ringing()), (20, HungUp(Cause.NO_ANSWER, by_us=True))), Cause.NO_ANSWER, 0, 0),
    ],
    ids=["busy", "full", "rested", "rung out"],
)
async def test_who_is_not_reached_is_an_outcome_too(
    tmp_path: Path, lines: Lines, cause: Cause, code: int, retry_after: int
) -> None:
    async with Office(tmp_path, lines) as office:
        outcome = await office.calls.call(office.outgoing())
    assert (outcome.cause, outcome.code, outcome.retry_after) == (cause, code, retry_after)
    assert outcome.answered_s is None
    assert (outcome.ringing_s is not None) is (cause is Cause.NO_ANSWER)
    assert (outcome.talk_s, outcome.turns, outcome.results) == (0.0, 0, {})


async def test_without_a_permit_that_is_good_now_nothing_is_sent(tmp_path: Path) -> None:
    async with Office(tmp_path, Lines(*ANSWERS)) as office:
        with pytest.raises(NotPermitted, match=r"There is no permit to call \+442079460123 now"):
            await office.calls.call(office.outgoing(permit=Leave(good=False)))
    assert (office.lines.asked, office.notes) == ([], [])


async def test_a_server_with_no_line_left_places_nothing(tmp_path: Path) -> None:
    async with Office(tmp_path, Lines(*ANSWERS), max_calls=1) as office:
        first = asyncio.ensure_future(office.calls.call(office.outgoing()))
        await asyncio.sleep(1)
        with pytest.raises(CannotDo, match="all lines are busy"):
            await office.calls.call(office.outgoing())
        office.calls.hang_up(office.notes[0].call_id)
        assert (await first).cause is Cause.CANCELLED
    assert len(office.lines.asked) == 1


async def test_further_calls_wait_while_those_who_talk_wait_for_the_recogniser(tmp_path: Path) -> None:
    async with Office(tmp_path, Lines(*ANSWERS)) as office:
        office.speech.backlog = MOST_WAITING
        assert office.calls.refusal() == ""
        office.speech.backlog += 1
        assert "wait for the recogniser" in office.calls.refusal()
        office.speech.backlog = 0
        assert office.calls.refusal() == ""


async def test_further_calls_wait_while_too_many_were_answered_by_nobody_knows_whom(tmp_path: Path) -> None:
    async with Office(tmp_path, Lines(*ANSWERS), max_calls=30) as office:
        more = {"detect": DetectPolicy()}
        calls = [asyncio.ensure_future(office.calls.call(office.outgoing(**more))) for _ in range(MOST_UNKNOWN + 1)]
        await asyncio.sleep(0.5)
        assert office.calls.refusal() == "", "they ring so far"
        while not (refused := office.calls.refusal()):
            await asyncio.sleep(0.1)
        assert "nobody knows whom" in refused
        await asyncio.sleep(UNKNOWN_S + 0.5)
        assert office.calls.refusal() == ""
        for note in {note.call_id: note for note in office.notes}.values():
            office.calls.hang_up(note.call_id)
        await asyncio.gather(*calls)


async def test_networks_that_play_the_ringing_hold_no_call_back(tmp_path: Path) -> None:
    async with Office(tmp_path, Lines((0.1, Ringing(PLAN)), (30, Answered(PLAN))), max_calls=30) as office:
        more = {"detect": DetectPolicy()}
        calls = [asyncio.ensure_future(office.calls.call(office.outgoing(**more))) for _ in range(MOST_UNKNOWN + 1)]
        await asyncio.sleep(2)
        assert len(office.speech.ears) == MOST_UNKNOWN + 1, "all are listened to"
        assert office.calls.refusal() == ""
        for note in {note.call_id: note for note in office.notes}.values():
            office.calls.hang_up(note.call_id)
        await asyncio.gather(*calls)


async def test_who_stops_waiting_ends_the_call(tmp_path: Path) -> None:
    async with Office(tmp_path, Lines(*ANSWERS)) as office:
        calling = asyncio.ensure_future(office.calls.call(office.outgoing()))
        callee = await office.callee()
        await callee.hears("may I ask", out=False)
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)
    [ended] = [note for note in office.notes if type(note).__name__ == "CallEnded"]
    assert ended.cause == "operator-hung-up"
    assert office.news[-1].seconds < 10


SAYING = """\
flow: telling
languages: [en, zh]
steps:
  - step: news
    say: {en: "Good day. We have something new for you this week, and it is not to be interrupted by anybody.",
          zh: "您好，本周我们为您准备了一些新的内容，请您一定听完，谢谢您的耐心。"}
  - step: bye
    hangup: {en: Goodbye., zh: 再见。}
"""


@pytest.mark.parametrize(
    ("language", "words", "parting"),
    [
        ("en", "please don't call me again", "We won't call you again"),
        ("zh", "不要再打电话给我了", "我们不会再给您打电话"),
    ],
)
async def test_an_opt_out_holds_in_the_middle_of_a_prompt_that_may_not_be_interrupted(
    tmp_path: Path, language: str, words: str, parting: str
) -> None:
    async with Office(tmp_path, Lines(*ANSWERS)) as office:
        calling = asyncio.ensure_future(office.calls.call(office.outgoing(flow=loads(SAYING), language=language)))
        callee = await office.callee()
        play = await callee.hears("Good day" if language == "en" else "您好", out=False)
        await callee.says(words, 1.2, language=language)
        await callee.hears(parting)
        outcome = await calling
        whole = office.speech.samples(f"{language}/{callee.plays[play]}") / 8000
        assert sum(piece.end - piece.start for piece in callee.sounding(play)) < whole - 1
    assert (outcome.opt_out, outcome.opt_out_how, outcome.opt_out_words) == (True, "said", words)
    assert outcome.results["opt_out"] is True
    [news] = [one for one in office.news if one.name == "opted-out"]
    assert news.data["words"] == words
    assert news.call_id == outcome.call_id


async def test_the_opt_out_key_holds_where_nothing_is_asked(tmp_path: Path) -> None:
    async with Office(tmp_path, Lines(*ANSWERS)) as office:
        calling = asyncio.ensure_future(office.calls.call(office.outgoing(flow=loads(SAYING))))
        callee = await office.callee()
        await callee.hears("Good day", out=False)
        await callee.keys("9")
        await callee.hears("We won't call you again")
        outcome = await calling
    assert (outcome.opt_out, outcome.opt_out_how) == (True, "keyed")


HANDED = """\
flow: agents
languages: [en, zh]
steps:
  - step: person
    enqueue: sales
    unavailable: {en: Nobody is there., zh: 没有人。}
  - step: bye
    hangup: {en: Goodbye., zh: 再见。}
"""


class Nobody:
    """People who never come."""

    async def take(self, guest: object) -> None:
        await asyncio.sleep(3600)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "This was Hotline Bicycles."), ("zh", "这里是热线自行车公司。")]
)
async def test_who_gets_nobody_in_time_hears_who_called_and_counts_as_abandoned(
    tmp_path: Path, language: str, words: str
) -> None:
    message = {"en": "This was Hotline Bicycles.", "zh": "这里是热线自行车公司。"}
    async with Office(tmp_path, Lines(*ANSWERS)) as office:
        office.back.people, office.back.phones = Nobody(), object()  # type: ignore[assignment]
        more = {"flow": loads(HANDED), "language": language, "connect_s": 2.0, "abandoned": message}
        calling = asyncio.ensure_future(office.calls.call(office.outgoing(**more)))
        callee = await office.callee()
        play = await callee.hears(words)
        outcome = await calling
    assert (outcome.abandoned, outcome.handed_over, outcome.cause) == (True, "", Cause.ROBOT_HUNG_UP)
    [sounding] = callee.sounding(play)
    assert sounding.start - (outcome.answered_s or 0) <= 2.0


WARM = """\
flow: warm
languages: [en, zh]
steps:
  - step: ask
    confirm: {en: Shall I put you through?, zh: 要为您转接吗？}
    yes: person
    no: bye
    otherwise: bye
  - step: person
    enqueue: sales
    unavailable: {en: Nobody is there., zh: 没有人。}
  - step: bye
    hangup: {en: Goodbye., zh: 再见。}
"""


class Somebody(Nobody):
    """People who note when they are asked for one."""

    def __init__(self) -> None:
        self.asked_at = 0.0

    async def take(self, guest: object) -> None:
        self.asked_at = asyncio.get_running_loop().time()
        await super().take(guest)


@pytest.mark.parametrize(("language", "asks", "says"), [("en", "put you through", "yes"), ("zh", "转接", "好的")])
async def test_a_warm_lead_is_with_the_queue_within_two_seconds_of_their_yes(
    tmp_path: Path, language: str, asks: str, says: str
) -> None:
    people = Somebody()
    async with Office(tmp_path, Lines(*ANSWERS)) as office:
        office.back.people, office.back.phones = people, object()  # type: ignore[assignment]
        calling = asyncio.ensure_future(office.calls.call(office.outgoing(flow=loads(WARM), language=language)))
        callee = await office.callee()
        await callee.hears(asks)
        began = asyncio.get_running_loop().time()
        await callee.says(says, 0.5, language=language)
        await callee.waits(2)
        callee.hangs_up()
        await calling
    assert 0 < people.asked_at - began < 0.5 + 2
    [handed] = [one for one in office.news if one.name == "handover"]
    assert handed.data["target"] == "sales"


class Anna:
    """Has everybody talk to her."""

    async def take(self, guest: Any) -> Done:
        agent = guest.call(Extension("anna"), Shown("5550142", "sales"), 20)
        await agent.answered()
        await guest.talk(agent, "Anna")
        return Done(True)


@pytest.mark.parametrize(
    ("language", "asks", "says", "words"),
    [
        ("en", "put you through", "yes", "Please take me off your list."),
        ("zh", "转接", "好的", "以后不要再给我打电话了"),
    ],
)
async def test_who_tells_an_agent_not_to_be_called_again_is_heard_at_once_and_the_talk_goes_on(
    tmp_path: Path, language: str, asks: str, says: str, words: str
) -> None:
    async with Office(tmp_path, Lines(*ANSWERS)) as office:
        phones = LoopbackPhones(office.media, office.speech)
        office.back.people = Anna()
        office.back.phones = Phones(phones, office.media, office.speech, PromptShelf(office.speech), ("carrier",))
        calling = asyncio.ensure_future(office.calls.call(office.outgoing(flow=loads(WARM), language=language)))
        callee = await office.callee()
        await callee.hears(asks)
        await callee.says(says, 0.5, language=language)
        anna = await phones.rings("anna")
        anna.answers()
        await callee.waits(1)
        await callee.says("Who are you?" if language == "en" else "你是谁？", 1.0, language=language)
        for _ in range(2):
            await callee.says(words, 1.5, language=language)
        await callee.waits(1)
        [news] = [one for one in office.news if one.name == "opted-out"]
        assert not calling.done(), "the talk goes on"
        anna.caller_hangs_up()
        await callee.hears("Goodbye" if language == "en" else "再见")
        outcome = await calling
    assert (news.data["how"], news.data["words"]) == ("said", words)
    assert (outcome.opt_out, outcome.opt_out_words, outcome.handed_over) == (True, words, "sales")
