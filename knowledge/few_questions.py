"""Articles with too few question variants to be found by callers' own words: a sentence for who imports them. Pure."""

from collections.abc import Sequence

from knowledge.draft import Draft

ENOUGH = 10
"""Questions an article; what fewer cost is measured in docs/performance.md, "Knowledge"."""


def few(drafts: Sequence[Draft]) -> list[Draft]:
    """Return those with fewer than `ENOUGH` questions."""
    return [one for one in drafts if len(one.questions) < ENOUGH]


def warning(drafts: Sequence[Draft]) -> str:
    """Return one sentence about all of them that have too few; "" where none has."""
    short = few(drafts)
    if not short:
        return ""
    mean = sum(len(one.questions) for one in short) / len(short)
    return (
        f"Articles with fewer than {ENOUGH} questions: {len(short)} of {len(drafts)}, with {mean:.1f} on average; "
        f"write {ENOUGH} as callers put them, and up to 18 callers more of a hundred find theirs first than with two "
        "(docs/performance.md, Knowledge). hotline kb list tells how many each has."
    )
