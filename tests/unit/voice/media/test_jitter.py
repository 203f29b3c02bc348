"""The jitter buffer, in virtual time."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pytest

from voice.media.jitter import FIRST_DELAY, JitterBuffer

SSRC = 7


def frame(number: int) -> bytes:
    """A frame that shows its number."""
    return number.to_bytes(4, "big") * 40


def number_of(coded: bytes) -> int:
    return int.from_bytes(coded[:4], "big")


@dataclass
class Line:
    """Packets that arrive at given times, and ticks every 20 ms."""

    buffer: JitterBuffer = field(default_factory=JitterBuffer)
    out: list[int | None] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)

    def run(self, arrivals: Iterable[tuple[float, int, bytes]], quiet: bool = True) -> None:
        """Play (time, stamp, payload) packets and tick until half a second after the last."""
        queue = sorted(arrivals, key=lambda each: each[0])
        now, place = queue[0][0], 0
        while now < queue[-1][0] + 0.5:
            now += 0.02
            while place < len(queue) and queue[place][0] < now:
                self.buffer.put(queue[place][1], SSRC, False, queue[place][2])
                place += 1
            coded = self.buffer.take()
            self.out.append(number_of(coded) if coded is not None else None)
            if coded is not None and self.buffer.surplus and quiet:
                self.buffer.drop()

    @property
    def heard(self) -> list[int]:
        return [each for each in self.out if each is not None]


def talk(count: int, late: Callable[[int], float], begin: int = 0) -> list[tuple[float, int, bytes]]:
    return [(0.02 * each + late(each), begin + 160 * each, frame(each)) for each in range(count)]


def test_an_even_stream_comes_out_whole_and_in_order() -> None:
    line = Line()
    line.run(talk(200, lambda each: 0.011))
    assert line.heard == sorted(line.heard)
    assert set(range(200)) - set(line.heard) <= set(range(40, 60)), "only what was dropped to save delay"
    assert len(line.heard) >= 200 - FIRST_DELAY


def test_a_quiet_network_costs_less_than_one_frame_of_delay_after_a_second() -> None:
    line = Line()
    line.run(talk(200, lambda each: 0.011))
    assert line.buffer.waiting == 0
    begin = line.out.index(150)
    assert begin - 150 <= 1


@pytest.mark.parametrize("begin", [0, 0xFFFFFFFF - 160 * 30, 0x7FFFFFFF - 800])
def test_the_time_stamp_may_wrap(begin: int) -> None:
    line = Line()
    stamps = [(at, stamp & 0xFFFFFFFF, payload) for at, stamp, payload in talk(100, lambda each: 0.005, begin)]
    line.run(stamps, quiet=False)
    assert line.heard == list(range(100))


def test_reordered_packets_come_out_in_order() -> None:
    line = Line()
    line.run(talk(200, lambda each: 0.03 if each % 7 == 3 else 0.005), quiet=False)
    assert line.heard == list(range(200))
    assert line.buffer.late == 0


def test_forty_milliseconds_of_jitter_are_covered_after_the_first_second() -> None:
    chance = random.Random(3)
    line = Line()
    line.run(talk(1500, lambda each: chance.uniform(0, 0.04)))
    late_part = [each for each in line.heard if each > 200]
    assert len(late_part) >= 0.97 * 1300
    assert line.buffer.late <= 0.02 * 1500


def test_the_delay_grows_when_jitter_comes_and_shrinks_when_it_goes() -> None:
    chance = random.Random(5)

    def late(each: int) -> float:
        return chance.uniform(0, 0.12) if 300 <= each < 900 else 0.004

    line = Line()
    line.run(talk(3000, late))
    delay = {number: tick - number for tick, number in enumerate(line.out) if number is not None}
    assert delay[280] <= 1
    assert max(delay[each] for each in range(700, 900) if each in delay) >= 5
    assert delay[2990] <= 2


def test_a_packet_after_its_turn_is_late_and_not_played() -> None:
    line = Line()
    line.run(talk(50, lambda each: 0.3 if each == 20 else 0.005), quiet=False)
    assert 20 not in line.heard
    assert line.buffer.late == 1


@pytest.mark.parametrize("ptime_ms", [10, 30, 40, 60])
def test_packets_of_any_length_are_cut_into_frames(ptime_ms: int) -> None:
    size, audio = 8 * ptime_ms, b"".join(frame(each) for each in range(120))
    arrivals = [
        (begin / 8000 + ptime_ms / 1000, begin, audio[begin : begin + size]) for begin in range(0, len(audio), size)
    ]
    line = Line()
    line.run(arrivals, quiet=False)
    assert line.heard == list(range(120))


def test_half_a_frame_is_filled_with_silence() -> None:
    buffer = JitterBuffer(fill=0xD5)
    buffer.put(0, SSRC, False, b"\1" * 80)
    buffer.put(160, SSRC, False, b"\2" * 160)
    taken = [buffer.take() for _ in range(4)]
    assert taken[2:] == [b"\1" * 80 + b"\xd5" * 80, b"\2" * 160]


def test_a_fast_clock_at_the_other_end_does_not_fill_the_buffer() -> None:
    line = Line()
    line.run([(each * 0.02 * 0.999, 160 * each, frame(each)) for each in range(6000)])
    assert line.buffer.waiting <= 1
    lost = 6000 - len(line.heard)
    assert lost <= 6000 * 0.001 + 4, "only what drift asks for is dropped"


def test_a_slow_clock_at_the_other_end_does_not_make_packets_late() -> None:
    line = Line()
    line.run([(each * 0.02 * 1.001, 160 * each, frame(each)) for each in range(6000)])
    assert line.buffer.late <= 0.01 * 6000
    assert len(line.heard) >= 0.99 * 6000


def test_another_source_is_heard_at_once() -> None:
    line = Line()
    line.run(talk(50, lambda each: 0.005), quiet=False)
    line.buffer.put(999_999, SSRC + 1, True, frame(500))
    assert [line.buffer.take() for _ in range(FIRST_DELAY + 1)][-1] == frame(500)


@pytest.mark.parametrize("jump", [+800_000, -800_000, -4000])
def test_a_jump_of_the_time_stamps_costs_a_few_packets_at_most(jump: int) -> None:
    line = Line()
    packets = talk(50, lambda each: 0.005)
    packets += [(at + 1.0, stamp + 8000 + jump, frame(100 + place)) for place, (at, stamp, _) in enumerate(packets)]
    line.run(packets, quiet=False)
    assert len([each for each in line.heard if each >= 100]) >= 50 - 5


def test_one_wild_packet_does_not_throw_the_stream_away() -> None:
    line = Line()
    packets = talk(50, lambda each: 0.005)
    packets.append((0.5, 3_000_000_000, frame(999)))
    line.run(packets, quiet=False)
    assert line.heard == list(range(50))


def test_a_pause_of_the_peer_changes_nothing() -> None:
    line = Line()
    line.run([each for each in talk(200, lambda each: 0.005) if not 60 <= each[1] // 160 < 140], quiet=False)
    assert line.heard == [*range(60), *range(140, 200)]


def test_a_peer_whose_clock_stands_still_in_a_pause_is_heard_from_the_first_packet_on() -> None:
    line = Line()
    line.run(
        [*talk(50, lambda each: 0.005), *((2 + 0.02 * n, 8000 + 160 * n, frame(100 + n)) for n in range(50))], False
    )
    assert line.heard == [*range(50), *range(100, 150)]


def test_a_stall_of_the_network_leaves_no_delay_behind() -> None:
    line = Line()
    line.run(talk(600, lambda each: max(0.4 - 0.02 * (each - 100), 0.005) if 100 <= each < 120 else 0.005))
    delay = {number: tick - number for tick, number in enumerate(line.out) if number is not None}
    assert delay[599] <= delay[99] + 1


def test_the_buffer_stays_small_under_a_flood() -> None:
    buffer = JitterBuffer()
    chance = random.Random(1)
    for _ in range(20_000):
        buffer.put(chance.getrandbits(32), SSRC, False, frame(1))
    assert buffer.waiting < 100
