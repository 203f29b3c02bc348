"""Calls a second: what counts is when a call leaves, over whichever line, for the campaign, the line and the whole."""

import asyncio
import itertools
import shutil
from pathlib import Path

import pytest
from sqlalchemy import Engine

from campaigns.line_book import LineBook
from campaigns.line_plan import Line
from campaigns.rate_limit import RateLimit
from models.settings import LineSettings
from tests.unit.campaigns.conftest import NOON, Add, Make
from tests.unit.campaigns.dialled import NO_LINE, TALKS, Campaign, Person, Phones

pytestmark = pytest.mark.looptime
NOW_AND_THEN_SLOW = (0.3, *[0.001] * 6)


@pytest.fixture
def database_url(tmp_path: Path, sqlite_pattern: Path) -> str:
    """One kind of database is enough here: the store's own tests have both."""
    path = tmp_path / "hotline.sqlite"
    shutil.copy(sqlite_pattern, path)
    return f"sqlite:///{path}"


def numbers(count: int, beginning: int = 0) -> list[str]:
    return [f"+86139{10000000 + number}" for number in range(beginning, beginning + count)]


def densest(phones: Phones) -> int:
    times = [at for at, *_ in phones.placed]
    return max(sum(at <= one < at + 1 for one in times) for at in times)


def one_line(a_second: float) -> LineBook:
    return LineBook([Line(name="a", calls_per_second=a_second)], LineSettings(seed=3), NOON.timestamp())


@pytest.mark.parametrize(
    ("names", "own", "line", "whole"),
    [(["autumn"], 6, 0, 0), (["autumn", "winter"], 50, 6, 0), (["autumn", "winter"], 50, 0, 6)],
    ids=["campaign", "line", "whole"],
)
async def test_no_second_has_more_calls_than_its_cap_when_the_database_takes_its_time_to_write_them(
    engine: Engine, make_campaign: Make, add_leads: Add, names: list[str], own: float, line: float, whole: float
) -> None:
    phones, lines, limit, all_of_them = Phones(), one_line(line), RateLimit(0, whole), list[Campaign]()
    for order, name in enumerate(names):
        stored = make_campaign(name, max_calls=50, calls_per_second=own)
        add_leads(stored, *numbers(40, 40 * order))
        campaign = Campaign(engine, stored, phones, lines=lines, whole=limit)
        campaign.writing_s = itertools.cycle(NOW_AND_THEN_SLOW)
        all_of_them.append(campaign)
    await asyncio.gather(*(one.run() for one in all_of_them))
    assert len(phones.placed) == 40 * len(names)
    assert densest(phones) == 6, "the cap is kept, and used"


async def test_a_call_goes_over_the_next_line_when_it_is_its_turn_at_what_all_may_call_a_second(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    stored = make_campaign(max_calls=20, calls_per_second=5, frequency=[{"times": 50, "days": 1}])
    add_leads(stored, *numbers(30))
    refused = set(numbers(30)[::3])
    phones = Phones({number: Person([NO_LINE, TALKS]) for number in refused})
    campaign = Campaign(engine, stored, phones, whole=RateLimit(0, 3))
    assert await campaign.run() is True
    assert densest(phones) == 3
    assert len(campaign.attempts()) == 30
    codes = {one.number: [line["code"] for line in one.lines] for one in campaign.attempts()}
    assert codes == {number: [503, 0] if number in refused else [0] for number in numbers(30)}


async def test_where_its_turn_comes_too_late_to_ring_a_call_ends_as_the_first_line_ended_it(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    stored = make_campaign(calls_per_second=0.1, ring_seconds=15, retry={"congestion": "never"})
    add_leads(stored, *numbers(1))
    phones = Phones(others=Person([NO_LINE, TALKS]))
    campaign = Campaign(engine, stored, phones)
    assert await campaign.run(30) is True
    (attempt,) = campaign.attempts()
    assert ([one["code"] for one in attempt.lines], attempt.disposition) == ([503], "congestion")
    assert (attempt.ended_at - attempt.placed_at).total_seconds() < 1


async def test_a_call_that_waits_for_its_turn_over_another_line_ends_when_the_operator_stops(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    stored = make_campaign(calls_per_second=0.1, ring_seconds=30)
    add_leads(stored, *numbers(1))
    phones = Phones(others=Person([NO_LINE, TALKS]))
    campaign = Campaign(engine, stored, phones)
    run = asyncio.ensure_future(campaign.run())
    await asyncio.sleep(3)
    campaign.dialer.leave()
    campaign.dialer.hang_up()
    began = asyncio.get_running_loop().time()
    assert await run is False
    assert asyncio.get_running_loop().time() - began < 1
    assert len(phones.placed) == 1
