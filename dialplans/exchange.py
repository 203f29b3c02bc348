"""What goes into a dialogue and what comes out of it: events in, actions out, all plain values.

The interpreter (`dialogue.py`) knows no clock, socket or loop: whoever feeds it passes the time. Later trades
(queues, tickets, campaigns) are actions here too, bound by `server.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from asr_tts.speech_protocol import Others

QuestionKind = Literal["open", "yes_no", "digits", "money", "moment", "list", "dictation"]

# -- events in -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Begin:
    """The call was answered."""

    caller: str
    called: str
    language: str
    variables: Mapping[str, object] = field(default_factory=dict)
    outgoing: bool = False
    """Whether we called."""


@dataclass(frozen=True)
class Said:
    """The caller said something and it was understood as speech."""

    text: str
    confidence: float
    language: str
    choice: int = -1
    """Index into the question's phrases where the recogniser mapped it, or -1."""
    anger: float = 0.0
    """How angry the voice sounds, 0-1; 0 where nobody listens for it."""
    others: Others = ()
    """What else may have been said."""


@dataclass(frozen=True)
class Keyed:
    """The keys that the open question waited for (terminator stripped), or a single global key."""

    digits: str


@dataclass(frozen=True)
class NotUnderstood:
    """There was sound, but no words in it that could be used (rejected, or the recogniser failed)."""

    reason: str


@dataclass(frozen=True)
class NoInput:
    """The question's patience ran out in silence (never counted while the robot speaks)."""


@dataclass(frozen=True)
class Finished:
    """All prompts were played to their end."""


@dataclass(frozen=True)
class Gone:
    """The caller hung up."""


@dataclass(frozen=True)
class OptedOut:
    """Who was called doesn't want to be called again; it holds whatever goes on, question or none."""

    how: Literal["said", "keyed"]
    words: str
    """The proof."""


@dataclass(frozen=True)
class Done:
    """What became of the errand that the dialogue waits for."""

    ok: bool
    values: Mapping[str, object] = field(default_factory=dict)
    """What it brought back, by the names that the errand documents."""
    why: str = ""
    """Where it failed: why, in words for the record (never said to the caller)."""


@dataclass(frozen=True)
class Meanwhile:
    """Who was handed over waits: the robot may help them, where the flow says how (`Handover.meanwhile`)."""


@dataclass(frozen=True)
class Enough:
    """The robot's helping is over, wherever it stands."""

    done: "Done | None" = None
    """What became of the hand-over; None: somebody has the caller, who is told so and waits on."""


Event = Begin | Said | Keyed | NotUnderstood | NoInput | Finished | Done | Gone | Meanwhile | Enough | OptedOut

# -- actions out ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Prompt:
    """Something to be heard: a text to speak or a sound file."""

    text: str = ""
    file: str = ""
    """As the flow's author wrote it."""
    folder: str = ""
    """Where `file` is, unless it says so itself."""
    language: str = "en"
    voice: str = ""


@dataclass(frozen=True)
class KeysWanted:
    """Which keys a question takes."""

    least: int = 1
    most: int = 1
    terminator: str = "#"
    between_s: float = 3.0
    """Seconds after a key until what was keyed counts as all."""
    choices: tuple[str, ...] = ()
    """Where the answer is one of these: take it as soon as no longer one is possible."""


@dataclass(frozen=True)
class Question:
    """How to listen for the answer."""

    step: str
    kind: QuestionKind = "open"
    language: str = "en"
    """"": identify it by what is said."""
    speech: bool = True
    keys: KeysWanted | None = None
    phrases: tuple[str, ...] = ()
    no_input_s: float = 6.0
    hangover_ms: int = 0
    """0: what suits the kind."""
    check: str = ""
    """Scheme of the check digit that the wanted number keeps; "": none."""


@dataclass(frozen=True)
class Say:
    """Play these in order; `Finished` comes at their end unless the caller interrupts.

    With `barge_in`, speech or a key during it is taken as the answer; without, keys and speech wait.
    """

    prompts: tuple[Prompt, ...]
    barge_in: bool = True


