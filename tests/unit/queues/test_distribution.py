"""The distribution: single stories, then long random days of which every step is checked."""

import random
from collections.abc import Set
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from queues.distribution import GRACE_S, Distribution
from queues.distribution_events import (
    AgentBusy,
    AgentFree,
    AgentGone,
    Announce,
    DayBegan,
    Edited,
    Joined,
    Left,
    Note,
    Offer,
    OfferMissed,
    OfferTaken,
    Overflow,
    PauseAgent,
    Pressed,
    Stored,
    Summon,
    TalkEnded,
    Tick,
    Withdraw,
    WrappedUp,
    WrapUp,
    WrapUpOver,
)  # fmt: skip
from queues.matching import match
from queues.plan import Agent, Need, Priority, Queue, Relax
from queues.plan import Overflow as Way
from queues.reservations import RESERVED_S
from queues.waiting_room import Caller

ANNA = Agent("11", "Anna", ("en", "zh"), {"billing": 5})
BO = Agent("12", "Bo", ("en",), {"billing": 3, "tech": 7})
CAI = Agent("13", "蔡", ("zh",), {"billing": 9})
BILLING = Queue("billing", needs=(Need("billing"),), wrap_up_s=30, ring_s=20, announce_every_s=45)


@dataclass
class Play:
    """A distribution with its own clock."""

    queues: list[Queue] = field(default_factory=lambda: [BILLING])
    agents: list[Agent] = field(default_factory=lambda: [ANNA, BO])
    here: tuple[str, ...] = ("11", "12")
    now: float = 1_800_000_000.0
    asks: dict[str, Any] = field(default_factory=dict)
    stored: Stored | None = None

    def __post_init__(self) -> None:
        queues = {queue.name: queue for queue in self.queues}
        self.distribution = Distribution(
            queues, {agent.extension: agent for agent in self.agents}, stored=self.stored, **self.asks
        )
        self.notes: list[Note] = []
        for extension in self.here:
            self.do(AgentFree(extension))

    def do(self, event, after: float = 0.0) -> list[Any]:
        """Let it happen so many seconds later, with all ticks that fall due before; return what is done, less notes."""
        until = self.now + after
        done = []
        while (tick := self.distribution.next_tick(self.now)) is not None and tick < until:
            self.now = tick
            done += self.distribution.receive(Tick(), tick)
        self.now = until
        done += self.distribution.receive(event, until)
        self.notes += [action for action in done if isinstance(action, Note)]
        return [action for action in done if not isinstance(action, Note)]

    def joins(
        self, call_id: str, queue: str = "billing", language: str = "en", after: float = 0.0, **more
    ) -> list[Any]:
        return self.do(Joined(Caller(call_id, queue, language=language, **more)), after)

    def noted(self, name: str) -> list[Note]:
        return [note for note in self.notes if note.name == name]


def kinds(actions: list[Any]) -> list[type]:
    return [type(action) for action in actions]


def offer_of(actions: list[Any]) -> Offer:
    (offer,) = [action for action in actions if isinstance(action, Offer)]
    return offer


def summoned(actions: list[Any]) -> list[str]:
    return [action.call_id for action in actions if isinstance(action, Summon)]


def test_a_caller_is_offered_talks_and_the_agent_wraps_up():
    play = Play()
    offer = offer_of(play.joins("c1"))
    assert (offer.call_id, offer.agents, offer.ring_s) == ("c1", ("11",), 20)
    assert play.do(OfferTaken(offer.offer_id, "11"), 5) == []
    assert play.do(TalkEnded("c1", "11"), 60) == [WrapUp("11", 30)]
    second = offer_of(play.joins("c2"))
    assert second.agents == ("12",), "Anna writes it up"
    play.do(OfferTaken(second.offer_id, "12"))
    assert play.do(Tick(), 30) == [WrappedUp("11")]
    assert offer_of(play.joins("c3")).agents == ("11",)
    joined, ended = ["queue.joined", "queue.offered", "queue.answered"], ["queue.ended"]
    assert [note.name for note in play.notes] == [*joined, *ended, *joined, *joined[:2]]
    assert play.noted("queue.answered")[0].data["waited"] == 5.0
    assert play.noted("queue.ended")[0].data["talked"] == 60.0
    assert play.noted("queue.offered")[0].data["score"] == 0.0


def test_a_wrap_up_can_be_finished_sooner():
    play = Play(here=("11",))
    play.do(OfferTaken(offer_of(play.joins("c1")).offer_id, "11"))
    play.do(TalkEnded("c1", "11"), 10)
    assert Offer not in kinds(play.joins("c2"))
    assert offer_of(play.do(WrapUpOver("11"), 5)).call_id == "c2"


