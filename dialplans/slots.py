"""Values in what was said: one of a kind, several in one sentence, and the new one in a correction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from difflib import SequenceMatcher
from typing import Protocol

from dialplans.slot_kinds import (
    agreement,
    digits,
    email,
    free_text,
    identifier,
    listed,
    moment,
    money,
    number,
    phone,
)
from dialplans.slot_kinds.agreement import yes_or_no
from dialplans.slot_kinds.correction import corrected
from dialplans.slot_kinds.digits import digits_in
from dialplans.slot_kinds.idioms import COUNTING, without_idioms
from dialplans.slot_kinds.kind import Found, SlotKind, Type, Value, Wanted
from dialplans.slot_kinds.sentence import without
from knowledge.wording import units

__all__ = (
    "SlotKind", "Value", "Wanted", "choice_of", "corrected", "corrections_in", "digits_in", "found_in", "read",
    "spelled", "yes_or_no",
)  # fmt: skip


class Finder(Protocol):
    """Finds a value of one kind; `alone`: the question is for it alone, so be tolerant."""

    def __call__(self, kind: SlotKind, text: str, language: str, now: datetime, alone: bool) -> Found | None: ...


FINDERS: Mapping[Type, Finder] = {
    "email": email.find,
    "identifier": identifier.find,
    "phone": phone.find,
    "money": money.find,
    "moment": moment.find,
    "list": listed.find,
    "digits": digits.find,
    "number": number.find,
    "agreement": agreement.find,
    "free_text": free_text.find,
}
"""In the order in which several slots take their words: what is easiest to tell from the rest comes first."""


def read(kind: SlotKind, text: str, language: str, now: datetime) -> Value | None:
    """Return the value of `kind` that `text` says as the answer to a question for it, or None.

    `now` is the caller's local time: dates and times are relative to it. Pure; never raises, whatever the text.
    """
    found = _find(kind, text, language, now, True) if text.strip() else None
    return found.of(text) if found else None


def _find(kind: SlotKind, text: str, language: str, now: datetime, alone: bool) -> Found | None:
    counted = without_idioms(text, language) if kind.type in COUNTING else text
    return FINDERS[kind.type](kind, counted, language, now, alone)


def found_in(slots: Sequence[Wanted], text: str, language: str, now: datetime) -> Mapping[str, Value]:
    """Return what `text` says of several slots ("a table for four tomorrow at eight"), by their names.

    Words serve one slot only. Where several slots are of one kind, they take its values in the order of `slots`.
    """
    return _found_and_rest(slots, text, language, now)[0]


def _found_and_rest(
    slots: Sequence[Wanted], text: str, language: str, now: datetime
) -> tuple[Mapping[str, Value], str]:
    """Return what `found_in` does, and `text` with bars in place of the words that were taken."""
    found: dict[str, Value] = {}
    rest, order, alone = text, list(FINDERS), len(slots) == 1
    for slot in sorted(slots, key=lambda slot: order.index(slot.kind.type)):
        if not rest.strip("| "):
            break
        part = _find(slot.kind, rest, language, now, alone)
        if part:
            found[slot.name] = part.of(text)
            rest = without(rest, part.spans or [(part.start, part.end)])
    return found, rest


def corrections_in(slots: Sequence[Wanted], text: str, language: str, now: datetime) -> tuple[Mapping[str, Value], str]:
    """Return the slots that a correction changes, told apart by what kind of value the new one is, and what is left.

    `slots` are those filled so far, the last one asked first. Where `text` corrects nothing: nothing and "".
    """
    return _found_and_rest(slots, corrected(text, language) or "", language, now)


def choice_of(text: str, phrases: Sequence[tuple[str, ...]], language: str) -> tuple[int, float]:
    """Return which group of phrases `text` is nearest to (-1: none) and how sure that is (0-1)."""
    said = units(text, language)
    if not said:
        return -1, 0.0
    scores = [max((_nearness(said, units(phrase, language)) for phrase in group), default=0.0) for group in phrases]
    if not scores:
        return -1, 0.0
    best = max(range(len(scores)), key=lambda index: scores[index])
    rivals = [score for index, score in enumerate(scores) if index != best]
    if scores[best] < 0.6 or any(scores[best] - score < 0.05 for score in rivals):
        return -1, scores[best]
    return best, scores[best]


def _nearness(said: tuple[str, ...], phrase: tuple[str, ...]) -> float:
    if not phrase:
        return 0.0
    matcher = SequenceMatcher(None, said, phrase, autojunk=False)
    shared = sum(block.size for block in matcher.get_matching_blocks()) / len(phrase)
    letters = SequenceMatcher(None, " ".join(said), " ".join(phrase), autojunk=False).ratio()
    # A phrase that was said in full among other words is the answer; a part of it has to be most of what was said.
    return max(0.8 * shared + 0.2 * letters if shared == 1 else 0.6 * shared, letters * 0.95)


def spelled(digits: str, language: str) -> str:
    """Return `digits` one by one, so that no voice makes a number of them."""
    return (" " if language == "en" else "，").join(digits)
