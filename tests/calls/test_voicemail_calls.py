"""Whole calls with messages of queues: left out of hours, reviewed, kept whatever happens, called back by one key."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dialplans.loader import load
from models.callback import Callback
from queues.queue_status import queue_status, ratings_today
from tests.calls.call_centre import BILLING, call_centre
from voice.line import Origin
from voice.media.media_protocol import SwapSides
from voice.media.recorder import head

pytestmark = pytest.mark.looptime

OPENS = (datetime.now(UTC) + timedelta(days=2)).replace(hour=9, minute=0, second=0, microsecond=0)
"""A day ahead of tomorrow: whatever the time is, it is closed now."""
CLOSED = {
    "calendars": {"office": {"timezone": "UTC", "hours": {f"{OPENS:%a}".lower(): "09:00-17:00"}}},
}
NIGHT = {**BILLING, "hours": "office", "overflow": [{"when": "closed", "to": "voicemail"}]}
VOICEMAIL = """
languages: [en, zh]
commands: {operator: nothing}
steps:
  - step: message
    voicemail: billing
    unavailable: {en: Nobody is there., zh: 没有人在。}
  - step: nothing
    hangup: {en: Goodbye., zh: 再见。}
"""
WORDS = {"en": "The lift in my house is broken.", "zh": "我家电梯坏了"}
AGAIN = {"en": "Please come today.", "zh": "请今天来修"}
HEARD = {
    "en": ("open again", "after the tone", "press 1", "You said", "speak after the tone", "is kept", "that was all"),
    "zh": ("恢复服务", "提示音", "请按一", "您的留言是", "请在提示音后留言", "已经保存", "谢谢，再见"),
}


def rows(centre):
    with Session(centre.engine) as session:
        return list(session.scalars(select(Callback).order_by(Callback.id)))


def lay_down(caller):
    """Lay down the recording, which no media worker writes here."""
    recording = Path(caller.stream.recording)
    recording.parent.mkdir(parents=True, exist_ok=True)
    frames = np.zeros((120 * 8000, 2), "<i2")
    recording.write_bytes(head(frames.nbytes) + frames.tobytes())


def is_there(row):
    """Tell whether the message of a callback is there to be played."""
    return Path(row.message).is_file()


async def beeps(caller):
    play = await caller.hears("", out=True)
    assert caller.plays[play] == "", "a tone has no words"


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_out_of_hours_a_message_is_taken_listened_to_said_anew_and_due_at_the_opening(
    open_line, tmp_path, language
):
    told, tone, press, you_said, anew, kept, bye = HEARD[language]
    async with call_centre(open_line, tmp_path, NIGHT, more=CLOSED, language=language) as (line, _, centre):
        caller = await line.call()
        lay_down(caller)
        play = await caller.hears(tone)
        assert told in caller.plays[play]
        await beeps(caller)
        await caller.says(WORDS[language], 3, language=language)
        await caller.waits(2)
        assert [row.state for row in rows(centre)] == []
        await caller.keys("#")
        await caller.hears(press, out=False)
        first = rows(centre)[0].message
        await caller.waits(3)
        await caller.keys("1")
        play = await caller.hears(you_said)
        assert Path(first).name in caller.plays[play]
        assert press in caller.plays[play], "and it may be answered anew"
        await caller.keys("2")
        await caller.hears(anew)
        await caller.waits(1)
        await caller.says(AGAIN[language], 2, language=language)
        await caller.hears(press, out=False)
        await caller.keys("#")
        await caller.hears(kept)
        await caller.hears(bye, out=False)
        await caller.is_hung_up()
        [row] = rows(centre)
    assert (row.reason, row.state, row.number, row.language) == ("voicemail", "scheduled", "5550142", language)
    assert row.due_at == OPENS
    assert row.data["text"] == AGAIN[language]
    assert row.message != first
    assert is_there(row)
    assert centre.stays() == [("billing", "voicemail", "")]


async def test_who_hangs_up_in_the_middle_of_the_message_has_left_it(open_line, tmp_path):
    async with call_centre(open_line, tmp_path, flow=VOICEMAIL) as (line, _, centre):
        caller = await line.call()
        lay_down(caller)
        await caller.hears("after the tone")
        await beeps(caller)
        await caller.says(WORDS["en"], 3)
        caller.hangs_up()
        await line.over()
        [row] = rows(centre)
    assert row.data["text"] == WORDS["en"]
    assert is_there(row)
    assert row.due_at <= datetime.now(UTC) + timedelta(minutes=5), "the queue is open"


async def test_who_hangs_up_instead_of_reviewing_has_left_it_once(open_line, tmp_path):
    async with call_centre(open_line, tmp_path, flow=VOICEMAIL, language="zh") as (line, _, centre):
        caller = await line.call()
        lay_down(caller)
        await caller.hears("提示音")
        await beeps(caller)
        await caller.says(WORDS["zh"], 3, language="zh")
        await caller.hears("请按一", out=False)
        caller.hangs_up()
        await line.over()
        [row] = rows(centre)
    assert row.data["text"] == WORDS["zh"]


async def test_who_says_nothing_leaves_no_message_and_hears_so(open_line, tmp_path):
    async with call_centre(open_line, tmp_path, flow=VOICEMAIL) as (line, _, centre):
        caller = await line.call()
        await caller.hears("I didn't hear anything")
        await caller.hears("Please call again")
        await caller.is_hung_up()
        assert rows(centre) == []


# -- by an agent's phone -------------------------------------------------------------------------------------------


async def message_of(line, number, language="en"):
    caller = line.dial(number)
    await caller.answered()
    lay_down(caller)
    await caller.hears({"en": "after the tone", "zh": "提示音"}[language])
    await beeps(caller)
    await caller.says(WORDS[language], 3, language=language)
    await caller.waits(1)
    caller.hangs_up()
    await line.over()


async def dials(line, extension, code="*65"):
    phone = line.dial(extension, code)
    phone.dialog.origin = Origin("user", extension, "127.0.25.1:5060")
    await phone.answered()
    return phone


async def test_an_agent_calls_back_by_one_key_and_is_busy_meanwhile(open_line, tmp_path):
    async with call_centre(open_line, tmp_path, flow=VOICEMAIL) as (line, phones, centre):
        await message_of(line, "5550142")
        await centre.comes("201")
        anna = await dials(line, "201")
        await anna.hears("Number 1 of 1, Billing, from")
        await anna.hears("Press 1 to call back", out=False)
        await anna.keys("1")
        customer = await phones.answers("5550142")
        await anna.waits(5)
        assert anna.stream.hears == (customer.stream.number,)
        assert customer.stream.hears == (anna.stream.number,)
        assert centre.state("201") == "talking"
        assert [row.state for row in rows(centre)] == ["calling"]
        await anna.says("Good morning, you left us a message.")
        await customer.says("Yes, about the lift.")
        customer.call.caller_hangs_up()
        await anna.hears("That was the last one", out=False)
        await anna.is_hung_up()
        assert centre.state("201") in ("wrap-up", "ready")
        [row] = rows(centre)
    assert (row.state, row.agent, row.tries, row.words) == ("reached", "201", 1, "reached")
    assert line.story.said("agent") == ["Good morning, you left us a message."]
    assert line.story.said("caller")[-1] == "Yes, about the lift."
    swaps = [told.swapped for told in anna.stream.told if isinstance(told, SwapSides)]
    assert swaps == [True, False], "on the recording, too"


async def test_who_is_not_reached_by_the_key_stays_promised(open_line, tmp_path):
    async with call_centre(open_line, tmp_path, flow=VOICEMAIL) as (line, phones, centre):
        await message_of(line, "5550142")
        await centre.comes("201")
        anna = await dials(line, "201")
        await anna.hears("Press 1 to call back", out=False)
        await anna.keys("1")
        (await phones.rings("5550142")).declines()
        await anna.hears("Nobody was reached.", out=False)
        await anna.is_hung_up()
        again = await dials(line, "201")
        await again.hears("Press 1 to call back", out=False)
        await again.keys("1")
        await phones.rings("5550142")
        again.hangs_up()
        await line.over()
        [row] = rows(centre)
    assert (row.state, row.tries, row.words) == ("scheduled", 2, "the agent hung up")


async def test_messages_are_marked_as_done_or_passed_in_chinese_and_others_queues_are_not_played(open_line, tmp_path):
    sales = {"name": "sales", "needs": [{"skill": "sales"}]}
    more = {"agents": [
        {"extension": "202", "name": "Ben", "password": "x", "languages": ["zh"], "skills": {"billing": 3}},
        {"extension": "203", "name": "Cleo", "password": "x", "languages": ["zh"], "skills": {"sales": 5}},
    ]}  # fmt: skip
    async with call_centre(open_line, tmp_path, BILLING, sales, flow=VOICEMAIL, language="zh", more=more) as (
        line, _, centre,
    ):  # fmt: skip
        await message_of(line, "5550142", "zh")
        await message_of(line, "5550199", "zh")
        await centre.comes("202", "203")
        ben = await dials(line, "202")
        await ben.hears("第1条，共2条，账单")
        await ben.hears("已处理请按二", out=False)
        await ben.keys("2")
        # What is said first is on the wire before the second one is rendered.
        play = await ben.hears("第2条", out=False)
        assert "已标记为处理完毕" in ben.plays[play]
        await ben.keys("3")
        await ben.hears("没有其他留言了", out=False)
        await ben.is_hung_up()
        cleo = await dials(line, "203")
        await cleo.hears("没有需要回电的留言", out=False)
        await cleo.is_hung_up()
        first, second = rows(centre)
    assert (first.state, first.words) == ("cancelled", "done by agent 202")
    assert second.state == "scheduled"


# -- a mark after the talk -----------------------------------------------------------------------------------------

MARKED = """
flow: marked
languages: [en, zh]
steps:
  - step: welcome
    say: {en: Welcome., zh: 欢迎致电。}
  - step: agent
    enqueue: billing
    unavailable: {en: Nobody is there., zh: 没有人在。}
    done: rate
    goto: bye
  - step: rate
    run: after_agent
    with: {queue: billing}
  - step: bye
    hangup: {en: Bye., zh: 拜拜。}
