"""What the ear for values is trained with as it comes over a telephone line, and how Whisper's encoder hears it."""

import audioop
from collections.abc import Iterator, Sequence

import numpy as np
import soxr
from numpy.typing import NDArray

from asr_tts import weights
from asr_tts.engines.whisper import Whisper, frames_of
from bench.closed_ear_voices import Render, Sound, Speaker
from bench.sounds import RATE, cough, hiss, knock, trimmed

LINES = 3
"""Times each rendering is heard, each with its own pace, pitch, level, noise and loss."""
PACES = 0.9, 1.12
HEIGHTS, TEMPOS = (0.86, 1.16), (0.85, 1.22)
"""How much higher and faster a voice is when it is heard again."""
ROWS = 6
"""Numbers that are made of the groups of one speaker."""
LONGEST = 83 * RATE // 10
"""Samples that fit into the encoder's shortest context."""
PIECE, STEP, NEAR = 240, 120, 60
"""Samples: what is laid over each other to change the tempo, how far apart, and how far it is shifted to fit."""
Example = tuple[str, NDArray[np.float16]]
"""What was said, and how Whisper's encoder heard it."""
Manner = tuple[float, float]
"""By how much a voice is higher, and by how much faster."""


def encode_renders(said: Sequence[Render]) -> Iterator[Example]:
    """Yield every rendering on `LINES` lines, now and then with a second row of digits behind, and noises."""
    whisper = Whisper(weights.find("whisper-base"))
    random_line = np.random.default_rng(1)
    rows = [one for one in said if one[0] == "digits"]
    for kind, words, sound in said:
        for _ in range(LINES):
            heard, all_words = _paced(sound, random_line.uniform(*PACES)), words
            if kind == "digits" and random_line.random() < 0.3:
                _, more, second = rows[int(random_line.integers(len(rows)))]
                pause = np.zeros(int(RATE * random_line.uniform(0.05, 0.6)))
                heard = np.concatenate([heard, pause, _paced(second, random_line.uniform(*PACES))])
                all_words = f"{words} {more}"
            if len(heard) <= LONGEST:
                yield all_words, _encoded(whisper, _line(heard, random_line))
    for seed in range(100, 135):
        for noise in (cough(seed), knock(seed), hiss(float(random_line.uniform(0.3, 3)), seed), _tone(random_line)):
            yield "", _encoded(whisper, _line(np.asarray(noise, np.float64), random_line))


def encode_groups(speakers: Sequence[Speaker]) -> Iterator[Example]:
    """Yield numbers of what each speaker dictates: some groups with pauses between them, `ROWS` times."""
    whisper = Whisper(weights.find("whisper-base"))
    chance = np.random.default_rng(2)
    for speaker in speakers:
        for _ in range(ROWS):
            words, heard = _dictated(speaker, chance)
            if len(heard) <= LONGEST:
                yield words, _encoded(whisper, _line(heard, chance))


def renders_again(said: Sequence[Render], count: int, seed: int) -> Iterator[Example]:
    """Yield so many further hearings of renderings by changed voices: every row of digits, half of the others."""
    whisper, chance = Whisper(weights.find("whisper-base")), np.random.default_rng(seed)
    rows, made, number = [one for one in said if one[0] == "digits"], 0, 0
    while made < count:
        kind, words, sound = said[number % len(said)]
        number += 1
        if kind != "digits" and chance.random() < 0.5:
            continue
        heard = changed(sound, _manner(chance))
        if kind == "digits" and chance.random() < 0.25:
            _, more, second = rows[int(chance.integers(len(rows)))]
            heard = np.concatenate([heard, _pause(chance, 0.05, 0.6), changed(second, _manner(chance))])
            words = f"{words} {more}"
        if len(heard) <= LONGEST:
            made += 1
            yield words, _encoded(whisper, _line(heard, chance))


def groups_again(speakers: Sequence[Speaker], count: int, seed: int) -> Iterator[Example]:
    """Yield so many further numbers of dictated groups by changed voices, some with hardly a pause between them."""
    whisper, chance = Whisper(weights.find("whisper-base")), np.random.default_rng(seed)
    made = number = 0
    while made < count:
        words, heard = _dictated_again(speakers[number % len(speakers)], chance)
        number += 1
        if len(heard) <= LONGEST:
            made += 1
            yield words, _encoded(whisper, _line(heard, chance))


def _dictated_again(speaker: Speaker, chance: np.random.Generator) -> tuple[str, Sound]:
    count = min(len(speaker), int(chance.choice((1, 2, 3, 4, 5, 6), p=(0.08, 0.2, 0.3, 0.22, 0.13, 0.07))))
    order = sorted(chance.permutation(len(speaker))[:count], key=bool)
    manner, hasty = _manner(chance), chance.random() < 0.3
    parts: list[Sound] = []
    for at in order:
        pause = _pause(chance, *((0.0, 0.12) if hasty else (0.12, 0.6)))
        parts += [pause] * bool(parts) + [changed(speaker[at][1], manner)]
    return " ".join(speaker[at][0] for at in order), np.concatenate(parts)


