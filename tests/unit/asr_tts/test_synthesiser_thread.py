"""What the synthesiser does first, and what it never does."""

import queue
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from asr_tts.prompt_cache import PromptCache
from asr_tts.speech_protocol import Clause, Message, Synthesise, Wanted
from asr_tts.synthesis import Mouth, Sound
from asr_tts.synthesiser_thread import SynthesiserThread

TWO = "Thank you for calling. How can I help you today?"
"""A text of two clauses."""


class Hum:
    """Says everything as 100 ms of a tone."""

    name, version = "hum", "1"
    voices: Mapping[str, Sequence[str]] = {"en": ("low",)}

    def __init__(self) -> None:
        self.said: list[str] = []

    def speak(self, words: str, voice: str, pace: float = 1.0) -> Sound:
        self.said.append(words)
        return Sound(np.sin(np.arange(800) / 3).astype(np.float32), 8000)


class Line:
    """A synthesiser's thread; `meanwhile` is called in it behind each clause, as the server might order then."""

    def __init__(self, directory: Path) -> None:
        self.hum = Hum()
        self.thread = SynthesiserThread(Mouth([self.hum], PromptCache(directory)), self._hears)
        self.meanwhile: dict[tuple[int, int], Callable[[], None]] = {}
        self.clauses: list[tuple[int, int]] = []
        """Of each its request and index, in the order in which they came."""
        self._came: queue.Queue[int] = queue.Queue()

    def _hears(self, message: Message) -> None:
        assert isinstance(message, Clause)
        place = message.request, message.index
        self.clauses.append(place)
        self.meanwhile.pop(place, lambda: None)()
        if message.last:
            self._came.put(message.request)

    def until(self, request: int) -> list[tuple[int, int]]:
        """All clauses that came until this request had its last."""
        while self._came.get(timeout=60) != request:
            pass
        return list(self.clauses)


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(tmp_path)


def test_a_ringing_phone_goes_before_callers_who_only_wait_and_a_live_sentence_before_both(line: Line) -> None:
    orders: tuple[Wanted, ...] = "later", "later", "soon", "now"
    for request, wanted in enumerate(orders, 1):
        line.thread.give(Synthesise(request, f"Number {request}.", "en", "", wanted))
    line.thread.start()
    assert line.until(2) == [(4, 0), (3, 0), (1, 0), (2, 0)]


def test_what_is_wanted_sooner_passes_between_clauses(line: Line) -> None:
    line.meanwhile = {
        (1, 0): lambda: line.thread.give(Synthesise(2, f"Hello Mary. {TWO}", "en", "", "soon")),
        (2, 0): lambda: line.thread.give(Synthesise(3, f"Hello John. {TWO}", "en")),
    }
    line.thread.give(Synthesise(1, TWO, "en", "", "later"))
    line.thread.start()
    came = [request for request, _ in line.until(1)]
    assert came == [1, 2, 3, 3, 2, 1]


def test_what_nobody_wants_any_more_is_not_begun(line: Line) -> None:
    line.thread.give(Synthesise(1, "Dear Mary.", "en", "", "later"))
    line.thread.give(Synthesise(2, "Dear John.", "en", "", "later"))
    line.thread.take_back(1)
    line.thread.start()
    assert line.until(2) == [(2, 0)]
    assert line.hum.said == ["Dear John."]


def test_what_nobody_wants_any_more_ends_behind_the_clause_that_is_made(line: Line) -> None:
    line.meanwhile = {(1, 0): lambda: line.thread.take_back(1)}
    line.thread.give(Synthesise(1, TWO, "en"))
    line.thread.give(Synthesise(2, "Dear John.", "en"))
    line.thread.start()
    assert line.until(2) == [(1, 0), (2, 0)]
    assert line.hum.said == ["Thank you for calling.", "Dear John."]


def test_who_asks_for_what_is_being_made_gets_it_without_its_being_made_twice(line: Line) -> None:
    line.meanwhile = {(1, 1): lambda: line.thread.give(Synthesise(2, TWO, "en"))}
    line.thread.give(Synthesise(1, TWO, "en", "", "soon"))
    line.thread.start()
    assert line.until(2)[2:] == [(2, 0), (2, 1)]
    assert len(line.hum.said) == 2
