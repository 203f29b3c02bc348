"""One stream's ear: audio and judgements in, messages and work for the recogniser out. Pure: time is passed in.

It joins the stream's tape, its endpointer and its likeness to echo, and knows which text belongs to which
utterance: a draft decoded at a short silence is the answer when the silence lasts, and nothing once speech resumes.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from asr_tts import echo, endpointing, rejection
from asr_tts import speech_protocol as to_server
from asr_tts.activity import FULL_SCALE, SILENCE_DBOV, level_dbov
from asr_tts.choices import choose, surer
from asr_tts.endpointing import Endpointer, Manner
from asr_tts.prosody import prosody
from asr_tts.recognition import Question, Samples, Transcript
from asr_tts.sentence_end import Reading, reading, row_reading
from asr_tts.speech_protocol import FRAME_BYTES, RATE
from asr_tts.spoken_digits import digits_of
from asr_tts.tape import Tape

MS = RATE // 1000
KEPT = endpointing.PRE_ROLL + 400 * MS
"""Samples kept while nobody speaks."""
REFERENCE_LASTS = 500 * MS
"""Samples after the robot's last frame in which its echo may still come."""
GLIMPSES = tuple(ms * MS for ms in (500, 800, 1200, 1600, 2100, 2800, 4000, 5500, 7500, 60000))
"""Samples after the onset at which an utterance that goes on is decoded, where wanted; none is as long as the last."""
EVERY = 160 * MS
"""Samples between two `SpeechGoesOn` while the robot is silent."""
SHORT_GAP = 200 * MS
"""A hole in the audio up to here is filled with silence; a longer one is a new beginning."""
SMOOTHED = 3
"""Windows over which the likeness to echo is averaged."""
ALL = 0.8
"""Share of an utterance's windows in which the robot spoke, from which all of it may be echo."""
SURE = 0.5
"""Confidence from which a draft may tell that its sentence is whole."""
REACTED_TO: tuple[to_server.QuestionKind, ...] = ("open", "list", "yes_no")
"""Kinds of questions into which words may be said that are no answer; where a value is wanted, all may be one."""
ECHO = 0.5
"""Likeness from which a window is counted as echo, not as speech."""


@dataclass(eq=False)
class Work:
    """Audio for the recogniser. Its result comes back with it."""

    stream: int
    utterance: int
    samples: Samples
    question: Question
    certain: bool
    """The utterance is over (or, streaming, this is its last piece); else on suspicion."""
    dropped: bool = False
    """Nobody waits for it any more."""
    begun: bool = False
    glimpse: bool = False
    """The utterance goes on; nothing but the words so far is wanted."""


Out = to_server.Message | Work


@dataclass
class Utterance:
    """What is known of one until its last message is sent."""

    question: Question
    onset: int = 0
    work: Work | None = None
    transcript: Transcript | None = None
    over: endpointing.Over | None = None
    over_at: float = 0.0
    prosody: to_server.Prosody | None = None
    speech: int = 0
    energy: float = 0.0
    likenesses: list[float] = field(default_factory=list)
    windows: int = 0
    said_at: int = 0
    partial: str = ""
    glimpsed: list[Work] = field(default_factory=list)


