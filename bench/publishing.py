"""Publishing a big flow: 200 steps, 50 intents with 5 examples in each of two languages.

From the file to a kept version, as `hotline dialplan publish` does it: read, checked with all that takes time (intents
that can't be told apart), trained, written; then what a running server does before it takes it up: load and understand
a sentence. Encoders are loaded before, as in a server; prompts are left out. Sentences are of the background, five an
intent, so some intents are alike: those complaints are counted, not heeded. One run a process: it remembers vectors.
"""

import sys
import tempfile
import time
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML

from asr_tts.sense import sense_of
from bench.report import Report
from dialplans.background import WISHES, background_of
from dialplans.checker import check
from dialplans.loader import load
from dialplans.publishing import Publications
from dialplans.routing import warm

INTENTS, EXAMPLES, STEPS = 50, 5, 200
LANGUAGES = ("en", "zh")


def flow() -> str:
    """Return the flow as YAML."""
    examples = {language: _examples(language) for language in LANGUAGES}
    intents = {
        f"intent_{n}": {"examples": {language: examples[language][n] for language in LANGUAGES}} for n in range(INTENTS)
    }
    steps: list[dict[str, object]] = [
        {
            "step": "main",
            "ask": {"en": "What can I do for you?", "zh": "请问有什么可以帮您？"},
            "intents": {name: f"say_{at}" for at, name in enumerate(intents)},
            "otherwise": "bye",
        }
    ]
    for n in range(STEPS - 2):
        said = {"en": f"This is answer number {n}.", "zh": f"这是第{n}个回答。"}
        steps.append(
            {"step": f"say_{n}", "say": said, "goto": f"say_{n + INTENTS}" if n + INTENTS < STEPS - 2 else "main"}
        )
    steps.append({"step": "bye", "hangup": {"en": "Goodbye.", "zh": "再见。"}})
    out = StringIO()
    document = {"languages": list(LANGUAGES), "commands": {"goodbye": "bye"}, "intents": intents, "steps": steps}
    YAML(typ="safe").dump(document, out)
    return out.getvalue()


def _examples(language: str) -> list[list[str]]:
    topics = YAML(typ="safe").load((WISHES / f"{language}.yaml").read_text(encoding="utf-8"))
    fives = [
        said[at : at + EXAMPLES] for said in topics.values() for at in range(0, len(said) - EXAMPLES + 1, EXAMPLES)
    ]
    return fives[:INTENTS]


def main() -> int:
    """Measure and report."""
    report = Report("Publishing", " ".join((__doc__ or "").split("\n\n")[1].split()))
    for language in LANGUAGES:
        if sense := sense_of(language):
            background_of(language, sense)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "big.yaml"
        path.write_text(flow(), encoding="utf-8")
        published = Publications(Path(directory) / "data")
        began, worked = time.perf_counter(), time.process_time()
        loaded = load(path)
        read = time.perf_counter()
        complaints = check(loaded, thorough=True)
        checked = time.perf_counter()
        version = published.keep(path)
        kept, work = time.perf_counter(), time.process_time() - worked
        warm(published.load("big", version))
        taken = time.perf_counter()
    report.add("file to kept version", kept - began, "s", "<= 10")
    report.add("of it the processor's time, all threads", work, "s")
    report.add("of it the check", checked - read, "s")
    report.add("a server takes it up, without prompts", taken - kept, "s")
    report.notes.append(f"{len(complaints)} complaints that intents are alike")
    return report.show()


if __name__ == "__main__":
    sys.exit(main())
