"""Slots: 200 spoken values a language through the phone channel, recognised by Whisper, read by the question's kind.

Digit strings are dictated in groups with pauses, and once more in one go, as nobody gives a number. Values and words
by seed (`slot_values.py`), several synthetic voices, paces and pitches (`slot_voices.py`), white line noise at 20-30
dB, mu-law at 8 kHz, the recogniser as the speech worker calls it. `--development` takes the seed that rules were made
on; `--wrong` names what was heard where a value is wrong; `--text` leaves speech out, `--whisper` only the ear for
values.
"""

import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from asr_tts import weights
from asr_tts.engines.closed_ear import ears
from asr_tts.engines.whisper import Whisper
from asr_tts.recognition import Question, Samples
from asr_tts.speech_protocol import QuestionKind
from bench.recognition_engine import on_the_phone
from bench.report import Report, mean, short
from bench.slot_values import DEVELOPMENT, NOW, TEST, Said, values
from bench.slot_voices import dictate, say, voices
from dialplans.slots import read

BOUNDS = {"digits": ">= 95", "moment": ">= 90", "money": ">= 90"}
NAMES = {
    "digits": "digit strings of 6-11, dictated", "exact": "the same where every question knows how many it wants",
    "hurried": "the same strings in one go, 4-5 digits a second",
    "moment": "dates and times", "money": "money",
}  # fmt: skip
KINDS: dict[str, QuestionKind] = {"digits": "digits", "moment": "moment", "money": "money"}
"""What the recogniser is told of the question."""


def on_the_line(one: Said, language: str, dictated: bool = False) -> Samples:
    """Return one value as it arrives from the line; `dictated`: group by group, with pauses."""
    known = voices(language)
    voice = known[one.voice % len(known)]
    if dictated:
        sound = dictate(one.text, language, voice, one.pace, random.Random(one.noise))
    else:
        sound = say(one.text, language, voice, one.pace)
    return on_the_phone(sound, float(np.random.default_rng(one.noise).uniform(20, 30)))


def question_for(one: Said, language: str) -> Question:
    """Return what the recogniser is told of the question that asks for it."""
    kind = KINDS[one.group]
    if kind != "digits":
        return Question(language, kind)
    return Question(language, kind, least=int(one.kind.least or 0), most=int(one.kind.most or 0))


def right(one: Said, heard: str, language: str) -> tuple[bool, str, float]:
    """Return whether `heard` is read as the value, what it was read as, and the milliseconds of CPU that took."""
    began = time.thread_time()
    found = read(one.kind, heard, language, NOW)
    took = 1000 * (time.thread_time() - began)
    return found is not None and found.value == one.value, str(found and found.value), took


def measure(report: Report, language: str, said: Iterable[Said], whisper: Whisper | None) -> None:
    """Add the figures of one language."""
    marks: defaultdict[str, list[bool]] = defaultdict(list)
    speakers: defaultdict[str, list[bool]] = defaultdict(list)
    costs: list[float] = []
    known = voices(language)
    for one in said:
        voice = known[one.voice % len(known)]
        dictated = one.group == "digits"
        ok, took = _heard(report, one, language, whisper, dictated)
        costs.append(took)
        speakers[voice].append(ok)
        marks[one.group].append(ok)
        if dictated:
            asked = exactly(one)
            marks["exact"].append(ok if asked.kind == one.kind else _heard(report, asked, language, whisper, True)[0])
            marks["hurried"].append(_heard(report, one, language, whisper)[0])
    for group, oks in marks.items():
        report.add(f"{language}: {NAMES[group]} right ({len(oks)})", 100 * mean(oks), "%", BOUNDS.get(group, ""))
    for voice, oks in sorted(speakers.items()):
        report.add(f"{language}: said by {voice} ({len(oks)})", 100 * mean(oks), "%")
    report.spread(f"{language}: cost of reading", costs, "ms", p95="<= 15")


def exactly(one: Said) -> Said:
    """Return the same value, asked for by a question that knows how many digits it wants."""
    return replace(one, kind=replace(one.kind, least=len(one.value), most=len(one.value)))


def _heard(
    report: Report, one: Said, language: str, whisper: Whisper | None, dictated: bool = False
) -> tuple[bool, float]:
    heard = one.text
    if whisper:
        heard = whisper.recognise(on_the_line(one, language, dictated), question_for(one, language)).text
    ok, value, took = right(one, heard, language)
    if not ok and "--wrong" in sys.argv:
        voice = voices(language)[one.voice % len(voices(language))]
        report.notes.append(f"{one.text} [{voice}] -> {heard} -> {value}, not {one.value}")
    return ok, took


def main() -> int:
    """Measure and report."""
    seed = DEVELOPMENT if "--development" in sys.argv else TEST
    which = "development" if seed == DEVELOPMENT else "test"
    report = Report("Slots", f"values of the {which} seed, " + " ".join((__doc__ or "").split("\n\n")[1].split()))
    listens = {} if "--whisper" in sys.argv else ears()
    whisper = None if "--text" in sys.argv else Whisper(weights.find("whisper-base"), ears=listens)
    for language in [code for code in ("en", "zh") if f"--{code}" in sys.argv] or ["en", "zh"]:
        measure(report, language, values(language, seed)[:: 10 if short() else 1], whisper)
    return report.show()


if __name__ == "__main__":
    sys.exit(main())
