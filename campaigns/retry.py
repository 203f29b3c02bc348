"""Retry: whether a lead is called again after a disposition, when, and on which number. Pure.

Each disposition has its rule: delays, how often, whether at another hour of the day, over another line, on the lead's
next number. What has no rule is final, and what is final is never called again. `any` limits all tries together.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from campaigns.disposition import Disposition
from models.errors import OperatorFault

ANY = "any"
"""The rule that counts tries of every disposition."""
MOST_TRIES = 8
"""Of one lead, unless the rule `any` says otherwise."""
HOURS_APART = 2
"""By which "another hour of the day" differs from every one that was tried."""
NEVER = frozenset({Disposition.OPTED_OUT, Disposition.WRONG_PERSON})
"""Nothing brings these numbers back, whatever a campaign's rules say."""
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DELAY = re.compile(r"(\d+(?:\.\d+)?) ?([smhd])")


@dataclass(frozen=True)
class RetryRule:
    """What is done after one disposition."""

    after: tuple[float, ...] = (3600.0,)
    """Seconds until the next try: after the first, the second …; the last one goes on."""
    most: int = 3
    """Tries that may end so; the last of them is final."""
    other_hour: bool = False
    """At an hour of the day that was not tried."""
    other_line: bool = False
    """Over a line that was not used for the try before."""
    next_number: bool = False
    """The lead's next number at once; the same one again only where there is no other."""


@dataclass(frozen=True)
class RetryRules:
    """A campaign's rules; a disposition that none of them has is final."""

    rules: Mapping[str, RetryRule]
    most_tries: int = MOST_TRIES


HOUR, DAY = 3600.0, 86400.0
DEFAULT_RULES: Mapping[str, RetryRule] = {
    Disposition.BUSY: RetryRule((600.0, HOUR, 4 * HOUR), 4),
    Disposition.NO_ANSWER: RetryRule((3 * HOUR, DAY), 4, other_hour=True),
    Disposition.DECLINED: RetryRule((DAY,), 2, other_hour=True),
    Disposition.MACHINE: RetryRule((4 * HOUR, DAY), 3, other_hour=True),
    Disposition.SCREENED: RetryRule((DAY,), 2, other_hour=True),
    Disposition.IVR: RetryRule((DAY,), 2, next_number=True),
    Disposition.FAX: RetryRule((60.0,), 1, next_number=True),
    Disposition.SILENT: RetryRule((HOUR,), 2, other_line=True),
    Disposition.SWITCHED_OFF: RetryRule((4 * HOUR, DAY), 3, other_hour=True, next_number=True),
    Disposition.SUSPENDED: RetryRule((3 * DAY,), 2, next_number=True),
    Disposition.NO_SUCH_NUMBER: RetryRule((60.0,), 1, next_number=True),
    Disposition.HUNG_UP_EARLY: RetryRule((DAY,), 2, other_hour=True),
    Disposition.PROMISED: RetryRule((0.0,), 3),
    Disposition.ABANDONED: RetryRule((3 * DAY,), 2),
    Disposition.CONGESTION: RetryRule((120.0, 600.0, HOUR), 6, other_line=True),
    Disposition.FAILED: RetryRule((300.0, HOUR), 3, other_line=True),
    Disposition.STOPPED: RetryRule((60.0,), 5),
    Disposition.LOST: RetryRule((300.0, HOUR), 3),
}
"""What holds where a campaign says nothing."""


@dataclass(frozen=True)
class Tried:
    """What is known of a lead when an attempt is over, that attempt included."""

    tries: Mapping[str, int]
    """How many attempts came to which disposition."""
    number_index: int = 0
    numbers: int = 1
    """How many the lead has."""
    hours: Sequence[int] = ()
    """Hours of the day, where the callee is, at which there were attempts."""
    appointment: datetime | None = None


@dataclass(frozen=True)
class Again:
    """The lead is called again."""

    due: datetime
    """At the earliest; UTC."""
    number_index: int
    other_line: bool
    why: str
    """For a person."""


@dataclass(frozen=True)
class Final:
    """The lead is never called again."""

    why: str


