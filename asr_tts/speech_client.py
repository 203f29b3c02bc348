"""The server's side of the speech workers: the ports `Speech` and `Ear` of voice/line.py.

Each stream has an ear in the worker that has fewest. When a worker dies or hangs, every ear in it gets `SpeechLost`
and moves to another worker, or waits for the new one; either way `SpeechBack` says when to listen again.
"""

import asyncio
import itertools
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

from asr_tts import speech_protocol as protocol
from asr_tts.prompt_cache import cache_below
from asr_tts.speech_loss import SpeechBack, SpeechLost
from asr_tts.speech_protocol import Clause, FromSpeech, ToSpeech
from models.child_process import ChildProcess
from models.errors import CannotDo
from models.settings import Settings

log = logging.getLogger(__name__)
Sink = Callable[[object], None]
PATIENCE = 5.0
"""Seconds without a sign of life after which a worker is hung."""
START_SECONDS = 120.0
WORKER_SECONDS = 5.0
"""How long a synthesis waits for a worker that is being started again."""
CLAUSE_SECONDS = 30.0
"""How long a clause may take."""
FORGET_EVERY = 3600.0
"""Seconds between looks for sound to delete; the first is at the start, as a server may never run for so long."""


class SpeechEar:
    """A speech worker's attention to one stream (see `voice.line.Ear`)."""

    def __init__(self, client: "SpeechClient", stream: int, sink: Sink) -> None:
        self.stream, self.sink = stream, sink
        self.worker: Worker | None = None
        self._client = client

    @property
    def audio_socket(self) -> str:
        """Where the media worker is to send the audio; "" while no worker is there."""
        return str(self.worker.audio) if self.worker else ""

    def tell(self, message: ToSpeech) -> None:
        """Send a message; nothing happens while no worker is there."""
        if self.worker:
            self.worker.process.tell(message)

    def close(self) -> None:
        self.tell(protocol.Forget(self.stream))
        self._client.forget(self)


class Worker:
    """One speech worker and what it is doing for us."""

    def __init__(self, client: "SpeechClient", number: int, audio: Path, arguments: list[str]) -> None:
        self.audio = audio
        self.ears: dict[int, SpeechEar] = {}
        self.requests: dict[int, asyncio.Queue[Clause | protocol.SynthesisFailed | SpeechLost]] = {}
        self.engines: protocol.Ready | None = None
        """What it said when it was ready; None while it is down."""
        self.pong = protocol.Pong(0, 0, 0)
        self.dropped_before = 0
        """Frames that earlier lives of it lost."""
        self.process: ChildProcess[FromSpeech] = ChildProcess(
            f"speech {number}",
            "asr_tts.speech_worker",
            arguments,
            FromSpeech,
            on_message=lambda message: client.receive(self, message),
            on_lost=lambda reason: client.lost(self, reason),
            ping=protocol.Ping,
            patience=PATIENCE,
            start_seconds=START_SECONDS,
        )

    @property
    def recognises(self) -> bool:
        return bool(self.engines and self.engines.recogniser)

    @property
    def speaks(self) -> bool:
        return bool(self.engines and self.engines.synthesiser)


