"""A supervisor presses the console's buttons during a real talk: page, trail, socket, server, phones. In real time."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from console.pages import live
from console.phrases import Phrases
from console.sessions import begin, digest, session_by_id
from console.visit import Visit
from models.audit import Audit
from models.control_desk import ControlDesk
from models.control_protocol import HangUpCall, SuperviseTalk
from models.database import migrate, open_engine
from models.settings import DataSettings, Settings
from tests.calls.people import people_line
from tests.calls.test_transfers import hears, until_nobody_passes_on
from tests.unit.console.people import put_accounts
from voice.calling import Calling
from voice.talk_orders import TalkOrders


@pytest.fixture
def press(tmp_path, monkeypatch):
    """Press a button of a call on the live board, as `sue`, whose phone is Ben's; what she is told is in `told`."""
    told: list[str] = []
    monkeypatch.setattr("nicegui.ui.notify", lambda words, **_: told.append(words))
    engine = open_engine(f"sqlite:///{tmp_path / 'console.sqlite'}")
    migrate(engine)
    put_accounts(engine)
    now = datetime.now(UTC)
    with engine.begin() as connection:
        session = session_by_id(connection, digest(begin(connection, "sue", "", now)), now)
    assert session is not None
    settings = Settings(data=DataSettings(directory=tmp_path))

    async def press(call_id: str, mode: str, language: str = "en") -> None:
        visit = Visit(engine, settings, Phrases.load(), session, language, {}, {}, "")
        await live._carry_out(visit, call_id, mode, "" if mode in ("leave", live.HANG_UP) else "ben")

    def trail() -> list[str]:
        with engine.connect() as connection:
            return list(connection.scalars(select(Audit.action).order_by(Audit.id)))

    pressing: Any = press
    pressing.told, pressing.trail = told, trail
    yield pressing
    engine.dispose()


async def test_listen_whisper_barge_take_over_and_hang_up_do_on_the_line_what_they_say(open_line, press, tmp_path):
    async with people_line(open_line, until_nobody_passes_on) as (line, phones, finder):
        desk = ControlDesk(tmp_path)
        desk.bind(SuperviseTalk, TalkOrders(finder.phones).supervise)
        parts = None, None, None, None
        calling = Calling(line.settings, parts, None, line.routing, line.reception.running, line.log)  # type: ignore[arg-type]
        desk.bind(HangUpCall, calling.hang_up)
        orders = asyncio.ensure_future(desk.run())
        caller = await line.call()
        anna = await phones.answers("anna")
        [call_id] = line.stories
        listening = asyncio.ensure_future(press(call_id, "listen"))
        ben = await phones.answers("ben")
        await listening
        assert hears(ben) == (caller.stream.number, anna.stream.number)
        assert ben.stream.number not in (*caller.stream.hears, *hears(anna))
        await press(call_id, "whisper")
        assert ben.stream.number in hears(anna)
        assert ben.stream.number not in caller.stream.hears
        await press(call_id, "barge")
        assert ben.stream.number in caller.stream.hears
        await press(call_id, "leave")
        assert ben.call.over is not None
        again = asyncio.ensure_future(press(call_id, "listen"))
        ben = await phones.answers("ben")
        await again
        await press(call_id, "take-over")
        await caller.waits(0.1)
        assert anna.call.over is not None
        assert caller.stream.hears == (ben.stream.number,)
        await press(call_id, live.HANG_UP)
        await caller.is_hung_up()
        await line.over()
        await press(call_id, live.HANG_UP, "zh")
        assert press.told[-1] == f"通话 {call_id} 已结束。"
        orders.cancel()
    asked = ["listen", "whisper", "barge", "leave", "listen", "take-over", live.HANG_UP, live.HANG_UP]
    assert press.trail() == [f"talk.{mode}" for mode in asked]
