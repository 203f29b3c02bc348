"""Reads golden dialogues from `NAME.test.yaml`; what is wrong is said with line, column and remedy, as of a flow."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap

from dialplans import nodes
from dialplans.complaint import Complaint, FlowRefused, did_you_mean, listing
from dialplans.exchange import Done
from dialplans.golden import (
    HEARD,
    SOME_MONDAY,
    Caller,
    ComesBack,
    Expect,
    Found,
    Golden,
    HandsOver,
    HangsUp,
    Keys,
    LookedUp,
    Noise,
    Robot,
    Silence,
    Turn,
    Waits,
    is_expression,
)
from dialplans.nodes import Node, shown
from dialplans.place import Place
from knowledge.entry import Entry

ENDING = ".test.yaml"
EXPECTED = ("step", "intent", "slots", "language", "variables")
PARTICULARS = ("verb", "target", "reason", "summary", "slots", "priority")
DIALOGUE = ("name", "language", "begin", "look_ups", "articles", "turns")
BEGIN = ("caller", "called", "at", "variables")
LOOKED_UP = ("method", "path", "sends", "status", "body", "error", "slow")
ARTICLE = ("id", "title", "question", "questions", "short", "long", "language", "tags")
SPOKEN = ("text", "confidence", "anger", "language")


def beside(flow: Path) -> Path:
    """Return where the golden dialogues of the flow in `flow` are, if it has any."""
    return flow.with_name(flow.stem + ENDING)


def flow_of(path: Path) -> Path:
    """Return the flow that the golden dialogues in `path` are about."""
    return path.with_name(path.name.removesuffix(ENDING) + ".yaml")


def load(path: Path, languages: tuple[str, ...]) -> list[Golden]:
    """Read the dialogues in `path`; raise `FlowRefused` with all that is wrong with the file."""
    complaints: list[Complaint] = []
    root = nodes.read(path, str(path), complaints)
    return _checked(root, languages, complaints)


def loads(text: str, languages: tuple[str, ...], name: str = "flow.test.yaml") -> list[Golden]:
    """Read dialogues from `text`."""
    complaints: list[Complaint] = []
    return _checked(nodes.parse(text, name, complaints), languages, complaints)


def _checked(root: Node, languages: tuple[str, ...], complaints: list[Complaint]) -> list[Golden]:
    root.what = "the file"
    found: list[Golden] = []
    if root.mapping():
        root.only(("dialogues",))
        node = root.get("dialogues")
        if node is None:
            root.complain("The file has no dialogues; write `dialogues:` with a list of them.")
        found = [_dialogue(entry, languages) for entry in node.entries()] if node else []
        for entry, one in zip(node.entries() if node else (), found, strict=True):
            if one.name in [other.name for other in found if other is not one and other.place.line < one.place.line]:
                entry.complain(f"There are two dialogues '{one.name}'; give one of them another name.")
    if complaints:
        raise FlowRefused(complaints)
    return found


def _dialogue(node: Node, languages: tuple[str, ...]) -> Golden:
    node.mapping()
    named = node.get("name")
    if named is None:
        node.complain("A dialogue has no name; write `name:` with what it shows.")
    name = named.text() if named else ""
    node.what = f"dialogue '{name}'"
    node.only(DIALOGUE)
    language = _language(node.get("language"), languages)
    turns = node.get("turns")
    if turns is None:
        node.complain(f"{node.what} has no turns; write `turns:` with a list of them.")
    begun = node.get("begin")
    looked_up, articles = node.get("look_ups"), node.get("articles")
    return Golden(
        name=name,
        place=node.place,
        language=language,
        turns=tuple(turn for entry in (turns.entries() if turns else ()) if (turn := _turn(entry, languages))),
        look_ups=tuple(_looked_up(entry) for entry in (looked_up.entries() if looked_up else ())),
        articles=tuple(_article(entry, language or languages[0]) for entry in (articles.entries() if articles else ())),
        **(_begin(begun) if begun else {}),
    )


def _language(node: Node | None, languages: tuple[str, ...]) -> str:
    if node is None:
        return ""
    if (language := node.text()) not in languages:
        node.complain(f"The flow doesn't speak '{language}'; {did_you_mean(language, languages)}.")
    return language


def _begin(node: Node) -> dict[str, Any]:
    node.what = "`begin`"
    node.only(BEGIN)
    found: dict[str, Any] = {}
    for key in ("caller", "called"):
        if entry := node.get(key):
            found[key] = _quoted(entry)
    if entry := node.get("at"):
        found["at"] = _moment(entry)
    if entry := node.get("variables"):
        entry.mapping()
        found["variables"] = entry.plain()
    return found


def _quoted(node: Node) -> str:
    """A row of digits: YAML would make a number of it, and lose a plus and leading zeros."""
    if not isinstance(node.value, str) and type(node.value) is not int:
        node.complain(f"{node.what} is {shown(node.value)}; write it in quotes.")
    return str(node.value)


def _moment(node: Node) -> datetime:
    value = node.value
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = None
    if isinstance(value, datetime):
        moment = datetime.fromisoformat(value.isoformat())
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, 10, tzinfo=UTC)
    node.complain(f"{node.what} is no moment; write one like 2026-11-23T10:00:00+00:00.")
    return SOME_MONDAY


def _looked_up(node: Node) -> LookedUp:
    node.what = "a look-up"
    node.mapping()
    node.only(LOOKED_UP)

    def text(key: str) -> str:
        entry = node.get(key)
        return entry.text() if entry else ""

    status, slow = node.get("status"), node.get("slow")
    return LookedUp(
        place=node.place,
        method=text("method").upper(),
        path=text("path"),
        sends=entry.plain() if (entry := node.get("sends")) else None,
        status=int(status.number(100, 599)) if status else 200,
        body=entry.plain() if (entry := node.get("body")) else None,
        error=text("error"),
        slow=slow.truth() if slow else False,
    )


def _article(node: Node, language: str) -> Entry:
    node.what = "an article"
    node.mapping()
    node.only(ARTICLE)
    for key in ("id", "short"):
        if node.get(key) is None:
            node.complain(f"An article has no {key}; write `{key}:`.")

    def texts(key: str) -> tuple[str, ...]:
        entry = node.get(key)
        if entry is None:
            return ()
        return tuple(one.text() for one in (entry.entries() if isinstance(entry.value, list) else [entry]))

    questions = (*texts("question"), *texts("questions"))
    title = texts("title") or questions[:1]
    return Entry(
        article_id="".join(texts("id")),
        version=1,
        language="".join(texts("language")) or language,
        title="".join(title),
        questions=questions,
        short="".join(texts("short")),
        long="".join(texts("long")),
        tags=texts("tags"),
    )


def _turn(node: Node, languages: tuple[str, ...]) -> Turn | None:
    if isinstance(node.value, str):
        if node.value in _BARE:
            return _BARE[node.value](node.place)
        node.complain(f"A turn is never '{node.value}'; {_instead(node.value)}.")
        return None
    heads = node.names()
    if len(heads) != 1 or heads[0] not in _TURNS:
        wrong = next((head for head in heads if head not in _TURNS), "")
        if len(heads) > 1 and not wrong:
            node.complain(f"A turn has two parts, {listing(heads)}; write an entry with a dash for each.")
        else:
            what = f"'{wrong}'" if wrong else shown(node.value)
            node.complain(f"A turn is never {what}; {_instead(wrong)}.")
        return None
    entry = node.get(heads[0])
    assert entry is not None
    entry.what = f"`{heads[0]}`"
    return _TURNS[heads[0]](entry, languages)


def _instead(word: str) -> str:
    return did_you_mean(word, (*_TURNS, *_BARE))


def _robot(node: Node, languages: tuple[str, ...]) -> Turn:
    words = node.text()
    if is_expression(words):
        try:
            re.compile(words[1:-1])
        except re.error as error:
            node.complain(f"{words} is no regular expression ({error}); correct it, or write words without slashes.")
    return Robot(node.place, words)


def _caller(node: Node, languages: tuple[str, ...]) -> Turn:
    if not isinstance(node.value, CommentedMap):
        return Caller(node.place, node.text())
    node.only(SPOKEN)
    text, confidence, anger = (node.get(key) for key in SPOKEN[:3])
    if text is None:
        node.complain("`caller` says nothing; write `text:` with the words.")
    return Caller(
        node.place,
        text.text() if text else "",
        confidence.number(0, 1) if confidence else HEARD,
        anger.number(0, 1) if anger else 0.0,
        _language(node.get("language"), languages),
    )


def _keys(node: Node, languages: tuple[str, ...]) -> Turn:
    keys = _quoted(node)
    if not keys or set(keys) - set("0123456789*#"):
        node.complain(f"'{keys}' are no keys of a telephone; write 0-9, * and # in quotes.")
    return Keys(node.place, keys)


def _hands_over(node: Node, languages: tuple[str, ...]) -> Turn:
    node.mapping()
    node.only(PARTICULARS)
    return HandsOver(node.place, node.plain() if node.names() else {})


def _comes_back(node: Node, languages: tuple[str, ...]) -> Turn:
    node.mapping()
    ok, why = node.get("ok"), node.get("why")
    values = {name: entry.plain() for name, entry in node.items() if name not in ("ok", "why")} if node.names() else {}
    nested = values.pop("values", {})
    done = Done(ok.truth() if ok else True, {**values, **(nested if isinstance(nested, dict) else {})},
                why.text() if why else "")  # fmt: skip
    return ComesBack(node.place, done)


def _expect(node: Node, languages: tuple[str, ...]) -> Turn:
    node.mapping()
    node.only(EXPECTED)
    for key in ("slots", "variables"):
        if entry := node.get(key):
            entry.mapping()
    return Expect(node.place, node.plain() if node.names() else {})


_TURNS: Mapping[str, Callable[[Node, tuple[str, ...]], Turn]] = {
    "robot": _robot,
    "caller": _caller,
    "keys": _keys,
    "handover": _hands_over,
    "done": _comes_back,
    "expect": _expect,
}
_BARE: Mapping[str, Callable[[Place], Turn]] = {
    "silence": Silence,
    "noise": Noise,
    "waits": Waits,
    "found": Found,
    "hangs_up": HangsUp,
}
