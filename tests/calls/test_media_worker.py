"""A real media worker process over loopback UDP: what it does for a call."""

import asyncio
import audioop
import contextlib
import itertools
import os
import time
import wave
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from models.errors import CannotDo
from models.settings import MediaSettings
from tests.calls.media_peer import IN_TIME, Packet, RtpPeer
from voice.media import media_protocol as protocol
from voice.media.media_client import MediaClient, MediaStream

Event = TypeVar("Event")
pytestmark = pytest.mark.call
PHONE, OTHER = "127.0.0.56", "127.0.0.57"
OURS = f"127.0.55.{1 + int(os.environ.get('PYTEST_XDIST_WORKER', 'gw0')[2:])}"
"""Of this process of pytest alone: each file with media workers may run in another, with the same ports."""
SILENCE = b"\xff" * 160
_ports = itertools.count(34000, 200)
PATIENCE = 20.0
"""Seconds for what comes at once on a machine that has nothing else to do."""


@contextlib.asynccontextmanager
async def workers(count: int = 1, pairs: int = 40) -> AsyncIterator[MediaClient]:
    first = next(_ports)
    media = MediaClient(MediaSettings(ports=f"{first}-{first + 2 * pairs - 1}", workers=count), OURS)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(media.run())
        try:
            await asyncio.wait_for(media.ready(), 30)
            yield media
        finally:
            running.cancel()


async def comes(condition: Callable[[], object], what: str) -> None:
    """Wait until a condition holds; fail naming `what` where that doesn't come."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"{what} did not come within {PATIENCE:.0f} s"
        await asyncio.sleep(0.01)


async def quiet(phone: RtpPeer) -> None:
    """Wait until a phone gets nothing any more: for five packets' time."""
    got = -1
    end = time.monotonic() + PATIENCE
    while got != len(phone.packets):
        assert time.monotonic() < end, "packets go on coming"
        got = len(phone.packets)
        await asyncio.sleep(0.1)


