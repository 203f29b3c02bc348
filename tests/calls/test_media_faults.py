"""What may go wrong around a media worker: it is killed, stopped, or its disk is full."""

import asyncio
import itertools
import os
import signal
import time
import wave
from pathlib import Path

import numpy as np
import pytest

from tests.calls.test_media_worker import SILENCE, call, loud, sound, workers
from voice.line import MediaLost
from voice.media import media_protocol as protocol

pytestmark = pytest.mark.call


def running(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def title(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()


async def test_a_killed_worker_is_told_to_every_stream_and_started_again() -> None:
    async with workers() as media, call(media) as one, call(media) as two:
        first = media.figures()[0].pid
        os.kill(first, signal.SIGKILL)
        for made in (one, two):
            lost = await made.event(MediaLost, 5)
            assert isinstance(lost, MediaLost)
            assert lost.stream == made.stream.number
        assert (await one.stream.close()).packets_in == 0
        await asyncio.wait_for(media.ready(), 10)
        assert media.figures()[0].pid != first
        assert media.figures()[0].restarts == 1
        async with call(media) as again:
            await asyncio.sleep(0.2)
            assert len(again.phone.packets) > 3


async def test_a_killed_worker_leaves_a_recording_that_is_readable_up_to_the_last_second(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    async with workers() as media, call(media) as made:
        made.tell(protocol.Record, str(path))
        made.tell(protocol.Play, 1, [protocol.File(sound(tmp_path / "a.wav", 5))])
        await made.event(protocol.PlayStarted)
        await made.phone.talk(made.target, loud(110))
        os.kill(media.figures()[0].pid, signal.SIGKILL)
        with wave.open(str(path)) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
        await made.event(MediaLost)
    assert len(samples) / 8000 > 2.2 - 1
    assert np.abs(samples[-800:]).max(axis=0).min() > 5000, "both channels, up to the end"


async def test_a_full_disk_ends_the_recording_and_the_call_goes_on(tmp_path: Path) -> None:
    async with workers() as media, call(media) as made:
        made.tell(protocol.Record, "/dev/full")
        failed = await made.event(protocol.RecordingFailed)
        assert isinstance(failed, protocol.RecordingFailed)
        assert "No space left on device" in failed.reason
        made.phone.packets.clear()
        made.tell(protocol.Play, 1, [protocol.File(sound(tmp_path / "a.wav", 0.2))])
        await made.event(protocol.PlayEnded)
        assert sum(frame != SILENCE for frame in made.audio()) == 10
        made.tell(protocol.Record, str(tmp_path / "next.wav"))
        await asyncio.sleep(0.1)
        await made.stream.close()
    assert (tmp_path / "next.wav").exists()


async def test_a_worker_that_was_stopped_for_300_ms_catches_up_without_a_burst(tmp_path: Path) -> None:
    async with workers() as media, call(media) as made:
        made.tell(protocol.Play, 1, [protocol.File(sound(tmp_path / "a.wav", 1.5))])
        await made.event(protocol.PlayStarted)
        pid = media.figures()[0].pid
        await asyncio.sleep(0.2)
        os.kill(pid, signal.SIGSTOP)
        await asyncio.sleep(0.3)
        os.kill(pid, signal.SIGCONT)
        ended = await made.event(protocol.PlayEnded)
        packets = list(made.phone.packets)
    assert isinstance(ended, protocol.PlayEnded)
    assert ended.played == 12000, "no word of the prompt is lost"
    assert {(b.sequence - a.sequence) % 65536 for a, b in itertools.pairwise(packets)} == {1}
    stamps = [(packet.stamp - packets[0].stamp) % 2**32 / 8000 for packet in packets]
    # Seconds that each packet came after its time stamp's moment; a burst of 15 would begin at 0.3.
    late = [packet.at - packets[0].at - stamp for packet, stamp in zip(packets, stamps, strict=True)]
    hole = max(range(1, len(packets)), key=lambda place: packets[place].at - packets[place - 1].at)
    assert packets[hole].at - packets[hole - 1].at > 0.28
    assert max(late[hole:]) < 0.045, "at most two packets leave together"
    assert min(late) > -0.015, "none leaves before its time"
    assert packets[hole].marker


async def test_a_hung_worker_is_replaced() -> None:
    async with workers() as media, call(media) as made:
        pid = media.figures()[0].pid
        os.kill(pid, signal.SIGSTOP)
        try:
            lost = await made.event(MediaLost, 10)
        finally:
            if running(pid):
                os.kill(pid, signal.SIGCONT)
        assert isinstance(lost, MediaLost)
        assert "no sign of life" in lost.reason
        await asyncio.wait_for(media.ready(), 10)


async def test_a_sound_file_that_is_missing_ends_its_play_with_a_note(tmp_path: Path) -> None:
    async with workers() as media, call(media) as made:
        made.tell(protocol.Play, 1, [protocol.File(str(tmp_path / "nowhere.wav"))])
        ended = await made.event(protocol.PlayEnded)
        assert isinstance(ended, protocol.PlayEnded)
        assert ended.reason == "failed"
        assert "No such file" in ended.note


async def test_garbage_on_the_rtp_port_is_counted_and_harmless() -> None:
    async with workers() as media, call(media) as made:
        made.phone.send(made.target, SILENCE)
        for packet in (b"", b"\x80", b"GET / HTTP/1.1\r\n\r\n", bytes(2000), b"\xbf" * 30, b"\x80\x00" + bytes(10)):
            made.phone.end.sendto(packet, made.target)
        await made.phone.talk(made.target, [SILENCE] * 5)
        figures = await made.stream.close()
    assert figures.packets_bad >= 5
    assert figures.packets_in == 6


async def test_a_worker_ends_by_itself_when_the_server_is_gone(tmp_path: Path) -> None:
    async with workers() as media:
        pid = media.figures()[0].pid
        name = title(pid)
        assert name == "hotline media 1"
    end = time.monotonic() + 3
    while running(pid) and time.monotonic() < end:
        await asyncio.sleep(0.02)
    assert not running(pid)
