"""One call as it is told to the record: its leg, its turns by sample count, and how it ends."""

import asyncio
import logging
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from asr_tts.speech_protocol import RATE, Heard, Rejected, SpeechStarted
from dialplans.flow import Flow
from models.call import new_id
from models.call_log import CallLog
from models.cause import Cause
from voice.agreed_media import holds, remote_of
from voice.line import Dialog, HungUp, MediaPlan, Stream
from voice.media.media_protocol import Record, RecordingFailed, RecordingStarted, RtpBack, SourceLearnt, StreamFigures

log = logging.getLogger(__name__)


class StreamClock:
    """What sample it is: what the media worker last said, and the time since."""

    def __init__(self) -> None:
        self._at, self._when = 0, -1.0

    def seen(self, at: int) -> None:
        """The stream's clock was at `at` just now."""
        if at >= self._at:
            self._at, self._when = at, asyncio.get_running_loop().time()

    def now(self) -> int:
        """Return the sample that it is now, about."""
        if self._when < 0:
            return 0
        return self._at + round((asyncio.get_running_loop().time() - self._when) * RATE)


class Call:
    """One leg (dialog and stream) and its record."""

    def __init__(self, dialog: Dialog | None, call_log: CallLog, directory: Path) -> None:
        """`dialog` is None while a call of ours has not reached anybody."""
        self.id = new_id()
        self._dialog = dialog
        self.clock = StreamClock()
        self.held = False
        self._log = call_log
        self._stream: Stream | None = None
        self._recording = directory / "recordings" / f"{datetime.now(UTC):%Y/%m/%d}" / f"{self.id}.wav"
        self._recorded_from = -1
        self._recording_failed = False
        self._turns = self._clips = 0
        self._legs = 1
        self._ended = False

    @property
    def dialog(self) -> Dialog:
        """Its signalling; only once somebody was reached."""
        assert self._dialog is not None, "nobody was reached yet"
        return self._dialog

    @property
    def stream(self) -> Stream:
        """Its RTP; only once it is answered."""
        assert self._stream is not None, "it was not answered yet"
        return self._stream

    # -- verbs -----------------------------------------------------------------------------------------------

    def place(self, caller: str, called: str, line: str, language: str, flow: Flow) -> None:
        """Open the record of a call of ours; it goes through the trunk `line` ("": the first that can)."""
        self._log.began(
            self.id,
            "outbound",
            caller,
            called,
            origin=f"trunk {line}" if line else "ourselves",
            language=language,
            flow=flow.name,
            flow_version=flow.version,
        )

    def rings(self, dialog: Dialog) -> None:
        """A call of ours has reached somebody (once)."""
        if self._dialog is None:
            self._dialog = dialog
            self.event("ringing", sip_call_id=dialog.id, uri=dialog.called.uri)

    def begin(self, language: str = "", flow: Flow | None = None) -> None:
        """Open the record."""
        dialog = self.dialog
        origin = f"{dialog.origin.kind} {dialog.origin.name or dialog.origin.address}".strip()
        self._log.began(
            self.id,
            dialog.direction,
            dialog.caller.number,
            dialog.called.number,
            origin=origin,
            language=language,
            flow=flow.name if flow else "",
            flow_version=flow.version if flow else "",
            sip_call_id=dialog.id,
        )

    def refuse(self, code: int, words: str, cause: Cause, retry_after: int = 0) -> None:
        """Turn the caller away before the answer, and close the record."""
        self.dialog.reject(code, words, cause, retry_after)
        self.end(cause, code, words)

    async def answer(self, stream: Stream) -> None:
        """Answer with `stream`'s address; raise what `Dialog.answer` raises."""
        self.talk(stream, await self.dialog.answer(stream.address, stream.port))

    def talk(self, stream: Stream, plan: MediaPlan) -> None:
        """The call is answered, by us or by who was called: sound goes where `plan` says, and is recorded."""
        self._stream = stream
        self.send_to(plan)
        self._log.answered(self.id)
        if self.held:
            # Offered on hold, as a PBX does that fetches its caller later.
            self.event("held", leg=1)
        stream.tell(Record(stream.number, str(self._recording)))

    def send_to(self, plan: MediaPlan) -> None:
        """Send RTP where `plan` says; where that can't be believed, nowhere before the peer's first packet."""
        remote = remote_of(self.stream.number, plan, self.dialog.origin)
        if plan.port and not remote.address:
            self.event("address-unproven", address=plan.address, port=plan.port)
        self.held = holds(plan)
        self.stream.tell(remote)

    async def close(self, cause: Cause, hung_up: HungUp | None) -> StreamFigures:
        """End the dialog and the stream, and close the record; return what RTP told."""
        if hung_up is None:
            self.dialog.hang_up(cause)
        self.end(cause, hung_up.code if hung_up else 0, hung_up.words if hung_up else "")
        if self._stream is None:
            return StreamFigures()
        figures = await self._stream.close()
        self._log.media(self.id, 1, figures)
        return figures

    def break_off(self, cause: Cause) -> None:
        """End the dialog, however far it got, and close the record."""
        if self._dialog is not None:
            self._dialog.hang_up(cause)
        self.end(cause)

    def end(self, cause: Cause, code: int = 0, words: str = "") -> None:
        """Close the record (once)."""
        if not self._ended:
            self._ended = True
            self._log.ended(self.id, cause=cause, code=code, words=words)

    # -- the record --------------------------------------------------------------------------------------------

    def event(self, name: str, **data: Any) -> None:
        """Write a dated fact."""
        self._log.event(self.id, name, **data)

    def new_leg(self, dialog: Dialog) -> int:
        """Open the record of a further leg, which rings; return its number."""
        self._legs += 1
        self._log.leg(self.id, self._legs, dialog.id)
        return self._legs

    def leg_measured(self, leg: int, figures: StreamFigures) -> None:
        """Keep what RTP told of a further leg."""
        self._log.media(self.id, leg, figures)

    def language(self, language: str) -> None:
        """The call goes on in another language."""
        self._log.settled(self.id, language=language)

    def heard_of_media(self, event: object) -> None:
        """Write down what the media worker tells for the record only."""
        match event:
            case RecordingStarted():
                self.recording_started(event.at)
            case RecordingFailed():
                self.recording_failed(event.reason)
            case RtpBack():
                self.event("rtp-back")
            case SourceLearnt():
                self.event("source-learnt", address=event.address, port=event.port)
            case _:
                pass

    def recording_started(self, at: int) -> None:
        """Its first sample is the stream's `at`."""
        self._recorded_from = at
        self._log.recording(self.id, self._recording, time.time() - max(self.clock.now() - at, 0) / RATE)

    def recording_ended(self, at: int) -> None:
        """Its last sample is the stream's `at`."""
        if self._recorded_from >= 0 and not self._recording_failed:
            seconds = max(at - self._recorded_from, 0) / RATE
            self._log.recording(self.id, self._recording, seconds=seconds)

    def recording_failed(self, reason: str) -> None:
        """It ended early; the call goes on. How long it is stands in the file itself."""
        self._recording_failed = True
        self._log.recording(self.id, self._recording, note=reason)
        self.event("recording-failed", reason=reason)

    def recorded(self, start: int, end: int) -> tuple[Path, int, int]:
        """Return the recording, and at which of its samples is what was from `start` to `end` of the stream."""
        first = max(self._recorded_from, 0)
        return self._recording, max(start - first, 0), max(end - first, 0)

    def clip(self, name: str) -> Path:
        """Return where a part of the recording is kept that the flow calls `name`; another one each time."""
        self._clips += 1
        plain = re.sub(r"[^\w-]", "-", name)[:40] or "message"
        return self._recording.with_name(f"{self.id}-{self._clips}-{plain}.wav")

    def new_turn(self) -> int:
        """Return the number of the next turn."""
        self._turns += 1
        return self._turns

    def turn(
        self, number: int, speaker: Literal["caller", "robot", "agent"], text: str, start: int, end: int, **more: Any
    ) -> None:
        """Write a turn; `start` and `end` in samples of the stream."""
        self._log.turn(self.id, number, speaker, text, self.seconds(start), self.seconds(end), **more)

    def hears(self, speaker: Literal["caller", "agent"], event: object, offset: int = 0) -> None:
        """Let who watches calls know when somebody is heard; `offset`: samples from that stream's clock to ours."""
        match event:
            case SpeechStarted():
                self._log.speech(self.id, speaker, self.seconds(event.at + offset))
            case Heard() | Rejected():
                self._log.speech(
                    self.id, speaker, self.seconds(event.start + offset), self.seconds(event.end + offset)
                )  # fmt: skip
            case _:
                pass

    def turn_changed(self, number: int, **changes: Any) -> None:
        """Change what is given of a turn."""
        self._log.turn_changed(self.id, number, **changes)

    def seconds(self, sample: int) -> float:
        """Return where a sample of the stream is in the recording, in seconds from its first sample."""
        return round(max(sample - max(self._recorded_from, 0), 0) / RATE, 3)