def missed(packets: list[Packet]) -> int:
    """Return how many packets' time a worker let pass where the machine stood still; the marker says where."""
    return sum((b.stamp - a.stamp) % 2**32 // 160 - 1 for a, b in itertools.pairwise(packets) if b.marker)


class Call:
    """A stream with its events, and a phone at its other end."""

    def __init__(self, stream: MediaStream, events: list[object], phone: RtpPeer) -> None:
        self.stream, self.events, self.phone = stream, events, phone
        self.target = (stream.address, stream.port)

    def tell(self, kind: Callable[..., protocol.ToMedia], *values: object, **named: object) -> None:
        self.stream.tell(kind(self.stream.number, *values, **named))

    def remote(self, **named: object) -> None:
        values: dict[str, object] = {"digits_payload_type": 101, **named}
        self.tell(protocol.SetRemote, PHONE, self.phone.port, "PCMU", 0, **values)

    async def event(self, kind: type[Event]) -> Event:
        """Wait for the first event of a kind."""
        await comes(lambda: any(isinstance(event, kind) for event in self.events), f"{kind.__name__}")
        return next(event for event in self.events if isinstance(event, kind))

    def audio(self) -> list[bytes]:
        return [packet.payload for packet in self.phone.packets if packet.kind == 0]


@contextlib.asynccontextmanager
async def call(media: MediaClient, beside: MediaStream | None = None, negotiated: bool = True) -> AsyncIterator[Call]:
    events: list[object] = []
    stream = await media.open(events.append, beside)
    made = Call(stream, events, RtpPeer(PHONE))
    if negotiated:
        made.remote()
    try:
        yield made
    finally:
        made.phone.close()
        await stream.close()


def sound(path: Path, seconds: float, level: int = 9000) -> str:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes((level * np.sin(np.arange(round(8000 * seconds)) * 0.4)).astype("<i2").tobytes())
    return str(path)


def loud(frames: int) -> list[bytes]:
    return [audioop.lin2ulaw((9000 * np.sin(np.arange(160) * 0.4)).astype("<i2").tobytes(), 2)] * frames


async def test_packets_leave_every_twenty_milliseconds_from_the_negotiation_on(tmp_path: Path) -> None:
    async with workers() as media, call(media) as made:
        made.tell(protocol.Play, 1, [protocol.File(sound(tmp_path / "a.wav", 0.5))])
        started, ended = await made.event(protocol.PlayStarted), await made.event(protocol.PlayEnded)
        await comes(lambda: sum(frame != SILENCE for frame in made.audio()) >= 25, "the last of the sound")
        packets = list(made.phone.packets)
    gaps = [after.at - before.at for before, after in itertools.pairwise(packets)]
    assert np.median(gaps) == pytest.approx(0.02, abs=0.004)
    assert {(b.sequence - a.sequence) % 65536 for a, b in itertools.pairwise(packets)} == {1}
    assert {(b.stamp - a.stamp) % 2**32 for a, b in itertools.pairwise(packets) if not b.marker} == {160}
    assert sum(frame != SILENCE for frame in made.audio()) == 25
    assert (ended.played, ended.reason) == (4000, "finished")
    assert 4000 <= ended.at - started.at <= 4000 + 160 * missed(packets)


async def test_a_call_over_ipv6_is_heard_both_ways_and_learnt(tmp_path: Path) -> None:
    media = MediaClient(MediaSettings(ports="33800-33809"), "::1")
    async with asyncio.TaskGroup() as group:
        running = group.create_task(media.run())
        await asyncio.wait_for(media.ready(), 30)
        events: list[object] = []
        made = Call(await media.open(events.append), events, RtpPeer("::1"))
        # Port 9 (discard): only learning finds the phone.
        made.tell(protocol.SetRemote, "::1", 9, "PCMA", 8)
        made.tell(protocol.Play, 1, [protocol.ToneSource("beep", 1)])
        await made.phone.talk(made.target, [b"\xd5" * 160] * 20, kind=8)
        learnt = await made.event(protocol.SourceLearnt)
        await comes(lambda: any(len(set(packet.payload)) > 10 for packet in made.phone.packets), "the tone")
        figures = await made.stream.close()
        assert (learnt.address, learnt.port) == ("::1", made.phone.port)
        made.phone.close()
        running.cancel()
    assert any(packet.kind == 8 and len(set(packet.payload)) > 10 for packet in made.phone.packets)
    assert (figures.packets_in, figures.packets_foreign, figures.packets_bad) == (20, 0, 0)


async def test_stop_is_heard_within_two_packets(tmp_path: Path) -> None:
    async with workers() as media, call(media) as made:
        made.tell(protocol.Play, 1, [protocol.File(sound(tmp_path / "a.wav", 3))])
        await made.event(protocol.PlayStarted)
        for _ in range(5):
            await asyncio.sleep(0.1)
            made.phone.packets.clear()
            made.tell(protocol.Stop)
            await asyncio.sleep(0.15)
            assert sum(frame != SILENCE for frame in made.audio()) <= 2
            made.tell(protocol.Play, 2, [protocol.File(sound(tmp_path / "a.wav", 3))])


async def test_digits_go_both_ways(tmp_path: Path) -> None:
    async with workers() as media, call(media) as made:
        stamp = made.phone.stamp
        for duration, end in ((160, 0), (320, 0), (480, 0x80), (480, 0x80), (480, 0x80)):
            made.phone.stamp = stamp
            made.phone.send(made.target, bytes([11, 10 | end]) + duration.to_bytes(2, "big"), 101)
        digit = await made.event(protocol.Digit)
        assert (digit.digit, digit.duration_ms, digit.in_band) == ("#", 60, False)
        made.tell(protocol.SendDigits, "1*")

        def keys() -> list[int]:
            pressed = [packet.payload for packet in made.phone.packets if packet.kind == 101]
            return [payload[0] for payload in pressed if payload[1] & 0x80]

        await comes(lambda: len(keys()) >= 6, "both keys")
        await asyncio.sleep(0.1)
        assert sum(isinstance(event, protocol.Digit) for event in made.events) == 1
        assert keys() == [1, 1, 1, 10, 10, 10]


async def test_two_streams_that_hear_each_other_are_a_bridge() -> None:
    async with workers() as media, call(media) as one, call(media, beside=one.stream) as two:
        assert one.stream.worker is two.stream.worker
        one.tell(protocol.Hear, [two.stream.number])
        two.tell(protocol.Hear, [one.stream.number])
        for _ in range(20):
            two.phone.packets.clear()
            if await one.phone.talk(one.target, loud(50)) < IN_TIME:
                break

        def heard() -> int:
            return sum(frame != SILENCE for frame in two.audio()) + missed(two.phone.packets)

        await comes(lambda: heard() >= 48, "what was said")
        assert all(frame == SILENCE for frame in one.audio())


async def test_a_recording_has_both_sides_on_one_clock(tmp_path: Path) -> None:
    async with workers() as media:
        for again in range(20):
            path = tmp_path / f"{again}.wav"
            async with call(media) as made:
                made.tell(protocol.Record, str(path))
                made.tell(protocol.Play, 1, [protocol.File(sound(tmp_path / "a.wav", 0.4, 5000))])
                started = await made.event(protocol.PlayStarted)
                recording = await made.event(protocol.RecordingStarted)
                if await made.phone.talk(made.target, loud(30)) < IN_TIME:
                    break
    samples = sound_of(path)
    left, right = samples[:, 0], samples[:, 1]
    begin = int(np.argmax(right != 0))
    assert abs(begin - (started.at - recording.at)) <= 1
    assert int(np.count_nonzero(np.abs(right) > 1000)) == pytest.approx(0.4 * 8000 * 0.87, rel=0.05)
    assert int(np.count_nonzero(np.abs(left) > 1000)) == pytest.approx(0.6 * 8000 * 0.93, rel=0.1)


def sound_of(path: Path) -> "np.ndarray[tuple[int, ...], np.dtype[np.int16]]":
    """Return what is in a recording: the whole of it once its worker has ended."""
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)


