"""Teaches multilingual-e5-small what all-mpnet-base-v2 finds alike: beside Google's USE, whose likeness is half.

`python -m bench.chinese_encoder_training [TARGET]`. Chinese has no sentence encoder as good as the English one of
articles and trades, so one learns from it: what callers want (bench/data/wants, and the topics of dialplans/wishes)
stands there in both languages, and the likeness of two Chinese sentences is to be that of their English ones (Reimers
and Gurevych 2020, https://arxiv.org/abs/2004.09813, with likenesses instead of vectors, since half of ours comes from
an encoder that stays). Some sentences have signs replaced by others of the same sound, as a recogniser writes them:
their likeness is still that of what was meant. What stands in a file of the benches is left out, and so are companies
like those of bench/data/trades. Needs torch, as `encoder_training`; two hours of a core.
"""

import importlib
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from pypinyin import lazy_pinyin

from asr_tts.engines import adapters
from asr_tts.engines.mpnet import Mpnet
from asr_tts.engines.universal_encoder import UniversalEncoder
from asr_tts.sense import Sense
from bench.encoder_network import Network
from bench.encoder_sources import source
from bench.encoder_training import Pace, learn, write
from bench.wants import DATA, trades

RANK, FIRST, STEPS, HIGHEST, LOWEST, WARM = 32, 2, 1740, 1e-3, 0.05, 15
"""Of the adapters; their lowest layer; steps, their size at its highest, by what it ends, and when it is highest."""
MISHEARD, WANTS, STRANGERS = 0.2, 10, 60
"""Share of sentences that are misheard; wants of the company in a step, at most; other sentences beside them."""
FEWEST_SAID, FEWEST_WANTS = 4, 6
"""Sentences of a want that take part, and wants of a company."""
NEAR, WARMTH, BELOW, SQUARES = 0.05, 0.06, 0.9, 20.0
"""What likenesses are divided by, the teacher's and the learner's; what of the teacher's is to be reached, since the
encoder that stays finds all more alike; what the square of the rest counts."""
OWN, CHOICE = 0.5, 0.25
"""What e5 counts by itself, and the choice of the want by a few of its sentences."""
DEALS, EXAMPLES = 2, (3, 4, 5)
"""How often a step is dealt anew, and how many sentences of a want stand for it."""
ALIKE = {
    "酒店", "航空公司", "健身房", "汽车修理厂", "汽车保险", "家财保险", "人寿保险", "餐厅", "民政局婚姻登记与户籍",
    "出入境管理", "保险", "政府服务",
    "hotel", "airline", "gym", "car repair garage", "car insurance", "home insurance", "life insurance", "restaurant",
    "registry office (marriages, births)", "passport office",
}  # fmt: skip
"""Companies like those by which intents of other trades are judged: they are left out, so that these stay others."""
BENCHES = ("knowledge/*_zh.*", "intents_zh_*.yaml", "intents_clinic_zh*.yaml", "trades*/*_zh.yaml")


class Mishearing:
    """Replaces one or two signs by others of the corpus that sound the same, tones aside."""

    def __init__(self, texts: Iterable[str], chance: random.Random) -> None:
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


class Bilingual:
    """What is learned from: Chinese sentences with their English, and the companies whose wants they are."""

    def __init__(self) -> None:
        english = dict(_pairs(DATA / "in_english" / "zh.tsv"))
        chinese = dict(_pairs(DATA / "in_chinese" / "en.tsv"))
        told, aside = _told(), set[str]()
        both = {**english, **{own: text for text, own in chinese.items()}}
        companies = []
        for trade in trades(DATA / "zh.txt"):
            companies.append([want.said for want in trade.wants])
            if trade.name in ALIKE:
                companies.pop()
                aside.update(text for want in trade.wants for text in (want.title, *want.said))
        for trade in trades(DATA / "en.txt"):
            if trade.name not in ALIKE:
                wants = ((want.title, *want.said) for want in trade.wants)
                companies.append([tuple(chinese[text] for text in want if text in chinese) for want in wants])
        self.english: Mapping[str, str] = {
            own: text for own, text in both.items() if own not in aside and _bare(own) not in told
        }
        """By the Chinese sentence."""
        self.companies = [enough for company in companies if len(enough := self._enough(company)) >= FEWEST_WANTS]
        """Each want's sentences, Chinese."""

    def _enough(self, wants: Iterable[Sequence[str]]) -> list[list[str]]:
        kept = ([text for text in dict.fromkeys(said) if text in self.english] for said in wants)
        return [said for said in kept if len(said) >= FEWEST_SAID]

    @cached_property
    def taught(self) -> Mapping[str, Any]:
        """The teacher's vector of each sentence (768 numbers, by its English)."""
        teacher = Mpnet()
        return {own: teacher.of([text])[0] for own, text in self.english.items()}


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    for line in path.read_text("utf-8").splitlines():
        if not line.startswith("##"):
            own, _, other = line.partition("\t")
            yield own, other


