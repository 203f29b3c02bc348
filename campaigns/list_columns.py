"""What the columns of a list mean: by their headings in English and Chinese, or as the operator says. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from models.errors import OperatorFault

NUMBER = "number"
LEAVE_OUT = "-"
HEADINGS: Mapping[str, tuple[str, ...]] = {
    NUMBER: (
        "number", "phone", "phone number", "phone no", "telephone", "telephone number", "tel", "mobile",
        "mobile number", "mobile phone", "cell", "cell phone", "contact number", "电话", "电话号码", "手机", "手机号",
        "手机号码", "号码", "联系电话", "联系方式", "被叫", "被叫号码",
    ),
    "number 2": ("number 2", "phone 2", "mobile 2", "tel 2", "second number", "other phone", "alternative number",
                 "home phone", "备用电话", "备用号码", "电话2", "手机2", "号码2", "第二电话", "家庭电话"),
    "number 3": ("number 3", "phone 3", "mobile 3", "tel 3", "third number", "work phone", "电话3", "手机3", "号码3",
                 "第三电话", "单位电话", "办公电话"),
    "name": ("name", "full name", "customer", "customer name", "contact", "contact name", "姓名", "名字", "客户",
             "客户姓名", "客户名称", "联系人", "称呼"),
    "language": ("language", "lang", "语言", "语种"),
    "timezone": ("timezone", "time zone", "tz", "时区"),
    "region": ("region code", "iso region", "行政区代码"),
    "priority": ("priority", "prio", "优先级", "优先"),
    "appointment": ("appointment", "call at", "appointment at", "预约", "预约时间", "回访时间", "约定时间"),
    "consent_source": ("consent source", "consent from", "consent", "同意来源", "授权来源", "同意方式"),
    "consent_given": ("consent date", "consent at", "consent given", "同意时间", "同意日期", "授权时间", "授权日期"),
    "consent_until": ("consent until", "consent expires", "consent expiry", "同意截止", "同意有效期", "授权有效期"),
}  # fmt: skip
"""Each meaning with the headings that have it, in the form of `_plain`."""
NUMBERS = (NUMBER, "number 2", "number 3")
_BY_HEADING = {heading: meaning for meaning, headings in HEADINGS.items() for heading in headings}


@dataclass(frozen=True)
class Columns:
    """Which column is what."""

    known: Mapping[str, int]
    """Meaning -> place of the column."""
    variables: tuple[tuple[int, str], ...]
    """The further columns with the names that flows know them by."""
    headings: tuple[str, ...]
    """As written; () where the list has none."""


def columns_of(headings: Sequence[str], said: Mapping[str, str], of: str) -> Columns:
    """Return what the columns with these headings are; `said` (heading -> meaning) goes before what headings say.

    Raises `OperatorFault` where no column has the numbers, or `said` names what there is not. `of`: the list's name.
    """
    wanted = _said(headings, said, of)
    known: dict[str, int] = {}
    variables: list[tuple[int, str]] = []
    for at, heading in enumerate(headings):
        meaning = wanted.get(at) or _BY_HEADING.get(_plain(heading), "")
        if meaning == LEAVE_OUT or not heading.strip():
            continue
        if meaning in HEADINGS and meaning not in known:
            known[meaning] = at
        else:
            variables.append((at, meaning if at in wanted and meaning not in HEADINGS else variable_name(heading)))
    if NUMBER not in known:
        raise OperatorFault(
            f"{of} has no column for the number; its columns are {', '.join(filter(None, headings)) or 'none'}. "
            "Say which with --map COLUMN=number."
        )
    _refuse_twice([name for _, name in variables], of)
    return Columns(known, tuple(variables), tuple(headings))


def _said(headings: Sequence[str], said: Mapping[str, str], of: str) -> dict[int, str]:
    found = {}
    places = {_plain(heading): at for at, heading in enumerate(headings)}
    for heading, meaning in said.items():
        at = places.get(_plain(heading))
        if at is None:
            raise OperatorFault(f"{of} has no column '{heading}'; its columns are {', '.join(filter(None, headings))}.")
        found[at] = meaning.strip()
    return found


def _refuse_twice(names: Iterable[str], of: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise OperatorFault(f"{of} has two columns '{name}'; rename one, or leave it out with --map COLUMN=-.")
        seen.add(name)


def _plain(heading: str) -> str:
    """Return a heading in small letters with single spaces, without what is in brackets."""
    text = re.sub(r"[(（].*?[)）]", "", heading.strip().lower())
    text = re.sub(r"[\s_\-./:：*]+", " ", text).strip()
    return re.sub(r"(?<=[a-z])(?=\d)", " ", text)


def variable_name(heading: str) -> str:
    """Return the name by which a flow knows a column: its heading with "_" for what a name can't have."""
    name = re.sub(r"\W+", "_", heading.strip()).strip("_")
    return f"_{name}" if name[:1].isdigit() or not name else name


def without_headings(cells: Sequence[str], is_number: Sequence[bool]) -> Columns | None:
    """Return the columns of a list that begins with a row at once: its first number is the number; None: it doesn't."""
    if not any(is_number):
        return None
    at = list(is_number).index(True)
    others = tuple((n, f"column_{n + 1}") for n in range(len(cells)) if n != at)
    return Columns({NUMBER: at}, others, ())
