"""Orders from boards: whatever a browser sends, only what the role, the scope and the state allow is carried out."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select

from campaigns.campaign_rows import campaign_named, put_campaign
from campaigns.plan import plan_of
from console.live_snapshot import Alarm, Place, RunningCall, Snapshot
from console.pages import campaigns, live, queues
from console.phrases import Phrases
from console.sessions import begin, digest, session_by_id
from console.visit import Visit
from models import control_client
from models.audit import Audit
from models.control_protocol import Done, HangUpCall, SuperviseTalk
from models.settings import DataSettings, Settings
from tests.unit.console.people import put_accounts
from tests.unit.queues.conftest import Put

NOW = datetime.now(UTC)
PHRASES = Phrases.load()
BLUE = RunningCall("c1", Place(frozenset({"201"}), frozenset({"blue"})), {}, {}, {}, ())
GREEN = RunningCall("c2", Place(frozenset({"202"}), frozenset({"green"})), {}, {}, {}, ())
SHOWN = Snapshot(1, {"c1": BLUE, "c2": GREEN}, {"k2": Alarm("k2", "c2", GREEN.place, {"rule": "rude"})})
AGENTS = [
    {"extension": "201", "name": "Anna", "team": "blue", "password": "geheim201"},
    {"extension": "202", "name": "Ben", "team": "green", "password": "geheim202"},
]


class Desk:
    """A console's page without a browser: what was told to the person, and ordered of the server."""

    def __init__(self, engine: Engine, directory: Path) -> None:
        self.engine, self.settings = engine, Settings(data=DataSettings(directory=directory))
        self.told: list[str] = []
        self.orders: list[Any] = []

    def visit(self, name: str, language: str = "en") -> Visit:
        with self.engine.begin() as connection:
            cookie = begin(connection, name, "", NOW)
            session = session_by_id(connection, digest(cookie), NOW)
        assert session is not None
        return Visit(self.engine, self.settings, PHRASES, session, language, {}, {}, "")

    def trail(self) -> list[str]:
        with self.engine.connect() as connection:
            return list(connection.scalars(select(Audit.action).order_by(Audit.id)))


@pytest.fixture
def desk(engine: Engine, put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    put({"agents": AGENTS, "queues": [{"name": "sales"}]})
    put_accounts(engine, bob={"roles": ["supervisor"], "team": "blue", "extension": "200"})
    desk = Desk(engine, tmp_path)

    def notify(words: str, **_: Any) -> None:
        desk.told.append(words)

    def ask(directory: Path, order: Any, seconds: float) -> Iterator[Any]:
        desk.orders.append(order)
        yield Done("done")

    async def sure(*_: Any) -> bool:
        return True

    monkeypatch.setattr("nicegui.ui.notify", notify)
    monkeypatch.setattr(live, "ask", ask)
    monkeypatch.setattr(live, "_sure", sure)
    monkeypatch.setattr(campaigns, "_sure", sure)
    return desk


def event(args: Any) -> Any:
    return SimpleNamespace(args=args)


async def order(desk: Desk, name: str, args: Any, phone: str = "200") -> None:
    await live._ordered(desk.visit(name), SimpleNamespace(shown=SHOWN), SimpleNamespace(value=phone), event(args))  # type: ignore[arg-type]


async def test_a_supervisor_listens_to_the_own_team_and_it_is_on_the_trail(desk: Desk) -> None:
    await order(desk, "bob", {"call": "c1", "mode": "listen"})
    assert desk.orders == [SuperviseTalk("c1", "listen", "200")]
    assert desk.trail() == ["talk.listen"]


async def test_only_a_phone_that_has_to_be_called_is_said_to_ring(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "AT_ONCE_S", 30.0)
    await order(desk, "bob", {"call": "c1", "mode": "whisper"})
    assert desk.told == ["Done: Whisper"]

    def picked_up(directory: Path, order: Any, seconds: float) -> Iterator[Any]:
        until = time.monotonic() + 30
        while len(desk.told) == 1 and time.monotonic() < until:
            time.sleep(0.01)
        yield Done("done")

    monkeypatch.setattr(live, "ask", picked_up)
    monkeypatch.setattr(live, "AT_ONCE_S", 0.05)
    await order(desk, "bob", {"call": "c1", "mode": "listen"})
    assert desk.told[1:] == ["Your phone rings …", "Done: Listen"]


async def test_hanging_up_needs_no_phone(desk: Desk) -> None:
    await order(desk, "bob", {"call": "c1", "mode": "hang-up"}, phone="")
    assert desk.orders == [HangUpCall("c1")]


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("bob", {"call": "c2", "mode": "listen"}),  # of another team
        ("bob", {"call": "c9", "mode": "listen"}),  # over, or never there
        ("bob", {"call": "c1", "mode": "shutdown"}),
        ("bob", {"call": ["c1"], "mode": {"listen": 1}}),
        ("bob", "listen"),
        ("bob", None),
        ("quinn", {"call": "c1", "mode": "listen"}),  # may look, not order
        ("otto", {"call": "c1", "mode": "hang-up"}),
        ("agnes", {"call": "c1", "mode": "hang-up"}),
    ],
)
async def test_what_is_not_allowed_is_not_ordered(desk: Desk, name: str, args: Any) -> None:
    await order(desk, name, args)
    assert (desk.orders, desk.trail()) == ([], [])


