"""The callers' audio on its way to a speech worker."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from asr_tts.speech_protocol import AUDIO_HEAD, CONCEALED, WITH_REFERENCE
from voice.media.speech_feed import SpeechFeed


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[socket.socket]:
    end = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    end.bind(str(tmp_path / "audio"))
    end.listen()
    end.settimeout(2)
    with end:
        yield end


def frames(packet: bytes) -> list[tuple[int, int, int, bytes]]:
    found = []
    while packet:
        stream, at, flags = AUDIO_HEAD.unpack_from(packet)
        size = AUDIO_HEAD.size + (640 if flags & WITH_REFERENCE else 320)
        found.append((stream, at, flags, packet[AUDIO_HEAD.size : size]))
        packet = packet[size:]
    return found


def test_all_streams_of_a_tick_come_in_one_packet(listener: socket.socket) -> None:
    feed = SpeechFeed(listener.getsockname())
    feed.add(1, 160, b"a" * 320, None, False)
    feed.add(2, 480, b"b" * 320, b"c" * 320, True)
    feed.send()
    end, _ = listener.accept()
    assert frames(end.recv(1 << 20)) == [
        (1, 160, 0, b"a" * 320),
        (2, 480, WITH_REFERENCE | CONCEALED, b"b" * 320 + b"c" * 320),
    ]
    assert feed.dropped == 0


def test_a_reader_that_does_not_read_costs_frames_and_no_time(listener: socket.socket) -> None:
    feed = SpeechFeed(listener.getsockname())
    for tick in range(20_000):
        feed.add(1, 160 * tick, bytes(320), None, False)
        feed.send()
    assert 0 < feed.dropped < 20_000
    end, _ = listener.accept()
    assert frames(end.recv(1 << 20))[0][1] == 0


def test_without_a_listener_frames_are_dropped_and_a_later_one_is_found(tmp_path: Path) -> None:
    feed = SpeechFeed(str(tmp_path / "later"))
    feed.add(1, 0, bytes(320), None, False)
    feed.send()
    assert feed.dropped == 1
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as end:
        end.bind(str(tmp_path / "later"))
        end.listen()
        for tick in range(60):
            feed.add(1, 160 * tick, bytes(320), None, False)
            feed.send()
        end.settimeout(2)
        reader, _ = end.accept()
        assert frames(reader.recv(1 << 20))[0][1] > 0


def test_a_lost_connection_is_made_again(listener: socket.socket) -> None:
    feed = SpeechFeed(listener.getsockname())
    feed.add(1, 0, bytes(320), None, False)
    feed.send()
    listener.accept()[0].close()
    for tick in range(3):
        feed.add(1, tick, bytes(320), None, False)
        feed.send()
    assert feed.dropped == 1
    assert frames(listener.accept()[0].recv(1 << 20))[0][1] == 1


def test_a_tick_of_very_many_streams_is_split() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    feed = SpeechFeed("x")
    feed._socket = ours
    for stream in range(200):
        feed.add(stream, 0, bytes(320), bytes(320), False)
    feed.send()
    theirs.settimeout(2)
    first, second = theirs.recv(1 << 20), theirs.recv(1 << 20)
    assert max(len(first), len(second)) <= 1 << 16
