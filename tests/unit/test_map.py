"""docs/map.md is what the tree says of itself: `python -m tests.unit.test_map` writes it anew."""

import ast
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
MAP = CHECKOUT / "docs" / "map.md"
HEAD = """# The tree
Every module in its own words: the first sentence of its docstring. Checked by `tests/unit/test_map.py`.
"""
FLOORS = (
    "server.py", "campaigns", "queues", "quality", "tickets", "console",
    "voice", "voice/sip", "voice/media", "asr_tts", "asr_tts/engines", "dialplans",
    "dialplans/verbs", "dialplans/slot_kinds", "knowledge", "models", "bench",
)  # fmt: skip


def first_sentence(module: Path) -> str:
    """Return what the module says it is, on one line."""
    text = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    return " ".join(text.split("\n\n")[0].split())


def drawn() -> str:
    """Return the map as the tree would have it."""
    parts = [HEAD]
    for floor in FLOORS:
        place = CHECKOUT / floor
        if place.is_file():
            parts.append(f"## {floor}\n{first_sentence(place)}\n")
            continue
        parts.append(f"## {floor}/\n{first_sentence(place / '__init__.py')}\n")
        modules = [path for path in sorted(place.glob("*.py")) if not path.name.startswith("__")]
        if modules:
            rows = "\n".join(f"| {path.name} | {first_sentence(path)} |" for path in modules)
            parts.append(f"| file | what it is |\n|---|---|\n{rows}\n")
    return "\n".join(parts)


def test_the_map_is_what_the_tree_says():
    assert MAP.read_text(encoding="utf-8") == drawn(), "run: python -m tests.unit.test_map"


def test_every_module_says_what_it_is():
    mute = [str(path) for floor in FLOORS for path in (CHECKOUT / floor).glob("*.py") if not first_sentence(path)]
    assert not mute


if __name__ == "__main__":
    MAP.write_text(drawn(), encoding="utf-8")
