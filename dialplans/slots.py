"""Values in what was said: one of a kind, several in one sentence, and the new one in a correction."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
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
from dialplans.slot_kinds.ellipsis import completed, is_number
from dialplans.slot_kinds.guess import Guess
from dialplans.slot_kinds.idioms import COUNTING, without_idioms
from dialplans.slot_kinds.kind import Found, SlotKind, Type, Value, Wanted
from dialplans.slot_kinds.moment_change import changed
from dialplans.slot_kinds.sentence import without
from dialplans.slot_kinds.taken_back import CHOSEN, after_or, left_open, turn, turns, without_refused
from knowledge.wording import units

__all__ = (
    "SlotKind", "Value", "Wanted", "choice_of", "corrected", "corrections_in", "digits_in", "found_in", "read",
    "spelled", "yes_or_no",
)  # fmt: skip


MOST_TURNS = 3
"""So often a caller may think better of it before bare parts are no longer completed: each time is read twice."""
DOUBTED = 0.6
"""Confidence at most of one of two moments: Friday or Saturday."""


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
    return found_in((Wanted("", kind),), text, language, now).get("") if text.strip() else None


def _find(kind: SlotKind, text: str, language: str, now: datetime, alone: bool) -> Found | None:
    counted = without_idioms(text, language) if kind.type in COUNTING else text
    wanted = without_refused(counted, language) if kind.type in CHOSEN else counted
    found = FINDERS[kind.type](kind, wanted, language, now, alone)
    other = after_or(wanted, language) if kind.type == "moment" and found else ""
    if found and other and (rival := moment.find(kind, other, language, now, alone)) and rival.value != found.value:
        return replace(found, confidence=min(found.confidence, DOUBTED), note=f"{rival.value} was said too")
    if found and kind.type == "moment" and left_open(wanted, language):
        return replace(found, confidence=min(found.confidence, DOUBTED), note="another day was said too")
    return found


def found_in(slots: Sequence[Wanted], text: str, language: str, now: datetime) -> Mapping[str, Value]:
    """Return what `text` says of several slots ("a table for four tomorrow at eight"), by their names.

    Words serve one slot only. Where several slots are of one kind, they take its values in the order of `slots`. Of
    "Friday, no, Saturday" the latter counts.
    """
    found = _found_and_rest(slots, text, language, now)[0]
    parts = turn(text, language)
    if not parts:
        return found
    found = _instead(slots, parts, found, language, now)
    if anew := _completed(slots, parts, language, now):
        found = {name: one for name, one in found.items() if name not in _counting(slots)}
        found |= {name: one if one.text in text else replace(one, text=parts[1].strip()) for name, one in anew.items()}
    return found


def _counting(slots: Sequence[Wanted]) -> set[str]:
    return {slot.name for slot in slots if slot.kind.type in COUNTING}


def _completed(slots: Sequence[Wanted], parts: tuple[str, str], language: str, now: datetime) -> Mapping[str, Value]:
    """Return what is meant by a bare part said instead ("at eight, no, nine"); by itself it would be a number."""
    meant = completed(*parts, language) if len(turns(parts[0], language)) < MOST_TURNS else ""
    found = found_in(slots, meant, language, now) if meant else {}
    found = {name: one for name, one in found.items() if name in _counting(slots)}
    return _doubted(slots, parts, found, language, now) if found and is_number(parts[1], language) else found


def _doubted(
    slots: Sequence[Wanted], parts: tuple[str, str], found: Mapping[str, Value], language: str, now: datetime
) -> Mapping[str, Value]:
    """Return `found`, its change doubted where the number may be another's: "for two on March 4, no, three"."""
    before = found_in(slots, parts[0], language, now)
    others = [slot for slot in slots if slot.name in found and slot.name in before]
    moved = {slot.name for slot in others if found[slot.name].value != before[slot.name].value}
    fitting = (read(slot.kind, parts[1], language, now) for slot in others if slot.name not in moved)
    if not any(one and one.confidence > DOUBTED for one in fitting):
        return found
    note = f"'{parts[1].strip()}' may be said of another"
    return {
        name: replace(one, confidence=min(one.confidence, DOUBTED), note=note) if name in moved else one
        for name, one in found.items()
    }


def _instead(
    slots: Sequence[Wanted], parts: tuple[str, str], found: Mapping[str, Value], language: str, now: datetime
) -> dict[str, Value]:
    """Return `found` with what the second of `parts` says in place of what the first one did.

    A number that neither of them says by itself is none: "Friday at three, no, Saturday at four" counts no people. Nor
    is an entry of a list: a day that another one was said before sounds like none.
    """
    before = found_in(slots, parts[0], language, now)
    again = _found_and_rest(slots, parts[1], language, now)[0]
    said = _counting(slots) | {slot.name for slot in slots if slot.kind.type == "list"}
    neither = said - before.keys() - again.keys()
    found = {name: one for name, one in found.items() if name not in neither}
    # What was said instead before ("a repair, no, a check, at nine, no, at ten") stays so.
    found |= before if turn(parts[0], language) else {}
    for slot in slots:
        old, new = before.get(slot.name), again.get(slot.name)
        if old and slot.kind.type == "moment":
            new = changed(slot.kind, str(old.value), new, parts[1], language, now.replace(tzinfo=None))
            new = _as_guessed(old, new) if new else None
        if new and (_is_whole(slot.kind, new) if old is None else _of_one_shape(slot.kind, old.value, new.value)):
            found[slot.name] = new
    return found


def _is_whole(kind: SlotKind, new: Value) -> bool:
    """Tell whether `new` counts though nothing of its kind was said before it: "tomorrow, no, Saturday at three"."""
    return kind.type in COUNTING and Guess.DAY not in new.guesses


def _as_guessed(old: Value, new: Value) -> Value:
    """Return the moment `new`, no surer than `old` where its guess stays: "Friday at three, no, Monday"."""

    def part(value: Value, guess: Guess) -> str:
        return str(value.value).split("T")[0 if guess.is_of_day else -1]

    still = tuple(guess for guess in old.guesses if part(old, guess) == part(new, guess))
    sure = min(old.confidence, new.confidence) if still and still == old.guesses else new.confidence
    return replace(new, confidence=sure, guesses=tuple(dict.fromkeys((*still, *new.guesses))))


def _of_one_shape(kind: SlotKind, old: object, new: object) -> bool:
    """Tell whether `new` may stand for `old`: of "1 2 3 4 5 6, no, 5 7" nobody knows the whole number."""
    if kind.type in ("digits", "identifier", "phone"):
        # Without a pattern letters may be words that were misheard.
        return len(str(old)) == len(str(new)) and bool(kind.pattern or str(new).lstrip("+").isdigit())
    return kind.type != "free_text"


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
    part = corrected(text, language) or ""
    found, rest = _found_and_rest(slots, part, language, now)
    # "No, at eleven, no, at twelve": what is left is that of the second thought.
    parts = turn(part, language)
    if parts:
        found, rest = found_in(slots, part, language, now), _found_and_rest(slots, parts[1], language, now)[1]
    return found, rest


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
