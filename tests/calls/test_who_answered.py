"""Whole calls of ours in virtual time: the greeting begins at once, and the course of the call follows who answered."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from asr_tts import speech_protocol as speech
from dialplans.loader import loads
from models.cause import Cause
from tests.unit.voice.test_campaign_call import Lines, Office
from voice.answering_machine import DetectPolicy
from voice.call_outcome import Outcome
from voice.line import Answered, Ringing
from voice.loopback import PLAN
from voice.loopback_caller import LoopbackCaller
from voice.media.media_protocol import ToneHeard, WatchTones

pytestmark = [pytest.mark.call, pytest.mark.looptime]
FLOW = """\
flow: reminder
languages: [en, zh]
variables: [lead.name]
steps:
  - step: greeting
    confirm: {en: "Good day, this is Hotline Bicycles about your order. Am I speaking with {{ lead.name }}?",
              zh: "您好，这里是热线自行车公司，关于您的订单。请问您是{{ lead.name }}吗？"}
    yes: private
    no: bye
    otherwise: bye
  - step: private
    say: {en: Your bicycle costs one thousand pounds., zh: 您的自行车一千元。}
  - step: bye
    hangup: {en: Thank you. Goodbye., zh: 谢谢，再见。}
"""
MESSAGE = {
    "en": "Hello {{ lead.name }}, please call Hotline Bicycles back.",
    "zh": "{{ lead.name }}您好，请给热线自行车公司回电。",
}
SCREENING = {
    "en": "This is Hotline Bicycles, about an order of {{ lead.name }}.",
    "zh": "这里是热线自行车公司，关于{{ lead.name }}的订单。",
}
Scene = Callable[["Callee"], Awaitable[None]]


class Callee:
    """Who answers: sounds and tones at the other end."""

    def __init__(self, caller: LoopbackCaller, language: str) -> None:
        self.caller, self.language = caller, language

    async def says(self, text: str, seconds: float = 0.0, **more: Any) -> None:
        await self.caller.says(text, seconds, language=self.language, **more)

    async def tone(self, kind: str, seconds: float = 0.5) -> None:
        await asyncio.sleep(seconds)
        stream = self.caller.stream
        stream.emit(ToneHeard(stream.number, kind, stream.clock, round(seconds * 1000), 1000.0))  # type: ignore[attr-defined, arg-type]

    async def glimpse(self, text: str, after: float) -> None:
        """What is understood while somebody goes on speaking."""
        await asyncio.sleep(after)
        stream = self.caller.stream
        self.caller.ear.emit(speech.Glimpse(stream.number, 1, text, stream.clock))

    def said(self) -> list[str]:
        """What of the robot was to be heard, by play."""
        return [text for play, text in self.caller.plays.items() if self.caller.sounding(play)]


@asynccontextmanager
async def called(
    directory: Path, language: str, flow: str = FLOW, **policy: Any
) -> AsyncIterator[tuple[Callee, "asyncio.Future[Outcome]"]]:
    async with Office(directory, Lines((0.1, Ringing()), (2, Answered(PLAN)))) as office:
        detect = DetectPolicy(**{"screening": SCREENING, "message": MESSAGE} | policy)
        more = {"flow": loads(flow), "language": language, "detect": detect, "variables": {"lead": {"name": "Ann"}}}
        calling = asyncio.ensure_future(office.calls.call(office.outgoing(**more)))
        caller = await office.callee()
        yield Callee(caller, language), calling
        await asyncio.wait_for(calling, 120)


async def test_a_person_hears_the_greeting_at_once_and_their_hello_only_makes_it_wait(tmp_path: Path) -> None:
    async with called(tmp_path, "en") as (callee, calling):
        await asyncio.sleep(0.3)
        assert callee.caller.stream.sounds, "the greeting didn't begin at once"
        await callee.says("Hello?", 0.5)
        await callee.caller.hears("Am I speaking with Ann")
        assert len(callee.said()) == 1, "the hello was taken for an answer"
        await callee.says("yes")
        await callee.caller.hears("one thousand pounds")
        outcome = await calling
    assert (outcome.answered_by, outcome.turns, outcome.intents) == ("human", 1, ("yes",))
    assert outcome.reasons
    assert callee.caller.stream.audible[0].start < 2.5 + 0.3


@pytest.mark.parametrize(
    ("language", "hello", "yes", "then"),
    [
        ("zh", "雷尼号", "是的", "您的自行车一千元"),
        ("zh", "好的公司前台", "对", "您的自行车一千元"),
        ("en", "Riverside Dental, this is Carol, good morning", "yes", "one thousand pounds"),
    ],
)
async def test_nobody_apologises_to_what_one_picks_up_with_however_it_was_heard(
    tmp_path: Path, language: str, hello: str, yes: str, then: str
) -> None:
    async with called(tmp_path, language) as (callee, calling):
        await asyncio.sleep(0.2)
        await callee.says(hello, 0.9)
        await callee.caller.hears("Ann")
        assert len(callee.said()) == 1, "what one picks up with was taken for an answer"
        await callee.says(yes)
        await callee.caller.hears(then)
        outcome = await calling
    assert (outcome.turns, outcome.intents) == (1, ("yes",))


async def test_an_answer_to_a_question_that_was_short_counts_however_soon_it_comes(tmp_path: Path) -> None:
    flow = FLOW.replace("Good day, this is Hotline Bicycles about your order. Am I speaking with {{ lead.name }}?", "?")
    async with called(tmp_path, "en", flow=flow) as (callee, calling):
        await asyncio.sleep(0.8)
        await callee.says("yes", 0.3)
        await callee.caller.hears("one thousand pounds")
        outcome = await calling
    assert outcome.intents == ("yes",)


@pytest.mark.parametrize(
    ("language", "begins", "greeting"),
    [
        ("en", "you have reached", "Hi, you have reached Ann, I can't come to the phone. Please leave a message."),
        ("zh", "我现在不方便接听电话", "您好，我是王芳，我现在不方便接听电话，请在嘀声后留言"),
    ],
)
async def test_a_machine_is_hung_up_on_before_it_hears_anything_private(
    tmp_path: Path, language: str, begins: str, greeting: str
) -> None:
    async with called(tmp_path, language) as (callee, calling):
        await asyncio.sleep(0.5)
        talking = asyncio.ensure_future(callee.says(greeting, 6.0))
        await callee.glimpse(begins, 1.5)
        outcome = await calling
        talking.cancel()
    assert (outcome.answered_by, outcome.cause) == ("machine", Cause.ROBOT_HUNG_UP)
    assert outcome.talk_s < 5
    assert "message_left" not in outcome.results
    assert not any("thousand" in one or "一千" in one for one in callee.said())


@pytest.mark.parametrize("beep", [True, False], ids=["behind its beep", "behind its silence"])
@pytest.mark.parametrize(
    ("language", "greeting", "message"),
    [
        ("en", "Please leave a message after the tone.", "Hello Ann, please call Hotline Bicycles back."),
        ("zh", "请在嘀声后留言", "Ann您好，请给热线自行车公司回电。"),
    ],
)
async def test_a_message_is_left(tmp_path: Path, language: str, greeting: str, message: str, beep: bool) -> None:
    async with called(tmp_path, language, machine="leave_message") as (callee, calling):
        await asyncio.sleep(0.4)
        await callee.says(greeting, 4.0)
        ended = callee.caller.stream.clock
        if beep:
            await callee.tone("beep", 0.8)
            ended = callee.caller.stream.clock
        play = await callee.caller.hears(message)
        outcome = await calling
    [sounding] = callee.caller.sounding(play)
    waited = sounding.start - ended / 8000
    assert waited < 0.7 if beep else 1 < waited < 3.5
    assert sounding.end - sounding.start > 2
    assert (outcome.answered_by, outcome.results["message_left"]) == ("machine", True)


async def test_a_message_that_came_before_the_beep_is_said_again_behind_it(tmp_path: Path) -> None:
    async with called(tmp_path, "en", machine="leave_message") as (callee, calling):
        await callee.says("Please leave a message after the tone.", 3.0)
        play = await callee.caller.hears("please call Hotline Bicycles back", out=False)
        await callee.tone("beep", 0.5)
        again = await callee.caller.hears("please call Hotline Bicycles back")
        outcome = await calling
    assert again > play
    assert outcome.results["message_left"]


async def test_where_it_is_wished_the_flow_talks_to_a_machine(tmp_path: Path) -> None:
    async with called(tmp_path, "en", machine="talk") as (callee, calling):
        await callee.says("Please leave a message after the tone.", 3.0)
        outcome = await calling
    assert outcome.answered_by == "machine"
    assert callee.said()[-1] == "Thank you. Goodbye."


@pytest.mark.parametrize(
    ("language", "asks", "told", "person"),
    [
        ("en", "Please say your name and why you're calling.", "This is Hotline Bicycles", "Hello, who is this?"),
        ("zh", "我是机主的智能助理，请问您的来电目的", "这里是热线自行车公司", "喂，哪位"),
    ],
)
async def test_a_screening_service_is_told_who_calls_and_its_person_hears_the_greeting_from_the_beginning(
    tmp_path: Path, language: str, asks: str, told: str, person: str
) -> None:
    async with called(tmp_path, language) as (callee, calling):
        await callee.says(asks, 4.0)
        await callee.caller.hears(told)
        await asyncio.sleep(6)
        await callee.says(person, 0.9)
        await callee.caller.hears("Am I speaking with" if language == "en" else "请问您是")
        await callee.says("yes" if language == "en" else "是的")
        outcome = await calling
    assert (outcome.answered_by, outcome.turns) == ("human", 1)


async def test_a_screening_service_that_finds_nobody_is_given_up(tmp_path: Path) -> None:
    async with called(tmp_path, "en") as (callee, calling):
        await callee.says("Please say your name and why you're calling.", 4.0)
        outcome = await calling
    assert outcome.answered_by == "screening"
    assert outcome.talk_s < 70


@pytest.mark.parametrize(
    ("language", "says", "kind"),
    [
        ("en", "The number you have dialed is not in service.", "no-such-number"),
        ("zh", "您好，您拨打的电话已关机", "switched-off"),
    ],
)
async def test_an_announcement_ends_the_call_with_what_it_says(
    tmp_path: Path, language: str, says: str, kind: str
) -> None:
    async with called(tmp_path, language) as (callee, calling):
        await callee.tone("sit", 0.9)
        await callee.says(says, 3.0)
        outcome = await calling
    assert (outcome.answered_by, outcome.results["announcement"]) == ("announcement", kind)


async def test_a_fax_is_hung_up_on(tmp_path: Path) -> None:
    async with called(tmp_path, "en") as (callee, calling):
        await callee.tone("fax", 0.9)
        outcome = await calling
    assert (outcome.answered_by, outcome.talk_s < 2.5) == ("fax", True)


async def test_a_line_without_a_sound_is_silence(tmp_path: Path) -> None:
    async with called(tmp_path, "en") as (_, calling):
        outcome = await calling
    assert (outcome.answered_by, outcome.turns) == ("silence", 0)


async def test_who_opts_out_as_the_first_word_is_a_person_and_heard(tmp_path: Path) -> None:
    async with called(tmp_path, "en") as (callee, calling):
        await asyncio.sleep(1)
        await callee.says("Stop calling me", 1.0)
        await callee.caller.hears("We won't call you again")
        outcome = await calling
    assert (outcome.answered_by, outcome.opt_out) == ("human", True)


@pytest.mark.parametrize(
    ("language", "says", "kind", "cause"),
    [
        ("en", "The number you have dialed is not in service.", "no-such-number", Cause.NO_SUCH_NUMBER),
        ("zh", "您好，您拨打的电话已关机", "switched-off", Cause.CANCELLED),
    ],
)
async def test_an_announcement_before_the_answer_ends_the_wait(
    tmp_path: Path, language: str, says: str, kind: str, cause: Cause
) -> None:
    async with Office(tmp_path, Lines((0.1, Ringing(PLAN)), (60, Answered(PLAN)))) as office:
        more = {"flow": loads(FLOW), "language": language, "detect": DetectPolicy()}
        calling = asyncio.ensure_future(office.calls.call(office.outgoing(**more)))
        caller = await office.callee()
        await asyncio.sleep(1)
        await Callee(caller, language).says(says, 3.0)
        outcome = await calling
    assert (outcome.answered_by, outcome.results["announcement"], outcome.cause) == ("announcement", kind, cause)
    assert outcome.answered_s is None
    assert office.speech.ears == {}


async def test_the_first_that_is_said_before_the_answer_is_listened_to_at_once_and_music_in_what_time_is_left(
    tmp_path: Path,
) -> None:
    async with Office(tmp_path, Lines((0.1, Ringing(PLAN)), (20, Answered(PLAN)))) as office:
        more = {"flow": loads(FLOW), "detect": DetectPolicy()}
        calling = asyncio.ensure_future(office.calls.call(office.outgoing(**more)))
        caller = await office.callee()
        await asyncio.sleep(0.5)
        assert caller.ear.listens is not None
        assert (caller.ear.listens.urgent, caller.ear.listens.glimpses) == (True, True)
        [tale] = office.calls._tales.values()
        assert not tale.unknown_for(10.0), "it only rings"
        talking = asyncio.ensure_future(Callee(caller, "en").says("la la la my heart will go on and on", 6.0))
        await asyncio.sleep(0.5)
        assert tale.unknown_for(10.0), "it will want the recogniser as an answer does"
        await talking
        await asyncio.sleep(1)
        assert (caller.ear.listens.urgent, caller.ear.listens.glimpses) == (False, False)
        await caller.hears("Good day")
        await Callee(caller, "en").says("yes")
        await calling


async def test_ringing_music_is_waited_out(tmp_path: Path) -> None:
    async with Office(tmp_path, Lines((0.1, Ringing(PLAN)), (12, Answered(PLAN)))) as office:
        more = {"flow": loads(FLOW), "detect": DetectPolicy()}
        calling = asyncio.ensure_future(office.calls.call(office.outgoing(**more)))
        caller = await office.callee()
        await Callee(caller, "en").says("la la la my heart will go on and on", 6.0)
        await caller.hears("Good day")
        await Callee(caller, "en").says("yes")
        outcome = await calling
    assert outcome.answered_by == "human"


async def test_a_greeting_with_the_leads_name_is_rendered_while_it_rings(tmp_path: Path) -> None:
    async with called(tmp_path, "en") as (callee, calling):
        rendered = callee.caller._speech.rendered
        assert any("Am I speaking with Ann" in one for one in rendered)
        await callee.says("no")
        await calling


async def test_nobody_looks_any_more_once_the_verdict_stands(tmp_path: Path) -> None:
    async with called(tmp_path, "en") as (callee, calling):
        await callee.says("Hello?", 0.5)
        await asyncio.sleep(4)
        watching = [one.on for one in callee.caller.stream.told if isinstance(one, WatchTones)]
        assert watching == [True]
        await callee.says("uh huh", 25.0, rejected="no speech")
        await callee.says("yes")
        watching = [one.on for one in callee.caller.stream.told if isinstance(one, WatchTones)]
        assert watching == [True, False]
        await calling
