"""The talk of a caller with an agent, and with whom the agent consults: who hears whom, what is said, how it ends.

Voices meet in the media worker (`Hear`): what is said here takes one message to it. Both sides are understood and come
on record as turns, "caller" and "agent", with times in the caller's recording, whose right channel is what the caller
hears.
"""

import asyncio
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote

from asr_tts import speech_protocol as speech
from dialplans.exchange import Question
from models.cause import Cause
from models.errors import CannotDo, Refused
from voice.agent_call import AgentLeg, Owner, describe
from voice.connecting import Connecting
from voice.consultation import Consultation
from voice.hearing import Mode
from voice.keypad_codes import CodeReader, Ordered
from voice.line import Answered, InfoDigit, MediaChanged, Referred
from voice.listening import Listening
from voice.media import media_protocol as media
from voice.people import Extension, Find, Shown, Talked, Transfer, Where
from voice.phones import Phones
from voice.sip.uri import user_of
from voice.supervisor import MODES, TAKES_OVER, Supervisor

if TYPE_CHECKING:
    from voice.guest import WaitingCaller

SILENT_S = 5.0
"""Seconds without any RTP after which a phone is asked whether it is there: some send nothing while muted."""
ANSWERS_S = 3.0
"""Seconds that it has for the answer; a phone without one is dead, and the caller is told."""
CONSULTATION_RINGS_S = 30.0
EndedBy = Literal["caller", "agent", "transfer", "lost", "server"]
PUT_DOWN = (Cause.AGENT_HUNG_UP, Cause.OPERATOR_HUNG_UP, Cause.ROBOT_HUNG_UP)
"""How a leg ends that somebody ended: not by a phone that died."""
REFUSED_S = 1.5
"""Seconds of the tone that tells an agent that a code led nowhere."""