@dataclass(frozen=True)
class Listen:
    """Open a question (its `Say`, if any, stands before it in the same list of actions)."""

    question: Question


@dataclass(frozen=True)
class Understood:
    """For the record: what the last `Said` or `Keyed` was taken as (fills the turn's intent and confidence)."""

    intent: str
    confidence: float
    slots: Mapping[str, object] = field(default_factory=dict)
    runner_up: str = field(default="", compare=False)
    runner_up_confidence: float = field(default=0.0, compare=False)
    """What else it may have been: for who looks into the call afterwards."""


@dataclass(frozen=True)
class Note:
    """For the event log of the call (step entered, no-match, language changed …)."""

    name: str
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class HangUp:
    """Say nothing more and end the call."""


@dataclass(frozen=True)
class Unanswered:
    """For whoever keeps the knowledge base: a question that got no answer, or one that didn't help."""

    question: str
    why: Literal["unknown", "rejected"]
    article: str | None = None


@dataclass(frozen=True)
class Rated:
    """The caller gave a rating."""

    name: str
    rating: int
    most: int
    stage: Literal["", "robot", "human"] = ""
    """What of the call it is for; "": the human's part where there was one."""


@dataclass(frozen=True)
class Learned:
    """What is known of a caller who waits has grown: the hand-over as it is made now."""

    handover: "Handover"


@dataclass(frozen=True)
class WaitsOn:
    """The robot has helped; the caller waits with nothing to answer."""


# Errands take time. The dialogue waits for exactly one `Done` (or `Gone`) after each, and nothing is listened for.


@dataclass(frozen=True)
class Handover:
    """A human must take it: queue, number, voicemail …

    `Done(ok=False)`: it can't be done, the flow goes on. `Done(ok=True)`: it is done and the caller is back; a caller
    who stays with the human comes back never.
    """

    verb: Literal["enqueue", "transfer", "voicemail", "callback", "ticket"]
    target: str
    reason: str
    """What led here: "asked", "no-match", "tag", "rating", "anger", "stuck", the author's word, or else "flow"."""
    summary: str = ""
    """A few sentences for whoever takes it."""
    slots: Mapping[str, object] = field(default_factory=dict)
    transcript: tuple[tuple[str, str], ...] = ()
    """Speaker ("caller" or "robot") and words, oldest first."""
    priority: int = 0
    tags: frozenset[str] = frozenset()
    """Of the customer, such as "vip"."""
    meanwhile: bool = False
    """Whether the robot has something to ask or tell while the caller waits (`Meanwhile`)."""


@dataclass(frozen=True)
class LookUp:
    """Ask one of the company's systems over HTTP.

    `Done.values`: "status" (int), "body" (parsed JSON, or text). Not ok: no answer in time, refused, or garbage.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    """Secrets are not in here: "{{ env.NAME }}" is filled by whoever sends it."""
    body: object = None
    """Sent as JSON; None: no body."""
    timeout_s: float = 5.0
    """For each attempt."""
    retries: int = 1
    wait: "Say | None" = None
    """Said when the answer takes longer than `wait_s`."""
    wait_s: float = 0.7


@dataclass(frozen=True)
class Record:
    """Record what the caller says from here on. `Done.values`: "file", "seconds", "ended_by".

    "ended_by" is "key", "silence" or "limit". Not ok: nothing was said.
    """

    name: str
    most_s: float = 60.0
    silence_s: float = 3.0
    finish: str = "#"
    beep: bool = True
    mailbox: str = ""
    """The queue whose message it is, whatever becomes of the call; of several in one call, the last one counts."""


@dataclass(frozen=True)
class FreeAnswer:
    """Let a language model answer from these articles (by their ids), sentence by sentence, as it comes.

    `Done.values`: "text", "articles" (ids it quotes). Not ok: nothing was said.
    """

    question: str
    articles: tuple[str, ...]
    language: str


Errand = Handover | LookUp | Record | FreeAnswer
Action = Say | Listen | Understood | Note | HangUp | Unanswered | Rated | Learned | WaitsOn | Errand
