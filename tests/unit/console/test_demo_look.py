"""After the demo's call: a scorecard is in force before it is inspected, and somebody may sign in and look at it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from console import passwords
from console.demo_look import look
from models.account import Account
from models.call import Call
from models.database import migrate, open_engine
from models.errors import OurFault
from models.inspection import CallScore, Inspection
from quality.call_entries import note_call
from quality.publishing import in_force
from tests.unit.quality.conftest import row

NOW = datetime.now(UTC)


@pytest.fixture
def demo(tmp_path, monkeypatch):
    monkeypatch.setattr("console.accounts.hashed", lambda password: f"kept {password}")
    (tmp_path / "hotline.toml").write_text(f'[data]\ndirectory = "{tmp_path}"\n')
    engine = open_engine(f"sqlite:///{tmp_path / 'hotline.sqlite'}")
    migrate(engine)
    yield tmp_path, engine
    engine.dispose()


async def test_the_demos_call_is_scored_and_the_demo_says_how_to_look_at_it(demo):
    directory, engine = demo
    with engine.begin() as connection:
        connection.execute(row(Call, id="c1", state="ended", started_at=NOW, answered_at=NOW, ended_at=NOW))

    async def inspect(file):
        with engine.begin() as connection:
            assert [card.name for card in in_force(connection)] == ["service"]
            done = {"state": "done", "done_at": NOW, "transcript": [], "personal": [], "facts": {}}
            connection.execute(row(Inspection, call_id="c1", **done))
            scored = {"points": 87.5, "good": True, "fatal": False, "scorecard": "service"}
            connection.execute(row(CallScore, id="s1", call_id="c1", **scored))
            note_call(connection, "c1")

    passwords_shown = set()
    for _ in range(2):
        said: list[str] = []
        with engine.begin() as connection:
            connection.execute(Inspection.__table__.delete())  # type: ignore[attr-defined]
            connection.execute(CallScore.__table__.delete())  # type: ignore[attr-defined]
        await look(directory, said.append, inspect)
        told = "\n".join(said)
        assert "87.5 of 100 by the scorecard 'service'" in told
        assert f"console --config {directory / 'hotline.toml'}" in told
        assert "http://127.0.0.1:9465/calls/c1, as 'demo' with the password " in told
        passwords_shown.add(told.split()[-1])
        with engine.connect() as connection:
            assert passwords.kept_of(connection, "demo") == f"kept {told.split()[-1]}"
            assert connection.scalars(select(Account.roles)).all() == [["administrator"]]
    assert len(passwords_shown) == 2, "no password stays, and none is the same everywhere"


async def test_on_a_machine_that_is_too_busy_one_may_look_all_the_same(demo, monkeypatch):
    directory, engine = demo
    with engine.begin() as connection:
        connection.execute(row(Call, id="c1", state="ended", started_at=NOW, answered_at=NOW, ended_at=NOW))
        note_call(connection, "c1")
    tries = []

    async def nothing(file):
        tries.append(file)

    monkeypatch.setattr("console.demo_look.AGAIN_S", 0.01)
    said: list[str] = []
    await look(directory, said.append, nothing, patience_s=0.1)
    assert len(tries) > 1, "a call that ended just now is taken a little later"
    told = "\n".join(said)
    assert "quality inspect --config" in told
    assert "Score" not in told
    assert "as 'demo' with the password" in told


async def test_a_call_that_can_not_be_inspected_is_said(demo, monkeypatch):
    directory, _ = demo
    monkeypatch.setattr("console.demo_look.sys.executable", "/bin/false")
    with pytest.raises(OurFault, match="isn't inspected: nothing was said why"):
        await look(directory, lambda words: None)
