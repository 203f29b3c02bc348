"""The server's metrics: what reception, workers, stack and call log count anyway, under their Prometheus names."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Protocol

from models.call_log import CallLog
from models.call_note import CallAnswered, CallEnded, CallNote, EventHappened, TurnChanged, TurnTaken
from voice.media.media_client import MediaClient, WorkerFigures
from voice.metrics import Family, Gauges, Histogram

ANSWER_BOUNDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.5, 2.0, 3.0, 5.0)
LENGTH_BOUNDS = (5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0)


class Running(Protocol):
    """What is asked of the reception."""

    @property
    def calls(self) -> int: ...


class Listening(Protocol):
    """What is asked of the speech workers."""

    def counts(self) -> Mapping[str, float]:
        """Backlog, dropped frames, restarts and the like, by name."""


class Counting(Protocol):
    """What is asked of the SIP stack."""

    counts: Counter[str]


def show(
    gauges: Gauges, reception: Running, media: MediaClient, speech: Listening, stack: Counting, call_log: CallLog
) -> None:
    """Let `gauges` show all of it from now on."""
    calls = _Calls(gauges)
    call_log.events.subscribe(calls.hear)
    gauges.add(
        Family("hotline_calls", "Calls now.", lambda: {"": reception.calls}),
        Family("hotline_calls_ended", "Ended calls by cause.", lambda: dict(calls.ended), label="cause", counter=True),
        Family("hotline_calls_answered", "Answered calls.", lambda: {"": calls.answered}, counter=True),
        Family("hotline_caller_turns", "What callers said or keyed.", lambda: {"": calls.turns}, counter=True),
        Family("hotline_records_waiting", "Notes not yet in the database.", lambda: {"": call_log.waiting}),
        Family("hotline_sip", "What the SIP stack counts.", lambda: dict(stack.counts), label="what", counter=True),
        Family("hotline_speech", "How the speech workers fare.", speech.counts, label="what"),
        Family("hotline_robot_hit_rate", "Share of callers' turns that the robot understood.", calls.hit_rate),
        Family("hotline_robot_self_solve_rate", "Share of answered calls that no person was asked for.", calls.solved),
        Family("hotline_robot_transfer_rate", "Share of answered calls handed over to persons.", calls.handed_over),
        *_media(media),
    )


def _media(media: MediaClient) -> list[Family]:
    def each(value: Callable[[WorkerFigures], float]) -> Callable[[], Mapping[str, float]]:
        return lambda: {worker.name: value(worker) for worker in media.figures()}

    return [
        Family("hotline_media_up", "1 while a media worker runs.", each(lambda w: w.ready), label="worker"),
        Family("hotline_media_streams", "Streams open now.", each(lambda w: w.streams), label="worker"),
        Family(
            "hotline_media_restarts",
            "Times a worker was lost.",
            each(lambda w: w.restarts),
            label="worker",
            counter=True,
        ),
        Family(
            "hotline_media_late_ticks",
            "Ticks that began more than 10 ms late.",
            each(lambda w: w.late_ticks),
            label="worker",
            counter=True,
        ),
        Family(
            "hotline_media_worst_tick_seconds",
            "Latest begin of a tick in the last second.",
            each(lambda w: w.worst_tick_ms / 1000),
            label="worker",
        ),
        Family(
            "hotline_media_audio_dropped",
            "Frames that a speech worker didn't take in time.",
            each(lambda w: w.audio_dropped),
            label="worker",
            counter=True,
        ),
    ]


class _Calls:
    """Counts what the call log is told."""

    def __init__(self, gauges: Gauges) -> None:
        self.ended: Counter[str] = Counter()
        self.answered = self.turns = 0
        self._understood: Counter[bool] = Counter()
        self._talks: dict[str, bool] = {}
        """Answered calls that go on, and whether they were handed over."""
        self._over: Counter[bool] = Counter()
        """Answered calls that ended, by whether they were handed over."""
        self._answer = gauges.add_histogram(
            Histogram("hotline_answer_seconds", "From the end of the caller's speech to the robot's.", ANSWER_BOUNDS)
        )
        self._length = gauges.add_histogram(
            Histogram("hotline_call_seconds", "Length of answered calls.", LENGTH_BOUNDS)
        )

    def hear(self, note: CallNote) -> None:
        match note:
            case CallAnswered():
                self.answered += 1
                self._talks[note.call_id] = False
            case EventHappened(name="handover") if note.call_id in self._talks:
                self._talks[note.call_id] = True
            case CallEnded():
                if note.call_id in self._talks:
                    self._over[self._talks.pop(note.call_id)] += 1
                self.ended[note.cause] += 1
                if note.seconds is not None:
                    self._length.observe(note.seconds)
            case TurnTaken(speaker="caller"):
                self.turns += 1
            case TurnChanged(intent=str(intent)):
                self._understood[intent not in ("", "none")] += 1
            case TurnChanged(timings={"endpoint_ms": _, "answer_ms": answer_ms}):
                self._answer.observe(answer_ms / 1000)
            case _:
                pass

    def hit_rate(self) -> Mapping[str, float]:
        """Return the share of turns that were taken as something, under ""; nothing before the first."""
        return _share(self._understood)

    def handed_over(self) -> Mapping[str, float]:
        """Return the share of ended calls that a person was asked for."""
        return _share(self._over)

    def solved(self) -> Mapping[str, float]:
        """Return the share of ended calls that the robot had alone."""
        return {label: 1 - share for label, share in _share(self._over).items()}


def _share(counts: Counter[bool]) -> Mapping[str, float]:
    total = counts.total()
    return {"": counts[True] / total} if total else {}
