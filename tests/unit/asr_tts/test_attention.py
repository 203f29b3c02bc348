"""One ear with a scripted detector and a scripted recogniser, in virtual time."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from asr_tts import speech_protocol as protocol
from asr_tts.attention import Attention, Out, Work
from asr_tts.recognition import Question, Transcript
from asr_tts.speech_protocol import Draft, Heard, Listen, RecogniserFailed, Rejected, SpeechGoesOn, SpeechStarted

WINDOW = 256
GOOD = Transcript("I'd like sales, please.", "en", 0.9, 0.05, -0.2)
NOISE = Transcript("Hm", "en", 0.1, 0.9, -1.0)


@dataclass
class Ear:
    """Feeds an `Attention` 20 ms frames; loud ones are speech to the detector."""

    streaming: bool = False
    order: Listen = field(default_factory=lambda: Listen(1, "en"))
    at: int = 0
    now: float = 0.0
    out: list[Out] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.attention = Attention(1, WINDOW, None, streaming=self.streaming)
        self.attention.listen(self.order)
        self.random = np.random.default_rng(7)

    def hear(self, milliseconds: int, level: int = 3000, reference: np.ndarray | None = None) -> None:
        """Noise at `level` stands for speech; 0 is silence. `reference` is what the robot sends meanwhile."""
        for frame in range(milliseconds // 20):
            sent = b"" if reference is None else reference[frame * 160 : frame * 160 + 160].tobytes()
            self.frame(self.random.normal(0, level, 160).clip(-32768, 32767).astype(np.int16), sent)

    def frame(self, samples: np.ndarray, sent: bytes = b"") -> None:
        self.attention.take(self.at, samples.tobytes(), sent)
        self.at, self.now = self.at + 160, self.now + 0.02
        while (window := self.attention.window()) is not None:
            loud = float(np.abs(window).mean()) > 20
            self.out += self.attention.judged(0.95 if loud else 0.02, self.now)

    def answer(self, transcript: Transcript, work: Work | None = None) -> None:
        self.out += self.attention.understood(work or self.work()[-1], transcript, self.now)

    def work(self) -> list[Work]:
        return [item for item in self.out if isinstance(item, Work)]

    def said(self) -> list[Out]:
        """Messages but the running ones."""
        return [item for item in self.out if not isinstance(item, Work | SpeechGoesOn | protocol.SpeechPaused)]


def test_a_draft_becomes_what_was_heard_without_a_second_decode() -> None:
    ear = Ear()
    ear.hear(400, 0)
    ear.hear(1000)
    ear.hear(200, 0)
    ear.answer(GOOD)
    ear.hear(600, 0)
    started, draft, heard = ear.said()
    assert isinstance(started, SpeechStarted)
    assert isinstance(draft, Draft)
    assert isinstance(heard, Heard)
    assert len(ear.work()) == 1
    assert (draft.text, heard.text) == (GOOD.text, GOOD.text)
    assert 60 <= draft.silence_ms <= 200
    assert heard.decode_ms == 0
    assert 400 <= heard.endpoint_ms < 440
    assert abs(heard.start - 3200) <= WINDOW
    assert abs(heard.end - 11200) <= WINDOW


@pytest.mark.parametrize(
    ("transcript", "order", "expected_ms"),
    [
        (Transcript("I'd like to", "en", 0.9), Listen(1, "en"), 700),
        (Transcript("我打电话是因为", "zh", 0.9), Listen(1, "zh"), 700),
        (Transcript("你们几点开门？", "zh", 0.9), Listen(1, "zh"), 400),
        (Transcript("배송이 언제 오나요?", "ko", 0.9), Listen(1, "ko"), 500),
        (Transcript("I'd like sales, please.", "en", 0.4), Listen(1, "en"), 600),
        (GOOD, Listen(1, "en", hangover_ms=600), 600),
        (GOOD, Listen(1, "en", "dictation"), 800),
        (Transcript("一三八，零零", "zh", 0.9), Listen(1, "zh", "digits", least=11, most=11), 1400),
        (Transcript("double five one", "en", 0.9), Listen(1, "en", "digits", least=6, most=11), 1400),
        (Transcript("double five one two three", "en", 0.9), Listen(1, "en", "digits", least=6, most=6), 700),
        (Transcript("我不知道", "zh", 0.9), Listen(1, "zh", "digits", least=11, most=11), 700),
        (Transcript("一三八", "zh", 0.9), Listen(1, "zh", "digits", hangover_ms=900, least=11, most=11), 900),
    ],
    ids=["hangs", "hangs, zh", "whole, zh", "nobody reads it", "hardly sure", "given by the question", "dictation",
         "digits to come, zh", "digits to come", "one digit that wasn't heard", "no digits, zh", "digits, given"],
)  # fmt: skip
def test_the_end_waits_for_what_the_draft_reads_like(transcript: Transcript, order: Listen, expected_ms: int) -> None:
    ear = Ear(order=order)
    ear.hear(1000)
    ear.hear(200, 0)
    ear.answer(transcript)
    ear.hear(1600, 0)
    heard = ear.said()[-1]
    assert isinstance(heard, Heard)
    assert expected_ms <= heard.endpoint_ms < expected_ms + 40


def test_the_audio_to_decode_has_pre_roll_and_little_silence() -> None:
    ear = Ear()
    ear.hear(1000, 0)
    ear.hear(1000)
    ear.hear(200, 0)
    [work] = ear.work()
    assert 8000 + 2400 <= len(work.samples) <= 8000 + 2400 + 2 * WINDOW + 1600
    assert not np.abs(work.samples[:2000]).any()
    assert np.abs(work.samples[3000:9000]).mean() > 1000


def test_a_draft_of_less_than_all_is_thrown_away() -> None:
    ear = Ear()
    ear.hear(1000)
    ear.hear(200, 0)
    first = ear.work()[0]
    ear.hear(600)
    assert first.dropped
    ear.answer(Transcript("I'd like", "en", 0.9), first)
    ear.hear(300, 0)
    ear.answer(GOOD)
    ear.hear(500, 0)
    assert [type(item) for item in ear.said()] == [SpeechStarted, Draft, Heard]
    assert ear.said()[-1].text == GOOD.text  # type: ignore[union-attr]


def test_a_draft_that_comes_after_the_end_is_the_answer_and_its_wait_is_counted() -> None:
    ear = Ear()
    ear.hear(1000)
    ear.hear(700, 0)
    [work] = ear.work()
    assert work.certain
    ear.now += 0.25
    ear.answer(GOOD)
    heard = ear.said()[-1]
    assert isinstance(heard, Heard)
    assert 250 <= heard.decode_ms < 420


def test_a_commit_is_answered_at_once() -> None:
    ear = Ear()
    ear.hear(1000)
    ear.hear(200, 0)
    ear.answer(GOOD)
    ear.out += ear.attention.commit(1, ear.now)
    heard = ear.said()[-1]
    assert isinstance(heard, Heard)
    assert heard.endpoint_ms < 220
    ear.hear(1000, 0)
    assert ear.said()[-1] is heard


def test_what_nobody_waits_for_is_decoded_once_when_it_is_over() -> None:
    ear = Ear(order=Listen(1, "en", "dictation", urgent=False))
    ear.hear(1000)
    ear.hear(400, level=0)
    assert ear.work() == []
    ear.hear(1000, level=0)
    [work] = ear.work()
    assert work.certain
    ear.answer(GOOD)
    assert not any(isinstance(each, Draft) for each in ear.said())
    assert any(isinstance(each, Heard) for each in ear.said())


def test_noise_that_became_a_word_is_neither_draft_nor_heard() -> None:
    ear = Ear()
    ear.hear(500)
    ear.hear(200, 0)
    ear.answer(NOISE)
    ear.hear(600, 0)
    assert [type(item) for item in ear.said()] == [SpeechStarted, Rejected]


def test_an_engine_that_fails_costs_one_utterance() -> None:
    ear = Ear()
    ear.hear(500)
    ear.hear(700, 0)
    ear.out += ear.attention.failed(ear.work()[0], "It broke.")
    assert isinstance(ear.said()[-1], RecogniserFailed)
    ear.hear(500)
    ear.hear(700, 0)
    ear.answer(GOOD)
    heard = ear.said()[-1]
    assert isinstance(heard, Heard)
    assert heard.utterance == 2


def test_a_draft_that_failed_is_decoded_again_at_the_end() -> None:
    ear = Ear()
    ear.hear(500)
    ear.hear(200, 0)
    ear.out += ear.attention.failed(ear.work()[0], "It broke.")
    ear.hear(500, 0)
    assert len(ear.work()) == 2
    ear.answer(GOOD)
    assert isinstance(ear.said()[-1], Heard)


def test_two_utterances_may_wait_for_the_recogniser_and_each_gets_its_own_text() -> None:
    ear = Ear()
    for _ in range(2):
        ear.hear(500)
        ear.hear(700, 0)
    first, second = ear.work()
    ear.answer(Transcript("two", "en", 0.9), second)
    ear.answer(Transcript("one", "en", 0.9), first)
    assert [(item.utterance, item.text) for item in ear.said() if isinstance(item, Heard)] == [(2, "two"), (1, "one")]


def test_a_closed_question_has_its_choice_and_digits_are_digits() -> None:
    ear = Ear(order=Listen(1, "en", "list", ["sales", "billing"]))
    ear.hear(500)
    ear.hear(500, 0)
    ear.answer(GOOD)
    heard = ear.said()[-1]
    assert isinstance(heard, Heard)
    assert heard.choice == 0
    ear.attention.listen(Listen(1, "en", "digits"))
    ear.hear(500)
    ear.hear(500, 0)
    ear.answer(Transcript("Double five, oh one.", "en", 0.8))
    heard = ear.said()[-1]
    assert isinstance(heard, Heard)
    assert heard.text == "5501"


def test_an_utterance_answers_the_question_it_began_under() -> None:
    ear = Ear(order=Listen(1, "en", "yes_no"))
    ear.hear(500)
    ear.attention.listen(Listen(1, "en", "open"))
    ear.hear(400, 0)
    ear.answer(Transcript("Yes.", "en", 0.9))
    heard = ear.said()[-1]
    assert isinstance(heard, Heard)
    assert heard.choice == 0


def test_while_the_robot_is_silent_speech_is_reported_six_times_a_second() -> None:
    ear = Ear()
    ear.hear(1600)
    reports = [item for item in ear.out if isinstance(item, SpeechGoesOn)]
    assert 9 <= len(reports) <= 11
    assert reports[-1].echo == 0
    assert reports[-1].speech_ms == pytest.approx(1600, abs=170)
    assert reports[-1].level == pytest.approx(20 * np.log10(3000 / 32768), abs=1)


def robots_voice(milliseconds: int, level: int = 5000) -> np.ndarray:
    return np.random.default_rng(11).normal(0, level, milliseconds * 8).astype(np.int16)


def test_the_robots_echo_is_reported_as_such_and_rejected_undecoded() -> None:
    ear, voice = Ear(), robots_voice(2000)
    late = np.concatenate([np.zeros(800, np.int16), (voice[:-800] * 0.06).astype(np.int16)])
    for start in range(0, len(voice), 160):
        ear.frame(late[start : start + 160], voice[start : start + 160].tobytes())
    reports = [item for item in ear.out if isinstance(item, SpeechGoesOn)]
    assert len(reports) > 40, "every window while the robot speaks"
    assert min(report.echo for report in reports[3:]) > 0.9
    assert reports[-1].speech_ms < 70, "echo is no speech"
    ear.hear(700, 0)
    last = ear.said()[-1]
    assert isinstance(last, Rejected)
    assert last.reason == "echo"
    assert not ear.work()


def test_a_caller_over_the_robots_voice_is_speech() -> None:
    ear = Ear()
    ear.hear(1000, 3000, robots_voice(1000))
    reports = [item for item in ear.out if isinstance(item, SpeechGoesOn)]
    assert max(report.echo for report in reports) < 0.3
    assert reports[-1].speech_ms > 900
    ear.hear(700, 0)
    ear.answer(GOOD)
    assert isinstance(ear.said()[-1], Heard)


def test_lost_frames_are_silence_and_counted_and_break_nothing() -> None:
    ear = Ear()
    ear.hear(500)
    ear.at += 3 * 160
    ear.hear(500)
    ear.hear(700, 0)
    assert ear.attention.lost == 480
    ear.answer(GOOD)
    assert [type(item) for item in ear.said()] == [SpeechStarted, Heard]


def test_a_long_hole_in_the_audio_is_a_new_beginning() -> None:
    ear = Ear()
    ear.hear(200, 0)
    ear.at += 80000
    ear.hear(600)
    ear.hear(700, 0)
    ear.answer(GOOD)
    heard = ear.said()[-1]
    assert isinstance(heard, Heard)
    assert abs(heard.start - 81600) <= WINDOW


def test_who_gives_up_hears_no_more_of_it() -> None:
    ear = Ear()
    ear.hear(500)
    ear.hear(200, 0)
    [work] = ear.work()
    assert ear.attention.give_up() == [Rejected(1, 1, 0, 0, "ignored")]
    assert work.dropped
    before = list(ear.out)
    ear.answer(GOOD, work)
    ear.hear(1000)
    assert ear.out == before
    assert ear.attention.give_up() == []


def test_who_gives_up_ends_what_is_over_but_not_understood_yet_and_nothing_that_had_its_end() -> None:
    ear = Ear()
    for _ in range(2):
        ear.hear(500)
        ear.hear(700, 0)
    first, second = ear.work()
    ear.answer(GOOD, first)
    [end] = ear.attention.give_up()
    assert isinstance(end, Rejected)
    assert (end.utterance, end.reason) == (2, "ignored")
    assert second.dropped


@pytest.mark.parametrize("silence", [0, 700])
def test_who_gives_up_lets_a_streaming_recogniser_forget_every_open_utterance(silence: int) -> None:
    ear = Ear(streaming=True)
    ear.hear(600)
    ear.hear(silence, 0)
    work, rejected = ear.attention.give_up()
    assert isinstance(work, Work)
    assert (work.utterance, work.certain, work.dropped) == (1, True, True)
    assert isinstance(rejected, Rejected)
    ear.out += ear.attention.partly(ear.work()[-1], "late", False, ear.now)
    assert not any(isinstance(item, Draft) for item in ear.out)


def test_who_listens_again_counts_on_and_has_no_memory_of_what_was_ignored() -> None:
    ear = Ear()
    ear.hear(500)
    ear.attention.give_up()
    ear.hear(2000)
    assert ear.attention.window() is None
    ear.attention.listen(Listen(1, "en"))
    ear.hear(500, 0)
    ear.hear(600)
    ear.hear(700, 0)
    ear.answer(GOOD)
    heard = ear.said()[-1]
    assert isinstance(heard, Heard)
    assert heard.utterance == 2
    assert abs(heard.start - 3000 * 8) <= WINDOW
    assert len(ear.work()[-1].samples) < 1200 * 8


def test_a_streaming_recogniser_gets_every_piece_once_and_in_order() -> None:
    ear = Ear(streaming=True)
    ear.hear(1000, 0)
    ear.hear(1000)
    ear.hear(700, 0)
    pieces = ear.work()
    assert pieces[-1].certain
    assert not any(piece.certain for piece in pieces[:-1])
    together = np.concatenate([piece.samples for piece in pieces])
    assert len(together) == pytest.approx(8000 + 2400 + 4000, abs=3 * WINDOW)
    assert np.abs(together[2700:9000]).mean() > 1000
    ear.answer(Transcript("hello", "ko", 0.9))
    assert isinstance(ear.said()[-1], Heard)


def test_a_streaming_recognisers_partials_are_drafts_and_its_end_is_the_end() -> None:
    ear = Ear(streaming=True)
    ear.hear(1000)
    for text, is_end in (("hel", False), ("hel", False), ("hello", False), ("hello", True)):
        ear.out += ear.attention.partly(ear.work()[-1], text, is_end, ear.now)
    assert [item.text for item in ear.said() if isinstance(item, Draft)] == ["hel", "hello"]
    assert ear.work()[-1].certain
    ear.answer(Transcript("hello", "ko", 0.9))
    assert isinstance(ear.said()[-1], Heard)


def test_hours_of_silence_need_no_memory() -> None:
    ear = Ear()
    ear.hear(60_000, 0)
    assert ear.attention._tape.end - ear.attention._tape.begin < 8000


def over_the_robot(kind: protocol.QuestionKind = "open") -> Ear:
    """A caller who has said something short into the robot's speech."""
    ear = Ear(order=Listen(1, "en", kind))
    robot = np.random.default_rng(9).normal(0, 3000, 8000).astype(np.int16)
    ear.hear(200, 0, robot)
    ear.hear(300, reference=robot[1600:])
    ear.hear(120, 0)
    return ear


