import pytest

pytestmark = pytest.mark.looptime


async def test_a_caller_asks_is_answered_and_says_goodbye(open_line):
    async with open_line() as line:
        caller = await line.call()
        await caller.hears("How can I help you?")
        await caller.waits(0.5)
        await caller.says("What are your opening hours?")
        await caller.hears("We are open from nine to six")
        await caller.says("No thank you, goodbye.")
        await caller.hears("Thank you for calling. Goodbye!")
        await caller.is_hung_up()
    story = line.story
    assert story.cause == "robot-hung-up"
    assert story.said("caller") == ["What are your opening hours?", "No thank you, goodbye."]
    assert [turn["intent"] for turn in story.turns.values() if turn["speaker"] == "caller"] == ["hours", "goodbye"]
    assert not any(turn["interrupted"] for turn in story.turns.values())
    assert story.began.flow == "reception"


async def test_an_order_number_is_said_confirmed_and_looked_up(open_line):
    async with open_line() as line:
        caller = await line.call()
        await caller.hears("How can I help you?")
        await caller.says("Where is my parcel?")
        await caller.hears("tell me your order number")
        await caller.says("four two seven one oh six", 2.5)
        await caller.hears("four two seven, one zero six. Is that right?")
        await caller.says("Yeah.", 0.4)
        await caller.hears("Your order is on its way")
        caller.hangs_up()
    assert line.story.cause == "caller-hung-up"


async def test_an_order_number_is_keyed(open_line):
    async with open_line() as line:
        caller = await line.call()
        await caller.keys("2")
        await caller.hears("tell me your order number", out=False)
        await caller.keys("427106")
        await caller.hears("four two seven, one zero six. Is that right?")
        await caller.keys("1")
        await caller.hears("Your order is on its way")
        caller.hangs_up()
    digits = [turn["digits"] for turn in line.story.turns.values() if turn["speaker"] == "caller"]
    assert digits == ["2", "427106", "1"]


async def test_chinese_is_spoken_as_well(open_line):
    async with open_line(language="zh") as line:
        caller = await line.call()
        await caller.hears("请问有什么可以帮您？")
        await caller.says("你们几点关门", language="zh")
        await caller.hears("周一到周五早上九点")
        await caller.says("没有了谢谢再见", language="zh")
        await caller.hears("感谢您的来电，再见！")
        await caller.is_hung_up()
    assert line.story.began.language == "zh"
    assert line.story.cause == "robot-hung-up"


async def test_a_chinese_caller_of_an_english_greeting_is_answered_in_chinese(open_line):
    async with open_line() as line:
        caller = await line.call()
        await caller.hears("How can I help you?")
        assert caller.ear.listens.language == ""
        await caller.says("你们几点关门", language="zh")
        await caller.hears("周一到周五早上九点")
        assert caller.ear.listens.language == "zh"
        await caller.says("没有了谢谢再见", language="zh")
        await caller.hears("感谢您的来电，再见！")
        await caller.is_hung_up()
    story = line.story
    assert story.began.language == "en"
    assert ("language", {"language": "zh", "confidence": 0.9}) in story.events
    assert [turn["language"] for _, turn in sorted(story.turns.items())] == ["en", "zh", "zh", "zh", "zh"]
    assert story.settled == ["zh"]


async def test_a_chinese_caller_interrupts_the_english_greeting_and_is_committed_on_the_draft(open_line):
    async with open_line() as line:
        caller = await line.call()
        await caller.hears("Hello, and welcome", out=False)
        await caller.waits(1)
        await caller.says("你们几点开门", language="zh")
        await caller.hears("周一到周五早上九点")
        caller.hangs_up()
    turn = next(turn for turn in line.story.turns.values() if turn["speaker"] == "caller")
    assert (turn["intent"], turn["language"]) == ("hours", "zh")
    assert turn["timings"]["endpoint_ms"] == pytest.approx(350, abs=15)


