"""Tunes multilingual-e5-small for Chinese articles: beside Google's USE, whose likeness is half of the search's.

`python -m bench.chinese_encoder_training [TARGET]` learns from bench/data/wants/zh.txt as `encoder_training` does, with
three things more: the likeness is both encoders', of which one stays; some utterances have signs replaced by others of
the same sound, as a recogniser writes them; and utterances of one want have to be near each other in e5 alone. What
stands in a file of the benches is left out. Needs torch, as `encoder_training`; the weights that ship came of these
steps with a tenth of the adapters' inputs left out at random.
"""

import importlib
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pypinyin import lazy_pinyin

from asr_tts.engines import adapters
from asr_tts.engines.universal_encoder import UniversalEncoder
from bench.encoder_network import Network
from bench.encoder_sources import source
from bench.encoder_training import Pace, learn, write
from bench.wants import DATA, Want, trades

SCALE = 2.0
"""Of what the adapters change."""
RANK, FIRST, EPOCHS, HIGHEST, WARM = 8, 4, 3, 1e-3, 10
"""Of the adapters; their lowest layer; how often each company comes; step size at its highest, after so many steps."""
WARMTH, PAIRS, PAIR_WARMTH = 0.05, 0.15, 0.05
"""What likenesses are divided by; what the nearness of a want's utterances counts, and what that is divided by."""
HALF = 0.42
"""Weight of the nearest sentence, and of the middle."""
SPLITS, BARE, MISHEARD = 3, 0.2, 0.1
"""How often a step is dealt anew; share of deals without titles and answers; share of utterances that are misheard."""
KEEPS, SETTLED = 0.98, 0.3
"""Share that an average of the weights keeps at each step, from that share of the steps on; it is the result."""
BENCHES = ("knowledge/*_zh.*", "intents_zh_*.yaml", "intents_clinic_zh*.yaml", "trades*/*_zh.yaml")


class Mishearing:
    """Replaces one or two signs by others of the corpus that sound the same, tones aside."""

    def __init__(self, texts: Sequence[str], chance: random.Random) -> None:
        self._chance = chance
        self._alike: dict[str, Counter[str]] = defaultdict(Counter)
        for sign, times in Counter(sign for text in texts for sign in text if "\u4e00" <= sign <= "\u9fff").items():
            self._alike[lazy_pinyin(sign)[0]][sign] = times

    def of(self, text: str) -> str:
        """Return the text misheard, or as it is where no sign sounds like another."""
        sounds = lazy_pinyin(text, errors=list)  # type: ignore[arg-type]
        places = [at for at, sound in enumerate(sounds) if len(self._alike.get(sound, ())) > 1]
        if len(sounds) != len(text) or not places:
            return text
        first, signs = self._chance.choice(places), list(text)
        both = len(text) >= 12 and self._chance.random() < 0.5 and first + 1 in places
        for at in (first, first + 1) if both else (first,):
            others = {sign: times**0.5 for sign, times in self._alike[sounds[at]].items() if sign != text[at]}
            signs[at] = self._chance.choices(list(others), list(others.values()))[0]
        return "".join(signs)


def without_benches(wants: Sequence[Want]) -> list[Want]:
    """Return the wants without utterances that stand in a file of the benches, by chance."""
    lines = (
        line for each in BENCHES for path in DATA.parent.glob(each) for line in path.read_text("utf-8").splitlines()
    )
    told = {_bare(part) for line in lines for part in re.split(r"[,\[\]:|]", line)}
    return [
        Want(want.title, want.answer, tuple(text for text in want.said if _bare(text) not in told)) for want in wants
    ]


def _bare(text: str) -> str:
    return re.sub(r"\W", "", text)


