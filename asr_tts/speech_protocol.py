"""What the server says to a speech worker and hears from it: msgpack structs, each behind a 4-byte length.

A speech worker has two channels: `control` (the socket pair it was started with; the structs below, framed
by `models.framing`) and `audio` (a SEQPACKET Unix socket it listens on; one packet a media tick: any number of
frames, each behind an `AUDIO_HEAD`). Times of a stream are samples at 8 kHz since that stream was opened, counted
by the media worker: the only clock of a call.
"""

from struct import Struct as Packing
from typing import Literal

import msgspec

VERSION = 1
RATE = 8000
FRAME = 160
"""Samples in one frame of audio (20 ms)."""

Wanted = Literal["now", "soon", "later"]
"""When it will be heard: somebody waits for it; a phone rings, and it is for whoever answers; some day, perhaps."""
QuestionKind = Literal["open", "yes_no", "digits", "money", "moment", "list", "dictation"]
Others = tuple[tuple[str, float], ...]
"""Texts, the likeliest first, each with how many times as likely it is as the text that was chosen."""


class Message(msgspec.Struct, tag=True):
    """Anything on the control channel."""


# -- from the server ---------------------------------------------------------------------------------------


class Listen(Message):
    """Attend to a stream from now on, or change how; utterances of the former way still come to their end."""

    stream: int
    language: str
    """"en", "zh", …; "" asks for language identification."""
    kind: QuestionKind = "open"
    phrases: list[str] = []
    """What a "list" question may be answered with; the heard text is mapped onto the nearest."""
    hangover_ms: int = 0
    """Silence that ends the utterance; 0: what suits `kind`."""
    least: int = 0
    most: int = 0
    """How many digits a "digits" question wants; 0: not known."""
    check: str = ""
    """Scheme that its check digit keeps, one of `asr_tts.check_digits.CHECKS`; "": none."""
    glimpses: bool = False
    """Also what is understood while the speech goes on is told (`Glimpse`): who answers a call of ours?"""
    urgent: bool = True
    """Somebody waits for the words; False: they are for the record (two people talk), and stand back."""


class Ignore(Message):
    """Stop attending to a stream (between questions its audio may still arrive and is dropped).

    Every utterance that has no end yet is `Rejected`, and nothing follows of it.
    """

    stream: int


class Forget(Message):
    """The stream is closed; free everything it has."""

    stream: int


class Commit(Message):
    """The draft of this utterance answers the question fully: don't wait for the hangover, say `Heard` now."""

    stream: int
    utterance: int


class Synthesise(Message):
    """Speak `text` into the prompt cache; answered by `Clause`s in order, or `SynthesisFailed`."""

    request: int
    text: str
    """As written; `spoken_text` makes it words."""
    language: str
    voice: str = ""
    wanted: Wanted = "now"
    """Between its clauses it lets others pass that are wanted sooner."""


class Unwanted(Message):
    """Nobody wants what this `Synthesise` asked for any more: no further clause of it is begun, nor answered for."""

    request: int


class Ping(Message):
    """Answered by `Pong`; a worker that doesn't answer for a few seconds is hung."""

    at: float


# -- from the speech worker --------------------------------------------------------------------------------


class Ready(Message):
    """Every engine is loaded and warm; first message of a worker."""

    version: int
    pid: int
    recogniser: str
    """Name of what recognises, or "" (keypad only); `notes` says why."""
    synthesiser: str
    notes: list[str]


class SpeechStarted(Message):
    """Somebody began to speak (sent after about 60 ms of it)."""

    stream: int
    utterance: int
    """Counts up from 1 in each stream."""
    at: int
    """Sample of the onset."""


class SpeechGoesOn(Message):
    """Every 32 ms of the utterance while the robot speaks too, every 160 ms otherwise: what barge-in is decided on."""

    stream: int
    utterance: int
    at: int
    """Sample up to which this was judged."""
    speech_ms: int
    """Speech in the utterance so far."""
    echo: float
    """0-1: how surely this is the robot's own voice coming back (reference correlation)."""
    level: float
    """dBov (RFC 6464) of the speech so far, -127-0."""