def test_a_missed_offer_goes_to_the_next_agent_and_pauses_after_as_many_as_the_queue_says():
    play = Play([replace(BILLING, pause_after_missed=2)])
    first = offer_of(play.joins("c1"))
    second = offer_of(play.do(OfferMissed(first.offer_id, "11"), 20))
    assert (second.agents, second.offer_id == first.offer_id) == (("12",), False)
    play.do(OfferTaken(second.offer_id, "12"))
    third = offer_of(play.joins("c2"))
    assert third.agents == ("11",)
    assert play.do(OfferMissed(third.offer_id, "11"), 20)[0] == PauseAgent("11", "offers missed")
    assert Offer not in kinds(play.joins("c3"))
    assert offer_of(play.do(AgentFree("11"), 5)).call_id == "c2"


def test_a_phone_that_was_never_reached_is_not_the_agents_fault():
    play = Play([replace(BILLING, pause_after_missed=1)], here=("11",))
    again = offer_of(play.do(OfferMissed(offer_of(play.joins("c1")).offer_id, "11", "unreachable")))
    assert again.agents == ("11",)


def test_an_offer_whose_end_nobody_tells_is_missed_after_a_grace():
    play = Play()
    offer = offer_of(play.joins("c1"))
    done = play.do(Tick(), 20 + GRACE_S)
    assert Withdraw(offer.offer_id, "11") in done
    assert offer_of(done).agents == ("12",)


def test_all_ring_and_one_wins():
    play = Play([replace(BILLING, strategy="ring-all")])
    offer = offer_of(play.joins("c1"))
    assert offer.agents == ("11", "12")
    assert play.do(OfferTaken(offer.offer_id, "12"), 3) == [Withdraw(offer.offer_id, "11")]
    assert play.do(OfferTaken(offer.offer_id, "11"), 0.01) == [Withdraw(offer.offer_id, "11")], "answered at once too"
    assert len(play.noted("queue.answered")) == 1
    assert offer_of(play.joins("c2")).agents == ("11",)


def test_all_ring_until_the_last_has_missed_it():
    play = Play([replace(BILLING, strategy="ring-all")])
    offer = offer_of(play.joins("c1"))
    assert play.do(OfferMissed(offer.offer_id, "11"), 10) == []
    assert offer_of(play.do(OfferMissed(offer.offer_id, "12"), 10)).call_id == "c1"


def test_an_agent_who_answers_as_the_caller_leaves_is_released():
    play = Play()
    offer = offer_of(play.joins("c1"))
    assert play.do(Left("c1"), 4) == [Withdraw(offer.offer_id, "11")]
    assert play.do(OfferTaken(offer.offer_id, "11"), 0.01) == [Withdraw(offer.offer_id, "11")]
    assert play.noted("queue.abandoned")[0].data["waited"] == 4.0
    assert offer_of(play.joins("c2")).agents == ("11",), "she has been idle as long as Bo, and is free again"


def test_a_caller_who_comes_back_goes_where_the_old_waiting_time_leads():
    play = Play(here=("11",))
    play.do(OfferTaken(offer_of(play.joins("talks")).offer_id, "11"))
    play.joins("early", number="+491")
    play.joins("other", after=20.0)
    play.do(Left("early"), 20)
    play.joins("again", number="+491", after=15.0)
    play.do(TalkEnded("talks", "11"))
    assert offer_of(play.do(WrapUpOver("11"))).call_id == "again"


@pytest.mark.parametrize(
    ("when", "rules", "expected"),
    [
        ("full", (Way("full", "voicemail"),), "voicemail"), ("full", (), "return"),
        ("closed", (Way("nobody", "ticket"), Way("closed", "callback")), "callback"), ("closed", (), "return"),
        ("nobody", (Way("nobody", "number:030123"),), "number:030123"), ("nobody", (), "return"),
    ],
)  # fmt: skip
def test_who_cannot_be_served_is_led_where_the_queue_says(when, rules, expected):
    queue = replace(BILLING, overflow=rules, size=1 if when == "full" else 0)
    here = () if when == "nobody" else ("11",)
    play = Play([queue], here=here, asks={"is_open": lambda _queue, _now: when != "closed"})
    if when == "full":
        play.do(AgentBusy("11"))
        play.joins("before")
    assert [(a.to, a.why) for a in play.joins("c1") if isinstance(a, Overflow)] == [(expected, when)]
    assert play.distribution.waiting() == ([] if when != "full" else play.distribution.waiting()[:1])


