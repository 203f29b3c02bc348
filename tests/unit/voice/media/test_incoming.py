"""From packets to audio and digits, through a bad network in virtual time."""

import audioop
import random
import struct
import wave
from pathlib import Path

import numpy as np
import pytest

from voice.media import tones
from voice.media.codec import SILENCE
from voice.media.incoming import Incoming

SPEECH = Path("/usr/share/asterisk/sounds/en_US_f_Allison/vm-intro.wav")
HEAD = struct.Struct(">BBHII")


class Ear:
    """An incoming half with its key presses."""

    def __init__(self, digits: int = 101, noise: int = 13) -> None:
        self.presses: list[tuple[str, int, bool]] = []
        self.incoming = Incoming(lambda press, in_band: self.presses.append((*press, in_band)))
        self.incoming.negotiated("PCMU", 0, digits, noise)
        self.sequence = 100

    def packet(self, stamp: int, payload: bytes, kind: int = 0, now: float = 0.0, marker: bool = False) -> None:
        self.sequence += 1
        self.incoming.packet(HEAD.pack(0x80, kind | 0x80 * marker, self.sequence, stamp, 9) + payload, now)


def speech() -> list[bytes]:
    with wave.open(str(SPEECH)) as file:
        linear = file.readframes(file.getnframes())
    coded = audioop.lin2ulaw(linear, 2)
    return [coded[at : at + 160] for at in range(0, len(coded) - 160, 160)]


def through(frames: list[bytes], loss: float, jitter: float, seed: int) -> tuple[Ear, list[bytes]]:
    """Send frames with random loss and delay (packets overtake each other) and return what came out."""
    chance, ear = random.Random(seed), Ear()
    packets = []
    for place, frame in enumerate(frames):
        if chance.random() >= loss:
            packets.append((0.02 * place + chance.uniform(0, jitter), place, frame))
    packets.sort()
    out, now = [], 0.0
    while now < 0.02 * len(frames) + 0.5:
        now += 0.02
        while packets and packets[0][0] < now:
            at, place, frame = packets.pop(0)
            ear.incoming.packet(HEAD.pack(0x80, 0, place & 0xFFFF, 160 * place, 9) + frame, at)
        out.append(ear.incoming.frame())
    return ear, out


def test_a_clean_line_brings_every_frame_and_makes_nothing_up() -> None:
    frames = speech()
    ear, out = through(frames, loss=0, jitter=0.001, seed=1)
    heard = set(out)
    assert sum(audioop.ulaw2lin(frame, 2) in heard for frame in frames) >= len(frames) - 3
    assert ear.incoming.arrivals.lost == 0
    assert ear.incoming.concealed <= 3, "only the end of the talk"


def test_five_percent_loss_with_forty_milliseconds_of_jitter_is_concealed() -> None:
    frames = speech() * 5
    ear, out = through(frames, loss=0.05, jitter=0.04, seed=4)
    lost = ear.incoming.arrivals.lost / len(frames)
    assert lost == pytest.approx(0.05, abs=0.02)
    assert ear.incoming.jitter.late < 0.02 * len(frames)
    assert ear.incoming.concealed < 0.12 * len(frames)
    loud = [np.frombuffer(frame, "<i2") for frame in out]
    holes = sum(not frame.any() for frame in loud[5 : len(frames)])
    assert holes < 0.03 * len(frames), "silence is hardly ever heard in place of speech"


def test_the_delay_under_forty_milliseconds_of_jitter_stays_below_a_hundred() -> None:
    ear, _ = through(speech() * 3, loss=0.05, jitter=0.04, seed=5)
    jitter = ear.incoming.jitter
    assert 20 * jitter.delay_sum / jitter.puts < 60


def test_digits_are_heard_once_whatever_is_lost() -> None:
    ear = Ear()
    for duration, end in ((160, 0), (320, 0), (480, 0x80), (480, 0x80), (480, 0x80)):
        ear.packet(1000, bytes([4, end | 10]) + duration.to_bytes(2, "big"), kind=101)
    ear.packet(5000, bytes([7, 10]) + (320).to_bytes(2, "big"), kind=101)
    for _ in range(12):
        ear.incoming.frame()
    assert ear.presses == [("4", 60, False), ("7", 40, False)]


def test_in_band_digits_are_found_only_without_telephone_events() -> None:
    frames = [audioop.lin2ulaw(frame, 2) for frame in (*tones.key("8").frames[:5], *[SILENCE] * 10)]
    for digits, expected in ((-1, ["8"]), (101, [])):
        ear = Ear(digits=digits)
        for place, frame in enumerate(frames):
            ear.packet(160 * place, frame)
            ear.incoming.frame()
        for _ in range(8):
            ear.incoming.frame()
        assert [digit for digit, _, in_band in ear.presses if in_band] == expected


def test_comfort_noise_fills_the_pause_until_the_voice_is_back() -> None:
    ear = Ear()
    for place in range(10):
        ear.packet(160 * place, b"\x80" * 160)
        ear.incoming.frame()
    ear.packet(1600, bytes([40]), kind=13)
    pause = [ear.incoming.frame() for _ in range(20)][5:]
    level = 20 * np.log10(audioop.rms(b"".join(pause), 2) / 32768)
    assert level == pytest.approx(-40, abs=3)
    for place in range(30, 40):
        ear.packet(160 * place, b"\x00" * 160, marker=place == 30)
        ear.incoming.frame()
    assert audioop.rms(ear.incoming.frame(), 2) > 20000


def test_a_silent_peer_is_silence_itself() -> None:
    ear = Ear()
    assert ear.incoming.frame() is SILENCE


def test_a_codec_change_in_mid_call_is_heard_right() -> None:
    ear = Ear()
    for place in range(10):
        ear.packet(160 * place, b"\x00" * 160)
        ear.incoming.frame()
    ear.incoming.negotiated("PCMA", 8, 101, -1)
    loud = audioop.lin2alaw(b"\x00\x40" * 160, 2)
    for place in range(10, 20):
        ear.packet(160 * place, loud, kind=8)
        ear.incoming.frame()
    assert ear.incoming.frame() == audioop.alaw2lin(loud, 2)


def test_packets_of_types_that_nobody_negotiated_are_bad() -> None:
    ear = Ear()
    ear.packet(0, b"\x00" * 160, kind=34)
    ear.packet(0, b"\x00", kind=77)
    assert ear.incoming.bad == 2
    assert not ear.incoming.valid(HEAD.pack(0x80, 34, 1, 0, 9) + b"x")
    assert not ear.incoming.valid(b"hello")
    assert ear.incoming.valid(HEAD.pack(0x80, 101, 1, 0, 9) + b"x")
