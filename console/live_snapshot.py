"""What the live board shows, at one moment: an immutable value; and what of it has changed for whom. Pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from quality.scope import Scope

Document = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where a call has come: what decides who may see it."""

    agents: frozenset[str] = frozenset()
    """Extensions of those who talk or talked in it."""
    teams: frozenset[str] = frozenset()
    """Of these agents."""
    campaign: str = ""
    """Name of the campaign that placed it; "" for none."""

    def within(self, scope: Scope) -> bool:
        """Tell whether who has this scope may see a call that is there."""
        return (
            scope.everything
            or (scope.campaigns and bool(self.campaign))
            or not self.teams.isdisjoint(scope.teams)
            or not self.agents.isdisjoint(scope.agents)
        )


@dataclass(frozen=True)
class Line:
    """One turn on the board."""

    number: int
    speaker: str
    masked: str
    original: str


@dataclass(frozen=True)
class RunningCall:
    id: str
    place: Place
    head: Mapping[str, Any]
    """What anybody within the scope may know: when it began, its queue, who talks …"""
    masked: Mapping[str, str]
    """caller and called as they are shown."""
    original: Mapping[str, str]
    lines: tuple[Line, ...]
    """The newest, in their order."""
    supervised: tuple[str, str] = ("", "")
    """Who supervises the talk, and how: listen, whisper or barge; "" for nobody."""
    talkers: frozenset[str] | None = frozenset()
    """Numbers of those whose phones are in it, but for the supervisor's; None: it isn't known who talks."""

    def document(self, audience: "Audience", known: "RunningCall | None" = None) -> Document:
        """Return it for a page that has `known` of it already: then only new and changed lines."""
        had = {line.number: line for line in known.lines} if known else {}
        lines = [
            [line.number, line.speaker, line.original if audience.original else line.masked]
            for line in self.lines
            if had.get(line.number) != line
        ]
        supervisor, manner = self.supervised
        watched = {"supervisor": supervisor, "manner": manner} if audience.sees_supervision(self) else {}
        return {**self.head, **watched, **(self.original if audience.original else self.masked), "lines": lines}


@dataclass(frozen=True)
class Alarm:
    """One rule that was broken in one call, as often as it was lately."""

    key: str
    call_id: str
    place: Place
    document: Mapping[str, Any]
    """Its words are masked where they were written."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """All that runs, at one moment."""

    number: int = 0
    """Counts up where anything has changed."""
    calls: Mapping[str, RunningCall] | None = None
    """By id; None: nobody has looked yet."""
    alerts: Mapping[str, Alarm] | None = None
    """By key, the oldest first."""


@dataclass(frozen=True)
class Audience:
    """Those for whom the board looks the same."""

    scope: Scope
    original: bool = False
    """Whether personal data are shown."""
    supervision: bool = False
    """Whether it is told who supervises which talk."""
    own: str = ""
    """Their own extension: nobody is told of a supervisor in the own talk."""

    def sees_supervision(self, call: RunningCall) -> bool:
        """Tell whether they may know who supervises a call's talk."""
        talks = call.talkers is None or self.own in call.talkers
        return self.supervision and not (self.own and talks)

    def sees_change(self, before: RunningCall | None, after: RunningCall) -> bool:
        """Tell whether anything is different that they may know: a message without words would tell something, too."""
        return before is not after and (before is None or self._may_know(before) != self._may_know(after))

    def _may_know(self, call: RunningCall) -> RunningCall:
        return replace(call, supervised=call.supervised if self.sees_supervision(call) else ("", ""), talkers=None)


def seen(snapshot: Snapshot, audience: Audience) -> tuple[dict[str, RunningCall], dict[str, Alarm]]:
    """Return the calls and alerts within the audience's scope."""
    calls = {key: one for key, one in (snapshot.calls or {}).items() if one.place.within(audience.scope)}
    alerts = {key: one for key, one in (snapshot.alerts or {}).items() if one.place.within(audience.scope)}
    return calls, alerts


@lru_cache(maxsize=64)
def message(before: Snapshot, after: Snapshot, audience: Audience) -> str:
    """Return what a page that shows `before` has to be told to show `after`, as JSON; the same for the whole audience.

    "" where that is nothing. A `Snapshot` that nobody has looked at shows nothing: from there everything is told.
    """
    had_calls, had_alerts = seen(before, audience)
    calls, alerts = seen(after, audience)
    told = {
        "from": before.number,
        "to": after.number,
        "calls": {
            key: one.document(audience, had_calls.get(key))
            for key, one in calls.items()
            if audience.sees_change(had_calls.get(key), one)
        },
        "calls_gone": _gone(had_calls, calls),
        "alerts": {key: one.document for key, one in alerts.items() if one is not had_alerts.get(key)},
        "alerts_gone": _gone(had_alerts, alerts),
    }
    if before.calls is not None and not any(told[key] for key in ("calls", "calls_gone", "alerts", "alerts_gone")):
        return ""
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _gone(before: Iterable[str], after: Mapping[str, object]) -> list[str]:
    return [key for key in before if key not in after]
