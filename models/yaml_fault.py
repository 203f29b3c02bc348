"""Why a text is no YAML, for people who don't know YAML: the place that has to be changed, and how. Pure."""

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from ruamel.yaml.error import MarkedYAMLError, StringMark, YAMLError
from ruamel.yaml.reader import ReaderError

LOOKED_BACK = 2
"""Lines above the one where reading failed that may be what is wrong: a key without its colon fails one line later."""
NARROW = {
    "：": ":",
    "，": ",",
    "－": "-",
    "—": "-",
    "–": "-",
    "｛": "{",
    "｝": "}",
    "【": "[",
    "】": "]",
    "［": "[",
    "］": "]",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "\u3000": " ",
    "\xa0": " ",
}
"""Signs of Chinese keyboards and word processors, and what YAML takes for them."""
WIDE = (
    re.compile(r"^ *(?:[-－—–] *)?(?P<sign>[\u3000\xa0])"),
    re.compile(r"^ *(?P<sign>[－—–]) *\w"),
    re.compile(r"^ *(?:- *)?\w+ *(?P<sign>：)"),
    re.compile(r"[{,] *\w+ *(?P<sign>：)"),
    re.compile(r"""["'}\]] *(?P<sign>，)"""),
    re.compile(r"[:,{\[] +(?P<sign>[｛【［“‘])"),
    re.compile(r"(?P<sign>[｝】］”’]) *$"),
)
"""Where such a sign stands for YAML's own, not in a sentence."""
GLUED = re.compile(r"^ *(?:- +)?(?P<key>[^\W\d]\w*):(?=[^\s/:])")
DASH = re.compile(r"^ *-(?=\w)")
DATE = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
BREAKS = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""Where YAML counts a new line."""
QUOTED = 'text with , : # \' or {{ in it goes into "quotes"'


class Fault(NamedTuple):
    line: int
    """From 1."""
    column: int
    sentence: str
    """What is wrong and what to write; begins small and ends without a full stop."""


def fault_in(text: str, error: YAMLError | ValueError | TypeError) -> Fault:
    """Return what is wrong with `text`, which YAML refused with `error`: another error for a value that can't be."""
    if isinstance(error, ValueError | TypeError):
        return _value(text, error)
    if isinstance(error, ReaderError):
        return _sign(text, error)
    if not isinstance(error, MarkedYAMLError) or not (mark := error.problem_mark or error.context_mark):
        return Fault(1, 1, str(error).strip().rstrip("."))
    lines = BREAKS.split(text)
    problem = (error.problem or error.context or "").strip()
    return (
        _named(problem, mark)
        or _written(lines, mark)
        or _open(problem, error.context_mark, mark)
        or _placed(lines, problem, error.context_mark, mark)
        or Fault(mark.line + 1, mark.column + 1, problem)
    )


def _value(text: str, error: ValueError | TypeError) -> Fault:
    """A date that there isn't, which YAML reads as one where it stands without quotes; or what its own words tell."""
    for found in DATE.finditer(text):
        try:
            date(*map(int, found.groups()))
        except ValueError:
            column = found.start() - text.rfind("\n", 0, found.start())
            return Fault(text.count("\n", 0, found.start()) + 1, column, f"there is no {found[0]}; correct the date")
    return Fault(1, 1, str(error))


def _sign(text: str, error: ReaderError) -> Fault:
    before = text[: error.position]
    code = f"U+{error.character:04X}" if isinstance(error.character, int) else repr(error.character)
    column = error.position - before.rfind("\n")
    return Fault(before.count("\n") + 1, column, f"the sign {code} can't stand in a text; delete it")


def _named(problem: str, mark: StringMark) -> Fault | None:
    """What YAML's own words tell well enough."""
    line, column = mark.line + 1, mark.column + 1
    if found := re.match(r'found duplicate key "(.*?)" with', problem):
        return Fault(line, column, f"'{found[1]}' is written twice here; delete one of them")
    if found := re.match(r"found undefined alias '(.*)'", problem):
        what = f"'*{found[1]}' stands for what is marked '&{found[1]}', and nothing is"
        return Fault(line, column, f"{what}; a text that begins with * goes into quotes")
    if "another document" in problem:
        return Fault(line, column, "a second document begins here; keep one file for each, without a line '---'")
    if r"'\t'" in problem:
        return Fault(line, column, "a tab stands here; write spaces instead")
    if found := re.match(r"found character '(.)' that cannot start any token", problem):
        return Fault(line, column, f"a text can't begin with {found[1]}; put it into quotes")
    if "unknown escape" in problem:
        return Fault(line, column, "behind \\ stands what can't be; write two of them, or 'single quotes' around")
    return None


