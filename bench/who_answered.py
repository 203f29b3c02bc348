"""Who answered: persons, machines, screening services, networks, menus and faxes, heard through the phone channel.

Each recording of `data/who_answered_test.yaml` (voices and texts that nothing was tuned on; two languages, line noise
down to 14 dB, hum) is heard 20 ms by 20 ms by the speech worker's ear (Silero, Whisper) and the media worker's tone
watch, in the recording's own time; a decoding comes as much later as it took of processor time. The decision is that of
calls (`voice/answering_machine.py`). `--development` takes the set that rules were tuned on; `--wrong` names what was
taken for something else, and why; `--short` takes every third, `--en` and `--zh` one language.
"""

import heapq
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import count

from asr_tts import weights
from asr_tts.attention import Attention, Out, Work
from asr_tts.engines.silero import Silero
from asr_tts.engines.whisper import Whisper
from asr_tts.recognition import Transcript
from asr_tts.speech_protocol import FRAME, RATE, Listen
from bench.answering_sounds import Answer, answers
from bench.report import Report, percentile, short
from voice.answering_machine import DetectPolicy, Verdict, WhoAnswered
from voice.first_sounds import evidence
from voice.media.media_protocol import ToneHeard
from voice.media.tone_watch import ToneWatch

EVERY_S = 0.1
LONGEST_S = 25.0
"""Seconds of a recording that are heard at most."""
GROUPS = ("human", "machine", "screening", "announcement", "ivr", "fax")
EARLY = 0.03
"""From the ear's words to the decision: two processes and the event loop between them."""


