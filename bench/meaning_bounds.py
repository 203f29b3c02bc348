"""Fits the bounds of rules by meaning on the development parts of the bench of findings; run when an encoder changes.

Every sentence of an agent, by every voice, as the inspector hears it, against every rule of its part. Chosen are the
bounds with which the worse of precision and recall that calls would have is best: half of the calls keep a rule, a
third break it by something near, and an agent says a dozen other sentences. One bound after the other, twice; the test
halves are not read. Prints what to write into `quality/likeness.py`, for the best encoder of a language and for those
it falls back to, and changes nothing. `--as-said` takes what was said instead of what was heard, `--wrong` tells what
the bounds in use get wrong, and whether they would as said.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bench.heard_sentences import HeardSentence, as_said, heard_sentences
from bench.labelled_calls import Half, scorecard
from models.settings import Settings
from quality.bounds import Bounds
from quality.conditions import Says, Within
from quality.conversation import Conversation, Turn
from quality.evidence import Alike
from quality.inspection_cli import ears_of
from quality.likeness import ENCODERS, Likeness
from quality.meaning import REACH, SHORT_S, Likely, likely
from quality.meant import TOGETHER, pieces_in, spread_over
from quality.negation import denies
from quality.phrases import pieces_of

PARTS: tuple[Half, ...] = ("dev", "hard", "named", "several", "spread")
KEPT, NEAR, NEITHER, SENTENCES = 0.5, 0.35, 0.15, 12
"""Shares of calls in which the agent says what is required, only something near, nothing of it; other sentences."""
STEPS = {"alike": 0.02, "unlike": 0.02, "usual": 0.02, "otherwise": 0.01}
MOST_STEPS = 3
"""To either side of where a bound is."""


@dataclass(frozen=True)
class Case:
    """One sentence and one rule."""

    what: str
    """kept, near, other."""
    heard: tuple[Likely, ...]
    others: tuple[Likely, ...]
    expected: float = 0.0
    """So much less is enough where the rule looks at a short stretch."""
    name: str = ""
    """Part, rule and what was said."""
    told_as: str = ""
    """What was heard."""
    spread: tuple[Likely, ...] = ()
    """What goes over several turns."""

    def told(self, bounds: Bounds) -> bool:
        """Tell whether the rule takes the sentence for what it requires."""
        bar, less = bounds.alike - self.expected, bounds.otherwise
        if any(one.means(bar, bounds) for one in self.heard):
            return True
        if any(one.means(bar + TOGETHER, bounds) for one in self.spread):
            return True
        near = any(one.mine >= bar - REACH for one in self.heard)
        return near and any(one.means(bar + less, bounds, less) for one in self.others)


def cases(language: str, alike: Alike, said: bool = False) -> list[Case]:
    """Return every sentence of the development parts with every rule of its part; as `said`, or as heard."""
    ear = None if said else ears_of(Settings()).recogniser
    found = []
    for half in parts():
        rules = dict(_rules(half))
        for one in heard_sentences(half, language, ear, ear.name) if ear else as_said(half, language):
            found += [_case(one, name, *rule, language, alike) for name, rule in rules.items()]
    return found


def parts() -> tuple[Half, ...]:
    """Return which are asked for on the command line; all where none is."""
    return tuple(half for half in PARTS if f"--{half}" in sys.argv) or PARTS


def _case(one: HeardSentence, rule: str, says: Says, seconds: float, language: str, alike: Alike) -> Case:
    what = "other" if rule != one.rule else "kept" if one.kind == "yes" else "near"
    heard, spread = (tuple(_likely(some, says, language, alike)) for some in _pieces(one.text, language))
    others = [text[begin:end] for texts in one.others for text in texts for begin, end in pieces_of(text)]
    expected = alike.bounds(language).expected if seconds <= SHORT_S else 0.0
    name = f"{one.half} {rule} {one.kind if rule == one.rule else 'other'}: {one.said}"
    return Case(
        what, heard, tuple(_likely(others, says, language, alike)), expected, name, " / ".join(one.text), spread
    )


def _pieces(texts: Sequence[str], language: str) -> tuple[list[str], list[str]]:
    """The sentences and clauses of each turn, and what is spread over several."""
    turns = tuple(Turn(n, "agent", text, 3.0 * n, 3.0 * n + 2, language) for n, text in enumerate(texts))
    going_on = Conversation("", 3.0 * len(texts), turns, language).going_on
    return [one.words for one in pieces_in(turns)], [one.words for one in spread_over(turns, going_on)]


def _rules(half: Half) -> Iterator[tuple[str, tuple[Says, float]]]:
    """Yield the name of each rule by meaning, what must be said, and in how many seconds."""
    for rule in scorecard(half).rules:
        says = rule.must.part if isinstance(rule.must, Within) else rule.must
        seconds = rule.must.first_s if isinstance(rule.must, Within) else 0.0
        if isinstance(says, Says) and says.meaning:
            yield rule.name, (says, seconds or float("inf"))


def _likely(pieces: Sequence[str], says: Says, language: str, alike: Alike) -> Iterator[Likely]:
    for denied in (False, True):
        some = [one for one in pieces if denies(one, language) is denied]
        examples, unlike = (
            tuple(one for one in of.get(language, ()) if denies(one, language) is denied)
            for of in (says.meaning, says.unlike)
        )
        if some and examples:
            yield from likely(some, examples, unlike, language, alike)


def rates(found: Sequence[Case], bounds: Bounds) -> tuple[float, float, str]:
    """Return the precision and recall that calls would have, and the counts in words."""
    told = {what: [one.told(bounds) for one in found if one.what == what] for what in ("kept", "near", "other")}
    counts = ", ".join(f"{what} {sum(of)} of {len(of)}" for what, of in told.items())
    return *as_calls(*(sum(of) / len(of) for of in told.values())), f"taken for it: {counts}"


def as_calls(kept: float, near: float, other: float) -> tuple[float, float]:
    """Return the precision and recall of broken rules that calls would have, by the shares of sentences of each kind
    that are taken for what is required."""
    quiet = (1 - other) ** SENTENCES
    broken = (NEAR * (1 - near) + NEITHER) * quiet
    wrongly = KEPT * (1 - kept) * quiet
    return broken / max(broken + wrongly, 1e-9), broken / (NEAR + NEITHER)


def fitted(found: Sequence[Case], bounds: Bounds) -> Bounds:
    """Return the best bounds near these."""
    for _ in range(2):
        for name, step in STEPS.items():
            at = getattr(bounds, name)
            near = [replace(bounds, **{name: round(at + n * step, 3)}) for n in range(-MOST_STEPS, MOST_STEPS + 1)]
            # Of equals the one that changes least.
            bounds = max(near, key=lambda one: (round(min(rates(found, one)[:2]), 4), -abs(getattr(one, name) - at)))
    return bounds


def main() -> int:
    """Say what the bounds in use give, and which give more."""
    for language in [code for code in ("en", "zh") if f"--{code}" in sys.argv] or ["en", "zh"]:
        for encoder in ENCODERS[language]:
            if sense := encoder.load():
                print(f"{language} by {sense.name}")
                _tell(language, Likeness({language: [encoder]}), encoder.bounds)
    return 0


def _tell(language: str, alike: Alike, now: Bounds) -> None:
    found = cases(language, alike, said="--as-said" in sys.argv)
    for what, bounds in (("in use", now), ("fitted", fitted(found, now))):
        precision, recall, counts = rates(found, bounds)
        print(f"  {what}: {bounds}: precision {precision:.3f}, recall {recall:.3f}; {counts}")
    if "--wrong" in sys.argv:
        _tell_wrong(found, cases(language, alike, said=True), now)


def _tell_wrong(found: Sequence[Case], said: Sequence[Case], bounds: Bounds) -> None:
    """Print what is told wrongly: by the likeness where it is as said, too, by the recogniser's mistake where not."""
    as_said = {one.name: one.told(bounds) for one in said}
    for one in found:
        told = one.told(bounds)
        if told is not (one.what == "kept"):
            whose = "likeness" if as_said[one.name] is told else "recogniser"
            best = max((*one.heard, *one.spread), key=lambda each: each.named, default=None)
            print(f"{whose}: {one.name} -> {one.told_as} {best}")


if __name__ == "__main__":
    sys.exit(main())
