"""The robot's help for a caller who waits for somebody: it begins, leaves room for announcements, and gives way."""

import asyncio
from collections.abc import Callable, Sequence

from dialplans.exchange import Action, Enough, Listen, Meanwhile, Say
from voice.line import Sink
from voice.listening import Listening
from voice.robot import Robot

POLITE_S = 4.0
"""Seconds for which a caller who is speaking, or keying, is heard out when somebody is found."""
LOOK_S = 0.05
"""Seconds from one look at whether they are to the next."""
ANNOUNCED_S = 6.0
"""Seconds that the sentence may take which says that somebody is there; then the talk begins all the same."""


class Helping:
    """One hand-over's; the conversation's own dialogue asks and tells, told by `Meanwhile` and `Enough`."""

    def __init__(self, robot: Robot, listening: Listening, sink: Sink) -> None:
        """`sink` is the call's queue."""
        self._robot, self._listening, self._sink = robot, listening, sink
        self._over: asyncio.Future[None] | None = None
        self._own_key: Callable[[], str] = str
        self._words: list[Say] = []
        """Announcements that wait for a pause."""
        self._giving_way = False
        self._silent: asyncio.Future[None] | None = None
        """Done when all is said of whoever was found."""

    @property
    def begun(self) -> bool:
        """Whether it has begun, and may be over."""
        return self._over is not None

    @property
    def active(self) -> bool:
        """Whether the robot may ask and tell things now."""
        return self._over is not None and not self._over.done()

    def begin(self, own_key: Callable[[], str]) -> "asyncio.Future[None]":
        """Begin; return what is done when it is over. `own_key`: see `people.Guest`."""
        self._over, self._own_key = asyncio.get_running_loop().create_future(), own_key
        self._sink(Meanwhile())
        return self._over

    def end(self) -> None:
        """The robot has nothing to ask any more."""
        if self._over is not None and not self._over.done():
            self._over.set_result(None)
            self._listening.ignore()

    def announce(self, say: Say) -> None:
        """Let something be said in the next pause."""
        self._words.append(say)

    @property
    def announces(self) -> bool:
        """Whether anything waits for that."""
        return bool(self._words)

    def in_between(self, actions: Sequence[Action]) -> list[Action]:
        """Return what is done now: announcements first; no more questions for whom somebody is there."""
        words, self._words = self._words, []
        if self._giving_way and self._silent is None:
            return [*words, *(action for action in actions if not isinstance(action, Say | Listen))]
        return [*words, *actions]

    def wants(self, key: str) -> bool:
        """Tell whether a key belongs to the robot's question: a digit may be one of a row, whatever else it means."""
        if not self.active:
            return False
        question = self._listening.question
        in_a_row = question is not None and question.keys is not None and question.keys.most > 1
        return key != self._own_key() or (in_a_row and key.isdigit())

    async def give_way(self) -> None:
        """Somebody has the caller: hear out who is speaking, say so, and end."""
        self._giving_way = True
        for _ in range(round(POLITE_S / LOOK_S)):
            if not (self._robot.listens or self._listening.keys_begun):
                break
            await asyncio.sleep(LOOK_S)
        if self.active:
            self._silent = asyncio.get_running_loop().create_future()
            self._sink(Enough())
            await asyncio.wait({self._silent}, timeout=ANNOUNCED_S)

    def all_is_said(self) -> None:
        """The robot fell silent."""
        if self._silent is not None and not self.active and not self._silent.done():
            self._silent.set_result(None)
