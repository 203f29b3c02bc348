import asyncio
from itertools import pairwise

import pytest

from asr_tts.speech_protocol import Heard, SpeechStarted

pytestmark = pytest.mark.looptime

ANNOUNCEMENT = "We are a small company with big ideas"
FLOW = """
languages: [en]
commands: {operator: main}
intents:
  hours: {examples: [What are your opening hours?, When are you open?]}
steps:
  - step: notice
    say: This call may be recorded, so please listen to the end of it before you speak.
    barge_in: false
  - step: main
    ask: What can I do for you?
    intents: {hours: hours}
    digits: {1: hours, 2: code}
    otherwise: leave
  - step: hours
    say: We are open from nine to six.
    goto: main
  - step: code
    collect: Key in your code of four digits.
    slot: code
    digits: {least: 2, most: 4}
    otherwise: leave
  - step: sure
    confirm: "{{ code | digits }}, is that right, and do you want us to keep it for the next time that you call us?"
    yes: leave
    no: code
    otherwise: leave
  - step: leave
    hangup: Goodbye.
"""


async def listens_to_the_announcement(line):
    caller = await line.call()
    await caller.hears("How can I help you?")
    await caller.says("Tell me about your services.")
    play = await caller.hears(ANNOUNCEMENT, out=False)
    await caller.waits(4)
    return caller, play


def pauses(caller, play):
    sounding = caller.sounding(play)
    return [round(after.start - before.end, 2) for before, after in pairwise(sounding)]


async def test_a_question_stops_the_announcement_within_300_ms_and_is_answered(open_line):
    async with open_line() as line:
        caller, play = await listens_to_the_announcement(line)
        onset = caller.stream.clock / 8000
        await caller.says("Where is my order?", 1.4)
        await caller.hears("tell me your order number")
        assert caller.sounding(play)[-1].end - onset <= 0.3
        caller.hangs_up()
    turns = [turn for _, turn in sorted(line.story.turns.items())]
    cut = next(turn for turn in turns if turn["interrupted"])
    assert cut["text"].startswith("I'm glad you ask. We are a small company")
    assert "for everybody and for free" not in cut["text"]
    assert cut["end_s"] - cut["start_s"] == pytest.approx(4.3, abs=0.4)
    assert turns[turns.index(cut) + 1]["intent"] == "order"


async def test_an_interrupted_turn_ends_on_record_where_the_robot_fell_silent(open_line):
    async with open_line() as line:
        caller, play = await listens_to_the_announcement(line)
        await caller.says("Actually, I would rather like to know where my order is.", 3.0)
        await caller.hears("tell me your order number")
        began, silent = caller.sounding(play)[0].start, caller.sounding(play)[-1].end
        caller.hangs_up()
    cut = next(turn for turn in line.story.turns.values() if turn["interrupted"])
    assert cut["end_s"] - cut["start_s"] == pytest.approx(silent - began, abs=0.04)


async def test_after_a_false_stop_the_turn_ends_where_the_second_one_cut(open_line):
    async with open_line() as line:
        caller, play = await listens_to_the_announcement(line)
        await caller.coughs(0.5)
        await caller.waits(2)
        await caller.says("Where is my order?", 2.0)
        await caller.hears("tell me your order number")
        began, silent = caller.sounding(play)[0].start, caller.sounding(play)[-1].end
        assert len(caller.sounding(play)) == 2
        caller.hangs_up()
    cut = next(turn for turn in line.story.turns.values() if turn["interrupted"])
    assert cut["end_s"] - cut["start_s"] == pytest.approx(silent - began, abs=0.04)


async def test_a_call_put_on_hold_in_an_interruption_keeps_where_the_robot_fell_silent(open_line):
    async with open_line() as line:
        caller, play = await listens_to_the_announcement(line)
        speaking = asyncio.ensure_future(caller.says("Where is my order?", 1.0))
        await caller.waits(0.5)
        caller.dialog.caller_holds(True)
        await caller.waits(5)
        await speaking
        began, silent = caller.sounding(play)[0].start, caller.sounding(play)[-1].end
        caller.hangs_up()
    cut = next(turn for turn in line.story.turns.values() if turn["interrupted"])
    assert cut["end_s"] - cut["start_s"] == pytest.approx(silent - began, abs=0.04)


