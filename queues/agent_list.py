"""Agents out of a CSV file: one a row, headings in English or Chinese, in any order.

extension, name, password, ha1, ha1_sha256, languages, skills, cost, capacity, team, address, enabled, supervises; or
分机, 姓名, 密码, 语言, 技能, 成本, 并发, 班组, 地址, 启用, 督导. Languages and supervised teams are parted by spaces or
commas, skills are like "billing=8 tech=3".
"""

import csv
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.text_file import read_text
from queues.plan_entry import Location, PlanRefused, instead
from queues.plan_reading import AGENT_KEYS

CHINESE = {
    "分机": "extension",
    "姓名": "name",
    "密码": "password",
    "语言": "languages",
    "技能": "skills",
    "成本": "cost",
    "并发": "capacity",
    "班组": "team",
    "地址": "address",
    "启用": "enabled",
    "督导": "supervises",
}
_PARTED = re.compile(r"[\s,;，；、]+")
_YES = {"true": True, "yes": True, "1": True, "是": True, "false": False, "no": False, "0": False, "否": False}


@dataclass(frozen=True)
class AgentList:
    """The rows of a file."""

    agents: list[dict[str, Any]]
    """As a plan has them; a cell that is left empty isn't there."""
    where: Callable[[Location], str]
    """Returns file and line of a place in a plan made of these agents, in their order."""


def read_agent_list(path: Path) -> AgentList:
    """Return the rows of a file; raise `PlanRefused` where its headings can't be used, `OperatorFault` for no text."""
    text = read_text(path)
    lines = text.splitlines()
    delimiter = max(",;\t", key=lines[0].count) if lines else ","
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    keys = [_key(path, heading) for heading in next(rows, [])]
    if "extension" not in keys:
        raise PlanRefused([f"{path} has no column extension (分机); write headings in its first line."])
    agents, places = [], []
    for row in rows:
        if any(cell.strip() for cell in row):
            agents.append(
                {key: _value(key, cell.strip()) for key, cell in zip(keys, row, strict=False) if cell.strip()}
            )
            places.append(rows.line_num)

    def where(location: Location) -> str:
        index = location[1] if len(location) > 1 else None
        return f"{path}, line {places[index]}" if isinstance(index, int) else str(path)

    return AgentList(agents, where)


def _key(path: Path, heading: str) -> str:
    heading = heading.strip().lower()
    key = CHINESE.get(heading, heading)
    if key not in AGENT_KEYS:
        raise PlanRefused([f"{path} has an unknown column '{heading}'; {instead(heading, AGENT_KEYS)}."])
    return key


def _value(key: str, cell: str) -> Any:
    """Return a cell as a plan has it; what can't be read stays a text, and is complained about there."""
    match key:
        case "languages" | "supervises":
            return parted(cell)
        case "skills":
            return skills_of(parted(cell))
        case "cost" | "capacity":
            return _number(cell)
        case "enabled":
            return _YES.get(cell.lower(), cell)
        case _:
            return cell


def parted(text: str) -> list[str]:
    """Return the words of a list."""
    return [word for word in _PARTED.split(text) if word]


def skills_of(words: Iterable[str]) -> dict[str, Any]:
    """Return levels by skill from "billing=8"; a skill without a level has 1."""
    found: dict[str, Any] = {}
    for word in words:
        skill, equals, level = word.replace(":", "=").partition("=")
        found[skill] = _number(level) if equals else 1
    return found


def _number(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
