"""Shares of caps: at no moment do all servers together use more than a cap, however they come, go and look."""

import random
from dataclasses import dataclass, field

import pytest

from campaigns.shares import Cap, Kind, Pulse, divide, fair


def seats(whole: float, mine: float = 0.0) -> Cap:
    return Cap(Kind.SEATS, whole, mine)


def test_who_is_alone_has_all_and_who_comes_has_nothing_until_the_others_have_given_it_away() -> None:
    assert divide({"calls": seats(10, 10)}, [], 0, 0).usable is None
    newcomer = divide({"calls": seats(10)}, [None], 1, 0)
    assert newcomer.usable == newcomer.held == {"calls": 0}
    first = divide({"calls": seats(10, 10)}, [{}], 0, 0)
    assert first.usable == {"calls": 5}, "it stops using it at once"
    assert first.held == {"calls": 10}, "and gives it away with the next word"
    assert divide({"calls": seats(10, 5)}, [{}], 0, 0).held == {"calls": 5}
    assert divide({"calls": seats(10)}, [{"calls": 5}], 1, 0).usable == {"calls": 5}


def test_calls_that_run_are_held_until_they_end() -> None:
    found = divide({"calls": seats(4, 4)}, [{}, {}], 0, 0)
    assert found.held == {"calls": 4}
    assert divide({"calls": seats(4)}, [found.held or {}, {}], 1, 0).usable == {"calls": 0}


@pytest.mark.parametrize("kind", [Kind.SEATS, Kind.RATE])
@pytest.mark.parametrize("whole", [0.1, 0.5, 1, 1.5, 2, 2.5, 5, 7.3, 60])
@pytest.mark.parametrize("servers", [1, 2, 3, 4])
def test_parts_make_the_whole_and_no_second_has_more_calls_than_it_may(kind: Kind, whole: float, servers: int) -> None:
    parts = [fair(Cap(kind, whole, 0), seat, servers) for seat in range(servers)]
    assert sum(parts) == pytest.approx(whole)
    # A rate below 1 is one call in so many seconds; else as many whole calls in any second.
    assert sum(max(1, int(part)) for part in parts if part > 0) <= max(1, int(whole))


def test_what_cannot_be_shared_out_goes_round() -> None:
    owners = {
        next(place for place in (0, 1) if divide({"calls": seats(1)}, [{}], place, turn).usable == {"calls": 1})
        for turn in (0, 1)
    }
    assert owners == {0, 1}


def test_of_money_each_may_spend_what_it_has_spent_and_its_part_of_what_is_left() -> None:
    cap = Cap(Kind.MONEY, 100, mine=0, used=20, theirs=40)
    assert divide({"spend": cap}, [{"spend": 50}], 0, 0).usable == {"spend": 40}
    assert divide({"spend": cap}, [{"spend": 80}], 0, 0).usable == {"spend": 20}, "what others hold is theirs"


def test_a_server_is_dead_that_has_stood_still_for_the_lease_by_ones_own_clock() -> None:
    pulse = Pulse(15.0)
    assert pulse.dead({"a": 7, "b": 1}, 100.0) == set()
    assert pulse.dead({"a": 7, "b": 2}, 114.0) == set()
    assert pulse.dead({"a": 7, "b": 2}, 115.0) == {"a"}
    assert pulse.dead({"b": 2}, 128.0) == set()
    assert pulse.dead({"a": 7, "b": 3}, 129.0) == set(), "one who comes back is new"


@dataclass
class Server:
    """One that looks now and then: between looks it uses as much as it may."""

    applied: dict[str, float] = field(default_factory=dict)
    used: dict[str, float] = field(default_factory=dict)


CAPS = {"calls line a": (Kind.SEATS, 5), "calls": (Kind.SEATS, 1), "rate": (Kind.RATE, 2.5), "spend": (Kind.MONEY, 60)}


@pytest.mark.parametrize("seed", range(30))
def test_servers_that_come_go_and_look_at_any_time_never_use_more_than_a_cap(seed: int) -> None:
    """Whoever goes is dead at once for all: nothing of its may be in use any more, but for what it spent."""
    chance, rows, servers = random.Random(seed), dict[str, dict[str, float] | None](), dict[str, Server]()
    spent_by_the_dead = 0.0
    for step in range(300):
        if chance.random() < 0.03 and len(servers) < 4:
            servers[f"server {step}"] = Server()
        if chance.random() < 0.01 and len(servers) > 1:
            name = chance.choice(list(servers))
            spent_by_the_dead += servers.pop(name).used.get("spend", 0.0)
            rows.pop(name, None)
        if not servers:
            continue
        node = chance.choice(list(servers))
        one = servers[node]
        others = [dict(held) if held is not None else None for name, held in rows.items() if name != node]
        caps = {}
        for name, (kind, whole) in CAPS.items():
            used = one.used.get(name, 0.0)
            if kind is Kind.MONEY:
                theirs = sum(other.used.get(name, 0.0) for other in servers.values()) - used
                mine = min(one.applied.get(name, 0.0), whole)
                caps[name] = Cap(kind, whole - spent_by_the_dead, mine, used, theirs)
            else:
                caps[name] = Cap(kind, whole, max(used, one.applied.get(name, 0.0)))
        found = divide(caps, others, sorted(servers).index(node), step // 50)
        rows[node] = found.held
        one.applied = {name: caps[name].whole for name in CAPS} if found.usable is None else found.usable
        for name, (kind, _) in CAPS.items():
            if chance.random() < 0.7:
                # Money that is spent doesn't come back; calls that run end when they like.
                least = one.used.get(name, 0.0) if kind is not Kind.RATE else 0.0
                one.used[name] = max(least, chance.uniform(0, 1) * one.applied[name])
            if kind is not Kind.MONEY and chance.random() < 0.4:
                one.used[name] = min(one.used.get(name, 0.0), one.applied[name])
        for name, (kind, whole) in CAPS.items():
            in_use = sum(other.used.get(name, 0.0) for other in servers.values())
            assert in_use <= whole - (spent_by_the_dead if kind is Kind.MONEY else 0.0) + 1e-9, (step, name)
