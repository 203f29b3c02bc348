"""Matching: what must hold of every decision, and that decisions are the best there are where all can be tried."""

import random
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queues.candidates import NEVER, Candidate
from queues.matching import Matching, Pair, match
from queues.plan import STRATEGIES, Need, Queue, Relax
from queues.strategies import FIRST_OF_ALL, FrozenStrategy, familiar_weight
from queues.waiter import Waiter, Wish, wish_of

steady = settings(derandomize=True, database=None, deadline=None)
NOW = 1000.0
MIX: FrozenStrategy = (("ability", 2.0), ("familiar", 0.5), ("longest-idle", 1.0))
EXTENSIONS = ("11", "12", "13", "14")

levels = st.integers(1, 4)
skills = st.dictionaries(st.sampled_from("abc"), levels, max_size=3)
needs = st.builds(
    lambda skill, level, after, lower: Need(skill, level, (Relax(after, min(lower, level - 1)),) if after else ()),
    st.sampled_from("abc"), levels, st.sampled_from([0, 60, 600]), st.integers(0, 2),
)  # fmt: skip
wishes = st.builds(
    Wish,
    st.lists(needs, max_size=2, unique_by=lambda need: need.skill).map(tuple),
    st.sampled_from(["", "en", "zh"]),
    st.sampled_from([0.0, 300.0]),
    st.sampled_from([*STRATEGIES, MIX]),
)


def waiters(most: int) -> st.SearchStrategy[list[Waiter]]:
    """Return up to `most` waiters with the call ids c0, c1 …"""
    one = st.builds(
        Waiter,
        call_id=st.just(""),
        wish=wishes,
        joined=st.sampled_from([0.0, 500.0, 900.0, NOW]),
        points=st.sampled_from([0.0, 5.0]),
        familiar=st.lists(st.sampled_from(EXTENSIONS), max_size=2, unique=True).map(tuple),
        avoid=st.sampled_from([frozenset(), frozenset({"11"}), frozenset({"12", "13"})]),
    )
    return st.lists(one, max_size=most).map(lambda many: [replace(w, call_id=f"c{n}") for n, w in enumerate(many)])


def candidates(most: int) -> st.SearchStrategy[list[Candidate]]:
    """Return up to `most` candidates with different extensions."""
    one = st.builds(
        Candidate,
        extension=st.sampled_from(EXTENSIONS),
        skills=skills,
        languages=st.sampled_from([(), ("en",), ("zh", "en")]),
        cost=st.sampled_from([1.0, 2.0]),
        capacity=st.sampled_from([1, 1, 1, 2]),
        load=st.sampled_from([0, 0, 0, 1]),
        idle_since=st.sampled_from([NEVER, 100.0, 200.0]),
        calls=st.integers(0, 2),
        talk_s=st.sampled_from([0.0, 60.0]),
        offered_at=st.sampled_from([NEVER, 50.0]),
    )
    return st.lists(one, max_size=most, unique_by=lambda candidate: candidate.extension)


def fits(waiter: Waiter, agent: Candidate) -> bool:
    """Whether an agent will do for a waiter now, in the plainest words."""
    waited = NOW - waiter.joined
    tongue = waiter.wish.tongue(waiter.joined, NOW)
    speaks = not tongue or not agent.languages or tongue in agent.languages
    return speaks and all(agent.skills.get(need.skill, 0) >= need.level_after(waited) for need in waiter.wish.needs)


def in_order(many: list[Waiter]) -> list[Waiter]:
    return sorted(many, key=lambda waiter: (-waiter.score(NOW), waiter.joined, waiter.call_id))


def number(strategy: FrozenStrategy, agent: Candidate, waiter: Waiter) -> float:
    """The number of a strategy for one agent: the lowest is best."""
    ability: float = sum(agent.skills.get(need.skill, 0) for need in waiter.wish.needs)
    if isinstance(strategy, tuple):
        idle = 1 - 600 / (600 + NOW - agent.idle_since)
        return -(dict(strategy)["ability"] * ability / (10 * max(1, len(waiter.wish.needs))) + idle)
    given: dict[str, float] = {
        "even-calls": agent.calls,
        "even-talk": agent.talk_s,
        "ability": -ability,
        "lowest-cost": agent.cost,
        "round-robin": agent.offered_at,
    }
    return given.get(strategy, 0)


def rank(waiter: Waiter, agent: Candidate, nth: int) -> tuple[Any, ...]:
    """What the best place of a waiter has least of."""
    weight = familiar_weight(waiter.wish.strategy)
    knows = agent.extension in waiter.familiar
    points = number(waiter.wish.strategy, agent, waiter)
    tie = (agent.idle_since, agent.extension)
    avoided = agent.extension in waiter.avoid
    if weight == FIRST_OF_ALL and knows:
        return (avoided, 0, waiter.familiar.index(agent.extension), agent.load + nth)
    return (avoided, 1, agent.load + nth, points - (weight if knows and weight < FIRST_OF_ALL else 0), *tie)