def test_who_waits_too_long_goes_into_another_queue_with_the_waiting_time_and_then_out():
    sales = Queue("sales", needs=(Need("sales"),), longest_wait_s=60, overflow=(Way("nobody", "voicemail", 1000),))
    queue = replace(BILLING, overflow=(Way("waited", "queue:sales", 90),))
    play = Play([queue, sales], here=("11",))
    play.do(AgentBusy("11", "lunch"))
    play.joins("c1")
    done = play.do(Tick(), 90)
    assert [(a.to, a.why) for a in done if isinstance(a, Overflow)] == [("queue:sales", "waited")]
    assert play.distribution.waiting("sales")[0].joined == play.now - 90
    assert [(a.to, a.why) for a in play.do(Tick(), 60) if isinstance(a, Overflow)] == [("return", "waited")]
    assert play.distribution.waiting() == []


def test_a_circle_of_overflows_ends_in_the_flow():
    queues = [Queue("a", overflow=(Way("nobody", "queue:b"),)), Queue("b", overflow=(Way("nobody", "queue:a"),))]
    done = Play(queues, here=()).joins("c1", "a")
    assert [action.to for action in done] == ["queue:b", "return"]


def test_callers_hope_as_long_as_somebody_may_come_and_the_queue_says():
    hope = [True]
    queue = replace(BILLING, overflow=(Way("nobody", "voicemail", 120),))
    play = Play([queue], here=(), asks={"may_come": lambda _queue, _now: hope[0]})
    assert Overflow not in kinds(play.joins("c1"))
    assert Overflow not in kinds(play.do(Tick(), 600)), "a shift has begun, and its agent is late"
    hope[0] = False
    assert [a.to for a in play.do(Tick(), 60) if isinstance(a, Overflow)] == ["voicemail"]
    assert Overflow not in kinds(play.joins("c2"))
    assert Overflow not in kinds(play.do(Tick(), 119))
    assert [a.to for a in play.do(Tick(), 1) if isinstance(a, Overflow)] == ["voicemail"]
    play.joins("c3")
    assert offer_of(play.do(AgentFree("11"), 60)).call_id == "c3"


def test_when_the_last_agent_goes_callers_do_not_wait_in_vain():
    play = Play([replace(BILLING, overflow=(Way("nobody", "callback"),))], here=("11",))
    offer = offer_of(play.joins("c1"))
    done = play.do(AgentGone("11"), 5)
    assert Withdraw(offer.offer_id, "11") in done
    assert [a.to for a in done if isinstance(a, Overflow)] == ["callback"]


def test_a_language_nobody_speaks_counts_as_nobody():
    play = Play(here=("12",))
    assert [a.why for a in play.joins("c1", language="zh")] == ["nobody"]
    relaxed = Play([replace(BILLING, any_language_after_s=30)], here=("12",))
    assert Overflow not in kinds(relaxed.joins("c1", language="zh"))
    assert offer_of(relaxed.do(Tick(), 30)).agents == ("12",)


def test_position_and_wait_are_announced_on_time_but_not_while_somebody_rings():
    play = Play(here=("11",))
    play.do(AgentBusy("11"))
    assert play.joins("c1") == [Announce("c1", "position", {"first": True, "position": 1})]
    assert play.joins("c2", after=5) == [Announce("c2", "position", {"first": True, "position": 2})]
    assert play.do(Tick(), 45) == [
        Announce("c1", "position", {"first": False, "position": 1}),
        Announce("c2", "position", {"first": False, "position": 2}),
    ]
    offer_of(play.do(AgentFree("11"), 1))
    assert kinds(play.do(Tick(), 18)) == []
    withdrawn, again, told = play.do(Tick(), 26)
    assert (withdrawn, again.call_id) == (Withdraw(play.noted("queue.offered")[0].data["offer"], "11"), "c1")
    assert told == Announce("c2", "position", {"first": False, "position": 1})


def test_the_wait_is_announced_once_enough_is_known():
    gaps = {"billing": tuple((1_800_000_000.0, 30.0) for _ in range(20))}
    play = Play(here=("11",), stored=Stored(gaps=gaps))
    play.do(AgentBusy("11"))
    play.joins("c1")
    values = play.joins("c2")[0].values
    assert (values["position"], values["low_s"], values["high_s"]) == (2, 60.0, 60.0)


def test_keys_lead_out_or_to_a_callback_that_was_offered():
    queue = replace(BILLING, way_out_key="1", callback_after_s=60, announce_every_s=0)
    play = Play([queue], here=("11",))
    play.do(AgentBusy("11"))
    play.joins("c1")
    play.joins("c2")
    assert play.do(Pressed("c1", "2"), 10) == []
    assert play.do(Pressed("c1", "1")) == [Overflow("c1", "return", "way-out", play.now - 10)]
    assert play.do(Tick(), 50) == [Announce("c2", "callback", {"key": "2"})]
    joined = play.now - 60
    assert play.do(Pressed("c2", "2"), 3) == [Overflow("c2", "callback", "asked", joined)]
    play.joins("c3", after=1.0)
    play.do(Joined(Caller("back", "billing", joined=joined, away=True)), 10)
    assert summoned(play.do(AgentFree("11"))) == ["back"], "the place was kept"


