"""The robot's voice: time until the first clause can be played, speed of each engine, and of the prompt cache."""

import importlib
import sys
import tempfile
import time
from pathlib import Path

from asr_tts.prompt_cache import PromptCache
from asr_tts.synthesis import Mouth, Synthesiser
from bench.report import Report, mean, short

TEXTS = {
    "en": [
        "Of course, I can help with that. Which order is it about?",
        "Your order A-1034 leaves on 2026-11-21 and costs $1,250.00 in all.",
        "Thank you. Your order is on its way, and will be with you tomorrow before noon.",
        "We are open from nine to six, Monday to Friday, and from ten to two on Saturday.",
        "I'm sorry, all my colleagues are busy right now. Please call again a little later, or ask me.",
    ],
    "zh": [
        "您好，请问有什么可以帮您？",
        "谢谢。您的订单A-1034一共1,250.00元，明天中午之前送到。",
        "我们周一到周五早上九点到下午六点营业，周六上午十点到下午两点。",
        "非常抱歉，现在同事都在忙。请您稍后再打来，或者直接问我。",
    ],
}
ENGINES = {"piper": "Piper", "kokoro": "Kokoro", "pyttsx3": "Pyttsx3"}
BOUNDS = {"kokoro": (1500, 0.6)}
"""Milliseconds to the first clause and share of real time where they aren't 300 and 0.25."""


def measure() -> Report:
    """Return the figure."""
    texts = {language: some[: 2 if short() else None] for language, some in TEXTS.items()}
    report = Report(
        "voice",
        f"{sum(map(len, texts.values()))} answers, nothing cached, each engine on one thread; factor = CPU seconds a "
        "second of speech, from text to file",
    )
    for module, name in ENGINES.items():
        engine: Synthesiser = getattr(importlib.import_module(f"asr_tts.engines.{module}"), name)()
        for language in engine.voices:
            speak(report, engine, language, texts[language])
    return report


def speak(report: Report, engine: Synthesiser, language: str, texts: list[str]) -> None:
    """Say all texts twice: rendered, then from the cache."""
    firsts: list[float] = []
    cached: list[float] = []
    cpu = seconds = 0.0
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as directory:
        cache = PromptCache(Path(directory))
        mouth = Mouth([engine], cache)
        for text in texts:
            began, busy = time.perf_counter(), time.process_time()
            for clause in mouth.say(text, language):
                if clause.index == 0:
                    firsts.append((time.perf_counter() - began) * 1000)
                seconds += clause.samples / 8000
            cpu += time.process_time() - busy
            began = time.perf_counter()
            assert cache.lookup(text, language)
            cached.append((time.perf_counter() - began) * 1000)
    title = f"{engine.name} {language}"
    wait, share = BOUNDS.get(engine.name, (300, 0.25))
    report.spread(f"{title}: first clause", firsts, "ms", p50=f"<= {wait}")
    report.add(f"{title}: factor", cpu / seconds, "of real time", f"<= {share}")
    report.add(f"{title}: whole text from the cache", mean(cached), "ms", "<= 5")


if __name__ == "__main__":
    sys.exit(measure().show())