@dataclass
class Hearing:
    """One answer as it is heard, in its own time."""

    answer: Answer
    detector: Silero
    recogniser: Whisper
    verdicts: list[Verdict] = field(default_factory=list)
    decoding_s: float = 0.0

    def __post_init__(self) -> None:
        self.who = WhoAnswered(DetectPolicy(), self.answer.language)
        self.ear = Attention(1, self.detector.window, self.detector.fresh_memory())
        self.ear.listen(Listen(1, self.answer.language, glimpses=True))
        self._tones = ToneWatch()
        self._free = 0.0
        """When the recogniser is free again."""
        self._results: list[tuple[float, int, Work, Transcript]] = []
        self._number = count()

    @property
    def decided(self) -> float:
        """When it was known for good who it is, in seconds from the answer."""
        last = next((one for one in reversed(self.verdicts) if one.who != self.verdicts[-1].who), None)
        return self.verdicts[self.verdicts.index(last) + 1 if last else 0].at

    def run(self) -> Verdict | None:
        """Hear it to its end; return the last verdict."""
        samples = self.answer.samples[: round(LONGEST_S * RATE)]
        for at in range(0, len(samples) - FRAME + 1, FRAME):
            now = (at + FRAME) / RATE
            self._answered(now)
            frame = samples[at : at + FRAME].tobytes()
            if tone := self._tones.frame(frame):
                self._take(ToneHeard(1, tone.kind, at + FRAME, 20 * tone.frames, tone.hertz, tone.meaning), now)
            self.ear.take(at, frame)
            while (window := self.ear.window()) is not None:
                [probability] = self.detector.judge([self.ear.memory], window[None])
                self._put(list(self.ear.judged(float(probability), now, 0)), now)
            due = self.who.due
            if (at // FRAME) % round(EVERY_S * 50) == 0 or (due is not None and now >= due):
                self._news(self.who.time_passes(now))
            if self.verdicts and self.verdicts[-1].who not in ("human", "silence") and self.verdicts[-1].final:
                break
        return self.who.finally_(len(samples) / RATE)

    def _answered(self, now: float) -> None:
        while self._results and self._results[0][0] <= now:
            _, _, work, transcript = heapq.heappop(self._results)
            self._put(list(self.ear.understood(work, transcript, now)), now)

    def _put(self, out: list[Out], now: float) -> None:
        for item in out:
            if isinstance(item, Work):
                began = time.process_time()
                transcript = self.recogniser.recognise(item.samples, item.question)
                took = time.process_time() - began
                self.decoding_s += took
                self._free = max(self._free, now) + took
                heapq.heappush(self._results, (self._free + EARLY, next(self._number), item, transcript))
            else:
                self._take(item, now)

    def _take(self, event: object, now: float) -> None:
        self._news(evidence(self.who, event, lambda sample: sample / RATE, now))

    def _news(self, verdict: Verdict | None) -> None:
        if verdict is not None:
            self.verdicts.append(verdict)


def main() -> int:
    """Hear all of them and report."""
    name = "dev" if "--development" in sys.argv else "test"
    place = weights.find("silero-vad")
    detector, recogniser = Silero(place), Whisper(weights.find("whisper-base"))
    recogniser.warm_up()
    report = Report("who answered", f"{name} set, phone channel, Silero and Whisper base, in the recordings' own time")
    taken: dict[str, Counter[str]] = defaultdict(Counter)
    first, after_speech, decoding = defaultdict(list), defaultdict(list), []
    back: Counter[str] = Counter()
    languages = [one for one in ("en", "zh") if f"--{one}" in sys.argv] or ["en", "zh"]
    for answer in answers(name, 3 if short() else 1, languages):
        hearing = Hearing(answer, detector, recogniser)
        verdict = hearing.run()
        who = verdict.who if verdict else "nobody knows"
        group = f"{answer.language} {answer.who}"
        taken[group][who] += 1
        decoding.append(hearing.decoding_s)
        if verdict is not None and hearing.verdicts:
            first[answer.who].append(hearing.decided)
            first[answer.language].append(hearing.decided)
            first[f"{answer.language} {answer.who}"].append(hearing.decided)
            after_speech[answer.who].append(hearing.decided - answer.starts)
            back[answer.who] += hearing.verdicts[0].who == "human" != hearing.verdicts[-1].who
        if who != answer.who and "--wrong" in sys.argv:
            texts = list(hearing.who._texts.values())
            print(f"{group} taken for {who}: {answer.text} ({answer.voice}, {answer.noise})", file=sys.stderr)
            print(f"    heard {texts}; {verdict.reasons if verdict else ''}", file=sys.stderr)
    for language in languages:
        _figures(report, taken, language)
    for language in languages:
        for group in ("", " human", " machine"):
            whose = first[f"{language}{group}"]
            report.add(f"{language}: decision, from the answer{group and ','}{group} p50", percentile(whose, 50), "s",
                       "" if group else "<= 2")  # fmt: skip
    everybody = [value for language in languages for value in first[language]]
    report.spread("decision, from the answer, all", everybody, "s", "<= 2")
    heard = [value for values in after_speech.values() for value in values]
    report.spread("decision, from the first sound, all", heard, "s")
    for group in GROUPS:
        if first[group]:
            report.add(f"decision, from the answer, {group} p50", percentile(first[group], 50), "s")
            report.add(f"decision, from its first sound, {group} p50", percentile(after_speech[group], 50), "s")
    report.add("of others than persons, taken for one at first", sum(back.values()))
    report.add("processor time of the recogniser a call", sum(decoding) / max(len(decoding), 1), "s")
    return report.show()


def _figures(report: Report, taken: dict[str, Counter[str]], language: str) -> None:
    persons, machines = taken[f"{language} human"], taken[f"{language} machine"]
    if persons:
        wrong = sum(number for who, number in persons.items() if who not in ("human", "silence"))
        number = persons.total()
        report.add(f"{language}: persons taken for something else ({number})", 100 * wrong / number, "%", "<= 1")
        report.add(f"{language}: of these for a machine", 100 * persons["machine"] / number, "%", "<= 1")
    if machines:
        found = 100 * machines["machine"] / machines.total()
        report.add(f"{language}: machines found ({machines.total()})", found, "%", ">= 95")
        ended = 100 - 100 * machines["human"] / machines.total()
        report.add(f"{language}: machines not taken for a person", ended, "%")
    for group in GROUPS[2:]:
        one = taken[f"{language} {group}"]
        if one:
            report.add(f"{language}: {group} known ({one.total()})", 100 * one[group] / one.total(), "%")


if __name__ == "__main__":
    sys.exit(main())