def test_what_is_said_into_the_robots_speech_is_decoded_as_a_possible_reaction() -> None:
    assert over_the_robot().work()[-1].question.over_robot
    assert not over_the_robot("digits").work()[-1].question.over_robot
    ear = Ear()
    ear.hear(1000, 0)
    ear.hear(300)
    ear.hear(120, 0)
    assert not ear.work()[-1].question.over_robot


def test_the_robot_is_told_of_a_sound_without_words_before_its_end_and_of_what_it_is_like() -> None:
    ear = over_the_robot()
    ear.answer(Transcript("Boo", "en", 0.15, 0.1, -2.4, reaction="Wait."))
    ear.hear(600, 0)
    _, draft, rejected = ear.said()
    assert isinstance(draft, Draft)
    assert isinstance(rejected, Rejected)
    assert (draft.text, draft.confidence, draft.reaction, rejected.reaction) == ("", 0.0, "Wait.", "Wait.")


def test_a_reaction_stands_beside_the_words() -> None:
    ear = over_the_robot()
    ear.answer(Transcript("Wave", "en", 0.46, 0.1, -1.1, reaction="Wait."))
    ear.hear(700, 0)
    _, draft, heard = ear.said()
    assert isinstance(draft, Draft)
    assert isinstance(heard, Heard)
    assert (draft.text, draft.reaction, heard.text, heard.reaction) == ("Wave", "Wait.", "Wave", "Wait.")