def best_of_all(many: list[Waiter], agents: list[Candidate]) -> list[tuple[str, str]]:
    """Try everything."""
    places = [(agent, nth) for agent in agents for nth in range(agent.capacity - agent.load)]
    many = in_order(many)
    choices = [[None, *(place for place in places if fits(waiter, place[0]))] for waiter in many]
    best, least = [], None
    for way in product(*choices):
        taken = [(place[0].extension, place[1]) for place in way if place]
        if len(set(taken)) < len(taken):
            continue
        worth = (
            [place is None for place in way],
            [rank(waiter, *place) for waiter, place in zip(many, way, strict=True) if place],
        )
        if least is None or worth < least:
            pairs = [(waiter.call_id, place[0].extension) for waiter, place in zip(many, way, strict=True) if place]
            best, least = pairs, worth
    return best


def firsts(pairs: list[Pair]) -> list[tuple[str, str]]:
    return [(pair.call_id, pair.agents[0]) for pair in pairs]


@settings(steady, max_examples=300)
@given(waiters(4), candidates(3))
def test_a_decision_is_the_best_of_all_there_are(many, agents):
    assert firsts(match(many, agents, NOW)) == best_of_all(many, agents)


@settings(steady, max_examples=200)
@given(waiters(8), candidates(4), st.randoms(use_true_random=False))
def test_the_order_of_what_is_passed_in_says_nothing(many, agents, chance: random.Random):
    expected = match(many, agents, NOW)
    chance.shuffle(many)
    chance.shuffle(agents)
    assert match(many, agents, NOW) == expected


@settings(steady, max_examples=200)
@given(waiters(8), candidates(4))
def test_nobody_waits_beside_a_free_agent_nobody_is_taken_twice_and_no_agent_gets_too_many(many, agents):
    pairs = match(many, agents, NOW)
    assert len({pair.call_id for pair in pairs}) == len(pairs)
    by_extension = {agent.extension: agent for agent in agents}
    taken = dict.fromkeys(by_extension, 0)
    waiting = {waiter.call_id: waiter for waiter in many}
    for pair in pairs:
        assert len(set(pair.agents)) == len(pair.agents)
        for extension in pair.agents:
            assert fits(waiting[pair.call_id], by_extension[extension])
            taken[extension] += 1
    for extension, agent in by_extension.items():
        assert taken[extension] <= max(0, agent.capacity - agent.load)
    for waiter in many:
        if waiter.call_id not in {pair.call_id for pair in pairs}:
            assert not [a for a in agents if fits(waiter, a) and taken[a.extension] < a.capacity - a.load]


@settings(steady, max_examples=60)
@given(st.randoms(use_true_random=False))
def test_a_long_kept_matching_says_what_one_from_scratch_says(chance: random.Random):
    kept, now = Matching(), 0.0
    many: dict[str, Waiter] = {}
    agents: dict[str, Candidate] = {}
    needs = [(), (Need("a", 3, (Relax(60, 2), Relax(90.5, 0))),), (Need("a", 1), Need("b", 2))]
    for step in range(60):
        now += chance.choice([0.0, 0.25, 10.0, 33.1])
        what = chance.random()
        if what < 0.4:
            strategy: FrozenStrategy = chance.choice([*STRATEGIES, MIX])
            wish = Wish(chance.choice(needs), chance.choice(["", "en", "zh"]), chance.choice([0.0, 45.3]), strategy)
            waiter = Waiter(f"c{step}", wish, now - chance.choice([0, 20.1]), chance.choice([0.0, 9.0]))
            many[waiter.call_id] = waiter
            kept.join(waiter)
        elif what < 0.7:
            known = {skill: chance.randint(1, 4) for skill in "ab" if chance.random() < 0.7}
            tongues = chance.choice([(), ("en",), ("zh",)])
            load, extension = chance.choice([0, 0, 1]), str(chance.randint(100, 190))
            agents[extension] = Candidate(extension, known, tongues, load=load, idle_since=now)
            kept.put(agents[extension])
        elif what < 0.8 and many:
            kept.leave(many.pop(chance.choice(sorted(many))).call_id)
        elif what < 0.9 and agents:
            kept.drop(agents.pop(chance.choice(sorted(agents))).extension)
        else:
            assert kept.decide(now) == match(many.values(), agents.values(), now)
    assert kept.decide(now) == match(many.values(), agents.values(), now)