def _manner(chance: np.random.Generator) -> Manner:
    return float(chance.uniform(*HEIGHTS)) if chance.random() < 0.8 else 1.0, float(chance.uniform(*TEMPOS))


def _pause(chance: np.random.Generator, shortest: float, longest: float) -> Sound:
    return np.zeros(int(RATE * chance.uniform(shortest, longest)))


def changed(sound: Sound, manner: Manner) -> Sound:
    """Return a voice as another one's, at an even level: higher (its formants too) and faster, each by a factor."""
    height, tempo = manner
    said = stretched(soxr.resample(trimmed(sound), RATE * height, RATE), tempo / height)  # type: ignore[arg-type]
    return np.asarray(said / max(1.0, float(np.sqrt(np.mean(said**2)))) * 4000)


def stretched(sound: Sound, tempo: float) -> Sound:
    """Return `sound` so many times as fast at its own pitch: pieces laid where they fit best (Verhelst's WSOLA)."""
    if abs(tempo - 1) < 0.02:
        return sound
    window, count = np.hanning(PIECE + 1)[:-1], int(len(sound) / tempo / STEP)
    around = np.concatenate([np.zeros(NEAR), sound, np.zeros(PIECE + STEP + 2 * NEAR)])
    laid, at = np.zeros(count * STEP + PIECE), NEAR
    for number in range(count):
        least = int(number * STEP * tempo)
        follows, here = around[at + STEP : at + STEP + PIECE], around[least : least + PIECE + 2 * NEAR]
        if number and len(follows) == PIECE and len(here) == PIECE + 2 * NEAR:
            at = least + int(np.argmax(np.correlate(here, follows, "valid")))
        laid[number * STEP : number * STEP + PIECE] += window * around[at : at + PIECE]
    return laid


def _dictated(speaker: Speaker, chance: np.random.Generator) -> tuple[str, Sound]:
    """Some of the speaker's groups in any order, but that the first has words before it and stays first."""
    count = min(len(speaker), int(chance.choice((1, 2, 3, 4, 5, 6), p=(0.1, 0.25, 0.3, 0.2, 0.1, 0.05))))
    order = sorted(chance.permutation(len(speaker))[:count], key=bool)
    pace = chance.uniform(*PACES)
    parts: list[Sound] = []
    for at in order:
        pause = np.zeros(int(RATE * chance.uniform(*((0.0, 0.15) if chance.random() < 0.25 else (0.15, 0.7)))))
        parts += [pause] * bool(parts) + [_paced(speaker[at][1], pace)]
    return " ".join(speaker[at][0] for at in order), np.concatenate(parts)


def _paced(sound: Sound, pace: float) -> Sound:
    """At an even level, a little faster and higher, or slower and lower."""
    paced = soxr.resample(trimmed(sound), RATE * pace, RATE)  # type: ignore[arg-type]
    return np.asarray(paced / max(1.0, float(np.sqrt(np.mean(paced**2)))) * 4000)


def _tone(chance: np.random.Generator) -> Sound:
    return np.asarray(
        np.sin(np.arange(int(chance.integers(3000, 16000))) * 2 * np.pi * chance.uniform(200, 1500) / RATE)
    )


def _line(sound: Sound, chance: np.random.Generator) -> NDArray[np.int16]:
    """Silence around it, 14-35 dB of noise, in every fourth case lost packets, mu-law."""
    level = chance.uniform(1500, 6000) / max(1e-3, float(np.sqrt(np.mean(sound**2))))
    ends = [np.zeros(int(RATE * chance.uniform(0.1, longest))) for longest in (0.6, 0.7)]
    around = np.concatenate([ends[0], sound * level, ends[1]])
    if chance.random() < 0.9:
        power = float(np.mean((sound * level) ** 2)) / 10 ** (chance.uniform(14, 35) / 10)
        around = around + chance.normal(0, power**0.5, len(around))
    if chance.random() < 0.25:
        for packet in np.flatnonzero(chance.random(len(around) // 160) < chance.uniform(0.005, 0.03)):
            at = max(160, int(packet) * 160)
            around[at : at + 160] = around[at - 160 : at] / 2
    linear = around.clip(-32768, 32767).astype(np.int16)
    return np.frombuffer(audioop.ulaw2lin(audioop.lin2ulaw(linear.tobytes(), 2), 2), np.int16)


def _encoded(whisper: Whisper, samples: NDArray[np.int16]) -> NDArray[np.float16]:
    return np.asarray(whisper._encode(samples))[0, : frames_of(len(samples) / RATE)].astype(np.float16)