def _told() -> set[str]:
    """What stands in the files of the benches, by chance or not."""
    paths = (path for each in BENCHES for path in DATA.parent.glob(each))
    lines = (line for path in paths for line in path.read_text("utf-8").splitlines())
    return {_bare(part) for line in lines for part in re.split(r"[,\[\]:|]|^\s*- ", line)}


def _bare(text: str) -> str:
    return re.sub(r"\W", "", text)


class Lessons:
    """What one step asks of the learner."""

    def __init__(self, network: Network, corpus: Bilingual, torch: Any, chance: random.Random) -> None:
        self._network, self._corpus, self._torch, self._chance = network, corpus, torch, chance
        self._all = list(corpus.english)
        self._mishearing = Mishearing(self._all, chance)
        self._beside = _Remembered(UniversalEncoder())

    def loss(self, company: Sequence[Sequence[str]]) -> Any:
        """How far the likenesses of a company's sentences, and of others, are from the teacher's."""
        torch = self._torch
        wants = self._chance.sample(company, min(len(company), WANTS))
        meant = [text for said in wants for text in said] + self._chance.sample(self._all, STRANGERS)
        heard = [self._mishearing.of(text) if self._chance.random() < MISHEARD else text for text in meant]
        own = self._network.of(heard)
        both = torch.cat([own, torch.from_numpy(np.stack([self._beside[text] for text in heard]))], 1) / 2**0.5
        taught = torch.from_numpy(np.stack([self._corpus.taught[text] for text in meant]))
        wished, same = taught @ taught.T, torch.tensor([[one == other for other in meant] for one in meant])
        far = self._far(both @ both.T, wished, same) + OWN * self._far(own @ own.T, wished, same)
        return far + CHOICE * sum(self._chosen(both, wants) for _ in range(DEALS))

    def _far(self, alike: Any, wished: Any, same: Any) -> Any:
        """Cross entropy of what is near each sentence, and squares of what each two are less alike than wished."""
        near = (wished / NEAR).masked_fill(same, -1e4).softmax(1)
        found = (alike / WARMTH).masked_fill(same, -1e4).log_softmax(1)
        return SQUARES * ((alike - BELOW * wished) ** 2)[~same].mean() - (near * found).sum(1).mean()

    def _chosen(self, vectors: Any, wants: Sequence[Sequence[str]]) -> Any:
        """Cross entropy of each sentence's want, by a few others of every want: nearest and mean likeness."""
        examples, asked, at = [], [], 0
        for number, said in enumerate(wants):
            dealt = self._chance.sample(range(at, at + len(said)), len(said))
            at += len(said)
            few = max(2, min(self._chance.choice(EXAMPLES), len(dealt) - 1))
            examples.append(dealt[:few])
            asked += [(row, number) for row in dealt[few:]]
        alike = vectors[[row for row, _ in asked]] @ vectors[:at].T
        nearest = self._torch.stack([alike[:, few].amax(1) for few in examples], 1)
        mean = self._torch.stack([alike[:, few].mean(1) for few in examples], 1)
        owners = self._torch.tensor([number for _, number in asked])
        return self._torch.nn.functional.cross_entropy((nearest + mean) / 2 / WARMTH, owners)


class _Remembered(dict[str, Any]):
    """Vectors of an encoder that doesn't change, worked out when a text first comes."""

    def __init__(self, encoder: Sense) -> None:
        super().__init__()
        self._encoder = encoder

    def __missing__(self, text: str) -> Any:
        self[text] = self._encoder.of([text])[0]
        return self[text]


def size(step: int) -> float:
    """Return how large a step is, from 0."""
    return HIGHEST * min(1, (step + 1) / WARM) * max(LOWEST, 1 - step / STEPS)


def main() -> int:
    """Learn, and write the adapters."""
    torch: Any = importlib.import_module("torch")
    torch.set_num_threads(1)
    network, corpus, chance = Network(torch, source("zh"), RANK, FIRST), Bilingual(), random.Random(1)
    lessons = Lessons(network, corpus, torch, chance)
    pace = Pace(size, lambda step: min(0.97, (step + 2) / (step + 11)))
    learn(network, torch, corpus.companies, STEPS, pace, lessons.loss, chance)
    write(network, 1.0, Path(sys.argv[1]) if len(sys.argv) > 1 else adapters.DIRECTORY / "e5.bin")
    return 0


if __name__ == "__main__":
    sys.exit(main())
