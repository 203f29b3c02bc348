"""Where and why a rule was found broken or kept: seconds heard by a click, what was measured, the article."""

from collections.abc import Mapping
from typing import Any

from nicegui.elements.mixins.text_element import TextElement

from console.hidden_words import named
from console.pages.call_facts import length
from console.visit import Visit

COUNT = "count of "
"""Begins what an answer is wrong in where things were counted (`quality/stated.py`)."""


def is_place(one: Mapping[str, Any]) -> bool:
    """Tell whether evidence is somewhere in the call; a figure of the whole call isn't."""
    return bool(one["turn"] or one["speaker"] or one["words"])


def show_evidence(visit: Visit, one: Mapping[str, Any]) -> None:
    """Show it, and why it is one where that isn't heard there."""
    if not is_place(one):
        if one["value"] is not None:
            TextElement(tag="span", text=visit.say("call.measured", value=f"{one['value']:g}")).classes("dim small")
        return
    silent = not one["turn"] and one["value"] is not None
    place(visit, one["start"], visit.say("call.seconds", seconds=f"{one['value']:g}") if silent else one["words"])
    if verdict := one.get("verdict", ""):
        TextElement(tag="span", text=_answer(visit, one["article"], verdict)).classes("dim small")


def place(visit: Visit, start: float, words: str = "") -> None:
    """Show a second of the call that is heard by a click."""
    shown = f"{length(start)} {named(words, visit.phrases, visit.language)}".strip()
    button = TextElement(tag="button", text=f"▶ {shown}").classes("place")
    button.props["type"] = "button"
    button.props["aria-label"] = visit.say("call.hear_at", what=shown)
    # Only a number of ours goes into the script.
    button.on("click", js_handler=f"() => window.dispatchEvent(new CustomEvent('call-seek', {{detail: {start:.2f}}}))")


def _answer(visit: Visit, article: str, verdict: str) -> str:
    """Return what was found of an answer: "wrong: money, clock" and the like."""
    judgement, _, why = verdict.partition(": ")
    reasons = visit.say("frame.and").join(_reason(visit, one) for one in why.split(", ") if one)
    return visit.say(f"call.answer_{judgement}", article=article, why=reasons)


def _reason(visit: Visit, why: str) -> str:
    if why.startswith(COUNT):
        return visit.say("call.why_count", what=why.removeprefix(COUNT))
    key = f"call.why_{why.replace(' ', '_')}"
    return visit.say(key) if visit.phrases.has(key) else why