def test_who_is_away_is_told_nothing_and_waits_for_agents_of_tomorrow():
    play = Play([replace(BILLING, longest_wait_s=30, size=1)], here=())
    assert play.do(Joined(Caller("away", "billing", away=True))) == []
    assert play.do(Tick(), 86_400) == []
    assert summoned(play.do(AgentFree("11"))) == ["away"]
    assert play.notes == [], "nobody has come, gone or been offered yet"


def test_the_place_of_who_is_away_is_kept_in_a_queue_that_is_never_empty():
    """Callers come faster than two agents can serve them; one hung up for a callback, a place like the others'."""
    play = Play([replace(BILLING, wrap_up_s=0, announce_every_s=0)], here=("11", "12"))
    waiting, served = [], []
    for n in range(6):
        play.joins(f"before-{n}")
    play.do(Joined(Caller("away", "billing", away=True)), 1)
    talks = dict(zip(("11", "12"), ("before-0", "before-1"), strict=True))
    for agent, call in talks.items():
        offer = next(note.data["offer"] for note in play.noted("queue.offered") if note.call_id == call)
        play.do(OfferTaken(offer, agent))
    summons, n = 0, 0
    while summons == 0 and n < 100:
        n += 1
        play.joins(f"behind-{n}", after=1)
        play.joins(f"behind-{n}b", after=1)
        agent = ("11", "12")[n % 2]
        done = play.do(TalkEnded(talks[agent], agent), 1)
        waiting.append(len(play.distribution.waiting()))
        summons += len(summoned(done))
        for offer in [one for one in done if isinstance(one, Offer)]:
            served.append(offer.call_id)
            play.do(OfferTaken(offer.offer_id, agent))
            talks[agent] = offer.call_id
    assert served == ["before-2", "before-3", "before-4", "before-5"], "who was there before, and nobody else"
    assert min(waiting) > 1, "the queue was never empty"
    # The call is placed; whoever answers it gets the agent who was kept, past all who came behind.
    play.do(Tick(), 15)
    came = play.joins("back", after=1, instead_of="away", joined=play.now - 60)
    assert (offer_of(came).call_id, offer_of(came).agents) == ("back", (agent,))
    assert offer_of(play.do(TalkEnded(talks["12" if agent == "11" else "11"], "12" if agent == "11" else "11"))).call_id


def test_who_is_called_back_gets_the_own_agent_whatever_the_strategy():
    play = Play(here=("11", "12"))
    play.do(AgentBusy("12"), 50)
    play.do(AgentFree("12"), 1)
    (summon,) = [
        one
        for one in play.do(Joined(Caller("away", "billing", familiar=("12",), away=True)), 1)
        if isinstance(one, Summon)
    ]
    assert summon.agent == "12", "though 11 has been idle for longer"


def test_an_agent_who_was_kept_is_free_when_the_queue_is_gone_by_the_time_the_call_is_answered():
    play = Play(here=("11",))
    assert summoned(play.do(Joined(Caller("away", "billing", away=True)))) == ["away"]
    play.do(Edited({}, {agent.extension: agent for agent in play.agents}))
    done = play.joins("back", after=1, instead_of="away")
    assert [one.agent for one in done if isinstance(one, Withdraw)] == ["11"]
    (gone,) = [note for note in play.notes if note.name == "queue.overflowed"]
    assert gone.data["waited"] == 0.0


def test_an_agent_is_kept_for_a_caller_who_is_called_and_free_again_when_nobody_answers():
    play = Play(here=("11",))
    assert summoned(play.do(Joined(Caller("away", "billing", away=True)))) == ["away"]
    assert Offer not in kinds(play.joins("on-the-line")), "she is kept"
    done = play.do(Left("away"), 20)
    assert kinds(done) == [Withdraw, Offer]
    assert offer_of(done).call_id == "on-the-line"
    assert play.do(Left("away")) == [], "ends once"


@pytest.mark.parametrize("how", [AgentBusy("11"), AgentGone("11"), Edited({"billing": BILLING}, {"12": BO})])
def test_an_agent_who_goes_is_kept_for_nobody_and_who_was_called_gets_the_next(how):
    play = Play(here=("11",))
    play.do(Joined(Caller("away", "billing", away=True)))
    assert Withdraw in kinds(play.do(how, 5))
    play.do(AgentFree("12"), 5)
    assert offer_of(play.joins("back", after=5, instead_of="away")).agents == ("12",)


