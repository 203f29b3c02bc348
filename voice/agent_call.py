"""The leg to a person: it rings, is whispered to, talks, and ends; its sound is in the caller's media worker.

What its dialog, its stream and its ear tell comes into the caller's conversation as `OfLeg`, in one order with the
caller's own events; `receive` is what the leg itself makes of it.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from asr_tts.speech_protocol import Ignore, Listen
from dialplans.exchange import Say
from models.call import new_id
from models.cause import Cause
from models.errors import CannotDo, HotlineError
from voice import media_events, placing
from voice.agreed_media import holds, remote_of
from voice.call import Call, StreamClock
from voice.hearing import Sound
from voice.key_presses import KeyPresses
from voice.line import (
    Answered,
    Dialog,
    Ear,
    HungUp,
    InfoDigit,
    MediaChanged,
    MediaLost,
    MediaPlan,
    Ringing,
    Sink,
    SpeechBack,
    SpeechLost,
    Stream,
)
from voice.media import media_protocol as media
from voice.people import Address, Extension, Number, Shown, Where
from voice.phones import Phones
from voice.placing import CallRefused
from voice.speaking import Spawn, Speaking, VoiceFailed

MUSIC = 1_000_000
"""Plays of tones and music are numbered from here on, so that they are none of the whispers'."""

WHISPER_GAPS_S = 1.5
"""Seconds of silence that a whisper may cost in all: the caller waits, too, and hears music still."""


@dataclass(frozen=True)
class OfLeg:
    """Something happened on a leg to a person."""

    leg: "AgentLeg"
    event: object


@dataclass
class Owner:
    """The conversation that a leg belongs to."""

    call: Call
    spawn: Spawn
    sink: Sink
    of_leg: "Callable[[AgentLeg, object], None]"
    """Takes what comes out of the sink again."""


