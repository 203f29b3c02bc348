"""Every verb by its name. A new verb is one module beside this one, and one line here."""

from collections.abc import Mapping

from dialplans.step import Step
from dialplans.verbs.answer import AnswerStep
from dialplans.verbs.ask import AskStep
from dialplans.verbs.branch import BranchStep
from dialplans.verbs.call import CallStep
from dialplans.verbs.collect import CollectStep
from dialplans.verbs.confirm import ConfirmStep
from dialplans.verbs.goto import GotoStep
from dialplans.verbs.handover import HandoverStep
from dialplans.verbs.hangup import HangupStep
from dialplans.verbs.menu import MenuStep
from dialplans.verbs.play import PlayStep
from dialplans.verbs.record import RecordStep
from dialplans.verbs.return_ import ReturnStep
from dialplans.verbs.run import RunStep
from dialplans.verbs.say import SayStep
from dialplans.verbs.set import SetStep
from dialplans.verbs.survey import SurveyStep

STEPS: tuple[type[Step], ...] = (
    SayStep,
    PlayStep,
    AskStep,
    MenuStep,
    CollectStep,
    ConfirmStep,
    AnswerStep,
    SetStep,
    BranchStep,
    CallStep,
    HandoverStep,
    RecordStep,
    SurveyStep,
    RunStep,
    ReturnStep,
    HangupStep,
    GotoStep,
)
VERBS: Mapping[str, type[Step]] = {verb: step for step in STEPS for verb in step.verbs}
