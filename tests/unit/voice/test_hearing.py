from hypothesis import given
from hypothesis import strategies as st

from voice.hearing import Heard, Monitor, heard

CALLER, AGENT, THIRD = 1, 2, 3


def test_two_who_talk_hear_each_other():
    assert heard([1, 2], {1, 2}, ()) == {1: Heard((2,)), 2: Heard((1,))}


def test_who_is_held_by_one_phone_hears_music_and_that_phone_nothing():
    assert heard([1, 2], {1, 2}, {2}) == {1: Heard(sound="music"), 2: Heard()}


def test_a_caller_waits_with_music_while_the_agent_consults_and_hears_nothing_of_it():
    assert heard([1, 2, 3], {2, 3}, ()) == {1: Heard(sound="music"), 2: Heard((3,)), 3: Heard((2,))}


def test_an_agent_hears_that_it_rings():
    assert heard([1, 2], {2}, ()) == {1: Heard(sound="music"), 2: Heard(sound="ringing")}


def test_of_three_who_talk_one_who_is_away_leaves_two():
    assert heard([1, 2, 3], {1, 2, 3}, {3}) == {1: Heard((2,)), 2: Heard((1,)), 3: Heard()}


def test_a_supervisor_hears_both_and_is_heard_by_nobody_the_agent_or_both():
    found = {mode: heard([1, 2, 4], {1, 2}, (), Monitor(4, 2, mode)) for mode in ("listen", "whisper", "barge")}
    assert found["listen"] == {1: Heard((2,)), 2: Heard((1,)), 4: Heard((1, 2))}
    assert found["whisper"] == {1: Heard((2,)), 2: Heard((1, 4)), 4: Heard((1, 2))}
    assert found["barge"] == {1: Heard((2, 4)), 2: Heard((1, 4)), 4: Heard((1, 2))}


def test_a_supervisor_hears_a_consultation_and_the_caller_only_music():
    assert heard([1, 2, 3, 4], {2, 3}, (), Monitor(4, 2, "listen")) == {
        1: Heard(sound="music"), 2: Heard((3,)), 3: Heard((2,)), 4: Heard((2, 3)),
    }  # fmt: skip


@given(talking=st.sets(st.sampled_from([1, 2, 3])), away=st.sets(st.sampled_from([1, 2, 3])))
def test_nobody_hears_themselves_or_somebody_who_does_not_hear_them(talking, away):
    found = heard([1, 2, 3], talking, away)
    for party, what in found.items():
        assert party not in what.sources
        assert not (what.sources and what.sound)
        for other in what.sources:
            assert party in found[other].sources
