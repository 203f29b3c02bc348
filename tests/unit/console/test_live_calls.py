"""The live board's snapshots: what is read of running calls, who sees which, and what pages are told."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, insert, update

from console.live_alerts import take_note
from console.live_calls import LiveCalls
from console.live_snapshot import Alarm, Audience, Line, Place, RunningCall, Snapshot, message, seen
from models.attempt import Attempt
from models.call import Call
from models.campaign import Campaign
from models.database import table_of
from models.event import Event
from models.queue_caller import QueueCaller
from models.turn import Turn
from quality.scope import ALL, Scope
from tests.unit.queues.conftest import Put

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PLAN = {
    "agents": [
        {"extension": "201", "name": "Anna", "team": "blue", "password": "geheim201"},
        {"extension": "202", "name": "王芳", "team": "green", "password": "geheim202"},
    ],
    "queues": [{"name": "sales"}],
}


@pytest.fixture
def connection(engine: Engine, put: Put) -> Any:
    put(PLAN)
    with engine.begin() as connection:
        yield connection


def call(connection: Connection, call_id: str, state: str = "answered", **values: Any) -> None:
    given_ = {
        "id": call_id, "node": "n", "state": state, "direction": "inbound", "caller": "+491711234567", "called": "100",
        "origin": "", "language": "en", "flow": "front", "flow_version": "", "started_at": NOW, "answered_at": NOW,
        "ended_at": None, "seconds": None, "cause": "", "code": 0, "words": "",
    }  # fmt: skip
    connection.execute(insert(Call).values(**given_ | values))


def turn(connection: Connection, call_id: str, number: int, text: str, speaker: str = "caller", **more: Any) -> None:
    connection.execute(insert(Turn).values(**{
        "call_id": call_id, "number": number, "speaker": speaker, "text": text, "start_s": float(number),
        "end_s": number + 0.5, "intent": "", "confidence": None, "interrupted": False, "language": "en", "digits": "",
        "timings": {}, **more,
    }))  # fmt: skip


def stay(connection: Connection, call_id: str, agent: str, state: str = "talking", ident: str = "s1") -> None:
    connection.execute(insert(QueueCaller).values(
        id=ident, call_id=call_id, node="n", queue="sales", state=state, caller="", language="", tags=[],
        joined_at=NOW, credit_s=0.0, answered_at=NOW if agent else None, ended_at=None, agent=agent, data={},
    ))  # fmt: skip


def alert(connection: Connection, call_id: str, ident: str, at: datetime = NOW, rule: str = "rude") -> None:
    data = {
        "scorecard": "service",
        "rule": rule,
        "titles": {"en": "Rude", "zh": "粗鲁"},
        "words": "[name]",
        "second": 3,
    }
    connection.execute(insert(Event).values(id=ident, call_id=call_id, at=at, name="alert", data=data))


def test_a_running_call_shows_its_queue_agent_and_newest_text(connection: Connection) -> None:
    call(connection, "c1")
    stay(connection, "c1", "201")
    for number in range(1, 21):
        turn(connection, "c1", number, f"line {number}")
    found = LiveCalls().look(connection, NOW).calls or {}
    head = found["c1"].head
    assert (head["queue"], head["agent"], head["name"], head["state"]) == ("sales", "201", "Anna", "agent")
    assert [line.original for line in found["c1"].lines] == [f"line {number}" for number in range(13, 21)]


def test_calls_that_are_over_are_not_shown(connection: Connection) -> None:
    call(connection, "c1")
    call(connection, "c2", "ended")
    feed = LiveCalls()
    assert set(feed.look(connection, NOW).calls or {}) == {"c1"}
    connection.execute(update(Call).values(state="ended"))
    assert feed.look(connection, NOW).calls == {}


def test_whom_no_queue_put_through_is_known_by_the_calls_own_record(connection: Connection) -> None:
    call(connection, "c1")
    feed = LiveCalls()
    event = {"call_id": "c1", "at": NOW, "data": {"agent": "Ben"}}
    connection.execute(insert(Event).values(id="e1", name="talk-began", **event))
    head = (feed.look(connection, NOW).calls or {})["c1"].head
    assert (head["state"], head["name"]) == ("agent", "Ben")
    connection.execute(insert(Event).values(id="e2", name="talk-ended", **event))
    assert (feed.look(connection, NOW + timedelta(seconds=1)).calls or {})["c1"].head["state"] == "robot"


def supervision(connection: Connection, ident: str, name: str, seconds: float, **data: Any) -> None:
    at = NOW + timedelta(seconds=seconds)
    connection.execute(insert(Event).values(id=ident, call_id="c1", at=at, name=name, data=data))


SUPERVISOR = Audience(Scope(teams=("blue",), agents=("300",)), supervision=True, own="300")


def test_supervisors_see_who_supervises_a_talk_and_how_until_that_or_the_talk_ends(connection: Connection) -> None:
    call(connection, "c1")
    stay(connection, "c1", "201")
    feed, at = LiveCalls(), Snapshot()

    def told(seconds: float) -> Any:
        nonlocal at
        before, at = at, feed.look(connection, NOW + timedelta(seconds=seconds))
        one = json.loads(message(before, at, SUPERVISOR))["calls"]["c1"]
        return one["supervisor"], one["manner"]

    supervision(connection, "e1", "talk-began", 0, leg=2, agent="Anna")
    supervision(connection, "e2", "supervision-began", 1, mode="listen")
    assert told(1) == ("", ""), "the supervisor's phone rings still"
    supervision(connection, "e3", "supervision", 5, mode="listen", who="202")
    assert told(5) == ("王芳", "listen")
    supervision(connection, "e4", "supervision", 80, mode="barge", who="202")
    assert told(80) == ("王芳", "barge")
    supervision(connection, "e5", "supervision-ended", 150, leg=3)
    assert told(150) == ("", "")
    supervision(connection, "e6", "supervision", 220, mode="whisper", who="sip:boss@pbx")
    assert told(220) == ("sip:boss@pbx", "whisper")
    supervision(connection, "e7", "talk-ended", 230, leg=2)
    assert told(230) == ("", "")


@pytest.mark.parametrize(
    "audience",
    [
        Audience(Scope(agents=("201",))),
        Audience(Scope(teams=("blue",), agents=("201",)), supervision=True, own="201"),
        Audience(ALL, supervision=True, own="201"),
        Audience(ALL, original=True),
    ],
    ids=["agent", "supervisor-who-talks", "administrator-who-talks", "reviewer"],
)
def test_nobody_else_is_told_that_anybody_supervises_nor_that_anything_changed(
    connection: Connection, audience: Audience
) -> None:
    call(connection, "c1")
    stay(connection, "c1", "201")
    feed = LiveCalls()
    before = feed.look(connection, NOW)
    supervision(connection, "e1", "supervision", 1, mode="listen", who="202")
    after = feed.look(connection, NOW + timedelta(seconds=1))
    assert after is not before
    assert message(before, after, audience) == ""
    turn(connection, "c1", 1, "hello")
    later = feed.look(connection, NOW + timedelta(seconds=2))
    for told in (message(before, later, audience), message(Snapshot(), later, audience)):
        assert "hello" in told
        assert not any(word in told for word in ("supervis", "listen", "王芳", "202"))


Record = list[tuple[str, dict[str, Any]]]
WATCH: Record = [("leg-answered", {"leg": 9, "who": "202"}), ("supervision", {"mode": "listen", "who": "202"})]
ANNA: Record = [("leg-answered", {"leg": 2, "who": "201"}), ("talk-began", {"leg": 2, "agent": "Anna"})]
SENT: Record = [("talk-ended", {"leg": 2}), ("leg-ended", {"leg": 2}), ("talk-began", {"leg": 3, "agent": "Boss"})]
BOSS: Record = [("leg-answered", {"leg": 3, "who": "300"})]
TAKEN: Record = [("supervision", {"mode": "listen", "who": "300"}), ("taken-over", {"leg": 3})]


@pytest.mark.parametrize(
    ("values", "record"),
    [
        ({}, [*BOSS, ("talk-began", {"leg": 3, "agent": "Boss"}), *WATCH]),
        ({}, [*ANNA, *BOSS, *SENT, *WATCH]),
        ({}, [*ANNA, *BOSS, *TAKEN, *SENT, *WATCH]),
        ({"origin": "user 300"}, [*ANNA, *WATCH]),
        ({"direction": "outbound", "called": "300"}, [*ANNA, *WATCH]),
        ({}, WATCH),
    ],
    ids=["directly", "sent-on", "took-over", "calls-from-own-phone", "was-called", "began-long-ago"],
)
def test_who_talks_isnt_told_of_a_supervisor_however_the_talk_came_about(
    connection: Connection, values: dict[str, Any], record: Record
) -> None:
    call(connection, "c1", **values)
    feed, at, told = LiveCalls(), Snapshot(), ""
    for second, (name, data) in enumerate(record):
        supervision(connection, f"e{second:02}", name, second, **data)
        before, at = at, feed.look(connection, NOW + timedelta(seconds=second))
        told = message(before, at, Audience(ALL, supervision=True, own="300"))
    assert told == "", "the last word of the record is that of the supervision"
    whole = message(Snapshot(), at, Audience(ALL, supervision=True, own="300"))
    assert not any(word in whole for word in ("supervis", "listen", "王芳", "202"))
    assert "王芳" in message(Snapshot(), at, Audience(ALL, supervision=True))


def test_whose_phone_has_left_the_call_sees_again_who_supervises_it(connection: Connection) -> None:
    call(connection, "c1")
    for second, (name, data) in enumerate([*BOSS, *ANNA, ("leg-ended", {"leg": 3}), *WATCH]):
        supervision(connection, f"e{second:02}", name, second, **data)
    told = message(Snapshot(), LiveCalls().look(connection, NOW), SUPERVISOR)
    assert '"c1"' not in told, "not of the supervisor's team"
    told = message(Snapshot(), LiveCalls().look(connection, NOW), Audience(ALL, supervision=True, own="300"))
    assert "王芳" in told


def test_that_a_supervisors_phone_is_in_the_call_makes_no_message_to_whoever_talks(connection: Connection) -> None:
    call(connection, "c1")
    stay(connection, "c1", "201")
    feed = LiveCalls()
    before = feed.look(connection, NOW)
    supervision(connection, "e1", "leg-answered", 1, leg=3, who="202")
    after = feed.look(connection, NOW + timedelta(seconds=1))
    for audience in (Audience(Scope(agents=("201",))), Audience(ALL, supervision=True, own="201")):
        assert message(before, after, audience) == ""


@pytest.mark.parametrize(
    ("direction", "personal", "ours"), [("inbound", "caller", "called"), ("outbound", "called", "caller")]
)
def test_the_other_sides_number_is_masked_and_ours_is_not(
    connection: Connection, direction: str, personal: str, ours: str
) -> None:
    numbers = {personal: "+491711234567", ours: "+49302345678"}
    call(connection, "c1", direction=direction, **numbers)
    snapshot = LiveCalls().look(connection, NOW)
    shown = json.loads(message(Snapshot(), snapshot, Audience(ALL)))["calls"]["c1"]
    assert (shown[personal], shown[ours]) == ("…67", "+49302345678")
    shown = json.loads(message(Snapshot(), snapshot, Audience(ALL, original=True)))["calls"]["c1"]
    assert shown[personal] == "+491711234567"


@pytest.mark.parametrize(("language", "text", "hidden"), [
    ("en", "my number is 202 456 1111 please", "456"), ("zh", "我的电话是13800138000", "13800138000"),
])  # fmt: skip
def test_personal_data_in_live_text_is_masked_unless_the_original_is_wanted(
    connection: Connection, language: str, text: str, hidden: str
) -> None:
    call(connection, "c1", language=language)
    turn(connection, "c1", 1, text, language=language)
    turn(connection, "c1", 2, "", digits="4711")
    snapshot = LiveCalls().look(connection, NOW)
    assert hidden not in message(Snapshot(), snapshot, Audience(ALL))
    assert "4711" not in message(Snapshot(), snapshot, Audience(ALL))
    assert hidden in message(Snapshot(), snapshot, Audience(ALL, original=True))


def test_a_call_of_a_campaign_is_seen_by_who_may_see_campaigns(connection: Connection) -> None:
    call(connection, "c1", direction="outbound")
    call(connection, "c2")
    connection.execute(insert(Campaign).values(
        id="k1", name="autumn", state="running", settings={}, created_at=NOW, edited_at=NOW
    ))  # fmt: skip
    columns = {column.name: "" for column in table_of(Attempt).c if not column.nullable}
    connection.execute(insert(Attempt).values(**columns | {
        "id": "a1", "campaign_id": "k1", "lead_id": 1, "state": "answered", "placed_at": NOW, "code": 0, "talk_s": 0.0,
        "call_id": "c1", "lines": [], "results": {}, "cost": 0.0, "abandoned": False,
    }))  # fmt: skip
    snapshot = LiveCalls().look(connection, NOW)
    assert set(seen(snapshot, Audience(Scope(campaigns=True)))[0]) == {"c1"}
    assert (snapshot.calls or {})["c1"].head["campaign"] == "autumn"


def test_a_team_sees_a_call_from_when_one_of_its_agents_talks(connection: Connection) -> None:
    call(connection, "c1")
    stay(connection, "c1", "", "queued")
    feed, blue = LiveCalls(), Audience(Scope(teams=("blue",)))
    assert seen(feed.look(connection, NOW), blue)[0] == {}
    connection.execute(update(QueueCaller).values(state="talking", agent="201", answered_at=NOW))
    assert set(seen(feed.look(connection, NOW), blue)[0]) == {"c1"}
    assert seen(feed.look(connection, NOW), Audience(Scope(teams=("green",), agents=("202",))))[0] == {}


def test_where_nothing_changes_the_snapshot_is_the_same_and_nothing_is_told(connection: Connection) -> None:
    call(connection, "c1")
    turn(connection, "c1", 1, "hello")
    feed = LiveCalls()
    first = feed.look(connection, NOW)
    assert feed.look(connection, NOW + timedelta(seconds=1)) is first
    turn(connection, "c1", 2, "again")
    second = feed.look(connection, NOW + timedelta(seconds=2))
    told = json.loads(message(first, second, Audience(ALL)))
    assert told["calls"]["c1"]["lines"] == [[2, "caller", "again"]]
    assert message(first, second, Audience(Scope(agents=("202",)))) == ""


def test_a_turn_that_is_written_anew_is_told_anew(connection: Connection) -> None:
    call(connection, "c1")
    turn(connection, "c1", 1, "a long announcement", "robot")
    feed = LiveCalls()
    first = feed.look(connection, NOW)
    connection.execute(update(Turn).values(text="a long"))
    told = json.loads(message(first, feed.look(connection, NOW), Audience(ALL)))
    assert told["calls"]["c1"]["lines"] == [[1, "robot", "a long"]]


def test_alerts_of_one_rule_in_one_call_are_one_entry_with_a_count(connection: Connection) -> None:
    call(connection, "c1")
    stay(connection, "c1", "201")
    feed = LiveCalls()
    alert(connection, "c1", "e1")
    alert(connection, "c1", "e2", NOW + timedelta(seconds=70))
    alert(connection, "c1", "e3", NOW + timedelta(seconds=71), rule="slow")
    alerts = feed.look(connection, NOW + timedelta(seconds=80)).alerts or {}
    assert [(one.document["rule"], one.document["count"]) for one in alerts.values()] == [("rude", 2), ("slow", 1)]
    assert all(one.place.within(Scope(teams=("blue",))) for one in alerts.values())


def test_an_alert_stays_visible_after_its_call_and_leaves_after_half_an_hour(connection: Connection) -> None:
    call(connection, "c1", "ended")
    stay(connection, "c1", "201", "served")
    alert(connection, "c1", "e1")
    feed = LiveCalls()
    assert len(seen(feed.look(connection, NOW), Audience(Scope(agents=("201",))))[1]) == 1
    assert feed.look(connection, NOW + timedelta(minutes=31)).alerts == {}


def test_who_takes_note_is_shown_until_the_rule_is_broken_anew_after_the_cool_down(connection: Connection) -> None:
    call(connection, "c1")
    alert(connection, "c1", "e1")
    feed = LiveCalls()
    (alarm,) = (feed.look(connection, NOW).alerts or {}).values()
    take_note(connection, NOW + timedelta(seconds=5), "sue", alarm)

    def noted(at: float) -> str:
        (alarm,) = (feed.look(connection, NOW + timedelta(seconds=at)).alerts or {}).values()
        return str(alarm.document["noted"])

    assert noted(6) == "sue"
    alert(connection, "c1", "e2", NOW + timedelta(seconds=60))
    assert noted(61) == "sue"
    alert(connection, "c1", "e3", NOW + timedelta(seconds=70))
    assert noted(71) == ""
    (other,) = (LiveCalls().look(connection, NOW + timedelta(seconds=72)).alerts or {}).values()
    assert other.document["count"] == 3


NAMES = st.sampled_from(("", "a", "b"))
PLACES = st.builds(Place, st.frozensets(NAMES), st.frozensets(NAMES), NAMES)
SCOPES = st.builds(Scope, st.just(False), st.booleans(), st.lists(NAMES).map(tuple), st.lists(NAMES).map(tuple))
LINES = st.dictionaries(st.integers(1, 4), st.sampled_from("xyz"), max_size=3).map(
    lambda found: tuple(Line(number, "caller", text, text) for number, text in sorted(found.items()))
)


@st.composite
def snapshots(draw: st.DrawFn) -> list[Snapshot]:
    """Some snapshots as they may follow each other."""
    found = []
    for number in range(1, draw(st.integers(2, 5))):
        ids = draw(st.sets(st.sampled_from(("c1", "c2", "c3"))))
        calls = {one: RunningCall(one, draw(PLACES), {"began": 0}, {}, {}, draw(LINES)) for one in sorted(ids)}
        keys = draw(st.sets(st.sampled_from(("k1", "k2"))))
        alerts = {key: Alarm(key, "c1", draw(PLACES), {"count": draw(st.integers(1, 3))}) for key in sorted(keys)}
        found.append(Snapshot(number, calls, alerts))
    return found


@given(snapshots(), SCOPES)
def test_a_page_that_was_told_all_changes_shows_what_is_within_its_scope_and_nothing_else(
    rows: list[Snapshot], scope: Scope
) -> None:
    audience, at = Audience(scope), Snapshot()
    calls: dict[str, dict[int, Any]] = {}
    alerts: dict[str, Any] = {}
    for after in rows:
        text = message(at, after, audience)
        allowed = {key for key, one in (after.calls or {}).items() if one.place.within(scope)}
        if text:
            told, at = json.loads(text), after
            assert set(told["calls"]) <= allowed
            for key in told["calls_gone"]:
                del calls[key]
            for key, one in told["calls"].items():
                calls.setdefault(key, {}).update({line[0]: line[2] for line in one["lines"]})
            for key in told["alerts_gone"]:
                del alerts[key]
            alerts.update(told["alerts"])
        assert set(calls) == allowed
        assert alerts == {key: one.document for key, one in (after.alerts or {}).items() if one.place.within(scope)}
        for key in allowed:
            newest = {line.number: line.masked for line in (after.calls or {})[key].lines}
            assert newest.items() <= calls[key].items()
