"""What may go wrong around a media worker: it is killed, stopped, or its disk is full."""

import asyncio
import itertools
import os
import signal
from pathlib import Path

import numpy as np
import pytest

from tests.calls.test_media_worker import SILENCE, call, comes, loud, sound, sound_of, workers
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
            lost = await made.event(MediaLost)
            assert lost.stream == made.stream.number
        assert (await one.stream.close()).packets_in == 0
        await asyncio.wait_for(media.ready(), 120)
        assert media.figures()[0].pid != first
        assert media.figures()[0].restarts == 1
        async with call(media) as again:
            await comes(lambda: len(again.phone.packets) > 3, "packets of the new worker")


async def test_a_killed_worker_leaves_a_recording_that_is_readable_up_to_the_last_second(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    async with workers() as media, call(media) as made:
        made.tell(protocol.Record, str(path))
        made.tell(protocol.Play, 1, [protocol.File(sound(tmp_path / "a.wav", 20))])
        await made.event(protocol.PlayStarted)
        talking = asyncio.ensure_future(made.phone.talk(made.target, loud(1000)))
        await asyncio.sleep(2.2)
        # The writer's thread may come late to what it was handed over a second ago, where the machine is busy.
        await comes(lambda: len(sound_of(path)) / 8000 > 2.2 - 1, "what was said a second ago")
        os.kill(media.figures()[0].pid, signal.SIGKILL)
        talking.cancel()
        await asyncio.wait([talking])
        await made.event(MediaLost)
        samples = sound_of(path)
    assert len(samples) / 8000 > 2.2 - 1
    assert np.abs(samples[-1600:]).max(axis=0).min() > 5000, "both channels, up to the end"


async def test_a_full_disk_ends_the_recording_and_the_call_goes_on(tmp_path: Path) -> None:
    async with workers() as media, call(media) as made:
        made.tell(protocol.Record, "/dev/full")
        failed = await made.event(protocol.RecordingFailed)
        assert "No space left on device" in failed.reason
        made.phone.packets.clear()
        made.tell(protocol.Play, 1, [protocol.File(sound(tmp_path / "a.wav", 0.2))])
        await made.event(protocol.PlayEnded)
        assert sum(frame != SILENCE for frame in made.audio()) == 10
        made.tell(protocol.Record, str(tmp_path / "next.wav"))
        await asyncio.sleep(0.1)
        await made.stream.close()
        await comes((tmp_path / "next.wav").exists, "the next recording")


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
    assert ended.played == 12000, "no word of the prompt is lost"
    assert {(b.sequence - a.sequence) % 65536 for a, b in itertools.pairwise(packets)} == {1}
    stamps = [(packet.stamp - packets[0].stamp) % 2**32 / 8000 for packet in packets]
    # Seconds that each packet left after its time stamp's moment, and what of it is usual.
    late = np.array([packet.at - packets[0].at - stamp for packet, stamp in zip(packets, stamps, strict=True)])
    late -= np.quantile(late, 0.1)
    hole = max(range(1, len(packets)), key=lambda place: packets[place].at - packets[place - 1].at)
    assert packets[hole].at - packets[hole - 1].at > 0.28
    assert np.median(late[hole:]) < 0.015, "what was missed isn't made up for"
    for first, fourth in zip(packets, packets[3:], strict=False):
        assert fourth.at - first.at > 0.015, "at most two packets leave together, and soon after them the next in time"
    assert min(late) > -0.015, "none leaves before its time"
    assert packets[hole].marker


async def test_a_hung_worker_is_replaced() -> None:
    async with workers() as media, call(media) as made:
        pid = media.figures()[0].pid
        os.kill(pid, signal.SIGSTOP)
        try:
            lost = await made.event(MediaLost)
        finally:
            if running(pid):
                os.kill(pid, signal.SIGCONT)
        assert "no sign of life" in lost.reason
        await asyncio.wait_for(media.ready(), 120)


async def test_a_sound_file_that_is_missing_ends_its_play_with_a_note(tmp_path: Path) -> None:
    async with workers() as media, call(media) as made:
        made.tell(protocol.Play, 1, [protocol.File(str(tmp_path / "nowhere.wav"))])
        ended = await made.event(protocol.PlayEnded)
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
    await comes(lambda: not running(pid), "the worker's end")
