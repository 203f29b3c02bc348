"""The flow language as a JSON Schema (draft 2020-12), made from what the verbs declare: for editors and other tools.

Put `# yaml-language-server: $schema=flow.schema.json` into the first line of a flow, and an editor completes, explains
and checks while one types. What a flow means is `checker.py`'s matter.
"""

from collections.abc import Mapping
from typing import get_args

from dialplans.conditions import CONDITION
from dialplans.kinds import LANGUAGES, STEP, Schema
from dialplans.loader import COMMANDS, PARTS, SHARED
from dialplans.options import MAIN, Option, options_of
from dialplans.sentences import SENTENCES
from dialplans.slot_kinds.kind import ALIASES, SETTINGS, TYPES, Check, Part
from dialplans.step import Step
from dialplans.verbs.question import Detect
from dialplans.verbs.registry import VERBS

DRAFT = "https://json-schema.org/draft/2020-12/schema"
TEXT: Schema = {"type": ["string", "integer"]}
"""YAML makes a number of a version or a key that is written without quotes; the loader takes both."""


def schema() -> Schema:
    """Return the schema of a flow's file (and of a file that is imported by flows)."""
    return {
        "$schema": DRAFT,
        "title": "A flow of Hotline",
        "description": "What a hotline says, asks and does; or, without steps, what several flows import.",
        "$ref": "#/$defs/flow",
        "$defs": {
            "flow": _flow(),
            "step": {"anyOf": [{"$ref": f"#/$defs/step-{verb}"} for verb in VERBS]},
            **{f"step-{verb}": _step(verb, cls) for verb, cls in VERBS.items()},
            "condition": CONDITION.definition(),
            "texts": _by_language(TEXT, "Said in each language of the flow; a plain text where there is only one."),
            "sayings": _by_language(
                {"anyOf": [TEXT, {"type": "array", "items": TEXT}]}, "What callers say, by language.", also_list=True
            ),
            "slot": _slot(),
        },
    }


def _flow() -> Schema:
    parts = {key: {**kind.schema(), "description": words} for key, (kind, words) in PARTS.items()}
    parts["commands"]["propertyNames"] = {"enum": list(COMMANDS)}
    parts["prompts"]["propertyNames"] = {"enum": list(SENTENCES)}
    languages = {"type": "array", "items": {"enum": list(LANGUAGES)}, "minItems": 1}
    properties = {
        "flow": {**TEXT, "description": "Its name; without it that of the file."},
        "languages": {**languages, "description": "Languages that it speaks, the first by default.", "default": ["en"]},
        "language": {**Detect().schema(), "description": "`detect`: by the first answers that callers give."},
        "import": {
            "type": "array",
            "items": TEXT,
            "description": f"Files beside this one that lend it their {', '.join(SHARED)}.",
        },
        **parts,
        "flows": {
            "type": "object",
            "additionalProperties": {"allOf": [{"$ref": "#/$defs/flow"}, {"required": ["steps"]}]},
            "description": "Sub-flows within this file, for `run`.",
        },
        "steps": {
            "type": "array",
            "items": {"$ref": "#/$defs/step"},
            "minItems": 1,
            "description": "Steps in their order; one that names no `goto` goes on with the one below it.",
        },
    }
    lending: Schema = {"propertyNames": {"enum": [*SHARED, "import"]}}
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "anyOf": [{"required": ["steps"]}, lending],
    }


def _step(verb: str, cls: type[Step]) -> Schema:
    options = options_of(cls)
    properties = {"step": {**TEXT, "description": "Its name, for `goto`."}}
    required = ["step", verb]
    for key, option in options.items():
        properties[verb if key == MAIN else key] = _option(option)
        if option.missing and key != MAIN:
            required.append(key)
    properties.setdefault(verb, {**STEP.schema(), "description": "The step that follows."})
    return {
        "type": "object",
        "title": verb,
        "description": _first_sentence(cls),
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _option(option: Option) -> Schema:
    described = {**option.kind.schema(), "description": option.doc}
    if isinstance(option.default, bool | int | float | str) and option.default not in ("", None):
        described["default"] = option.default
    return described


def _first_sentence(cls: type) -> str:
    return " ".join((cls.__doc__ or "").split("\n\n")[0].split())


def _by_language(one: Schema, words: str, also_list: bool = False) -> Schema:
    by_language = {
        "type": "object",
        "properties": dict.fromkeys(LANGUAGES, one),
        "additionalProperties": False,
        "minProperties": 1,
    }
    plain: list[Schema] = [TEXT, {"type": "array", "items": TEXT}] if also_list else [TEXT]
    return {"anyOf": [*plain, by_language], "description": words}


def _slot() -> Schema:
    """A type's name, or a type with its settings; free text where no type is written."""
    names = [*TYPES, *ALIASES]
    variants = []
    for name in names:
        type_ = ALIASES[name][0] if name in ALIASES else name
        variants.append(_slot_type(name, SETTINGS[type_]))  # type: ignore[index]
    untyped = _slot_type("", SETTINGS["free_text"])
    return {"anyOf": [{"enum": names}, *variants, untyped], "description": "The kind of a value."}


def _slot_type(name: str, settings: tuple[str, ...]) -> Schema:
    properties: dict[str, Schema] = {"type": {"const": name}} if name else {}
    properties |= {key: _SETTINGS[key] for key in settings}
    required = (["type"] if name else []) + (["entries"] if "entries" in settings else [])
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


_WORDS: Schema = {"anyOf": [TEXT, {"type": "null"}, {"type": "array", "items": TEXT}]}
_SETTINGS: Mapping[str, Schema] = {
    "digits": {"type": "integer", "minimum": 1, "description": "Exactly so many."},
    "least": {"type": "number"},
    "most": {"type": "number"},
    "whole": {"type": "boolean", "description": "No fractions."},
    "currency": {"type": "string", "description": "ISO 4217; without it what the language suggests."},
    "part": {"enum": list(get_args(Part)), "description": "What of a moment is asked for."},
    "prefer": {"enum": ["future", "past"], "description": "Which Tuesday is meant."},
    "opens": {"type": "integer", "minimum": 0, "maximum": 24, "description": 'First hour that "at four" may mean.'},
    "closes": {"type": "integer", "minimum": 0, "maximum": 24, "description": "Hour from which it can't."},
    "country": {"type": "string", "description": "ISO 3166 country of numbers that are said without one."},
    "pattern": {"type": "string", "description": "A regular expression over 0-9 and A-Z, without spaces and dashes."},
    "check": {"enum": list(get_args(Check)[1:]), "description": "Scheme of the check digit."},
    "entries": {
        "anyOf": [
            {"type": "array", "items": _WORDS},
            {
                "type": "object",
                "additionalProperties": {
                    "anyOf": [
                        _WORDS,
                        {
                            "type": "object",
                            "properties": dict.fromkeys(LANGUAGES, _WORDS),
                            "additionalProperties": False,
                        },
                    ]
                },
            },
        ],
        "description": "Values, each with its names by language; the first name is how it is read out.",
    },
}
