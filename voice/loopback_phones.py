"""Phones of persons in memory: they ring, answer, decline, hold, key, transfer and hang up, for whole calls."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal

from models.cause import Cause
from models.errors import CannotDo
from voice import placing
from voice.line import Answered, HungUp, Origin, Party, Referred, Ringing, Sink
from voice.loopback import PLAN, Audible, Lines, LoopbackDialog
from voice.loopback_speech import SECONDS_A_SIGN, LoopbackSpeech
from voice.media import media_protocol as media
from voice.placing import CallRefused

RINGS_AFTER = 0.05
PATIENCE = 120.0


class PhoneCall(LoopbackDialog):
    """A call to one phone: the leg's signalling, and the person at its other end."""

    def __init__(self, identity: str, shown: Party, called: str, port: int, sink: Sink) -> None:
        super().__init__(shown.number, called, identity)
        self.direction: Literal["inbound", "outbound"] = "outbound"
        self.caller, self.origin = shown, Origin("ourselves", "", "127.0.0.1:5060")
        self.told: list[tuple[int, str]] = []
        """Progress of a transfer that this phone asked for."""
        self.port = port
        self.attach(sink)

    def refer_progress(self, code: int, words: str) -> None:
        super().refer_progress(code, words)
        self.told.append((code, words))

    def answers(self) -> None:
        """Pick up."""
        if self.over is None:
            self.answered = True
            self._tell(Answered(PLAN))

    def declines(self, code: int = 486, cause: Cause = Cause.BUSY) -> None:
        """Refuse, once it rings."""
        if self.over is None:
            self._end(HungUp(cause, code, "refused"))

    def refers(self, target: str, replaces: str = "") -> None:
        """Ask for a transfer (REFER)."""
        self._tell(Referred(target, replaces))

    def dies(self) -> None:
        """The phone is gone: a request of ours in the dialog got no answer."""
        if self.over is None:
            self._end(HungUp(Cause.LINE_UNREACHABLE, 408, by_us=True))

    def rings_out(self) -> None:
        """Nobody picked up for as long as we wanted it to ring."""
        if self.over is None and not self.answered:
            self._end(HungUp(Cause.NO_ANSWER, by_us=True))


class LoopbackPerson:
    """Somebody who picked up."""

    def __init__(self, call: PhoneCall, lines: Lines, speech: LoopbackSpeech) -> None:
        self.call = call
        self._speech = speech
        self.stream: Audible = next(stream for stream in lines.streams.values() if stream.port == call.port)

    async def says(self, text: str, language: str = "en") -> None:
        """Say something and wait until it was taken."""
        seconds = max(len(text) * SECONDS_A_SIGN[language], 0.3)
        await self._speech.ears[self.stream.number].utterance(text, seconds, stream=self.stream, language=language)
        await asyncio.sleep(0)

    async def keys(self, digits: str, gap: float = 0.2) -> None:
        """Press keys."""
        for digit in digits:
            self.stream.key(digit)
            await asyncio.sleep(gap)

    def plays(self) -> list[str]:
        """Return what was played to this person alone so far: texts, tones, files."""
        plays = [message for message in self.stream.told if isinstance(message, media.Play)]
        return [
            source.path.partition("/")[2] if isinstance(source, media.File) else source.tone
            for play in plays
            for source in play.sources
        ]


class LoopbackPhones:
    """All phones (see `voice.phones.Lines`)."""

    def __init__(self, lines: Lines, speech: LoopbackSpeech, users: Sequence[str] = ("anna", "ben", "cleo")) -> None:
        """`users` have a phone registered; numbers and addresses ring wherever they are."""
        self.calls: list[PhoneCall] = []
        self._lines, self._speech, self._users = lines, speech, users
        self._seen = 0

    async def call_user(
        self, user: str, caller: Party, media: placing.Media, sink: Sink, ring_seconds: float = 0
    ) -> PhoneCall:
        if user not in self._users:
            raise CannotDo(f"User '{user}' has no phone registered: nothing to call.")
        return await self._ring(user, caller, media, sink, ring_seconds)

    async def call_address(
        self, uri: str, caller: Party, media: placing.Media, sink: Sink, ring_seconds: float = 0
    ) -> PhoneCall:
        return await self._ring(uri, caller, media, sink, ring_seconds)

    async def call_over(
        self,
        origin: Origin,
        lines: Sequence[str],
        number: str,
        media: placing.Media,
        sink: Sink,
        caller: str = "",
        ring_seconds: float = 0,
    ) -> PhoneCall:
        if number == "000":
            await asyncio.sleep(RINGS_AFTER)
            raise CallRefused("The line refused the call (404): there is no such number.", Cause.NO_SUCH_NUMBER, 404)
        return await self._ring(number, Party(caller), media, sink, ring_seconds)

    async def _ring(
        self, called: str, caller: Party, media: placing.Media, sink: Sink, ring_seconds: float
    ) -> PhoneCall:
        await asyncio.sleep(RINGS_AFTER)
        call = PhoneCall(f"leg-{len(self.calls) + 1}", caller, called, media.port, sink)
        self.calls.append(call)
        sink(Ringing())
        if ring_seconds:
            asyncio.get_running_loop().call_later(ring_seconds, call.rings_out)
        return call

    # -- the persons' side -------------------------------------------------------------------------------------

    async def rings(self, called: str = "") -> PhoneCall:
        """Wait for the next call (to `called`) that no one has waited for yet."""
        await self._until(lambda: len(self.calls) > self._seen)
        call = self.calls[self._seen]
        self._seen += 1
        assert not called or call.called.number == called, f"{call.called.number} rings instead of {called}"
        return call

    def person(self, call: PhoneCall) -> LoopbackPerson:
        """Return who is at the other end of a call that rings or was answered."""
        return LoopbackPerson(call, self._lines, self._speech)

    async def answers(self, called: str = "") -> LoopbackPerson:
        """Wait for the next call and pick up."""
        call = await self.rings(called)
        person = self.person(call)
        call.answers()
        await asyncio.sleep(0.02)
        return person

    def unregister(self, user: str) -> None:
        """Take a phone away."""
        self._users = tuple(name for name in self._users if name != user)

    async def _until(self, condition: Callable[[], bool]) -> None:
        end = asyncio.get_running_loop().time() + PATIENCE
        while not condition():
            assert asyncio.get_running_loop().time() < end, "no phone rings"
            await asyncio.sleep(0.02)
