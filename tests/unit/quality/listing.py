"""Random calls in a database, and what a person with patience would find among them: a naive filter in Python."""

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, insert

from models.agent import Agent
from models.attempt import Attempt
from models.call import Call
from models.campaign import Campaign
from models.inspection import CallScore, Finding, Inspection
from models.queue_caller import QueueCaller
from models.review import Review
from quality.call_entries import note_call
from quality.call_filter import CallFilter, bare_number, looks_of
from quality.conversation import Turn
from quality.scope import Scope
from tests.unit.quality.conftest import NOW, row

SAID = (
    "I want my money back, please.",
    "Your refund was cancelled.",
    "我要退款，太慢了。",
    "好的，马上为您退款",
    "Thank you for calling.",
    "You thank me?",
    "款到了",
    "<script>alert(1)</script>",
    "'; DROP TABLE call_entry; --",
    "My card is 4111 1111 1111 1111, thank",
    "你好",
    "订单 A12 还没到",
    "refunds are slow",
)
TEAMS = {"201": "red", "202": "red", "203": "蓝 队", "204": ""}
NUMBERS = ("+4930123456", "030123456", "13800138000", "+8613800138000", "anna", "sip:201@example.org", "400-12345", "")
RULES = ("greeting", "politeness", "礼貌")


@dataclass(frozen=True)
class Made:
    """A call as it was made."""

    id: str
    began: datetime
    state: str
    direction: str
    caller: str
    called: str
    language: str
    flow: str
    queue: str
    campaign: str
    agents: tuple[str, ...]
    seconds: float | None
    cause: str
    score: float | None
    good: bool | None
    fatal: bool | None
    broken: frozenset[str]
    kept: frozenset[str]
    inspected: bool
    review: str
    said: tuple[str, ...]


def made(seed: int, count: int) -> list[Made]:
    """Return random calls, several in the same millisecond, in no order."""
    chance = random.Random(seed)
    return [_one(chance, number) for number in range(count)]


def _one(chance: random.Random, number: int) -> Made:
    state = chance.choices(("ended", "answered", "ringing"), (8, 1, 1))[0]
    inspected = state == "ended" and chance.random() < 0.7
    scored = inspected and chance.random() < 0.8
    broken = frozenset(rule for rule in RULES if scored and chance.random() < 0.3)
    return Made(
        f"c{number:04}", NOW - timedelta(milliseconds=chance.choice((0, 500, 86_400_000)) + chance.randrange(3)), state,
        chance.choice(("inbound", "outbound")), chance.choice(NUMBERS), chance.choice(NUMBERS),
        chance.choice(("en", "zh")), chance.choice(("reception", "退款")), chance.choice(("", "billing", "客服 A")),
        chance.choice(("", "", "spring")), tuple(chance.sample(list(TEAMS), chance.choice((0, 0, 1, 1, 2)))),
        chance.choice((0.0, 4.9, 5.0, 59.5, 60.0, 4000.0)) if state == "ended" else None,
        chance.choice(("caller-hung-up", "robot-hung-up")) if state == "ended" else "",
        chance.choice((0.0, 9.5, 10.0, 59.9, 60.0, 99.5, 100.0)) if scored else None,
        chance.random() < 0.5 if scored else None, chance.random() < 0.3 if scored else None,
        broken, frozenset(rule for rule in RULES if scored and rule not in broken and chance.random() < 0.5),
        inspected, chance.choice(("", "open", "done", "appealed")) if scored else "",
        tuple(chance.sample(SAID, chance.randrange(4))),
    )  # fmt: skip


CALLS = made(seed=6, count=110)


def write(engine: Engine, calls: Sequence[Made]) -> None:
    """Put them into the database as a server, its queues and its inspector would, and note them."""
    with engine.begin() as connection:
        connection.execute(row(Campaign, id="k1", name="spring", state="running"))
        for extension, team in TEAMS.items():
            connection.execute(row(Agent, id=f"a{extension}", extension=extension, team=team))
        for call in calls:
            _write(connection, call)
            note_call(connection, call.id, NOW + timedelta(days=1))