def test_what_goes_on_is_glimpsed_where_that_is_wanted_and_is_no_draft() -> None:
    ear = Ear(order=Listen(1, "en", "yes_no", glimpses=True))
    ear.hear(200, 0)
    ear.hear(700)
    [work] = ear.work()
    assert work.question == Question("en", glimpse=True), "what was asked says nothing of who it is"
    ear.answer(GOOD, work)
    assert isinstance(ear.said()[-1], protocol.Glimpse)
    ear.hear(200)
    ear.hear(900, 0)
    assert [one.glimpse for one in ear.work()] == [True, True, False]
    ear.answer(GOOD)
    assert isinstance(ear.said()[-1], Heard)


def test_a_glimpse_that_was_not_looked_at_yet_makes_room_for_the_next() -> None:
    ear = Ear(order=Listen(1, "en", glimpses=True))
    ear.hear(200, 0)
    ear.hear(1700)
    *earlier, last = ear.work()
    assert len(earlier) >= 2
    assert all(one.dropped for one in earlier)
    assert not last.dropped
    begun = Ear(order=Listen(1, "en", glimpses=True))
    begun.hear(200, 0)
    begun.hear(700)
    begun.work()[0].begun = True
    begun.hear(500)
    assert [one.dropped for one in begun.work()] == [False, False]


def test_nothing_is_glimpsed_where_nobody_wants_it() -> None:
    ear = Ear()
    ear.hear(200, 0)
    ear.hear(3000)
    assert ear.work() == []


def test_the_recogniser_is_told_what_a_number_keeps() -> None:
    ear = Ear(order=Listen(1, "zh", "digits", least=13, most=19, check="luhn", urgent=False))
    ear.hear(1000)
    ear.hear(1600, 0)
    assert [work.question for work in ear.work()] == [Question("zh", "digits", (), 13, 19, "luhn", urgent=False)]
