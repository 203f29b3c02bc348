"""Where the bar of the knowledge search belongs (`knowledge/confidence.py`): what each bar would answer and reject.

`python -m bench.knowledge_bar LANGUAGE [ARTICLES]`. The more articles, the likelier one of them is near a question by
chance: a bar that rejects 97 of 100 among thirty lets more pass among a hundred. So the articles of all development
companies but one stand together, and the callers of all ask; what those of the company left out ask counts as answered
by none, though the others' articles answer some of it. With a number of ARTICLES, so many of one company stand alone,
drawn eight times, and the callers of all companies ask: what a line has that begins with five.
"""

import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from asr_tts.sense import search_sense_of
from bench.encoder_training import development
from bench.knowledge import share
from bench.knowledge_questions import DAY, entries, questions
from knowledge.entry import Entry
from knowledge.search import Knowledge

DRAWN = 8
"""How often a few articles of a company are drawn."""
BARS = (0.7, 0.75, 0.8, 0.82, 0.84, 0.86, 0.9)


@dataclass(frozen=True)
class Asked:
    """What became of one question."""

    known: bool
    """An article answers it."""
    right: bool
    """The first article does."""
    confidence: float
    """Of the first article, 0-1."""


def together(companies: Sequence[str], variants: int) -> list[Entry]:
    """Return the articles of several companies with so many question variants, each with its company in its id."""
    return [
        replace(one, article_id=f"{name}/{one.article_id}") for name in companies for one in entries(name, variants)
    ]


def asked(language: str, variants: int) -> Iterator[Asked]:
    """Ask each collection that lacks one company everything. Raises ValueError without an encoder of articles."""
    sense = search_sense_of(language)
    if sense is None:
        raise ValueError(f"There are no weights for articles in '{language}'; `hotline models fetch` brings them.")
    companies = development(language)
    for left_out in companies:
        known = Knowledge(together([one for one in companies if one != left_out], variants), {language: sense.of})
        for company in companies:
            for one in questions(company):
                article = f"{company}/{one.article}" if one.article and company != left_out else ""
                first = known.candidates(one.text, language, DAY)[0]
                yield Asked(bool(article), first.article_id == article, first.confidence)


def asked_of_few(language: str, variants: int, articles: int) -> Iterator[Asked]:
    """Ask so many articles of each company everything, each time it is drawn. Raises ValueError as `asked`."""
    sense = search_sense_of(language)
    if sense is None:
        raise ValueError(f"There are no weights for articles in '{language}'; `hotline models fetch` brings them.")
    chance = random.Random(7)
    companies = development(language)
    for company in companies:
        for _ in range(DRAWN):
            few = chance.sample(entries(company, variants), articles)
            known, there = Knowledge(few, {language: sense.of}), {one.article_id for one in few}
            for other in companies:
                for one in questions(other):
                    answers = other == company and one.article in there
                    first = known.candidates(one.text, language, DAY)[0]
                    yield Asked(answers, first.article_id == one.article, first.confidence)


def at(bar: float, found: Sequence[Asked]) -> tuple[float, float, float]:
    """Return what a bar does, in percent: of known questions answered right, and wrong; of the others rejected."""
    known = [one for one in found if one.known]
    right = share(one.right and one.confidence >= bar for one in known)
    wrong = share(not one.right and one.confidence >= bar for one in known)
    return right, wrong, share(one.confidence < bar for one in found if not one.known)


def main() -> int:
    """Print a line for each bar and number of variants."""
    language, *few = sys.argv[1:] or [""]
    if language not in ("en", "zh") or len(few) > 1 or not all(one.isdigit() for one in few):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    for variants in (2, 5):
        found = list(asked_of_few(language, variants, int(few[0])) if few else asked(language, variants))
        for bar in BARS:
            right, wrong, rejected = at(bar, found)
            sys.stdout.write(
                f"{variants} variants, bar {bar:.2f}: {right:.1f} % answered right, {wrong:.1f} % wrong, "
                f"{rejected:.1f} % of what none answers rejected\n"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
