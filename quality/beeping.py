"""A copy of a recording without personal data: a soft tone where they are said, for whoever hasn't the right to them.

The copy is beside the recording (`NAME.masked.wav`), written before the inspection that found the data counts as done.
It bears the mark of what was beeped in it: an inspector may leave one and die, and another inspect the call where there
is no such file. What hasn't the mark of what is known to be personal now is never heard, but made anew.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from asr_tts.speech_protocol import RATE
from models.errors import CannotDo
from models.inspection import Inspection, InspectionState
from models.recording import masked_file
from quality.conversation import Stretch, joined
from quality.record import recording_of
from quality.said import ERASED
from quality.sound import Sound, mark_in, read, write

Channel = Literal["caller", "ours"]
PADDED_S = 0.25
"""Beeped before and after: nine in ten words begin within 0.15 s of where they are said to."""
KEYED_S = 0.5
"""Beeped after what was keyed: its last tone still sounds."""
SAME_ROW_S = 1.0
"""Two stretches so close are one: what is between them is the same number, or a breath."""
ECHO_S = 0.3
"""So long after it is said, what leaks into the other channel is heard there."""
ECHO_DB = 6.0
"""Sound of the other channel so much softer is an echo (or noise); what is louder is somebody else's speech."""
TONE_HZ, TONE_PEAK = 1000, 1500
"""Soft: -27 dBov."""
FADE = 40
"""Samples (5 ms)."""
MASKING = "masking"
"""In the facts of an inspection whose words are deleted: the mark that its copy has to bear."""


@dataclass(frozen=True)
class Beep(Stretch):
    """What isn't to be heard in a channel."""

    channel: Channel


def beeps(transcript: Sequence[Mapping[str, Any]], personal: Iterable[Mapping[str, Any]], *, exact: bool) -> list[Beep]:
    """Return what is to be beeped, from the rows of an inspection, in order.

    `exact`: whether the words' times were heard; where they are estimates, whole turns are beeped.
    """
    turns = {turn["number"]: turn for turn in transcript}
    found: dict[Channel, list[Stretch]] = {"caller": [], "ours": []}
    for one in personal:
        turn = turns[one["turn"]]
        whole = not exact or turn["text"].isdecimal()
        start, end = (turn["start"], turn["end"] + KEYED_S) if whole else (one["when"]["start"], one["when"]["end"])
        found["caller" if turn["speaker"] == "caller" else "ours"].append(Stretch(start - PADDED_S, end + PADDED_S))
    return [
        Beep(max(one.start, 0.0), one.end, channel)
        for channel, stretches in found.items()
        for one in joined(stretches, SAME_ROW_S)
    ]


def mark_of(wanted: Sequence[Beep]) -> str:
    """Return what tells a copy with these beeps from any other."""
    places = [f"{one.channel} {round(one.start * RATE)} {round(one.end * RATE)}" for one in wanted]
    return hashlib.sha256("\n".join(places).encode()).hexdigest()


def masking_of(transcript: Sequence[Mapping[str, Any]], personal: Sequence[Mapping[str, Any]], *, exact: bool) -> str:
    """Return the mark of a call's copy, for when what it is made by isn't known any more; "" where none is needed."""
    wanted = beeps(transcript, personal, exact=exact)
    return mark_of(wanted) if wanted else ""


def beeped(sound: Sound, wanted: Sequence[Beep]) -> Sound:
    """Return the sound with a tone instead of each stretch, and silence instead of its echo in the other channel."""
    channels: dict[Channel, NDArray[np.int16]] = {"caller": sound.caller.copy(), "ours": sound.ours.copy()}
    originals: dict[Channel, NDArray[np.int16]] = {"caller": sound.caller, "ours": sound.ours}
    for beep in wanted:
        other: Channel = "ours" if beep.channel == "caller" else "caller"
        begin, end = round(beep.start * RATE), round(beep.end * RATE)
        late = round((beep.end + ECHO_S) * RATE)
        if _power(originals[other][begin:late]) < _power(originals[beep.channel][begin:end]) * 10 ** (-ECHO_DB / 10):
            channels[other][begin:late] = 0
    for beep in wanted:
        begin, end = round(beep.start * RATE), min(round(beep.end * RATE), len(sound.caller))
        channels[beep.channel][begin:end] = _tone(end - begin)
    return Sound(channels["caller"], channels["ours"])


