"""Trades: what confidences are worth in trades that nobody thought of, both languages.

Ten trades of eight intents with five examples each, forty other wordings that mostly avoid the examples' words, and
fifteen sentences of no intent (`data/trades/`, development data), as text. Each trade is understood with what the nine
others and the shop's development sentences teach (`--fit` prints that of all ten, for `FITTED` of
`dialplans/fitted.py`, with 5, 10 and 20 examples at once). The clinic's front desk (`data/intents_clinic_*`) is
taught to nobody. `--examples` tells what 5, 10, 15 and 20 examples give (`data/trades_more/`).
"""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from ruamel.yaml import YAML

from bench.intents import LANGUAGES, NONE, Said, counted, intents_of, sentences
from bench.report import Report
from dialplans.fitted import FITTED, fitted_to
from dialplans.flow import Intent
from dialplans.nearness import Choice, Examples, Nearness
from dialplans.understanding import Meaning, Understanding

TRADES, TEST = Path(__file__).parent / "data/trades", Path(__file__).parent / "data/trades_test"
SHOP, CLINIC = "shop", "clinic"
FEW = 5
"""Examples an intent, where nothing else is said; the shop and the clinic have no more."""
ENCODERS = {"en": "mpnet", "zh": "universal + tuned e5"}
"""By which the trades are told: a flow that the background covers, as the English shop, goes by another one."""
COUNTS, FITTED_COUNTS = (FEW, 10, 15, 20), (FEW, 10, 20)
EXAMPLE_COUNTS = 0.5
"""An example of five, understood by the others of its intent, counts as much: there are as many as other wordings.
Where there are more, all together count no more."""
KEEP_SMALL = 0.01
"""Ridge of the fit: its few numbers have hundreds of sentences."""


@dataclass(frozen=True)
class Trade:
    """What an author of one trade writes, and what callers say."""

    intents: tuple[Intent, ...]
    said: tuple[Said, ...]


@dataclass(frozen=True)
class Chosen:
    """One sentence as the fit sees it."""

    options: NDArray[np.float64]
    """A row for each intent and one, the last, for none; a column for each number of `Choice`."""
    meant: int
    weight: float


@cache
def trades(language: str, examples: int = FEW) -> dict[str, Trade]:
    """Return all trades that something was tuned on, by name; the shop and the clinic come last.

    Of its intents' examples the ten trades have as many, and a little fewer where near copies were left out.
    """
    found = _read(TRADES, language, examples)
    for name, prefix in ((SHOP, ""), (CLINIC, "clinic_")):
        texts = sentences(f"{prefix}{language}", "dev", by_phone=False)
        found[name] = Trade(tuple(intents_of(language, prefix)), tuple(texts))
    return found


@cache
def fresh(language: str, examples: int = FEW) -> dict[str, Trade]:
    """Return the trades that nothing was tuned on, by name."""
    return _read(TEST, language, examples)


def _read(directory: Path, language: str, examples: int) -> dict[str, Trade]:
    found = {}
    for path in sorted(directory.glob(f"*_{language}.yaml")):
        read = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        more_of_them = directory.with_name(f"{directory.name}_more") / path.name
        more = YAML(typ="safe").load(more_of_them.read_text(encoding="utf-8"))
        said = [Said(text, NONE) for text in read.pop(NONE)]
        said += [Said(text, name) for name, one in read.items() for text in one["said"]]
        intents = (
            Intent(
                name,
                examples={language: (*one["examples"], *more[name])[:examples]},
                keywords={language: tuple(one["keywords"])},
            )
            for name, one in read.items()
        )
        found[path.stem.removesuffix(f"_{language}")] = Trade(tuple(intents), tuple(said))
    return found


def _trade(language: str, name: str, examples: int) -> Trade:
    return {**trades(language, examples), **fresh(language, examples)}[name]


@cache
def _understanding(language: str, name: str, examples: int) -> Understanding:
    return Understanding(_trade(language, name, examples).intents, language)


@cache
def taught(language: str, name: str, examples: int = FEW) -> tuple[Chosen, ...]:
    """Return what a trade teaches: its sentences, and each of its examples as if it were none.

    Nothing where another encoder tells it than the trades.
    """
    trade, ours = _trade(language, name, examples), _understanding(language, name, examples)
    assert ours.learned is not None
    if ours.learned.encoder != ENCODERS[language]:
        return ()
    names = [one.name for one in trade.intents]
    found = []
    for said in trade.said:
        if near := ours.nearness(said.text):
            meant = names.index(said.intent) if said.intent in names else len(names)
            found.append(Chosen(_options(*near, names), meant, 1.0))
    whole = ours.learned.examples
    weight = EXAMPLE_COUNTS * FEW * len(names) / len(ours.learned.kept.examples)
    for row, (intent, text) in enumerate(ours.learned.kept.examples):
        rest = [at for at in range(len(whole.intents)) if at != row]
        others = Examples(whole.vectors[rest], [whole.intents[at] for at in rest], whole.others)
        near = ours.nearness(text)
        assert near is not None
        options = _options(others.nearness(whole.vectors[row]), near[1], names)
        found.append(Chosen(options, names.index(intent), weight))
    return tuple(found)


