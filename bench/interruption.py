"""Interruption: onset of the caller's speech to silence of the robot, on the wire; and what must not stop it.

During a long announcement, English and then Chinese, the caller interrupts (human prompts, synthetic voices,
sentences, single words), or only says "uh-huh" or 嗯, coughs, knocks, has a noisy line, or sends the robot's own
voice back at -25 dB after 150 ms. Whatever of that silences it is a false stop: for good where the record says that the
announcement was interrupted, resumed where it says that it went on from where it was cut.

A key begins the announcement anew after each of these sounds: after a false stop the robot takes more to fall silent in
the same announcement, so that a row of backchannels within one would hide most of what they do.
"""

import asyncio
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

from bench import phone_callers, sounds
from bench.hotline_under_test import hotline, turns_of
from bench.records import HeardTurn, Records
from bench.report import Report, run, short
from voice.server_process import ServerProcess
from voice.synthetic_caller import Samples, Spoken, SyntheticCaller
from voice.wire_times import first_audible, silent_from, stretches

PAUSE = 0.3
"""Seconds of silence on the wire from which on the robot counts as silent."""

AT_ONCE = 3
"""Calls at a time, so that it ends sooner."""

KINDS = ("backchannel", "cough", "knock", "noise")
FLOWS = {"en": "announcement", "zh": "announcement_zh"}
WORDS = Path(__file__).parent / "data/overheard_test.yaml"
VOICES = {
    "en": ("af_heart", "joe", "am_michael 1.08", "espeak en-us", "bf_emma", "joe 1.12", "bm_george"),
    "zh": ("zf_xiaobei", "zm_yunjian", "zf_xiaoxiao 0.94", "zm_yunjian 1.1", "zf_xiaoxiao"),
}
"""Who says them, in turn, and how much higher and faster than by nature."""
AGAIN = "5"
"""A key that means nothing: the announcement begins anew."""


@dataclass
class Sound:
    """Something that the caller sends into the announcement, and what came of it."""

    kind: str
    samples: Samples
    language: str = "en"
    word: str = ""
    spoken: Spoken | None = None
    silent_after: float | None = None
    """Seconds from its onset to silence of the robot."""
    silent_for: float | None = None
    """Seconds until the robot was heard again."""
    stopped: bool = False
    """The record says that the robot was interrupted for good."""
    resumed: bool = False
    """The record says that it fell silent, was not interrupted, and went on from where it was cut."""
    taken_for: str = ""
    ignored: str = ""
    """What was understood of it and why that was no turn."""


@cache
def words(kind: str, language: str) -> tuple[str, ...]:
    """Return what is said: "backchannels" or "interruptions"."""
    return tuple(YAML(typ="safe").load(WORDS.read_text(encoding="utf-8"))[kind][language])