def test_who_waits_long_enough_goes_before_any_other():
    early = Waiter("early", joined=0.0)
    for ahead in (1.0, 100.0, 10_000.0):
        # A score grows without bound, so there is a time from which nobody who comes later is preferred.
        now = ahead * 60 + 1
        late, sooner = Waiter("late", joined=now, points=ahead), Waiter("late", joined=now - 2, points=ahead)
        assert firsts(match([early, late], [Candidate("11")], now)) == [("early", "11")]
        assert firsts(match([early, sooner], [Candidate("11")], now)) == [("late", "11")]


def test_a_need_is_relaxed_to_the_second():
    waiter = Waiter("c", Wish((Need("a", 5, (Relax(30, 3),)),)), joined=100.0)
    assert match([waiter], [Candidate("11", {"a": 3})], 129.9) == []
    assert firsts(match([waiter], [Candidate("11", {"a": 3})], 130.0)) == [("c", "11")]
    kept = Matching()
    kept.put(Candidate("11", {"a": 3}))
    kept.join(waiter)
    assert (kept.decide(129.9), kept.next_change(129.9)) == ([], 130.0)
    assert firsts(kept.decide(130.0)) == [("c", "11")]
    assert kept.next_change(130.0) is None


def test_all_ring_whom_nobody_else_waits_for():
    agents = [Candidate(extension, {"a": 1}) for extension in EXTENSIONS]
    everybody = Waiter("loud", Wish(strategy="ring-all"), joined=0.0)
    other = Waiter("other", Wish((Need("a"),)), joined=10.0)
    pairs = match([everybody, other], agents, NOW)
    assert pairs == [Pair("loud", ("11", "13", "14")), Pair("other", ("12",))]


def test_when_the_last_who_rings_all_has_left_decisions_take_the_short_way_again(monkeypatch):
    matching = Matching()
    for extension in EXTENSIONS:
        matching.put(Candidate(extension))
    matching.join(Waiter("loud", Wish(strategy="ring-all")))
    matching.join(Waiter("other", joined=500.0))
    assert matching.decide(NOW) == [Pair("loud", ("11", "13", "14")), Pair("other", ("12",))]
    matching.leave("loud")
    monkeypatch.setattr(Matching, "_loud", lambda *_: pytest.fail("nobody rings all"))
    assert matching.decide(NOW) == [Pair("other", ("11",))]


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("longest-idle", "14"), ("even-calls", "12"), ("even-talk", "13"), ("ability", "11"), ("familiar", "13"),
        ("lowest-cost", "12"), ("round-robin", "11"), ("ring-all", "14"), ({"ability": 1, "longest-idle": 0.1}, "11"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_strategy_has_its_own_best(strategy, expected, language):
    agents = [
        Candidate("11", {"a": 9}, ("en", "zh"), 3, idle_since=500, calls=5, talk_s=90, offered_at=10),
        Candidate("12", {"a": 2}, ("zh", "en"), 1, idle_since=400, calls=1, talk_s=80, offered_at=20),
        Candidate("13", {"a": 3}, ("en", "zh"), 2, idle_since=300, calls=9, talk_s=10, offered_at=30),
        Candidate("14", {"a": 4}, ("en", "zh"), 2, idle_since=200, calls=4, talk_s=95, offered_at=40),
    ]
    queue = Queue("billing", needs=(Need("a"),), strategy=strategy)
    waiter = Waiter("c", wish_of(queue, language), familiar=("99", "13"))
    assert match([waiter], agents, NOW)[0].agents[0] == expected


def test_an_agent_who_had_a_chance_comes_last_but_comes():
    waiter = Waiter("c", avoid=frozenset({"11"}))
    assert firsts(match([waiter], [Candidate("11"), Candidate("12")], NOW)) == [("c", "12")]
    assert firsts(match([waiter], [Candidate("11")], NOW)) == [("c", "11")]


def test_who_has_a_call_in_hand_comes_after_who_has_none():
    agents = [Candidate("11", capacity=3, load=1, idle_since=0.0), Candidate("12", idle_since=900.0)]
    assert firsts(match([Waiter("a"), Waiter("b"), Waiter("c"), Waiter("d")], agents, NOW)) == [
        ("a", "12"), ("b", "11"), ("c", "11"),
    ]  # fmt: skip


def test_equals_of_a_mix_go_by_extension_whatever_order_they_were_put_in():
    mix = (("ability", 2.0), ("longest-idle", 1.0))
    waiters = [Waiter("a", Wish(strategy=mix), joined=0.0)]
    for order in (("135", "141"), ("141", "135")):
        agents = [Candidate(extension, idle_since=5.0) for extension in order]
        assert match(waiters, agents, 10.0) == [Pair("a", ("135",))]
