"""Tunes the encoders of articles on our own sentences: adapters of a small rank, merged into the weights that ship.

`python -m bench.encoder_training train en [TARGET]` learns from bench/data/wants/en*.txt and writes the adapters to
TARGET (else where they ship); Chinese has steps of its own (`chinese_encoder_training`). `check LANGUAGE [ADAPTERS]`
says how many questions of the development companies, of which nothing is learnt, find their article first with the
published encoder, or with these adapters (in Chinese by e5 without the encoder beside it). Needs torch, which nothing
of the product does: install it into an environment of its own.

Learnt is what the search does: some of what callers say stands for an article's questions, the rest asks; nearest
sentence and middle weigh as in `knowledge/confidence.py`, and the right article has to win against the others.
"""

import importlib
import random
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from asr_tts.engines import adapters
from bench.encoder_network import Network
from bench.encoder_sources import source
from bench.knowledge_questions import DATA, DAY, entries, questions
from bench.wants import DATA as WANTS
from bench.wants import Trade, Want, trades
from knowledge.confidence import WEIGHTS
from knowledge.search import Knowledge

Company = TypeVar("Company")
SPLITS = 3
"""How often a step deals anew who asks and who stands for a question: once encoded, that is free."""
MOST_QUESTIONS = 5
GONE, STRANGE = 0.25, 12
"""Share of articles that are taken away from their questions where a bar is learnt, and how many questions that belong
to other companies are asked in a step."""
WARM, FALL = 12, 0.8
"""Steps in which their size rises to its highest, and by which share of it it falls until the last one."""


@dataclass(frozen=True)
class Course:
    """How adapters learn."""

    steps: int
    """Until their size has fallen to its lowest."""
    until: int = 0
    """The step after which learning ends before; 0: all of them are taken."""
    rank: int = 8
    first: int = 0
    """The lowest layer that has any."""
    highest: float = 1e-3
    """Step size at its highest."""
    warmth: float = 0.05
    """What likenesses are divided by: the lower, the more the nearest rivals count."""
    said: int = 6
    """Utterances of a want in a step, at most."""
    barred: float = 0.0
    """What it counts beside the right article's winning that questions without an article stay below one bar."""
    keeps: float = 0.97
    """Share that an average of the weights keeps at each step; the average is the result."""
    strength: float = 1.0
    """How much of the adapters is kept in the end."""


COURSES = {"en": Course(210, until=140, first=2, warmth=0.04, barred=0.5)}
TARGETS = {"en": "mpnet.bin"}


@dataclass(frozen=True)
class Pace:
    """How fast adapters learn, by the step, from 0."""

    size: Callable[[int], float]
    """Of the step."""
    kept: Callable[[int], float]
    """Share that an average of the weights keeps at the step; the average is the result."""


def learn(
    network: Network, torch: Any, companies: Sequence[Company], steps: int, pace: Pace, loss: Callable[[Company], Any],
    chance: random.Random,
) -> None:  # fmt: skip
    """Let the network's adapters learn: a company a step, each as often as the others."""
    learning = network.learning()
    optimiser = torch.optim.AdamW(learning, lr=pace.size(0), weight_decay=1e-2)
    average = [each.detach().clone() for each in learning]
    began, losses, waiting = time.monotonic(), list[float](), list[Company]()
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = pace.size(step)
        waiting = waiting or chance.sample(list(companies), len(companies))
        far = loss(waiting.pop(0))
        optimiser.zero_grad()
        far.backward()
        torch.nn.utils.clip_grad_norm_([each for each in learning[1:] if each.grad is not None], 1.0)
        optimiser.step()
        losses.append(far.item())
        kept = pace.kept(step)
        average = [kept * old + (1 - kept) * new.detach() for old, new in zip(average, learning, strict=True)]
        if step % 20 == 19:
            sys.stderr.write(f"step {step + 1}: loss {np.mean(losses[-20:]):.3f}, {time.monotonic() - began:.0f} s\n")
    for each, mean in zip(learning, average, strict=True):
        each.data.copy_(mean)


def write(network: Network, strength: float, target: Path) -> None:
    """Write what was learned, and tell what `known_models` has to know of it."""
    with target.open("wb") as file:
        np.savez(file, **network.learned(strength))
    sys.stdout.write(f"{target.stat().st_size} bytes, SHA-256 {sha256(target.read_bytes()).hexdigest()}\n")


def train(network: Network, companies: Sequence[Trade], course: Course, language: str, torch: Any) -> None:
    """Let the network's adapters learn by a course."""
    chance = random.Random(1)

    def size(step: int) -> float:
        return course.highest * min(1, (step + 1) / WARM) * (1 - FALL * step / course.steps)

    def loss(company: Trade) -> Any:
        strange = _strange(company, companies, chance) if course.barred else []
        return _loss(network, company.wants, strange, course, language, torch, chance)

    pace = Pace(size, lambda step: min(course.keeps, (step + 1) / (step + 10)))
    learn(network, torch, companies, course.until or course.steps, pace, loss, chance)


