"""Calls of two channels in which it is known what inspection must find: made of sentences by seed, through the phone.

A call is an agent and a caller of two synthetic voices (`slot_voices.py`) with pauses as people make them. What each
rule of the half's scorecard must find is known from how the call is made: which sentence is said when, by the sample.
Line noise of 20-30 dB on both channels, voices of different loudness, mu-law at 8 kHz.
"""

import audioop
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from ruamel.yaml import YAML

from asr_tts.recognition import Samples
from bench.slot_voices import LEVEL, say
from bench.sounds import RATE
from quality import reading
from quality.conversation import Conversation, Happening, Turn
from quality.scorecard import Scorecard
from quality.sound import Sound

Half = Literal["dev", "hard", "named", "several", "spread", "test", "fresh"]
Side = Literal["caller", "agent"]
DATA = Path(__file__).parent / "data" / "findings"
REQUIRED = {
    "dev": ("returns", "recorded"), "hard": ("mail", "fee", "survey", "privacy"), "test": ("deadline", "identity"),
    "named": ("plate", "policy", "birthday", "engineer", "postage", "text"),
    "several": ("verify", "offer", "pay", "size"), "fresh": ("fasting", "cancel", "reach", "worse"),
    "spread": ("risk", "backup", "ringback", "deposit"),
}  # fmt: skip
"""Sentences that the agent must say at some time."""
QUIET_S = {"dev": 6.0, "hard": 7.0, "named": 7.0, "several": 7.0, "spread": 7.0, "test": 8.0, "fresh": 8.0}
"""As the scorecard has it: from so much silence on a rule is broken."""
OPENING_S = 20.0
LOUDNESS = 0.5, 1.6
PACES = 0.94, 1.08
NOISE_DB = 20.0, 30.0
PAUSE_S = 0.9, 1.4
"""Within a sentence that is said over two turns: what the inspector takes for the end of the first."""


@dataclass(frozen=True)
class LabelledCall:
    """A call and what must be found in it."""

    conversation: Conversation
    """As its record has it: no texts."""
    sound: Sound
    broken: frozenset[str]
    """The rules of the scorecard that it breaks."""
    plan: str
    """What it was made of, in words."""
    truth: tuple[Turn, ...]
    """What was said, to the letter: what inspection would hear with a recogniser without fault."""


@cache
def scorecard(half: Half) -> Scorecard:
    """Return the rules that the calls of this half keep or break."""
    return reading.load(DATA / f"{half}_card.yaml")


def calls(half: Half, language: str, count: int) -> Iterator[LabelledCall]:
    """Yield `count` calls, the same ones each time."""
    for number in range(count):
        yield _Making(half, language, random.Random(f"{half} {language} {number}")).call(f"{half}-{language}-{number}")


@cache
def sentences(half: Half) -> Any:
    """Return what is said in calls of this half, by language."""
    said = YAML(typ="safe").load((DATA / f"{half}.yaml").read_text(encoding="utf-8"))
    besides = sentences(said.pop("besides")) if "besides" in said else {}
    return {language: {**besides.get(language, {}), **own} for language, own in said.items()}


def parts_of(words: str) -> list[str]:
    """Return what is said of a sentence before a pause and after it; most have none."""
    return re.split(r"\s*/\s*", words)


def other(side: Side) -> Side:
    """Return who listens."""
    return "agent" if side == "caller" else "caller"


