"""The dialler: every lead once, within caps and law, settled whatever happens."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError

from campaigns.do_not_call import list_named, put_numbers
from campaigns.line_book import LineBook
from campaigns.line_plan import Line
from campaigns.pacing import Count, Floor
from campaigns.rate_limit import RateLimit
from models.campaign_event import CampaignEvent
from models.errors import CannotDo
from models.settings import LineSettings
from models.writing import writing
from tests.unit.campaigns.conftest import NOON, Add, Make
from tests.unit.campaigns.dialled import BUSY, NO_LINE, NOBODY, TALKS, Campaign, Person, Phones
from voice.call_outcome import Outcome
from voice.campaign_call import Outgoing, Progress

pytestmark = pytest.mark.looptime
ALWAYS = {"hours": ["mon-sun 00:00-24:00"]}


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest, tmp_path: object, sqlite_pattern: object) -> str:
    """One kind of database is enough here: the store's own tests have both."""
    import shutil
    from pathlib import Path

    path = Path(str(tmp_path)) / "hotline.sqlite"
    shutil.copy(str(sqlite_pattern), path)
    return f"sqlite:///{path}"


def numbers(count: int) -> list[str]:
    return [f"+86139{10000000 + number}" for number in range(count)]


async def test_every_lead_is_called_once_and_done(engine: Engine, make_campaign: Make, add_leads: Add) -> None:
    stored = make_campaign(max_calls=10, calls_per_second=50)
    add_leads(stored, *numbers(30))
    phones = Phones()
    campaign = Campaign(engine, stored, phones)
    assert await campaign.run() is True
    assert {(lead.state, lead.disposition) for lead in campaign.leads()} == {("done", "completed")}
    assert Counter(number for _, _, number, _ in phones.placed) == Counter(numbers(30))
    assert all(attempt.state == "ended" and attempt.answered_at for attempt in campaign.attempts())


