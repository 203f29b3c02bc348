"""Rules by meaning with too few examples to be told from what is near: warnings for who writes scorecards. Pure."""

from collections.abc import Iterator

from dialplans.complaint import Complaint
from quality.conditions import After, Condition, Either, Every, InOrder, Near, Not, Says, Within
from quality.scorecard import Rule, Scorecard

ENOUGH = 5
"""Examples in a language; what fewer cost is measured in docs/performance.md, "What the rules find"."""


def warnings(scorecard: Scorecard) -> Iterator[Complaint]:
    """Yield a sentence for each rule and language with fewer than `ENOUGH` examples of what it means."""
    for rule in scorecard.rules:
        for language, count in sorted(_fewest(rule).items()):
            sentence = (
                f"The rule '{rule.name}' has {count} {'example' if count == 1 else 'examples'} of its meaning in "
                f"'{language}'; write {ENOUGH}, and as many `unlike` where something near isn't meant."
            )
            yield Complaint(rule.place, sentence)


def _fewest(rule: Rule) -> dict[str, int]:
    """The fewest examples of any of a rule's conditions, by language, where they are too few."""
    found: dict[str, int] = {}
    for condition in (rule.when, rule.must, rule.must_not):
        for says in _said(condition) if condition else ():
            for language, examples in says.meaning.items():
                if len(examples) < ENOUGH:
                    found[language] = min(len(examples), found.get(language, ENOUGH))
    return found


def _said(condition: Condition) -> Iterator[Says]:
    """Yield what must be said anywhere in a condition."""
    match condition:
        case Says():
            yield condition
        case Every(parts) | Either(parts) | Near(parts) | InOrder(parts):
            for part in parts:
                yield from _said(part)
        case Not(part) | Within(part):
            yield from _said(part)
        case After(part, trigger):
            yield from _said(trigger)
            yield from _said(part)
