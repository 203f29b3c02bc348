"""The boards in a real browser: a running call's text and alert come by themselves, to whom they are meant."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import Engine, insert, update

from models.call import Call, new_id
from models.database import open_engine
from models.event import Event
from models.queue_caller import QueueCaller
from models.turn import Turn
from tests.browser.conftest import Console, Open
from tests.browser.made_calls import EVIL

pytestmark = pytest.mark.browser
TITLES = {"en": "Calls names", "zh": "言语粗鲁"}
WORDS = {"en": "Where is my parcel", "zh": "我的快递在哪里"}
NOTE = {"en": "Take note", "zh": "确认"}
QUOTED = {"en": f"Caller: “{EVIL}”", "zh": f"来电者：“{EVIL}”"}


class Running:
    """A call that runs with agent 201, of the team "day"."""

    def __init__(self, engine: Engine, flow: str = EVIL) -> None:
        self.engine, self.id, self.turns = engine, new_id(), 0
        now = datetime.now(UTC)
        with engine.begin() as connection:
            connection.execute(insert(Call).values(
                id=self.id, node="n", state="answered", direction="inbound", caller="+4917100012345", called="100",
                origin="", language="en", flow=flow, flow_version="", started_at=now, answered_at=now, ended_at=None,
                seconds=None, cause="", code=0, words="",
            ))  # fmt: skip
            connection.execute(insert(QueueCaller).values(
                id=new_id(), call_id=self.id, node="n", queue="parcels", state="talking", caller="", language="en",
                tags=[], joined_at=now, credit_s=0.0, answered_at=now, ended_at=None, agent="201", data={},
            ))  # fmt: skip

    def say(self, words: str) -> None:
        self.turns += 1
        values: dict[str, Any] = dict.fromkeys(("intent", "digits"), "")
        with self.engine.begin() as connection:
            connection.execute(insert(Turn).values(
                call_id=self.id, number=self.turns, speaker="caller", text=words, start_s=float(self.turns),
                end_s=self.turns + 0.5, confidence=None, interrupted=False, language="en", timings={}, **values,
            ))  # fmt: skip

    def alert(self) -> None:
        data = {"scorecard": "manners", "rule": "names", "titles": TITLES, "words": EVIL, "second": 3, "agent": "201"}
        data["speaker"] = "caller"
        with self.engine.begin() as connection:
            connection.execute(
                insert(Event).values(id=new_id(), call_id=self.id, at=datetime.now(UTC), name="alert", data=data)
            )

    def end(self) -> None:
        now = datetime.now(UTC)
        with self.engine.begin() as connection:
            connection.execute(update(Call).where(Call.id == self.id).values(state="ended", ended_at=now, cause="busy"))
            stay = update(QueueCaller).where(QueueCaller.call_id == self.id)
            connection.execute(stay.values(state="served", ended_at=now))


@pytest.fixture
def running(console: Console) -> Iterator[Running]:
    engine = open_engine(f"sqlite:///{console.directory / 'hotline.sqlite'}")
    call = Running(engine)
    yield call
    call.end()
    engine.dispose()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_text_and_alerts_come_by_themselves_and_who_takes_note_is_seen_by_all(
    browse: Open, running: Running, language: str
) -> None:
    page, other = browse("sue", "/live", language), browse("nils", "/live", language)
    mine = browse("dana", "/me", language)
    call = page.locator(f"#call-{running.id}")
    expect(call).to_contain_text("…45")
    running.say(WORDS[language])
    running.say(EVIL)
    expect(call).to_contain_text(WORDS[language])
    expect(call).to_contain_text(EVIL)
    running.alert()
    # The hint first: it goes by itself after seconds, what is on the board stays.
    expect(mine.locator(".q-notification")).to_contain_text(TITLES[language])
    alert = page.locator(".live-alerts li", has_text=TITLES[language]).first
    expect(alert).to_contain_text(QUOTED[language])
    mine.goto("/my-call")
    expect(mine.locator(".live-alerts")).to_contain_text(TITLES[language])
    alert.get_by_role("button", name=NOTE[language]).click()
    expect(page.locator(".live-alerts li.noted").first).to_contain_text("sue")
    running.end()
    expect(call).to_have_count(0)
    assert other.locator(f"#call-{running.id}").count() == 0, "another team's"
    assert TITLES[language] not in other.locator("#main").inner_text()
    for one in (page, mine, other):
        assert "owned" not in one.title()
        assert not one.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_a_supervisor_without_a_server_is_told_so_and_it_is_on_the_trail(browse: Open, running: Running) -> None:
    page = browse("sue", "/live")
    page.get_by_label("Your phone (extension)").fill("299")
    page.locator(f"#call-{running.id}").get_by_role("button", name="Listen").click()
    told = page.locator(".q-notification", has_text="No Hotline runs")
    expect(told).to_be_visible()
    colours = [one.evaluate("one => getComputedStyle(one).color") for one in (told, told.get_by_role("button"))]
    assert colours == ["rgb(255, 255, 255)"] * 2, "the button is as easy to read as the words"
    trail = browse("ann", "/audit")
    expect(trail.locator("#main")).to_contain_text("Listened to a talk")


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("zh", 390)])
def test_the_quality_board_counts_the_own_teams_calls_and_leads_to_them(
    browse: Open, language: str, width: int
) -> None:
    page = browse("sue", "/quality?days=365&by=agent", language, width)
    expect(page.locator(".chart svg").first).to_be_visible()
    page.locator("details summary").first.click()
    expect(page.locator("details table").first).to_be_visible()
    rows = page.locator(".data-table").filter(has_not=page.locator("details")).locator("tbody tr")
    assert {row.locator("td").first.inner_text().split()[0] for row in rows.all() if row.is_visible()} >= {"201"}
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    link = page.locator('a[href^="/calls?"]:visible').first
    link.click()
    page.wait_for_url(lambda url: "/calls?" in url)
    expect(page.locator("#main")).to_be_visible()


def test_a_quality_board_without_calls_can_be_read_and_tells_of_those_that_come(browse: Open, console: Console) -> None:
    page = browse("quinn", "/quality?days=7&flow=newcomer", "zh")
    expect(page.locator("#main")).to_contain_text("请选择更长的时间范围")
    chosen = page.locator(".choices a.here").first
    assert chosen.evaluate("one => getComputedStyle(one).borderTopStyle") == "solid"
    engine = open_engine(f"sqlite:///{console.directory / 'hotline.sqlite'}")
    calls = [Running(engine, flow="newcomer") for _ in range(2)]
    try:
        calls[0].end()
        expect(page.locator(".tile .figure").first).to_have_text("2")
    finally:
        calls[1].end()
        engine.dispose()


def test_the_wall_has_big_figures_and_nobodys_words(browse: Open, running: Running) -> None:
    running.say(WORDS["en"])
    page = browse("quinn", "/wall", width=1600)
    figure = page.locator(".wall-figure").first
    expect(figure).not_to_have_text("–")
    expect(figure).not_to_have_text("0")
    text = page.locator("body").inner_text()
    assert WORDS["en"] not in text
    assert "45" not in text.replace("\n", " ").split()
    assert page.locator("header").count() == 0