@pytest.mark.parametrize(
    "words", ["uh-huh", "Okay.", "mm", "Right, I see.", "Yeah.", "Mm-hmm. Okay.", "嗯", "好的好的", "对", "哦"]
)
async def test_a_backchannel_costs_a_breath_and_not_the_sentence(open_line, words):
    async with open_line() as line:
        caller, play = await listens_to_the_announcement(line)
        await caller.says(words, 0.5)
        await caller.waits(2)
        assert caller.stream.sounds
        assert len(pauses(caller, play)) <= 1
        assert all(pause < 0.9 for pause in pauses(caller, play))
        caller.hangs_up()
    assert line.story.said("caller") == ["Tell me about your services."]


@pytest.mark.parametrize("words", ["It can.", "m m film.", "I.B.", "UFO"])
async def test_a_hum_that_was_taken_for_words_costs_a_breath_and_not_the_sentence(open_line, words):
    async with open_line() as line:
        caller, play = await listens_to_the_announcement(line)
        await caller.says(words, 0.5, confidence=0.55)
        await caller.waits(2)
        assert caller.stream.sounds
        assert len(pauses(caller, play)) == 1
        assert all(pause < 1.1 for pause in pauses(caller, play))
        caller.hangs_up()
    assert line.story.said("caller") == ["Tell me about your services."]


@pytest.mark.parametrize("words", ["Stop.", "Operator.", "No."])
async def test_a_curt_word_that_means_something_stops_the_robot_however_unclear(open_line, words):
    async with open_line() as line:
        caller, play = await listens_to_the_announcement(line)
        await caller.says(words, 0.4, confidence=0.45)
        await caller.waits(1)
        assert len(caller.sounding(play)) == 1
        caller.hangs_up()
    assert line.story.said("caller")[-1] == words


async def test_an_unclear_word_that_was_ignored_is_the_answer_when_nothing_else_is_said(open_line):
    async with open_line(FLOW) as line:
        caller = await line.call()
        await caller.hears("What can I do for you?", out=False)
        await caller.waits(0.3)
        await caller.says("Chairs.", 0.5, confidence=0.5)
        assert line.story.said("caller") == []
        await caller.hears_out()
        await caller.waits(7)
        assert line.story.said("caller") == ["Chairs."]
        caller.hangs_up()


async def test_a_click_never_silences_the_robot(open_line):
    async with open_line() as line:
        caller, play = await listens_to_the_announcement(line)
        await caller.says("mm", 0.08)
        await caller.waits(2)
        assert pauses(caller, play) == []
        caller.hangs_up()


async def test_a_hum_of_a_moment_silences_the_robot_for_half_a_second_at_most(open_line):
    async with open_line() as line:
        caller, play = await listens_to_the_announcement(line)
        await caller.says("mm", 0.15)
        await caller.waits(2)
        (pause,) = pauses(caller, play)
        assert pause <= 0.5
        caller.hangs_up()
    assert line.story.said("caller") == ["Tell me about your services."]


async def test_a_cough_is_followed_by_the_rest_of_the_sentence(open_line):
    async with open_line() as line:
        caller, play = await listens_to_the_announcement(line)
        await caller.coughs(0.4)
        await caller.waits(1)
        assert caller.stream.sounds
        assert len(pauses(caller, play)) == 1
        caller.hangs_up()
    assert "false-stop" in line.story.names()


async def test_the_robot_does_not_interrupt_itself_by_its_echo(open_line):
    async with open_line() as line:
        caller, play = await listens_to_the_announcement(line)
        await caller.says("we sell deliver and repair", 2.0, echo=0.9, rejected="the robot's echo")
        await caller.waits(1)
        assert pauses(caller, play) == []
        assert caller.stream.sounds
        caller.hangs_up()


async def test_after_a_false_stop_every_word_is_heard(open_line):
    async with open_line() as line:
        caller, play = await listens_to_the_announcement(line)
        await caller.coughs(0.5)
        await caller.hears_out()
        heard = sum(piece.end - piece.start for piece in caller.sounding(play))
        whole = sum(line.media.samples(path) for path in paths(caller, play)) / 8000
        assert heard == pytest.approx(whole + 0.26, abs=0.05)
        caller.hangs_up()
    robot = next(turn for turn in line.story.turns.values() if ANNOUNCEMENT in turn["text"])
    assert not robot["interrupted"]