async def test_who_has_no_phone_is_asked_for_one(desk: Desk) -> None:
    await order(desk, "bob", {"call": "c1", "mode": "whisper"}, phone=" ")
    assert desk.orders == []
    assert "extension" in desk.told[0]


async def test_an_alert_is_taken_note_of_by_who_may_see_its_call(desk: Desk) -> None:
    board: Any = SimpleNamespace(shown=SHOWN)
    await live._note(desk.visit("bob"), board, event("k2"))
    assert desk.trail() == []
    await live._note(desk.visit("quinn"), board, event("k2"))
    assert desk.trail() == ["alert-noted"]


async def test_personal_data_are_shown_to_reviewers_alone_and_it_is_on_the_trail_first(desk: Desk) -> None:
    shown: list[bool] = []
    board: Any = SimpleNamespace(show_to=lambda audience: shown.append(audience.original))
    await live._uncover(desk.visit("bob"), board, SimpleNamespace(value=True))  # type: ignore[arg-type]
    assert (shown, desk.trail()) == ([], [])
    await live._uncover(desk.visit("quinn"), board, SimpleNamespace(value=True))  # type: ignore[arg-type]
    assert (shown, desk.trail()) == ([True], ["saw-original"])


@pytest.mark.parametrize(("name", "extension", "done"), [("bob", "201", True), ("bob", "202", False),
                                                         ("ann", "202", True), ("quinn", "201", False)])  # fmt: skip
async def test_agents_states_are_changed_within_the_scope(desk: Desk, name: str, extension: str, done: bool) -> None:
    await queues._wished(desk.visit(name), event({"key": extension, "name": "ready"}))
    assert desk.trail() == (["agent-state"] if done else [])


async def test_a_state_that_is_none_is_no_order(desk: Desk) -> None:
    await queues._wished(desk.visit("bob"), event({"key": "201", "name": "removed"}))
    assert desk.trail() == []


def _campaign(desk: Desk) -> None:
    settings = {"name": "autumn", "country": "CN", "flows": ["renewal"]}
    with desk.engine.begin() as connection:
        put_campaign(connection, plan_of(settings), settings, NOW)


def _state(connection: Connection) -> str:
    return str(campaign_named(connection, "autumn").state)


async def test_an_operator_starts_and_stops_a_campaign_as_the_command_does(desk: Desk) -> None:
    _campaign(desk)
    for what, state in (("start", "running"), ("pause", "paused"), ("resume", "running"), ("stop", "stopped")):
        await campaigns._ordered(desk.visit("otto"), event({"key": "autumn", "name": what}))
        with desk.engine.connect() as connection:
            assert _state(connection) == state
    assert desk.trail() == ["campaign.start", "campaign.pause", "campaign.resume", "campaign.stop"]


async def test_what_a_campaign_cannot_do_now_is_said_and_not_on_the_trail(desk: Desk) -> None:
    _campaign(desk)
    await campaigns._ordered(desk.visit("otto"), event({"key": "autumn", "name": "pause"}))
    await campaigns._ordered(desk.visit("otto"), event({"key": "winter", "name": "start"}))
    await campaigns._ordered(desk.visit("otto"), event({"key": "autumn", "name": "finish"}))
    await campaigns._ordered(desk.visit("bob"), event({"key": "autumn", "name": "start"}))
    assert [words.partition(";")[0] for words in desk.told] == [
        "The campaign autumn can't do that in the state that it is in by now", "There is no campaign winter any more.",
    ]  # fmt: skip
    assert desk.trail() == []


async def test_refusals_are_told_in_the_language_of_the_page(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _campaign(desk)
    await campaigns._ordered(desk.visit("otto", "zh"), event({"key": "autumn", "name": "pause"}))
    monkeypatch.setattr(live, "ask", control_client.ask)
    await live._carry_out(desk.visit("bob", "zh"), "c1", "leave", "")
    assert desk.told[0] == "任务“autumn”的状态已改变，不能执行此操作，请重新查看。"
    assert desk.told[-1].startswith("没有使用此数据目录的 Hotline 在运行")


@pytest.mark.parametrize(
    ("became", "language", "told"),
    [
        ("ready", "en", "Agent 201: ready"),
        ("offline", "en", "Agent 201: ready as soon as the phone can be reached"),
        ("offline", "zh", "坐席 201：话机可接通后即为就绪"),
        ("talking", "zh", "坐席 201：通话结束后即为就绪"),
    ],
)
async def test_a_state_is_said_to_be_there_only_once_it_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, became: str, language: str, told: str
) -> None:
    monkeypatch.setattr(queues, "set_state", lambda *_: ("", {"extension": "201", "state": became, "reason": ""}))
    await queues._wished(desk.visit("bob", language), event({"key": "201", "name": "ready"}))
    assert desk.told == [told]
