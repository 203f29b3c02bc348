"""Endings: callers cut off in a pause, and how long those wait who are done, with the draft read and without.

A human voice's own pauses inside a prompt (`bench/data/human_pauses_*.txt`) are stretched to 400-600 ms, and its whole
prompts (`human_prompts.txt`) end. Detector, endpointer and recogniser are the real ones, in the time of the samples; a
draft comes 200 ms after it was asked for. What callers would say is read as text besides, in both languages.
"""

import bisect
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ruamel.yaml import YAML

from asr_tts import weights
from asr_tts.attention import Attention, Work
from asr_tts.endpointing import HANGOVER_MS
from asr_tts.engines.silero import Silero
from asr_tts.engines.whisper import Whisper
from asr_tts.recognition import Question, Transcript
from asr_tts.sentence_end import reading
from asr_tts.speech_protocol import FRAME, RATE, Heard, Listen
from bench import sounds
from bench.report import Report, short
from voice.synthetic_caller import Samples

DATA = Path(__file__).parent / "data"
DECODING = 0.2
"""Seconds from the silence that is decoded on suspicion to the draft: what it takes on an idle core."""
PAUSES_MS = (400, 440, 480, 520, 560, 600)
EARLIER_MS = 150
"""Earlier pauses of the same prompt are cut to this length, so that none of them ends the utterance."""
GOES_ON = 0.4
"""Seconds of speech behind the pause: enough to see whether it was taken for the end."""
LONGEST = 8 * RATE
FLOOR = 8
"""RMS of the line's noise in what was made silent."""
UNREAD = HANGOVER_MS["open"]
"""Milliseconds that are waited for alike where a question gives them."""
MS = RATE // 1000


@dataclass(frozen=True)
class Pause:
    """One pause of a prompt, samples of it without the silence around."""

    name: str
    begin: int
    end: int
    inside: bool
    """Inside a sentence, not between two."""


def pauses(part: str) -> list[Pause]:
    """Return the pauses of the development or the test half ("dev", "test"), in order."""
    lines = (DATA / f"human_pauses_{part}.txt").read_text(encoding="utf-8").splitlines()
    fields = [line.split() for line in lines if line and line[0] != "#"]
    return [Pause(name, int(begin) * MS, int(end) * MS, kind == "inside") for name, begin, end, kind in fields]


def silence(milliseconds: int) -> Samples:
    """Return a quiet line."""
    return np.random.default_rng(1).normal(0, FLOOR, milliseconds * MS).astype(np.int16)


def up_to(pause: Pause, others: Sequence[Pause]) -> Samples:
    """Return what is said before `pause`, at most 8 s, with the earlier pauses of its prompt cut short."""
    said = sounds.human(pause.name)
    begin, parts = 0, []
    for other in [one for one in others if one.name == pause.name and one.end <= pause.begin]:
        parts += [said[begin : other.begin], silence(EARLIER_MS)]
        begin = other.end
    return np.concatenate([*parts, said[begin : pause.begin]])[-LONGEST:]


class Line:
    """A line on which one thing is said after the other to an open question."""

    def __init__(self) -> None:
        self._detector, self._recogniser = Silero(weights.find("silero-vad")), Whisper(weights.find("whisper-base"))
        self._known: dict[bytes, Transcript] = {}

    def heard(self, said: Samples, *, reads: bool) -> list[tuple[float, Heard]]:
        """Return what was heard as ended, each with the seconds at which it was decided; `reads`: by the draft too."""
        attention = Attention(1, self._detector.window, self._detector.fresh_memory())
        attention.listen(Listen(1, "en", hangover_ms=0 if reads else UNREAD))
        waiting: list[tuple[float, Work]] = []
        ended = []
        for at in range(0, len(said) - FRAME, FRAME):
            now = (at + FRAME) / RATE
            attention.take(at, said[at : at + FRAME].tobytes())
            out = list(self._due(attention, waiting, now))
            while (window := attention.window()) is not None:
                chance = float(self._detector.judge([attention.memory], window[None])[0])
                out += attention.judged(chance, now)
            waiting += [(now + DECODING, item) for item in out if isinstance(item, Work)]
            ended += [(now, item) for item in out if isinstance(item, Heard)]
        return ended

    def _due(self, attention: Attention, waiting: list[tuple[float, Work]], now: float) -> Iterator[object]:
        while waiting and waiting[0][0] <= now:
            _, work = waiting.pop(0)
            if not work.dropped:
                yield from attention.understood(work, self._recognise(work), now)

    def _recognise(self, work: Work) -> Transcript:
        key = work.samples.tobytes()
        if key not in self._known:
            self._known[key] = self._recogniser.recognise(work.samples, Question("en"))
        return self._known[key]