"""


async def after_a_talk(line, phones, centre):
    await centre.comes("202")
    caller = await line.call()
    ben = await phones.answers("202")
    await caller.waits(12)
    ben.call.caller_hangs_up()
    return caller


def marked(tmp_path):
    (tmp_path / "marked.yaml").write_text(MARKED, "utf-8")
    return load(tmp_path / "marked.yaml")


@pytest.mark.parametrize(
    ("language", "asked", "sorry", "yes", "promised"),
    [
        ("en", "How content are you", "May somebody call you back", "yes please", "Somebody will call you back"),
        ("zh", "五分最满意", "给您回电吗", "好的", "同事给您回电"),
    ],
)
async def test_a_low_mark_after_the_talk_leads_to_a_callback(
    open_line, tmp_path, language, asked, sorry, yes, promised
):
    flow = marked(tmp_path)
    async with call_centre(open_line, tmp_path, flow=flow, language=language) as (line, phones, centre):
        caller = await after_a_talk(line, phones, centre)
        await caller.hears(asked)
        await caller.keys("2")
        await caller.hears(sorry)
        await caller.says(yes, 1, language=language)
        await caller.hears(promised, out=False)
        await caller.is_hung_up()
        [row] = rows(centre)
    assert (row.reason, row.queue, row.state) == ("low mark", "billing", "scheduled")
    assert row.data["slots"] == {"rating": 2}
    assert row.data["summary"] == "2 of 5 after the last talk"


ROBOT_ONLY = """
flow: alone
languages: [en, zh]
steps:
  - step: welcome
    say: {en: Welcome., zh: 欢迎致电。}
  - step: rate
    run: after_agent
    with: {queue: billing}
  - step: bye
    hangup: {en: Bye., zh: 拜拜。}
