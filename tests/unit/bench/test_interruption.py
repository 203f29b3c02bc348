"""What the interruption bench says of measurements that are made up."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from bench.interruption import Echo, Sound, judge, tell_echo, tell_false_stops, tell_interruptions, words
from bench.records import HeardTurn
from bench.report import Report, Row
from dialplans.backchannel import is_backchannel
from voice.synthetic_caller import Frame, Spoken, SyntheticCaller

SAMPLES = np.zeros(160, dtype=np.int16)
GOOD = Sound("human", SAMPLES, spoken=Spoken(10.0, 11.0), silent_after=0.2, stopped=True)
HARMLESS = Sound("backchannel", SAMPLES, spoken=Spoken(10.0, 10.3))
LOUD, QUIET = b"\x00" * 160, b"\xff" * 160


def _rows(true: Sequence[Sound] = (), false: Sequence[Sound] = ()) -> dict[str, Row]:
    report = Report("made up", "")
    if true:
        tell_interruptions(report, true)
    if false:
        tell_false_stops(report, false)
    return {row.name: row for row in report.rows}


def _missed(rows: dict[str, Row]) -> set[str]:
    return {name for name, row in rows.items() if not row.kept}


def test_fifty_good_interruptions_keep_every_bound() -> None:
    assert _missed(_rows(true=[GOOD] * 50)) == set()


def test_a_robot_that_never_speaks_misses() -> None:
    missed = _missed(_rows(true=[replace(GOOD, spoken=None)] * 50))
    assert missed == {"silence after onset p95", "interruptions made"}


def test_an_interruption_that_was_not_made_misses() -> None:
    assert _missed(_rows(true=[GOOD] * 49 + [replace(GOOD, spoken=None)])) == {"interruptions made"}


def test_one_robot_that_goes_on_speaking_misses() -> None:
    assert _missed(_rows(true=[GOOD] * 49 + [replace(GOOD, stopped=False)])) == {"went on speaking"}


def test_one_robot_that_never_fell_silent_misses() -> None:
    assert _missed(_rows(true=[GOOD] * 49 + [replace(GOOD, silent_after=None)])) == {"never fell silent"}


def test_stops_that_were_resumed_are_false_stops_too() -> None:
    rows = _rows(false=[replace(HARMLESS, resumed=True)] * 11 + [HARMLESS] * 89)
    assert rows["false stops: stopped and resumed"].value == 11
    assert rows["false stops, all"].value == 11
    assert _missed(rows) == {"false stops, all", "false stops: stopped and resumed"}


def test_two_stops_for_good_and_two_resumed_are_four_false_stops() -> None:
    some = [replace(HARMLESS, stopped=True)] * 2 + [replace(HARMLESS, resumed=True)] * 2
    assert _missed(_rows(false=some + [HARMLESS] * 96)) == {"false stops, all"}


def test_sounds_that_were_never_made_miss() -> None:
    missed = _missed(_rows(false=[replace(HARMLESS, spoken=None)] * 100))
    assert "sounds made that are no interruption" in missed
    assert {"false stops, all", "false stops: stopped for good", "false stops: stopped and resumed"} < missed


@pytest.mark.parametrize(
    ("echo", "missed"),
    [
        (Echo(spoke=55), set()),
        (Echo(spoke=0), {"echo at -25 dB: the robot was heard for"}),
        (Echo(spoke=55, stopped=1), {"echo at -25 dB: stopped for good"}),
        (Echo(spoke=55, resumed=1), {"echo at -25 dB: stopped and resumed"}),
        (Echo(spoke=55, taken_for_the_callers=1), {"echo at -25 dB: turns taken for the caller's"}),
    ],
)
def test_an_echo_misses_when_the_robot_was_silent_or_stopped(echo: Echo, missed: set[str]) -> None:
    report = Report("made up", "")
    tell_echo(report, echo, 60)
    assert _missed({row.name: row for row in report.rows}) == missed


def test_the_echoes_of_two_languages_are_judged_together() -> None:
    assert Echo(20, 1, 0, 2) + Echo(25, 0, 3, 0) == Echo(45, 1, 3, 2)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_sound_is_both_an_interruption_and_a_backchannel(language: str) -> None:
    assert all(is_backchannel(word) for word in words("backchannels", language))
    assert not any(is_backchannel(word) for word in words("interruptions", language))


def _heard(began: float, ended: float) -> list[Frame]:
    count = round((ended - began) / 0.02)
    return [Frame(began + index * 0.02, index, index * 160, LOUD) for index in range(count)]


def _judged(robot: list[Frame], turns: Sequence[HeardTurn], resumed: Sequence[float]) -> Sound:
    caller = SyntheticCaller(("127.0.0.1", 5060), "127.0.0.1")
    caller.heard += robot
    caller.sent += _heard(110.0, 110.3)
    sound = Sound("backchannel", SAMPLES, spoken=Spoken(110.0, 110.3))
    judge(sound, caller, turns, 100.0, resumed)
    return sound


def test_a_robot_that_went_on_after_a_gap_has_resumed() -> None:
    sound = _judged(_heard(105, 110.2) + _heard(110.8, 114), [], [110.7])
    assert (sound.stopped, sound.resumed) == (False, True)
    assert sound.silent_after == pytest.approx(0.18)
    assert sound.silent_for == pytest.approx(0.62)


def test_a_robot_that_was_interrupted_in_the_end_has_stopped_for_good_though_it_resumed_before() -> None:
    turn = HeardTurn(1, "robot", "", 1.0, 10.5, True, "", {})
    sound = _judged(_heard(105, 110.2), [turn], [110.7])
    assert (sound.stopped, sound.resumed) == (True, False)


def test_a_robot_that_speaks_on_did_neither() -> None:
    sound = _judged(_heard(105, 114), [HeardTurn(1, "robot", "", 1.0, 30.0, True, "", {})], [])
    assert (sound.stopped, sound.resumed, sound.silent_after) == (False, False, None)
