"""All streams of a worker, without the worker: messages in, events out, ticks by hand."""

import gc
import random
import socket
import weakref
from collections.abc import Callable, Iterator

import pytest

from voice.media import media_protocol as said
from voice.media.ports import Ports
from voice.media.rtp import HEAD, PLAIN
from voice.media.stream import Stream
from voice.media.switchboard import Switchboard
from voice.media.tick import Beat, Due

HERE = "127.0.0.59"
ONE = Due(skip=0, run=1)


class Watch:
    def __init__(self) -> None:
        self.readers: dict[int, Callable[[float], None]] = {}

    def add(self, descriptor: int, read: Callable[[float], None]) -> None:
        self.readers[descriptor] = read

    def remove(self, descriptor: int) -> None:
        del self.readers[descriptor]

    def read(self) -> None:
        for reader in list(self.readers.values()):
            reader(0.0)


class Board:
    def __init__(self) -> None:
        self.events: list[said.FromMedia] = []
        self.watch = Watch()
        self.board = Switchboard(Ports(33200, 33299), Beat(0.0), self.events.append, self.watch)
        self.board.start()
        self.phone = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.phone.bind((HERE, 0))
        self.phone.setblocking(False)

    def say(self, *messages: said.ToMedia) -> None:
        for message in messages:
            self.board.receive(message, 0.0)

    def open(self, number: int) -> Stream:
        self.say(said.OpenStream(number, HERE))
        port = self.phone.getsockname()[1]
        self.say(said.SetRemote(number, HERE, port, "PCMU", 0, digits_payload_type=101))
        return self.board._streams[number]

    def ticks(self, count: int) -> None:
        for _ in range(count):
            self.board.tick(ONE)


@pytest.fixture
def made() -> Iterator[Board]:
    board = Board()
    yield board
    board.board.stop()
    board.phone.close()


def test_the_clock_counts_late_ticks_too(made: Board) -> None:
    stream = made.open(1)
    made.ticks(3)
    made.board.tick(Due(skip=13, run=2))
    assert stream.clock == 18 * 160


def test_messages_for_streams_that_are_gone_are_passed_over(made: Board) -> None:
    made.say(said.Stop(77), said.CloseStream(77), said.Play(77, 1, []), said.Hear(77, [1]))
    assert made.events == []


def test_a_message_that_cannot_be_done_ends_no_call(made: Board, capsys: pytest.CaptureFixture[str]) -> None:
    made.open(1)
    made.say(said.SetRemote(1, HERE, 4000, "opus", 111))
    assert "KeyError: 'opus'" in capsys.readouterr().err
    made.ticks(1)
    assert made.phone.recv(2048)


def test_a_fault_in_one_call_ends_that_call_alone(made: Board, capsys: pytest.CaptureFixture[str]) -> None:
    bad, good = made.open(1), made.open(2)
    bad.sources = [None]  # type: ignore[list-item]
    made.ticks(1)
    assert "AttributeError" in capsys.readouterr().err
    bad_clock = bad.clock
    made.ticks(5)
    assert good.clock >= 5 * 160
    assert bad.clock == bad_clock


def test_a_closed_stream_is_heard_no_more_and_its_port_is_free(made: Board) -> None:
    one = made.open(1)
    made.open(2)
    made.say(said.Hear(2, [1]), said.CloseStream(1))
    assert made.board._streams[2].sources == []
    assert isinstance(made.events[-1], said.StreamClosed)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((HERE, one.port))


def test_a_closed_stream_leaves_nothing_in_memory_although_the_collector_sleeps(made: Board) -> None:
    gc.disable()
    try:
        stream = made.open(1)
        made.say(said.SendDigits(1, "123"), said.Hear(1, [1]), said.Record(1, "/dev/null"))
        made.ticks(5)
        trace = weakref.ref(stream)
        del stream
        made.say(said.CloseStream(1))
        made.board.writer.stop()
        assert trace() is None
    finally:
        gc.enable()


def test_a_ping_is_answered_with_how_the_worker_fares(made: Board) -> None:
    made.open(1)
    made.say(said.Ping(5.5))
    assert made.events[-1] == said.Pong(5.5, 1, 0, 0.0, 0)


def test_a_peer_that_talks_before_its_answer_is_negotiated_here_is_early_and_not_at_fault(made: Board) -> None:
    made.say(said.OpenStream(1, HERE))
    stream = made.board._streams[1]
    target = (HERE, stream.port)
    audio = HEAD.pack(PLAIN, 0, 7, 0, 9) + bytes(160)
    for packet in (audio, audio, b"GET / HTTP/1.1\r\n\r\n"):
        made.phone.sendto(packet, target)
        made.watch.read()
    host, port = made.phone.getsockname()
    made.say(said.SetRemote(1, host, port, "PCMU", 0, digits_payload_type=101))
    for packet in (audio, HEAD.pack(PLAIN, 77, 8, 160, 9) + bytes(160)):
        made.phone.sendto(packet, target)
        made.watch.read()
    figures = stream.figures()
    assert (figures.packets_early, figures.packets_bad, figures.packets_in) == (2, 2, 1)


def test_no_packet_from_the_net_can_end_a_worker(made: Board) -> None:
    stream = made.open(1)
    chance = random.Random(11)
    target = (HERE, stream.port)
    for _ in range(4000):
        size = chance.choice((0, 1, 11, 12, 13, 16, 24, 172, 200, 1400))
        head = bytes([chance.choice((0x80, 0x90, 0xA0, 0x8F, 0xBF)), chance.choice((0, 13, 101, 128, 200, 201, 229))])
        made.phone.sendto((head + chance.randbytes(size))[: max(size, 1)], target)
        made.phone.sendto(chance.randbytes(size), (HERE, stream.port + 1))
        made.watch.read()
        made.ticks(1)
    assert made.board._streams[1] is stream
    figures = stream.figures()
    assert figures.packets_bad > 100
    assert 0 <= figures.mos <= 4.5
