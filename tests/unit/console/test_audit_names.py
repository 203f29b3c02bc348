"""Whatever is put on the audit trail has a name in the reader's language, and can be looked for."""

import ast
from collections.abc import Iterator, Mapping
from typing import get_args

from console.api_campaigns import CampaignWish
from console.pages.audit import DO
from console.pages.live import HANG_UP, MODES
from console.phrases import FILES, Phrases
from models.review import REVIEW_LIFE, ReviewMove, ReviewState

ROOT = FILES.parent.parent
SOURCES = sorted((*(ROOT / "console").rglob("*.py"), *(ROOT / "quality").rglob("*.py")))
WRITES = {"record", "_trail", "put_on_trail", "audit", "trailed"}
"""What puts its argument on the trail."""
TEXTS = Phrases.load().texts
REST = {
    "talk": (*MODES, HANG_UP),
    "campaign": get_args(CampaignWish.model_fields["order"].annotation),
    "lead": ("next", "call", "skip"),
    "review": tuple(
        REVIEW_LIFE.next(ReviewState(state), move)
        for state, move in REVIEW_LIFE.table
        if move in (ReviewMove.CLOSE, ReviewMove.WITHDRAW)
    ),
}
"""What follows the dot where it is known only when it is done."""


def test_every_action_has_a_name_in_both_languages() -> None:
    found = set(_actions())
    assert {"signed-in", "alert-noted", "review.appealed", "campaign.stop", "listened-original", "kept"} <= found
    assert sorted(one for one in found if DO + one not in TEXTS) == []


def test_every_name_is_of_an_action() -> None:
    assert sorted({key.removeprefix(DO) for key in TEXTS if key.startswith(DO)} - set(_actions())) == []


def _actions() -> Iterator[str]:
    for source in SOURCES:
        tree = ast.parse(source.read_text(encoding="utf-8"))
        constants = {
            node.targets[0].id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)
        }  # fmt: skip
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name(node.func) in WRITES:
                for argument in node.args:
                    yield from _said(argument, constants)
            elif isinstance(node, ast.Assign) and _name(node.targets[0]) == "action":
                yield from _said(node.value, constants)


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _said(node: ast.AST, constants: Mapping[str, object]) -> Iterator[str]:
    """Yield the actions that an argument may be; other texts than actions are told by their place in the sources."""
    if isinstance(node, ast.IfExp):
        yield from (*_said(node.body, constants), *_said(node.orelse, constants))
    elif isinstance(node, ast.Name):
        yield from _word(constants.get(node.id))
    elif isinstance(node, ast.Constant):
        yield from _word(node.value)
    elif isinstance(node, ast.JoinedStr) and isinstance(first := node.values[0], ast.Constant):
        before = str(first.value).removesuffix(".")
        yield from (f"{before}.{rest}" for rest in REST.get(before, ()))


def _word(value: object) -> Iterator[str]:
    if isinstance(value, str) and value and value not in ("sampling", "retention", "command", "api"):
        yield value