def test_an_agent_is_not_kept_for_ever():
    play = Play(here=("11",))
    play.do(Joined(Caller("away", "billing", away=True)))
    assert kinds(play.do(Tick(), RESERVED_S + 1)) == [Withdraw]
    assert offer_of(play.joins("back", instead_of="away")).agents == ("11",), "who answers late waits like everybody"


def test_whom_we_called_is_not_one_too_many_nor_too_late():
    way = (Way("full", "return"), Way("closed", "return"))
    play = Play([replace(BILLING, size=1, overflow=way)], here=("11",), asks={"is_open": lambda _queue, _now: False})
    play.do(Joined(Caller("away", "billing", away=True)))
    assert kinds(play.joins("other")) == [Overflow], "closed for everybody else"
    assert offer_of(play.joins("back", instead_of="away")).call_id == "back"


def test_who_is_away_from_a_queue_that_is_removed_is_led_nowhere():
    play = Play([BILLING, Queue("other")], here=())
    play.do(Joined(Caller("away", "billing", away=True)))
    assert play.do(Edited({"other": Queue("other")}, {})) == []
    assert play.distribution.waiting() == []


def test_callers_of_a_removed_queue_overflow_as_it_said_also_those_somebody_rang_for():
    old = replace(BILLING, overflow=(Way("full", "ticket"), Way("closed", "voicemail")))
    play = Play([old, Queue("other")], here=("11",))
    offer = offer_of(play.joins("rings"))
    play.joins("waits")
    agents = {agent.extension: agent for agent in play.agents}
    done = play.do(Edited({"other": Queue("other")}, agents))
    assert [(a.call_id, a.to, a.why) for a in done] == [("waits", "voicemail", "removed")]
    done = play.do(OfferMissed(offer.offer_id, "11"), 20)
    assert [(a.call_id, a.to, a.why) for a in done] == [("rings", "voicemail", "removed")]
    assert [a.why for a in play.joins("late")] == ["removed"]


def test_callers_stay_while_their_queue_and_agents_are_edited():
    play = Play(here=("11", "12"))
    play.do(AgentBusy("11"))
    play.do(AgentBusy("12"))
    play.joins("c1")
    queue = replace(BILLING, needs=(Need("tech", 7),), longest_wait_s=40)
    play.do(Edited({"billing": queue}, {"11": ANNA, "12": BO}), 10)
    assert Offer not in kinds(play.do(AgentFree("11"))), "Anna has no such skill"
    assert offer_of(play.do(AgentFree("12"), 5)).call_id == "c1"
    offer = play.noted("queue.offered")[0].data["offer"]
    done = play.do(Edited({"billing": queue}, {"11": ANNA}), 5)
    assert done[0] == Withdraw(offer, "12")
    assert [a.why for a in done[1:]] == ["nobody"]
    assert play.do(AgentFree("12")) == []


def test_an_agent_who_is_deleted_may_finish_the_talk():
    play = Play(here=("11",))
    play.do(OfferTaken(offer_of(play.joins("c1")).offer_id, "11"))
    play.do(Edited({"billing": BILLING}, {"12": BO}))
    assert play.distribution.desk("11") is not None
    play.do(AgentFree("11"))
    assert play.do(TalkEnded("c1", "11"), 30) == []
    assert play.distribution.desk("11") is None


def test_after_a_restart_credit_missed_offers_and_the_load_of_the_day_are_as_before():
    play = Play([replace(BILLING, strategy="even-calls")], here=("11", "12"))
    play.do(OfferTaken(offer_of(play.joins("c1")).offer_id, "11"))
    play.do(TalkEnded("c1", "11"), 100)
    play.do(AgentBusy("12"))
    play.joins("waits", number="+491")
    stored = play.distribution.stored(play.now + 50)
    after = Play(play.queues, here=(), stored=stored, now=play.now + 60)
    assert after.distribution.stored(after.now).desks == stored.desks
    after.do(AgentFree("11"))
    after.do(AgentFree("12"))
    anna = after.distribution.desk("11")
    assert anna is not None
    assert anna.stored.calls == 1
    offer = offer_of(after.joins("again", number="+491"))
    assert offer.agents == ("12",)
    assert after.noted("queue.joined")[0].data["joined"] == after.now - 50
    after.do(DayBegan())
    assert anna.stored.calls == 0


