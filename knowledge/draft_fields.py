"""The fields of a draft as people write them in files: their names in both languages, lists and dates as text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz, process

from knowledge.draft import Draft
from models.errors import OperatorFault
from models.yaml_fault import wide_in

NAMES = {
    "id": "article_id", "编号": "article_id",
    "title": "title", "标题": "title",
    "question": "questions", "questions": "questions", "问题": "questions", "问法": "questions",
    "short": "short", "answer": "short", "答案": "short", "回答": "short", "简答": "short",
    "long": "long", "details": "long", "详细": "long", "详情": "long",
    "language": "language", "语言": "language",
    "tag": "tags", "tags": "tags", "标签": "tags",
    "owner": "owner", "负责人": "owner",
    "valid_from": "valid_from", "生效日期": "valid_from",
    "valid_until": "valid_until", "失效日期": "valid_until",
}  # fmt: skip
"""What a column, or a line before ":", may be called, and which field of `Draft` it is."""
LIKE = 80.0
"""Likeness (0-100) from which a word was meant for one of these."""
KNOWN = "id, title, questions, short, long, language, tags, owner, valid_from, valid_until"


@dataclass(frozen=True)
class Sourced:
    """A draft and where it stands, such as "faq.csv, line 12"."""

    draft: Draft
    place: str


def field_of(name: str) -> str | None:
    """Return the field of `Draft` that `name` stands for, or None."""
    return NAMES.get(name.strip().lower().replace(" ", "_").replace("-", "_"))


def meant(name: str) -> str:
    """Return the name that `name` is a slip of, or ""."""
    found = process.extractOne(name.strip().lower(), list(NAMES), scorer=fuzz.ratio, score_cutoff=LIKE)
    return found[0] if found else ""


def unknown_column(name: str) -> str:
    """Return what to say of a column that no article has."""
    known = KNOWN if name.isascii() else ", ".join(one for one in NAMES if not one.isascii())
    wide = wide_in(name)
    instead = f"write '{meant(name)}' instead" if meant(name) else f"{wide} instead" if wide else f"known are {known}"
    return f"there is no column '{name.strip()}'; {instead}."


def sourced(place: str, values: Iterable[tuple[str, str]]) -> Sourced:
    """Return the draft with these fields (lists may come in parts); raise `OperatorFault` naming `place`."""
    texts = dict.fromkeys(("article_id", "title", "short", "long", "language", "owner"), "")
    lists: dict[str, list[str]] = {"questions": [], "tags": []}
    days: dict[str, date | None] = {"valid_from": None, "valid_until": None}
    for field, text in values:
        text = text.strip()
        if field in lists:
            lists[field] += _split(field, text)
        elif field in days:
            days[field] = _day(place, field, text)
        else:
            texts[field] = text
    if not texts["title"] and lists["questions"]:
        texts["title"] = lists["questions"].pop(0)
    draft = Draft(
        **texts,
        questions=tuple(dict.fromkeys(lists["questions"])),
        tags=tuple(dict.fromkeys(lists["tags"])),
        valid_from=days["valid_from"],
        valid_until=days["valid_until"],
    )
    try:
        return Sourced(draft.finished(), place)
    except OperatorFault as fault:
        raise OperatorFault(f"{place}: {str(fault)[0].lower()}{str(fault)[1:]}") from fault


def _split(field: str, text: str) -> list[str]:
    text = text.strip("[] ") if field == "tags" else text
    parts = re.split(r"[\n|]" if field == "questions" else r"[\n|,，、;；]", text)
    return [part.strip() for part in parts if part.strip()]


def _day(place: str, field: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise OperatorFault(f"{place}: {field} '{text}' is no date; write it like 2026-12-31.") from None