def _power(samples: NDArray[np.int16]) -> float:
    return float(np.square(samples.astype(np.float32)).mean()) if len(samples) else 0.0


def _tone(length: int) -> NDArray[np.int16]:
    tone = TONE_PEAK * np.sin(2 * np.pi * TONE_HZ / RATE * np.arange(max(length, 0)))
    ramp = np.linspace(0, 1, min(FADE, len(tone) // 2))
    tone[: len(ramp)] *= ramp
    tone[len(tone) - len(ramp) :] *= ramp[::-1]
    return np.asarray(np.round(tone), np.int16)


def keep_copy(path: Path, wanted: Sequence[Beep]) -> None:
    """Write the copy of the recording in `path`, whole or not at all; where nothing is wanted there is none.

    Raises `Unwritten` where it can't be written, OSError where `path` can't be read, `OperatorFault` where it is no
    recording.
    """
    copy = masked_file(path)
    if not wanted or not path.is_file():
        with _written(copy):
            copy.unlink(missing_ok=True)
        return
    sound, mode = beeped(read(path), wanted), path.stat().st_mode & 0o777
    # Until it is replaced an older one stays, by its mark one that nobody hears: who listens meanwhile misses no file.
    with _written(copy):
        descriptor, part = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=".part", dir=path.parent)
        os.close(descriptor)
        try:
            write(Path(part), sound, mark_of(wanted))
            os.chmod(part, mode)
            os.replace(part, copy)
        finally:
            Path(part).unlink(missing_ok=True)


class Unwritten(CannotDo):
    """The copy of a recording without personal data can't be written."""


@contextmanager
def _written(copy: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise Unwritten(
            f"{copy.name} can't be written ({fault.strerror}); make room for it on the disk, and make its directory "
            "writable."
        ) from fault


class Unmasked(CannotDo):
    """Nobody knows what is personal in a recording, so that it is heard only by who has the right to the original."""

    def __init__(self, call_id: str, *, erased: bool) -> None:
        """`erased`: it was known, until what was said was deleted; else the call isn't inspected."""
        super().__init__(
            f"What was said in call {call_id} is deleted, and with it what is personal in its recording; there is no "
            "copy without that, and the original needs a right of its own."
            if erased
            else f"Nobody knows yet what is personal in call {call_id}, for it isn't inspected; "
            "`hotline quality status` says how many wait, and the original needs a right of its own."
        )
        self.erased = erased


def masked_recording(connection: Connection, call_id: str, directory: Path) -> Path:
    """Return what of a call somebody may hear who hasn't the right to the original: the only place that decides it.

    The copy without personal data, made now where an earlier inspection left none; the recording itself where nothing
    personal is in it. Where the words are deleted, so is what is known of personal data: the copy made by it, then, if
    it is there, or nothing. Raises `Unmasked` where it isn't known, `Unwritten` where the copy can't be written,
    `CannotDo` where there is no file, `OperatorFault` where it is no recording, OSError where it can't be read.
    """
    columns = Inspection.state, Inspection.listened, Inspection.transcript, Inspection.personal, Inspection.facts
    row = connection.execute(select(*columns).where(Inspection.call_id == call_id)).first()
    if row is None or row.state != InspectionState.DONE:
        raise Unmasked(call_id, erased=False)
    path = recording_of(connection, call_id, directory)
    if not path.is_file():
        raise CannotDo(f"The recording of call {call_id} is gone; {path.name} doesn't exist.")
    copy = masked_file(path)
    if ERASED in row.facts:
        if not _bears(copy, row.facts.get(MASKING, "")):
            raise Unmasked(call_id, erased=True)
        return copy
    wanted = beeps(row.transcript, row.personal, exact=row.listened)
    if not wanted:
        return path
    if not _bears(copy, mark_of(wanted)):
        keep_copy(path, wanted)
    return copy


def _bears(copy: Path, mark: str) -> bool:
    return bool(mark) and copy.is_file() and mark_in(copy) == mark
