"""The verbs and parts of the flow language as Markdown, made from what they declare: `docs/verbs.md`."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from dialplans.commands import BY_KEY, COMMAND_WORDS
from dialplans.flow import Human, Intent, System
from dialplans.loader import PARTS
from dialplans.options import MAIN, Option, options_of
from dialplans.sentences import SENTENCES
from dialplans.step import Step
from dialplans.template import FILTERS
from dialplans.verbs.question import QuestionStep
from dialplans.verbs.registry import STEPS

HEAD = """# The flow language: reference
Written by `python -m dialplans.reference` from what the verbs declare, and checked by a test. How to write a flow
is told in `docs/dialplans.md`; editors learn all of this from `hotline dialplan schema`.
"""
ROW = "| key | write | meaning |\n|---|---|---|"
WHERE = Path(__file__).parents[1] / "docs" / "verbs.md"


def reference() -> str:
    """Return the whole text."""
    return "\n".join((HEAD, *_parts(), *_shared(), *_verbs(), *_rest()))


def _parts() -> Iterator[str]:
    yield "## Parts of a flow\nBesides `flow` (its name), `languages`, `language: detect`, `import` and `steps`:\n"
    yield ROW
    for key, (kind, doc) in PARTS.items():
        yield f"| `{key}` | {_cell(kind.words)} | {doc} |"
    yield "| `flows` | {FLOW: a flow without a file} | Sub-flows, for `run`. |\n"
    for title, cls in (("An intent", Intent), ("A system", System), ("`human`", Human)):
        yield from (f"### {title}\n", ROW, *_rows(options_of(cls).values()), "")


def _shared() -> Iterator[str]:
    yield "## What every question takes\n`ask`, `menu`, `collect`, `confirm` and `survey`:\n"
    yield ROW
    yield from _rows(option for option in options_of(QuestionStep).values() if option.key not in (MAIN, "goto"))
    yield ""


def _verbs() -> Iterator[str]:
    yield "## Verbs\nEvery step has a name (`step`), one verb and, where it doesn't lead elsewhere, `goto`.\n"
    for cls in STEPS:
        yield from (f"### {', '.join(cls.verbs)}\n", f"{_doc(cls)}\n", ROW, *_rows(_own(cls), cls), "")


def _own(cls: type[Step]) -> Iterator[Option]:
    shared = options_of(QuestionStep) if issubclass(cls, QuestionStep) else options_of(Step)
    for key, option in options_of(cls).items():
        if key == MAIN or key not in shared:
            yield option


def _rows(options: Iterable[Option], cls: type[Step] | None = None) -> Iterator[str]:
    for option in options:
        key = " / ".join(f"`{verb}`" for verb in cls.verbs) if cls and option.key == MAIN else f"`{option.key}`"
        yield f"| {key} | {_cell(option.kind.words)}{_default(option)} | {option.doc} |"


def _default(option: Option) -> str:
    if option.missing:
        return "; must be written"
    default = option.default
    if isinstance(default, bool):
        return "; else true" if default else ""
    return f"; else {default:g}" if isinstance(default, int | float) and default else ""


def _rest() -> Iterator[str]:
    yield "## Filters\n" + ", ".join(f"`{name}`" for name in FILTERS) + "\n"
    yield "## Global commands\n" + ", ".join(f"`{name}`" for name in COMMAND_WORDS)
    yield "; keys: " + ", ".join(f"{key} is `{name}`" for key, name in BY_KEY.items()) + "\n"
    yield "## What the interpreter says itself\nReplaced by name under `prompts:`.\n"
    yield "| name | English | 中文 |\n|---|---|---|"
    for name, texts in SENTENCES.items():
        yield f"| `{name}` | {texts['en']} | {texts['zh']} |"
    yield ""


def _doc(cls: type[Step]) -> str:
    return " ".join((cls.__doc__ or "").split())


def _cell(words: str) -> str:
    return words.replace("|", "\\|")


if __name__ == "__main__":
    WHERE.write_text(reference(), encoding="utf-8")