def test_what_is_too_late_to_be_owed_is_forgotten_every_day():
    queues = [BILLING, replace(BILLING, name="support", credit_s=3600.0)]
    play = Play(queues, here=(), asks={"may_come": lambda _queue, _now: True})
    for number in range(3):
        play.joins(f"c{number}", number=f"+49{number}")
        play.do(Left(f"c{number}", "hung-up"), 20)
    play.do(DayBegan(), 3000)
    owed = play.distribution._hall.room._credits
    assert [credit.number for credit in owed.values()] == ["+490", "+491", "+492"]
    play.do(DayBegan(), 86_400)
    assert not play.distribution._hall.room._credits


def test_who_was_idle_before_a_restart_has_been_for_longest_after_it():
    play = Play(here=())
    play.do(AgentFree("11"))
    play.do(AgentFree("12", play.now - 500), 1)
    assert offer_of(play.joins("c1")).agents == ("12",)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_need_is_relaxed_while_the_caller_waits(language):
    queue = replace(BILLING, needs=(Need("billing", 8, (Relax(30, 4),)),))
    play = Play([queue], [ANNA, BO], here=("11",))
    assert Offer not in kinds(play.joins("c1", language=language))
    assert play.distribution.next_tick(play.now) == play.now + 30
    assert offer_of(play.do(Tick(), 30)).agents == ("11",)


# -- random days -------------------------------------------------------------------------------------------------------

SKILLS = ("billing", "tech", "sales")
WHEN: list[Any] = ["full", "closed", "nobody", "waited"]


def some_queues(chance: random.Random) -> dict[str, Queue]:
    queues = {}
    for name in ("a", "b", "c"):
        skill = chance.choice(SKILLS)
        ways: list[Any] = ["voicemail", "callback", "return", "queue:a", "queue:b"]
        queues[name] = Queue(
            name,
            needs=(Need(skill, 3, (Relax(40, 2), Relax(90, 0))),) if chance.random() < 0.8 else (),
            any_language_after_s=chance.choice([0, 60]),
            size=chance.choice([0, 0, 5]),
            longest_wait_s=chance.choice([0, 0, 150]),
            strategy=chance.choice(["longest-idle", "ring-all", "ability", "familiar", {"ability": 1, "familiar": 1}]),
            priority=Priority(waiting=chance.choice([0, 1, 3]), tags={"vip": 20}),
            ring_s=chance.choice([10, 20]),
            pause_after_missed=chance.choice([0, 2, 3]),
            wrap_up_s=chance.choice([0, 30]),
            announce_every_s=chance.choice([0, 30]),
            way_out_key=chance.choice(["", "9"]),
            callback_after_s=chance.choice([0, 50]),
            overflow=tuple(
                Way(chance.choice(WHEN), chance.choice(ways), chance.choice([0, 60]))
                for _ in range(chance.randint(0, 3))
            ),
        )
    return {name: queue for name, queue in queues.items() if name == "a" or chance.random() < 0.9}


def some_agents(chance: random.Random) -> dict[str, Agent]:
    agents = {}
    for extension in ("11", "12", "13", "14", "15"):
        known = {skill: chance.randint(1, 9) for skill in SKILLS if chance.random() < 0.6}
        languages = chance.choice([(), ("en",), ("zh",), ("en", "zh")])
        capacity, enabled = chance.choice([1, 1, 2]), chance.random() < 0.9
        agents[extension] = Agent(extension, "", languages, known, 1, capacity, enabled=enabled)
    return agents


