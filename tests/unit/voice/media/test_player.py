"""The queue of what is played."""

from collections.abc import Callable

from voice.media.media_protocol import File, PlayEnded, PlayStarted, ToneSource
from voice.media.player import Player
from voice.media.sound import Sound


def sound(name: int, frames: int) -> Sound:
    return Sound(b"".join(bytes([name, place]) * 160 for place in range(frames)))


class Shelf:
    """Files that are there at once, or when `deliver` is called."""

    def __init__(self, **sounds: Sound) -> None:
        self.sounds = sounds
        self.slow = False
        self._waiting: list[Callable[[], None]] = []

    def want(self, path: str, codec: str, done: Callable[[Sound | None, str], None]) -> None:
        found = self.sounds.get(path)
        if found is not None:
            found.prepare(codec)
        answer = (found, "" if found else f"no {path}")
        if self.slow:
            self._waiting.append(lambda: done(*answer))
        else:
            done(*answer)

    def deliver(self) -> None:
        for each in self._waiting:
            each()
        self._waiting.clear()


class Turntable:
    """A player with a clock; `heard` is a list of (sound, frame) or None."""

    def __init__(self, **sounds: Sound) -> None:
        self.shelf = Shelf(**sounds)
        self.events: list[PlayStarted | PlayEnded] = []
        self.player = Player(1, self.shelf, self.events.append)
        self.player.use("PCMU")
        self.clock = 0

    def play(self, number: int, *names: str, replace: bool = False, last: bool = True, loop: bool = False) -> None:
        sources = [File(name, loop) for name in names]
        self.player.play(number, list(sources), replace, last, self.clock)

    def hear(self, ticks: int) -> list[tuple[int, int] | None]:
        heard: list[tuple[int, int] | None] = []
        for _ in range(ticks):
            frame = self.player.take(self.clock)
            heard.append((frame[0], frame[1]) if frame is not None else None)
            self.clock += 160
        return heard


def a_and_b() -> Turntable:
    return Turntable(a=sound(1, 3), b=sound(2, 2))


def test_clauses_follow_each_other_without_a_hole() -> None:
    table = a_and_b()
    table.play(7, "a", "b")
    assert table.hear(7) == [(1, 0), (1, 1), (1, 2), (2, 0), (2, 1), None, None]
    assert table.events == [PlayStarted(1, 7, 0), PlayEnded(1, 7, 800, 800, "finished")]


def test_a_second_play_waits_for_the_first() -> None:
    table = a_and_b()
    table.play(1, "a")
    table.play(2, "b")
    assert table.hear(5) == [(1, 0), (1, 1), (1, 2), (2, 0), (2, 1)]
    assert table.events[1:] == [PlayEnded(1, 1, 480, 480, "finished"), PlayStarted(1, 2, 480)]


def test_an_open_play_is_silent_until_more_clauses_come() -> None:
    table = a_and_b()
    table.play(1, "a", last=False)
    assert table.hear(5)[3:] == [None, None]
    table.play(1, "b")
    assert table.hear(3) == [(2, 0), (2, 1), None]
    assert table.events == [PlayStarted(1, 1, 0), PlayEnded(1, 1, 1120, 800, "finished")]


def test_an_open_play_may_be_closed_with_nothing_more() -> None:
    table = a_and_b()
    table.play(1, "a", last=False)
    table.hear(5)
    table.play(1)
    table.hear(1)
    assert table.events[-1] == PlayEnded(1, 1, 800, 480, "finished")


def test_replacing_is_heard_with_the_next_frame() -> None:
    table = a_and_b()
    table.play(1, "a")
    table.play(2, "a")
    table.hear(1)
    table.play(3, "b", replace=True)
    assert table.hear(1) == [(2, 0)]
    assert table.events[1:3] == [PlayEnded(1, 1, 160, 160, "stopped"), PlayEnded(1, 2, 160, 0, "stopped")]


