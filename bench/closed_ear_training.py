"""Trains the ear for values (`asr_tts/engines/closed_ear.py`) with what synthetic voices say through the phone channel.

Each step keeps what it made in the cache directory: `render LANGUAGE COUNT PART PARTS` has Kokoro, Piper and espeak-ng
say texts (about 1 s of CPU each), `groups LANGUAGE COUNT PART PARTS` has speakers say single groups of digits as in
dictation (5 s of CPU each), `encode LANGUAGE` lets Whisper's encoder listen to each on a few lines, `train LANGUAGE`
writes the weights, `more LANGUAGE` goes on from them with the groups and writes those for rows of digits (minutes of
one core; both need torch, which nothing else here does: install it into an environment of its own). Never heard
in training: the voices of `HELD_OUT`, the values of the seeds that are reported.
"""

import audioop
import importlib
import io
import pickle
import random
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from asr_tts import weights
from asr_tts.engines import kokoro
from asr_tts.engines.whisper import Whisper, frames_of
from bench import slot_voices
from bench.closed_ear_texts import WORDS, dictation, text
from bench.sounds import RATE, _whole, cough, hiss, knock, read_wav, trimmed

HELD_OUT = {"zh": ("zf_xiaoxiao", "zm_yunxi"), "en": ("af_heart", "am_michael", "bf_emma", "bm_george", "espeak:en-us")}
CHINESE = ("zf_", "zm_")
ACCENTS = ("en-us", "en-gb", "en-gb-scotland", "en-us-nyc")
VARIANTS = ("", "+f1", "+f2", "+f3", "+f4", "+m1", "+m2", "+m3", "+m4", "+m5", "+m6", "+m7", "+klatt2", "+croak")
LINES = 3
"""Times each rendering is heard, each with its own pace, pitch, level, noise and loss."""
PACES = 0.9, 1.12
ROWS = 6
"""Numbers that are made of the groups of one speaker."""
LONGEST = 83 * RATE // 10
"""Samples that fit into the encoder's shortest context."""
MOST_TOKENS = 118
MORE_EPOCHS, SLOWER = 4, 1e-3
"""How trained weights go on learning, with the highest step size."""
EPOCHS, BATCH, WIDTH, DILATIONS, TAPS = 10, 24, 192, (1, 2, 4, 1), 5
Sound = NDArray[np.float64]
Speaker = list[tuple[str, Sound]]
"""The groups that one speaker dictates: words and sound at 8 kHz."""
Example = tuple[str, NDArray[np.float16]]
"""What was said, and how Whisper's encoder heard it."""


# -- rendering -------------------------------------------------------------------------------------------------


def render(language: str, count: int, part: int, parts: int) -> Iterator[tuple[str, str, Sound]]:
    """Yield (kind, text, sound at 8 kHz) of every `parts`-th of so many texts."""
    for number in range(part, count, parts):
        chance = random.Random(f"ear {language} {number}")
        kind, words = text(language, chance)
        sound = _espeak_or_piper(words, chance) if language == "en" and chance.random() < 0.6 else None
        sound = _kokoro(words, language, chance) if sound is None else sound
        if len(sound):
            yield kind, words, sound


def groups(language: str, count: int, part: int, parts: int) -> Iterator[Speaker]:
    """Yield what every `parts`-th of so many speakers says: groups of a number, each said by itself as in dictation."""
    for number in range(part, count, parts):
        chance = random.Random(f"groups {language} {number}")
        name, style = _speaker(language, chance)
        pace = chance.uniform(0.85, 1.2)
        said = [(words, _said(words, language, name, style, pace)) for words in dictation(language, chance)]
        yield [(words, sound) for words, sound in said if len(sound)]


def _kokoro(words: str, language: str, chance: random.Random) -> Sound:
    name, style = _speaker(language, chance)
    return _said(words, language, name, style, chance.uniform(0.8, 1.25))


def _speaker(language: str, chance: random.Random) -> tuple[str, Any]:
    """Return a voice's name and style: its own, one between two voices, or (Chinese) one with a foreign timbre."""
    styles = slot_voices._styles()
    own = [name for name in styles if name not in HELD_OUT[language] and name.startswith(CHINESE) == (language == "zh")]
    own = own if language == "zh" else [name for name in own if name[0] in "ab"]
    name = chance.choice(own)
    style = styles[name]
    if chance.random() < (0.5 if language == "zh" else 0.35):
        foreign = [each for each in styles if not each.startswith(CHINESE)]
        other = chance.choice(foreign if language == "zh" and chance.random() < 0.56 else own)
        share = chance.uniform(0.5, 0.8) if other in foreign else chance.uniform(0.3, 0.7)
        style = share * style + (1 - share) * styles[other][: len(style)]
    return name, style