def _write(connection, call: Made) -> None:
    ended = call.began + timedelta(seconds=call.seconds or 0) if call.state == "ended" else None
    connection.execute(
        row(
            Call, id=call.id, started_at=call.began, state=call.state, direction=call.direction, caller=call.caller,
            called=call.called, language=call.language, flow=call.flow, seconds=call.seconds, cause=call.cause,
            answered_at=call.began, ended_at=ended,
        )
    )  # fmt: skip
    if call.queue and not call.agents:
        connection.execute(row(QueueCaller, id=f"s{call.id}", call_id=call.id, queue=call.queue))
    for place, agent in enumerate(call.agents):
        stay = {"queue": call.queue, "agent": agent, "joined_at": NOW + timedelta(seconds=place), "answered_at": NOW}
        connection.execute(row(QueueCaller, id=f"s{call.id}{place}", call_id=call.id, **stay))
    if call.campaign:
        attempt = {"campaign_id": "k1", "lines": [], "results": {}}
        connection.execute(row(Attempt, id=f"t{call.id}", call_id=call.id, **attempt))
    if call.inspected:
        turns = [asdict(Turn(n, "caller", text, n, n + 1.0)) for n, text in enumerate(call.said, 1)]
        card = [
            {"turn": turn["number"], "kind": "card", "begin": 11, "end": 30} for turn in turns if "4111" in turn["text"]
        ]
        found = {"transcript": turns, "personal": card, "facts": {}}
        connection.execute(row(Inspection, call_id=call.id, state="done", done_at=NOW, **found))
    if call.score is not None:
        # An older score by the same card counts no more.
        for which, points in (("1", 33.0), ("2", call.score)):
            score = {"points": points, "good": call.good, "fatal": call.fatal}
            connection.execute(row(CallScore, id=f"{call.id}-{which}", call_id=call.id, scorecard="service", **score))
        for outcome in ("broken", "kept"):
            for rule in getattr(call, outcome):
                finding = {"score_id": f"{call.id}-2", "rule": rule, "outcome": outcome, "evidence": []}
                connection.execute(insert(Finding).values(**finding, section="", weight=1, fatal=False))
    if call.review:
        review = {"id": f"r{call.id}", "call_id": call.id, "state": call.review, "scorecard": "service"}
        connection.execute(row(Review, **review, score_id=f"{call.id}-1"))


def naive(calls: Sequence[Made], wanted: CallFilter, scope: Scope) -> list[str]:
    """Return which calls pass, the newest millisecond first; words are for another test."""
    found = [call for call in calls if _passes(call, wanted) and _within(call, scope)]
    return [call.id for call in sorted(found, key=lambda call: call.began, reverse=True)]


def _within(call: Made, scope: Scope) -> bool:
    teams = {TEAMS[agent] for agent in call.agents} - {""}
    return (
        scope.everything
        or bool(set(scope.agents) & set(call.agents))
        or bool(set(scope.teams) & teams)
        or (scope.campaigns and bool(call.campaign))
    )


def _passes(call: Made, wanted: CallFilter) -> bool:
    for name in ("queue", "campaign", "flow", "language", "direction", "cause"):
        if getattr(wanted, name) and getattr(wanted, name) != getattr(call, name):
            return False
    for name in ("good", "fatal", "inspected"):
        if getattr(wanted, name) is not None and getattr(wanted, name) is not getattr(call, name):
            return False
    rule, _, how = wanted.rule.partition(":")
    return all(
        (
            wanted.since is None or call.began >= wanted.since,
            wanted.until is None or call.began < wanted.until,
            not wanted.agent or wanted.agent in call.agents,
            not wanted.team or wanted.team in {TEAMS[agent] for agent in call.agents},
            not wanted.talk or (wanted.talk == "agent") == bool(call.agents),
            not wanted.reviewed or wanted.reviewed == call.review,
            wanted.running is None or wanted.running == (call.state != "ended"),
            not rule or rule in (call.kept if how else call.broken),
            not wanted.number or _is_meant(wanted.number, call),
            _in_range(call.score, wanted.score_from, wanted.score_to),
            _in_range(call.seconds, wanted.seconds_from, wanted.seconds_to),
        )
    )


def _is_meant(number: str, call: Made) -> bool:
    return any(look.like(bare_number(one)) for look in looks_of(number) for one in (call.caller, call.called))


def _in_range(value: float | None, first: float | None, last: float | None) -> bool:
    if first is None and last is None:
        return True
    return value is not None and (first is None or value >= first) and (last is None or value <= last)