def _written(lines: list[str], mark: StringMark) -> Fault | None:
    """A wide sign, or a missing space, in the line where reading failed or right above it."""
    for number in range(mark.line, max(-1, mark.line - LOOKED_BACK - 1), -1):
        line = lines[number] if number < len(lines) else ""
        if found := min(_wide(line), key=lambda one: one.start("sign"), default=None):
            sign = found["sign"]
            more = " and a space" if sign in "：－—–" else ""
            return Fault(number + 1, found.start("sign") + 1, f"{_narrow(sign)}{more} instead")
        if found := GLUED.search(line):
            return Fault(number + 1, found.end(), f"a space is missing behind the colon; write '{found['key']}: '")
        if found := DASH.search(line):
            return Fault(number + 1, found.end(), "a space is missing behind the dash; write '- '")
    return None


def wide_in(text: str) -> str:
    """Return what to write instead of the first sign of `text` that may have been meant for YAML's own; "" for none."""
    return next((_narrow(sign) for sign in text if sign in NARROW), "")


def _narrow(sign: str) -> str:
    if NARROW[sign] == " ":
        return "a wide space stands here; write ordinary spaces"
    return f"'{sign}' isn't the sign that is meant here; write '{NARROW[sign]}'"


def _wide(line: str) -> Iterator[re.Match[str]]:
    return (found for pattern in WIDE if (found := pattern.search(line)))


def _open(problem: str, begun: StringMark | None, mark: StringMark) -> Fault | None:
    """Braces, brackets and quotes: not closed, or with a text in them that would have to be in quotes."""
    if found := re.match(r"expected ',' or '([}\]])'", problem):
        opened = {"}": "{", "]": "["}[found[1]]
        if begun and mark.line > begun.line:
            sentence = (
                f"the '{opened}' here isn't closed; write '{found[1]}' behind what it holds, and ' #' only in quotes"
            )
            return Fault(begun.line + 1, begun.column + 1, sentence)
        return Fault(mark.line + 1, mark.column + 1, f"the text before this can't end here; between {opened} and "
                                                     f"{found[1]}, {QUOTED}")  # fmt: skip
    if "unexpected end of stream" in problem and begun:
        return Fault(
            begun.line + 1, begun.column + 1, "the quote that begins here isn't closed; write it behind the text"
        )
    return None


def _placed(lines: list[str], problem: str, begun: StringMark | None, mark: StringMark) -> Fault | None:
    """Lines that begin too far left or right, or that aren't `key: value`."""
    place = mark.line + 1, mark.column + 1
    if "mapping values are not allowed" in problem:
        if lines[mark.line].count(": ") > 1:
            return Fault(*place, f"a second ': ' stands in this line; {QUOTED}")
        return Fault(*place, "this line begins further right than the one above it, which holds a text already; "
                             "begin it below that one, or put the text into \"quotes\"")  # fmt: skip
    if problem.startswith("expected <block end>") and begun:
        if not lines[mark.line][: mark.column].strip():
            above = next((line for line in range(mark.line - 1, -1, -1) if lines[line].strip()), 0)
            far = len(lines[above]) - len(lines[above].lstrip(" "))
            return Fault(*place, f"this line begins with {_spaces(mark.column)}, line {above + 1} above it with "
                                 f"{_spaces(far)}; lines that belong together begin below each other")  # fmt: skip
        return Fault(*place, f"the text before this can't end here; {QUOTED}")
    if "could not find expected ':'" in problem:
        at = begun or mark
        return Fault(at.line + 1, at.column + 1, "this line has no colon; write 'key: value'")
    return None


def _spaces(count: int) -> str:
    return f"{count or 'no'} space{'' if count == 1 else 's'}"
