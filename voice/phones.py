"""What calls to persons stand on: the lines to reach them, the media worker beside the caller's, ears and a voice."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from models.errors import CannotDo, Refused
from voice import placing
from voice.keypad_codes import CODES, Codes, Order, Ordered
from voice.line import Dialog, Media, Origin, Party, Sink, Speech, Stream
from voice.people import Address, Extension, Number, Shown, Where
from voice.prompt_shelf import PromptShelf

if TYPE_CHECKING:
    from voice.bridge import Talk

OURSELVES = Origin("ourselves", "", "")


class Lines(Protocol):
    """The ways out (`voice.outbound.Outbound`): each returns once it rings, and raises `CannotDo` or `CallRefused`."""

    async def call_user(
        self, user: str, caller: Party, media: placing.Media, sink: Sink, ring_seconds: float = 0
    ) -> Dialog: ...

    async def call_address(
        self, uri: str, caller: Party, media: placing.Media, sink: Sink, ring_seconds: float = 0
    ) -> Dialog: ...

    async def call_over(
        self,
        origin: Origin,
        lines: Sequence[str],
        number: str,
        media: placing.Media,
        sink: Sink,
        caller: str = "",
        ring_seconds: float = 0,
    ) -> Dialog: ...


class Phones:
    """Reaches persons. One a server."""

    def __init__(
        self,
        lines: Lines,
        media: Media,
        speech: Speech,
        shelf: PromptShelf,
        trunks: Sequence[str] = (),
        codes: Codes = CODES,
    ) -> None:
        """`trunks`: names of the lines that a number may go out through, first choice first."""
        self.media, self.speech, self.shelf, self.codes = media, speech, shelf, codes
        self._lines, self._trunks = lines, tuple(trunks)
        self.talks: dict[str, Talk] = {}
        """Running talks by the Call-ID of the caller's dialog."""

    def talk(self, beginning: str) -> "Talk":
        """Return the talk of the call whose id begins so; raise `CannotDo` where there is not exactly one."""
        found = [talk for talk in self.talks.values() if talk.call_id.startswith(beginning)] if beginning else []
        if len(found) > 1:
            raise CannotDo(f"{len(found)} calls in which an agent is talked to have ids that begin with '{beginning}'.")
        if not found:
            words = f"Nobody talks with an agent in call {beginning} now."
            raise Refused(words, "orders.talk_none", call=beginning)
        return found[0]

    def hint(self, call_id: str) -> bool:
        """Let the agent of a call hear a soft tone, nobody else; return whether there is one who can hear it."""
        talk = next((talk for talk in self.talks.values() if talk.call_id == call_id), None)
        return talk is not None and talk.hint()

    def beside(self, origin: Origin) -> Stream | None:
        """Return the stream of a user's phone that is in a talk: the phone may join what it calls now to that."""
        if origin.kind != "user":
            return None
        agents = (talk.agent for talk in self.talks.values())
        return next((leg.stream for leg in agents if leg.up and leg.where == Extension(origin.name)), None)

    def order(self, call_id: str, order: Order, number: str = "") -> None:
        """Have a talk's agent transfer, consult, swap … as by their keypad; raise `CannotDo` where that can't be."""
        self.talk(call_id).carry_out(Ordered(order, number))

    async def reach(self, where: Where, shown: Shown, media: placing.Media, sink: Sink, ring_seconds: float) -> Dialog:
        """Call somebody; return once it rings or is answered. Raises `CannotDo` or `CallRefused`."""
        caller = Party(shown.number, shown.name)
        match where:
            case Extension():
                return await self._lines.call_user(where.user, caller, media, sink, ring_seconds)
            case Address():
                return await self._lines.call_address(where.uri, caller, media, sink, ring_seconds)
            case Number():
                lines = [where.line] if where.line else self._trunks
                if not lines:
                    raise CannotDo(
                        f"{where.number} can't be called: no trunk is configured; name one in [[sip.trunks]]."
                    )
                return await self._lines.call_over(
                    OURSELVES, lines, where.number, media, sink, shown.number, ring_seconds
                )