async def test_an_english_caller_stays_in_english_where_the_language_is_identified(open_line):
    async with open_line() as line:
        caller = await line.call()
        await caller.hears("How can I help you?")
        await caller.says("What are your opening hours?")
        await caller.hears("We are open from nine to six")
        assert caller.ear.listens.language == "en"
        caller.hangs_up()
    assert "language" not in line.story.names()


async def test_a_caller_changes_the_language(open_line):
    async with open_line() as line:
        caller = await line.call()
        await caller.hears("How can I help you?")
        await caller.says("Chinese please")
        await caller.hears("请问有什么可以帮您？")
        assert caller.ear.listens.language == "zh"
        caller.hangs_up()


async def test_repeat_says_it_once_more(open_line):
    async with open_line() as line:
        caller = await line.call()
        await caller.hears("How can I help you?")
        await caller.says("Where is your shop?")
        await caller.hears("25 River Street")
        await caller.says("Could you say that again?")
        await caller.hears("25 River Street")
        await caller.keys("*")
        await caller.hears("25 River Street")
        caller.hangs_up()


async def test_a_human_who_is_not_there_leads_back_to_the_robot(open_line):
    async with open_line() as line:
        caller = await line.call()
        await caller.hears("How can I help you?")
        await caller.says("I want to speak to a person")
        await caller.hears("all my colleagues are busy")
        await caller.keys("0")
        await caller.hears("all my colleagues are busy")
        caller.hangs_up()
    assert line.story.names().count("handover") == 2


async def test_silence_is_answered_with_growing_help_then_with_the_keypad_then_with_goodbye(open_line):
    async with open_line() as line:
        caller = await line.call()
        await caller.hears("How can I help you?")
        await caller.hears("I'm listening.")
        await caller.hears("You can say: opening hours")
        await caller.hears("Let's use the keypad")
        await caller.hears("Are you still there?")
        await caller.hears("I'm sorry that I couldn't help you today.")
        await caller.is_hung_up()
    assert line.story.names().count("no_input") == 5
    assert line.story.cause == "robot-hung-up"


async def test_what_nobody_understands_leads_to_the_exit(open_line):
    async with open_line() as line:
        caller = await line.call()
        await caller.hears("How can I help you?")
        await caller.says("The weather is purple on Wednesdays.")
        await caller.hears("Sorry, I didn't get that. What would you like to know?")
        await caller.says("Bananas for everybody in the theatre.")
        await caller.hears("You can say, for example")
        await caller.says("My cat plays the violin.")
        await caller.hears("Let's use the keypad")
        await caller.says("opening hours")
        await caller.hears("We are open from nine to six")
        caller.hangs_up()
    assert line.story.names().count("no_match") == 3


async def test_patience_runs_only_while_nobody_speaks(open_line):
    async with open_line() as line:
        caller = await line.call()
        await caller.hears("How can I help you?")
        await caller.waits(5)
        await caller.says("Well, I have been thinking for a long time, so, what are your opening hours?", 9)
        await caller.hears("We are open from nine to six")
        caller.hangs_up()
    assert "no_input" not in line.story.names()


async def test_turns_carry_times_and_figures(open_line):
    async with open_line() as line:
        caller = await line.call()
        await caller.hears("How can I help you?")
        await caller.waits(1)
        start = caller.stream.clock / 8000
        await caller.says("What are your opening hours?", 2.0)
        await caller.hears("We are open")
        caller.hangs_up()
    turn = next(turn for turn in line.story.turns.values() if turn["speaker"] == "caller")
    assert turn["start_s"] == pytest.approx(start, abs=0.1)
    assert turn["end_s"] == pytest.approx(start + 2.0, abs=0.1)
    # Committed on the draft after 350 ms, said from the shelf at the next tick.
    assert turn["timings"]["endpoint_ms"] == pytest.approx(350, abs=15)
    assert turn["timings"]["answer_ms"] == pytest.approx(370, abs=25)
