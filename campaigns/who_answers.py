"""What a campaign does with who answers, as its plan says: with machines, with services that ask who calls. Pure."""

from campaigns.plan import CampaignPlan, Texts
from voice.answering_machine import DetectPolicy


def detect_policy(plan: CampaignPlan) -> DetectPolicy:
    """Return how calls of `plan` look at who answers.

    A service that asks is told name and purpose; where the plan has neither, such a call is ended.
    """
    screening = {
        language: " ".join(filter(None, (name, _said(plan.screening.purpose)[language])))
        for language, name in _said(plan.screening.name).items()
    }
    return DetectPolicy(
        machine=plan.machine.policy,
        message={language: text for language, text in _said(plan.machine.message).items() if text},
        screening={language: text for language, text in screening.items() if text},
    )


def _said(texts: Texts) -> dict[str, str]:
    return {"en": texts.en, "zh": texts.zh}