def _said(words: str, language: str, name: str, style: Any, pace: float) -> Sound:
    session, vocabulary, read = slot_voices._model()
    phonemes = read(words) if language == "zh" else slot_voices._english(words, name)
    tokens = [vocabulary[phoneme] for phoneme in phonemes if phoneme in vocabulary]
    if not 0 < len(tokens) <= MOST_TOKENS:
        return np.zeros(0)
    return _narrow(kokoro._run(session, tokens, style, pace), 24000)


def _espeak_or_piper(words: str, chance: random.Random) -> Sound:
    if chance.random() < 0.5:
        made = slot_voices._piper().speak(words, "")
        return _narrow(made.samples, int(made.rate * chance.choice((1, 1, 1, 0.85, 0.9, 1.1, 1.2))))
    voices = [accent + variant for accent in ACCENTS for variant in VARIANTS]
    voice = chance.choice([each for each in voices if f"espeak:{each}" not in HELD_OUT["en"]])
    manner = ["-s", str(chance.randint(130, 190)), "-p", str(chance.randint(30, 70))]
    said = subprocess.run(["espeak-ng", "-v", voice, *manner, "--stdout", words], check=True, capture_output=True)
    return read_wav(io.BytesIO(_whole(said.stdout))).astype(np.float64)


def _narrow(samples: Any, rate: int) -> Sound:
    return np.asarray(soxr.resample(np.asarray(samples, np.float64), rate, RATE) * 20000)


# -- encoding --------------------------------------------------------------------------------------------------


def encode_renders(language: str) -> Iterator[Example]:
    """Yield every rendering on `LINES` lines, now and then with a second row of digits behind, and noises."""
    whisper = Whisper(weights.find("whisper-base"))
    random_line = np.random.default_rng(1)
    said = [one for path in sorted(cache(language).glob("renders-*.pkl")) for one in pickle.loads(path.read_bytes())]
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


def encode_groups(language: str) -> Iterator[Example]:
    """Yield numbers of what each speaker dictates: some groups with pauses between them, `ROWS` times."""
    whisper = Whisper(weights.find("whisper-base"))
    chance = np.random.default_rng(2)
    for path in sorted(cache(language).glob("groups-*.pkl")):
        for speaker in pickle.loads(path.read_bytes()):
            for _ in range(ROWS):
                words, heard = _dictated(speaker, chance)
                if len(heard) <= LONGEST:
                    yield words, _encoded(whisper, _line(heard, chance))


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


# -- training --------------------------------------------------------------------------------------------------


