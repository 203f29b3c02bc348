"""The main thread of a speech worker, with engines of the tests' own."""

import queue
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from asr_tts import speech_loop
from asr_tts import speech_protocol as protocol
from asr_tts.prompt_cache import ClauseFile
from asr_tts.recognition import Partial, Question, Samples, Transcript
from asr_tts.speech_loop import EngineHangs, SpeechLoop
from asr_tts.speech_protocol import AUDIO_HEAD, FromSpeech, Ready, Rejected, SpeechStarted
from asr_tts.speech_worker import serve_until_closed
from asr_tts.synthesis import Mouth
from models.framing import Framing

READY = Ready(protocol.VERSION, 0, "words", "", [])


class Everything:
    """A detector to which all is speech."""

    name = "everything"
    window = 256

    def warm_up(self) -> None: ...

    def fresh_memory(self) -> object:
        return None

    def judge(self, memories: Sequence[object], windows: NDArray[np.int16]) -> NDArray[np.float32]:
        return np.full(len(windows), 0.95, np.float32)


class Words:
    """A streaming recogniser that knows how many of its hearings are kept."""

    name = "words"

    def __init__(self) -> None:
        self.open = 0

    def warm_up(self) -> None: ...

    def listen(self, question: Question) -> "Hearing":
        return Hearing(self)


class Hearing:
    def __init__(self, words: Words) -> None:
        self.words = words
        words.open += 1

    def __del__(self) -> None:
        self.words.open -= 1

    def take(self, samples: Samples) -> Partial:
        return Partial("", is_end=False)

    def finish(self) -> Transcript:
        return Transcript("", "en", 1.0)


class Silent(Mouth):
    """Says nothing."""

    def __init__(self) -> None: ...


class Server:
    """The other end of a loop that runs in a thread of its own."""

    def __init__(self, control: socket.socket, audio: Path) -> None:
        self._control = control
        control.settimeout(10)
        self._framing: Framing[FromSpeech] = Framing(FromSpeech)
        self._came: queue.SimpleQueue[FromSpeech] = queue.SimpleQueue()
        self._audio = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._audio.connect(str(audio))

    def tell(self, message: protocol.Message) -> None:
        self._control.sendall(self._framing.pack(message))

    def send(self, stream: int, frames: int) -> None:
        for frame in range(frames):
            self._audio.send(AUDIO_HEAD.pack(stream, frame * 160, 0) + bytes(320))

    def hears(self) -> FromSpeech:
        while self._came.empty():
            for message in self._framing.feed(self._control.recv(65536)):
                self._came.put(message)
        return self._came.get()

    def hears_a(self, kind: type[protocol.Message]) -> protocol.Message:
        return next(message for message in iter(self.hears, None) if isinstance(message, kind))

    def close(self) -> None:
        self._control.close()
        self._audio.close()


@contextmanager
def serving(directory: Path, recogniser: Words) -> Iterator[Server]:
    ours, theirs = socket.socketpair()
    audio = directory / "a.sock"
    loop = SpeechLoop(theirs, audio, Everything(), recogniser, Silent())
    thread = threading.Thread(target=loop.run, args=(READY,))
    thread.start()
    server = Server(ours, audio)
    try:
        server.hears_a(Ready)
        yield server
    finally:
        server.close()
        thread.join(10)
        theirs.close()


@pytest.mark.parametrize("leaving", [protocol.Forget, protocol.Ignore])
def test_callers_who_leave_while_they_speak_leave_no_hearing_behind(
    leaving: type[protocol.Forget] | type[protocol.Ignore], tmp_path: Path
) -> None:
    words = Words()
    with serving(tmp_path, words) as server:
        for stream in range(1, 11):
            server.tell(protocol.Listen(stream, "en"))
            server.tell(protocol.Ping(stream))
            server.hears_a(protocol.Pong)
            server.send(stream, 30)
            server.hears_a(SpeechStarted)
            while not words.open:
                server.tell(protocol.Ping(stream))
                server.hears_a(protocol.Pong)
            server.tell(leaving(stream))
            if leaving is protocol.Ignore:
                assert server.hears_a(Rejected) == Rejected(stream, 1, 0, 0, "ignored")
        for _ in range(2000):
            server.tell(protocol.Ping(0))
            server.hears_a(protocol.Pong)
            if not words.open:
                break
        assert words.open == 0


class StuckMouth(Silent):
    """Comes back from nothing before it is let go."""

    def __init__(self, let_go: threading.Event) -> None:
        self.let_go = let_go

    def say(self, text: str, language: str, voice: str = "", *, live: bool = False) -> Iterator[ClauseFile]:
        self.let_go.wait(10)
        return iter(())


class StuckWords(Words):
    """Comes back from nothing before it is let go."""

    def __init__(self, let_go: threading.Event) -> None:
        super().__init__()
        self.let_go = let_go

    def listen(self, question: Question) -> Hearing:
        self.let_go.wait(10)
        return Hearing(self)


@pytest.fixture
def let_go(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    monkeypatch.setattr(speech_loop, "LOOK_EVERY", 0.01)
    event = threading.Event()
    yield event
    event.set()


def test_a_synthesiser_that_hangs_ends_the_worker_with_a_sentence(
    let_go: threading.Event, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        loop = SpeechLoop(theirs, tmp_path / "a.sock", None, None, StuckMouth(let_go), synthesiser_seconds=0.05)
        ours.sendall(Framing(FromSpeech).pack(protocol.Synthesise(1, "Hello.", "en")))
        assert serve_until_closed(loop, READY) == 1
    assert "The synthesiser hangs" in caplog.text
    assert "say" in capfd.readouterr().err, "where it hangs"


def test_a_recogniser_that_hangs_ends_the_worker_though_it_answers_pings(
    let_go: threading.Event, tmp_path: Path
) -> None:
    ours, theirs = socket.socketpair()
    audio = tmp_path / "a.sock"
    loop = SpeechLoop(theirs, audio, Everything(), StuckWords(let_go), Silent(), recogniser_seconds=0.2)
    ended: queue.SimpleQueue[str] = queue.SimpleQueue()

    def run() -> None:
        try:
            loop.run(READY)
        except EngineHangs as fault:
            ended.put(str(fault))

    thread = threading.Thread(target=run)
    thread.start()
    server = Server(ours, audio)
    server.tell(protocol.Listen(1, "en"))
    server.tell(protocol.Ping(1))
    server.hears_a(protocol.Pong)
    server.send(1, 30)
    server.hears_a(SpeechStarted)
    server.tell(protocol.Ping(2))
    assert server.hears_a(protocol.Pong)
    assert "The recogniser hangs" in ended.get(timeout=30)
    thread.join(30)
    server.close()
    theirs.close()


def test_engines_that_are_idle_do_not_hang(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    loop = SpeechLoop(theirs, tmp_path / "a.sock", None, None, Silent(), synthesiser_seconds=0.0)
    ours.close()
    assert serve_until_closed(loop, READY) == 0
    theirs.close()
