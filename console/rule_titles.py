"""What rules are called, by their names: one that several scorecards have is called all that they call it. Pure."""

from collections.abc import Iterable, Mapping

Titles = Mapping[str, Mapping[str, str]]
"""By a rule's name and language."""
BETWEEN = " / "


def titles(rules: Iterable[tuple[str, Mapping[str, str]]]) -> Titles:
    """Return them from each rule's name and what it is called by language, in the order of the scorecards."""
    found: dict[str, dict[str, str]] = {}
    for name, called in rules:
        known = found.setdefault(name, {})
        for language, words in called.items():
            had = known.get(language, "")
            if words not in had.split(BETWEEN):
                known[language] = f"{had}{BETWEEN}{words}" if had else words
    return found