def rules_of(written: Mapping[str, Any] | None) -> RetryRules:
    """Read a plan's `retry`; what it doesn't name is as in `DEFAULT_RULES`. Raises `OperatorFault` in words.

    A disposition that is written as `never` is final.
    """
    rules, most = dict(DEFAULT_RULES), MOST_TRIES
    for name, rule in (written or {}).items():
        if name == ANY:
            most = _whole(rule.get("most", MOST_TRIES) if isinstance(rule, Mapping) else rule, "retry.any.most")
        elif name not in set(Disposition):
            known = ", ".join(sorted(Disposition))
            raise OperatorFault(f"retry has no disposition '{name}'; there are {known}, and any.")
        elif rule == "never":
            rules.pop(Disposition(name), None)
        elif Disposition(name) in NEVER:
            raise OperatorFault(f"retry.{name} can't be: whoever is '{name}' is never called again; take it out.")
        elif isinstance(rule, Mapping):
            rules[Disposition(name)] = _rule(name, rule)
        else:
            raise OperatorFault(f"retry.{name} should be a rule such as {{after: [2h, 1d], most: 3}}, or never.")
    return RetryRules(rules, most)


def _rule(name: str, written: Mapping[str, Any]) -> RetryRule:
    known = {"after", "most", "other_hour", "other_line", "next_number"}
    if unknown := sorted(set(written) - known):
        raise OperatorFault(f"retry.{name} has no '{unknown[0]}'; there are {', '.join(sorted(known))}.")
    before = DEFAULT_RULES.get(Disposition(name), RetryRule())
    after = written.get("after", before.after)
    delays = after if isinstance(after, list | tuple) else [after]
    if not delays:
        raise OperatorFault(f"retry.{name}.after is empty; write never instead of the rule, or a delay such as 2h.")
    return RetryRule(
        tuple(seconds(one, f"retry.{name}.after") for one in delays),
        _whole(written.get("most", before.most), f"retry.{name}.most"),
        _yes(written, "other_hour", before.other_hour, name),
        _yes(written, "other_line", before.other_line, name),
        _yes(written, "next_number", before.next_number, name),
    )


def seconds(delay: object, where: str) -> float:
    """Read a delay: seconds as a number, or text such as "90s", "30m", "2h", "1d". Raises `OperatorFault`."""
    if isinstance(delay, int | float) and not isinstance(delay, bool) and delay >= 0:
        return float(delay)
    found = _DELAY.fullmatch(str(delay).strip())
    if found is None:
        raise OperatorFault(f"{where}: '{delay}' is no delay; write 90s, 30m, 2h or 1d.")
    return float(found[1]) * UNITS[found[2]]


def _whole(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise OperatorFault(f"{where} should be a whole number from 1 on, not '{value}'.")
    return value


def _yes(written: Mapping[str, Any], key: str, before: bool, name: str) -> bool:
    value = written.get(key, before)
    if not isinstance(value, bool):
        raise OperatorFault(f"retry.{name}.{key} should be true or false, not '{value}'.")
    return value


def after(
    disposition: Disposition, tried: Tried, rules: RetryRules, now: datetime, zone: tzinfo = UTC
) -> Again | Final:
    """Return what becomes of a lead whose attempt just ended with `disposition`; `zone`: the callee's."""
    rule = rules.rules.get(disposition)
    if disposition in NEVER or rule is None:
        return Final(f"{disposition} is final")
    count, total = max(1, tried.tries.get(disposition, 1)), sum(tried.tries.values())
    if total >= rules.most_tries:
        return Final(f"{total} tries, which is the most")
    if rule.next_number and tried.number_index + 1 < tried.numbers:
        return Again(now + timedelta(seconds=60), tried.number_index + 1, rule.other_line, "the next number")
    if disposition is Disposition.PROMISED and tried.appointment is not None:
        if count >= rule.most:
            return Final(f"{disposition} {count} times, which is the most")
        return Again(max(tried.appointment, now), tried.number_index, rule.other_line, "the agreed time")
    if count >= rule.most:
        return Final(f"{disposition} {count} times, which is the most")
    due = now + timedelta(seconds=rule.after[min(count, len(rule.after)) - 1])
    if rule.other_hour:
        due = _another_hour(due, {*tried.hours}, zone)
    return Again(due, tried.number_index, rule.other_line, f"{disposition}, try {count} of {rule.most}")


def _another_hour(due: datetime, hours: set[int], zone: tzinfo) -> datetime:
    """Return the first time from `due` on, within a day, whose hour lies apart from all that were tried."""
    for apart in range(HOURS_APART, 0, -1):
        for later in range(24):
            at = due + timedelta(hours=later)
            hour = at.astimezone(zone).hour
            if all(min((hour - one) % 24, (one - hour) % 24) >= apart for one in hours):
                return at
    return due
