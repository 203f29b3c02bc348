"""A visit asks each time whether the viewer still is who opened the page, and writes the trail with what it does."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from console.access import ROLES, Right, Viewer
from console.phrases import Phrases
from console.sessions import begin, end_all, session_of
from console.visit import SignedOut, Visit
from models.account import Account, SignIn
from models.audit import Audit
from models.settings import Settings
from quality.scope import ALL, Scope
from tests.unit.console.people import put_accounts


@pytest.fixture
def visit(engine):
    put_accounts(engine)
    now = datetime.now(UTC)
    with engine.begin() as connection:
        session = session_of(connection, begin(connection, "sue", "", now), now)
    assert session is not None
    return Visit(engine, Settings(), Phrases.load(), session, "zh", {}, {}, "192.0.2.1")


@pytest.mark.parametrize(
    "taken", [{"roles": ["agent"]}, {"team": "night"}, {"extension": "201"}, {"enabled": False}, None]
)
async def test_what_is_taken_from_somebody_is_gone_on_open_pages_too(visit, engine, taken):
    assert await visit.ask(lambda connection: 7) == 7
    with engine.begin() as connection:
        if taken:
            connection.execute(update(Account).where(Account.name == "sue").values(**taken))
        else:
            end_all(connection, "sue")
    done: list[object] = []
    for asked in (visit.ask, visit.write):
        with pytest.raises(SignedOut, match="您已退出"):
            await asked(done.append)
    with pytest.raises(SignedOut):
        await visit.order(lambda: done.append("ordered"))
    assert done == []


async def test_asking_does_not_keep_a_session_from_being_idle(visit, engine):
    with engine.connect() as connection:
        before = connection.scalars(select(SignIn.seen_at)).one()
    await visit.ask(lambda connection: None)
    with engine.connect() as connection:
        assert connection.scalars(select(SignIn.seen_at)).one() == before


async def test_the_trail_has_who_did_it_and_from_where(visit, engine):
    await visit.audit("listened", call_id="c1", words="w", second=3)
    with engine.connect() as connection:
        row = connection.execute(select(Audit)).one()
    assert (row.account, row.address, row.action, row.call_id, row.data) == (
        "sue", "192.0.2.1", "listened", "c1", {"second": 3},
    )  # fmt: skip


async def test_what_goes_wrong_while_writing_leaves_nothing_behind(visit, engine):
    def half(connection):
        connection.execute(update(Account).values(shown="changed"))
        raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        await visit.write(half)
    with engine.connect() as connection:
        assert "changed" not in connection.scalars(select(Account.shown)).all()


async def test_the_loop_goes_on_while_the_database_is_asked(visit):
    began = asyncio.Event()
    loop = asyncio.get_running_loop()
    asking = asyncio.ensure_future(visit.ask(lambda connection: loop.call_soon_threadsafe(began.set)))
    await asyncio.wait_for(began.wait(), 30)
    await asking


def viewer(*roles, team="", extension=""):
    return Viewer("x", "X", roles, team, extension)


@pytest.mark.parametrize(
    ("who", "scope"),
    [
        (viewer("agent", extension="201"), Scope(agents=("201",))),
        (viewer("agent"), Scope()),
        (viewer("supervisor", team="day"), Scope(teams=("day",))),
        (viewer("supervisor", team="day", extension="201"), Scope(teams=("day",), agents=("201",))),
        (viewer("operator"), Scope(campaigns=True)),
        (viewer("operator", "supervisor", team="day"), Scope(campaigns=True, teams=("day",))),
        (viewer("qa", team="day"), ALL),
        (viewer("administrator"), ALL),
        (viewer("nonsense", team="day", extension="201"), Scope()),
        (viewer(), Scope()),
    ],
)
def test_what_each_role_sees(who, scope):
    assert who.scope() == scope


def test_only_administrators_change_accounts_and_read_the_trail():
    for role in ROLES:
        for right in (Right.ACCOUNTS, Right.AUDIT, Right.PLAN):
            assert viewer(role).may(right) == (role == "administrator")
    assert not viewer("nonsense").may(Right.CALLS)
    assert not viewer("supervisor").may(Right.ORIGINAL)
