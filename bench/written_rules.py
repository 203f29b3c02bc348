"""Rules and sentences written for this project: what would be learnt on, and a harder development part of one language.

bench/data/required/zh.txt: `# trade：rule` begins a rule, and each line after it has sentences of one kind, with `|`
between them: `=` its examples, `!` its counterexamples, `+` what keeps it in other words, `-` what is near and doesn't.
A line `*` has what agents say of anything. Lines that begin with `##` are comments.

`python -m bench.written_rules` tells how many of them the inspector takes for what their rule requires, as they were
said; with them the others: a few sentences of every day and of other rules. With `--reviewed`: what it would be if a
rule were given sentences that reviews bring, as further examples and counterexamples. One half of its sentences is
reviewed, the other judged, and the other way round.
"""

import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.meaning_bounds import as_calls
from quality.conditions import Says
from quality.conversation import Conversation, Turn
from quality.evidence import Alike, Subject
from quality.likeness import Likeness

DATA = Path(__file__).parent / "data" / "required"
LANGUAGE = "zh"
OTHERS = 8
"""So many sentences of every day, and as many of other rules, are compared with each rule."""
REVIEWED = (0, 0), (4, 0), (0, 7), (4, 4), (4, 7)
"""So many sentences of a rule become examples, and so many counterexamples."""
_KINDS = {"=": "examples", "!": "unlike", "+": "keeps", "-": "near"}


@dataclass(frozen=True)
class WrittenRule:
    """A required sentence, and what may be said instead."""

    name: str
    examples: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


def written_rules(path: Path) -> tuple[list[WrittenRule], tuple[str, ...]]:
    """Return the rules of a file, and what agents say of anything.

    Raises ValueError naming file and line of what is neither, and the rule that lacks sentences of a kind.
    """
    rules: dict[str, dict[str, tuple[str, ...]]] = {}
    usual: tuple[str, ...] = ()
    name = ""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        kind, rest = line[:1], line[1:].strip()
        if not line.strip() or line.startswith("##"):
            continue
        said = tuple(_ended(one.strip()) for one in rest.split("|") if one.strip())
        if kind == "#" and rest and rest not in rules:
            name, rules[rest] = rest, {}
        elif kind == "*" and said:
            usual += said
        elif kind in _KINDS and said and name and _KINDS[kind] not in rules[name]:
            rules[name][_KINDS[kind]] = said
        else:
            raise ValueError(f"{path.name}:{number} is neither a new rule nor a new kind ({' '.join(_KINDS)} *) of it")
    for each, kinds in rules.items():
        if lacking := set(_KINDS.values()) - set(kinds):
            raise ValueError(f"{path.name}: the rule '{each}' has no {', '.join(sorted(lacking))}")
    return [WrittenRule(each, **kinds) for each, kinds in rules.items()], usual


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith(("？", "。", "！")) else f"{sentence}。"


def taken(rule: WrittenRule, sentences: Sequence[str], alike: Alike) -> list[str]:
    """Return which of the sentences, each said by an agent, are taken for what the rule requires."""
    says = Says("agent", meaning={LANGUAGE: rule.examples}, unlike={LANGUAGE: rule.unlike})
    calls = {text: Conversation("", 3.0, (Turn(0, "agent", text, 0.0, 3.0, LANGUAGE),), LANGUAGE) for text in sentences}
    return [text for text, call in calls.items() if says.of(Subject(call, alike=alike)).holds]


def others(rule: WrittenRule, rules: Sequence[WrittenRule], usual: Sequence[str], chance: random.Random) -> list[str]:
    """Return a few sentences that have nothing to do with the rule."""
    trade = rule.name.partition("：")[0]
    strange = [text for one in rules if one.name.partition("：")[0] != trade for text in (*one.keeps, *one.near)]
    return [*chance.sample(list(usual), min(OTHERS, len(usual))), *chance.sample(strange, min(OTHERS, len(strange)))]


def told(rules: Sequence[WrittenRule], usual: Sequence[str], alike: Alike) -> Iterator[tuple[str, int, int]]:
    """Yield, by kind, how many sentences are taken for what their rule requires, of how many."""
    chance = random.Random(1)
    compared = {
        "required": [(rule, list(rule.keeps)) for rule in rules],
        "near": [(rule, list(rule.near)) for rule in rules],
        "others": [(rule, others(rule, rules, usual, chance)) for rule in rules],
    }
    for kind, rows in compared.items():
        yield kind, sum(len(taken(*row, alike)) for row in rows), sum(len(said) for _, said in rows)


def reviewed_halves(rules: Sequence[WrittenRule], alike: Alike) -> list[tuple[WrittenRule, WrittenRule]]:
    """Return each half of each rule's sentences with the other one, which is reviewed: what was told wrongly first."""
    return [
        (_half(rule, place), _wrong_first(_half(rule, 1 - place), alike)) for rule in rules for place in (0, 1)
    ]  # fmt: skip


def _half(rule: WrittenRule, place: int) -> WrittenRule:
    return replace(rule, keeps=rule.keeps[place::2], near=rule.near[place::2])


def _wrong_first(rule: WrittenRule, alike: Alike) -> WrittenRule:
    known = set(taken(rule, (*rule.keeps, *rule.near), alike))
    keeps = sorted(rule.keeps, key=lambda text: text in known)
    return replace(rule, keeps=tuple(keeps), near=tuple(sorted(rule.near, key=lambda text: text not in known)))


def taught(judged: WrittenRule, reviewed: WrittenRule, kept: int, near: int) -> WrittenRule:
    """Return the one with so many sentences of the other as examples and counterexamples."""
    examples, unlike = (*judged.examples, *reviewed.keeps[:kept]), (*judged.unlike, *reviewed.near[:near])
    return replace(judged, examples=examples, unlike=unlike)


def main() -> int:
    """Tell how many are taken for what is required."""
    (rules, usual), alike = written_rules(DATA / f"{LANGUAGE}.txt"), Likeness()
    if "--reviewed" not in sys.argv:
        _tell(rules, usual, alike)
        return 0
    halves = reviewed_halves(rules, alike)
    for kept, near in REVIEWED:
        sys.stdout.write(f"{kept} examples and {near} counterexamples more\n")
        _tell([taught(*half, kept, near) for half in halves], usual, alike)
    return 0


def _tell(rules: Sequence[WrittenRule], usual: Sequence[str], alike: Alike) -> None:
    found = list(told(rules, usual, alike))
    for kind, count, of in found:
        sys.stdout.write(f"{kind}: {count} of {of} taken for what is required\n")
    precision, recall = as_calls(*(count / of for _, count, of in found))
    sys.stdout.write(f"calls would have: precision {precision:.3f}, recall {recall:.3f}\n")


if __name__ == "__main__":
    sys.exit(main())