def _loss(
    network: Network, wants: Sequence[Want], strange: Sequence[str], course: Course, language: str, torch: Any,
    chance: random.Random,
) -> Any:  # fmt: skip
    """How far right articles are from winning, and what no article answers from staying below the network's bar."""
    said = [chance.sample(want.said, min(course.said, len(want.said))) for want in wants]
    texts = [text for want, some in zip(wants, said, strict=True) for text in (want.title, want.answer, *some)]
    vectors = network.of([*texts, *strange])
    ends = np.cumsum([2 + len(some) for some in said])
    rows = [list(range(end - 2 - len(some), end)) for end, some in zip(ends, said, strict=True)]
    nearest, middle = WEIGHTS[f"{language} by meaning"].likeness[:2]
    nobody = len(wants)
    losses = []
    for _ in range(SPLITS):
        fewest = min(len(some) for some in said)
        count = chance.randint(1, min(MOST_QUESTIONS, fewest - 1))
        dealt = [chance.sample(each[2:], len(each) - 2) for each in rows]
        stand = torch.tensor([[*each[:2], *some[:count]] for each, some in zip(rows, dealt, strict=True)])
        asks = [(row, owner) for owner, some in enumerate(dealt) for row in some[count:]]
        asked = vectors[[row for row, _ in asks] + list(range(len(texts), len(vectors)))]
        faces = vectors[stand]
        likeness = torch.einsum("qd,wfd->qwf", asked, faces).amax(-1) * nearest
        middles = torch.nn.functional.normalize(faces.sum(1), dim=-1)
        scores = (likeness + asked @ middles.T * middle) / (nearest + middle) / course.warmth
        right = torch.tensor([owner for _, owner in asks])
        losses.append(torch.nn.functional.cross_entropy(scores[: len(asks)], right))
        if course.barred:
            gone = torch.tensor([chance.random() < GONE for _ in wants])
            gone[chance.randrange(nobody)] = False
            bar = (network.bar / course.warmth).expand(len(asked), 1)
            judged = torch.cat([scores.masked_fill(gone[None], -1e4), bar], 1)
            meant = torch.cat([right.masked_fill(gone[right], nobody), torch.full((len(strange),), nobody)])
            losses.append(course.barred * torch.nn.functional.cross_entropy(judged, meant))
    return sum(losses) / SPLITS


def _strange(company: Trade, companies: Sequence[Trade], chance: random.Random) -> list[str]:
    """Return what callers of other companies say whose articles' titles share no word with this one's."""
    own = {word for want in company.wants for word in _words(want.title)}
    found: list[str] = []
    while len(found) < STRANGE:
        want = chance.choice(chance.choice(companies).wants)
        if own.isdisjoint(_words(want.title)):
            found.append(chance.choice(want.said))
    return found


def _words(title: str) -> list[str]:
    """Return words of more than three letters, cut so that their endings don't matter; of Chinese, pairs of signs."""
    if title.isascii():
        return [word[:5] for word in re.findall(r"[a-z]{4,}", title.lower())]
    return [title[at : at + 2] for at in range(len(title) - 1)]


def development(language: str) -> list[str]:
    """Return the names of the companies of which nothing is learnt."""
    return sorted(path.stem for path in DATA.glob(f"development*_{language}.md"))


def check(network: Network, language: str) -> dict[str, float]:
    """Return the shares (percent) of development questions that find their article first, by set and variants."""
    found: dict[str, float] = {}
    rights, of = {2: 0, 5: 0}, 0
    for name in development(language):
        asked = [one for one in questions(name) if one.article]
        of += len(asked)
        texts = [face for one in entries(name, 5) for face in one.faces()] + [one.text for one in asked]
        vectors = network.all(texts)
        for variants in rights:
            known = Knowledge(entries(name, variants), {language: _looked_up(vectors)})
            firsts = [known.candidates(one.text, language, DAY)[0].article_id for one in asked]
            right = sum(first == one.article for first, one in zip(firsts, asked, strict=True))
            found[f"{name}, {variants} variants"] = 100 * right / len(asked)
            rights[variants] += right
    return found | {f"all, {variants} variants": 100 * right / of for variants, right in rights.items()}


def _looked_up(vectors: dict[str, Any]) -> Callable[[Sequence[str]], Any]:
    return lambda texts: np.stack([vectors[text] for text in texts])


def main() -> int:
    """Do one step."""
    known = {"train": tuple(COURSES), "check": ("en", "zh")}
    if len(sys.argv) < 3 or sys.argv[2] not in known.get(sys.argv[1], ()):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    step, language, *paths = sys.argv[1:]
    torch: Any = importlib.import_module("torch")
    torch.set_num_threads(1)
    published = source(language)
    if step == "check":
        if paths:
            changes = adapters.Adapters(Path(paths[0]))
            merged = {name: changes.onto(name.removesuffix(".w"), each) for name, each in published.weights.items()}
            published = replace(published, weights=merged)
        for name, percent in check(Network(torch, published, 1, halves=False), language).items():
            sys.stdout.write(f"{name}: {percent:.1f} %\n")
        return 0
    course = COURSES[language]
    network = Network(torch, published, course.rank, course.first)
    train(network, trades(*sorted(WANTS.glob(f"{language}*.txt"))), course, language, torch)
    write(network, course.strength, Path(paths[0]) if paths else adapters.DIRECTORY / TARGETS[language])
    return 0


if __name__ == "__main__":
    sys.exit(main())
