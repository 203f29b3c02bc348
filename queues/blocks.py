"""Blocks: sets of places none of which is left by a move that is of any use; they only ever get smaller. Pure.

Somebody may get a place only if its holder can move, and whoever makes room for that one, and so on in a circle back to
where who asks is now; or on to a free place, and the one that is left is free then. All places of such a circle are in
one block, so places in other blocks need no look. A search that ends nowhere has seen a set that no move leaves: it
becomes a block of its own, and nobody outside looks into it again.
"""

from queues.bits import bits_up_to


class Blocks:
    """A partition of the places that are not yet given for good."""

    def __init__(self, places: int, lost: int) -> None:
        """`lost`, as bits: from their holders no move leads to a free place. All that are free are in block 0."""
        self._bit = bits_up_to(places)
        self.of = [0] * places
        """Block of each place; -1: given for good."""
        self.open = [(1 << places) - 1]
        """Places of each block, as bits; none that is given for good."""
        if lost:
            self.part(0, lost)

    def part(self, block: int, some: int) -> None:
        """Make those of `some` that are in `block` a block of their own."""
        some &= self.open[block]
        self.open[block] ^= some
        name = len(self.open)
        self.open.append(some)
        while some:
            place = some.bit_length() - 1
            some ^= self._bit[place]
            self.of[place] = name
