"""Messages in, bytes in any pieces, the same messages out."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.framing import LENGTH, LONGEST, Framing


class Word(msgspec.Struct, tag=True):
    text: str


class Number(msgspec.Struct, tag=True):
    value: int


Either = Word | Number
messages = st.lists(st.builds(Word, st.text()) | st.builds(Number, st.integers(-(2**31), 2**31)))


@given(messages, st.integers(1, 50))
def test_messages_survive_any_cutting_of_the_bytes(sent, size):
    framing: Framing[Either] = Framing(Either)
    wire = b"".join(framing.pack(message) for message in sent)
    got = [m for i in range(0, len(wire), size) for m in framing.feed(wire[i : i + size])]
    assert got == sent


def test_a_length_beyond_the_limit_is_refused_before_it_is_waited_for():
    framing: Framing[Either] = Framing(Either)
    with pytest.raises(ValueError, match="longer than"):
        list(framing.feed(LENGTH.pack(LONGEST + 1)))


def test_bytes_that_are_no_message_are_refused():
    framing: Framing[Either] = Framing(Either)
    with pytest.raises(msgspec.DecodeError):
        list(framing.feed(LENGTH.pack(2) + b"\xc1\xc1"))