class AgentLeg:
    """One leg to a person (see `people.AgentCall`)."""

    def __init__(
        self, phones: Phones, owner: Owner, where: Where, shown: Shown, ring_seconds: float, beside: Stream
    ) -> None:
        """Begin to call at once; `beside` is the caller's stream."""
        self.id = new_id()
        self.where = where
        self.number = 0
        """Its number on the call's record; 0 while it has not reached anybody."""
        self.held = False
        """Whether the person put us on hold."""
        self.clock = StreamClock()
        self._phones, self._owner = phones, owner
        self._stream: Stream | None = None
        self._dialog: Dialog | None = None
        self._ear: Ear | None = None
        self._speaking: Speaking | None = None
        self._whisper: tuple[int, asyncio.Future[None]] | None = None
        """The play that is whispered, and who waits for its end."""
        self._keys = KeyPresses()
        self._settled = asyncio.Event()
        """It is answered, or will never be."""
        self._gone = asyncio.Event()
        """It is over."""
        self._refusal: HotlineError | None = None
        self._answered = self._over = False
        self.closing = False
        """Whether its stream is closed, or about to be."""
        self.cause = Cause.OUR_ERROR
        """How it ended, once it did."""
        self._language = ""
        """What the person is to be understood in; "": nobody listens."""
        self._music = MUSIC
        self._reaching = owner.spawn(self._reach(shown, ring_seconds, beside))

    # -- people.AgentCall --------------------------------------------------------------------------------------

    @property
    def over(self) -> bool:
        """Whether it has ended, answered or not."""
        return self._over

    @property
    def was_up(self) -> bool:
        """Whether it was ever answered."""
        return self._answered

    @property
    def up(self) -> bool:
        """Whether it is answered and not over."""
        return self._answered and not self._over

    async def answered(self) -> None:
        """Return when it is answered; raise `CallRefused` or `CannotDo`."""
        await self._settled.wait()
        if self._refusal is not None:
            raise self._refusal

    async def ended(self) -> None:
        """Return when it is over."""
        await self._gone.wait()

    async def whisper(self, say: Say) -> None:
        """Say what only the agent hears; return when it is said, or what of it was ready in time."""
        self._ask_that_it_is_up()
        assert self._speaking is not None
        self.quiet()
        speech = self._speaking.say(say.prompts, False, WHISPER_GAPS_S)
        said = asyncio.get_running_loop().create_future()
        self._whisper = speech.play, said
        try:
            await said
        finally:
            self._whisper = None
            # Also one that can't be played: what of it is still being made isn't for the talk.
            self._speaking.stop()
        self._ask_that_it_is_up()

    async def key(self, seconds: float) -> str:
        """Return the next key that the agent presses, "" when none came."""
        self._ask_that_it_is_up()
        key = await self._keys.next(seconds)
        self._ask_that_it_is_up()
        return key

    def transfer_goes(self, code: int, words: str) -> None:
        """Tell the phone how the transfer goes that it asked for; from 200 on that is settled."""
        if self._dialog is not None and not self._over:
            self._dialog.refer_progress(code, words)

    def hang_up(self, cause: Cause) -> None:
        """End it however far it got. Idempotent."""
        if self._over:
            return
        if self._dialog is not None:
            self._dialog.hang_up(cause)
        else:
            self._reaching.cancel()
        self._ends(cause, CallRefused("The call was given up.", Cause.CANCELLED, 487))

    async def hang_up_unless_there(self, seconds: float) -> None:
        """Ask the phone whether it is still there; one that says nothing within `seconds` is dead."""
        if self._dialog is not None and self.up and not await self._dialog.is_there(seconds) and self.up:
            self.hang_up(Cause.RTP_SILENT)

    # -- for the talk ------------------------------------------------------------------------------------------

    @property
    def stream(self) -> Stream:
        """Its RTP; only once it is answered."""
        assert self._stream is not None, "it was not answered yet"
        return self._stream

    def forget_keys(self) -> None:
        """Keys that were pressed before the talk are none of the talk's."""
        self._keys.forget()

    def play(self, tone: media.Tone, file: str = "", seconds: float = 0.0) -> None:
        """Let the person hear a tone, or a file round and round, until `quiet` (or for so long)."""
        self._music += 1
        source = media.File(file, loop=True) if file else media.ToneSource(tone, seconds)
        self.stream.tell(media.Play(self.stream.number, self._music, [source], replace=True))

    def sounds(self, sound: Sound, music: str) -> None:
        """Let the person hear that it rings, or music (the file `music`, hold tones where it is ""), or nothing."""
        match sound:
            case "":
                self.quiet()
            case "ringing":
                self.play("ringback")
            case "music":
                self.play("hold", music)

    def quiet(self) -> None:
        """Let the person hear nothing but the others."""
        self.stream.tell(media.Stop(self.stream.number))

    def listen(self, language: str) -> None:
        """Have what the person says understood in `language` from now on; "": nothing any more."""
        if language == self._language:
            return
        self._language = language
        if language:
            self._attend()
        elif self._ear is not None and not self.closing:
            self._ear.tell(Ignore(self.stream.number))

    def moves_to(self, owner: Owner) -> None:
        """Belong to another conversation from now on."""
        self._owner.call.event("leg-ended", leg=self.number, cause="transferred")
        self._owner = owner
        assert self._dialog is not None, "only who has answered can be handed on"
        self.number = owner.call.new_leg(self._dialog)
        owner.call.event("leg-answered", leg=self.number, who=describe(self.where))

    def take(self, event: object) -> None:
        """Hand an event of this leg to whom it belongs to now."""
        self._owner.of_leg(self, event)

    # -- its events ------------------------------------------------------------------------------------------

    def receive(self, event: object) -> None:
        """Take what dialog, stream or ear told."""
        if (at := media_events.sample_of(event)) is not None:
            self.clock.seen(at)
        match event:
            case Ringing():
                self._rings()
            case Answered():
                self._rings()
                self._is_answered(event.plan)
            case MediaChanged():
                self._changed(event.plan)
            case HungUp():
                # A dialog knows only that its other end hung up, not that this one is an agent.
                cause = Cause.AGENT_HUNG_UP if event.cause is Cause.CALLER_HUNG_UP else event.cause
                words = "nobody took it while it rang" if event.by_us else event.words or str(event.cause)
                self._ends(cause, CallRefused(f"{describe(self.where)}: {words}.", cause, event.code))
            case MediaLost() | media.StreamClosed() if not self._over:
                self._give_up(Cause.MEDIA_FAILED)
            case media.Digit():
                self._keys.press(event.digit)
            case InfoDigit():
                self._keys.press(event.digit)
            case media.PlayEnded():
                self._play_ended(event.play)
            case VoiceFailed():
                self._owner.call.event("voice-failed", text=event.text, reason=event.reason)
            case SpeechLost() if self._stream is not None:
                self._stream.tell(media.ListenTo(self._stream.number, ""))
            case SpeechBack():
                self._attend()
            case _:
                pass

    def tell(self, event: object) -> None:
        """Report `event` to the conversation that the leg belongs to now."""
        self._owner.sink(OfLeg(self, event))

    async def close(self) -> None:
        """End it and close its stream; once it is closed, what RTP told is on record. May be called again."""
        self.hang_up(Cause.CANCELLED)
        if self.closing:
            return
        self.closing = True
        if self._ear is not None:
            self._ear.close()
        if self._stream is not None:
            figures = await self._stream.close()
            if self.number:
                self._owner.call.leg_measured(self.number, figures)

    # -- inside ------------------------------------------------------------------------------------------------

    async def _reach(self, shown: Shown, ring_seconds: float, beside: Stream) -> None:
        try:
            self._stream = stream = await self._phones.media.open(self.tell, beside)
            address = placing.Media(stream.address, stream.port)
            self._dialog = await self._phones.reach(self.where, shown, address, self.tell, ring_seconds)
            if self._over:
                self._dialog.hang_up(Cause.CANCELLED)
        except HotlineError as fault:
            cause = fault.cause if isinstance(fault, CallRefused) else Cause.LINE_UNREACHABLE
            self._ends(cause, fault)
        finally:
            if self._dialog is None:
                # No dialog will say so: whoever holds the leg closes its stream now.
                self.tell(HungUp(Cause.CANCELLED, by_us=True))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Start a task of the conversation that the leg belongs to now."""
        return self._owner.spawn(work)

    def _rings(self) -> None:
        if not self.number and self._dialog is not None:
            self.number = self._owner.call.new_leg(self._dialog)
            self._owner.call.event("leg-ringing", leg=self.number, who=describe(self.where))

    def _is_answered(self, plan: MediaPlan) -> None:
        if self._over:
            return
        self._answered = True
        self._speaking = Speaking(self.stream, self._phones.shelf, self._spawn, self.tell)
        self._ear = self._phones.speech.attend(self.stream.number, self.tell)
        self._send_to(plan)
        self.stream.tell(media.AskFigures(self.stream.number))
        self._owner.call.event("leg-answered", leg=self.number, who=describe(self.where))
        self._settled.set()

    def _changed(self, plan: MediaPlan) -> None:
        was_held = self.held
        if self.up:
            self._send_to(plan)
            if self.held != was_held:
                self._owner.call.event("held" if self.held else "resumed", leg=self.number)

    def _send_to(self, plan: MediaPlan) -> None:
        assert self._dialog is not None
        self.held = holds(plan)
        self.stream.tell(remote_of(self.stream.number, plan, self._dialog.origin))

    def _play_ended(self, play: int) -> None:
        if self._whisper is not None and self._whisper[0] == play and not self._whisper[1].done():
            self._whisper[1].set_result(None)

    def _give_up(self, cause: Cause) -> None:
        if self._dialog is not None:
            self._dialog.hang_up(cause)
        self._ends(cause, CannotDo("The media worker of the call is gone."))

    def _ends(self, cause: Cause, refusal: HotlineError) -> None:
        """It is over (once), answered or not."""
        if self._over:
            return
        self._over, self.cause = True, cause
        self._gone.set()
        if not self._answered:
            self._refusal = refusal
        if self._whisper is not None and not self._whisper[1].done():
            self._whisper[1].set_result(None)
        if self._speaking is not None:
            self._speaking.stop()
        self._keys.press("")
        self._settled.set()
        if self.number:
            self._owner.call.event("leg-ended", leg=self.number, cause=str(cause))
        else:
            self._owner.call.event("not-reached", who=describe(self.where), cause=str(cause), why=str(refusal))

    def _attend(self) -> None:
        if self._ear is not None and self._ear.audio_socket and self._language:
            self.stream.tell(media.ListenTo(self.stream.number, self._ear.audio_socket))
            self._ear.tell(Listen(self.stream.number, self._language, "dictation", urgent=False))

    def _ask_that_it_is_up(self) -> None:
        if not self.up:
            raise CannotDo(f"{describe(self.where)} is not on the line any more.")


def describe(where: Where) -> str:
    """Return where somebody is reached in one word, for the record."""
    match where:
        case Extension():
            return where.user
        case Address():
            return where.uri
        case Number():
            return where.number
