"""Inspection: hours of two-channel calls that one core listens to and scores in an hour, and what rules alone cost.

Answers are judged by a hundred English articles, as in service: their encoder is in memory beside all the rest.
`--both` has a hundred Chinese ones too, and a little Chinese said: the encoders of both languages are in memory then.
"""

import os
import random
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from datetime import time as time_of_day
from pathlib import Path

# One core is what is measured; read by the engines when they are imported.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np

from asr_tts.sense import search_sense_of
from asr_tts.speech_worker import load_ears
from bench.knowledge_questions import DAY, entries
from bench.report import Report, percentile, short
from bench.sounds import human, transcripts
from knowledge.former import Moment
from knowledge.search import Knowledge
from models.settings import SpeechSettings
from quality import reading
from quality.conversation import Conversation, Speaker, Turn
from quality.evidence import Subject
from quality.facts import facts_of
from quality.likeness import Likeness
from quality.masking import personal_in
from quality.relistening import Ears, listen_again
from quality.scorecard import Scorecard
from quality.scoring import score
from quality.sound import Sound

RATE = 8000
CARD = Path(__file__).parents[1] / "quality" / "scorecards" / "service.yaml"
RULES = 50
MINUTES = 5.0
PAUSE_S = 0.3, 1.5


def conversation(seed: int, minutes: float) -> tuple[Conversation, Sound]:
    """Return a call of two human voices' prompts, one after the other with short pauses, and its recording.

    The agent says prompts too: both channels have to be recognised, which is the dearest case.
    """
    draw = random.Random(seed)
    length = round(minutes * 60 * RATE)
    channels = {"caller": np.zeros(length, np.int16), "agent": np.zeros(length, np.int16)}
    names = sorted(transcripts())
    turns: list[Turn] = []
    at = RATE
    while True:
        name = draw.choice(names)
        speaker: Speaker = "agent" if len(turns) % 2 else "caller"
        sound = human(name)
        if at + len(sound) > length:
            break
        channels[speaker][at : at + len(sound)] = sound
        said = transcripts()[name]
        turns.append(Turn(len(turns) + 1, speaker, said, at / RATE, (at + len(sound)) / RATE, confidence=0.5))
        at += len(sound) + round(draw.uniform(*PAUSE_S) * RATE)
    talk = Conversation(f"c{seed}", minutes * 60, tuple(turns), agents=("201",))
    return talk, Sound(channels["caller"], channels["agent"])


def fifty(card: Scorecard) -> Scorecard:
    """Return the scorecard with its rules as often as it takes to have fifty."""
    rules = [replace(rule, name=f"{rule.name}-{turn}") for turn in range(RULES) for rule in card.rules]
    return replace(card, rules=tuple(rules[:RULES]))


CHINESE = "您好，请问有什么可以帮您？", "我想问一下怎么退货。", "收到以后十四天之内都可以退货。", "好的，谢谢。"


def articles(languages: Sequence[str]) -> Callable[[], Moment]:
    """Return what gives an inspection its knowledge base of articles in some languages, their vectors worked out."""
    encoders = {language: sense.of for language in languages if (sense := search_sense_of(language))}
    known = Knowledge([one for each in languages for one in entries(f"test_{each}", 5)], encoders)
    return lambda: Moment(lambda: known, datetime.combine(DAY, time_of_day(12), UTC))


def chinese() -> Conversation:
    """Return a little talk in Chinese, in turns of two seconds."""
    turns = (
        Turn(n + 1, "caller" if n % 2 else "agent", said, 3.0 * n, 3.0 * n + 2, "zh") for n, said in enumerate(CHINESE)
    )
    return Conversation("zh", 3.0 * len(CHINESE), tuple(turns), "zh", agents=("201",))


def main() -> int:
    """Measure and report."""
    count = 1 if short() else 4
    report = Report("Inspection", f"{count} calls of {MINUTES:g} minutes, both channels human prompts, one core")
    detector, recogniser, notes = load_ears(SpeechSettings())
    if detector is None or recogniser is None:
        print(" ".join(notes), file=sys.stderr)
        return 1
    ears, likeness = Ears(detector, recogniser), Likeness()  # type: ignore[arg-type]
    card = reading.load(CARD)
    warm, sound = conversation(0, 0.5)
    known = articles(("en", "zh") if "--both" in sys.argv else ("en",))
    score(card, Subject(listen_again(warm, sound, ears, lambda: None), likeness, known=known()))
    if "--both" in sys.argv:
        score(card, Subject(chinese(), likeness, known=known()))
    heard = []
    began = time.process_time()
    for seed in range(1, count + 1):
        found = listen_again(*conversation(seed, MINUTES), ears, lambda: None)
        heard.append(found)
        facts_of(found)
        personal_in(found)
        score(card, Subject(found, likeness, known=known()))
    spent = time.process_time() - began
    report.add("hours of calls a core hour", count * MINUTES * 60 / spent, "h", ">= 12")
    report.add("memory, most", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, "GB", "<= 1")
    report.add(
        "share of time with speech", sum(sum(facts_of(one).talk.values()) for one in heard) / count / MINUTES / 60
    )
    many, costs = fifty(card), []
    for found in heard * 5:
        began = time.process_time()
        score(many, Subject(found, likeness, known=known()))
        costs.append((time.process_time() - began) * 1000)
    report.add("rules alone, 50 rules, p50", percentile(costs, 50), "ms")
    report.add("rules alone, 50 rules, p95", percentile(costs, 95), "ms", "<= 50")
    report.notes.append("Sentences' vectors are worked out in the first scoring, which is part of the first row.")
    return report.show()


if __name__ == "__main__":
    sys.exit(main())