async def test_caps_hold_for_the_campaign_and_for_all_together(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    stored = make_campaign(max_calls=7, calls_per_second=4)
    add_leads(stored, *numbers(40))
    phones = Phones()
    await Campaign(engine, stored, phones, whole=RateLimit(5, 0)).run()
    assert phones.most == 5
    times = [at for at, *_ in phones.placed]
    assert all(sum(at <= one < at + 1 for one in times) <= 4 for at in times)


async def test_two_campaigns_that_ask_the_law_at_once_keep_what_holds_for_all_together(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    phones, whole = Phones(), RateLimit(3, 2)
    both = []
    for name, few in (("autumn", numbers(40)[:20]), ("winter", numbers(40)[20:])):
        stored = make_campaign(name, max_calls=7, calls_per_second=4)
        add_leads(stored, *few)
        both.append(Campaign(engine, stored, phones, whole=whole).run())
    await asyncio.gather(*both)
    assert phones.most <= 3
    times = [at for at, *_ in phones.placed]
    assert len(times) == 40
    assert all(sum(at <= one < at + 1 for one in times) <= 2 for at in times)


async def test_busy_is_tried_again_by_rule_and_then_given_up(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    stored = make_campaign(**ALWAYS, retry={"busy": {"after": ["10m"], "most": 3}})
    add_leads(stored, *numbers(1))
    phones = Phones(others=Person([BUSY]))
    campaign = Campaign(engine, stored, phones)
    assert await campaign.run() is True
    times = [at for at, *_ in phones.placed]
    assert len(times) == 3
    assert all(600 <= after - before < 605 for before, after in itertools.pairwise(times))
    assert campaign.leads()[0].tries == {"busy": 3}


async def test_a_call_that_a_line_refuses_goes_over_the_next_one_within_the_same_attempt(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    stored = make_campaign()
    add_leads(stored, *numbers(1))
    phones = Phones(others=Person([NO_LINE, TALKS]))
    campaign = Campaign(engine, stored, phones)
    assert await campaign.run() is True
    (attempt,) = campaign.attempts()
    assert [one["code"] for one in attempt.lines] == [503, 0]
    assert len({line for *_, line in phones.placed}) == 2
    assert len({one for _, one, _, _ in phones.placed}) == 1
    assert campaign.leads()[0].disposition == "completed"


async def test_nobody_is_called_outside_the_hours_where_they_are(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    stored = make_campaign(
        hours=["mon-sun 09:00-12:02", "mon-sun 13:00-14:00"], calls_per_second=0.2, max_calls=10
    )  # fmt: skip
    add_leads(stored, *numbers(40))
    phones = Phones()
    await Campaign(engine, stored, phones).run(3600 * 2)
    assert len(phones.placed) == 40
    assert any(at < 120 for at, *_ in phones.placed)
    assert all(at < 121 or at >= 3600 for at, *_ in phones.placed)


async def test_the_clock_set_back_over_midnight_calls_nobody_twice_and_nobody_at_night(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    """The machine's clock is wrong by twelve hours and is set right while calls run."""
    stored = make_campaign(hours=["mon-sun 08:00-23:30"], max_calls=3, calls_per_second=1)
    add_leads(stored, *numbers(60))
    phones = Phones()
    campaign = Campaign(engine, stored, phones)

    async def set_right() -> None:
        await asyncio.sleep(30)
        campaign._began += 12 * 3600
        await asyncio.sleep(1)
        counted.append(len(phones.placed))
        await asyncio.sleep(600)
        counted.append(len(phones.placed))
        campaign._began += 9 * 3600

    counted: list[int] = []
    setting = asyncio.ensure_future(set_right())
    assert await campaign.run() is True
    await setting
    # Midnight in Shanghai: at most who had the permit already.
    assert counted[1] - counted[0] <= 1
    assert Counter(number for _, _, number, _ in phones.placed).most_common(1)[0][1] == 1


async def test_paused_it_places_nothing_and_keeps_no_lead(engine: Engine, make_campaign: Make, add_leads: Add) -> None:
    stored = make_campaign(max_calls=2, calls_per_second=5)
    add_leads(stored, *numbers(20))
    phones = Phones()
    campaign = Campaign(engine, stored, phones)
    run = asyncio.ensure_future(campaign.run())
    await asyncio.sleep(5)
    campaign.dialer.pause()
    await asyncio.sleep(60)
    placed = len(phones.placed)
    assert {lead.state for lead in campaign.leads()} <= {"new", "waiting", "done"}
    await asyncio.sleep(60)
    assert len(phones.placed) == placed
    campaign.dialer.resume()
    assert await run is True
    assert len(phones.placed) == 20


async def test_stopped_in_the_middle_of_fifty_calls_every_one_ends_and_every_lead_waits(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    stored = make_campaign(max_calls=50, calls_per_second=50)
    add_leads(stored, *numbers(80))
    phones = Phones(others=Person([replace(TALKS, talk_s=300.0)]))
    campaign = Campaign(engine, stored, phones)
    run = asyncio.ensure_future(campaign.run())
    await asyncio.sleep(4)
    assert phones.running == 50
    campaign.dialer.leave()
    campaign.dialer.hang_up()
    began = asyncio.get_running_loop().time()
    assert await run is False
    assert asyncio.get_running_loop().time() - began < 2
    assert phones.running == 0
    assert Counter(lead.state for lead in campaign.leads())["calling"] == 0
    assert {attempt.state for attempt in campaign.attempts()} == {"ended"}
    assert {attempt.disposition for attempt in campaign.attempts()} == {"stopped"}


async def test_when_every_line_fails_the_breaker_opens_tries_and_closes_again(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    stored = make_campaign(
        max_calls=10, calls_per_second=10, breaker={"window_s": 60, "share": 0.5, "least": 10, "rest_s": 60},
    )  # fmt: skip
    add_leads(stored, *numbers(60))
    phones = Phones(others=Person([NO_LINE]))
    campaign = Campaign(
        engine, stored, phones, lines=LineBook([Line(name="a")], LineSettings(seed=3), NOON.timestamp())
    )
    run = asyncio.ensure_future(campaign.run())
    await asyncio.sleep(50)
    burnt = len(phones.placed)
    assert burnt < 30
    assert campaign.states == ["open"]
    phones.others = Person([TALKS])
    assert await run is True
    assert campaign.states[-2:] == ["half-open", "closed"]
    assert {lead.disposition for lead in campaign.leads()} == {"completed"}


async def test_thirty_percent_of_503_are_tried_again_and_no_lead_is_lost(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    stored = make_campaign(max_calls=20, calls_per_second=10, frequency=[{"times": 50, "days": 1}])
    add_leads(stored, *numbers(50))
    people = {number: Person([NO_LINE, NO_LINE, TALKS]) for index, number in enumerate(numbers(50)) if index % 10 < 3}
    phones = Phones(people)
    campaign = Campaign(engine, stored, phones)
    assert await campaign.run() is True
    assert {lead.disposition for lead in campaign.leads()} == {"completed"}
    assert campaign.states == []


async def test_answers_without_any_sound_open_the_breaker(engine: Engine, make_campaign: Make, add_leads: Add) -> None:
    from models.cause import Cause

    deaf = Outcome("", Cause.RTP_SILENT, ringing_s=0.2, answered_s=1.0, talk_s=8.0)
    stored = make_campaign(max_calls=10, calls_per_second=5, breaker={"least": 10})
    add_leads(stored, *numbers(100))
    phones = Phones(others=Person([deaf]))
    campaign = Campaign(engine, stored, phones)
    await campaign.run(100)
    assert campaign.states == ["open"]
    assert len(phones.placed) < 40
    assert {attempt.disposition for attempt in campaign.attempts()} == {"silent"}


async def test_a_locked_database_places_no_call_that_is_not_written_and_loses_none(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    stored = make_campaign(max_calls=5, calls_per_second=5)
    add_leads(stored, *numbers(30))
    phones = Phones()
    campaign = Campaign(engine, stored, phones)
    work, locked = campaign.ports.work, [False]

    async def sometimes(what: object, *args: object, **values: object) -> object:
        if locked[0]:
            await asyncio.sleep(1)
            raise CannotDo("The database can't be written now (database is locked); nothing was changed: try again.")
        return await work(what, *args, **values)

    campaign.ports.work = sometimes
    run = asyncio.ensure_future(campaign.run())
    for _ in range(5):
        await asyncio.sleep(3)
        locked[0] = True
        placed = len(phones.placed)
        await asyncio.sleep(20)
        assert len(phones.placed) - placed <= 1
        locked[0] = False
    assert await run is True
    assert {lead.disposition for lead in campaign.leads()} == {"completed"}
    assert Counter(number for _, _, number, _ in phones.placed) == Counter(numbers(30))


async def test_who_opts_out_in_the_middle_of_a_prompt_is_listed_at_once_and_never_called_by_anybody(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    stored, other = make_campaign(), make_campaign("winter")
    add_leads(stored, *numbers(1))
    (lead,) = add_leads(other, *numbers(1))
    listed: list[str] = []

    def says_no(outgoing: Outgoing, call_id: str) -> None:
        outgoing.on_progress(Progress("opted-out", call_id, 3.0, {"how": "said", "words": "don't call me again"}))
        asyncio.get_running_loop().call_later(1.0, lambda: listed.append(campaign.leads()[lead - 1].state))

    phones = Phones(others=Person([replace(TALKS, opt_out=True, opt_out_how="said")]), on_answer=says_no)
    campaign = Campaign(engine, stored, phones)
    assert await campaign.run() is True
    assert listed == ["refused"]
    first, _ = campaign.leads()
    assert (first.state, first.disposition, first.grade) == ("done", "opted-out", "F")
    assert await Campaign(engine, other, phones).run() is True
    assert len(phones.placed) == 1


async def test_a_promise_is_called_at_its_time_before_all_others(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    five = NOON + timedelta(hours=1)
    stored = make_campaign(max_calls=1, calls_per_second=0.01)
    add_leads(stored, *numbers(1), priority=90, rank=90)
    add_leads(stored, *numbers(200)[1:])
    phones = Phones({numbers(1)[0]: Person([replace(TALKS, appointment=five), TALKS])})
    campaign = Campaign(engine, stored, phones)
    await campaign.run(4200)
    first, again = (at for at, _, number, _ in phones.placed if number == numbers(1)[0])
    assert first < 10
    assert 3600 <= again < 3600 + 130


async def test_a_lead_that_rings_out_is_let_ring_as_long_as_the_law_wants(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    stored = make_campaign(ring_seconds=20, retry={"no-answer": "never"})
    add_leads(stored, *numbers(1))
    phones = Phones(others=Person([NOBODY]))
    campaign = Campaign(engine, stored, phones)
    assert await campaign.run() is True
    (attempt,) = campaign.attempts()
    assert (attempt.ended_at - attempt.placed_at).total_seconds() >= 20
    assert campaign.leads()[0].disposition == "no-answer"


async def test_a_fault_of_the_database_that_is_no_sentence_ends_neither_campaign_nor_calls(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    stored = make_campaign(max_calls=5, calls_per_second=5)
    add_leads(stored, *numbers(5))
    phones = Phones()
    campaign = Campaign(engine, stored, phones)
    work, failures = campaign.ports.work, [3]

    async def broken(what: object, *args: object, **values: object) -> object:
        if failures[0] and getattr(what, "__name__", "") == "ask":
            failures[0] -= 1
            raise OperationalError("select", {}, Exception("database is locked"))
        return await work(what, *args, **values)

    campaign.ports.work = broken
    assert await campaign.run() is True
    assert {lead.disposition for lead in campaign.leads()} == {"completed"}


class Agents:
    """Agents by hand: so many are free."""

    def __init__(self, free: int) -> None:
        self.free, self.listener = free, lambda what, seconds: None
        self.waiting = 0

    def floor(self, queue: str) -> Floor:
        return Floor(self.free, waiting=self.waiting)

    def hinders(self, queue: str, extension: str) -> str:
        return "" if extension == "201" else "no such agent"

    def follow(self, queue: str, listener: Callable[[str, float], None]) -> Callable[[], None]:
        self.listener = listener
        return lambda: None


def handed_over(outgoing: Outgoing, call_id: str) -> None:
    outgoing.on_progress(Progress("handover", call_id, 2.5, {"target": "sales"}))


async def test_progressive_never_has_more_ringing_than_agents_are_free(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    stored = make_campaign(mode="progressive", queue="sales", max_calls=50, calls_per_second=50)
    add_leads(stored, *numbers(30))
    agents, phones = Agents(3), Phones(others=Person([replace(NOBODY), NOBODY]))
    campaign = Campaign(engine, stored, phones, agents=agents)
    await campaign.run(100)
    assert phones.most == 3
    agents.free = 0
    again = Campaign(engine, stored, phones, agents=agents)
    placed = len(phones.placed)
    await again.run(30)
    assert len(phones.placed) == placed
    assert again.dialer.why == "one a free agent"


async def test_who_answered_and_got_nobody_is_abandoned_counted_and_left_alone_for_72_hours(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    stored = make_campaign(mode="progressive", queue="sales")
    add_leads(stored, *numbers(1))
    left = replace(TALKS, talk_s=4.0, abandoned=True, turns=0)
    phones = Phones(others=Person([left, TALKS]), on_answer=handed_over)
    campaign = Campaign(engine, stored, phones, agents=Agents(1))
    await campaign.run(60)
    (attempt,), (lead,) = campaign.attempts(), campaign.leads()
    assert (attempt.abandoned, attempt.disposition, lead.state) == (True, "abandoned", "waiting")
    assert lead.due_at - attempt.ended_at >= timedelta(hours=72)
    assert campaign.dialer.pacing.all_days == Count(1, 1)
    assert campaign.dialer.lessons.figures.abandoned == 1


async def test_leads_without_a_free_line_hold_up_nobody_who_has_one(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    stored = make_campaign(max_calls=10, calls_per_second=5)
    home, abroad = numbers(12), [f"+1212555{number:04}" for number in range(100, 105)]
    add_leads(stored, *home)
    add_leads(stored, *abroad, due_at=NOON + timedelta(seconds=1))
    lines = LineBook(
        [Line(name="a", prefixes=["+86"], channels=1), Line(name="b", prefixes=["+1"])],
        LineSettings(seed=3),
        NOON.timestamp(),
    )
    phones = Phones(others=Person([replace(TALKS, talk_s=60.0)]))
    campaign = Campaign(engine, stored, phones, lines=lines)
    run = asyncio.ensure_future(campaign.run())
    await asyncio.sleep(50)
    assert {number for _, _, number, _ in phones.placed if number.startswith("+1")} == set(abroad)
    assert max(at for at, _, number, _ in phones.placed if number.startswith("+1")) < 15
    assert sum(number.startswith("+86") for _, _, number, _ in phones.placed) == 1
    assert await run is True
    assert {lead.state for lead in campaign.leads()} == {"done"}
    assert Counter(number for _, _, number, _ in phones.placed).most_common(1)[0][1] == 1


async def test_where_all_lines_are_full_leads_wait_in_hand_and_nothing_is_written(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    stored = make_campaign(max_calls=10, calls_per_second=5)
    add_leads(stored, *numbers(30))
    lines = LineBook([Line(name="a", channels=2)], LineSettings(seed=3), NOON.timestamp())
    campaign = Campaign(engine, stored, Phones(), lines=lines)
    assert await campaign.run() is True
    assert campaign.phones.most == 2
    with engine.connect() as connection:
        assert "lead.deferred" not in set(connection.scalars(select(CampaignEvent.name)))


async def test_a_list_that_begins_with_many_on_a_do_not_call_list_is_gone_through_at_once(
    engine: Engine, make_campaign: Make, add_leads: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.lead_store.ROUNDS", 3)
    stored = make_campaign(max_calls=1, calls_per_second=1)
    add_leads(stored, *numbers(201))
    with writing(engine) as connection:
        listed = list_named(connection, "national", NOON)
        put_numbers(connection, listed, [int(number[1:]) for number in numbers(200)], NOON)
    phones = Phones()
    await Campaign(engine, stored, phones).run(60)
    assert [number for _, _, number, _ in phones.placed] == numbers(201)[200:]
    assert phones.placed[0][0] < 2


async def test_what_a_flow_says_is_ready_before_the_law_is_asked(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    """Rendering may take longer than a permit holds."""
    stored = make_campaign()
    add_leads(stored, *numbers(1))
    phones = Phones()
    permits: list[bool] = []
    campaign = Campaign(engine, stored, phones)

    async def renders(flow: object) -> list[str]:
        await asyncio.sleep(120 if not permits else 0)
        return []

    phones.prepare = renders  # type: ignore[method-assign]
    phones.on_answer = lambda outgoing, call_id: permits.append(outgoing.permit.good(campaign.clock()))
    await campaign.run(200)
    assert permits == [True]
    assert phones.placed[0][0] > 119


@pytest.mark.parametrize(("after_s", "lines"), [(4.0, 2), (14.0, 2), (25.0, 1)])
async def test_another_line_is_tried_only_where_it_may_ring_as_long_as_the_law_wants(
    engine: Engine, make_campaign: Make, add_leads: Add, after_s: float, lines: int
) -> None:
    stored = make_campaign(ring_seconds=30)
    add_leads(stored, *numbers(1))
    phones, rings = Phones(others=Person([NO_LINE, NOBODY])), list[float]()
    call = phones.call

    async def slow(outgoing: Outgoing) -> Outcome:
        rings.append(outgoing.ring_seconds)
        if len(rings) == 1:
            await asyncio.sleep(after_s)
        return await call(outgoing)

    phones.call = slow  # type: ignore[method-assign]
    await Campaign(engine, stored, phones).run(100)
    assert len(rings) == lines
    assert min(rings) >= 15


async def test_who_is_handed_over_needs_an_agent_before_the_queue_knows_it(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    stored = make_campaign(mode="progressive", queue="sales", max_calls=50, calls_per_second=50)
    add_leads(stored, *numbers(10))
    phones = Phones(others=Person([replace(TALKS, talk_s=600.0)]), on_answer=handed_over)
    # The agent stays free, as one who isn't offered the call yet.
    campaign = Campaign(engine, stored, phones, agents=Agents(1))
    await campaign.run(60)
    assert len(phones.placed) == 1


async def test_an_agent_who_is_taken_while_the_law_is_asked_gets_no_call(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    stored = make_campaign(mode="progressive", queue="sales")
    add_leads(stored, *numbers(3))
    agents, phones = Agents(1), Phones(others=Person([NOBODY]))
    campaign = Campaign(engine, stored, phones, agents=agents)
    ask = campaign.dialer._ports.permission.ask

    def asked(*args: Any) -> Any:
        agents.free = 0
        return ask(*args)

    campaign.dialer._ports.permission.ask = asked  # type: ignore[method-assign, assignment]
    await campaign.run(30)
    assert not phones.placed
    assert {lead.lease_by for lead in campaign.leads()} == {""}, "put back when the dialler ended"


async def test_calls_that_rang_long_are_let_go_as_not_answered_when_no_agent_would_be_there(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    stored = make_campaign(mode="predictive", queue="sales", max_calls=50, calls_per_second=50)
    add_leads(stored, *numbers(3))
    agents, phones = Agents(3), Phones(others=Person([NOBODY]))
    campaign = Campaign(engine, stored, phones, agents=agents)
    running = asyncio.ensure_future(campaign.run(40))
    await asyncio.sleep(5)
    assert phones.running == 3
    agents.free, agents.waiting = 0, 1
    await asyncio.sleep(8)
    assert phones.running == 3, "not before the law's 15 seconds"
    await asyncio.sleep(4)
    assert phones.running == 0
    await running
    assert {attempt.disposition for attempt in campaign.attempts()} == {"no-answer"}
