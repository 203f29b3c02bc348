"""Codecs on the wire."""

import numpy as np
import pytest

from voice.media import codec as codecs
from voice.media.codec import FRAME, SILENCE, make


def sine(hertz: float, frames: int = 50) -> bytes:
    return (8000 * np.sin(2 * np.pi * hertz * np.arange(160 * frames) / 8000)).astype("<i2").tobytes()


@pytest.mark.parametrize("name", ["PCMU", "PCMA", "G722"])
def test_a_frame_is_160_bytes_on_the_wire_and_sounds_the_same_after_it(name: str) -> None:
    codec, linear = make(name), sine(500)
    coded = [codec.encode(linear[at : at + 320]) for at in range(0, len(linear), 320)]
    assert {len(each) for each in coded} == {FRAME}
    heard = np.frombuffer(b"".join(codec.decode(each, 2) for each in coded), "<i2").astype(float)
    said = np.frombuffer(linear, "<i2").astype(float)
    # G.722's filter banks delay by some samples: compare at the best lag.
    errors = [np.mean((said[1000:7000] - heard[1000 + lag : 7000 + lag]) ** 2) for lag in range(40)]
    assert 10 * np.log10(np.mean(said[1000:7000] ** 2) / min(errors)) > 20


@pytest.mark.parametrize("name", ["PCMU", "PCMA", "G722"])
def test_the_fill_byte_is_silence(name: str) -> None:
    codec = make(name)
    assert codecs.loudness(codec.decode(bytes([codec.silence]) * FRAME, 2)) < 60
    assert codecs.loudness(SILENCE) == 0


def test_streams_do_not_share_the_state_of_g722() -> None:
    one, two = make("G722"), make("G722")
    for at in range(0, 3200, 320):
        one.encode(sine(1000, 10)[at : at + 320])
    assert two.encode(SILENCE) == make("G722").encode(SILENCE)


def test_an_unknown_codec_is_refused() -> None:
    with pytest.raises(KeyError):
        make("opus")
