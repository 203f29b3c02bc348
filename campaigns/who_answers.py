"""What a campaign does with who answers, as its plan says: with machines, with services that ask who calls. Pure."""

from campaigns.plan import CampaignPlan, Texts
from voice.answering_machine import DetectPolicy


def detect_policy(plan: CampaignPlan) -> DetectPolicy:
    """Return how calls of `plan` look at who answers.

    A service that asks is told name and purpose; where the plan has neither, such a call is ended.
    """
    screening = {
        language: " ".join(filter(None, (name, said(plan.screening.purpose)[language])))
        for language, name in said(plan.screening.name).items()
    }
    return DetectPolicy(
        machine=plan.machine.policy,
        message={language: text for language, text in said(plan.machine.message).items() if text},
        screening={language: text for language, text in screening.items() if text},
    )


def connect_s(plan: CampaignPlan) -> float:
    """Return the seconds in which an agent must be there for who was handed over; 0 where robots talk: they wait."""
    return 0.0 if plan.mode == "robot" else plan.abandon.connect_s


def said(texts: Texts) -> dict[str, str]:
    """Return the texts by language."""
    return {"en": texts.en, "zh": texts.zh}
