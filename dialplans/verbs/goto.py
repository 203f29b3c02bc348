"""goto: another step follows."""

from dataclasses import dataclass

from dialplans.step import Step


@dataclass(frozen=True)
class GotoStep(Step):
    """Goes on with another step."""

    verbs = ("goto",)
