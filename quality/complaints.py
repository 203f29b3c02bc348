"""Signs in a conversation that people should listen to it: a complaint, and how sure the recogniser was. Pure."""

from typing import Any

from quality.conditions import Says
from quality.conversation import Conversation
from quality.evidence import Subject

COMPLAINT = Says(
    who="caller",
    phrases={
        "en": (
            "complain", "complained", "complaining", "complaint", "complaints", "your supervisor", "your manager",
            "speak to a manager", "speak to a supervisor", "consumer protection", "the ombudsman", "take you to court",
        ),
        "zh": (
            "投诉", "举报", "找你们领导", "叫你们领导", "找你们经理", "叫你们经理", "消费者协会", "消协", "一二三一五",
            "12315",
        ),
    },
)  # fmt: skip
"""Announced or made; anger alone is none."""
INTENTS = frozenset({"complaint", "complain"})


def signs_of(conversation: Conversation) -> dict[str, Any]:
    """Return the second at which the caller complains (None: nowhere), and the confidence of what was recognised.

    The confidence is 0 to 1, the mean over the turns of caller and agents by their length; None without any.
    """
    said = [one.start for one in conversation.said_by("caller") if one.intent in INTENTS]
    said += [one.start for one in COMPLAINT.of(Subject(conversation)).evidence]
    heard = [(one.confidence, len(one.text)) for one in conversation.turns if one.speaker != "robot" and one.text]
    signs = sum(length for _, length in heard)
    sure = round(sum(confidence * length for confidence, length in heard) / signs, 3) if signs else None
    return {"complaint_s": round(min(said), 1) if said else None, "confidence": sure}
