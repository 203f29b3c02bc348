"""What the recogniser does first, and what it never does."""

import queue
import threading
from dataclasses import dataclass, field

import numpy as np
import pytest

from asr_tts.attention import Work
from asr_tts.recogniser_thread import MOST_LATER, Outcome, RecogniserThread
from asr_tts.recognition import Partial, Question, Samples, Transcript


@dataclass
class Gated:
    """Decodes nothing before the gate opens; the text is the number of samples."""

    name: str = "gated"
    gate: threading.Event = field(default_factory=threading.Event)
    busy: threading.Event = field(default_factory=threading.Event)

    def warm_up(self) -> None: ...

    def recognise(self, samples: Samples, question: Question) -> Transcript:
        self.busy.set()
        assert self.gate.wait(60)
        if len(samples) == 13:
            raise ValueError("thirteen")
        return Transcript(str(len(samples)), "en", 1.0)


class Words:
    """A streaming recogniser that counts."""

    name = "words"

    def warm_up(self) -> None: ...

    def listen(self, question: Question) -> "Words":
        return Words()

    def __init__(self) -> None:
        self.samples = 0

    def take(self, samples: Samples) -> Partial:
        self.samples += len(samples)
        return Partial(str(self.samples), is_end=False)

    def finish(self) -> Transcript:
        return Transcript(str(self.samples), "ko", 1.0)


Done = queue.Queue[tuple[Work, Outcome]]


@pytest.fixture
def done() -> Done:
    return queue.Queue()


def work(samples: int, *, certain: bool = False, utterance: int = 1) -> Work:
    return Work(1, utterance, np.zeros(samples, np.int16), Question(), certain)


def test_what_is_certain_goes_before_what_is_suspected_and_dropped_work_is_not_done(done: Done) -> None:
    recogniser = Gated()
    thread = RecogniserThread(recogniser, lambda *result: done.put(result))
    thread.start()
    thread.give(work(1))
    assert recogniser.busy.wait(60)
    suspected, dropped, certain = work(2, utterance=2), work(3, utterance=3), work(4, certain=True, utterance=4)
    promoted = work(5, utterance=5)
    for item in (suspected, dropped, certain, promoted):
        thread.give(item)
    dropped.dropped = promoted.certain = True
    assert thread.backlog == 4
    recogniser.gate.set()
    order = [done.get(timeout=60)[1] for _ in range(4)]
    assert [outcome.text for outcome in order if isinstance(outcome, Transcript)] == ["1", "4", "5", "2"]
    assert thread.backlog == 0
    assert done.empty()


def test_a_glimpse_stands_behind_what_may_be_over_and_keeps_nobody_from_being_decoded(done: Done) -> None:
    recogniser = Gated()
    thread = RecogniserThread(recogniser, lambda *result: done.put(result))
    thread.start()
    thread.give(work(1))
    assert recogniser.busy.wait(60)
    glimpse, suspected, certain = work(2, utterance=2), work(3, utterance=3), work(4, certain=True, utterance=4)
    glimpse.glimpse = True
    for item in (glimpse, suspected, certain):
        thread.give(item)
    assert thread.backlog == 3
    recogniser.gate.set()
    order = [done.get(timeout=60)[1] for _ in range(4)]
    assert [outcome.text for outcome in order if isinstance(outcome, Transcript)] == ["1", "4", "3", "2"]
    assert glimpse.begun


def for_the_record(samples: int) -> Work:
    return Work(2, samples, np.zeros(samples, np.int16), Question(urgent=False), certain=True)


def test_what_nobody_waits_for_stands_back_and_is_no_backlog(done: Done) -> None:
    recogniser = Gated()
    thread = RecogniserThread(recogniser, lambda *result: done.put(result))
    thread.start()
    thread.give(work(1))
    assert recogniser.busy.wait(60)
    for item in (for_the_record(2), for_the_record(3), work(4), work(5, certain=True, utterance=5)):
        thread.give(item)
    assert thread.backlog == 3
    recogniser.gate.set()
    order = [done.get(timeout=60)[1] for _ in range(5)]
    assert [outcome.text for outcome in order if isinstance(outcome, Transcript)] == ["1", "5", "4", "2", "3"]


def test_a_house_full_of_talks_is_not_written_down_whole(done: Done) -> None:
    recogniser = Gated()
    thread = RecogniserThread(recogniser, lambda *result: done.put(result))
    thread.start()
    thread.give(work(1))
    assert recogniser.busy.wait(60)
    for number in range(20, 20 + MOST_LATER + 5):
        thread.give(for_the_record(number))
    recogniser.gate.set()
    outcomes = [done.get(timeout=60) for _ in range(MOST_LATER + 6)]
    left_out = [item.utterance for item, outcome in outcomes if isinstance(outcome, str)]
    assert left_out == [20, 21, 22, 23]


def test_an_engine_that_raises_is_a_sentence_and_the_next_work_is_done(done: Done) -> None:
    recogniser = Gated()
    recogniser.gate.set()
    thread = RecogniserThread(recogniser, lambda *result: done.put(result))
    thread.start()
    thread.give(work(13))
    thread.give(work(7))
    assert "ValueError: thirteen" in str(done.get(timeout=60)[1])
    assert done.get(timeout=60)[1] == Transcript("7", "en", 1.0)


def test_a_streaming_recogniser_keeps_the_order_of_each_utterance_and_utterances_apart(done: Done) -> None:
    thread = RecogniserThread(Words(), lambda *result: done.put(result))
    thread.start()
    for item in (work(10), work(100, utterance=2), work(20), work(0, certain=True), work(0, certain=True, utterance=2)):
        thread.give(item)
    outcomes = [done.get(timeout=60)[1] for _ in range(5)]
    assert [outcome.text for outcome in outcomes if not isinstance(outcome, str)] == ["10", "100", "30", "30", "100"]


def test_a_refused_utterance_leaves_no_hearing_behind(done: Done) -> None:
    thread = RecogniserThread(Words(), lambda *result: done.put(result))
    thread.start()
    refused = work(0, certain=True)
    refused.dropped = True
    for item in (work(10), refused, work(5), work(0, certain=True)):
        thread.give(item)
    outcomes = [done.get(timeout=60)[1] for _ in range(3)]
    assert [outcome.text for outcome in outcomes if not isinstance(outcome, str)] == ["10", "5", "5"]
