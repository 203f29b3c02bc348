"""The office: goes by what the database says that campaigns are to do."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, update
from sqlalchemy.event import listen

from campaigns import office_rows
from campaigns.attempt_rows import BLANK
from campaigns.breaker import BreakerState
from campaigns.breaker_record import turned, was_open
from campaigns.campaign_office import RENEW_S, CampaignOffice
from campaigns.campaign_rows import StoredCampaign, campaign_named, moved, note, put_campaign, removed
from campaigns.dialer_ports import NoAgents
from campaigns.lead_row import Happened
from campaigns.line_book import LineBook
from campaigns.line_plan import Line
from campaigns.pacing import Count
from campaigns.plan import plan_of
from dialplans.flow import Flow
from dialplans.loader import loads
from models.attempt import Attempt
from models.call import new_id
from models.campaign import Campaign, CampaignMove
from models.control_protocol import AskCampaign, News, TakeUpCampaigns
from models.database import moment, table_of
from models.errors import CannotDo, OperatorFault
from models.lead import Lead
from models.settings import CampaignSettings, LineSettings
from models.writing import writing
from tests.unit.campaigns.conftest import NOON, Add, Make
from tests.unit.campaigns.dialled import FLOW, NO_LINE, Person, Phones

pytestmark = pytest.mark.looptime


@pytest.fixture
def database_url(tmp_path: Path, sqlite_pattern: Path) -> str:
    """One kind of database is enough here: the store's own tests have both."""
    shutil.copy(sqlite_pattern, tmp_path / "hotline.sqlite")
    return f"sqlite:///{tmp_path / 'hotline.sqlite'}"


class Office:
    def __init__(
        self, engine: Engine, phones: Phones, node: str = "here", lines: LineBook | None = None, **settings: Any
    ) -> None:
        self.engine, self.told, self.node = engine, list[Happened](), node
        lines = lines or LineBook([Line(name="a")], LineSettings(seed=3), NOON.timestamp())

        async def flow(name: str) -> Flow:
            return loads(FLOW, f"{name}.yaml")

        self.office = CampaignOffice(
            engine, CampaignSettings(**settings), phones, lines, flow, NoAgents(), self.clock,
            lambda: asyncio.get_running_loop().time(),
        )  # fmt: skip
        self.office.ports.work = self.work
        self.office._work = self.work  # type: ignore[method-assign]
        self.office.subscribe(self.told.append)
        self.offset = 0.0

    async def work(self, what: Any, *args: Any, **values: Any) -> Any:
        """Without a thread, which virtual time doesn't wait for."""
        await asyncio.sleep(0.001)
        return what(*args, **values)

    def clock(self) -> float:
        return NOON.timestamp() + self.offset + asyncio.get_running_loop().time()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[CampaignOffice]:
        self.office.open(self.node)
        task = asyncio.ensure_future(self.office.run())
        await asyncio.sleep(0.1)
        try:
            yield self.office
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def renewing(self, seconds: float) -> None:
        """Wait, and do meanwhile what the scheduler does by the real clock."""
        for _ in range(int(seconds / RENEW_S)):
            await asyncio.sleep(RENEW_S)
            await self.office._renew()
            await self.office.look()

    async def order(self, name: str, move: CampaignMove) -> None:
        with writing(self.engine) as connection:
            moved(connection, campaign_named(connection, name).id, move, moment(self.clock()))

        async def tell(news: News) -> None: ...

        await self.office.take_up(TakeUpCampaigns(), tell)

    def campaign(self, name: str = "autumn") -> StoredCampaign:
        with self.engine.connect() as connection:
            return campaign_named(connection, name)

    def states(self) -> list[str]:
        with self.engine.connect() as connection:
            return [row.state for row in connection.execute(Lead.__table__.select())]


def numbers(count: int) -> list[str]:
    return [f"+86139{10000000 + number}" for number in range(count)]