class Talk:
    """One talk, from the moment both hear each other."""

    def __init__(
        self,
        guest: "WaitingCaller",
        owner: Owner,
        listening: Listening,
        phones: Phones,
        agent: AgentLeg,
        agent_name: str,
        find: Find | None,
        swapped: bool = False,
    ) -> None:
        """`swapped`: see `people.Guest.talk`."""
        self.agent, self.guest = agent, guest
        self._agent_name, self._find, self._swapped = agent_name, find, swapped
        self._owner, self._listening, self._phones = owner, listening, phones
        self._record, self._stream = owner.call, owner.call.stream
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._over: asyncio.Future[Talked] = self._loop.create_future()
        self._codes = CodeReader(phones.codes)
        self._connecting = Connecting(self._stream, guest)
        self._consultation: Consultation | None = None
        self.supervisor: Supervisor | None = None
        self._agent_holds = False
        """Whether the agent put the caller on hold by an order, not by the phone's own key."""
        self._given_away = False
        """Whether another talk has the agent now."""
        agent.forget_keys()
        agent.quiet()
        phones.talks[self._record.dialog.id] = self
        self._record.event("talk-began", leg=agent.number, agent=agent_name)
        if swapped:
            self._stream.tell(media.SwapSides(self._stream.number, True))
        self.connect()
        self._stream.tell(media.AskFigures(self._stream.number))
        self._attend()

    # -- its life ----------------------------------------------------------------------------------------------

    async def over(self) -> Talked:
        """Return how it ended."""
        return await self._over

    def ends(self, by: EndedBy, transfer: Transfer | None = None, why: str = "") -> None:
        """It is over (once)."""
        if not self._over.done():
            seconds = round(self._loop.time() - self._began, 2)
            self._over.set_result(Talked(seconds, by, transfer, why))

    def close(self) -> None:
        """Nobody hears the other any more, and who isn't needed is hung up."""
        talked = self._over.result() if self._over.done() and not self._over.cancelled() else None
        transfer = talked.transfer if talked else None
        self._phones.talks.pop(self._record.dialog.id, None)
        self._listening.ignore()
        self._connecting.part(self._legs())
        if self._swapped:
            self._stream.tell(media.SwapSides(self._stream.number, False))
        for leg in self._legs():
            if leg is not self.agent and (transfer is None or transfer.call is not leg):
                leg.hang_up(Cause.ROBOT_HUNG_UP)
        if not self._given_away and (transfer is None or transfer.attended):
            self.agent.hang_up(Cause.ROBOT_HUNG_UP)
        elif not self._given_away and self.agent.up:
            # Who has sent the caller on and stays hears that it rings there.
            self.agent.play("ringback")
        self._record.event(
            "talk-ended", leg=self.agent.number, by=talked.ended_by if talked else "server",
            seconds=talked.seconds if talked else None,
        )  # fmt: skip

    def gives_away(self) -> AgentLeg:
        """Let somebody else have the agent, at once: this talk is over by that."""
        self._connecting.part([self.agent])
        self._given_away = True
        self.guest.gives_away(self.agent)
        self.ends("transfer", why="the agent was handed on to another caller")
        return self.agent

    @property
    def call_id(self) -> str:
        """Of the caller's call."""
        return self._record.id

    @property
    def passes_on(self) -> bool:
        """Whether it ended so that the caller waits for somebody else."""
        return self._over.done() and not self._over.cancelled() and self._over.result().transfer is not None

    @property
    def simple(self) -> bool:
        """Whether it is one of two, who hear each other."""
        return self._consultation is None and self.agent.up and not self._over.done()

    # -- who hears whom ----------------------------------------------------------------------------------------

    def connect(self) -> None:
        """Let everybody hear, and be understood, as it is meant now."""
        caller, agent = self._stream.number, self.agent.stream.number
        talking = self._consultation.talking(caller, agent) if self._consultation else {caller, agent}
        legs = self._legs()
        away = {leg.stream.number for leg in legs if leg.up and leg.held}
        away |= {caller} if self._record.held else set()
        away |= {agent} if self._agent_holds else set()
        monitor = self.supervisor.monitor(agent) if self.supervisor else None
        self._connecting.connect(legs, talking, away, monitor)

    def _legs(self) -> list[AgentLeg]:
        third = [self._consultation.leg] if self._consultation else []
        above = [self.supervisor.leg] if self.supervisor else []
        return [*([] if self._given_away else [self.agent]), *third, *above]

    def hint(self) -> bool:
        """Let the agent alone hear a soft tone: something is to be thought of. Return whether it can be heard now."""
        away = self.agent.held or self._agent_holds or self._record.held or self._consultation is not None
        if away or not self.agent.up or self._over.done():
            return False
        self.agent.play("hint")
        return True

    # -- the caller --------------------------------------------------------------------------------------------

    def caller_changed(self) -> None:
        """The caller's phone held us, or took us back; or there are ears again."""
        self._attend()
        self.connect()

    def caller_pressed(self, key: str) -> None:
        """The caller pressed a key that is no sound: it is for whoever hears the caller."""
        self._relay(key, self._stream.number)

    def caller_is_heard(self, event: object) -> None:
        """The speech worker tells of the caller."""
        if isinstance(event, speech.Heard) and event.text:
            self._turn("caller", event, 0)

    # -- persons -----------------------------------------------------------------------------------------------

    def of_leg(self, leg: AgentLeg, event: object) -> None:
        """Something happened on a leg, which has taken it already."""
        if leg not in self._legs():
            return
        self._leg_tells(leg, event)
        self._record.hears("caller" if self._swapped else "agent", event, self._record.clock.now() - leg.clock.now())

    def _leg_tells(self, leg: AgentLeg, event: object) -> None:
        match event:
            case media.Digit() | InfoDigit():
                self._leg_keys(leg, event.digit, in_band=isinstance(event, media.Digit) and event.in_band)
            case Referred():
                self._referred(leg, event)
            case media.RtpSilent() if event.seconds >= SILENT_S and leg.up and not leg.held:
                self._record.event("rtp-silent", leg=leg.number, seconds=event.seconds)
                self._owner.spawn(leg.hang_up_unless_there(ANSWERS_S))
            case speech.Heard() if event.text and leg.up:
                self._turn("agent", event, self._record.clock.now() - leg.clock.now())
            case _:
                pass
        if not leg.over:
            if isinstance(event, Answered) and self.supervisor is not None and self._supervises(leg):
                self.watched(self.supervisor.mode)
            elif isinstance(event, Answered | MediaChanged):
                self.connect()
        elif leg is self.agent:
            self._agent_over()
        elif self._supervises(leg):
            self.supervisor = None
            self._record.event("supervision-ended", leg=leg.number)
            self.connect()
        else:
            self._third_over()

    def _agent_over(self) -> None:
        third = self._consultation
        if third is not None:
            # Who hangs up on a consultation wants its other end to have the caller, also while it rings.
            self.ends("transfer", Transfer(third.number, True, self.agent.where, third.leg))
        elif self.agent.cause in PUT_DOWN:
            self.ends("agent")
        else:
            self.ends("lost", why=str(self.agent.cause))

    def _third_over(self) -> None:
        assert self._consultation is not None
        rang_in_vain = not self._consultation.leg.was_up
        self._consultation = None
        self.connect()
        if rang_in_vain:
            self._refuses("The consulted person was not reached.")

    def _leg_keys(self, leg: AgentLeg, key: str, *, in_band: bool) -> None:
        if self._supervises(leg):
            self._supervisor_keys(key)
            return
        if leg is not self.agent:
            if not in_band:
                self._relay(key, leg.stream.number)
            return
        match self._codes.press(key, self._loop.time()):
            case Ordered() as ordered:
                try:
                    self.carry_out(ordered)
                except CannotDo as fault:
                    self._refuses(str(fault))
            case str() as keys if keys and not in_band:
                self._relay(keys, leg.stream.number)
            case _:
                pass

    def _relay(self, keys: str, source: int) -> None:
        self._connecting.relay(keys, source, self._legs())

    # -- what the agent orders -----------------------------------------------------------------------------------

    def carry_out(self, ordered: Ordered) -> None:
        """Do what the agent keyed, or ordered by API; raise `CannotDo` where that can't be."""
        third = self._consultation
        self._record.event("code", order=ordered.order, number=ordered.number)
        match ordered.order:
            case "blind":
                self._found(ordered.number)
                self.ends("transfer", Transfer(ordered.number, False, self.agent.where))
            case "hold":
                self._agent_holds = not self._agent_holds
                self._record.event("agent-holds" if self._agent_holds else "agent-resumes")
                self.connect()
            case "consult":
                self._consult(ordered.number)
            case "back" if third is not None:
                third.leg.hang_up(Cause.ROBOT_HUNG_UP)
            case "complete" if third is not None:
                self.ends("transfer", Transfer(third.number, True, self.agent.where, third.leg))
            case "swap" if third is not None and third.leg.up:
                third.stage = "consult" if third.stage == "caller" else "caller"
                self.connect()
            case "conference" if third is not None and third.leg.up:
                third.stage = "three"
                self.connect()
            case _:
                raise Refused("Nobody is being consulted.", "orders.consults_nobody")

    def _consult(self, number: str) -> None:
        where = self._found(number)
        if where is None:
            words = f"'{number}' is a queue: a caller can be sent there, nobody can be consulted."
            raise Refused(words, "orders.consult_queue", number=number)
        if self._consultation is not None:
            raise Refused("Somebody is being consulted already.", "orders.consults")
        shown = Shown(self.guest.caller.number, self._agent_name)
        self._consultation = Consultation(self.guest.call(where, shown, CONSULTATION_RINGS_S), number)
        self._agent_holds = False
        self.connect()

    def _found(self, number: str) -> Where | None:
        if self._find is None:
            raise Refused("There are no transfers in this talk.", "orders.no_transfers")
        return self._find(number)

    def _refuses(self, why: str) -> None:
        """Let the agent hear that it can't be done; the talk goes on."""
        self._record.event("code-refused", why=why)
        if self.agent.up:
            self.agent.play("congestion", seconds=REFUSED_S)

    def _referred(self, leg: AgentLeg, asked: Referred) -> None:
        """The phone wants the caller transferred (REFER): accept what can be tried, decline the rest."""
        number = user_of(asked.target)
        self._record.event("transfer-asked", leg=leg.number, called=number, attended=bool(asked.replaces))
        if leg is not self.agent or self._consultation is not None:
            leg.transfer_goes(603, "Decline")
        elif asked.replaces:
            self._replaces(number, unquote(asked.replaces).partition(";")[0])
        else:
            try:
                self._found(number)
            except CannotDo as fault:
                self._record.event("transfer-refused", why=str(fault))
                leg.transfer_goes(404, "Not Found")
                return
            leg.transfer_goes(100, "Trying")
            self.ends("transfer", Transfer(number, False, leg.where))

    def _replaces(self, number: str, call_id: str) -> None:
        """The agent's phone has a second call, through us, to who is to have the caller: join the two (RFC 3891)."""
        other = self._phones.talks.get(call_id)
        if other is None or other is self or not other.simple or not other.belongs_to(self.agent.where):
            self._record.event("transfer-refused", why="there is no such second call of this phone")
            self.agent.transfer_goes(481, "Call/Transaction Does Not Exist")
        elif not self._phones.media.side_by_side(self._stream, other.agent.stream):
            self._record.event("transfer-refused", why="the second call is in another media worker")
            self.agent.transfer_goes(488, "Not Acceptable Here")
        else:
            leg = other.gives_away()
            self.guest.takes_in(leg)
            self.agent.transfer_goes(100, "Trying")
            self.agent.transfer_goes(200, "OK")
            self.ends("transfer", Transfer(number, True, self.agent.where, leg))

    def belongs_to(self, where: Where) -> bool:
        """Tell whether it was the phone `where` that made this call to us."""
        origin = self._record.dialog.origin
        return isinstance(where, Extension) and origin.kind == "user" and origin.name == where.user

    # -- a supervisor ------------------------------------------------------------------------------------------

    def watched_by(self, leg: AgentLeg, mode: Mode) -> None:
        """Somebody was called who is to supervise."""
        self.supervisor = Supervisor(leg, mode)
        self._record.event("supervision-began", mode=mode)

    def watched(self, mode: Mode) -> None:
        """The supervisor listens, whispers or breaks in from now on."""
        self._record.event("supervision", **self._supervised().turns_to(mode))
        self.connect()

    def taken_over(self) -> None:
        """The supervisor has the caller from now on."""
        leg = self._supervised().leg
        self._record.event("taken-over", leg=leg.number)
        self.ends("transfer", Transfer(describe(leg.where), True, self.agent.where, leg))

    def unwatched(self) -> None:
        """The supervisor is hung up, or called no more."""
        self._supervised(also_called=True).leg.hang_up(Cause.OPERATOR_HUNG_UP)

    def _supervised(self, *, also_called: bool = False) -> Supervisor:
        if self.supervisor is None or not (self.supervisor.leg.up or also_called):
            raise Refused("Nobody supervises this talk.", "orders.nobody_supervises")
        return self.supervisor

    def _supervises(self, leg: AgentLeg) -> bool:
        return self.supervisor is not None and leg is self.supervisor.leg

    def _supervisor_keys(self, key: str) -> None:
        if key in MODES:
            self.watched(MODES[key])
        elif key == TAKES_OVER:
            self.taken_over()

    # -- the record --------------------------------------------------------------------------------------------

    def _attend(self) -> None:
        question = Question("talk", kind="dictation", language=self.guest.language)
        self._listening.attend(question, urgent=False)

    def _turn(self, speaker: Literal["caller", "agent"], said: speech.Heard, offset: int) -> None:
        """Write what was said; `offset`: samples from its stream's clock to the caller's."""
        if self._swapped:
            speaker = "agent" if speaker == "caller" else "caller"
        self._record.turn(
            self._record.new_turn(), speaker, said.text, said.start + offset, said.end + offset,
            confidence=said.confidence, language=said.language,
        )  # fmt: skip
