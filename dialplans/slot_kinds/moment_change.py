"""A moment said anew in part: "no, at nine" stays on the day, and in the evening, that were said before. Pure."""

from dataclasses import replace
from datetime import datetime

from asr_tts.spoken_values import said
from dialplans.slot_kinds import moment
from dialplans.slot_kinds.guess import Guess
from dialplans.slot_kinds.kind import SlotKind, Value

NOON = 12
SAME_PART = 3
"""An hour so near to the one that "in the morning" is taken for is in that part of the day, and stays."""


def changed(kind: SlotKind, before: str, now: Value | None, text: str, language: str, wall: datetime) -> Value | None:
    """Return what `text` changes the moment `before` to, None where it says neither day nor hour.

    `now` is what it reads like by itself: with a day or a half of it that was guessed.
    """
    old_day, old_hour = _parts(before)
    if now is None:
        only_day = (
            moment.find(replace(kind, part="date"), text, language, wall, False) if old_day and old_hour else None
        )
        return _value(only_day.of(text), str(only_day.value), old_hour, language, wall) if only_day else None
    day, hour = _parts(str(now.value))
    kept = old_day if Guess.DAY in now.guesses and old_day else day
    if any(guess.is_of_half for guess in now.guesses):
        hour = _half(kind, hour, old_hour)
    if Guess.HOUR in now.guesses and old_hour and abs(int(hour[:2]) - int(old_hour[:2])) <= SAME_PART:
        hour = old_hour
    return now if (kept, hour) == (day, hour) == _parts(str(now.value)) else _value(now, kept, hour, language, wall)


def _parts(moment: str) -> tuple[str, str]:
    """Return day and hour of an ISO moment, "" for what it lacks."""
    day, _, hour = moment.partition("T")
    return (day, hour) if hour or "-" in day else ("", day)


def _half(kind: SlotKind, hour: str, before: str) -> str:
    """Return `hour` in the half of the day that is nearer to `before`, unless it is closed then and wasn't before."""
    if not before:
        return hour
    old, new = int(before[:2]), int(hour[:2])
    other = (new + NOON) % (2 * NOON)
    is_open = kind.opens <= other < kind.closes or not kind.opens <= old < kind.closes
    return f"{other:02d}{hour[2:]}" if is_open and abs(other - old) < abs(new - old) else hour


def _value(found: Value, day: str, hour: str, language: str, wall: datetime) -> Value:
    whole = "T".join(filter(None, (day, hour)))
    as_ = "datetime" if day and hour else "date" if day else "time"
    spoken, note = said(whole, as_, language, wall), "the rest is as before"
    return replace(found, value=whole, spoken=spoken, note=note, guesses=())
