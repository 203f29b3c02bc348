import re
from pathlib import Path

import numpy as np
import pytest
from rapidfuzz import fuzz
from ruamel.yaml import YAML

from bench import trades as bench
from bench.intents import DATA, LANGUAGES, NONE
from bench.trades import CLINIC, COUNTS, FEW, SHOP, TEST, TRADES, Chosen, fit, fresh, trades
from dialplans.background import WISHES

MORE = sorted(DATA.glob("trades*_more/*.yaml"))
NEAR = 80
"""From this likeness (0-100) on, two sentences are near copies."""


def read(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return found


def test_both_languages_have_the_same_trades_and_intents() -> None:
    english, chinese = trades("en"), trades("zh")
    assert list(english) == list(chinese)
    assert list(english)[-2:] == [SHOP, CLINIC]
    assert len(english) == 12
    assert list(fresh("en")) == list(fresh("zh")) == ["housing", "telecom"]
    english, chinese = {**english, **fresh("en")}, {**chinese, **fresh("zh")}
    for name in english:
        assert [one.name for one in english[name].intents] == [one.name for one in chinese[name].intents]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_has_five_examples_and_other_wordings_of_its_own(language: str) -> None:
    for name, trade in {**trades(language), **fresh(language)}.items():
        examples = [text for one in trade.intents for text in one.examples[language]]
        said = [one.text for one in trade.said]
        assert all(len(one.examples[language]) == 5 for one in trade.intents), name
        assert len(set(examples + said)) == len(examples + said), name
        assert {one.intent for one in trade.said} == {one.name for one in trade.intents} | {NONE}, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_trades_share_hardly_a_sentence_with_the_test_sentences_or_the_background(language: str) -> None:
    asked = [text for texts in read(DATA / f"intents_{language}_test.yaml").values() for text in texts]
    for path in sorted(TRADES.glob(f"*_{language}.yaml")):
        trade = trades(language)[path.stem.removesuffix(f"_{language}")]
        for one in trade.said:
            if one.intent != NONE:
                assert max(fuzz.ratio(one.text.lower(), text.lower()) for text in asked) < 90, one.text
    wishes = {text for texts in read(WISHES / f"{language}.yaml").values() for text in texts}
    wordings = {one.text for name, trade in trades(language).items() if name not in (SHOP, CLINIC)
                for one in trade.said if one.intent != NONE}  # fmt: skip
    assert len(wordings & wishes) < 0.02 * len(wordings)


@pytest.mark.parametrize("path", MORE, ids=lambda path: path.stem)
def test_more_examples_are_of_the_same_intents_and_nearly_none_of_their_wordings(path: Path) -> None:
    name, language = path.stem.rsplit("_", 1)
    found, trade = read(path), {**trades(language), **fresh(language)}[name]
    said = [_plain(one.text) for one in trade.said]
    assert list(found) == [one.name for one in trade.intents]
    assert all(12 <= len(texts) <= 15 for texts in found.values())
    # Says which example only, so that whoever writes another one still hasn't seen the wording.
    copies = [f"{intent}, example {at}" for intent, texts in found.items() for at, text in enumerate(texts, 1)
              if any(fuzz.ratio(_plain(text), other) >= NEAR for other in said)]  # fmt: skip
    assert not copies
    examples = [_plain(text) for one in trade.intents for text in (*one.examples[language], *found[one.name])]
    assert len(set(examples)) == len(examples)


@pytest.mark.parametrize("language", LANGUAGES)
def test_so_many_examples_are_had_as_are_asked_for(language: str) -> None:
    for count in COUNTS:
        for name, trade in {**trades(language, count), **fresh(language, count)}.items():
            most = FEW if name in (SHOP, CLINIC) else count
            # Near copies of what callers say were left out.
            assert all(min(most, 17) <= len(one.examples[language]) <= most for one in trade.intents), name
        assert [one.examples[language][:FEW] for one in trades(language, count)["bank"].intents] == [
            one.examples[language] for one in trades(language)["bank"].intents
        ]


def test_every_trade_has_more_examples() -> None:
    assert {path.name for path in MORE} == {path.name for of in (TRADES, TEST) for path in of.glob("*.yaml")}


def _plain(text: str) -> str:
    return re.sub(r"[^\w ]", "", text.lower()).strip()


def test_the_fit_finds_what_the_sentences_were_drawn_by(monkeypatch: pytest.MonkeyPatch) -> None:
    chance, wanted = np.random.default_rng(1), np.array([2.0, 6.0, -1.0, 1.5, 5.0, -2.0])
    drawn = []
    for _ in range(4000):
        options = np.zeros((4, 6))
        options[:3, :3] = chance.normal(0, 0.5, (3, 3))
        options[:3, 3] = chance.random(3) < 0.3
        options[3, 4:] = chance.normal(0, 0.5), 1.0
        worth = np.exp(options @ wanted)
        drawn.append(Chosen(options, int(chance.choice(4, p=worth / worth.sum())), 1.0))
    asked = []

    def taught(language: str, name: str, examples: int) -> tuple[Chosen, ...]:
        asked.append((name, examples))
        return tuple(drawn) if name == "bank" else ()

    monkeypatch.setattr(bench, "taught", taught)
    found = fit("en", without="gym")
    assert (found.nearest, found.mean, found.own) == pytest.approx((2.0, 6.0, -1.0), abs=0.4)
    assert (found.keyword, found.other, found.constant) == pytest.approx((1.5, 5.0, -2.0), abs=0.4)
    assert {name for name, _ in asked} == set(trades("en")) - {"gym", CLINIC}
    assert {examples for _, examples in asked} == {5, 10, 20}
