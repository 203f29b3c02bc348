"""Whose turn it is: events of the caller's speech in, decisions out. Pure.

The robot falls silent as soon as somebody surely speaks (`Pause`), before anybody knows what is said. What it was
decides the rest: "uh-huh", a cough or the robot's own echo, and it goes on from where it was cut (`Resume`);
words, and the caller has the turn (`Stop`, `Answer`). Silence is thus heard within 300 ms, and a false alarm
costs a short gap instead of the sentence.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec.structs import replace

from asr_tts.reaction import SHORT_MS, UNCLEAR
from asr_tts.speech_protocol import (
    RATE,
    Draft,
    Heard,
    Others,
    RecogniserFailed,
    Rejected,
    SpeechGoesOn,
    SpeechPaused,
    SpeechStarted,
)
from asr_tts.spoken_digits import digits_of
from dialplans.backchannel import is_backchannel, is_sound
from knowledge.wording import plain, script_of, units
from voice.interrupting import is_curt, is_interruption

IGNORED = "ignored"
"""Reason of the `Rejected` that ends an utterance when the worker is told not to listen."""
ENOUGH_MS = 96
"""Speech that silences the robot, by the detector's count, which begins with its second window of 32 ms: four windows
in all. Noise comes to two of them."""
MORE_MS = 160
"""So much more is needed after each false stop of the same prompt."""
ECHO = 0.5
"""From here on it is rather the robot's own voice than the caller's."""
REWIND_MS = 260
"""How far before the cut the robot goes on: a syllable or two, so that no word is lost."""
DOUBTFUL = 0.4
FEW_WORDS = 2
"""So few words into the robot's speech, heard with less confidence than `DOUBTFUL`, were a cough or a knock, unless
they are those by which one interrupts."""
INSISTS_MS = 4000
"""Who says the same once more within this time means it."""
REAL_SPEECH_MS = 900
"""Speech without words that is long enough to ask the caller again."""


@dataclass(frozen=True)
class Pause:
    """Be silent now; nobody knows yet what for."""


@dataclass(frozen=True)
class Resume:
    """It was nothing; go on."""

    rewind_ms: int
    why: str


@dataclass(frozen=True)
class Stop:
    """The caller has the turn."""


@dataclass(frozen=True)
class Commit:
    """The draft answers the question; don't wait for more silence."""

    utterance: int


@dataclass(frozen=True)
class Answer:
    """What the caller said in this turn (several utterances joined where they ran into each other)."""

    text: str
    confidence: float
    language: str
    choice: int
    start: int
    end: int
    endpoint_ms: int
    decode_ms: int
    barged_in: bool
    others: Others = ()
    """What else may have been said, where it was one utterance."""


@dataclass(frozen=True)
class Misheard:
    """Somebody spoke, and there is nothing that could be used."""

    reason: str
    start: int
    end: int


@dataclass(frozen=True)
class Ignored:
    """It was heard and is no turn."""

    text: str
    why: str
    start: int
    end: int


Decision = Pause | Resume | Stop | Commit | Answer | Misheard | Ignored
SpeechEvent = SpeechStarted | SpeechGoesOn | SpeechPaused | Draft | Heard | Rejected | RecogniserFailed


@dataclass
class _Utterance:
    over_robot: bool
    """Whether any of it fell into the robot's speech."""
    paused_robot: bool = False
    speech_ms: int = 0
    committed: bool = False
    dismissed_ms: int = -1
    """Speech so far when its draft was taken for a backchannel, or all was echo; more of it is judged anew."""


@dataclass
class _Robot:
    speaking: bool = False
    barge_in: bool = True
    paused: bool = False
    false_stops: int = 0
    ended_at: int = 0
    """Sample where it last fell silent by itself."""


