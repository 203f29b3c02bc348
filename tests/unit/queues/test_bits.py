"""Bits: one for each place, and the same ones for everybody."""

from queues.bits import bits_up_to


def test_bits_are_made_as_far_as_they_are_asked_for_and_kept():
    some = bits_up_to(5)
    assert some[:5] == [1, 2, 4, 8, 16]
    assert bits_up_to(len(some) + 3) is some
    assert some[-1] == 1 << len(some) - 1
