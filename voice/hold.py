"""A caller who puts us on hold, and comes back: the robot waits in the middle of its word."""

from dialplans.exchange import Question
from voice.call import Call
from voice.line import MediaChanged
from voice.listening import Listening
from voice.robot import Robot
from voice.turn_taking import TurnTaking


class Hold:
    """Hold and its end, in one call."""

    def __init__(self, call: Call, robot: Robot, listening: Listening, turns: TurnTaking) -> None:
        self._call, self._robot, self._listening, self._turns = call, robot, listening, turns

    def changed(self, event: MediaChanged, question: Question | None) -> None:
        """The peer negotiated anew; `question` is the one that is open, or about to be."""
        was_held = self._call.held
        self._call.send_to(event.plan)
        if self._call.held and not was_held:
            self._call.event("held", leg=1)
            self._robot.pause()
            self._listening.ignore()
            self._listening.silence(begins=False)
            self._turns.reset()
        elif was_held and not self._call.held:
            self._call.event("resumed", leg=1)
            self._robot.resume(0)
            if question:
                self._listening.attend(question)
