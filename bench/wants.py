"""What callers want of companies of many trades, each want in many words: what the encoders of articles are tuned on.

bench/data/wants/*.txt: `# trade` begins a company, each line after it is an article that could be its own, with what
callers might say who want it: `Title | Answer | utterance | utterance | …`. Lines that begin with `##` are comments.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data" / "wants"
FEWEST_SAID = 3
"""Utterances of a want: some stand for the article's questions, another is the caller's."""


@dataclass(frozen=True)
class Want:
    """An article, and callers' words for it."""

    title: str
    answer: str
    said: tuple[str, ...]


@dataclass(frozen=True)
class Trade:
    """A company of a trade: its wants compete with each other."""

    name: str
    wants: tuple[Want, ...]

    def texts(self) -> Iterator[str]:
        """Return all that is written or said."""
        for want in self.wants:
            yield from (want.title, want.answer, *want.said)


def trades(*paths: Path) -> list[Trade]:
    """Read companies from files; raises ValueError naming file and line of what isn't a want."""
    found: list[Trade] = []
    for path in paths:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if line.startswith("##") or not line.strip():
                continue
            if line.startswith("#"):
                found.append(Trade(line.lstrip("# ").strip(), ()))
                continue
            fields = [field.strip() for field in line.split("|")]
            if not found or len(fields) < 2 + FEWEST_SAID or not all(fields):
                raise ValueError(f"{path.name}:{number} isn't a want: a title, an answer, {FEWEST_SAID} utterances")
            want = Want(fields[0], fields[1], tuple(dict.fromkeys(fields[2:])))
            found[-1] = Trade(found[-1].name, (*found[-1].wants, want))
    return [trade for trade in found if len(trade.wants) > 1]
