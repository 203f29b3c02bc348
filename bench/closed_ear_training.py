"""Trains the ear for values (`asr_tts/engines/closed_ear.py`) with what synthetic voices say through the phone channel.

Each step keeps what it made in the cache directory: `render LANGUAGE COUNT PART PARTS` has Kokoro, Piper and espeak-ng
say texts (about 1 s of CPU each), `groups LANGUAGE COUNT PART PARTS` has speakers say single groups of digits as in
dictation (5 s of CPU each), `rows zh COUNT PART PARTS` has strangers say whole Chinese numbers (1.5 s). `encode
LANGUAGE` lets Whisper's encoder listen to each on a few lines, `hear LANGUAGE` again to changed voices (0.1 s each).
`train LANGUAGE` writes the weights, `more LANGUAGE` goes on from them with the groups and writes those for rows of
digits, `again LANGUAGE` goes on from these with all that was heard (minutes of one core; these three need torch, which
nothing else here does: install it into an environment of its own). Never heard in training: the voices of `HELD_OUT`,
the values of the seeds that are reported.
"""

import importlib
import pickle
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import closed_ear_lines as lines
from bench import closed_ear_voices, slot_voices
from bench.closed_ear_lines import Example
from bench.closed_ear_texts import WORDS

BATCH, WIDTH, DILATIONS, TAPS = 24, 192, (1, 2, 4, 1), 5


@dataclass(frozen=True)
class Course:
    """How weights learn."""

    epochs: int
    highest: float
    """Step size at its highest."""
    keeps: float = 0.0
    """Share that an average of the weights keeps at each step of the second half, and which is then the result; 0: the
    last weights are."""


FIRST, MORE, AGAIN = Course(10, 2.5e-3), Course(4, 1e-3), Course(4, 6e-4, keeps=0.98)
HEARD_AGAIN = {"groups": 1400, "render": 1300, "rows": 1000}
"""Further hearings of what was rendered."""
EARS = Path(__file__).parent.parent / "asr_tts" / "engines" / "ears"


def train(
    language: str, examples: list[Example], course: Course = FIRST, before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the weights as `ClosedEar` reads them; `before`: those from which learning goes on."""
    torch: Any = importlib.import_module("torch")
    torch.manual_seed(1)
    chance = np.random.default_rng(1)
    network = _network(torch, len(WORDS[language]) + 2)
    if before:
        mean, std = (before[name].astype(np.float32) for name in ("mean", "std"))
        _load(torch, network, before)
    else:
        some = np.concatenate([heard.astype(np.float32) for _, heard in examples[::23]])
        mean, std = some.mean(axis=0), some.std(axis=0) + 1e-3
    steps, done = course.epochs * (len(examples) // BATCH), 0
    average: dict[str, Any] = {}
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, course.highest, total_steps=steps + 1, pct_start=0.15)
    loss_of, wanted = torch.nn.CTCLoss(zero_infinity=True), [classes(words, language) for words, _ in examples]
    for epoch in range(course.epochs):
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
            done += 1
            if course.keeps and done > steps / 2:
                _average(average, network.state_dict(), course.keeps)
        sys.stderr.write(f"epoch {epoch}: loss {np.mean(losses):.3f}\n")
    if average:
        network.load_state_dict(average)
    return _as_stored(network, language, mean, std)


def _average(average: dict[str, Any], weights: Mapping[str, Any], keeps: float) -> None:
    for name, array in weights.items():
        now = array.detach()
        average[name] = keeps * average[name] + (1 - keeps) * now if name in average else now.clone()


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


def said(language: str, name: str) -> list[Any]:
    """Return all that was rendered under `name`: renderings, or groups by speaker."""
    paths = sorted(cache(language).glob(f"{name}-*.pkl"))
    return [one for path in paths for one in pickle.loads(path.read_bytes()) if one]


def heard(language: str, *names: str) -> list[Example]:
    """Return all that Whisper's encoder heard under these names."""
    paths = [path for name in names for path in sorted(cache(language).glob(f"{name}.pkl"))]
    return [one[:2] for path in paths for one in pickle.loads(path.read_bytes())]


_SAYS = {"render": closed_ear_voices.render, "groups": closed_ear_voices.groups, "rows": closed_ear_voices.rows}


def main() -> int:
    """Do one step."""
    step, language, *numbers = sys.argv[1:]
    match step:
        case "render" | "groups" | "rows":
            _keep(language, f"{step}-{numbers[1]}", _SAYS[step](language, *map(int, numbers)))
        case "encode":
            _keep(language, "encoded-renders", lines.encode_renders(said(language, "render")))
            _keep(language, "encoded-groups", lines.encode_groups(said(language, "groups")))
        case "hear":
            _hear_again(language)
        case "train":
            _write(language, train(language, heard(language, "encoded-renders")))
        case "more":
            examples = heard(language, "encoded-groups", "encoded-renders")
            _write(f"{language}-digits", train(language, examples, MORE, dict(np.load(EARS / f"{language}.bin"))))
        case "again":
            examples, name = heard(language, "encoded-*", "again-*"), f"{language}-digits"
            _write(name, train(language, examples, AGAIN, dict(np.load(EARS / f"{name}.bin"))))
        case _:
            sys.stderr.write(f"There is no step '{step}'.\n{__doc__}")
            return 2
    return 0


def _hear_again(language: str) -> None:
    for seed, (name, count) in enumerate(HEARD_AGAIN.items(), 51):
        if rendered := said(language, name):
            again = lines.groups_again if name == "groups" else lines.renders_again
            _keep(language, f"again-{name}", again(rendered, count, seed))


def _keep(language: str, name: str, made: Iterable[Any]) -> None:
    (cache(language) / f"{name}.pkl").write_bytes(pickle.dumps(list(made)))


def _write(name: str, trained: dict[str, Any]) -> None:
    target = EARS / f"{name}.bin"
    with target.open("wb") as file:
        np.savez(file, **trained)
    sys.stdout.write(f"{target.stat().st_size} bytes, SHA-256 {sha256(target.read_bytes()).hexdigest()}\n")


if __name__ == "__main__":
    sys.exit(main())