class Lesson:
    """One step: the wants of a company, their texts encoded once."""

    def __init__(
        self, network: Network, wants: Sequence[Want], others: Mapping[str, Any], mishearing: Mishearing, torch: Any,
        chance: random.Random,
    ) -> None:  # fmt: skip
        self._torch, self._chance = torch, chance
        texts: dict[str, int] = {}
        self._rows: list[tuple[int, int, list[int]]] = []
        for want in wants:
            said = [mishearing.of(text) if chance.random() < MISHEARD else text for text in want.said]
            title, answer, *rest = (texts.setdefault(text, len(texts)) for text in (want.title, want.answer, *said))
            self._rows.append((title, answer, rest))
        self._own = network.of(list(texts))
        self._both = torch.cat([self._own, torch.from_numpy(np.stack([others[text] for text in texts]))], 1) / 2**0.5

    def loss(self) -> Any:
        """How far right articles are from winning, and utterances of a want from each other."""
        return sum(self._dealt() for _ in range(SPLITS)) / SPLITS + PAIRS * self._paired()

    def _dealt(self) -> Any:
        torch, nn = self._torch, self._torch.nn.functional
        bare, most = self._chance.random() < BARE, self._chance.choice((1, 2, 2, 3, 5))
        articles, asks = [], []
        for owner, (title, answer, said) in enumerate(self._rows):
            dealt = self._chance.sample(said, len(said))
            count = max(1, min(most, len(said) - 1))
            articles.append(dealt[:count] if bare else [title, *dealt[:count], answer])
            asks += [(row, owner) for row in dealt[count:]]
        alike = self._both[[row for row, _ in asks]] @ self._both.T
        nearest = torch.stack([alike[:, faces].max(1).values for faces in articles], 1)
        middles = nn.normalize(torch.stack([self._both[faces].sum(0) for faces in articles]), dim=-1)
        middle = self._both[[row for row, _ in asks]] @ middles.T
        return nn.cross_entropy(HALF * (nearest + middle) / WARMTH, torch.tensor([owner for _, owner in asks]))

    def _paired(self) -> Any:
        torch = self._torch
        owners: dict[int, int] = {}
        for owner, (title, answer, said) in enumerate(self._rows):
            for row in (title, answer, *said):
                owners.setdefault(row, owner)
        owner_of = torch.tensor([owners[row] for row in range(len(self._own))])
        itself = torch.eye(len(owner_of), dtype=torch.bool)
        alike = (self._own @ self._own.T / PAIR_WARMTH).masked_fill(itself, -1e4)
        same = (owner_of[:, None] == owner_of[None]) & ~itself
        chances = alike - torch.logsumexp(alike, 1, keepdim=True)
        return -((chances * same).sum(1) / same.sum(1).clamp(min=1)).mean()


def train(network: Network, torch: Any, companies: Sequence[Sequence[Want]], steps: int) -> None:
    """Let the network's adapters learn."""
    chance = random.Random(2)
    texts = [text for wants in companies for want in wants for text in (want.title, want.answer, *want.said)]
    mishearing, others = Mishearing(texts, chance), _Remembered()

    def size(step: int) -> float:
        return HIGHEST * min(1, (step + 1) / WARM) * (1 - step / steps)

    def loss(wants: Sequence[Want]) -> Any:
        return Lesson(network, wants, others, mishearing, torch, chance).loss()

    learn(network, torch, companies, steps, Pace(size, lambda step: KEEPS * (step >= SETTLED * steps)), loss, chance)


class _Remembered(dict[str, Any]):
    """Vectors of the encoder that stays, worked out when a text first comes."""

    def __init__(self) -> None:
        super().__init__()
        self._encoder = UniversalEncoder()

    def __missing__(self, text: str) -> Any:
        self[text] = self._encoder.of([text])[0]
        return self[text]


def main() -> int:
    """Learn, and write the adapters."""
    torch: Any = importlib.import_module("torch")
    torch.set_num_threads(1)
    network = Network(torch, source("zh"), RANK, FIRST)
    network.strength = SCALE
    companies = [without_benches(trade.wants) for trade in trades(DATA / "zh.txt")]
    train(network, torch, companies, EPOCHS * len(companies))
    write(network, SCALE, Path(sys.argv[1]) if len(sys.argv) > 1 else adapters.DIRECTORY / "e5.bin")
    return 0


if __name__ == "__main__":
    sys.exit(main())
