"""Scratch: the same room again and again, as large as the largest that was asked for."""

import numpy as np

from queues.scratch import Scratch


def test_a_room_is_the_same_one_again_until_it_has_to_be_larger():
    scratch = Scratch()
    first = scratch.room("a", 10)
    assert first.base is scratch.room("a", 7).base
    assert scratch.room("a", 11).size == 11
    assert scratch.room("a", 20).base is not first.base
    assert scratch.room("a", 3).base is not scratch.room("b", 3).base


def test_what_is_taken_lies_in_the_room():
    scratch = Scratch()
    taken = scratch.take("a", np.array([5, 6, 7]), np.array([2, 0, -1, 1]))
    assert taken.tolist() == [7, 5, 7, 6]
    assert taken.base is scratch.room("a", 4).base
