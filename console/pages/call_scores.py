"""What scorecards say of a call: sections, rules, what the machine and people found, and where to hear it."""

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from console.pages.call_content import ScoreShown
from console.pages.call_evidence import place, show_evidence
from console.visit import Visit
from quality.review import Judged
from quality.review_view import ReviewView

SIGNS = {"kept": "✓", "broken": "✗", "not-applicable": "–"}
PLACES = 5
"""Of a rule's evidence, so many are shown at once."""


def show_score(visit: Visit, shown: ScoreShown) -> None:
    """Show one scorecard: its points, and its rules by sections."""
    found = shown.found
    with ui.element("div").classes("score-head"):
        TextElement(tag="h2", text=f"{found['scorecard']} · {points(visit, found['score'])}")
        verdict = "fatal" if found["fatal"] else "good" if found["good"] else "not_good"
        sign = "✓" if verdict == "good" else "✗"
        TextElement(tag="span", text=f"{sign} {visit.say(f'call.{verdict}')}").classes(
            "verdict good" if verdict == "good" else "verdict bad"
        )
    people = peoples(shown.reviews)
    if people is not None:
        words = visit.say("call.by_people", points=points(visit, people.valid.points))
        TextElement(tag="p", text=words).classes("people")
    TextElement(tag="p", text=visit.say("call.version", version=found["version"])).classes("dim small")
    for section, findings in by_section(shown).items():
        if section:
            share = found["sections"].get(section)
            title = shown.card.sections.get(section, {}).get(visit.language, section) if shown.card else section
            TextElement(tag="h3", text=title if share is None else f"{title} · {points(visit, share)}")
        with ui.element("ul").classes("rules"):
            for finding in findings:
                _rule(visit, shown, finding, _said(people, finding["rule"]))


def points(visit: Visit, score: float | None) -> str:
    """Return points of 100 as people read them."""
    return visit.say("call.no_points") if score is None else visit.say("call.points", points=f"{score:g}")


def peoples(reviews: Sequence[ReviewView]) -> ReviewView | None:
    """Return the review that counts beside the machine's score."""
    return next((one for one in reviews if one.reviewed is not None and not one.blind), None)


def title_of(shown: ScoreShown, rule: str, language: str) -> str:
    """Return what people read for a rule."""
    known = next((one for one in shown.card.rules if one.name == rule), None) if shown.card else None
    return known.title(language) if known else rule


def by_section(shown: ScoreShown) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return the findings by sections, both in the order of the scorecard."""
    order = [one.name for one in shown.card.rules] if shown.card else []
    findings = sorted(
        shown.found["findings"],
        key=lambda one: (order.index(one["rule"]) if one["rule"] in order else len(order), one["rule"]),
    )
    found: dict[str, list[Mapping[str, Any]]] = {}
    for finding in findings:
        found.setdefault(finding["section"], []).append(finding)
    return found


def outcome(visit: Visit, word: str) -> str:
    """Return what became of a rule as people read it."""
    return visit.say(f"call.outcome_{word.replace('-', '_')}")


def _said(people: ReviewView | None, rule: str) -> tuple[str, Judged] | None:
    """Who said what of a rule: the decision before the review."""
    view = next((one for one in people.rules if one.rule == rule), None) if people else None
    if view is None or people is None:
        return None
    if view.decided is not None and people.decided is not None:
        return people.decider, view.decided
    return (people.reviewer, view.reviewed) if view.reviewed is not None else None


def _rule(visit: Visit, shown: ScoreShown, finding: Mapping[str, Any], said: tuple[str, Judged] | None) -> None:
    word = finding["outcome"]
    known = next((one for one in shown.card.rules if one.name == finding["rule"]), None) if shown.card else None
    with ui.element("li").classes(f"rule {word}"):
        TextElement(tag="span", text=SIGNS.get(word, "?")).classes("sign").props("aria-hidden=true")
        with ui.element("div"):
            TextElement(tag="span", text=title_of(shown, finding["rule"], visit.language)).classes("title")
            weight = visit.say("call.weight", weight=f"{known.weight:g}") if known and not known.fatal else ""
            fatal = visit.say("call.fatal_rule") if known and known.fatal else ""
            notes = " · ".join(filter(None, [outcome(visit, word), weight, fatal]))
            TextElement(tag="span", text=notes).classes("dim small")
            _places(visit, finding["evidence"] if word != "not-applicable" else ())
            if said is not None:
                _peoples_word(visit, word, *said)


def _places(visit: Visit, evidence: Sequence[Mapping[str, Any]]) -> None:
    for one in evidence[:PLACES]:
        show_evidence(visit, one)
    if len(evidence) > PLACES:
        with ui.element("details"):
            TextElement(tag="summary", text=visit.say("call.more", count=len(evidence) - PLACES))
            for one in evidence[PLACES:]:
                show_evidence(visit, one)


def _peoples_word(visit: Visit, machine: str, who: str, judged: Judged) -> None:
    with ui.element("div").classes("said-by" if judged.outcome == machine else "said-by changed"):
        sign = SIGNS.get(judged.outcome, "?")
        TextElement(
            tag="span", text=f"{sign} {visit.say('frame.pair', name=who, value=outcome(visit, judged.outcome))}"
        )
        if judged.comment:
            TextElement(tag="span", text=judged.comment).classes("comment-words")
        if judged.second is not None:
            place(visit, judged.second)
