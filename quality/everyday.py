"""What is said in service calls every day: what is liker to that than to a rule's examples isn't what the rule means.

Encoders find every two sentences about deliveries alike. Beside what is said anyway it shows which of them an utterance
really is near to; a rule's author has to think of counterexamples (`unlike`) only for what is special.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path

from ruamel.yaml import YAML

from quality.evidence import Alike
from quality.phrases import pieces_of

FILE = Path(__file__).with_suffix(".yaml")


@cache
def everyday(language: str) -> tuple[str, ...]:
    """Return the sentences, () in a language that has none."""
    known = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))
    return tuple(str(one) for one in known.get(language, ()))


@lru_cache(1024)
def others(examples: tuple[str, ...], language: str, alike: Alike) -> Sequence[str]:
    """Return the everyday sentences that don't say what one of the examples, or a clause of one, says."""
    sentences = everyday(language)
    likeness = alike(sentences, [one[begin:end] for one in examples for begin, end in pieces_of(one)], language)
    same = alike.bounds(language).same
    return tuple(one for one, like in zip(sentences, likeness, strict=True) if like < same)
