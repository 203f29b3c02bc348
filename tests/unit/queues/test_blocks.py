"""Blocks: every place is in one, until it is given for good."""

from queues.blocks import Blocks


def test_what_leads_to_no_free_place_is_a_block_of_its_own_from_the_beginning():
    blocks = Blocks(4, 0b0110)
    assert (blocks.of, blocks.open) == ([0, 1, 1, 0], [0b1001, 0b0110])


def test_a_part_is_only_taken_of_the_block_that_is_asked():
    blocks = Blocks(5, 0b00110)
    blocks.part(0, 0b01011)
    assert (blocks.of, blocks.open) == ([2, 1, 1, 2, 0], [0b10000, 0b00110, 0b01001])


def test_where_every_place_leads_to_a_free_one_there_is_one_block():
    assert (Blocks(3, 0).of, Blocks(3, 0).open) == ([0, 0, 0], [0b111])
