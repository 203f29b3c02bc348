"""A call's particulars as tokens beside its words, so that one index answers for any of them together. Pure.

Each is "§", a letter for its kind, and its value; names as hexadecimal, since they may hold anything. Numbers stand
there twice, from the front and from behind, so that beginnings and ends of them are beginnings of tokens.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from quality.call_filter import CallFilter, bare_number, looks_of
from quality.call_words import Group, Phrase
from quality.scope import Scope

NAMED = {
    "queue": "q", "campaign": "c", "flow": "f", "language": "l", "direction": "d", "cause": "e", "review": "v",
}  # fmt: skip
"""Columns of an entry that have a name in them."""
FLAGS = {"good": "g", "fatal": "x", "inspected": "i", "running": "u"}
AGENT, TEAM, BROKEN, KEPT, TALK, SCORE, TENS, SECONDS, NUMBER, BACKWARDS = "atbkhszyno"
SOME_CAMPAIGN = "§j"
LENGTHS = (5, 10, 15, 20, 30, 45, 60, 90, 120, 150, 180, 240, 300, 420, 600, 900, 1200, 1800, 3600)
"""Seconds at which calls are parted by length."""


def facets_of(entry: Mapping[str, Any], kept: Sequence[str]) -> Iterator[str]:
    """Yield the tokens of an entry (`models/call_entry.py`), with the rules that were kept."""
    for column, kind in NAMED.items():
        if entry[column]:
            yield _named(kind, entry[column])
    for column, kind in FLAGS.items():
        value = entry["state"] != "ended" if column == "running" else entry[column]
        if value is not None:
            yield _flag(kind, value)
    for kind, names in ((AGENT, entry["agents"]), (TEAM, entry["teams"]), (BROKEN, entry["broken"]), (KEPT, kept)):
        yield from (_named(kind, name) for name in names if name)
    yield _named(TALK, "agent" if entry["agents"] else "robot")
    if entry["campaign"]:
        yield SOME_CAMPAIGN
    if entry["score"] is not None:
        yield _counted(SCORE, int(entry["score"]))
        yield _counted(TENS, int(entry["score"]) // 10)
    if entry["seconds"] is not None:
        yield _counted(SECONDS, bisect_right(LENGTHS, entry["seconds"]))
    for number in dict.fromkeys((bare_number(entry["caller"]), bare_number(entry["called"]))):
        if number:
            yield from (f"§{NUMBER}{number}", f"§{BACKWARDS}{number[::-1]}")


def asked(wanted: CallFilter) -> Iterator[Group]:
    """Yield what an entry has to have among its tokens; ranges within a token's width are for the database to check."""
    for column, kind in NAMED.items():
        name = wanted.reviewed if column == "review" else getattr(wanted, column)
        if name:
            yield _one(_named(kind, name))
    for column, kind in FLAGS.items():
        value = getattr(wanted, column)
        if value is not None:
            yield _one(_flag(kind, value))
    for kind, name in ((AGENT, wanted.agent), (TEAM, wanted.team), (TALK, wanted.talk)):
        if name:
            yield _one(_named(kind, name))
    if wanted.rule:
        yield _one(_named(KEPT if wanted.rule.endswith(":kept") else BROKEN, wanted.rule.removesuffix(":kept")))
    if wanted.number:
        yield tuple(map(_number, looks_of(wanted.number)))
    if wanted.score_from is not None or wanted.score_to is not None:
        yield tuple(_scores(int(max(wanted.score_from or 0, 0)), int(_or(wanted.score_to, 100))))
    if wanted.seconds_from is not None or wanted.seconds_to is not None:
        first = bisect_right(LENGTHS, wanted.seconds_from or 0)
        last = bisect_right(LENGTHS, _or(wanted.seconds_to, LENGTHS[-1]))
        yield tuple(Phrase((_counted(SECONDS, length),)) for length in range(first, last + 1))


def within(scope: Scope) -> Group:
    """Return what a call has to have one of to be within a scope that isn't everything."""
    agents = [_named(AGENT, name) for name in scope.agents if name]
    teams = [_named(TEAM, name) for name in scope.teams if name]
    campaigns = [SOME_CAMPAIGN] if scope.campaigns else []
    return tuple(Phrase((token,)) for token in (*agents, *teams, *campaigns))


def _or(value: float | None, other: float) -> float:
    return other if value is None else value


def _one(token: str) -> Group:
    return (Phrase((token,)),)


def _named(kind: str, name: str) -> str:
    return f"§{kind}{name.encode().hex()}"


def _flag(kind: str, value: bool) -> str:
    return f"§{kind}{'y' if value else 'n'}"


def _counted(kind: str, number: int) -> str:
    return f"§{kind}{number:02}"


def _number(look: Any) -> Phrase:
    if look.how == "ends":
        return Phrase((f"§{BACKWARDS}{look.text[::-1]}",), begins=True)
    return Phrase((f"§{NUMBER}{look.text}",), begins=look.how == "begins")


def _scores(first: int, last: int) -> Iterator[Phrase]:
    """Yield the tokens that cover these points, as few as it can be."""
    at = first
    while at <= min(last, 100):
        if at % 10 == 0 and at + 9 <= last:
            yield Phrase((_counted(TENS, at // 10),))
            at += 10
        else:
            yield Phrase((_counted(SCORE, at),))
            at += 1