def test_stop_is_heard_with_the_next_frame_and_ends_every_play() -> None:
    table = a_and_b()
    table.play(1, "a")
    table.play(2, "b")
    table.hear(2)
    table.player.stop(table.clock)
    assert table.hear(2) == [None, None]
    assert [event for event in table.events if isinstance(event, PlayEnded)] == [
        PlayEnded(1, 1, 320, 320, "stopped"),
        PlayEnded(1, 2, 320, 0, "stopped"),
    ]


def test_a_pause_goes_on_where_it_was_cut() -> None:
    table = a_and_b()
    table.play(1, "a")
    table.hear(1)
    table.player.pause()
    assert table.hear(3) == [None] * 3
    table.player.resume(0)
    assert table.hear(2) == [(1, 1), (1, 2)]


def test_a_resume_rewinds_across_clauses_but_not_before_the_play() -> None:
    table = a_and_b()
    table.play(1, "a", "b")
    table.hear(4)
    table.player.pause()
    table.player.resume(40)
    assert table.hear(3) == [(1, 2), (2, 0), (2, 1)]
    table.play(2, "b")
    table.hear(1)
    table.player.pause()
    table.player.resume(10_000)
    assert table.hear(2) == [(2, 0), (2, 1)]
    table.hear(1)
    assert [event.played for event in table.events if isinstance(event, PlayEnded)] == [800, 320]


def test_a_loop_goes_round_until_it_is_stopped() -> None:
    table = a_and_b()
    table.play(1, "b", loop=True)
    assert table.hear(5) == [(2, 0), (2, 1), (2, 0), (2, 1), (2, 0)]
    table.player.stop(table.clock)
    assert table.events[-1] == PlayEnded(1, 1, 800, 800, "stopped")


def test_a_tone_lasts_as_long_as_asked() -> None:
    table = a_and_b()
    table.player.play(1, [ToneSource("busy", 2.0)], False, True, 0)
    assert sum(each is not None for each in table.hear(120)) == 100
    table.player.play(2, [ToneSource("beep")], False, True, table.clock)
    assert sum(each is not None for each in table.hear(120)) == 20
    table.player.play(3, [ToneSource("ringback")], False, True, table.clock)
    assert None not in table.hear(1000)


def test_a_file_that_is_not_there_yet_is_waited_for() -> None:
    table = a_and_b()
    table.shelf.slow = True
    table.play(1, "a")
    assert table.hear(2) == [None, None]
    table.shelf.deliver()
    assert table.hear(1) == [(1, 0)]
    assert table.events == [PlayStarted(1, 1, 320)]


def test_a_missing_file_ends_the_play_with_a_note_and_the_next_one_plays() -> None:
    table = a_and_b()
    table.play(1, "a", "nowhere")
    table.play(2, "b")
    assert (2, 0) in table.hear(4)
    ended = next(event for event in table.events if isinstance(event, PlayEnded))
    assert (ended.play, ended.reason, ended.note) == (1, "failed", "no nowhere")


def test_an_empty_file_ends_the_play() -> None:
    table = Turntable(empty=Sound(b""))
    table.play(1, "empty")
    assert table.hear(1) == [None]
    assert table.events == [PlayEnded(1, 1, 0, 0, "failed", "The sound file 'empty' is empty.")]


def test_frames_come_coded_where_that_can_be_shared() -> None:
    table = a_and_b()
    table.play(1, "a", "b")
    table.hear(1)
    first = table.shelf.sounds["a"].coded("PCMU")
    assert first is not None
    assert table.player.payload is first[0]
    table.player.use("PCMA")
    table.hear(1)
    assert table.player.payload is None, "not coded so yet: the tick codes it"
    table.shelf.sounds["a"].prepare("PCMA")
    table.player.use("PCMA")
    table.hear(1)
    coded = table.shelf.sounds["a"].coded("PCMA")
    assert coded is not None
    assert table.player.payload is coded[2]
    table.player.use("G722")
    table.hear(1)
    assert table.player.payload is None


def test_a_pause_that_comes_after_the_end_doesnt_mute_what_comes_next() -> None:
    table = a_and_b()
    table.play(1, "b")
    table.hear(3)
    table.player.pause()
    table.play(2, "b")
    assert table.hear(2) == [(2, 0), (2, 1)]
