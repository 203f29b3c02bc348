"""An agent's hints: new alerts of the talk that goes on, and of no other."""

from console.live_snapshot import Alarm, Place, RunningCall, Snapshot
from console.pages.my_call import Hints

MINE, OTHERS = Place(frozenset({"201"})), Place(frozenset({"202"}))


def _look(number: int, agent: str = "201", **alerts: tuple[Place, int]) -> Snapshot:
    calls = {key: RunningCall(key, place, {"agent": agent}, {}, {}, ()) for key, (place, _) in alerts.items()}
    found = {key: Alarm(key, key, place, {"count": count}) for key, (place, count) in alerts.items()}
    return Snapshot(number, calls, found)


def _told(hints: Hints, snapshot: Snapshot) -> list[str]:
    return [one.key for one in hints.take(snapshot)]


def test_what_was_there_before_is_not_told_and_what_is_new_is_told_once() -> None:
    hints = Hints("201")
    assert _told(hints, _look(1, a=(MINE, 1))) == []
    assert _told(hints, _look(2, a=(MINE, 1), b=(MINE, 1))) == ["b"]
    assert _told(hints, _look(3, a=(MINE, 1), b=(MINE, 1))) == []
    assert _told(hints, _look(4, a=(MINE, 2), b=(MINE, 1))) == ["a"]


def test_another_agents_call_is_none_of_it() -> None:
    hints = Hints("201")
    hints.take(_look(1))
    assert _told(hints, _look(2, a=(OTHERS, 1))) == []


def test_a_call_that_was_passed_on_is_not_the_own_talk_any_more() -> None:
    hints = Hints("201")
    hints.take(_look(1))
    assert _told(hints, _look(2, agent="202", a=(MINE, 1))) == []
