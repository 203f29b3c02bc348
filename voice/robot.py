"""The robot's side of one conversation: one speech after another, until all is said or the caller cuts in."""

from collections import deque

from dialplans.exchange import Say
from voice.call import Call
from voice.line import Sink, Stream
from voice.media.media_protocol import PlayEnded, PlayStarted
from voice.prompt_shelf import PromptShelf
from voice.robot_turns import RobotTurns
from voice.speaking import Spawn, Speaking, Speech
from voice.turn_taking import TurnTaking


class Robot:
    """What is being said, what will be said, and what of it is on record."""

    def __init__(
        self, call: Call, stream: Stream, shelf: PromptShelf, turns: TurnTaking, spawn: Spawn, sink: Sink
    ) -> None:
        self._call, self._turns = call, turns
        self._speaking = Speaking(stream, shelf, spawn, sink)
        self._record = RobotTurns(call)
        self._script: deque[Say] = deque()
        self._speech: Speech | None = None

    @property
    def busy(self) -> bool:
        """Whether anything is being said or still to be said."""
        return self._speech is not None or bool(self._script)

    @property
    def listens(self) -> bool:
        """Whether the caller is speaking."""
        return self._turns.caller_speaks

    @property
    def may_be_answered(self) -> bool:
        """Whether all that is still to be said may be interrupted."""
        return all(say.barge_in for say in self._script) and (self._speech is None or self._speech.barge_in)

    def add(self, say: Say) -> None:
        """Say this after all else."""
        self._script.append(say)

    def go_on(self, *, question_waits: bool) -> None:
        """Begin what comes next, where nothing is being said.

        Where no question waits behind it, or something that must be heard stands before that question, an
        interruption would have nowhere to go: then it can't be interrupted.
        """
        if self._speech is not None or not self._script:
            return
        say = self._script.popleft()
        may_be = say.barge_in and question_waits and all(later.barge_in for later in self._script)
        self._speech = self._speaking.say(say.prompts, may_be)
        self._turns.robot_begins(self._speech.barge_in)
        if self._call.held:
            self._speaking.pause()

    def beep(self) -> None:
        """Give the tone behind which a caller speaks; nothing else is being said. It is no turn."""
        self._speech = self._speaking.beep()
        self._turns.robot_begins(False)
        if self._call.held:
            self._speaking.pause()

    def music(self, file: str) -> None:
        """Instead of talking, play a file round and round, hold tones where it is ""."""
        self.cut()
        self._speech = self._speaking.music(file)
        if self._call.held:
            self._speaking.pause()

    def pause(self) -> None:
        """Be silent, and remember the place."""
        self._speaking.pause()
        self._record.paused()

    def resume(self, rewind_ms: int) -> None:
        """Go on from `rewind_ms` before the place (a call on hold goes on when it is taken back)."""
        if not self._call.held:
            self._record.resumed()
            self._speaking.resume(rewind_ms)

    def cut(self) -> None:
        """Be silent; what would still have been said is dropped."""
        self._script.clear()
        if self._speech is None:
            return
        self._speaking.stop()
        self._turns.robot_ends(self._call.clock.now())
        self._speech = None

    def began(self, event: PlayStarted) -> bool:
        """The first sound of a play is on the wire; tell whether it is what is being said."""
        if self._speech is None or self._speech.play != event.play:
            return False
        self._record.began(self._speech, event.at)
        return True

    def ended(self, event: PlayEnded) -> bool:
        """A play is over; tell whether it was what is being said, so that what comes next may begin."""
        self._record.ended(event)
        if self._speech is None or self._speech.play != event.play:
            return False
        if event.reason == "failed":
            # What of it is still being made belongs to nothing that is being said.
            self._speaking.stop()
        self._speech = None
        self._turns.robot_ends(event.at)
        return True

    def close(self) -> None:
        """The stream is gone: what it didn't tell of the last speech is taken from the clock."""
        self._record.close()

    def stop(self) -> None:
        """The call is over."""
        self._script.clear()
        self._speaking.stop()
