"""When an utterance begins, pauses and is over: speech probabilities and sample times in, decisions out. Pure.

    waiting --60 ms of speech--> speaking --a window of silence--> pausing --hangover--> over (waiting again)
                                    ^                                 |
                                    +---------60 ms of speech---------+

In a pause the utterance is decoded on suspicion (`Decode`), long before the hangover has passed. Speech that
resumes makes that worthless (`Resumed`); the next pause decodes again, a little later each time, since this caller
pauses a lot. A backlog at the recogniser delays it too, so that suspicion never crowds out certainty. What an open
answer's draft reads like (`read`) shortens the hangover or lengthens it.

Times are samples at 8 kHz since the stream was opened.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from asr_tts.sentence_end import Reading
from asr_tts.speech_protocol import RATE, QuestionKind

MS = RATE // 1000
SPEECH_ABOVE = 0.5
SILENCE_BELOW = 0.35
"""In between, what was goes on."""
ONSET = 60 * MS
"""Speech in a row that begins an utterance, or resumes it."""
PRE_ROLL = 300 * MS
"""Audio before the onset that is decoded too: soft beginnings lie before it."""
TAIL = 200 * MS
"""Silence after the speech that is decoded at most."""
SUSPICION = 64 * MS
"""Silence after which an utterance is decoded on suspicion."""
SUSPICION_PER_RESUME = 64 * MS
SUSPICION_PER_WAITING = 96 * MS
"""Later by so much for each earlier false suspicion, and for each utterance that waits for the recogniser."""
HANGOVER_MS: dict[QuestionKind, int] = {
    "open": 500, "yes_no": 300, "digits": 300, "money": 500, "moment": 500, "list": 300, "dictation": 800,
}  # fmt: skip
OPEN: tuple[QuestionKind, ...] = ("open", "money", "moment")
"""Kinds of answers as long as callers like."""
GROUPED_MS = 700
"""Hangover for long numbers: people breathe between groups of digits. One that is whole is committed sooner anyway."""
GROUPED_FROM = 4
REST_OF_A_ROW: dict[Reading, float] = {"hanging": 2.0}
"""How much of that is waited for where digits are missing: who looks up the next group pauses longer than a breath."""
SHARES: dict[Reading, float] = {"whole": 0.8, "unread": 1.0, "unsure": 1.2, "hanging": 1.4}
"""How much of an open answer's hangover is waited for, by what its draft reads like. Who reads as if he were done waits
less, and at most as many callers are cut off in a pause as if all waited alike (`python -m bench endings`)."""
LONGEST = 12 * RATE
LONGEST_DICTATION = 15 * RATE
"""An utterance is cut here: babble keeps any detector open."""


@dataclass(frozen=True)
class Manner:
    """How utterances are to be ended."""

    hangover: int
    """Samples of silence."""
    longest: int = LONGEST
    shares: Mapping[Reading, float] = field(default_factory=dict)
    """How much of `hangover` is waited for by what the draft reads like; all of it where that isn't here."""

    def patience(self, reading: Reading) -> int:
        """Return the samples of silence that end an utterance whose draft reads like that."""
        return int(self.hangover * self.shares.get(reading, 1.0))

    @classmethod
    def of(cls, kind: QuestionKind, hangover_ms: int = 0, open_ms: int = 0, digits: int = 0) -> "Manner":
        """For a kind of question; `hangover_ms` given for this question holds whatever is said in answer to it.

        `open_ms`: the line's own for open questions, more or less of which is waited for by what the draft reads like.
        `digits`: the most digits that an answer has, 0 where that isn't known.
        """
        grouped = kind == "digits" and digits >= GROUPED_FROM
        own = open_ms if kind in OPEN else GROUPED_MS if grouped else 0
        longest = LONGEST_DICTATION if kind == "dictation" else LONGEST
        shares = {} if hangover_ms else REST_OF_A_ROW if grouped else SHARES if kind == "open" else {}
        return cls((hangover_ms or own or HANGOVER_MS[kind]) * MS, longest, shares)


@dataclass(frozen=True)
class Started:
    utterance: int
    onset: int
    """First sample of speech."""


@dataclass(frozen=True)
class WentOn:
    """A window of an utterance that is speech."""

    utterance: int
    at: int
    speech: int
    """Samples of speech so far."""


@dataclass(frozen=True)
class Paused:
    utterance: int
    at: int
    """Where the silence began."""


@dataclass(frozen=True)
class Resumed:
    """Speech goes on: what was decoded on suspicion is not the whole."""

    utterance: int


@dataclass(frozen=True)
class Decode:
    """It may be over: decode the audio from `begin` up to `until` now."""

    utterance: int
    begin: int
    until: int
    silence: int


