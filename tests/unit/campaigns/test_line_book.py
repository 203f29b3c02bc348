"""The book of lines: limits are kept, ends are learned from, failures rest a line and success brings it back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from bench.call_ends import ended, unanswered
from campaigns.line_book import Choice, LineBook
from campaigns.line_plan import Line
from campaigns.line_state import FAILURES, REST_S
from models.cause import Cause
from models.settings import LineSettings
from voice.call_outcome import Outcome

NUMBER = "+8613912345678"
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC).timestamp()
"""A Friday, in Shanghai."""


BUSY = unanswered(Cause.BUSY, 486, 2.0)
FAILED = unanswered(Cause.LINE_REFUSED, 500, None)


class Play:
    def __init__(self, *lines: dict[str, Any], spend_per_day: float = 0.0, **weights: Any) -> None:
        self.now = NOON
        self.down: set[str] = set()
        self.told: list[tuple[str, str, Mapping[str, Any]]] = []
        self.lines = [Line.model_validate({"name": f"l{nth}", **line}) for nth, line in enumerate(lines)]
        self.book = LineBook(
            self.lines,
            LineSettings.model_validate({"seed": 7, **weights}),
            NOON,
            healthy=lambda trunk: trunk not in self.down,
            tell=lambda *event: self.told.append(event),
            spend_per_day=spend_per_day,
        )

    def choose(self, **wanted: Any) -> Choice | None:
        return self.book.choose(NUMBER, now=self.now, country="CN", **wanted)

    def place(self, **wanted: Any) -> Choice:
        choice = self.choose(**wanted)
        assert choice is not None, self.book.no_line(NUMBER, now=self.now).sentence
        self.book.placed(choice)
        return choice

    def call(self, end: Outcome = BUSY, **wanted: Any) -> Choice:
        choice = self.place(**wanted)
        self.book.ended(choice, end, self.now)
        return choice

    def why(self) -> str:
        return self.book.no_line(NUMBER, now=self.now, country="CN").lines[0][1]


PRICED = {"currency": "CNY", "prices": {"+86": 0.06}}


def test_a_choice_says_all_that_placing_the_call_needs():
    play = Play({"trunk": "carrier", "numbers": ["+862161234567"], "dial": {"+86": "0"}, "codecs": ["PCMA"], **PRICED})
    choice = play.place()
    assert (choice.line, choice.trunk, choice.dialled) == ("l0", "carrier", "013912345678")
    assert (choice.caller_number, choice.codecs) == ("+862161234567", ("PCMA",))
    assert (choice.estimate, choice.currency) == (0.06, "CNY")
    assert choice.document()["lines"][0]["line"] == "l0"


def test_channels_are_never_more_than_there_are_and_come_back():
    play = Play({"channels": 2})
    first = play.place()
    play.place()
    assert play.choose() is None
    assert "channels" in play.why()
    play.book.ended(first, ended(), play.now)
    assert play.choose() is not None


def test_calls_a_second_are_kept_in_any_second():
    play = Play({"calls_per_second": 5})
    placed = []
    for _ in range(400):
        if play.choose():
            play.place()
            placed.append(play.now)
        play.now += 0.01
    assert len(placed) >= 16
    assert all(sum(1 for at in placed if 0 <= at - begin < 1.0) <= 5 for begin in placed)
    play.now = placed[-1] + 0.01
    assert play.now < play.book.no_line(NUMBER, now=play.now, country="CN").until <= placed[-1] + 1.1


def test_the_estimate_is_reserved_until_the_end_says_what_it_cost():
    play = Play({**PRICED, "spend_per_day": 0.13})
    first = play.place()
    second = play.place()
    assert play.choose() is None
    assert "spend limit" in play.why()
    assert play.book.ended(first, BUSY, play.now) == 0.0
    assert play.choose() is not None
    assert play.book.ended(second, ended(talk_s=61.0), play.now) == pytest.approx(0.12)
    assert play.choose() is None
    assert play.told == []


def test_a_limit_that_is_reached_is_told_once_a_day_and_over_at_midnight():
    play = Play({**PRICED, "spend_per_day": 0.1, "timezone": "Asia/Shanghai"})
    play.call(ended(talk_s=119.0))
    assert play.told == [("line.spend-limit", "l0", {"spent": 0.12, "limit": 0.1})]
    assert play.choose() is None
    play.now += 11 * 3600 + 59 * 60
    assert play.choose() is None
    play.now += 61
    assert play.choose() is not None
    assert play.book.documents(play.now)[0]["cost"] == 0


def test_all_lines_together_keep_the_servers_limit():
    play = Play(PRICED, PRICED, spend_per_day=0.13)
    play.place()
    play.place()
    assert play.choose() is None


def test_a_line_that_asked_for_it_is_left_alone_so_long():
    play = Play({}, {})
    refused = unanswered(Cause.CONGESTION, 503, None, retry_after=20)
    first = play.call(refused)
    others = {play.call().line for _ in range(20)}
    assert others == {"l0", "l1"} - {first.line}
    assert play.told[0] == ("line.rested", first.line, {"seconds": 20.0, "why": "503 with Retry-After"})
    play.now += 20.1
    assert {play.call().line for _ in range(20)} == {"l0", "l1"}


def test_failures_in_a_row_rest_a_line_longer_each_time_and_one_that_rings_forgives_all():
    play = Play({})
    for rest_s in (REST_S, 2 * REST_S):
        for _ in range(FAILURES):
            play.call(FAILED)
        assert play.told[-1] == ("line.rested", "l0", {"seconds": rest_s, "why": "failures in a row"})
        assert play.choose() is None
        assert play.book.no_line(NUMBER, now=play.now).until == play.now + rest_s
        play.now += rest_s + 0.1
    for _ in range(FAILURES - 1):
        play.call(FAILED)
    play.call(BUSY)
    play.call(FAILED)
    assert play.choose() is not None


def test_a_trunk_that_answers_its_health_checks_again_needs_no_further_rest():
    play = Play({})
    for _ in range(FAILURES):
        play.call(FAILED)
    play.down.add("l0")
    play.now += 2
    assert "health checks" in play.why()
    play.down.clear()
    play.now += 2
    assert play.choose() is not None


def test_a_line_is_used_within_its_hours():
    play = Play({"hours": ["mon-fri 09:00-12:30"], "timezone": "Asia/Shanghai"})
    assert play.choose() is not None
    play.now += 1800
    assert play.choose() is None
    assert play.book.no_line(NUMBER, now=play.now).until == NOON + (2 * 24 + 21) * 3600
    play.now = NOON + (2 * 24 + 21) * 3600
    assert play.choose() is not None


def test_lines_that_were_tried_are_not_asked_again_for_the_same_attempt():
    play = Play({}, {})
    first = play.call(FAILED)
    second = play.call(tried=(first.line,))
    assert second.line != first.line
    assert play.choose(tried=(first.line, second.line)) is None


def test_it_is_said_whether_waiting_helps():
    play = Play({"prefixes": ["+44"]})
    never = play.book.no_line(NUMBER, now=play.now, country="CN")
    assert never.never
    assert "at all" in never.sentence
    assert "international form" in play.book.no_line("139", now=play.now).sentence
    assert "hotline lines add" in Play().book.no_line(NUMBER, now=NOON).sentence


def test_the_answer_rate_that_is_learned_moves_the_calls():
    play = Play({}, {})
    for _ in range(600):
        choice = play.place()
        play.book.ended(choice, ended() if choice.line == "l1" and play.now % 2 < 1 else BUSY, play.now)
        play.now += 0.37
    assert sum(play.call(ended()).line == "l1" for _ in range(50)) > 45


def test_a_campaigns_own_percentages_count_for_that_campaign_alone():
    play = Play({}, {})
    lines = [play.call(campaign="spring", shares={"l0": 70, "l1": 30}).line for _ in range(100)]
    assert lines.count("l0") == 70
    assert play.call().line in ("l0", "l1")


def test_lines_that_are_edited_keep_what_is_known_of_them():
    play = Play({"channels": 2, "numbers": ["+862161234567"], "number_per_day": 5}, {**PRICED, "enabled": False})
    running = play.place()
    for _ in range(2):
        play.call(BUSY)
    edited = [play.lines[1].model_copy(update={"enabled": True}), play.lines[0].model_copy(update={"channels": 1})]
    play.book.take_up(edited, play.now)
    documents = {one["name"]: one for one in play.book.documents(play.now)}
    assert documents["l0"]["calls"] == 1
    assert documents["l0"]["attempts"] == 3
    assert documents["l0"]["state"] == "full"
    assert play.place().line == "l1"
    play.book.ended(running, ended(), play.now)
    assert play.book.documents(play.now)[1]["calls"] == 0
    play.book.take_up([], play.now)
    assert play.choose() is None


def test_a_line_that_is_taken_out_and_put_back_has_its_spend_and_counts_meanwhile_for_the_server():
    play = Play({**PRICED, "spend_per_day": 0.13}, {**PRICED}, spend_per_day=0.30)
    play.call(ended(talk_s=60.0), lines=["l0"])
    running = play.place(lines=["l0"])
    assert play.book.take_up(play.lines[1:], play.now) == set()
    assert play.book.spent == pytest.approx(0.12)
    assert play.book.ended(running, ended(talk_s=61.0), play.now) == pytest.approx(0.12)
    assert play.book.spent == pytest.approx(0.18)
    assert play.book.take_up(play.lines, play.now) == set()
    assert play.book.spent == pytest.approx(0.18)
    assert play.choose(lines=["l0"]) is None
    play.book.take_up(play.lines[1:], play.now)
    play.now += 86_400
    assert play.choose(lines=["l1"]) is not None
    assert play.book.spent == 0.0
    play.book.take_up(play.lines, play.now)
    assert play.choose(lines=["l0"]) is not None
