"""The main thread of a speech worker: hears the server and the audio, detects speech, hands out work, reports.

The detector runs here, over all streams that have a whole window, in one batch. Recognition and synthesis have a
thread each; what they come to is put in a queue and the loop is woken.
"""

import os
import selectors
import socket
import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from asr_tts import audio_door
from asr_tts import speech_protocol as protocol
from asr_tts.activity import Detector
from asr_tts.attention import Attention, Out, Work
from asr_tts.recogniser_thread import Outcome, RecogniserThread
from asr_tts.recognition import Partial, Recogniser, StreamingRecogniser, Transcript
from asr_tts.speech_protocol import FRAME, ToSpeech
from asr_tts.synthesis import Mouth
from asr_tts.synthesiser_thread import SynthesiserThread
from models.errors import OurFault
from models.framing import Framing

RECOGNISER_SECONDS = 20.0
"""How long one piece of audio may take; whoever spoke has long given up."""
SYNTHESISER_SECONDS = 40.0
"""How long one clause may take: an engine may have to be loaded for it, and another to stand in for it."""
LOOK_EVERY = 1.0
"""Seconds between two looks at the engines when nothing else happens."""


class EngineHangs(OurFault):
    """An engine doesn't come back from a job; only the end of the process frees its thread."""


class SpeechLoop:
    def __init__(
        self,
        control: socket.socket,
        audio: Path,
        detector: Detector | None,
        recogniser: Recogniser | StreamingRecogniser | None,
        mouth: Mouth,
        open_ms: int = 0,
        *,
        recogniser_seconds: float = RECOGNISER_SECONDS,
        synthesiser_seconds: float = SYNTHESISER_SECONDS,
    ) -> None:
        """Serve `control`, and listen at `audio`; without detector or recogniser every `Listen` is in vain.

        `open_ms`: silence that ends an open answer. The last two: how long one job of an engine may take.
        """
        self._recogniser_seconds, self._synthesiser_seconds = recogniser_seconds, synthesiser_seconds
        self._control, self._detector, self._open_ms = control, detector, open_ms
        self._framing: Framing[ToSpeech] = Framing(ToSpeech)
        self._outgoing = bytearray()
        self._selector = selectors.DefaultSelector()
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._results: deque[tuple[Work, Outcome] | protocol.Message] = deque()
        self._ears: dict[int, Attention] = {}
        self._streaming = isinstance(recogniser, StreamingRecogniser)
        self._recogniser = RecogniserThread(recogniser, self._recognised) if recogniser and detector else None
        self._synthesiser = SynthesiserThread(mouth, self._post)
        self._door = audio_door.open_door(audio)
        self._lost = 0
        self._open = True

    def run(self, ready: protocol.Ready) -> None:
        """Say `ready` and serve until the server closes the channel; raise `EngineHangs` when an engine does."""
        control = self._control
        control.setblocking(False)
        self._selector.register(control, selectors.EVENT_READ)
        self._selector.register(self._door, selectors.EVENT_READ)
        self._selector.register(self._wake, selectors.EVENT_READ)
        if self._recogniser:
            self._recogniser.start()
        self._synthesiser.start()
        self._tell(ready)
        self._flush()
        while self._open:
            for key, events in self._selector.select(LOOK_EVERY):
                self._serve(key.fileobj, events)
            self._judge()
            self._flush()
            self._look_at_engines(time.monotonic())

    def _look_at_engines(self, now: float) -> None:
        heard = self._recogniser.busy_for(now) if self._recogniser else 0.0
        if heard > self._recogniser_seconds:
            raise EngineHangs(_hangs("recogniser", "utterance", heard))
        if (said := self._synthesiser.busy_for(now)) > self._synthesiser_seconds:
            raise EngineHangs(_hangs("synthesiser", "clause", said))

    def _serve(self, source: object, events: int) -> None:
        if source is self._control:
            if events & selectors.EVENT_READ:
                self._read_control()
        elif source is self._door:
            connection, _ = self._door.accept()
            connection.setblocking(False)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, audio_door.BUFFER)
            self._selector.register(connection, selectors.EVENT_READ)
        elif isinstance(source, socket.socket):
            self._read_audio(source)
        else:
            self._take_results()

    # -- the server ----------------------------------------------------------------------------------------

    def _read_control(self) -> None:
        try:
            data = self._control.recv(65536)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        if not data:
            self._open = False
            return
        for message in self._framing.feed(data):
            self._obey(message)

    def _obey(self, message: ToSpeech) -> None:
        match message:
            case protocol.Listen():
                self._listen(message)
            case protocol.Ignore(stream):
                if ear := self._ears.get(stream):
                    self._put(ear.give_up())
            case protocol.Forget(stream):
                if ear := self._ears.pop(stream, None):
                    self._lost += ear.lost
                    self._put(end for end in ear.give_up() if isinstance(end, Work))
            case protocol.Commit(stream, utterance):
                if ear := self._ears.get(stream):
                    self._put(ear.commit(utterance, time.monotonic()))
            case protocol.Synthesise():
                self._synthesiser.give(message)
            case protocol.Unwanted(request):
                self._synthesiser.take_back(request)
            case protocol.Ping(at):
                lost = self._lost + sum(ear.lost for ear in self._ears.values())
                backlog = self._recogniser.backlog if self._recogniser else 0
                self._tell(protocol.Pong(at, backlog, lost // FRAME))

    def _listen(self, order: protocol.Listen) -> None:
        if self._recogniser is None or self._detector is None:
            return
        if order.stream not in self._ears:
            memory = self._detector.fresh_memory()
            self._ears[order.stream] = Attention(
                order.stream, self._detector.window, memory, streaming=self._streaming, open_ms=self._open_ms
            )
        self._ears[order.stream].listen(order)

    def _tell(self, message: protocol.Message) -> None:
        self._outgoing += self._framing.pack(message)

    def _flush(self) -> None:
        """Send as much as the server takes now; the rest when it takes more."""
        try:
            while self._outgoing:
                del self._outgoing[: self._control.send(self._outgoing)]
        except BlockingIOError:
            pass
        except ConnectionError:
            self._open = False
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._outgoing else 0)
        self._selector.modify(self._control, wanted)

    # -- audio -----------------------------------------------------------------------------------------------

    def _read_audio(self, connection: socket.socket) -> None:
        try:
            for packet in audio_door.packets(connection):
                for stream, at, heard, sent in audio_door.frames(packet):
                    if ear := self._ears.get(stream):
                        ear.take(at, heard, sent)
        except EOFError:
            self._selector.unregister(connection)
            connection.close()

    def _judge(self) -> None:
        """Let the detector judge every whole window, one of each stream at a time."""
        if self._detector is None or self._recogniser is None:
            return
        while due := [(ear, window) for ear in self._ears.values() if (window := ear.window()) is not None]:
            verdicts = self._detector.judge([ear.memory for ear, _ in due], np.stack([window for _, window in due]))
            backlog, now = self._recogniser.backlog, time.monotonic()
            for (ear, _), probability in zip(due, verdicts, strict=True):
                self._put(ear.judged(float(probability), now, backlog))

    # -- what comes of it ------------------------------------------------------------------------------------

    def _put(self, out: Iterable[Out]) -> None:
        for item in out:
            if not isinstance(item, Work):
                self._tell(item)
            elif self._recogniser:
                self._recogniser.give(item)

    def _recognised(self, work: Work, outcome: Outcome) -> None:
        """(Recogniser's thread.)"""
        self._results.append((work, outcome))
        os.eventfd_write(self._wake, 1)

    def _post(self, message: protocol.Message) -> None:
        """(Synthesiser's thread.)"""
        self._results.append(message)
        os.eventfd_write(self._wake, 1)

    def _take_results(self) -> None:
        os.eventfd_read(self._wake)
        while self._results:
            result = self._results.popleft()
            if isinstance(result, protocol.Message):
                self._tell(result)
                continue
            work, outcome = result
            if ear := self._ears.get(work.stream):
                self._put(_consequences(ear, work, outcome))


def _hangs(engine: str, job: str, seconds: float) -> str:
    return (
        f"The {engine} hangs: it has been at one {job} for {seconds:.0f} s; this worker ends and is started again. "
        "If that happens often, give the machine more processors or choose a lighter engine in [speech]."
    )


def _consequences(ear: Attention, work: Work, outcome: Outcome) -> Iterable[Out]:
    now = time.monotonic()
    match outcome:
        case Transcript():
            return ear.understood(work, outcome, now)
        case Partial(text, is_end):
            return ear.partly(work, text, is_end, now)
        case _:
            return ear.failed(work, outcome)
