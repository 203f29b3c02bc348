"""Findings: precision and recall of each kind of rule on calls that were made so that one knows what they break.

120 calls of two channels (`labelled_calls.py`), half of them English, half Chinese, written as recordings, read,
recognised and scored as an inspector does. Asked of a broken rule: is it told of (recall), and is it true (precision)?
`--development` takes the half that thresholds and code were tuned on: other rules, sentences and voices; `--hard`
another one for that, whose voices and sentences are harder; `--named` a third, whose rules ask for things by their
names; `--several` a fourth, whose rules are kept by any of several things; `--spread` a fifth, whose sentences go over
two turns, are asked or denied, or said by the caller. `--fresh` takes another half that nothing was tuned on, written
after the first had been run five times. `--wrong` tells what was found or missed wrongly. Of required sentences is
counted what rules would get wrong by what was said, too: that is the likeness's fault, all else the recogniser's.
"""

import sys
import tempfile
import time
import wave
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from bench.labelled_calls import REQUIRED, Half, LabelledCall, calls, scorecard
from bench.report import Report, short
from models.settings import Settings
from quality.conversation import Conversation
from quality.evidence import Subject
from quality.inspection_cli import ears_of
from quality.likeness import Likeness
from quality.relistening import Ears, listen_again
from quality.scoring import score
from quality.sound import Sound, read

CALLS = 60
"""In each language."""
KINDS = {
    "words": "forbidden word", "opening": "required sentence in the first 20 s", "quiet": "silence",
    "cuts-in": "interruption", "angry": "anger",
}  # fmt: skip
KINDS |= dict.fromkeys((rule for rules in REQUIRED.values() for rule in rules), "required sentence")
SAID = ("opening", *(rule for rules in REQUIRED.values() for rule in rules))
UNASKED = ("anger",)
"""Measured, but nothing is asked of it."""
BOUND = ">= 0.9"


@dataclass
class Tally:
    """Of one kind of rule."""

    right: int = 0
    wrongly: int = 0
    missed: int = 0
    kept: int = 0
    """Neither broken nor told of."""
    as_said: int = 0
    """Of what is told wrongly or not at all, so much would be by what was said to the letter, too."""

    def add(self, broken: bool, found: bool) -> None:
        """Count one rule of one call."""
        self.right += broken and found
        self.wrongly += found and not broken
        self.missed += broken and not found
        self.kept += not broken and not found


@dataclass
class Result:
    """Of one language."""

    tallies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    wrong: list[str] = field(default_factory=list)
    mistaken: dict[str, list[LabelledCall]] = field(default_factory=lambda: defaultdict(list))
    """Calls of which a rule is told wrongly, or not told."""
    seconds: float = 0.0
    """Of calls."""
    cpu: float = 0.0

    def take(self, call: LabelledCall, heard: Conversation, half: Half, likeness: Likeness) -> None:
        """Compare what the rules find in `heard` with what the call was made for."""
        for finding in score(scorecard(half), Subject(heard, likeness)).findings:
            broken, found = finding.rule in call.broken, finding.outcome == "broken"
            self.tallies[KINDS[finding.rule]].add(broken, found)
            if broken != found:
                heard_as = " | ".join(f"{t.start:.1f} {t.speaker}: {t.text}" for t in heard.turns)
                what = "missed" if broken else f"wrongly found {finding.evidence}"
                self.wrong.append(f"{call.conversation.call_id}: {finding.rule} {what}\n  {call.plan}\n  {heard_as}")
                self.mistaken[finding.rule].append(call)

    def blame(self, half: Half, likeness: Likeness) -> None:
        """Count which of the mistakes about what was said there would be with a recogniser without fault."""
        for rule, some in self.mistaken.items():
            for call in some if rule in SAID else ():
                said = replace(call.conversation, turns=call.truth)
                as_said = score(scorecard(half), Subject(said, likeness)).findings
                found = next(one.outcome == "broken" for one in as_said if one.rule == rule)
                self.tallies[KINDS[rule]].as_said += found != (rule in call.broken)


def recorded(sound: Sound, path: Path) -> Sound:
    """Write a recording and read it as the inspector does."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(np.stack([sound.caller, sound.ours], axis=1).astype("<i2").tobytes())
    return read(path)


def measure(half: Half, language: str, count: int, ears: Ears, likeness: Likeness) -> Result:
    """Listen to the calls of one half in one language, and compare."""
    result = Result()
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as directory:
        for call in calls(half, language, count):
            began = time.process_time()
            heard = listen_again(call.conversation, recorded(call.sound, Path(directory) / "call.wav"), ears, _at_once)
            result.take(call, heard, half, likeness)
            result.cpu += time.process_time() - began
            result.seconds += call.sound.seconds
    result.blame(half, likeness)
    return result


def _at_once() -> None:
    """Nobody has to be waited for."""


def tell(report: Report, language: str, result: Result) -> None:
    """Add precision and recall by kind."""
    for kind, tally in sorted(result.tallies.items()):
        bound = "" if kind in UNASKED else BOUND
        told, true = tally.right + tally.wrongly, tally.right + tally.missed
        of_all = told + tally.missed + tally.kept
        report.add(f"{language}: {kind}: precision ({told} told of)", tally.right / told if told else None, "", bound)
        report.add(
            f"{language}: {kind}: recall ({true} of {of_all})", tally.right / true if true else None, "", bound
        )  # fmt: skip
        if kind in {KINDS[rule] for rule in SAID}:
            wrong = tally.wrongly + tally.missed
            report.add(f"{language}: {kind}: wrong by what was said, too (of {wrong} that are wrong)", tally.as_said)
    report.add(f"{language}: calls", result.seconds / 60, "min")
    report.add(f"{language}: CPU a minute of calls", 60 * result.cpu / result.seconds, "s")
    report.add(f"{language}: hours of calls a core hour", result.seconds / result.cpu, "h")
    if "--wrong" in sys.argv:
        report.notes += result.wrong


def main() -> int:
    """Measure and report."""
    asked: dict[str, Half] = {
        "--development": "dev", "--hard": "hard", "--named": "named", "--several": "several",
        "--spread": "spread", "--fresh": "fresh",
    }  # fmt: skip
    half: Half = next((half for option, half in asked.items() if option in sys.argv), "test")
    report = Report("Findings", f"{half} half: " + " ".join((__doc__ or "").split("\n\n")[1].split()))
    ears, likeness = ears_of(Settings()), Likeness()
    for language in [code for code in ("en", "zh") if f"--{code}" in sys.argv] or ["en", "zh"]:
        tell(report, language, measure(half, language, 10 if short() else CALLS, ears, likeness))
    return report.show()


if __name__ == "__main__":
    sys.exit(main())