async def test_a_started_campaign_is_dialled_at_once_and_finished_when_its_list_is_done(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    add_leads(make_campaign(max_calls=5, calls_per_second=5), *numbers(10))
    one = Office(engine, Phones())
    async with one.running():
        await one.order("autumn", CampaignMove.START)
        assert list(one.office.diallers) == ["autumn"]
        await asyncio.sleep(120)
        assert one.campaign().state == "finished"
    assert set(one.states()) == {"done"}
    assert "campaign.finish" in {event.name for event in one.told}


async def test_a_server_that_starts_goes_on_with_what_runs_and_completes_what_a_killed_one_left(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    stored = make_campaign(max_calls=5, calls_per_second=5)
    (lead, *_) = add_leads(stored, *numbers(3), state="new")
    with writing(engine) as connection:
        moved(connection, stored.id, CampaignMove.START, NOON)
        connection.execute(update(table_of(Lead)).where(Lead.id == lead).values(state="calling", lease_by="here"))
        row = {"id": "a1", "campaign_id": stored.id, "lead_id": lead, "node": "here", "number": numbers(1)[0]}
        blank: dict[str, Any] = {
            "line": "a", "caller_number": "", "mode": "robot", "version": "", "state": "dialling", "placed_at": NOON,
            "cause": "", "code": 0, "answered_by": "", "disposition": "", "grade": "", "call_id": "", "lines": [],
            "agent": "", "queue": "", "talk_s": 0.0, "cost": 0.0, "currency": "", "results": {}, "abandoned": False,
        }  # fmt: skip
        connection.execute(insert(table_of(Attempt)).values(**blank, **row))
    phones = Phones()
    one = Office(engine, phones)
    async with one.running():
        await asyncio.sleep(600)
    assert set(one.states()) == {"done"}
    assert sorted(number for _, _, number, _ in phones.placed) == numbers(3)
    assert "a1" not in {attempt for _, attempt, _, _ in phones.placed}


async def test_pausing_resuming_and_stopping_are_gone_by(engine: Engine, make_campaign: Make, add_leads: Add) -> None:
    add_leads(make_campaign(max_calls=1, calls_per_second=1), *numbers(50))
    phones = Phones()
    one = Office(engine, phones)
    async with one.running():
        await one.order("autumn", CampaignMove.START)
        await asyncio.sleep(30)
        await one.order("autumn", CampaignMove.PAUSE)
        await asyncio.sleep(30)
        placed = len(phones.placed)
        await asyncio.sleep(100)
        assert len(phones.placed) == placed > 0
        await one.order("autumn", CampaignMove.RESUME)
        await asyncio.sleep(30)
        assert len(phones.placed) > placed
        await one.order("autumn", CampaignMove.STOP)
        await asyncio.sleep(3)
        assert one.office.diallers == {}
        assert phones.running == 0
    assert "calling" not in one.states()


async def test_draining_ends_calls_in_peace_and_stops(engine: Engine, make_campaign: Make, add_leads: Add) -> None:
    add_leads(make_campaign(max_calls=5, calls_per_second=5), *numbers(50))
    phones = Phones()
    one = Office(engine, phones)
    async with one.running():
        await one.order("autumn", CampaignMove.START)
        await asyncio.sleep(5)
        await one.order("autumn", CampaignMove.DRAIN)
        await asyncio.sleep(60)
        assert one.campaign().state == "stopped"
    assert len(phones.placed) == 5
    assert one.states().count("done") == 5


def dead_line(engine: Engine, make_campaign: Make, add_leads: Add, people: int, rest_s: float) -> tuple[Office, Phones]:
    """Return an office, and phones of which none can be called, for a campaign whose breaker trips at five failures."""
    breaker = {"window_s": 60, "share": 0.5, "least": 5, "rest_s": rest_s, "trial": 2}
    add_leads(make_campaign(max_calls=5, calls_per_second=5, breaker=breaker), *numbers(people))
    phones = Phones(others=Person([NO_LINE]))
    return Office(engine, phones), phones


async def trip(one: Office, within_s: float) -> None:
    """Start the campaign of a dead line; after so many seconds its breaker is open."""
    await one.order("autumn", CampaignMove.START)
    await asyncio.sleep(within_s)
    assert one.campaign().state == "tripped"


async def test_a_tripped_breaker_is_on_record_and_mended_when_the_lines_are_well(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    one, phones = dead_line(engine, make_campaign, add_leads, people=30, rest_s=30)
    async with one.running():
        await trip(one, within_s=25)
        phones.others = Person([Phones().others.outcomes[0]])
        await asyncio.sleep(1500)
        assert one.campaign().state in ("running", "finished")
    names = [event.name for event in one.told if event.name.startswith("breaker.")]
    assert names[0] == "breaker.tripped"
    assert names[-1] == "breaker.mended"
    assert one.office.breakers_opened >= 1


async def test_a_pause_keeps_the_breaker_open_and_what_is_resumed_goes_on_with_its_trial_even_after_a_kill(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    one, phones = dead_line(engine, make_campaign, add_leads, people=60, rest_s=60)
    async with one.running():
        await trip(one, within_s=10)
        await one.order("autumn", CampaignMove.PAUSE)
        await asyncio.sleep(5)
        placed = len(phones.placed)
        await one.order("autumn", CampaignMove.RESUME)
        assert one.campaign().state == "tripped"
        await asyncio.sleep(30)
        assert len(phones.placed) == placed, "it still rests"
        await one.order("autumn", CampaignMove.PAUSE)
    another = Office(engine, phones)
    async with another.running():
        await another.order("autumn", CampaignMove.RESUME)
        await another.office.look()
        assert another.campaign().state == "tripped"
        await asyncio.sleep(45)
        assert len(phones.placed) == placed
        phones.others = Phones().others
        await asyncio.sleep(30)
        assert len(phones.placed) >= placed + 2
        await asyncio.sleep(60)
        assert another.campaign().state in ("running", "finished")
    assert "breaker.mended" in {event.name for event in another.told}


async def test_who_resumes_a_tripped_campaign_closes_its_breaker(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    one, phones = dead_line(engine, make_campaign, add_leads, people=60, rest_s=600)
    async with one.running():
        await trip(one, within_s=10)
        phones.others, placed = Phones().others, len(phones.placed)
        await one.order("autumn", CampaignMove.RESUME)
        await asyncio.sleep(20)
        assert one.campaign().state == "running"
        assert len(phones.placed) > placed
        with engine.connect() as connection:
            assert not was_open(connection, one.campaign().id)


def test_what_a_breaker_did_last_is_told_by_the_order_of_writing_whatever_servers_clocks_say(
    engine: Engine, make_campaign: Make
) -> None:
    one = make_campaign()
    late = NOON + timedelta(minutes=5)
    with writing(engine) as connection:
        note(connection, turned(one.id, BreakerState.OPEN, 0.9, "fast", late))
    with writing(engine) as connection:
        note(connection, turned(one.id, BreakerState.CLOSED, 0.1, "slow", NOON))
    with engine.connect() as connection:
        assert not was_open(connection, one.id)


async def test_a_campaign_begins_on_its_first_day_and_ends_after_its_last(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    days = {"start_on": "2026-11-19", "end_on": "2026-11-19", "timezone": "Asia/Shanghai"}
    add_leads(make_campaign(max_calls=1, calls_per_second=0.01, **days), *numbers(5000))
    phones = Phones()
    one = Office(engine, phones)
    async with one.running():
        await one.order("autumn", CampaignMove.SCHEDULE)
        await asyncio.sleep(20)
        assert one.campaign().state == "scheduled"
        one.offset += 23 * 3600
        await one.office.look()
        await asyncio.sleep(30)
        assert one.campaign().state == "running"
        assert phones.placed
        one.offset += 26 * 3600
        await one.office.look()
        await asyncio.sleep(60)
        assert one.campaign().state == "stopped"


async def test_on_its_first_day_a_campaign_begins_when_its_own_schedule_says(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    """It is noon of the day before."""
    days = {"start_on": "2026-11-19", "timezone": "Asia/Shanghai", "schedule": [{"do": "start", "at": "mon-fri 13:00"}]}
    add_leads(make_campaign(max_calls=1, calls_per_second=0.01, **days), *numbers(5000))
    phones = Phones()
    one = Office(engine, phones)
    async with one.running():
        await one.order("autumn", CampaignMove.SCHEDULE)
        for hours, state in ((1.5, "scheduled"), (21, "scheduled"), (2, "scheduled"), (1, "running")):
            one.offset += hours * 3600
            await one.office.look()
            await asyncio.sleep(30)
            assert one.campaign().state == state
            assert bool(phones.placed) == (state == "running")


async def test_a_campaign_goes_by_its_schedule_and_by_what_an_operator_says_until_the_next_time(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    """It is noon in Shanghai: paused at one, on again at two, whoever was there."""
    orders = [{"do": "start", "at": "mon-fri 12:00"}, {"do": "pause", "at": "mon-fri 13:00"},
              {"do": "resume", "at": "2026-11-18 14:00"}]  # fmt: skip
    campaign = make_campaign(max_calls=1, calls_per_second=0.01, timezone="Asia/Shanghai", schedule=orders)
    add_leads(campaign, *numbers(5000))
    one = Office(engine, Phones())
    async with one.running():
        for minutes, state in ((1, "draft"), (61, "paused"), (90, "paused"), (121, "running")):
            one.offset = 60 * minutes
            await one.office.look()
            await asyncio.sleep(1)
            assert one.campaign().state == state
            if state == "draft":
                await one.order("autumn", CampaignMove.START)
        await one.order("autumn", CampaignMove.PAUSE)
        one.offset += 600
        await one.office.look()
        assert one.campaign().state == "paused"


async def test_a_scheduled_start_during_a_drain_begins_when_its_last_call_is_over(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    """Drained at 12:59:58, to be started at one; the calls of that moment last until after one."""
    orders = [{"do": "start", "at": "wed 13:00"}]
    campaign = make_campaign(max_calls=5, calls_per_second=5, timezone="Asia/Shanghai", schedule=orders)
    add_leads(campaign, *numbers(500))
    phones = Phones()
    one = Office(engine, phones)
    async with one.running():
        one.offset = 3588
        await one.order("autumn", CampaignMove.START)
        await asyncio.sleep(10)
        await one.order("autumn", CampaignMove.DRAIN)
        placed = len(phones.placed)
        while one.campaign().state == "draining":
            assert len(phones.placed) == placed
            await one.office.look()
            await asyncio.sleep(1)
        assert one.clock() - NOON.timestamp() > 3605, "past one o'clock, and past a look"
        await one.office.look()
        await asyncio.sleep(5)
        assert one.campaign().state == "running"
        assert len(phones.placed) > placed
    assert [event.name for event in one.told if event.name.startswith("campaign.")][-2:] == [
        "campaign.start", "campaign.scheduled-order",
    ]  # fmt: skip


async def test_a_campaign_that_is_removed_while_the_office_looks_is_passed_over(
    engine: Engine, make_campaign: Make, add_leads: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = [{"do": "start", "at": "wed 13:00"}]
    gone = make_campaign("gone", timezone="Asia/Shanghai", schedule=orders)
    stays = make_campaign("stays", timezone="Asia/Shanghai", schedule=orders)
    add_leads(stays, *numbers(5))
    one = Office(engine, Phones())
    async with one.running():
        due = office_rows.due

        def and_removed(of: Engine, stored: list[StoredCampaign], now: datetime) -> list[str]:
            found = due(of, stored, now)
            if gone.id in found:
                with writing(engine) as connection:
                    removed(connection, gone, NOON)
            return found

        monkeypatch.setattr(office_rows, "due", and_removed)
        one.offset = 3600
        await one.office.look()
        assert one.campaign("stays").state == "running"
        assert list(one.office.diallers) == ["stays"]


async def test_without_anything_due_a_look_reads_the_campaigns_once(engine: Engine, make_campaign: Make) -> None:
    orders = [{"do": "start", "at": "wed 13:00"}]
    for name in ("a", "b", "c"):
        make_campaign(name, timezone="Asia/Shanghai", schedule=orders)
    one, asked = Office(engine, Phones()), list[str]()
    async with one.running():
        listen(engine, "before_cursor_execute", lambda *all: asked.append(all[2]))
        await one.office.look()
    assert len([each for each in asked if each.startswith("SELECT")]) == 2, "campaigns, and what was said of them"


async def test_an_edited_plan_counts_from_the_next_call_on_and_its_caps_for_calls_that_run(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    stored = make_campaign(max_calls=6, calls_per_second=5)
    add_leads(stored, *numbers(60))
    phones = Phones()
    one = Office(engine, phones)
    async with one.running():
        await one.order("autumn", CampaignMove.START)
        await asyncio.sleep(10)
        assert phones.running == 6
        settings = {**stored.settings, "max_calls": 2}
        with writing(engine) as connection:
            put_campaign(connection, plan_of(settings), settings, moment(one.clock()))
        await one.office.look()
        await asyncio.sleep(40)
        assert phones.running <= 2


async def test_what_is_asked_of_a_campaign_that_is_not_dialled_is_one_sentence(
    engine: Engine, make_campaign: Make
) -> None:
    make_campaign()
    one = Office(engine, Phones())

    async def tell(news: News) -> None: ...

    async with one.running() as office:
        with pytest.raises(CannotDo, match="'autumn' is not being dialled"):
            await office.tell_of(AskCampaign("autumn"), tell)


async def test_an_attempt_that_cannot_be_settled_is_lost_when_its_lease_is_over_and_its_number_free_again(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    """What fails isn't the database: nobody would have tried again."""
    add_leads(make_campaign(max_calls=5, calls_per_second=5), *numbers(3))
    phones = Phones()
    one = Office(engine, phones)
    settle, failures = one.office.ports.store.settle, [1]

    def fails(*args: Any, **values: Any) -> bool:
        if failures[0]:
            failures[0] -= 1
            raise ValueError("unforeseen")
        return settle(*args, **values)

    one.office.ports.store.settle = fails  # type: ignore[method-assign]
    async with one.running():
        await one.order("autumn", CampaignMove.START)
        await one.renewing(600)
        assert one.states().count("calling") == 1
        await one.renewing(900)
        assert set(one.states()) == {"done"}
        assert one.campaign().state == "finished"
    assert len(phones.placed) == 4


async def test_a_lead_that_could_be_neither_called_nor_put_back_is_called_after_its_lease(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    add_leads(make_campaign(max_calls=5, calls_per_second=5), *numbers(3))
    phones = Phones()
    one = Office(engine, phones)
    store, work, failures = one.office.ports.store, one.office.ports.work, [2]

    async def locked(what: Any, *args: Any, **values: Any) -> Any:
        if failures[0] and what in (store.dialling, store.release):
            failures[0] -= 1
            raise CannotDo("The database can't be written now (database is locked); nothing was changed: try again.")
        return await work(what, *args, **values)

    one.office.ports.work = locked
    async with one.running():
        await one.order("autumn", CampaignMove.START)
        await one.renewing(200)
    assert set(one.states()) == {"done"}
    assert sorted(number for _, _, number, _ in phones.placed) == numbers(3)


async def test_a_stop_counts_though_the_plan_cannot_be_taken_up_and_another_is_no_plan_any_more(
    engine: Engine, make_campaign: Make, add_leads: Add, caplog: pytest.LogCaptureFixture
) -> None:
    stored, newer, third = make_campaign(), make_campaign("newer"), make_campaign("winter")
    for one_campaign in (stored, third):
        add_leads(one_campaign, *numbers(50))
    phones = Phones()
    one = Office(engine, phones)
    async with one.running():
        await one.order("autumn", CampaignMove.START)
        await one.order("winter", CampaignMove.START)
        await asyncio.sleep(5)
        with writing(engine) as connection:
            table = table_of(Campaign)
            connection.execute(
                update(table).where(table.c.id == newer.id).values(settings={**newer.settings, "telepathy": True})
            )
            # An older Hotline would have let it in.
            worse = {**stored.settings, "pacing": {"wrong": 1}}
            connection.execute(
                update(table).where(table.c.id == stored.id).values(settings=worse, edited_at=moment(one.clock()))
            )
            moved(connection, third.id, CampaignMove.PAUSE, moment(one.clock()))
        await one.office.look()
        await asyncio.sleep(3)
        assert list(one.office.diallers) == ["winter"]
        placed = len(phones.placed)
        await asyncio.sleep(60)
        assert len(phones.placed) == placed
        with writing(engine) as connection:
            moved(connection, third.id, CampaignMove.STOP, moment(one.clock()))

        def refuses(campaign: StoredCampaign) -> None:
            raise OperatorFault("It can't be gone by.")

        one.office.diallers["winter"].take_up = refuses  # type: ignore[method-assign]
        with writing(engine) as connection:
            connection.execute(update(table).where(table.c.id == third.id).values(edited_at=moment(one.clock())))
        await one.office.look()
        await asyncio.sleep(3)
        assert one.office.diallers == {}
    assert "The plan of the campaign 'newer' can't be read (telepathy" in caplog.text
    assert phones.running == 0


async def test_abandoned_calls_leave_the_window_of_the_law_while_the_campaign_runs(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    stored = make_campaign(mode="progressive", queue="sales", abandon={"window_days": 1})
    add_leads(stored, *numbers(1))
    with writing(engine) as connection:
        for hours in (30, 23, 2):
            values = BLANK | {
                "id": new_id(), "campaign_id": stored.id, "lead_id": 1, "node": "here", "number": numbers(1)[0],
                "state": "ended", "placed_at": NOON - timedelta(hours=hours), "abandoned": True,
            }  # fmt: skip
            connection.execute(insert(table_of(Attempt)).values(**values))
    one = Office(engine, Phones())
    async with one.running():
        await one.order("autumn", CampaignMove.START)
        pacing = one.office.diallers["autumn"].pacing
        assert pacing.all_days == Count(2, 2)
        one.offset += 2 * 3600
        await one.office._recount()
        assert pacing.all_days == Count(1, 1)