def _options(near: Nearness, keywords: set[str], names: Sequence[str]) -> NDArray[np.float64]:
    rows = [
        (one.nearest, one.mean, one.own, float(name in keywords), 0.0, 0.0)
        for name, one in ((name, near.by_name[name]) for name in names)
    ]
    return np.array([*rows, (0.0, 0.0, 0.0, 0.0, near.other, 1.0)])


def fit(language: str, without: str = "") -> Choice:
    """Return the conditional logit over all trades but the clinic and `without`, by Newton's steps: it is convex.

    With each of `FITTED_COUNTS` examples an intent, all weighing the same.
    """
    names = [name for name in trades(language) if name not in (without, CLINIC)]
    chosen = [one for name in names for count in FITTED_COUNTS for one in taught(language, name, count)]
    values = np.zeros(chosen[0].options.shape[1])
    for _ in range(50):
        slope, bend = KEEP_SMALL * values, KEEP_SMALL * np.eye(len(values))
        for one in chosen:
            worth = one.options @ values
            chance = np.exp(worth - worth.max())
            chance /= chance.sum()
            mean = chance @ one.options
            slope += one.weight * (mean - one.options[one.meant])
            bend += one.weight * ((one.options.T * chance) @ one.options - np.outer(mean, mean))
        step = np.linalg.solve(bend, slope)
        values -= step
        if float(np.abs(step).max()) < 1e-6:
            break
    return Choice(*(round(float(value), 2) for value in (*values, fitted_to(ENCODERS[language]).choice.least)))


def understood(language: str, name: str, examples: int = FEW) -> list[Meaning]:
    """Return what the sentences of a trade are taken for by what the others teach."""
    ours, taught_too = _understanding(language, name, examples), name in trades(language) and name != CLINIC
    encoder = ENCODERS[language]
    fitted = {encoder: replace(FITTED[encoder], choice=fit(language, name))} if taught_too else {}
    with patch.dict(FITTED, fitted):
        return [ours.of(one.text) for one in _trade(language, name, examples).said]


def shares_of(language: str, name: str, examples: int = FEW) -> tuple[float, ...]:
    """Return how much of a trade is right, wrong, rejected where it has no intent, and likest where it has, in %."""
    meanings, said = understood(language, name, examples), _trade(language, name, examples).said
    counts = counted([one.intent for one in meanings], said)
    pairs = [(one, asked) for one, asked in zip(meanings, said, strict=True) if asked.intent != NONE]
    likest = 100 * sum((one.intent or one.runner_up) == asked.intent for one, asked in pairs) / len(pairs)
    return counts.right, counts.wrong, counts.rejected, likest


def measured(report: Report, language: str, counts: Sequence[int]) -> None:
    """Shares of each trade, and of the ten on average, with so many examples an intent."""
    for examples in counts:
        names = {**trades(language), **fresh(language)}
        # The others have five examples and no more.
        asked = [name for name in names if name != SHOP and (name != CLINIC or examples == FEW)]
        shares = {name: shares_of(language, name, examples) for name in asked}
        ten = [values for name, values in shares.items() if name in trades(language) and name != CLINIC]
        for name, values in {**shares, "ten trades": tuple(np.mean(ten, axis=0))}.items():
            of = name if examples == FEW else f"{name}, {examples} examples"
            for what, value in zip(("right", "wrong", "no intent, rejected", "likest is right"), values, strict=True):
                report.add(f"{language}, {of}: {what}", float(value), "%")


def main() -> int:
    """Measure and report."""
    languages = [one for one in LANGUAGES if one in sys.argv] or LANGUAGES
    if "--fit" in sys.argv:
        for language in languages:
            own = [
                row[2] for name in trades(language) for one in taught(language, name)[:1] for row in one.options[:-1]
            ]
            print(language, asdict(fit(language)), "examples to each other", round(float(np.mean(own)), 2))
        return 0
    report = Report("Trades", " ".join((__doc__ or "").split("\n\n")[1].split()))
    for language in languages:
        measured(report, language, COUNTS if "--examples" in sys.argv else (FEW,))
    return report.show()


if __name__ == "__main__":
    sys.exit(main())