@dataclass
class TurnTaking:
    """The turn taking of one call."""

    answers: Callable[[str, str, int], bool]
    """`Dialogue.answers`: whether a text answers the open question fully."""
    takes_digits: Callable[[str], bool] = lambda _: True
    """`Dialogue.takes_digits`: whether digits may mean anything to it."""
    greets: Callable[[str], bool] = lambda text: False
    """Whether a text only says hello, as who was called does into our first words."""
    _robot: _Robot = field(default_factory=_Robot)
    _utterances: dict[int, _Utterance] = field(default_factory=dict)
    _held: list[Heard] = field(default_factory=list)
    """Utterances of this turn that the next one ran into."""
    _unclear: Heard | None = None
    """Short speech into this prompt that was taken for a backchannel without being known as one."""

    # -- the robot -----------------------------------------------------------------------------------------

    def robot_begins(self, barge_in: bool) -> None:
        """A new prompt plays from now on."""
        self._robot = _Robot(speaking=True, barge_in=barge_in, ended_at=self._robot.ended_at)
        self._unclear = None

    def robot_ends(self, at: int) -> None:
        """It was played to its end, or stopped, at sample `at`."""
        self._robot.speaking = self._robot.paused = False
        self._robot.ended_at = at

    @property
    def caller_speaks(self) -> bool:
        """Whether an utterance is open."""
        return bool(self._utterances)

    @property
    def robot_paused(self) -> bool:
        """Whether the robot waits for what the caller is saying."""
        return self._robot.paused

    def reset(self) -> None:
        """The recogniser is gone, and what it was hearing with it."""
        self._utterances.clear()
        self._held.clear()
        self._unclear = None
        self._robot.paused = False

    def after_all(self) -> Answer | None:
        """The caller said nothing when the prompt was over: what was unclear within it was the answer, if anything."""
        if self._unclear is None:
            return None
        self._held, self._unclear = [self._unclear], None
        return self._joined(True)

    # -- the caller ----------------------------------------------------------------------------------------

    def receive(self, event: SpeechEvent) -> list[Decision]:
        """Return what is to be done about `event`, in this order."""
        if isinstance(event, SpeechStarted):
            self._utterances[event.utterance] = _Utterance(self._robot.speaking)
        speaks = self._utterances.get(event.utterance)
        if speaks is None:
            # What `reset` made forgotten is over, whatever still comes of it.
            return []
        speaks.over_robot |= self._robot.speaking
        match event:
            case SpeechStarted() | SpeechPaused():
                return []
            case SpeechGoesOn():
                return self._goes_on(event, speaks)
            case Draft():
                return self._draft(event, speaks)
        del self._utterances[event.utterance]
        match event:
            case Heard():
                return self._heard(event, speaks)
            case Rejected():
                return self._rejected(event, speaks)
            case RecogniserFailed():
                return self._failed(event, speaks)

    def _goes_on(self, event: SpeechGoesOn, speaks: _Utterance) -> list[Decision]:
        speaks.speech_ms = event.speech_ms
        if event.echo >= ECHO:
            # What of the robot's own voice was taken for speech doesn't add up.
            speaks.dismissed_ms = event.speech_ms
        if event.echo >= ECHO or event.speech_ms - max(speaks.dismissed_ms, 0) < self._needed:
            return []
        return self._pause(speaks)

    @property
    def _needed(self) -> int:
        return ENOUGH_MS + MORE_MS * self._robot.false_stops

    def _pause(self, speaks: _Utterance) -> list[Decision]:
        robot = self._robot
        if not robot.speaking or not robot.barge_in or robot.paused:
            return []
        robot.paused = speaks.paused_robot = True
        return [Pause()]

    def _draft(self, event: Draft, speaks: _Utterance) -> list[Decision]:
        if self._robot.speaking and (why := self._why_dismissed(event, speaks)):
            speaks.dismissed_ms = speaks.speech_ms
            return self._go_on(speaks, why)
        if not event.text.strip() or (self._robot.speaking and not self._robot.barge_in):
            return []
        pause = self._pause(speaks) if is_interruption(event.text) or is_curt(event.reaction) else []
        text = " ".join([*(heard.text for heard in self._held), event.text])
        if speaks.committed or not self.answers(text, "", event.choice):
            return pause
        speaks.committed = True
        return [*pause, *self._pause(speaks), Commit(event.utterance)]

    def _why_dismissed(self, event: Draft, speaks: _Utterance) -> str:
        """Why the robot needn't wait for the end of this silence, or ""."""
        if event.text.strip() and self._is_backchannel(event):
            return "backchannel"
        alone = not self._held and len(self._utterances) == 1
        short = speaks.speech_ms <= SHORT_MS or _goes_along(event.reaction)
        if event.partial or not alone or not short or not self._says_nothing(event):
            return ""
        again = self._unclear is not None and plain(self._unclear.text) == plain(event.text)
        return "" if again else "unclear" if event.text.strip() else "no speech"

    def _heard(self, event: Heard, speaks: _Utterance) -> list[Decision]:
        if speaks.over_robot and self._is_curt(event):
            event = replace(event, text=event.reaction)
        ignored = self._why_ignored(event, speaks)
        if ignored:
            return [
                *self._go_on(speaks, ignored),
                Ignored(event.text, ignored, event.start, event.end),
                *self._release(),
            ]
        if self._utterances and not self._whole(event):
            # The caller goes on speaking already: this was a breath inside a sentence, not its end.
            self._held.append(event)
            return []
        self._held.append(event)
        return [*self._take_turn(), self._joined(speaks.over_robot)]

    def _why_ignored(self, event: Heard, speaks: _Utterance) -> str:
        if not event.text.strip():
            return "no words"
        if not speaks.over_robot:
            return "a sound" if is_sound(event.text) and not self._held and not self._whole(event) else ""
        if not self._robot.barge_in and (self._robot.speaking or event.end <= self._robot.ended_at):
            return "said while the robot may not be interrupted"
        if self._is_backchannel(event):
            return "backchannel"
        if is_interruption(event.text) or self._whole(event):
            return ""
        if event.confidence < DOUBTFUL and len(units(event.text, event.language)) <= FEW_WORDS:
            return "doubtful"
        return "unclear" if self._is_unclear(event) else ""

    def _is_curt(self, event: Heard) -> bool:
        """Tell whether an unclear text is likelier to be one of the words by which one interrupts."""
        return self._is_alone and is_curt(event.reaction) and not self._whole(event) and self._is_meaningless(event)

    def _is_unclear(self, event: Heard) -> bool:
        """Tell whether so short a sound says nothing; where the caller speaks on, it is the beginning of something."""
        # What was likened to a backchannel is no longer than such words are.
        short = event.end - event.start <= SHORT_MS * RATE // 1000 or _goes_along(event.reaction)
        if not self._robot.speaking or not self._is_alone or not short or not self._says_nothing(event):
            return False
        before, self._unclear = self._unclear, event
        return before is None or not (
            plain(before.text) == plain(event.text) and event.start - before.end <= INSISTS_MS * RATE // 1000
        )

    @property
    def _is_alone(self) -> bool:
        """Whether what was heard is all that the caller says."""
        return not self._utterances and not self._held

    def _says_nothing(self, event: Heard | Draft) -> bool:
        """Tell whether such a text is neither an answer nor a word by which one interrupts.

        Recognisers make words of a hum ("hm" is "I can", "mm-hmm" is "m m film", 对 is "3"), and are as unsure of a
        lone word that they got right.
        """
        taken = is_interruption(event.text) or is_curt(event.reaction)
        return self._is_meaningless(event) and not taken and not (event.text and self._whole(event))

    def _is_meaningless(self, event: Heard | Draft) -> bool:
        """Tell whether so short a text may be no words: an unclear one, and digits where they mean nothing."""
        digits = digits_of(event.text)
        return not self.takes_digits(digits) if digits else event.confidence < UNCLEAR

    def _is_backchannel(self, event: Heard | Draft) -> bool:
        """An answer to the open question is never one: "yeah" to yes-or-no, "okay" where the menu has it."""
        return (is_backchannel(event.text) or self.greets(event.text)) and not self._whole(event)

    def _whole(self, event: Heard | Draft) -> bool:
        return self.answers(event.text, event.language if isinstance(event, Heard) else "", event.choice)

    def _rejected(self, event: Rejected, speaks: _Utterance) -> list[Decision]:
        if event.reason == IGNORED:
            # Nobody waits for an answer by voice any more, nor for the beginning of one.
            self._held.clear()
        if self._held and not self._utterances:
            return self._release()
        if speaks.over_robot and self._is_alone and is_curt(event.reaction):
            return self._heard(_as_heard(event), speaks)
        went_on = self._go_on(speaks, event.reason)
        long = event.end - event.start >= REAL_SPEECH_MS * RATE // 1000
        if long and not speaks.over_robot and "echo" not in event.reason:
            return [Misheard(event.reason, event.start, event.end)]
        return [*went_on, Ignored("", event.reason, event.start, event.end)]

    def _failed(self, event: RecogniserFailed, speaks: _Utterance) -> list[Decision]:
        at = self._robot.ended_at
        if self._robot.speaking and not speaks.paused_robot:
            return [Ignored("", event.reason, at, at)]
        self._held.clear()
        return [*self._take_turn(), Misheard(event.reason, at, at)]

    def _release(self) -> list[Decision]:
        if not self._held or self._utterances:
            return []
        return [*self._take_turn(), self._joined(False)]

    def _go_on(self, speaks: _Utterance, why: str) -> list[Decision]:
        others = any(other.paused_robot for other in self._utterances.values() if other is not speaks)
        if not self._robot.paused or others or self._held:
            return []
        self._robot.paused = speaks.paused_robot = False
        self._robot.false_stops += 1
        return [Resume(REWIND_MS, why)]

    def _take_turn(self) -> list[Decision]:
        if not self._robot.speaking or not self._robot.barge_in:
            return []
        self._robot.speaking = self._robot.paused = False
        return [Stop()]

    def _joined(self, barged_in: bool) -> Answer:
        parts, self._held, self._unclear = self._held, [], None
        first, last = parts[0], parts[-1]
        gap = "" if last.language == "zh" else " "
        return Answer(
            text=gap.join(part.text.strip() for part in parts),
            confidence=min(part.confidence for part in parts),
            language=last.language,
            choice=last.choice if len(parts) == 1 else -1,
            start=first.start,
            end=last.end,
            endpoint_ms=last.endpoint_ms,
            decode_ms=last.decode_ms,
            barged_in=barged_in,
            others=last.others if len(parts) == 1 and last.text != last.reaction else (),
        )


def _as_heard(event: Rejected) -> Heard:
    """What was hardly speech, and yet is likelier one of the words by which one interrupts than another reaction."""
    said = event.reaction
    return Heard(event.stream, event.utterance, said, DOUBTFUL, script_of(said), event.start, event.end, reaction=said)


def _goes_along(reaction: str) -> bool:
    return bool(reaction) and is_backchannel(reaction)