def cuts(line: Line, before: Samples, after: Samples, *, reads: bool) -> list[bool]:
    """Tell for each of `PAUSES_MS` whether somebody who pauses for so long is taken to be done.

    Who is cut off in a pause is so in every longer one, which spares most of the trials.
    """

    def cut(pause_ms: int) -> bool:
        said = np.concatenate([silence(400), before, silence(pause_ms), after[: int(GOES_ON * RATE)]])
        return bool(line.heard(said, reads=reads))

    spared = bisect.bisect_left(PAUSES_MS, True, key=cut)
    return [at >= spared for at in range(len(PAUSES_MS))]


def waited(line: Line, said: Samples, *, reads: bool) -> float:
    """Return the milliseconds from the end of speech to the decision, of the last utterance heard; 0 of none."""
    ended = line.heard(np.concatenate([silence(400), said, silence(1200)]), reads=reads)
    return float(ended[-1][1].endpoint_ms + ended[-1][1].decode_ms) if ended else 0.0


def of_pauses(report: Report, line: Line, part: str, every: int) -> None:
    """Add the share of callers cut off in the human voice's pauses of one half."""
    known = pauses(part)
    found: dict[tuple[bool, bool], list[bool]] = {}
    for pause in known[::every]:
        before, after = up_to(pause, known), sounds.human(pause.name)[pause.end :]
        for reads in (False, True):
            found.setdefault((pause.inside, reads), []).extend(cuts(line, before, after, reads=reads))
    for inside, where in ((True, "inside sentences"), (False, "between sentences")):
        alike, read = found[inside, False], found[inside, True]
        limit = f"<= {share(alike):.1f}" if inside else ""
        report.add(f"{part}: cut off {where}, all wait alike ({len(alike)})", share(alike), "%")
        report.add(f"{part}: cut off {where}, by the draft", share(read), "%", limit)


def of_ends(report: Report, line: Line, every: int) -> None:
    """Add how long those wait who are done."""
    said = [sounds.human(name) for name in sounds.transcripts()][::every]
    for reads, how in ((False, "all wait alike"), (True, "by the draft")):
        report.spread(f"end of speech to decision, {how}", [waited(line, one, reads=reads) for one in said], "ms")


def of_words(report: Report) -> None:
    """Add how callers' sentences read as text: their beginnings up to a pause, and the whole."""
    for language, sentences in YAML(typ="safe").load((DATA / "endings_test.yaml").read_text(encoding="utf-8")).items():
        gap, stop = ("", "。") if language == "zh" else (" ", ".")
        whole, begun = [], []
        for sentence in sentences:
            parts = [part.strip() for part in sentence.split("|")]
            whole.append(gap.join(parts))
            # As a recogniser writes it, whatever it was given.
            begun += [gap.join(parts[:end]).rstrip(",，") + stop for end in range(1, len(parts))]
        for what, texts in (("whole sentences", whole), ("beginnings", begun)):
            found = [reading(text, language) for text in texts]
            for kind in ("whole", "unsure", "hanging"):
                name = f"{language}: {what} as text that read {kind} ({len(found)})"
                report.add(name, share([one == kind for one in found]), "%")


def share(found: Sequence[bool]) -> float:
    """Return the percentage of what is true, 0 of nothing."""
    return 100 * sum(found) / len(found) if found else 0.0


def main() -> int:
    """Measure and report."""
    report = Report("Endings", " ".join((__doc__ or "").split("\n\n")[1].split()))
    line, every = Line(), 8 if short() else 1
    for part in ("dev",) if "--development" in sys.argv else ("dev", "test"):
        of_pauses(report, line, part, every)
    of_ends(report, line, every)
    of_words(report)
    return report.show()


if __name__ == "__main__":
    sys.exit(main())