@dataclass(frozen=True)
class Over:
    """The utterance is over."""

    utterance: int
    begin: int
    until: int
    """What to decode, with pre-roll and some silence."""
    onset: int
    end: int
    """First and last sample of the speech."""
    decided: int
    """Sample at which it was decided."""


Decision = Started | WentOn | Paused | Resumed | Decode | Over


class Endpointer:
    """Follows one stream."""

    def __init__(self, manner: Manner) -> None:
        self.manner = manner
        """How utterances that begin from now on are ended."""
        self.utterance = 0
        """Number of the one that goes on, or of the last one."""
        self.speaking = False
        """An utterance goes on (perhaps in a pause)."""
        self.speech = 0
        """Samples of speech in it."""
        self._manner = manner
        self._loud = False
        self._run = self._run_from = 0
        self._onset = self._end = self._at = 0
        self._last_over = 0
        self._paused = self._suspected = False
        self._resumes = 0
        self._reading: Reading = "unread"

    def window(self, start: int, end: int, probability: float, backlog: int = 0) -> Iterator[Decision]:
        """Take the judgement of the window from sample `start` to `end`; yield what follows from it.

        `backlog`: utterances that wait for the recogniser.
        """
        self._at = end
        self._loud = probability >= (SILENCE_BELOW if self._loud else SPEECH_ABOVE)
        if self._loud:
            if not self._run:
                self._run_from = start
            self._run += end - start
        if not self.speaking:
            yield from self._waiting()
        else:
            yield from self._within(end - start, backlog)
        if not self._loud:
            self._run = 0

    @property
    def end_of_speech(self) -> int:
        """Last sample of speech so far."""
        return self._end

    def commit(self, utterance: int) -> Iterator[Decision]:
        """The draft of this utterance is the answer: it is over, unless the caller went on speaking since."""
        if self.speaking and utterance == self.utterance and self._suspected:
            yield self._over()

    def read(self, utterance: int, reading: Reading) -> None:
        """The draft of this utterance reads like that; nothing once the caller went on speaking."""
        if self.speaking and utterance == self.utterance and self._suspected:
            self._reading = reading

    def finish(self) -> Iterator[Decision]:
        """End what goes on here and now (the recogniser itself found the end, or nobody asks any more)."""
        if self.speaking:
            yield self._over()

    def forget(self) -> None:
        """Nobody attends any more: what goes on has no end."""
        self.speaking, self._loud, self._run = False, False, 0

    def gap(self, at: int) -> None:
        """No audio came for a while up to sample `at`: a run of speech doesn't reach across it."""
        self._run, self._loud, self._at = 0, False, at

    def _waiting(self) -> Iterator[Decision]:
        if self._run < ONSET:
            return
        self.utterance += 1
        self.speaking, self._paused, self._suspected, self._resumes = True, False, False, 0
        self._reading = "unread"
        self._manner = self.manner
        self._onset, self._end, self.speech = self._run_from, self._at, self._run
        yield Started(self.utterance, self._onset)
        yield WentOn(self.utterance, self._at, self.speech)

    def _within(self, length: int, backlog: int) -> Iterator[Decision]:
        if self._loud and not self._paused:
            self._end, self.speech = self._at, self.speech + length
            yield WentOn(self.utterance, self._at, self.speech)
        elif self._loud and self._run >= ONSET:
            self._end, self.speech = self._at, self.speech + self._run
            self._paused = False
            if self._suspected:
                self._suspected, self._resumes, self._reading = False, self._resumes + 1, "unread"
                yield Resumed(self.utterance)
            yield WentOn(self.utterance, self._at, self.speech)
        elif not self._paused:
            self._paused = True
            yield Paused(self.utterance, self._end)
        yield from self._endings(backlog)

    def _endings(self, backlog: int) -> Iterator[Decision]:
        silence = self._at - self._end
        if self._at - self._onset >= self._manner.longest:
            yield self._over()
        elif self._paused and not self._loud:
            if silence >= self._manner.patience(self._reading):
                yield self._over()
            elif not self._suspected and silence >= self._suspicion(backlog):
                self._suspected = True
                yield Decode(self.utterance, self._begin(), self._until(), silence)

    def _suspicion(self, backlog: int) -> int:
        return SUSPICION + min(self._resumes, 3) * SUSPICION_PER_RESUME + backlog * SUSPICION_PER_WAITING

    def _begin(self) -> int:
        return max(self._last_over, self._onset - PRE_ROLL, 0)

    def _until(self) -> int:
        return min(self._at, self._end + TAIL)

    def _over(self) -> Over:
        over = Over(self.utterance, self._begin(), self._until(), self._onset, self._end, self._at)
        self.speaking, self._last_over = False, self._end
        self._run = 0
        return over