class SpeechClient:
    """All speech workers (see `voice.line.Speech`); `run` keeps them alive until it is cancelled."""

    def __init__(self, settings: Settings, run_directory: Path) -> None:
        """Put the workers' audio sockets into `run_directory` (a short path: 108 bytes is the longest)."""
        speech = settings.speech
        self.cache = cache_below(settings.data.directory)
        self.notes: list[str] = []
        """Why an engine is missing, in sentences."""
        self._counts: Counter[str] = Counter()
        self._ears: dict[int, SpeechEar] = {}
        self._numbers = itertools.count(1)
        self._changed = asyncio.Event()
        self._workers = []
        for number in range(1, speech.workers + 1):
            audio = run_directory / f"speech-{number}.sock"
            arguments = ["--name", str(number), "--audio-socket", str(audio), "--settings", speech.model_dump_json()]
            self._workers.append(Worker(self, number, audio, [*arguments, "--cache", str(self.cache.directory)]))

    async def run(self) -> None:
        """Start the workers and keep them alive until cancelled."""
        async with asyncio.TaskGroup() as group:
            for worker in self._workers:
                group.create_task(worker.process.run(), name=worker.process.name)
            group.create_task(self._forget(), name="forget what was said to callers")

    async def _forget(self) -> None:
        while True:
            await asyncio.to_thread(self.cache.forget)
            await asyncio.sleep(FORGET_EVERY)

    async def ready(self, seconds: float = START_SECONDS) -> None:
        """Return when every worker is ready, or after so long: the line then goes on with the keypad."""
        try:
            async with asyncio.timeout(seconds):
                for worker in self._workers:
                    await worker.process.ready.wait()
        except TimeoutError:
            log.error("A speech worker did not become ready in %.0f s; callers use the keypad meanwhile", seconds)

    @property
    def recognises(self) -> bool:
        """False: keypad only."""
        return any(worker.recognises for worker in self._workers)

    @property
    def backlog(self) -> int:
        """See the port; a second old at most."""
        return min((worker.pong.backlog for worker in self._workers if worker.recognises), default=0)

    def counts(self) -> Mapping[str, float]:
        """How the workers fare and what they did, by name (for metrics)."""
        return {
            "workers_ready": sum(worker.engines is not None for worker in self._workers),
            "restarts": sum(worker.process.restarts for worker in self._workers),
            "backlog": sum(worker.pong.backlog for worker in self._workers if worker.engines),
            "dropped_frames": sum(worker.dropped_before + worker.pong.dropped for worker in self._workers),
            "ears": len(self._ears),
            **dict.fromkeys(("heard", "rejected", "failed", "prompt_cache_hits", "synthesised_clauses"), 0),
            **self._counts,
        }

    # -- ears ------------------------------------------------------------------------------------------------

    def attend(self, stream: int, sink: Sink) -> SpeechEar:
        """Return an ear for `stream`; events go to `sink`. Without a worker it is deaf until `SpeechBack`."""
        ear = SpeechEar(self, stream, sink)
        self._ears[stream] = ear
        self._place(ear)
        return ear

    def forget(self, ear: SpeechEar) -> None:
        """The ear is closed."""
        if self._ears.get(ear.stream) is ear:
            del self._ears[ear.stream]
        if ear.worker:
            ear.worker.ears.pop(ear.stream, None)
            ear.worker = None

    def _place(self, ear: SpeechEar) -> bool:
        able = [worker for worker in self._workers if worker.recognises]
        ear.worker = min(able, key=lambda worker: len(worker.ears), default=None)
        if ear.worker:
            ear.worker.ears[ear.stream] = ear
        return ear.worker is not None

    # -- what workers say ------------------------------------------------------------------------------------

    def receive(self, worker: Worker, message: FromSpeech) -> None:
        """A worker said something."""
        match message:
            case protocol.Ready():
                self._is_ready(worker, message)
            case protocol.Pong():
                worker.pong = message
            case protocol.Clause(request) | protocol.SynthesisFailed(request):
                if queue := worker.requests.get(request):
                    queue.put_nowait(message)
            case _:
                self._hear(worker, message)

    def _hear(self, worker: Worker, message: FromSpeech) -> None:
        match message:
            case protocol.Heard():
                self._counts["heard"] += 1
                self._counts["endpoint_ms_sum"] += message.endpoint_ms
                self._counts["decode_ms_sum"] += message.decode_ms
                self._counts["drafts_used"] += message.decode_ms == 0
            case protocol.Rejected():
                self._counts["rejected"] += 1
                self._counts[f"rejected_{message.reason.replace(' ', '_')}"] += 1
            case protocol.RecogniserFailed():
                self._counts["failed"] += 1
        ear = worker.ears.get(getattr(message, "stream", -1))
        if ear:
            ear.sink(message)

    def _is_ready(self, worker: Worker, engines: protocol.Ready) -> None:
        worker.engines = engines
        worker.dropped_before += worker.pong.dropped
        worker.pong = protocol.Pong(0, 0, 0)
        for note in engines.notes:
            if note not in self.notes:
                self.notes.append(note)
                log.warning("%s: %s", worker.process.name, note)
        for ear in list(self._ears.values()):
            if ear.worker is None and self._place(ear):
                ear.sink(SpeechBack())
        self._changed.set()
        self._changed = asyncio.Event()

    def lost(self, worker: Worker, reason: str) -> None:
        """A worker died, or hung and was killed."""
        worker.engines = None
        gone = SpeechLost(f"{worker.process.name} is lost: {reason}")
        ears, worker.ears = list(worker.ears.values()), {}
        for ear in ears:
            ear.worker = None
            ear.sink(gone)
            if self._place(ear):
                ear.sink(SpeechBack())
        for queue in worker.requests.values():
            queue.put_nowait(gone)

    # -- the mouth -------------------------------------------------------------------------------------------

    async def synthesise(
        self, text: str, language: str, voice: str = "", wanted: protocol.Wanted = "now"
    ) -> AsyncIterator[Clause]:
        """Yield the clauses of `text` as they are ready; at once, from the prompt cache, where it was said before.

        A worker lost in the middle is replaced once; no clause comes twice. Raises `CannotDo` when nothing can
        speak it. What whoever asks doesn't wait for any more isn't begun.
        """
        request = next(self._numbers)
        if known := self.cache.lookup(text, language, voice):
            self._counts["prompt_cache_hits"] += 1
            for kept in known:
                yield Clause(request, kept.index, str(kept.path), kept.samples, kept.last)
            return
        order = protocol.Synthesise(request, text, language, voice, wanted)
        came = 0
        for _ in range(2):
            worker = await self._speaker()
            try:
                async for clause in self._ask(worker, order):
                    if clause.index >= came:
                        came = clause.index + 1
                        self._counts["synthesised_clauses"] += 1
                        yield clause
                return
            except _WorkerLost:
                continue
        raise CannotDo("The speech worker was lost twice while it rendered this; it is being started again.")

    async def _ask(self, worker: Worker, order: protocol.Synthesise) -> AsyncIterator[Clause]:
        queue: asyncio.Queue[Clause | protocol.SynthesisFailed | SpeechLost] = asyncio.Queue()
        worker.requests[order.request] = queue
        worker.process.tell(order)
        patience = CLAUSE_SECONDS if order.wanted == "now" else 20 * CLAUSE_SECONDS
        over = False
        try:
            while not over:
                async with asyncio.timeout(patience):
                    answer = await queue.get()
                over = not isinstance(answer, Clause) or answer.last
                if isinstance(answer, SpeechLost):
                    raise _WorkerLost
                if isinstance(answer, protocol.SynthesisFailed):
                    raise CannotDo(answer.reason)
                yield answer
        except TimeoutError:
            raise CannotDo(f"A clause was not rendered within {patience:.0f} s; the machine is overloaded.") from None
        finally:
            worker.requests.pop(order.request, None)
            if not over:
                worker.process.tell(protocol.Unwanted(order.request))

    async def _speaker(self) -> Worker:
        """The worker with the fewest requests, waited for while it is being started again."""
        until = time.monotonic() + WORKER_SECONDS
        while True:
            able = [worker for worker in self._workers if worker.speaks]
            if able:
                return min(able, key=lambda worker: len(worker.requests))
            left = until - time.monotonic()
            if left <= 0 or all(worker.engines for worker in self._workers):
                raise CannotDo("No synthesiser is at hand: only what was recorded or rendered before can be heard.")
            try:
                async with asyncio.timeout(left):
                    await self._changed.wait()
            except TimeoutError:
                continue


class _WorkerLost(Exception):
    """The worker that was rendering is gone."""
