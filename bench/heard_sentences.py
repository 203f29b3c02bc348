"""Single sentences of agents as the inspector hears them: what the bounds of rules by meaning are fitted on.

Each sentence of a part of the bench of findings (`labelled_calls.py`) by each of its agents' voices, mu-law, 20-30 dB
of noise, listened to as thoroughly as a recording is. Kept beside the rendered sounds, by the recogniser's name.
"""

import audioop
import json
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256

import numpy as np

from asr_tts.recognition import Recogniser, Samples
from asr_tts.transcription import recognised
from bench.labelled_calls import LOUDNESS, NOISE_DB, PACES, REQUIRED, Half, parts_of, sentences
from bench.slot_voices import LEVEL, cache, say
from bench.sounds import RATE

AROUND_S = 0.4
OPENING = "opening"


@dataclass(frozen=True)
class HeardSentence:
    """One sentence by one voice."""

    half: Half
    rule: str
    """Of which rule it is an example or a near miss; "" where of none."""
    kind: str
    """yes or no."""
    said: str
    text: tuple[str, ...]
    """Of each turn that it takes: most take one."""
    others: tuple[tuple[str, ...], ...]
    """What else each of them may have been."""


def heard_sentences(half: Half, language: str, recogniser: Recogniser, name: str) -> list[HeardSentence]:
    """Return every sentence of a part by every voice of its agents. `name`: of what heard it, for what is kept."""
    said = list(_said(half, language))
    kept = cache() / f"heard-{sha256(json.dumps([name, said]).encode()).hexdigest()[:24]}.json"
    if kept.exists():
        rows = json.loads(kept.read_text(encoding="utf-8"))
    else:
        rows = [asdict(_heard(half, language, *one, recogniser)) for one in said]
        kept.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return [
        HeardSentence(**{**row, "text": tuple(row["text"]), "others": tuple(map(tuple, row["others"]))}) for row in rows
    ]


def as_said(half: Half, language: str) -> list[HeardSentence]:
    """Return every sentence once, as a recogniser without fault would hear it."""
    said = {one[:3]: parts_of(one[2]) for one in _said(half, language)}
    return [HeardSentence(half, *one, tuple(parts), ((),) * len(parts)) for one, parts in said.items()]


def _said(half: Half, language: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield rule, kind, sentence and voice."""
    found = sentences(half)[language]
    opening = (OPENING,) if half != "named" else ()
    for voice in found["voices"]["agent"]:
        for rule in (*REQUIRED[half], *opening):
            for kind in ("yes", "no"):
                yield from ((rule, kind, text, voice) for text in found[rule][kind])
        yield from (("", "no", text, voice) for text in found["agent"])


def _heard(half: Half, language: str, rule: str, kind: str, text: str, voice: str, ear: Recogniser) -> HeardSentence:
    lines = [_line(part, language, voice) for part in parts_of(text)]
    heard = [recognised(ear, [line], language, thorough=True)[0] for line in lines]
    texts, others = tuple(transcript.text for transcript, _ in heard), tuple(others for _, others in heard)
    return HeardSentence(half, rule, kind, text, texts, others)


def _line(text: str, language: str, voice: str) -> Samples:
    """The sentence as the phone brings it, the same each time."""
    chance = random.Random(f"{text} {voice}")
    name, _, pitch = voice.partition("@")
    sound = say(text, language, name, chance.uniform(*PACES) * float(pitch or 1)) * chance.uniform(*LOUDNESS)
    line = np.pad(sound, round(AROUND_S * RATE))
    noise = LEVEL / 10 ** (chance.uniform(*NOISE_DB) / 20)
    line += np.random.default_rng(chance.randrange(2**32)).normal(0, noise, len(line))
    linear = line.clip(-32768, 32767).astype(np.int16).tobytes()
    return np.frombuffer(audioop.ulaw2lin(audioop.lin2ulaw(linear, 2), 2), np.int16)