def paths(caller, play):
    return [source.path for told in caller.stream.told if getattr(told, "play", 0) == play for source in told.sources]


async def test_the_second_false_stop_of_a_prompt_needs_more_evidence(open_line):
    async with open_line() as line:
        caller, play = await listens_to_the_announcement(line)
        await caller.coughs(0.25)
        await caller.waits(1)
        await caller.coughs(0.25)
        await caller.waits(1)
        assert len(pauses(caller, play)) == 1
        caller.hangs_up()


async def test_a_key_stops_the_announcement_at_once(open_line):
    async with open_line() as line:
        caller, play = await listens_to_the_announcement(line)
        pressed = caller.stream.clock / 8000
        await caller.keys("1")
        await caller.hears("We are open from nine to six")
        assert caller.sounding(play)[-1].end - pressed <= 0.04
        caller.hangs_up()


async def test_nobody_interrupts_a_notice_that_may_not_be_interrupted(open_line):
    async with open_line(FLOW) as line:
        caller = await line.call()
        await caller.hears("This call may be recorded", out=False)
        await caller.waits(0.5)
        await caller.says("What are your opening hours?", 1.5)
        play = await caller.hears("What can I do for you?")
        assert pauses(caller, 1) == []
        assert caller.sounding(play)
        caller.hangs_up()
    assert line.story.said("caller") == []


async def test_keys_pressed_during_such_a_notice_are_kept_for_the_question(open_line):
    async with open_line(FLOW) as line:
        caller = await line.call()
        await caller.hears("This call may be recorded", out=False)
        await caller.keys("21234")
        await caller.hears("one two three four, is that right")
        assert pauses(caller, 1) == []
        caller.hangs_up()
    assert [turn["digits"] for turn in line.story.turns.values() if turn["speaker"] == "caller"] == ["2", "1234"]


async def test_what_is_said_across_the_end_of_such_a_notice_counts(open_line):
    async with open_line(FLOW) as line:
        caller = await line.call()
        await caller.hears("This call may be recorded", out=False)
        await caller.waits(4.0)
        await caller.says("Well then, what are your opening hours?", 3.0)
        await caller.hears("We are open from nine to six.")
        caller.hangs_up()


async def test_yeah_is_an_answer_to_yes_or_no(open_line):
    async with open_line(FLOW) as line:
        caller = await line.call()
        await caller.hears("What can I do for you?")
        await caller.keys("2")
        await caller.hears("Key in your code", out=False)
        await caller.keys("12#")
        await caller.hears("one two, is that right", out=False)
        await caller.waits(1)
        await caller.says("Yeah.", 0.4)
        await caller.hears("Goodbye.")
        await caller.is_hung_up()


async def test_a_pause_between_keys_ends_the_answer(open_line):
    async with open_line(FLOW) as line:
        caller = await line.call()
        await caller.keys("2")
        await caller.hears("Key in your code")
        await caller.keys("123", gap=1)
        await caller.hears("one two three, is that right")
        caller.hangs_up()


async def test_one_press_that_comes_three_ways_counts_once(open_line):
    async with open_line(FLOW) as line:
        caller = await line.call()
        await caller.keys("2")
        await caller.hears("Key in your code")
        for digit in "1145":
            caller.stream.key(digit)
            await caller.waits(0.05)
            caller.dialog.caller_sends_info(digit)
            caller.stream.key(digit, in_band=True)
            await caller.waits(1.2)
        await caller.hears("one one four five, is that right")
        caller.hangs_up()


async def test_a_breath_inside_a_sentence_does_not_split_the_turn(open_line):
    async with open_line(FLOW) as line:
        caller = await line.call()
        await caller.hears("What can I do for you?")
        ear, stream = caller.ear, caller.stream
        ear.emit(SpeechStarted(stream.number, 901, stream.clock))
        await caller.waits(1)
        ear.emit(SpeechStarted(stream.number, 902, stream.clock))
        end = stream.clock
        ear.emit(Heard(stream.number, 901, "I was wondering", 0.9, "en", end - 8000, end - 100))
        await caller.waits(1)
        ear.emit(Heard(stream.number, 902, "what your opening hours are", 0.9, "en", end, stream.clock))
        await caller.hears("We are open from nine to six.")
        caller.hangs_up()
    assert line.story.said("caller") == ["I was wondering what your opening hours are"]
