"""Bits: places as the bits of an `int`, so that one `&` looks at all places at once. Pure."""

_BITS: list[int] = []


def bits_up_to(places: int) -> list[int]:
    """Return the bit of each place, of so many at least; they are made once."""
    _BITS.extend(1 << place for place in range(len(_BITS), places))
    return _BITS
