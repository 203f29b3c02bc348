import numpy as np

from asr_tts.recognition import Question, Transcript
from asr_tts.transcription import TOGETHER, Spoken, find_speech, understand, words_of

RATE = 8000


class Loud:
    """A detector for which whatever isn't silent is speech."""

    name, window = "loud", 256

    def warm_up(self) -> None: ...

    def fresh_memory(self) -> object:
        return object()

    def judge(self, memories, windows):
        return (np.abs(windows).max(axis=1) > 100).astype(np.float32)


class Counting:
    """A recogniser that says how long what it was given is, in tenths of a second."""

    name = "counting"

    def __init__(self, *, no_speech: float = 0.0) -> None:
        self.asked: list[Question] = []
        self._no_speech = no_speech

    def warm_up(self) -> None: ...

    def recognise(self, samples, question):
        self.asked.append(question)
        return Transcript(f"{len(samples) * 10 // RATE} tenths", question.language or "zh", 0.9, self._no_speech)


def _channel(*loud: tuple[float, float], seconds: float = 10.0) -> np.ndarray:
    channel = np.zeros(round(seconds * RATE), np.int16)
    for start, end in loud:
        channel[round(start * RATE) : round(end * RATE)] = 3000
    return channel


def test_the_speech_of_each_channel_is_found_for_itself():
    caller, ours = find_speech([_channel((1, 2), (5, 6)), _channel((3, 4))], Loud())
    assert [(round(one.onset / RATE, 1), round(one.end / RATE, 1)) for one in caller] == [(1.0, 2.0), (5.0, 6.0)]
    assert [(round(one.onset / RATE, 1), round(one.end / RATE, 1)) for one in ours] == [(3.0, 4.0)]


def test_a_short_pause_does_not_part_an_utterance():
    (caller,) = find_speech([_channel((1, 2), (2.5, 3))], Loud())
    assert len(caller) == 1


def test_what_still_goes_on_at_the_end_of_the_recording_is_an_utterance_too():
    (caller,) = find_speech([_channel((9, 10))], Loud())
    assert round(caller[0].end / RATE, 1) == 10.0


def test_an_empty_recording_has_no_speech():
    assert find_speech([_channel(seconds=0.0)] * 2, Loud()) == [[], []]


def test_utterances_are_understood_with_some_silence_around_them_a_few_after_each_rest():
    channel = _channel(*((2 * at + 1, 2 * at + 2) for at in range(6)), seconds=14.0)
    asked_at: list[int] = []
    recogniser = Counting()
    speech = find_speech([channel], Loud())[0]
    spoken = list(
        understand(channel, speech, recogniser, lambda one: "en", lambda: asked_at.append(len(recogniser.asked)))
    )
    assert [one.text for one in spoken] == ["15 tenths"] * 6
    assert [round(one.start) for one in spoken] == [1, 3, 5, 7, 9, 11]
    assert asked_at == [0, TOGETHER]
    assert {(one.kind, one.urgent) for one in recogniser.asked} == {("dictation", False)}


class Together(Counting):
    """A recogniser that takes several at once, and says how many they were."""

    def recognise_together(self, utterances, language, thorough):
        return [(Transcript(f"{len(utterances)}", language, 0.9), (f"{thorough}",)) for _ in utterances]


def test_a_recogniser_that_can_is_given_those_of_one_language_together():
    channel = np.zeros(20 * RATE, np.int16)
    for at, level in enumerate((EN, ZH, EN)):
        channel[(3 * at + 1) * RATE : round((3 * at + 2.5) * RATE)] = level
    speech = find_speech([channel], Loud())[0]
    heard = list(understand(channel, speech, _Both(), lambda one: "en", lambda: None, thorough=True))
    assert [(one.language, one.text) for one in heard] == [("en", "2"), ("zh", "1"), ("en", "2")]
    assert {one.others for one in heard} == {("True",)}


def test_what_is_no_speech_after_all_is_left_out():
    channel = _channel((1, 2))
    speech = find_speech([channel], Loud())[0]
    assert list(understand(channel, speech, Counting(no_speech=0.9), lambda one: "en", lambda: None)) == []


class Tongues(Counting):
    """A recogniser that hears a language in how loud it is, and says which it was asked to understand."""

    def identify(self, samples):
        loud = np.abs(samples).max()
        return (
            {"en": 0.95, "zh": 0.01}
            if loud < 2000
            else {"en": 0.01, "zh": 0.95}
            if loud < 4000
            else {"en": 0.8, "zh": 0.1}
        )


class _Both(Tongues, Together):
    """Both."""


def _languages(*utterances: tuple[float, int], expected="en") -> list[str]:
    channel = np.zeros(20 * RATE, np.int16)
    for at, (seconds, level) in enumerate(utterances):
        channel[(3 * at + 1) * RATE : round((3 * at + 1 + seconds) * RATE)] = level
    recogniser = Tongues()
    speech = find_speech([channel], Loud())[0]
    return [one.language for one in understand(channel, speech, recogniser, lambda one: expected, lambda: None)]


EN, ZH, UNSURE = 1500, 3000, 6000


def test_what_is_spoken_in_another_language_than_expected_is_understood_in_it():
    assert _languages((1.5, ZH), (1.5, EN), (1.5, ZH)) == ["zh", "en", "zh"]
    assert _languages((1.5, EN), expected="zh") == ["en"]


def test_what_does_not_surely_sound_like_another_language_is_in_the_expected_one():
    assert _languages((1.5, UNSURE), (1.5, UNSURE), expected="zh") == ["zh", "zh"]


def test_what_noise_hides_is_in_the_language_of_the_one_before():
    assert _languages((1.5, ZH), (1.5, UNSURE), (1.5, EN), (1.5, UNSURE)) == ["zh", "zh", "en", "en"]


def test_what_is_too_short_to_tell_follows_the_one_before_and_at_first_the_next():
    assert _languages((0.5, EN), (1.5, ZH), (0.5, EN), (1.5, EN), (0.5, ZH)) == ["zh", "zh", "zh", "en", "en"]
    assert _languages((0.5, ZH)) == ["en"]


def test_a_known_text_s_words_are_spread_over_its_voice_where_nobody_can_align_them():
    words = words_of(_channel((2, 3)), 2 * RATE, 3 * RATE, Spoken(0, 0, "one two", "en", 0.5), None)
    assert [(one.text, round(one.start, 1), round(one.end, 1)) for one in words] == [
        ("one", 2.0, 2.5),
        ("two", 2.5, 3.0),
    ]