def said(kind: str, language: str, count: int) -> list[Sound]:
    """Return `count` of these words, by one voice after the other."""
    found = []
    for index in range(count):
        word = words(kind, language)[index % len(words(kind, language))]
        # Another voice when the same words come again.
        voice = VOICES[language][(index + index // len(words(kind, language))) % len(VOICES[language])]
        samples = phone_callers.spoken(word, language, voice)
        found.append(Sound(kind.removesuffix("s"), samples, language, f"{word} ({voice})"))
    return found


def interruptions(language: str, count: int) -> list[Sound]:
    """Return `count` true interruptions; half of the English ones are human prompts."""
    human = count // 2 if language == "en" else 0
    names = [name for name in sorted(sounds.transcripts()) if sounds.human(name).size > 1.2 * sounds.RATE]
    draw = random.Random(11)
    found = [Sound("human", sounds.human(name), word=name) for name in draw.sample(names, human)]
    found += said("interruptions", language, count - human)
    draw.shuffle(found)
    return found


def not_meant(language: str, count: int, noises: int) -> list[Sound]:
    """Return `count` backchannels, and `noises` of each other kind, that must not stop the robot."""
    found = said("backchannels", language, count)
    seed = 0 if language == "en" else 1000
    for index in range(seed, seed + noises):
        found.append(Sound("cough", sounds.cough(index), language))
        found.append(Sound("knock", sounds.knock(index), language))
        found.append(Sound("noise", sounds.hiss(1.0, index), language))
    random.Random(5).shuffle(found)
    return found


async def into_the_announcement(caller: SyntheticCaller, sound: Sound, wait: float) -> None:
    """Make the sound while the robot has been speaking for a while."""
    if not await caller.wait_until_robot(speaks=True, steady=0.4, patience=15):
        return
    await asyncio.sleep(wait)
    if await caller.wait_until_robot(speaks=True, steady=0.1, patience=5):
        sound.spoken = await caller.say(sound.samples)
        await asyncio.sleep(1.5)


@dataclass
class Echo:
    """What the robot's own voice, sent back, did to it."""

    spoke: float = 0.0
    """Seconds for which the robot was heard."""
    stopped: int = 0
    resumed: int = 0
    taken_for_the_callers: int = 0

    def __add__(self, other: "Echo") -> "Echo":
        """Return both together."""
        return Echo(
            self.spoke + other.spoke,
            self.stopped + other.stopped,
            self.resumed + other.resumed,
            self.taken_for_the_callers + other.taken_for_the_callers,
        )


async def a_call(
    server: ServerProcess, records: Records, number: str, heard: Sequence[Sound], *, again: bool = False
) -> None:
    """Make all sounds in one call and fill in what came of them; `again`: each into an announcement of its own."""
    draw = random.Random(number)
    caller = SyntheticCaller(server.sip, server.address, number=number)
    async with caller:
        for sound in heard:
            await into_the_announcement(caller, sound, draw.uniform(0.5, 1.5))
            if again:
                await caller.key(AGAIN)
                await caller.wait_until_robot(speaks=False, steady=0.1, patience=2)
    turns = await turns_of(records, caller)
    call = records.call_of(number)
    resumed = [at for at, _ in records.events(call, "false-stop")]
    ignored = records.events(call, "ignored")
    for sound in heard:
        if sound.spoken is not None:
            judge(sound, caller, turns, records.recording_began(call), resumed)
            sound.ignored = ", ".join(f'"{what["text"]}" ({what["why"]})' for at, what in ignored if _during(sound, at))


def _during(sound: Sound, at: float) -> bool:
    return sound.spoken is not None and sound.spoken.began < at < sound.spoken.ended + 2


async def echoed(server: ServerProcess, records: Records, number: str, seconds: float) -> Echo:
    """Send the robot's voice back for that long while the caller says nothing."""
    caller = SyntheticCaller(server.sip, server.address, number=number, echo_db=-25.0)
    hush = Sound("echo", sounds.hiss(seconds, 1, rms=10))
    async with caller:
        await into_the_announcement(caller, hush, 0.5)
    turns = await turns_of(records, caller)
    found = Echo(resumed=len(records.events(records.call_of(number), "false-stop")))
    found.spoke = sum(part.ended - part.began for part in stretches(caller.heard))
    # The last turn is cut by the caller's hanging up.
    found.stopped = sum(turn.interrupted for turn in turns[:-1])
    found.taken_for_the_callers = sum(turn.speaker == "caller" for turn in turns)
    return found


def judge(
    sound: Sound, caller: SyntheticCaller, turns: Sequence[HeardTurn], began: float, resumed: Sequence[float]
) -> None:
    """Read from the wire when the robot fell silent, and from the record whether it was stopped or went on."""
    assert sound.spoken is not None
    near = [frame for frame in caller.heard if sound.spoken.began - 1 < frame.at < sound.spoken.ended + 2]
    sent = [frame for frame in caller.sent if sound.spoken.began - 0.001 < frame.at]
    onset = first_audible(sent, sound.spoken.began - 0.001) or sound.spoken.began
    silent = silent_from(near, onset, PAUSE)
    if silent is not None and silent < sound.spoken.ended + 0.7:
        sound.silent_after = silent - onset
        if (back := first_audible(near, silent)) is not None:
            sound.silent_for = back - silent
    window = (sound.spoken.began - began, sound.spoken.ended - began + 1.5)
    for turn in turns:
        if turn.speaker == "robot" and turn.interrupted and window[0] - 0.2 < turn.end_s < window[1]:
            sound.stopped = True
        # The key by which the announcement begins anew is a turn too.
        if turn.speaker == "caller" and not turn.digits and window[0] - 0.5 < turn.start_s < window[1]:
            sound.taken_for = turn.text
    sound.resumed = not sound.stopped and any(window[0] < at - began < window[1] + 1 for at in resumed)


def share(count: int, among: Sequence[Sound]) -> float | None:
    """Return `count` in percent of `among`, None of none."""
    return 100 * count / len(among) if among else None


def tell_interruptions(report: Report, true: Sequence[Sound]) -> None:
    """Add what came of the interruptions that were meant; all of them have to have been made."""
    made = [sound for sound in true if sound.spoken is not None]
    times = [sound.silent_after * 1000 for sound in made if sound.silent_after is not None]
    report.spread("silence after onset", times, "ms", p95="<= 300")
    for language in FLOWS:
        own = [s.silent_after * 1000 for s in made if s.language == language and s.silent_after is not None]
        if own:
            report.spread(f"silence after onset, {language}", own, "ms")
    report.add("interruptions made", len(made), "", f">= {len(true)}")
    report.add("never fell silent", len(made) - len(times), "", "<= 0")
    report.add("went on speaking", sum(not sound.stopped for sound in made), "", "<= 0")
    for sound in made:
        if not sound.stopped or sound.silent_after is None or sound.silent_after > 0.3:
            how = "did not stop the robot" if not sound.stopped else f"stopped it late ({sound.silent_after})"
            report.notes.append(f'{sound.kind} {sound.word} {how}, taken for "{sound.taken_for}", not: {sound.ignored}')


def tell_false_stops(report: Report, false: Sequence[Sound]) -> None:
    """Add how many of the sounds silenced the robot, for good or for a moment: both are false stops."""
    made = [sound for sound in false if sound.spoken is not None]
    stopped, resumed = sum(sound.stopped for sound in made), sum(sound.resumed for sound in made)
    report.add("sounds made that are no interruption", len(made), "", f">= {len(false)}")
    report.add("false stops, all", share(stopped + resumed, made), "%", "<= 2")
    report.add("false stops: stopped for good", share(stopped, made), "%", "<= 2")
    report.add("false stops: stopped and resumed", share(resumed, made), "%", "<= 2")
    for kind in KINDS:
        for language in FLOWS:
            some = [sound for sound in made if (sound.kind, sound.language) == (kind, language)]
            if some:
                report.add(f"{kind}, {language}: stopped for good, of {len(some)}", sum(s.stopped for s in some))
                report.add(f"{kind}, {language}: stopped and resumed, of {len(some)}", sum(s.resumed for s in some))
    gaps = [s.silent_for * 1000 for s in made if s.resumed and s.silent_for is not None]
    if gaps:
        report.spread("silence of a robot that resumed", gaps, "ms")
    for sound in made:
        if sound.stopped:
            report.notes.append(f'{sound.kind} {sound.word} stopped the robot for good, taken for "{sound.taken_for}"')


def tell_echo(report: Report, echo: Echo, seconds: float) -> None:
    """Add what the echo did; a robot that hardly spoke had none."""
    report.add("echo at -25 dB: the robot was heard for", echo.spoke, "s", f">= {0.8 * seconds:g}")
    report.add("echo at -25 dB: stopped for good", echo.stopped, "", "<= 0")
    report.add("echo at -25 dB: stopped and resumed", echo.resumed, "", "<= 0")
    report.add("echo at -25 dB: turns taken for the caller's", echo.taken_for_the_callers, "", "<= 0")


async def of_language(language: str, few: bool, seconds: int) -> tuple[list[Sound], list[Sound], Echo]:
    """Return the interruptions, the sounds that are none, and the echo, with what came of them."""
    true = interruptions(language, 8 if few else 25)
    false = not_meant(language, 4 if few else 30, 1 if few else 8)
    async with hotline(FLOWS[language], {"SPEECH__LANGUAGE": language}) as (server, records):
        calls = [(f"31{n}", true[n::6], False) for n in range(6)] + [(f"32{n}", false[n::6], True) for n in range(6)]
        for index in range(0, len(calls), AT_ONCE):
            together = calls[index : index + AT_ONCE]
            await asyncio.gather(*(a_call(server, records, number, h, again=a) for number, h, a in together))
        return true, false, await echoed(server, records, "330", seconds)


async def measure() -> Report:
    """Return the figure."""
    few = short()
    report = Report("interruption", "sounds into a long announcement, on the wire and by the call record")
    seconds = 10 if few else 30
    done = [await of_language(language, few, seconds) for language in FLOWS]
    tell_interruptions(report, [sound for true, _, _ in done for sound in true])
    tell_false_stops(report, [sound for _, false, _ in done for sound in false])
    echoes = [echo for _, _, echo in done]
    tell_echo(report, sum(echoes[1:], echoes[0]), seconds * len(echoes))
    return report


if __name__ == "__main__":
    sys.exit(run(measure))
