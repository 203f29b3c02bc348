"""Real speech workers behind the client: a whole conversation's ears and mouth, and everything that can befall them."""

import asyncio
import os
import signal
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from asr_tts import speech_client, telephone_wav, weights
from asr_tts import speech_protocol as protocol
from asr_tts.speech_client import SpeechClient, SpeechEar
from asr_tts.speech_loss import SpeechBack, SpeechLost
from asr_tts.speech_protocol import AUDIO_HEAD, WITH_REFERENCE, Commit, Draft, Heard, Listen, Rejected
from bench.sounds import cough, espeak, hiss, human, knock
from models.errors import CannotDo
from models.settings import Settings

pytestmark = pytest.mark.engine
T = TypeVar("T")


@asynccontextmanager
async def speech(**speech: Any) -> AsyncIterator[SpeechClient]:
    """A running client; its sockets lie in a directory of their own."""
    with tempfile.TemporaryDirectory(prefix="ears-") as directory:
        settings = Settings.model_validate({"speech": speech, "data": {"directory": directory}})
        client = SpeechClient(settings, Path(directory))
        running = asyncio.create_task(client.run(), name="speech")
        try:
            await client.ready()
            yield client
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


class Caller:
    """A stream with its ear, and a media worker's hand that sends audio to it."""

    def __init__(self, client: SpeechClient, number: int, order: Listen | None = None) -> None:
        self.number, self.at = number, 0
        self.events: asyncio.Queue[object] = asyncio.Queue()
        self.ear: SpeechEar = client.attend(number, self.events.put_nowait)
        self.order = order or Listen(number, "en")
        self.connect()

    def connect(self) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.connect(self.ear.audio_socket)
        self.ear.tell(self.order)

    async def say(self, samples: np.ndarray, reference: np.ndarray | None = None) -> None:
        """Send the audio five times as fast as it is spoken, on a line with a little noise."""
        noise = np.random.default_rng(self.number).normal(0, 4, len(samples))
        noisy = (samples + noise).clip(-32768, 32767).astype(np.int16)
        for start in range(0, len(noisy) - 159, 160):
            sent = b"" if reference is None else reference[start : start + 160].tobytes()
            head = AUDIO_HEAD.pack(self.number, self.at, WITH_REFERENCE if sent else 0)
            self.socket.send(head + noisy[start : start + 160].tobytes() + sent)
            self.at += 160
            await asyncio.sleep(0.004)

    async def hears(self, kind: type[T], seconds: float = 60) -> T:
        """The next event of that kind."""
        async with asyncio.timeout(seconds):
            while True:
                event = await self.events.get()
                if isinstance(event, kind):
                    return event


def silence(milliseconds: int) -> np.ndarray:
    return np.zeros(milliseconds * 8, np.int16)


async def test_a_caller_is_drafted_and_heard_and_committed_early() -> None:
    async with speech(synthesiser="none") as client:
        assert client.recognises
        caller = Caller(client, 1, Listen(1, "en", hangover_ms=2000))
        await caller.say(silence(300))
        await caller.say(np.concatenate([human("agent-pass"), silence(500)]))
        draft = await caller.hears(Draft)
        await caller.say(silence(2000))
        heard = await caller.hears(Heard)
        assert heard.text == draft.text
        assert "password followed by the pound key" in heard.text.lower()
        assert heard.language == "en"
        assert heard.confidence > 0.6
        assert abs(heard.start - 2400) < 1600
        assert abs(heard.end - 2400 - len(human("agent-pass"))) < 1600
        assert draft.utterance == heard.utterance == 1

        await caller.say(np.concatenate([human("all-circuits-busy-now"), silence(400)]))
        draft = await caller.hears(Draft)
        caller.ear.tell(Commit(1, draft.utterance))
        heard = await caller.hears(Heard)
        assert heard.text == draft.text
        assert heard.decode_ms == 0
        assert heard.endpoint_ms < 450, "not the two seconds of the hangover"
        assert client.counts()["heard"] == 2


async def test_several_callers_are_heard_side_by_side_by_two_workers() -> None:
    names = ("agent-pass", "all-circuits-busy-now", "vm-goodbye", "conf-getpin")
    async with speech(synthesiser="none", workers=2) as client:
        callers = [Caller(client, number) for number in range(1, 5)]
        assert len({caller.ear.audio_socket for caller in callers}) == 2
        await asyncio.gather(
            *(
                caller.say(np.concatenate([silence(200), human(name), silence(800)]))
                for caller, name in zip(callers, names, strict=True)
            )
        )
        texts = [(await caller.hears(Heard)).text.lower() for caller in callers]
        for text, word in zip(texts, ("password", "circuits", "bye", "pin"), strict=True):
            assert word in text
        for caller in callers:
            caller.ear.close()
        assert client.counts()["ears"] == 0


async def test_the_robots_echo_is_rejected_and_a_caller_over_it_is_heard() -> None:
    async with speech(synthesiser="none") as client:
        caller = Caller(client, 1)
        robot = np.concatenate([human("vm-intro"), silence(1600)])
        echo = np.concatenate([silence(120), robot[: -120 * 8]]) * 10 ** (-18 / 20)
        await caller.say(echo, robot)
        await caller.hears(protocol.SpeechStarted)
        rejected = await caller.hears(Rejected)
        assert rejected.reason == "echo"

        said = np.concatenate([silence(500), human("agent-pass"), silence(1000)])
        size = min(len(said), len(robot))
        await caller.say((said[:size] + 0.1 * echo[:size]), robot[:size])
        await caller.say(silence(800))
        assert "password" in (await caller.hears(Heard)).text.lower()