def train(language: str, examples: list[Example], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the weights as `ClosedEar` reads them; `before`: those from which learning goes on."""
    torch: Any = importlib.import_module("torch")
    torch.manual_seed(1)
    chance = np.random.default_rng(1)
    network, epochs, step_size = _network(torch, len(WORDS[language]) + 2), EPOCHS, 2.5e-3
    if before:
        mean, std = (before[name].astype(np.float32) for name in ("mean", "std"))
        _load(torch, network, before)
        epochs, step_size = MORE_EPOCHS, SLOWER
    else:
        some = np.concatenate([heard.astype(np.float32) for _, heard in examples[::23]])
        mean, std = some.mean(axis=0), some.std(axis=0) + 1e-3
    steps = epochs * (len(examples) // BATCH)
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, step_size, total_steps=steps + 1, pct_start=0.15)
    loss_of, wanted = torch.nn.CTCLoss(zero_infinity=True), [classes(words, language) for words, _ in examples]
    for epoch in range(epochs):
        by_length = np.argsort([len(heard) // 20 + chance.random() * 3 for _, heard in examples])
        batches = [by_length[at : at + BATCH] for at in range(0, len(by_length) - BATCH + 1, BATCH)]
        losses = []
        for place in chance.permutation(len(batches)):
            which = batches[place]
            given, lengths = _batch([(examples[at][1].astype(np.float32) - mean) / std for at in which], chance)
            rows = [wanted[at] for at in which]
            flat = torch.tensor([each for row in rows for each in row], dtype=torch.long)
            loss = loss_of(
                network(torch.from_numpy(given)).transpose(0, 1), flat, torch.tensor(lengths),
                torch.tensor([len(row) for row in rows]),
            )  # fmt: skip
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
        sys.stderr.write(f"epoch {epoch}: loss {np.mean(losses):.3f}\n")
    return _as_stored(network, language, mean, std)


def classes(words: str, language: str) -> list[int]:
    """Return the classes of a text: a stretch of words that the ear doesn't know is one of 1."""
    known = {word: place for place, word in enumerate(WORDS[language], 2)}
    pattern = r"[\u4e00-\u9fff]" if language == "zh" else r"[a-z']+"
    row = [known.get(word, 1) for word in re.findall(pattern, words.lower())]
    return [place for at, place in enumerate(row) if place != 1 or not at or row[at - 1] != 1]


def _network(torch: Any, size: int) -> Any:
    nn: Any = torch.nn
    module: Any = nn.Module

    class Block(module):  # type: ignore[misc]
        def __init__(self, inner: int, taps: int, dilation: int, stride: int = 1) -> None:
            super().__init__()
            around = dilation * (taps // 2)
            self.conv = nn.Conv1d(inner, WIDTH, taps, padding=around, dilation=dilation, stride=stride)
            self.norm, self.drop, self.through = nn.LayerNorm(WIDTH), nn.Dropout(0.15), stride == 1

        def forward(self, rows: Any) -> Any:
            made = self.drop(torch.relu(self.conv(rows.transpose(1, 2))).transpose(1, 2))
            return self.norm(rows + made if self.through else made)

    class Network(module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.blocks = nn.ModuleList([Block(512, 3, 1, 2), *(Block(WIDTH, TAPS, step) for step in DILATIONS)])
            self.out = nn.Linear(WIDTH, size)

        def forward(self, rows: Any) -> Any:
            for block in self.blocks:
                rows = block(rows)
            return self.out(rows).log_softmax(-1)

    return Network()


def _batch(heard: list[NDArray[np.float32]], chance: np.random.Generator) -> tuple[NDArray[np.float32], list[int]]:
    """Of one length, with noise, and with a few frames and a few features left out."""
    longest = max(len(one) for one in heard)
    given = np.zeros((len(heard), longest + longest % 2, heard[0].shape[1]), np.float32)
    for row, one in zip(given, heard, strict=True):
        row[: len(one)] = one + 0.15 * chance.standard_normal(one.shape, np.float32)
        for _ in range(2):
            at = int(chance.integers(0, max(1, len(one) - 6)))
            row[at : at + int(chance.integers(0, 6))] = 0
        if chance.random() < 0.5:
            at = int(chance.integers(0, 480))
            row[:, at : at + int(chance.integers(0, 48))] = 0
    return given, [(len(one) + 1) // 2 for one in heard]


def _as_stored(network: Any, language: str, mean: Any, std: Any) -> dict[str, Any]:
    stored: dict[str, Any] = {"mean": mean, "std": std, "out.w": network.out.weight.T, "out.b": network.out.bias}
    for name, block in zip(("into", "0", "1", "2", "3"), network.blocks, strict=True):
        stored[f"{name}.w"] = block.conv.weight.permute(2, 1, 0)
        stored |= {f"{name}.b": block.conv.bias, f"{name}.scale": block.norm.weight, f"{name}.shift": block.norm.bias}
    half = {name: np.asarray(getattr(array, "detach", lambda kept=array: kept)()) for name, array in stored.items()}
    return {
        **{name: np.ascontiguousarray(array).astype(np.float16) for name, array in half.items()},
        "words": np.array(WORDS[language]), "dilations": np.array(DILATIONS),
    }  # fmt: skip


def _load(torch: Any, network: Any, before: Mapping[str, Any]) -> None:
    """The other way round than `_as_stored`."""

    def fill(into: Any, name: str, *order: int) -> None:
        array = before[name].astype(np.float32)
        into.data.copy_(torch.from_numpy(np.ascontiguousarray(array.transpose(order) if order else array)))

    fill(network.out.weight, "out.w", 1, 0)
    fill(network.out.bias, "out.b")
    for name, block in zip(("into", "0", "1", "2", "3"), network.blocks, strict=True):
        fill(block.conv.weight, f"{name}.w", 2, 1, 0)
        fill(block.conv.bias, f"{name}.b")
        fill(block.norm.weight, f"{name}.scale")
        fill(block.norm.bias, f"{name}.shift")


def cache(language: str) -> Path:
    """Return where renderings and encodings are kept."""
    place = slot_voices.cache().parent / "closed_ear" / language
    place.mkdir(parents=True, exist_ok=True)
    return place


def main() -> int:
    """Do one step."""
    step, language, *numbers = sys.argv[1:]
    place = cache(language)
    if step == "render":
        count, part, parts = map(int, numbers)
        (place / f"renders-{part}.pkl").write_bytes(pickle.dumps(list(render(language, count, part, parts))))
    elif step == "groups":
        count, part, parts = map(int, numbers)
        (place / f"groups-{part}.pkl").write_bytes(pickle.dumps(list(groups(language, count, part, parts))))
    elif step == "encode":
        for name, encode in (("renders", encode_renders), ("groups", encode_groups)):
            (place / f"encoded-{name}.pkl").write_bytes(pickle.dumps(list(encode(language))))
    else:
        ears = Path(__file__).parent.parent / "asr_tts" / "engines" / "ears"
        more = step == "more"
        target = ears / (f"{language}-digits.bin" if more else f"{language}.bin")
        heard = [
            pickle.loads(path.read_bytes()) for path in sorted(place.glob(f"encoded-{'*' if more else 'renders'}.pkl"))
        ]
        before = dict(np.load(ears / f"{language}.bin")) if more else None
        trained = train(language, [example for examples in heard for example in examples], before)
        with target.open("wb") as file:
            np.savez(file, **trained)
        sys.stdout.write(f"{target.stat().st_size} bytes, SHA-256 {sha256(target.read_bytes()).hexdigest()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