class World:
    """What is true outside, as far as actions and events tell; every action is checked against it."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.queues, self.agents = some_queues(self.chance), some_agents(self.chance)
        self.open = True
        self.help_may_come = False
        self.distribution = Distribution(
            self.queues,
            self.agents,
            is_open=lambda _queue, _now: self.open,
            may_come=lambda _queue, _now: self.help_may_come,
        )
        self.log: list[list[Any]] = []
        self.now = 1_800_000_000.0
        self.waits: set[str] = set()
        self.away: dict[str, str] = {}
        """Queue of who waits away."""
        self.reserved: dict[str, str] = {}
        """Agent who is kept for whom."""
        self.came_for: str | None = None
        """Agent who was kept for who has just come."""
        self.talks: dict[str, str] = {}
        self.rings: dict[str, tuple[str, set[str]]] = {}
        self.ended: set[tuple[str, str]] = set()
        self.ready: set[str] = set()
        self.wrap_up: set[str] = set()
        self.calls = 0
        self.counts: dict[type, int] = {}

    def step(self) -> None:
        """Let something happen, or somebody be late."""
        chance = self.chance
        self.now += chance.choice([0.0, 0.0, 0.001, 1.0, 5.0, 20.0])
        late: set[tuple[str, str]] = set()
        choice = chance.random()
        agents = ["11", "12", "13", "14", "15", "99"]
        rings = [(offer, agent) for offer, (_, ringing) in sorted(self.rings.items()) for agent in sorted(ringing)]
        event: object = Tick()
        if choice < 0.28:
            event = self._somebody()
        elif choice < 0.36 and self.waits | set(self.talks):
            event = Left(chance.choice(sorted(self.waits | set(self.talks))), chance.choice(["hung-up", "lost"]))
        elif choice < 0.46:
            event = AgentFree(chance.choice(agents))
        elif choice < 0.50:
            event = chance.choice([AgentBusy, AgentGone])(chance.choice(agents))
        elif choice < 0.68 and rings:
            event = OfferTaken(*chance.choice(rings))
        elif choice < 0.76 and rings:
            event = OfferMissed(*chance.choice(rings), chance.choice(["no-answer", "busy", "unreachable"]))
        elif choice < 0.79 and self.ended:
            late.add(chance.choice(sorted(self.ended)))
            event = chance.choice([OfferTaken, OfferMissed])(*next(iter(late)))
        elif choice < 0.88 and self.talks:
            call = chance.choice(sorted(self.talks))
            event = TalkEnded(call, self.talks[call])
        elif choice < 0.91:
            event = WrapUpOver(chance.choice(agents))
        elif choice < 0.95 and self.waits:
            event = Pressed(chance.choice(sorted(self.waits)), chance.choice(["1", "9", ""]))
        elif choice < 0.96:
            event = DayBegan()
        elif choice < 0.975:
            self.queues, self.agents = some_queues(chance), some_agents(chance)
            event = Edited(self.queues, self.agents)
        elif choice < 0.98 and self.reserved:
            event = Left(chance.choice(sorted(self.reserved)))
        elif choice < 0.985:
            self.open, self.help_may_come = chance.random() < 0.8, chance.random() < 0.3
        self.happens(event, late)

    def _somebody(self) -> Joined:
        chance = self.chance
        self.calls += 1
        again = chance.random() < 0.03 and self.waits | set(self.talks)
        call = chance.choice(sorted(self.waits | set(self.talks))) if again else f"call{self.calls}"
        if self.reserved and chance.random() < 0.3:
            return Joined(Caller(call, chance.choice(["a", "b", "gone"]), instead_of=chance.choice([*self.reserved])))
        return Joined(
            Caller(
                call, chance.choice(["a", "b", "c", "gone"]), chance.choice(["", "+1", "+2"]),
                chance.choice(["en", "zh", ""]), chance.choice([(), ("vip",)]), chance.randint(0, 2),
                familiar=chance.choice([(), ("12",), ("99", "13")]), away=chance.random() < 0.1,
            )
        )  # fmt: skip

    def happens(self, event, late: Set[tuple[str, str]] = frozenset()) -> None:
        """Let `event` happen, and hold what is done to what is true."""
        self.came_for = None
        self.before(event)
        actions = self.distribution.receive(event, self.now)
        self.log.append(actions)
        for action in actions:
            self.counts[type(action)] = self.counts.get(type(action), 0) + 1
            self.check(action, late)
        self.check_all()

    def before(self, event) -> None:
        match event:
            case Joined():
                self.talks.pop(event.caller.call_id, None)
                self.came_for = self.reserved.pop(event.caller.instead_of, None)
                self._away(event.caller)
            case Left():
                self.talks.pop(event.call_id, None)
                self.waits.discard(event.call_id)
            case TalkEnded():
                self.talks.pop(event.call_id, None)
            case AgentFree() if event.agent in self.agents and self.agents[event.agent].enabled:
                self.ready.add(event.agent)
                self.wrap_up.discard(event.agent)
            case AgentBusy() | AgentGone():
                self.ready.discard(event.agent)
                self.wrap_up.discard(event.agent)
            case WrapUpOver():
                self.wrap_up.discard(event.agent)
            case OfferTaken() if event.agent in self.rings.get(event.offer, ("", set()))[1]:
                call, _ = self.rings[event.offer]
                self.stop(event.offer, event.agent)
                self.waits.discard(call)
                self.talks[call] = event.agent
            case OfferMissed() if event.agent in self.rings.get(event.offer, ("", set()))[1]:
                self.stop(event.offer, event.agent)
            case Edited():
                self.waits -= {call for call, queue in self.away.items() if queue not in self.queues}
                self.ready &= {name for name, agent in self.agents.items() if agent.enabled}

    def _away(self, caller: Caller) -> None:
        self.away.pop(caller.call_id, None)
        self.waits.discard(caller.call_id)
        if caller.away:
            self.away[caller.call_id] = caller.queue
        if not caller.away or caller.queue in self.queues:
            self.waits.add(caller.call_id)

    def stop(self, offer: str, agent: str) -> None:
        """A phone rings no more for an offer: never twice."""
        self.rings[offer][1].remove(agent)
        self.ended.add((offer, agent))
        if not self.rings[offer][1]:
            del self.rings[offer]

    def check(self, action, late: Set[tuple[str, str]]) -> None:
        match action:
            case Offer():
                assert action.call_id in self.waits
                assert not self.rung_for(action.call_id)
                assert len(set(action.agents)) == len(action.agents) > 0
                for agent in action.agents:
                    assert agent in self.ready
                    # Of two talks, one may have ended while the agent was kept for a third.
                    assert agent not in self.wrap_up or agent == self.came_for
                    assert (action.offer_id, agent) not in self.ended
                    assert self.load(agent) < self.agents[agent].capacity
                self.rings[action.offer_id] = (action.call_id, set(action.agents))
            case Summon():
                assert action.call_id in self.waits & set(self.away)
                self.waits.remove(action.call_id)
                assert action.agent in self.ready - self.wrap_up
                assert self.load(action.agent) < self.agents[action.agent].capacity
                self.reserved[action.call_id] = action.agent
            case Withdraw() if action.offer_id.partition("/")[0] in self.reserved:
                assert self.reserved.pop(action.offer_id.partition("/")[0]) == action.agent
            case Withdraw() if action.agent == self.came_for and action.offer_id not in self.rings:
                # Who came for the kept agent found no queue any more.
                self.came_for = None
            case Withdraw():
                if (action.offer_id, action.agent) not in late:
                    self.stop(action.offer_id, action.agent)
            case Announce():
                assert action.call_id in self.waits - set(self.away)
                assert not self.rung_for(action.call_id)
            case Overflow():
                assert action.call_id in self.waits
                assert action.why in ("way-out", "asked") or not self.rung_for(action.call_id)
                if not action.to.startswith("queue:"):
                    self.waits.remove(action.call_id)
                else:
                    assert action.to.removeprefix("queue:") in self.queues
            case PauseAgent():
                assert action.agent in self.ready
                self.ready.discard(action.agent)
            case WrapUp():
                if action.seconds:
                    self.wrap_up.add(action.agent)
            case WrappedUp():
                self.wrap_up.remove(action.agent)

    def rung_for(self, call_id: str) -> list[str]:
        return [offer for offer, (call, _) in self.rings.items() if call == call_id]

    def load(self, agent: str) -> int:
        rings = sum(agent in ringing for _, ringing in self.rings.values())
        rings += sum(kept == agent for kept in self.reserved.values())
        return rings + sum(other == agent for other in self.talks.values())

    def check_all(self) -> None:
        """Nobody is lost, nobody doubled, nobody waits beside a free agent who fits."""
        distribution = self.distribution
        assert {place.caller.call_id for place in distribution.waiting()} == self.waits
        assert {call: talking.agent for call, talking in distribution.talking().items()} == self.talks
        offers = {place.offer: place.caller.call_id for place in distribution.waiting() if place.offer}
        assert offers == {offer: call for offer, (call, _) in self.rings.items()}
        waiters = [place.waiter() for place in distribution.waiting() if not place.offer]
        desks = [desk for agent in self.agents if (desk := distribution.desk(agent)) is not None]
        for desk in desks:
            assert len(desk.offers) + len(desk.talks) == self.load(desk.agent.extension)
        assert match(waiters, [desk.candidate() for desk in desks], self.now) == []
        tick = distribution.next_tick(self.now)
        assert tick is None or tick >= self.now


@pytest.mark.parametrize("seed", range(12))
def test_of_a_random_day_every_step_is_right(seed):
    world = World(seed)
    for _ in range(400):
        world.step()
    assert {Offer, Summon, Withdraw, Announce, Overflow, WrapUp, Note} <= set(world.counts)
    # In the end everybody who still waits and can be served is: nobody is forgotten.
    world.open = True
    everything = Agent("77", "", (), dict.fromkeys(SKILLS, 9), 1, 100)
    world.agents = {**world.agents, "77": everything}
    world.happens(Edited(world.queues, world.agents))
    world.happens(AgentFree("77"))
    for _ in range(300):
        for offer, (_, ringing) in sorted(world.rings.items()):
            world.happens(OfferTaken(offer, min(ringing)))
        for call, agent in sorted(world.talks.items()):
            world.happens(TalkEnded(call, agent))
        if not world.waits:
            break
        world.now += 1.0
        world.happens(Tick())
    assert not world.waits


def test_the_same_events_bring_the_same_actions():
    first, second = World(5), World(5)
    for _ in range(200):
        first.step()
        second.step()
    assert first.log == second.log