class Attention:
    def __init__(self, stream: int, window: int, memory: object, *, streaming: bool = False, open_ms: int = 0) -> None:
        """Attend to `stream` in windows of `window` samples; `memory` is the detector's.

        `streaming`: the recogniser wants every piece of an utterance as it comes. `open_ms`: hangover of open answers.
        """
        self.stream, self.memory = stream, memory
        self._window, self._streaming, self._open_ms = window, streaming, open_ms
        self._tape, self._reference = Tape(), Tape()
        self._referenced = -REFERENCE_LASTS - 1
        self._judged = -1
        self._question = Question()
        self.attends = False
        """Between `Listen` and `give_up`; audio is taken only then. Utterances are counted on from one to the next."""
        self._glimpses = False
        self.lost = 0
        """Samples that never came."""
        self._ends = Endpointer(Manner.of("open", open_ms=open_ms))
        self._utterances: dict[int, Utterance] = {}
        self._recent: deque[float] = deque(maxlen=SMOOTHED)

    # -- what the server wants -----------------------------------------------------------------------------

    def listen(self, order: to_server.Listen) -> None:
        """What begins from now on answers this question."""
        self.attends = True
        phrases = tuple(order.phrases)
        self._question = Question(
            order.language, order.kind, phrases, order.least, order.most, order.check, order.urgent
        )
        self._glimpses = order.glimpses
        self._ends.manner = Manner.of(order.kind, order.hangover_ms, self._open_ms, order.most)

    def commit(self, utterance: int, now: float) -> Iterator[Out]:
        for decision in self._ends.commit(utterance):
            yield from self._follow(decision, now)

    def give_up(self) -> list[Out]:
        """Forget what goes on; results still to come are dropped. Return the end of every open utterance."""
        self.attends, self._judged = False, -1
        self._ends.forget()
        ends = [end for number in self._utterances for end in self._ignored(number)]
        self._utterances.clear()
        return ends

    def _ignored(self, number: int) -> Iterator[Out]:
        utterance = self._utterances[number]
        if utterance.work:
            utterance.work.dropped = True
        if self._streaming:
            # Its pieces may be done already: only one more tells the recogniser that no other follows.
            yield Work(self.stream, number, np.zeros(0, np.int16), utterance.question, certain=True, dropped=True)
        yield to_server.Rejected(self.stream, number, utterance.onset, utterance.onset, "ignored")

    # -- audio ---------------------------------------------------------------------------------------------

    def take(self, at: int, frame: bytes, reference: bytes = b"") -> None:
        """Take 20 ms of the caller that begin at sample `at`, and what the robot sent meanwhile."""
        if not self.attends:
            return
        hole = at - self._tape.end
        if self._judged >= 0 and hole > 0:
            self.lost += hole
        if self._judged >= 0 and 0 < hole <= SHORT_GAP:
            self._tape.append(self._tape.end, bytes(2 * hole))
        if not self._tape.append(at, frame) or self._judged < 0:
            self._judged = at
            self._ends.gap(at)
        self._take_reference(at, reference)

    def _take_reference(self, at: int, reference: bytes) -> None:
        if reference:
            self._referenced = at + len(reference) // 2
        elif at - self._referenced > REFERENCE_LASTS:
            return
        kept = self._reference
        if kept.end and 0 < at - kept.end <= REFERENCE_LASTS:
            kept.append(kept.end, bytes(2 * (at - kept.end)))
        kept.append(at, reference or bytes(FRAME_BYTES))
        kept.forget_before(kept.end - 2 * (echo.BLOCK + echo.FURTHEST))

    def window(self) -> NDArray[np.int16] | None:
        """The next window that is whole and not judged yet."""
        if self._judged < 0 or self._tape.end - self._judged < self._window:
            return None
        return self._tape.cut(self._judged, self._judged + self._window)

    def judged(self, probability: float, now: float, backlog: int = 0) -> Iterator[Out]:
        """Take the detector's judgement of the window that was given out; yield what follows.

        `now` is any steady clock in seconds, `backlog` the utterances that wait for the recogniser.
        """
        start, end = self._judged, self._judged + self._window
        self._judged = end
        for decision in self._ends.window(start, end, probability, backlog):
            yield from self._follow(decision, now)
        if self._ends.speaking:
            if self._streaming:
                yield self._piece(start, end)
        else:
            self._tape.forget_before(end - KEPT)

    # -- what the endpointer decides -------------------------------------------------------------------------

    def _follow(self, decision: endpointing.Decision, now: float) -> Iterator[Out]:
        match decision:
            case endpointing.Started(number, onset):
                self._utterances[number] = Utterance(self._question, onset, said_at=onset - EVERY)
                self._recent.clear()
                yield to_server.SpeechStarted(self.stream, number, onset)
                if self._streaming:
                    begin = max(0, onset - endpointing.PRE_ROLL)
                    yield self._work(number, self._tape.cut(begin, self._judged - self._window), certain=False)
            case endpointing.WentOn(number, at):
                yield from self._went_on(number, at)
            case endpointing.Paused(number, at):
                yield to_server.SpeechPaused(self.stream, number, at)
            case endpointing.Resumed(number):
                self._forget_draft(number)
            case endpointing.Decode(number, begin, until) if self._drafts(number) and not self._refused(number):
                yield self._work(number, self._tape.cut(begin, until), certain=False)
            case endpointing.Over():
                yield from self._over(decision, now)

    def _drafts(self, number: int) -> bool:
        """Whether it is decoded on suspicion too: not where nobody waits for it, or where it is decoded as it comes."""
        return not self._streaming and self._utterances[number].question.urgent

    def _went_on(self, number: int, at: int) -> Iterator[Out]:
        utterance = self._utterances[number]
        block = self._tape.cut(at - self._window, at)
        utterance.windows += 1
        robot_speaks = at - self._referenced <= REFERENCE_LASTS
        if robot_speaks:
            alike = echo.likeness(
                self._tape.cut(at - echo.BLOCK, at), self._reference.cut(at - echo.BLOCK - echo.FURTHEST, at)
            )
            self._recent.append(alike)
            utterance.likenesses.append(alike)
        else:
            self._recent.clear()
        likely = sum(self._recent) / len(self._recent) if self._recent else 0.0
        if likely < ECHO:
            utterance.speech += self._window
            utterance.energy += float(np.square(block, dtype=np.float32).sum())
        if robot_speaks or at - utterance.said_at >= EVERY:
            utterance.said_at = at
            yield to_server.SpeechGoesOn(
                self.stream, number, at, utterance.speech // MS, round(likely, 3), round(_level(utterance, block), 1)
            )
        yield from self._glimpse(utterance, number, at)

    def _glimpse(self, utterance: Utterance, number: int, at: int) -> Iterator[Out]:
        earlier = utterance.glimpsed
        if not self._glimpses or self._streaming or at - utterance.onset < GLIMPSES[len(earlier)]:
            return
        if earlier and not earlier[-1].begun:
            earlier[-1].dropped = True
        question = Question(utterance.question.language, urgent=utterance.question.urgent, glimpse=True)
        samples = self._tape.cut(max(0, utterance.onset - endpointing.PRE_ROLL), at)
        earlier.append(Work(self.stream, number, samples, question, certain=False, glimpse=True))
        yield earlier[-1]

    def _over(self, over: endpointing.Over, now: float) -> Iterator[Out]:
        utterance = self._utterances[over.utterance]
        utterance.over, utterance.over_at = over, now
        reason = self._refused(over.utterance)
        if self._streaming:
            last = self._work(over.utterance, np.zeros(0, np.int16), certain=True)
            last.dropped = bool(reason)
            yield last
        utterance.prosody = None if reason else prosody(self._tape.cut(over.onset, over.end))
        if reason:
            yield from self._reject(over.utterance, reason)
        elif self._streaming:
            pass
        elif utterance.transcript:
            yield from self._conclude(over.utterance, utterance.transcript, now)
        elif utterance.work:
            utterance.work.certain = True
        else:
            yield self._work(over.utterance, self._tape.cut(over.begin, over.until), certain=True)

    def _refused(self, number: int) -> str:
        utterance = self._utterances[number]
        likenesses = utterance.likenesses
        whole = likenesses and len(likenesses) >= ALL * utterance.windows
        return rejection.before_decoding(self._ends.speech, sum(likenesses) / len(likenesses) if whole else 0.0)

    # -- what the recogniser says -----------------------------------------------------------------------------

    def understood(self, work: Work, transcript: Transcript, now: float) -> Iterator[Out]:
        """The recogniser is done with `work`."""
        utterance = self._utterances.get(work.utterance)
        if utterance is None or work.dropped:
            return
        if work.glimpse:
            if not rejection.after_decoding(transcript):
                yield to_server.Glimpse(self.stream, work.utterance, transcript.text, self._judged)
            return
        if utterance.over:
            yield from self._conclude(work.utterance, transcript, now)
            return
        utterance.transcript = transcript
        if not rejection.after_decoding(transcript):
            self._ends.read(work.utterance, _reading(transcript, work.question))
            yield self._draft(work.utterance, transcript.text, transcript.confidence, transcript.reaction)
        elif work.question.over_robot:
            # The robot waits to hear whether it may go on.
            yield self._draft(work.utterance, "", 0.0, transcript.reaction)

    def partly(self, work: Work, text: str, is_end: bool, now: float) -> Iterator[Out]:
        """A streaming recogniser understood so much; `is_end`: and takes it for the whole."""
        utterance = self._utterances.get(work.utterance)
        if utterance is None or utterance.over:
            return
        if text and text != utterance.partial:
            utterance.partial = text
            yield self._draft(work.utterance, text, 0.5, partial=True)
        if is_end and work.utterance == self._ends.utterance:
            for decision in self._ends.finish():
                yield from self._follow(decision, now)

    def failed(self, work: Work, reason: str) -> Iterator[Out]:
        """The recogniser could not do `work`."""
        utterance = self._utterances.get(work.utterance)
        if utterance is None or work.dropped or work.glimpse:
            return
        utterance.work = None
        if utterance.over:
            del self._utterances[work.utterance]
            yield to_server.RecogniserFailed(self.stream, work.utterance, reason)

    def _draft(
        self, number: int, text: str, confidence: float, reaction: str = "", *, partial: bool = False
    ) -> to_server.Draft:
        question = self._utterances[number].question
        choice, score = choose(text, question)
        silence = max(0, self._judged - self._ends.end_of_speech) // MS
        sure = surer(confidence, choice, score)
        return to_server.Draft(self.stream, number, _answer(text, question), sure, choice, silence, partial, reaction)

    def _conclude(self, number: int, transcript: Transcript, now: float) -> Iterator[Out]:
        if reason := rejection.after_decoding(transcript):
            yield from self._reject(number, reason, transcript.reaction)
            return
        utterance = self._utterances.pop(number)
        over = utterance.over
        assert over is not None
        choice, score = choose(transcript.text, utterance.question)
        yield to_server.Heard(
            self.stream,
            number,
            _answer(transcript.text, utterance.question),
            surer(transcript.confidence, choice, score),
            transcript.language,
            over.onset,
            over.end,
            choice,
            endpoint_ms=(over.decided - over.end) // MS,
            decode_ms=round((now - utterance.over_at) * 1000),
            prosody=utterance.prosody,
            reaction=transcript.reaction,
            others=transcript.others,
        )

    def _reject(self, number: int, reason: str, reaction: str = "") -> Iterator[Out]:
        utterance = self._utterances.pop(number)
        over = utterance.over
        assert over is not None
        if utterance.work:
            utterance.work.dropped = True
        yield to_server.Rejected(self.stream, number, over.onset, over.end, reason, reaction)

    # -- work ----------------------------------------------------------------------------------------------

    def _work(self, number: int, samples: Samples, *, certain: bool) -> Work:
        utterance = self._utterances[number]
        question = utterance.question
        if utterance.likenesses and question.kind in REACTED_TO:
            question = replace(question, over_robot=True)
        utterance.work = Work(self.stream, number, samples, question, certain)
        return utterance.work

    def _piece(self, start: int, end: int) -> Work:
        return self._work(self._ends.utterance, self._tape.cut(start, end), certain=False)

    def _forget_draft(self, number: int) -> None:
        utterance = self._utterances[number]
        if utterance.work and not self._streaming:
            utterance.work.dropped = True
        utterance.work = utterance.transcript = None


def _level(utterance: Utterance, block: Samples) -> float:
    if not utterance.speech:
        return level_dbov(block)
    power = utterance.energy / utterance.speech / FULL_SCALE**2
    return max(SILENCE_DBOV, 10 * float(np.log10(power))) if power > 0 else SILENCE_DBOV


def _reading(transcript: Transcript, question: Question) -> Reading:
    """Words that are hardly sure tell no end."""
    if question.kind == "digits":
        return row_reading(transcript.text, question.least)
    found = reading(transcript.text, transcript.language)
    return "unsure" if found == "whole" and transcript.confidence < SURE else found


def _answer(text: str, question: Question) -> str:
    """Digits are handed on as digits where nothing else was said."""
    return (digits_of(text) or text) if question.kind == "digits" else text