async def test_hold_sends_nothing_and_the_prompt_waits(tmp_path: Path) -> None:
    async with workers() as media, call(media) as made:
        made.tell(protocol.Play, 1, [protocol.File(sound(tmp_path / "a.wav", 1.5))])
        await made.event(protocol.PlayStarted)
        made.remote(direction="inactive")
        await quiet(made.phone)
        made.phone.packets.clear()
        await asyncio.sleep(1.6)
        assert made.phone.packets == []
        assert not any(isinstance(event, protocol.PlayEnded) for event in made.events)
        made.remote()
        await made.event(protocol.PlayEnded)


async def test_silence_of_the_peer_is_told_and_its_return(tmp_path: Path) -> None:
    async with workers() as media, call(media) as made:
        silent = await made.event(protocol.RtpSilent)
        assert silent.seconds == 1.0
        made.phone.send(made.target, SILENCE)
        await made.event(protocol.RtpBack)


async def test_before_and_after_learning_packets_from_elsewhere_do_no_harm() -> None:
    async with workers() as media, call(media) as made:
        nat, attacker = RtpPeer(OTHER), RtpPeer("127.0.0.58")
        nat.send(made.target, SILENCE)
        learnt = await made.event(protocol.SourceLearnt)
        assert (learnt.address, learnt.port) == (OTHER, nat.port)
        await attacker.talk(made.target, loud(5))
        await asyncio.sleep(0.1)
        await comes(lambda: len(nat.packets) > 5, "what is sent to who was learnt")
        assert attacker.packets == []
        made.phone.packets.clear()
        await made.phone.talk(made.target, [SILENCE] * 3)
        await comes(lambda: len(made.phone.packets) > 5, "the address that SDP named wins: what is sent to it")
        await quiet(nat)
        figures = await made.stream.close()
        nat.close()
        attacker.close()
    assert figures.packets_foreign == 5
    assert figures.packets_in == 4


async def test_rtcp_reports_come_and_go_also_on_the_rtp_port() -> None:
    async with workers() as media, call(media) as made:
        rtcp = RtpPeer(PHONE)
        made.phone.send(made.target, SILENCE)
        await comes(lambda: made.phone.packets, "our packets")
        ssrc = made.phone.packets[0].ssrc
        block = ssrc.to_bytes(4, "big") + bytes([64]) + (3).to_bytes(3, "big") + bytes(4) + (160).to_bytes(4, "big")
        report = bytes([0x81, 201, 0, 7]) + (5).to_bytes(4, "big") + block + bytes(8)
        made.phone.end.sendto(report, made.target)
        await asyncio.sleep(0.1)
        figures = await made.stream.close()
        rtcp.close()
    assert figures.remote_jitter_ms == 20.0
    assert figures.remote_lost > 0


async def test_a_used_up_port_range_is_refused_with_a_sentence_and_a_closed_call_frees_it() -> None:
    async with workers(pairs=2) as media:
        async with call(media), call(media):
            with pytest.raises(CannotDo, match="All RTP ports"):
                await media.open(lambda event: None)
        async with call(media) as made:
            assert made.stream.port
        assert media.figures()[0].streams == 0


async def test_streams_are_shared_out_and_no_port_is_leaked() -> None:
    async with workers(count=2, pairs=8) as media:
        for _ in range(12):
            async with call(media) as one, call(media) as two:
                assert one.stream.worker is not two.stream.worker
                assert one.stream.port != two.stream.port
        assert [figures.streams for figures in media.figures()] == [0, 0]