async def test_a_prompt_is_rendered_once_and_then_comes_from_the_disk_without_a_worker() -> None:
    async with speech(recogniser="none") as client:
        text = "Good morning. How can I help you today?"
        clauses = [clause async for clause in client.synthesise(text, "en")]
        assert [clause.last for clause in clauses] == [False, True]
        assert [telephone_wav.samples_in(Path(clause.path)) for clause in clauses] == [c.samples for c in clauses]
        async with asyncio.timeout(60):
            while client.cache.lookup(text, "en") is None:
                await asyncio.sleep(0.01)
        [worker] = client._workers
        os.kill(worker.process.pid, signal.SIGKILL)
        async with asyncio.timeout(60):
            while worker.engines:
                await asyncio.sleep(0.01)
        again = [clause async for clause in client.synthesise(text, "en")]
        assert [clause.path for clause in again] == [clause.path for clause in clauses]
        assert client.counts()["prompt_cache_hits"] == 1


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hung"])
async def test_a_lost_worker_is_told_replaced_and_hears_again(
    blow: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech_client, "PATIENCE", 4.0)
    async with speech(synthesiser="none") as client:
        caller = Caller(client, 1)
        await caller.say(np.concatenate([silence(200), human("agent-pass")[:8000]]))
        [worker] = client._workers
        before = time.monotonic()
        os.kill(worker.process.pid, blow)
        lost = await caller.hears(SpeechLost, 60)
        assert "speech 1 is lost" in lost.reason
        assert time.monotonic() - before < 30
        assert not client.recognises
        assert caller.ear.audio_socket == ""
        caller.ear.tell(caller.order)

        await caller.hears(SpeechBack, 180)
        caller.connect()
        await caller.say(np.concatenate([silence(300), human("all-circuits-busy-now"), silence(800)]))
        assert "circuits" in (await caller.hears(Heard)).text.lower()
        assert client.counts()["restarts"] == 1


async def test_an_ear_moves_to_another_worker_at_once() -> None:
    async with speech(synthesiser="none", workers=2) as client:
        caller = Caller(client, 1)
        worker = caller.ear.worker
        assert worker
        os.kill(worker.process.pid, signal.SIGKILL)
        await caller.hears(SpeechLost)
        await caller.hears(SpeechBack)
        assert caller.ear.worker is not worker
        caller.connect()
        await caller.say(np.concatenate([silence(300), human("vm-goodbye"), silence(800)]))
        assert "bye" in (await caller.hears(Heard)).text.lower()


async def test_nothing_that_speaks_is_a_sentence() -> None:
    async with speech(recogniser="none", synthesiser="none") as client:
        assert not client.recognises
        ear = client.attend(1, lambda _: None)
        assert ear.audio_socket == ""
        ear.tell(Listen(1, "en"))
        with pytest.raises(CannotDo, match="recorded"):
            _ = [clause async for clause in client.synthesise("Hello.", "en")]


def missing(root: Path) -> None:
    root.mkdir()


def corrupted(root: Path) -> None:
    """The right sizes with one wrong byte."""
    real = weights.find("whisper-base")
    (root / "whisper-base").mkdir(parents=True)
    for file in weights.known("whisper-base").files:
        if file.name == "model.bin":
            (root / "whisper-base" / file.name).write_bytes(bytes(file.size))
        else:
            (root / "whisper-base" / file.name).write_bytes((real / file.name).read_bytes())


@pytest.mark.parametrize(("spoil", "word"), [(missing, "fetch"), (corrupted, "damaged")])
async def test_without_weights_the_line_says_why_and_still_speaks(
    spoil: Callable[[Path], None], word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(tmp_path / "weights")
    monkeypatch.setenv("HOTLINE_WEIGHTS", str(tmp_path / "weights"))
    async with speech(synthesiser="pyttsx3") as client:
        assert not client.recognises
        assert client.attend(1, lambda _: None).audio_socket == ""
        notes = " ".join(client.notes)
        assert word in notes
        assert "whisper-base" in notes
        assert "keypad" in notes
        assert [clause async for clause in client.synthesise("Press one.", "en")]


async def test_a_korean_caller_is_heard_by_the_streaming_recogniser() -> None:
    model = str(weights.find("vosk-ko"))
    async with speech(recogniser="vosk", recogniser_model=model, synthesiser="none") as client:
        caller = Caller(client, 1, Listen(1, "ko"))
        await caller.say(np.concatenate([silence(300), espeak("안녕하세요 감사합니다", "ko"), silence(300)]))
        assert (await caller.hears(Draft)).text
        await caller.say(silence(1500))
        heard = await caller.hears(Heard)
        assert heard.text
        assert heard.language == "ko"


def tone(milliseconds: int, *hertz: float) -> np.ndarray:
    moments = np.arange(milliseconds * 8) / 8000
    return np.asarray(np.sum([np.sin(2 * np.pi * one * moments) * 4000 for one in hertz], axis=0))


async def test_tones_and_knocks_are_never_words() -> None:
    async with speech(synthesiser="none") as client:
        caller = Caller(client, 1)
        keys = [tone(120, low, high) for low, high in ((697, 1209), (770, 1336), (852, 1477))]
        for sound in (tone(1500, 440, 480), tone(500, 1100), *keys, cough(3), knock(2), hiss(1.5, 4)):
            await caller.say(np.concatenate([silence(300), sound, silence(700)]))
        await caller.say(np.concatenate([silence(300), human("vm-goodbye"), silence(800)]))
        assert "bye" in (await caller.hears(Heard)).text.lower()
        assert client.counts()["heard"] == 1
