"""A caller whom the flow has handed over: music, announcements and keys while a person is found, then the talk.

One a `Handover` errand. The conversation hands its events on to `receive` meanwhile; whoever finds the person
(`People.take`) awaits the methods of `people.Guest`.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from dialplans.exchange import Handover, Say
from models.cause import Cause
from models.errors import CannotDo
from voice.agent_call import AgentLeg, Owner
from voice.bridge import Talk
from voice.call import Call
from voice.helping import Helping
from voice.key_presses import KeyPresses
from voice.line import Sink
from voice.listening import Listening
from voice.people import AgentCall, Find, Shown, Talked, Where
from voice.phones import Phones
from voice.robot import Robot
from voice.speaking import Spawn
from voice.standing_prompts import LINE_LOST, prompt

PARTING_S = 1.0
"""Seconds that whoever found a person has to come to an end once the caller has hung up in the talk."""


async def parting(task: "asyncio.Task[None]") -> None:
    """Give who found a person that time."""
    await asyncio.wait({task}, timeout=PARTING_S)
    task.cancel()


class WaitingCaller:
    """See `people.Guest`."""

    def __init__(
        self,
        handover: Handover,
        language: str,
        call: Call,
        robot: Robot,
        listening: Listening,
        phones: Phones,
        spawn: Spawn,
        sink: Sink,
    ) -> None:
        """`spawn` starts a task that belongs to the call; `sink` is its queue."""
        dialog = call.dialog
        ours = dialog.direction == "outbound"
        # Whom we called is the one who waits, too.
        self.caller, self.called = (dialog.called, dialog.caller) if ours else (dialog.caller, dialog.called)
        self.call_id = call.id
        self.handover, self.language = handover, language
        self._record, self._robot, self._listening, self._phones = call, robot, listening, phones
        listening.ignore()
        self._owner = Owner(call, spawn, sink, self._of_leg)
        self._keys = KeyPresses()
        self._saying = asyncio.Lock()
        self._said: asyncio.Future[None] | None = None
        self._music: str | None = None
        """What plays while nothing else is to be heard; "": hold tones; None: nothing."""
        self._plays_music = False
        self._legs: list[AgentLeg] = []
        self._talk: Talk | None = None
        self._left = False
        self.hung_up = False
        """See the port."""
        self.helping = Helping(robot, listening, sink)
        self._hear_of_learned: Callable[[], None] = lambda: None
        self._giving_way: asyncio.Task[None] | None = None
        self._foreseeing: asyncio.Task[None] | None = None

    @property
    def talked(self) -> bool:
        """Whether a person is being talked to, or was a moment ago."""
        return self._talk is not None

    @property
    def music_file(self) -> str:
        """What who waits hears; "": hold tones."""
        return self._music or ""

    # -- people.Guest ------------------------------------------------------------------------------------------

    def music(self, file: str = "") -> None:
        """Play on until there is something else to hear."""
        self._music = file
        if self._said is None and self._talk is None and not self.helping.active:
            self.play_music()

    async def say(self, say: Say) -> None:
        """Announce something; music goes on after it."""
        async with self._saying:
            self._ask_that_it_is_here()
            self._said = said = asyncio.get_running_loop().create_future()
            if self.helping.active:
                self.helping.announce(replace(say, barge_in=False))
            else:
                self.quiet()
                self._robot.add(replace(say, barge_in=False))
                self._robot.go_on(question_waits=False)
            try:
                await said
            finally:
                self._said = None
                if self._talk is None and not self._left and not self.helping.active:
                    if self._music is not None:
                        self.play_music()
                    elif said.cancelled():
                        self.quiet()
        self._ask_that_it_is_here()

    async def key(self, seconds: float) -> str:
        """Return the next key, "" when none came."""
        self._ask_that_it_is_here()
        return await self._keys.next(seconds)

    def when_learned(self, hear: Callable[[], None]) -> None:
        """See the port."""
        self._hear_of_learned = hear

    def learn(self, handover: Handover, language: str) -> None:
        """Take what the robot has learned meanwhile."""
        self.handover, self.language = handover, language
        self._hear_of_learned()

    async def helped(self, own_key: Callable[[], str]) -> None:
        """Let the robot help meanwhile, once in a hand-over."""
        if not self.handover.meanwhile or self.helping.begun:
            return
        async with self._saying:
            self._ask_that_it_is_here()
            self.quiet()
            over = self.helping.begin(own_key)
        # Whoever waits here may stop that; the robot goes on until somebody is found.
        await asyncio.shield(over)

    def found(self) -> None:
        """Somebody has the caller: the robot says so, as soon as the caller has spoken out."""
        if self.helping.active and self._giving_way is None:
            self._giving_way = self._owner.spawn(self.helping.give_way())

    def foresee(self, says: Sequence[Say], *, rings: bool = False) -> None:
        """See the port."""
        self._foresees_no_more()
        prompts = [prompt for say in says for prompt in say.prompts]
        if prompts and not self._left:
            self._foreseeing = self._owner.spawn(self._phones.shelf.foresee(prompts, "soon" if rings else "later"))

    def event(self, name: str, **data: Any) -> None:
        """Write a dated fact into the call's record."""
        self._record.event(name, **data)

    def call(self, where: Where, shown: Shown, ring_seconds: float) -> AgentLeg:
        """Begin to call a person at once."""
        self._ask_that_it_is_here()
        leg = AgentLeg(self._phones, self._owner, where, shown, ring_seconds, self._record.stream)
        self._legs.append(leg)
        return leg

    async def talk(
        self, agent: AgentCall, agent_name: str, find: Find | None = None, *, swapped: bool = False
    ) -> Talked:
        """Let caller and agent hear each other until it ends."""
        self.found()
        if self._giving_way is not None:
            await asyncio.wait({self._giving_way})
        self._ask_that_it_is_here()
        assert isinstance(agent, AgentLeg)
        if self._talk is not None:
            raise CannotDo("The caller talks to somebody already.")
        if agent not in self._legs:
            raise CannotDo("This leg belongs to another call.")
        if not agent.up:
            raise CannotDo("The agent hung up before the talk.")
        self.quiet()
        self._ends_saying()
        self._keys.forget()
        talk = Talk(self, self._owner, self._listening, self._phones, agent, agent_name, find, swapped)
        self._talk = talk
        try:
            talked = await talk.over()
        finally:
            self._talk = None
            talk.close()
            if not self._left and (self._music is not None or talk.passes_on):
                self.play_music()
        if talked.ended_by == "lost":
            await self.say(Say((prompt(LINE_LOST, self.language),), barge_in=False))
        return talked

    # -- the conversation's events -----------------------------------------------------------------------------

    def hears(self, event: object) -> bool:
        """The speech worker tells of the caller; while one waits it is nobody's here (False)."""
        if self._talk is not None:
            self._talk.caller_is_heard(event)
        return self._talk is not None

    def pressed(self, key: str, *, in_band: bool) -> None:
        """The caller pressed a key; `in_band`: it was to be heard as a sound."""
        if self._talk is None:
            self._keys.press(key)
        elif not in_band:
            self._talk.caller_pressed(key)

    def changed(self) -> None:
        """The caller's phone held us, or took us back; or there are ears again."""
        if self._talk is not None:
            self._talk.caller_changed()

    def all_is_said(self) -> None:
        """The robot fell silent: an announcement is over, or music has ended that has no end (it can't be played)."""
        self.helping.all_is_said()
        if self._said is not None:
            if not self.helping.announces:
                self._ends_saying()
        elif self.helping.begun and not self.helping.active and not self._plays_music and self._talk is None:
            # What the robot had to say is said; who waits doesn't wait in silence.
            self.play_music()
        elif self._plays_music and self._music:
            self._music = ""
            self.play_music()

    def caller_gone(self) -> None:
        """The caller hung up."""
        self._left = self.hung_up = True
        self._foresees_no_more()
        self.helping.end()
        self._ends_saying()
        if self._talk is not None:
            self._talk.ends("caller")

    def stop(self) -> None:
        """Nobody waits for a person any more: whoever rings or talks is hung up."""
        self._left = True
        self._foresees_no_more()
        self.helping.end()
        if self._talk is not None:
            self._talk.ends("server")
        self._ends_saying()
        for leg in self._legs:
            leg.hang_up(Cause.CALLER_HUNG_UP if leg.up else Cause.CANCELLED)

    async def close(self) -> None:
        """Every leg is over and its stream closed."""
        self.stop()
        for leg in self._legs:
            await leg.close()

    # -- for the talk ------------------------------------------------------------------------------------------

    def play_music(self) -> None:
        """Let the caller hear music now."""
        self._plays_music = True
        self._robot.music(self.music_file)

    def quiet(self) -> None:
        """Let the caller hear nothing that is played."""
        self._plays_music = False
        self._robot.cut()

    def gives_away(self, leg: AgentLeg) -> None:
        """A leg belongs to another conversation from now on."""
        self._legs.remove(leg)

    def takes_in(self, leg: AgentLeg) -> None:
        """A leg of another conversation belongs to this one from now on."""
        leg.moves_to(self._owner)
        self._legs.append(leg)

    # -- inside ------------------------------------------------------------------------------------------------

    def _of_leg(self, leg: AgentLeg, event: object) -> None:
        leg.receive(event)
        if self._talk is not None:
            self._talk.of_leg(leg, event)
        if leg.over and not leg.closing:
            self._owner.spawn(leg.close())

    def _foresees_no_more(self) -> None:
        # The call ends when the last of its tasks does, and a sentence may take long to make.
        if self._foreseeing is not None:
            self._foreseeing.cancel()

    def _ends_saying(self) -> None:
        if self._said is not None and not self._said.done():
            self._said.set_result(None)

    def _ask_that_it_is_here(self) -> None:
        if self._left:
            raise CannotDo("The caller is not there any more.")