@dataclass
class _Making:
    """One call while it is made."""

    half: Half
    language: str
    chance: random.Random
    placed: list[tuple[Side, float, Samples, str]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    plan: list[str] = field(default_factory=list)
    at: float = 1.0
    """Where the last sound ends."""
    last: str = ""
    """Who spoke last."""

    def __post_init__(self) -> None:
        said = sentences(self.half)[self.language]
        self.said, draw = said, self.chance
        self.voices = {side: draw.choice(said["voices"][side]) for side in ("agent", "caller")}
        self.pace = {side: draw.uniform(*PACES) for side in ("agent", "caller")}
        self.loud = {side: draw.uniform(*LOUDNESS) for side in ("agent", "caller")}
        self.fillers = {side: draw.sample(said[side], len(said[side])) for side in ("agent", "caller")}

    def call(self, name: str) -> LabelledCall:
        """Make it."""
        opening = self.chance.choices(("at once", "soon", "late", "never"), (30, 20, 25, 25))[0]
        if opening == "at once":
            self.says("agent", self.one_of("opening", "yes"))
        else:
            self.says("agent", self.one_of("opening", "no"))
        if opening == "soon":
            self.filler("caller")
            self.says("agent", self.one_of("opening", "yes"))
        parts = [self.required, self.words, self.quiet, self.cutting_in, self.anger]
        self.chance.shuffle(parts)
        for part in parts:
            part()
        if opening == "late":
            while self.at < OPENING_S:
                self.filler("agent" if self.last == "caller" else "caller")
            self.says("agent", self.one_of("opening", "yes"))
        if opening in ("late", "never"):
            self.broken.add("opening")
        sound = self.mixed()
        live = (Turn(1, "agent", "", 0.0, 1.5, self.language, 0.0, agent="201"),)
        began = (Happening(0.5, "talk-began", {"agent": "201"}),)
        heard = Conversation(name, sound.seconds, live, self.language, happenings=began, agents=("201",))
        plan = f"opening {opening}; " + "; ".join(self.plan)
        return LabelledCall(heard, sound, frozenset(self.broken), plan, tuple(self.truth()))

    def truth(self) -> Iterator[Turn]:
        for number, (side, start, sound, words) in enumerate(sorted(self.placed, key=lambda one: one[1]), 1):
            yield Turn(number, side, words, start, start + len(sound) / RATE, self.language, agent="201")

    # -- what happens in it --------------------------------------------------------------------------------------

    def required(self) -> None:
        for rule in REQUIRED[self.half]:
            # A party whom the rule isn't about says it only where the half has such sentences.
            shares = (50, 25, 10, 15) if "caller" in self.said[rule] else (50, 35, 0, 15)
            kind = self.chance.choices(("yes", "no", "caller", ""), shares)[0]
            if kind != "yes":
                self.broken.add(rule)
            if kind:
                self.says("caller" if kind == "caller" else "agent", self.one_of(rule, kind))
        self.filler("caller")

    def words(self) -> None:
        kind = self.chance.choices(("yes", "no", "caller"), (45, 35, 20))[0]
        if kind == "caller":
            # The caller may say what the agent may not.
            self.says("caller", self.chance.choice(self.said["caller"][-2:]))
            return
        if kind == "yes":
            self.broken.add("words")
        self.says("agent", self.one_of("words", kind))

    def quiet(self) -> None:
        kind = self.chance.choices(("over", "under", "the caller's"), (45, 35, 20))[0]
        bound = QUIET_S[self.half]
        self.filler("agent" if kind == "the caller's" else "caller")
        pause = bound + (self.chance.uniform(-1.5, -0.4) if kind == "under" else self.chance.uniform(0.5, 3.0))
        if kind == "over":
            self.broken.add("quiet")
        self.plan.append(f"{pause:.1f} s of silence, {kind}")
        self.filler("caller" if kind == "the caller's" else "agent", pause)

    def cutting_in(self) -> None:
        kind = self.chance.choices(("cut", "backchannel", "end", "none"), (45, 30, 15, 10))[0]
        began = self.says("caller", self.chance.choice(self.said["long"]))
        end = self.at
        if kind == "cut":
            self.broken.add("cuts-in")
            at, words = began + self.chance.uniform(0.35, 0.65) * (end - began), self.chance.choice(self.said["cut"])
        elif kind == "backchannel":
            at = began + self.chance.uniform(0.3, 0.8) * (end - began)
            words = self.chance.choice(self.said["backchannel"])
        elif kind == "end":
            # As people take turns: a moment before the other has quite ended.
            at, words = end - self.chance.uniform(0.05, 0.25), self.fillers["agent"].pop()
        else:
            return
        self.place("agent", at, words)

    def anger(self) -> None:
        kind = self.chance.choices(("yes", "no"), (45, 55))[0]
        if kind == "yes":
            self.broken.add("angry")
        self.says("caller", self.one_of("angry", kind))

    # -- how it is said ------------------------------------------------------------------------------------------

    def one_of(self, rule: str, kind: str) -> str:
        return str(self.chance.choice(self.said[rule][kind]))

    def filler(self, side: Side, pause: float | None = None) -> None:
        """Say something that no rule is about."""
        fill = self.fillers[side]
        # The last two of the caller's are what an agent may not say.
        near = self.said["caller"][-2:]
        words = next((one for one in fill if one not in near), self.said[side][0])
        if words in fill:
            fill.remove(words)
        self.says(side, words, pause)

    def says(self, side: Side, words: str, pause: float | None = None) -> float:
        """Say it after a pause; return when it begins."""
        if pause is None:
            pause = self.chance.uniform(0.9, 1.6) if self.last == side else self.chance.uniform(0.25, 1.2)
        first, *rest = parts_of(words)
        began = self.place(side, self.at + pause, first)
        for part in rest:
            self.goes_on(side, part)
        return began

    def goes_on(self, side: Side, words: str) -> None:
        """Say the rest of a sentence after a pause, in which the other one may say that they listen."""
        at = self.at + self.chance.uniform(*PAUSE_S)
        if self.chance.random() < 0.5:
            self.place(
                other(side), self.at + self.chance.uniform(0.15, 0.4), self.chance.choice(self.said["backchannel"])
            )
        self.place(side, max(at, self.at + self.chance.uniform(0.05, 0.3)), words)

    def place(self, side: Side, at: float, words: str) -> float:
        voice, _, pitch = self.voices[side].partition("@")
        sound = say(words, self.language, voice, self.pace[side] * float(pitch or 1))
        start = round(at * RATE)
        self.placed.append((side, start / RATE, sound, words))
        self.plan.append(f"{at:.1f} {side}: {words}")
        if (end := at + len(sound) / RATE) > self.at:
            self.at, self.last = end, side
        return at

    def mixed(self) -> Sound:
        """Return both channels as the phone brings them."""
        length = round((self.at + 1.0) * RATE)
        found = {}
        for side in ("caller", "agent"):
            noise = np.random.default_rng(self.chance.randrange(2**32))
            line = noise.normal(0, LEVEL / 10 ** (self.chance.uniform(*NOISE_DB) / 20), length)
            for who, start, sound, _ in self.placed:
                if who == side:
                    at = round(start * RATE)
                    line[at : at + len(sound)] += sound * self.loud[side]
            linear = line.clip(-32768, 32767).astype(np.int16).tobytes()
            found[side] = np.frombuffer(audioop.ulaw2lin(audioop.lin2ulaw(linear, 2), 2), np.int16)
        return Sound(found["caller"], found["agent"])
