"""The board of campaigns in the browser: what its rows say of campaigns and calls, in both languages."""

import inspect
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from campaigns import dialer
from campaigns.disposition import Disposition
from campaigns.pacing import Floor, Mode, Pacing
from campaigns.pacing_rules import PacingRules
from campaigns.rate_limit import Limits
from console.dialling_words import result_in, why_in
from console.pages import campaigns
from console.phrases import Phrases

PHRASES = Phrases.load()
CHINESE = "[一-鿿]"
SAID = {
    "one a free agent": "每名空闲坐席一通",
    "one a free agent: 3 agents, fewer than 6": "每名空闲坐席一通：坐席 3 名，少于 6 名",
    "one a free agent: 4 of 80 abandoned, the cap of the window": "每名空闲坐席一通：最近 80 通中放弃 4 通，已达上限",
    "2.5 a free agent": "每名空闲坐席 2.5 通",
    "risk up to 0.0250": "已达放弃风险允许的呼叫数",
    "other servers on this database have this cap just now": "上限正被同一数据库的其他服务器占用",
    "paused": "已暂停",
    "": "",
}


def said(language: str) -> Any:
    """Return a visit that only says things."""
    return Said(language)


class Said:
    zone = UTC

    def __init__(self, language: str) -> None:
        self.language, self.phrases = language, PHRASES

    def say(self, key: str, **fields: object) -> str:
        return self.phrases.say(self.language, key, **fields)


def test_an_open_breaker_is_marked_and_has_its_reason() -> None:
    visit = said("en")
    why = "the circuit breaker is open: failures jumped"
    one = {
        "name": "autumn", "state": "tripped", "mode": "robot", "leads": {"new": 3}, "running": 0, "day": {},
        "abandoned_percent": 0.0, "cap_percent": 3.0, "live": {"ringing": 0, "talking": 0, "why": why},
    }  # fmt: skip
    row = campaigns._campaign(visit, one)
    assert row["cells"]["state"] == "tripped: too many failures"
    assert row["classes"]["state"] == "bad"
    assert row["cells"]["why"] == why
    assert "resume" in row["actions"]


@pytest.mark.parametrize("why", sorted(SAID))
def test_why_nothing_is_dialled_is_in_the_readers_language(why: str) -> None:
    assert why_in(said("zh"), why) == SAID[why]
    assert why_in(said("en"), why).isascii()


def test_all_that_diallers_say_by_themselves_is_known() -> None:
    floor = Floor(free=0)
    modes: tuple[Mode, ...] = ("preview", "progressive", "ratio", "predictive")
    reasons = [Pacing(mode, PacingRules()).decide(floor, (), 0.0).why for mode in modes]
    reasons += [Limits().why, Pacing("predictive", PacingRules(least_agents=0)).decide(floor, (), 0.0).why]
    ours = ["the circuit breaker is open: failures jumped", "no lead is due where it is calling time", "paused"]
    for why in ours:
        assert f'"{why}"' in inspect.getsource(dialer)
    for why in (*reasons, *ours):
        assert re.search(CHINESE, why_in(said("zh"), why)), why


def test_what_only_a_line_or_a_flow_complains_of_stays_as_it_is() -> None:
    assert why_in(said("zh"), "Line 'telecom-a' rests for 30 s.") == "Line 'telecom-a' rests for 30 s."


def test_what_a_call_came_to_is_in_the_readers_language() -> None:
    for language, found in {"en": ["no-such-number", "talking", "lost"], "zh": ["空号", "通话中", "中断"]}.items():
        asked = [("no-such-number", "ended"), ("", "answered"), ("", "lost")]
        assert [result_in(said(language), disposition, state) for disposition, state in asked] == found
    for one in Disposition:
        assert re.search(CHINESE, result_in(said("zh"), str(one), "ended")), one


def test_an_agent_is_called_by_name() -> None:
    one = {
        "placed_at": datetime(2026, 11, 22, 6, 12, tzinfo=UTC), "number": "+8613930000007", "line": "network",
        "disposition": "handed-over", "state": "ended", "answered_by": "human", "grade": "A", "talk_s": 2.0,
        "agent": "201",
    }  # fmt: skip
    cells = campaigns._attempt(said("zh"), one, {"201": "Anna Li"})["cells"]
    assert (cells["agent"], cells["by"], cells["result"]) == ("201 Anna Li", "真人", "转人工")
