"""Real engines listen to calls again: in the language that is spoken, and with personal data beeped."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from asr_tts import weights
from asr_tts.engines.silero import Silero
from asr_tts.engines.whisper import Whisper
from asr_tts.heard_text import plain
from asr_tts.recognition import Question
from asr_tts.spoken_digits import digits_of
from bench.sounds import PROMPTS, human, read_wav, transcripts, trimmed
from quality.beeping import beeped, beeps
from quality.conversation import Conversation, Turn
from quality.masking import personal_in
from quality.relistening import Ears, listen_again
from quality.sound import Sound

pytestmark = pytest.mark.engine
TIMED = Path(__file__).parents[1] / "sounds" / "timed"
RATE = 8000
SAID = json.loads((TIMED / "words.json").read_text("utf-8"))
ENGLISH = ("conf-onlyone", "conf-getconfno", "privacy-prompt")
CHINESE = ("zh2", "zh3", "zh4")
CARD = "4111111111111111"


@pytest.fixture(scope="module")
def ears() -> Ears:
    found = Ears(Silero(weights.find("silero-vad")), Whisper(weights.find("whisper-base")))
    found.detector.warm_up()
    found.recogniser.warm_up()
    return found


def call(pieces: list[np.ndarray], pause: float = 1.2) -> tuple[np.ndarray, list[tuple[float, float]]]:
    """Return a channel with the pieces one after the other, and when each is."""
    channel, times = [np.zeros(RATE, np.int16)], []
    for piece in pieces:
        at = sum(map(len, channel)) / RATE
        times.append((at, at + len(piece) / RATE))
        channel += [piece, np.zeros(round(pause * RATE), np.int16)]
    return np.concatenate(channel), times


def again(ears: Ears, channel: np.ndarray, turns: list[Turn], language: str) -> tuple[Turn, ...]:
    live = Conversation("c", len(channel) / RATE, tuple(turns), language)
    return listen_again(live, Sound(channel, np.zeros_like(channel)), ears, lambda: None).turns


def test_english_that_was_taken_for_chinese_is_understood_in_english(ears: Ears) -> None:
    channel, times = call([human(name) for name in ENGLISH])
    live = [Turn(at, "caller", "普利斯恩特", *time, "zh", 0.9) for at, time in enumerate(times, 1)]
    turns = again(ears, channel, live, "zh")
    assert [turn.language for turn in turns] == ["en"] * 3
    wanted = [set(plain(transcripts()[name]).split()) for name in ENGLISH]
    for turn, words in zip(turns, wanted, strict=True):
        assert len(words & set(plain(turn.text).split())) >= 0.8 * len(words)
        assert turn.words


def test_chinese_that_was_taken_for_english_is_understood_in_chinese(ears: Ears) -> None:
    channel, times = call([read_wav(TIMED / f"{name}.wav") for name in CHINESE])
    live = [Turn(at, "caller", "Nun boo nun bang", *time, "en", 0.9) for at, time in enumerate(times, 1)]
    turns = again(ears, channel, live, "en")
    # Half a second of silence inside of a sentence may part it.
    assert {turn.language for turn in turns} == {"zh"}
    heard = "".join(turn.text for turn in turns)
    signs = {sign for name in CHINESE for sign in SAID[name]["text"] if sign.isalnum()}
    assert len(signs & set(heard)) >= 0.6 * len(signs)


def test_what_is_spoken_in_the_call_s_language_stays_in_it(ears: Ears) -> None:
    both = [human(ENGLISH[0]), read_wav(TIMED / "zh2.wav")]
    channel, times = call(both)
    live = [Turn(1, "caller", "", *times[0], "en", 0.1), Turn(2, "caller", "", *times[1], "zh", 0.1)]
    assert [turn.language for turn in again(ears, channel, live, "en")] == ["en", "zh"]


def masked(ears: Ears, channel: np.ndarray, turns: list[Turn], language: str) -> tuple[np.ndarray, list[str]]:
    live = Conversation("c", len(channel) / RATE, tuple(turns), language)
    found = listen_again(live, Sound(channel, np.zeros_like(channel)), ears, lambda: None)
    personal = personal_in(found)
    transcript, rows = [asdict(turn) for turn in found.turns], [asdict(one) for one in personal]
    sound = beeped(Sound(channel, np.zeros_like(channel)), beeps(transcript, rows, exact=True))
    return sound.caller, [one.kind for one in personal]


def test_a_card_number_cannot_be_heard_in_the_copy_and_what_is_around_it_can(ears: Ears) -> None:
    digits = [trimmed(read_wav(PROMPTS / "digits" / f"{digit}.wav")) for digit in CARD]
    gap = np.zeros(800, np.int16)
    number = np.concatenate([part for digit in digits for part in (digit, gap)])
    channel, times = call([human("privacy-prompt"), number, human("conf-getconfno")])
    copy, kinds = masked(ears, channel, [Turn(1, "caller", f"It is {CARD}.", *times[1], "en", 0.99)], "en")
    assert "card" in kinds
    question = Question("en", "dictation")
    begin, end = (round(time * RATE) for time in times[1])
    assert len(digits_of(ears.recogniser.recognise(channel[begin - 2000 : end + 2000], question).text)) >= 12
    assert len(digits_of(ears.recogniser.recognise(copy[begin - 2000 : end + 2000], question).text)) <= 1
    before, after = (round(edge * RATE) for edge in (times[0][1], times[2][0]))
    assert np.array_equal(copy[:before], channel[:before])
    assert np.array_equal(copy[after:], channel[after:])


def test_a_chinese_telephone_number_and_name_cannot_be_heard_in_the_copy(ears: Ears) -> None:
    channel, times = call([read_wav(TIMED / "zh1.wav")])
    text = "我叫王小明，我的电话是13922657734。"
    copy, kinds = masked(ears, channel, [Turn(1, "caller", text, *times[0], "zh", 0.99)], "zh")
    assert {"name", "phone"} <= set(kinds)
    # What the synthesiser says of the name and of the first and last digit: inside of the tone.
    starts = [1.0 + second for second in SAID["zh1"]["starts"]]
    for second in (*starts[2:5], *starts[-11:]):
        at = round((second + 0.05) * RATE)
        assert np.abs(copy[at : at + 400].astype(int)).max() <= 1500
    heard = ears.recogniser.recognise(copy, Question("zh", "dictation")).text
    assert len(digits_of(heard)) <= 1