"""


def shares(centre):
    return {stage: (found.count, found.mean) for stage, found in centre.ratings.stages.items()}


@pytest.mark.parametrize(
    ("language", "asked", "mark", "sorry"),
    [
        ("en", "How content are you", "two out of five", "May somebody call you back"),
        ("zh", "五分最满意", "两分", "给您回电吗"),
    ],
)
async def test_marks_by_voice_are_figures_of_the_stage_that_they_are_for(
    open_line, tmp_path, language, asked, mark, sorry
):
    flow = marked(tmp_path)
    async with call_centre(open_line, tmp_path, flow=flow, language=language) as (line, phones, centre):
        caller = await after_a_talk(line, phones, centre)
        await caller.hears(asked)
        await caller.says(mark, language=language)
        await caller.hears(sorry)
        await caller.keys("2")
        await caller.is_hung_up()
        assert shares(centre) == {"robot": (0, None), "human": (1, 0.4)}
        with centre.engine.connect() as connection:
            [billing] = queue_status(connection)
            assert billing["satisfaction"] == {"ratings": 1, "mean": 0.4}
            assert ratings_today(connection) == "Ratings today: human 40% (1)."
    assert ("queue.rated", "202") in centre.events()


@pytest.mark.parametrize(("language", "asked"), [("en", "How content are you"), ("zh", "五分最满意")])
async def test_a_low_mark_for_the_robot_alone_leads_to_a_callback_too(open_line, tmp_path, language, asked):
    (tmp_path / "alone.yaml").write_text(ROBOT_ONLY, "utf-8")
    flow = load(tmp_path / "alone.yaml")
    async with call_centre(open_line, tmp_path, flow=flow, language=language) as (line, _, centre):
        caller = await line.call()
        await caller.hears(asked)
        await caller.keys("1")
        await caller.keys("1", gap=4)
        await caller.is_hung_up()
        assert shares(centre) == {"robot": (1, 0.2), "human": (0, None)}
        with centre.engine.connect() as connection:
            assert ratings_today(connection) == "Ratings today: robot 20% (1)."
        [row] = rows(centre)
    assert (row.reason, row.queue) == ("low mark", "billing")
    assert centre.events() == [("queue.rated", "")]


@pytest.mark.parametrize(("language", "thanks"), [("en", "Thank you for your time"), ("zh", "感谢您的时间")])
async def test_who_gives_no_mark_is_thanked_and_called_by_nobody(open_line, tmp_path, language, thanks):
    flow = marked(tmp_path)
    async with call_centre(open_line, tmp_path, flow=flow, language=language) as (line, phones, centre):
        caller = await after_a_talk(line, phones, centre)
        await caller.hears(thanks, out=False)
        await caller.is_hung_up()
        assert rows(centre) == []
