"""What becomes of an agent: by moves of the queues, by wishes of people, by a phone that is lost and found."""

import pytest

from models.agent import AgentMove, AgentState
from models.life import ImpossibleMove
from queues.presence import NO_PHONE, RESTARTED, SOON_S, Presence, moved, phone_back, phone_lost, wished, wrapped_up

READY = wished(Presence(), "ready", 100)
OFFERED = moved(READY, AgentMove.OFFER, 110)
TALKING = moved(OFFERED, AgentMove.ANSWER, 115)
WRAPPING_UP = moved(TALKING, AgentMove.END, 200)
PAUSED = wished(READY, "paused", 120, "break")


def test_whoever_logs_in_is_ready_and_idle_from_then_on():
    assert Presence(AgentState.READY, since=100, idle_since=100) == READY


def test_a_talk_leads_to_wrap_up_and_back():
    assert [one.state for one in (OFFERED, TALKING, WRAPPING_UP)] == ["offered", "talking", "wrap-up"]
    assert wrapped_up(WRAPPING_UP, 230) == Presence(AgentState.READY, since=230, idle_since=230)


def test_missed_offers_are_counted_until_one_is_answered():
    missed = moved(moved(moved(OFFERED, AgentMove.MISS, 130), AgentMove.OFFER, 131), AgentMove.MISS, 150)
    assert (missed.state, missed.missed, missed.idle_since) == ("ready", 2, 100)
    assert moved(moved(missed, AgentMove.OFFER, 151), AgentMove.ANSWER, 152).missed == 0
    assert wished(wished(missed, "paused", 160, "x"), "ready", 170).missed == 0


def test_an_offer_that_somebody_else_took_counts_as_nothing():
    assert moved(OFFERED, AgentMove.WITHDRAW, 130).missed == 0


@pytest.mark.parametrize(("wish", "state"), [("paused", "paused"), ("offline", "offline"), ("ready", "ready")])
def test_a_wish_during_a_talk_waits_for_its_end(wish, state):
    talking = wished(TALKING, wish, 150, "lunch")
    assert talking.state == "talking"
    after = wrapped_up(moved(talking, AgentMove.END, 200), 230)
    assert (after.state, after.reason) == (state, "" if wish == "ready" else "lunch")
    assert after.after_call == ""


def test_a_later_wish_during_a_talk_replaces_the_former():
    talking = wished(wished(TALKING, "offline", 150), "ready", 160)
    assert wrapped_up(moved(talking, AgentMove.END, 200), 230).state == "ready"


def test_further_calls_of_one_who_takes_several_leave_the_talk():
    two = moved(moved(TALKING, AgentMove.OFFER, 120), AgentMove.ANSWER, 121)
    assert (two.state, two.since) == ("talking", 115)


def test_an_offer_is_taken_back_by_a_pause():
    assert wished(OFFERED, "paused", 120, "break") == PAUSED


@pytest.mark.parametrize("state", [READY, OFFERED, TALKING, WRAPPING_UP])
def test_a_lost_phone_makes_an_agent_unavailable_at_once_and_a_found_one_ready_again(state):
    lost = phone_lost(state, 300)
    assert (lost.state, lost.reason, lost.since) == ("offline", NO_PHONE, 300)
    assert lost.logged_in
    back = phone_back(lost, 400)
    assert (back.state, back.idle_since) == ("ready", 400)


def test_a_restart_takes_nobody_the_idle_time_whose_phone_is_there():
    lost = phone_lost(READY, 300, RESTARTED)
    assert phone_back(lost, 300 + SOON_S).idle_since == READY.idle_since < 300
    assert phone_back(lost, 301 + SOON_S).idle_since == 301 + SOON_S, "who was away so long wasn't idle here"


def test_a_pause_outlasts_a_lost_phone():
    assert phone_back(phone_lost(PAUSED, 300), 400).state == "paused"
    assert phone_back(phone_lost(PAUSED, 300), 400).reason == "break"


def test_what_was_wished_for_outlasts_a_phone_lost_in_the_talk():
    assert phone_back(phone_lost(wished(TALKING, "paused", 150, "lunch"), 300), 400).reason == "lunch"
    gone = phone_lost(wished(TALKING, "offline", 150, "home"), 300)
    assert not gone.logged_in
    assert phone_back(gone, 400) == gone


def test_whoever_logged_out_is_not_brought_back_by_the_phone():
    away = wished(READY, "offline", 300)
    assert phone_back(phone_lost(away, 310), 400).state == "offline"


def test_a_log_in_without_a_phone_waits_for_it():
    waiting = wished(Presence(), "ready", 100, reachable=False)
    assert (waiting.state, waiting.returns_to) == ("offline", "ready")
    assert phone_back(waiting, 130).state == "ready"
    assert not wished(waiting, "offline", 120).logged_in


def test_nothing_that_the_life_lacks_is_done():
    with pytest.raises(ImpossibleMove, match="An agent that is offline can't take 'offer'"):
        moved(Presence(), AgentMove.OFFER, 1)
    with pytest.raises(ImpossibleMove, match="has no wrap-up to finish"):
        wrapped_up(READY, 1)
