import asyncio

import pytest

from dialplans.exchange import Prompt
from models.errors import CannotDo
from voice.loopback import LoopbackMedia
from voice.loopback_speech import LoopbackSpeech
from voice.media.media_protocol import File, Play, ToneSource
from voice.prompt_shelf import GIVE_UP_AFTER, PromptShelf
from voice.speaking import Piece, Speaking, Speech, VoiceFailed

GREETING, QUESTION = Prompt("One two three four."), Prompt("Five six?")


def speech_of(*pieces, language="en"):
    prompts = tuple(Prompt(piece.text, language=language) for piece in pieces)
    return Speech(1, prompts, True, list(pieces))


def test_what_was_heard_is_cut_between_words_in_proportion_to_the_sound():
    speech = speech_of(Piece("One two three four.", 8000, True), Piece("Five six?", 4000, True))
    assert speech.heard(0) == ""
    assert speech.heard(4000) == "One two"
    assert speech.heard(8000) == "One two three four."
    assert speech.heard(10000) == "One two three four. Five"
    assert speech.heard(12000) == "One two three four. Five six?"


def test_chinese_is_cut_between_characters():
    assert speech_of(Piece("您好欢迎来电", 6000, True), language="zh").heard(3000) == "您好欢"


@pytest.fixture
async def line():
    speech = LoopbackSpeech()
    media = LoopbackMedia(speech.samples)
    heard: list[object] = []
    stream = await media.open(heard.append)
    async with asyncio.TaskGroup() as group:
        shelf = PromptShelf(speech)
        yield speech, shelf, stream, Speaking(stream, shelf, group.create_task, heard.append), heard


def plays(stream):
    return [(told.play, [s.path for s in told.sources if isinstance(s, File)], told.last)
            for told in stream.told if isinstance(told, Play)]  # fmt: skip


@pytest.mark.looptime
async def test_prompts_at_hand_are_played_before_say_returns(line):
    _speech, shelf, stream, speaking, _heard = line
    await shelf.prepare([GREETING, QUESTION])
    said = speaking.say((GREETING, QUESTION), True)
    assert plays(stream) == [(1, ["en/One two three four."], False), (1, ["en/Five six?"], True)]
    assert said.samples > 0


@pytest.mark.looptime
async def test_playing_starts_at_the_first_prompt_while_the_next_is_synthesised(line):
    _speech, shelf, stream, speaking, _heard = line
    await shelf.prepare([GREETING])
    speaking.say((GREETING, QUESTION), True)
    assert plays(stream) == [(1, ["en/One two three four."], False)]
    await asyncio.sleep(1)
    assert plays(stream)[1:] == [(1, ["en/Five six?"], False), (1, [], True)]


@pytest.mark.looptime
async def test_stopping_ends_the_synthesis_too(line):
    _speech, _shelf, stream, speaking, _heard = line
    speaking.say((GREETING,), True)
    await asyncio.sleep(0.01)
    speaking.stop()
    await asyncio.sleep(1)
    assert plays(stream) == []


@pytest.mark.looptime
async def test_a_prompt_that_fails_is_told_and_a_recording_stands_in_once(line):
    speech, _shelf, stream, speaking, heard = line
    speech.speaks = False
    speaking.say((Prompt("Press 1."), Prompt("Press 2.")), True)
    await asyncio.sleep(1)
    assert [event.text for event in heard if isinstance(event, VoiceFailed)] == ["Press 1.", "Press 2."]
    sources = [path for _, paths, _ in plays(stream) for path in paths]
    assert len(sources) == 1
    assert sources[0].endswith("en_keypad.wav")
    assert plays(stream)[-1][2]


@pytest.mark.looptime
async def test_of_what_may_cost_little_silence_that_is_left_out_which_is_not_ready(line):
    speech, shelf, stream, speaking, heard = line
    await shelf.prepare([GREETING])
    await shelf.foresee([QUESTION], "later")
    speech.first_clause = 6.0
    said = speaking.say((GREETING, Prompt("Seven eight nine."), QUESTION), False, gaps=1.5)
    await asyncio.sleep(said.samples / 8000 + 1.4)
    assert plays(stream) == [(1, ["en/One two three four."], False)]
    await asyncio.sleep(0.2)
    assert plays(stream)[1:] == [(1, ["en/Five six?"], False), (1, [], True)], "what was rendered ahead is said"
    assert [event.text for event in heard if isinstance(event, VoiceFailed)] == ["Seven eight nine."]


@pytest.mark.looptime
async def test_where_nothing_is_ready_within_the_silence_a_tone_is_heard(line):
    speech, _shelf, stream, speaking, _heard = line
    speech.first_clause = 6.0
    speaking.say((GREETING, QUESTION), False, gaps=1.5)
    await asyncio.sleep(1.4)
    assert stream.told == []
    await asyncio.sleep(0.2)
    assert [told.sources for told in stream.told] == [[ToneSource("beep")], []]
    assert stream.told[-1].last


@pytest.mark.looptime
async def test_a_missing_sound_file_leaves_the_rest_of_the_speech(line):
    _speech, shelf, stream, speaking, heard = line
    await shelf.prepare([QUESTION])
    speaking.say((Prompt(file="nowhere.wav"), QUESTION), True)
    assert plays(stream) == [(1, ["en/Five six?"], True)]
    assert "nowhere.wav" in heard[0].reason


async def test_rendering_ahead_tells_how_far_it_is_and_what_failed():
    speech = LoopbackSpeech()
    shelf, told = PromptShelf(speech), []
    assert await shelf.prepare([GREETING, QUESTION, GREETING], lambda done, of: told.append((done, of))) == []
    assert told == [(1, 2), (2, 2)]
    assert shelf.at_hand(GREETING)
    speech.speaks = False
    problems = await shelf.prepare([Prompt(f"Number {each}") for each in range(50)])
    assert problems == ["No voice can speak 'en' now."]


async def test_where_nothing_speaks_only_a_few_prompts_are_tried():
    class Mute(LoopbackSpeech):
        tried = 0

        async def synthesise(self, text, language, voice="", wanted="now"):
            self.tried += 1
            raise CannotDo("Nobody speaks.")
            yield

    speech = Mute()
    await PromptShelf(speech).prepare([Prompt(f"Number {each}") for each in range(50)])
    assert speech.tried <= GIVE_UP_AFTER + 2


def test_the_record_has_no_marks():
    speech = speech_of(Piece("Do not hang up.", 8000, True))
    marked = Speech(1, (Prompt("Do <emphasis>not</emphasis> hang up.<break 1s/>"),), True, speech.pieces)
    assert marked.text == "Do not hang up."
