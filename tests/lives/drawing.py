"""Draws docs/lives.md from the tables: python -m tests.lives.drawing > docs/lives.md."""

import sys
from collections.abc import Iterable
from typing import Any

from models.life import Life

HEAD = """# Lives
Drawn from the tables in `models/`, and kept in step by a test. To draw it anew:
`.venv/bin/python -m tests.lives.drawing > docs/lives.md`.
"""


def draw_all(lives: Iterable[Life[Any, Any]]) -> str:
    """Return the whole page."""
    return HEAD + "".join(f"\n{draw(life)}" for life in lives)


def draw(life: Life[Any, Any]) -> str:
    """Return one life: its essay, a state diagram, and the table as people read it."""
    module = sys.modules[type(life.start).__module__]
    arrows = [f"    {before} --> {after}: {event}" for (before, event), after in life.table.items()]
    ends = [f"    {end} --> [*]" for end in type(life.start) if end in life.ends]
    diagram = ["```mermaid", "stateDiagram-v2", f"    [*] --> {life.start}", *arrows, *ends, "```"]
    rows = [f"| {before} | {event} | {after} |" for (before, event), after in life.table.items()]
    table = ["| state | event | next state |", "|---|---|---|", *rows]
    essay = (module.__doc__ or "").strip()
    return "\n".join([f"## The life of {life.one}", essay, "", *diagram, "", *table]) + "\n"


if __name__ == "__main__":
    from tests.lives.test_lives import LIVES

    sys.stdout.write(draw_all(LIVES))