class SpeechPaused(Message):
    """Silence began inside an utterance; it either goes on (`SpeechGoesOn`) or ends."""

    stream: int
    utterance: int
    at: int


class Draft(Message):
    """Text of the utterance decoded at a short silence, before the endpoint is sure; partials of streaming engines."""

    stream: int
    utterance: int
    text: str
    """"" where it was no speech, or nothing was understood of what was said into the robot's speech."""
    confidence: float
    choice: int = -1
    silence_ms: int = 0
    partial: bool = False
    """A streaming recogniser's words so far: more of the same speech may come."""
    reaction: str = ""
    """As in `Heard`."""


class Glimpse(Message):
    """What was understood of the first seconds of an utterance that goes on; only where `Listen.glimpses`."""

    stream: int
    utterance: int
    text: str
    at: int
    """Sample up to which it was decoded."""


class Prosody(msgspec.Struct, frozen=True, array_like=True):
    """How an utterance was said, over its voiced frames; `asr_tts.prosody` measures it."""

    level: float
    """dBov, mean power."""
    pitch: float
    """Hz, median."""
    spread: float
    """Semitones between the 10th and the 90th percentile of the pitch."""
    brightness: float
    """dB, power above 1 kHz against that below."""


class Heard(Message):
    """The utterance is over and was understood as speech."""

    stream: int
    utterance: int
    text: str
    confidence: float
    """0-1."""
    language: str
    start: int
    end: int
    """First and last sample of the speech (without pre-roll and hangover)."""
    choice: int = -1
    """Index into `Listen.phrases`, or -1."""
    endpoint_ms: int = 0
    """From the end of speech to the decision that it was the end."""
    decode_ms: int = 0
    """Spent in the recogniser after that decision (0 where the draft was used)."""
    prosody: Prosody | None = None
    """None where there was too little voice to tell."""
    reaction: str = ""
    """Said into the robot's speech, short and unclear: which of the words it is with which listeners react, if one."""
    others: Others = ()
    """What else may have been said; only of open questions."""


class Rejected(Message):
    """The utterance is over and was no speech (cough, click, line noise, the robot's echo), or no words came out.

    What was still open when `Ignore` came is "ignored", and has no length: nobody listened to its end.
    """

    stream: int
    utterance: int
    start: int
    end: int
    reason: str
    reaction: str = ""
    """As in `Heard`."""


class Clause(Message):
    """One clause of a `Synthesise` is ready: a mono 16-bit WAV at 8 kHz in the prompt cache."""

    request: int
    index: int
    path: str
    samples: int
    last: bool


class SynthesisFailed(Message):
    request: int
    reason: str


class RecogniserFailed(Message):
    """An utterance could not be decoded (engine error); the caller must be asked again."""

    stream: int
    utterance: int
    reason: str


class Pong(Message):
    at: float
    backlog: int
    """Utterances waiting for the recogniser."""
    dropped: int
    """Audio frames lost before they reached us, since the start."""


ToSpeech = Listen | Ignore | Forget | Commit | Synthesise | Unwanted | Ping
FromSpeech = (
    Ready
    | SpeechStarted
    | SpeechGoesOn
    | SpeechPaused
    | Draft
    | Glimpse
    | Heard
    | Rejected
    | Clause
    | SynthesisFailed
    | RecogniserFailed
    | Pong
)

# -- audio: from the media worker, one SEQPACKET packet a tick -----------------------------------------------

AUDIO_HEAD = Packing("<IQB")
"""Before each frame: stream, first sample, flags."""
WITH_REFERENCE = 1
"""Flag: the frame the robot sent at the same time follows (320 more bytes)."""
CONCEALED = 2
"""Flag: the caller's packet was missing; this frame was made up."""
FRAME_BYTES = 2 * FRAME
"""16-bit little-endian samples at 8 kHz."""
