"""From a YAML file to a `Scorecard`. Whatever is wrong is said with line, column and remedy, all of it at once."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, get_args

from dialplans import nodes
from dialplans.complaint import Complaint, FlowRefused, did_you_mean
from dialplans.nodes import Node
from dialplans.place import Place, Texts
from quality import conditions as are
from quality import right_answers
from quality.conditions import Condition, Measure
from quality.conversation import Who
from quality.moods import Mood
from quality.scorecard import Applies, Rule, Scorecard, version_of

LANGUAGES = ("en", "zh")
SIDES = ("caller", "ours")
LONGEST = 86_400.0
"""Seconds: more than any call has."""
TOP = ("scorecard", "languages", "applies", "good_from", "sections", "rules")
RULE = ("rule", "called", "must", "must_not", "when", "section", "weight", "fatal", "live", "tell")
APPLIES = ("queues", "flows", "teams", "agents", "campaigns", "directions", "talks", "since", "until")
TOLD = ("board", "agent")
CLOSED = {"directions": ("inbound", "outbound"), "talks": ("agent", "robot")}


class ScorecardRefused(FlowRefused):
    """A scorecard that can't be used; `complaints` in the order of the file."""


def load(path: Path, name: str = "") -> Scorecard:
    """Return the scorecard in `path`; raise `ScorecardRefused` with all that is wrong in it."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        text = ""
    except OSError as error:
        why = f"Scorecard can't be read ({error.strerror or error}); check its path."
        raise ScorecardRefused([Complaint(Place(name or str(path)), why)]) from None
    if not text:
        nodes.read(path, name or str(path), [])
    return loads(text, name or str(path))


def loads(text: str, name: str = "scorecard.yaml") -> Scorecard:
    """Return the scorecard written in `text`."""
    complaints: list[Complaint] = []
    try:
        root = nodes.parse(text, name, complaints)
    except FlowRefused as refused:
        raise ScorecardRefused(refused.complaints) from None
    root.what = "the scorecard"
    found = _Reader(complaints).scorecard(root, text)
    if complaints:
        raise ScorecardRefused(complaints)
    return found


class _Reader:
    def __init__(self, complaints: list[Complaint]) -> None:
        self._complaints = complaints
        self._languages: tuple[str, ...] = LANGUAGES
        self._kinds: Mapping[str, Callable[[Node], Condition]] = {
            "says": self._says, "silence": self._silence,
            "interrupts": self._interrupts, "speed": self._speed, "anger": self._anger, "mood": self._mood,
            "measure": self._measure,
            "happens": self._happens, "all": self._every, "any": self._either, "not": self._not, "near": self._near,
            "in_order": self._in_order, "within": self._within, "after": self._after,
            "asks": self._asks, "answers_right": self._answers_right,
        }  # fmt: skip

    # -- the file ----------------------------------------------------------------------------------------------

    def scorecard(self, root: Node, text: str) -> Scorecard:
        if not root.mapping():
            return Scorecard("", ())
        root.only(TOP)
        name = self._text(root, "scorecard", "has no name; write `scorecard: NAME`")
        if languages := root.get("languages"):
            self._languages = tuple(self._one_of(entry, LANGUAGES, "A language") for entry in languages.entries())
        sections = {key: self._called(node) for key, node in self._items(root, "sections")}
        rules = self._rules(root, sections)
        good = root.get("good_from")
        applies = root.get("applies")
        return Scorecard(
            name, rules, self._languages, self._applies(applies) if applies else Applies(),
            good.number(0, 100) if good else 80.0, sections, version_of(text), root.place,
        )  # fmt: skip

    def _rules(self, root: Node, sections: Mapping[str, Texts]) -> tuple[Rule, ...]:
        entries = root.get("rules")
        if entries is None:
            root.complain("The scorecard has no rules; write `rules:` with a list of them.")
            return ()
        rules: list[Rule] = []
        for node in entries.entries():
            rule = self._rule(node, sections)
            if rule.name in {other.name for other in rules}:
                node.complain(f"There are two rules '{rule.name}'; give one another name.", node.place_of("rule"))
            rules.append(rule)
        return tuple(rules)

    def _rule(self, node: Node, sections: Mapping[str, Texts]) -> Rule:
        node.what = "a rule"
        if not node.mapping():
            return Rule("", {})
        name = self._text(node, "rule", "has no name; write `rule: NAME`")
        node.what = f"rule '{name}'"
        node.only(RULE)
        must, must_not = (self._sub(node, key) for key in ("must", "must_not"))
        if (must is None) == (must_not is None):
            node.complain(f"Rule '{name}' needs `must` or `must_not`, one of the two.")
        section = self._optional(node, "section")
        if section and sections and section not in sections:
            node.complain(f"There is no section '{section}'; {did_you_mean(section, sections)}.", node.place)
        weight, called, tell = node.get("weight"), node.get("called"), node.get("tell")
        told = self._one_of(tell, TOLD, "Who is told") if tell else "board"
        return Rule(
            name, self._called(called) if called else dict.fromkeys(self._languages, name), must, must_not,
            self._sub(node, "when"), section, weight.number(0, 1000) if weight else 1.0,
            self._truth(node, "fatal", False), self._truth(node, "live", True), told == "agent",
            node.place,
        )  # fmt: skip

    def _applies(self, node: Node) -> Applies:
        node.what = "'applies'"
        if not node.mapping():
            return Applies()
        node.only(APPLIES)
        given: dict[str, Any] = {}
        for key, entry in node.items():
            if key in ("since", "until"):
                given[key] = self._day(entry)
            elif key in CLOSED:
                given[key] = tuple(self._one_of(one, CLOSED[key], f"An entry of '{key}'") for one in self._list(entry))
            elif key in APPLIES:
                given[key] = tuple(one.text() for one in self._list(entry))
        return Applies(**given)

    # -- conditions ----------------------------------------------------------------------------------------------

    def condition(self, node: Node) -> Condition:
        """Read one condition: a mapping with the kind as its only key."""
        names = node.names()
        if len(names) != 1:
            known = ", ".join(self._kinds)
            node.complain(f"{node.what} is {nodes.shown(node.value)}; write a mapping with one of: {known}.")
            return are.Not(are.Every(()))
        kind = names[0]
        entry = node.get(kind)
        assert entry is not None
        if kind not in self._kinds:
            sentence = f"There is no condition '{kind}'; {did_you_mean(kind, self._kinds)}."
            node.complain(sentence, node.place_of(kind))
            return are.Not(are.Every(()))
        return self._kinds[kind](entry)

    def _sub(self, node: Node, key: str) -> Condition | None:
        entry = node.get(key)
        return self.condition(entry) if entry is not None else None

    def _says(self, node: Node) -> Condition:
        if not self._has(node, ("who", "phrases", "meaning", "unlike", "likeness", "first_s", "last_s")):
            return are.Says()
        phrases, meaning = self._phrases(node, "phrases"), self._phrases(node, "meaning")
        if not phrases and not meaning:
            node.complain("'says' has neither `phrases` nor `meaning`; write what is to be said, by language.")
        likeness = self._number(node, "likeness", 0.3, 1.0)
        said = are.Says(self._who(node), phrases, meaning, self._phrases(node, "unlike"), likeness)
        first, last = (self._number(node, key, 0.1, LONGEST) for key in ("first_s", "last_s"))
        return are.Within(said, first, last) if first or last else said

    def _silence(self, node: Node) -> Condition:
        if not self._has(node, ("over_s", "whose")):
            return are.Silent(0.0)
        whose = node.get("whose")
        side = self._one_of(whose, (*SIDES, "anyone"), "Whose silence") if whose else "anyone"
        return are.Silent(self._needed(node, "over_s", 0.5, LONGEST), side)  # type: ignore[arg-type]

    def _interrupts(self, node: Node) -> Condition:
        if not self._has(node, ("by", "more_than")):
            return are.Interrupts("ours")
        by = node.get("by")
        side = self._one_of(by, SIDES, "Who interrupts") if by else "ours"
        return are.Interrupts(side, int(self._number(node, "more_than", 0, 1000)))  # type: ignore[arg-type]

    def _speed(self, node: Node) -> Condition:
        if not self._has(node, ("who", "over", "under")):
            return are.Speed("anyone")
        limits = [self._by_language(node, key) for key in ("over", "under")]
        if not any(limits):
            node.complain("'speed' has neither `over` nor `under`; write words a minute by language: over: {en: 220}.")
        return are.Speed(self._who(node), *limits)

    def _anger(self, node: Node) -> Condition:
        if not self._has(node, ("who", "over")):
            return are.Angry("anyone", 1.0)
        return are.Angry(self._who(node), self._needed(node, "over", 0.0, 1.0))

    def _mood(self, node: Node) -> Condition:
        if not self._has(node, ("who", "is")):
            return are.Feels("anyone", ())
        moods = node.get("is")
        if moods is None:
            node.complain(f"'mood' has no `is`; write {', '.join(get_args(Mood))}.")
        found = tuple(self._one_of(one, get_args(Mood), "A mood") for one in self._list(moods)) if moods else ()
        return are.Feels(self._who(node), found)  # type: ignore[arg-type]

    def _measure(self, node: Node) -> Condition:
        if not self._has(node, ("what", "over", "under")):
            return are.Measured("length")
        what = node.get("what")
        name = self._one_of(what, get_args(Measure), "What is measured") if what else "length"
        if what is None:
            node.complain(f"'measure' has no `what`; write {', '.join(get_args(Measure))}.")
        limits = [entry.number(0, LONGEST) if (entry := node.get(key)) else None for key in ("over", "under")]
        if limits == [None, None]:
            node.complain("'measure' has neither `over` nor `under`; write a limit.")
        return are.Measured(name, *limits)  # type: ignore[arg-type]

    def _happens(self, node: Node) -> Condition:
        return are.Happens(tuple(one.text() for one in self._list(node)))

    def _every(self, node: Node) -> Condition:
        return are.Every(self._parts(node))

    def _either(self, node: Node) -> Condition:
        return are.Either(self._parts(node))

    def _not(self, node: Node) -> Condition:
        return are.Not(self.condition(node))

    def _near(self, node: Node) -> Condition:
        if not self._has(node, ("seconds", "all")):
            return are.Near((), 0.0)
        return are.Near(self._parts_in(node, "all"), self._needed(node, "seconds", 0.0, LONGEST))

    def _in_order(self, node: Node) -> Condition:
        return are.InOrder(self._parts(node))

    def _within(self, node: Node) -> Condition:
        if not self._has(node, ("first_s", "last_s", "this")):
            return are.Every(())
        first, last = (self._number(node, key, 0.1, LONGEST) for key in ("first_s", "last_s"))
        if not first and not last:
            node.complain("'within' has neither `first_s` nor `last_s`; write seconds.")
        return are.Within(self._this(node), first, last)

    def _after(self, node: Node) -> Condition:
        if not self._has(node, ("seconds", "this", "each")):
            return are.Every(())
        trigger = self._sub(node, "each")
        if trigger is None:
            node.complain("'after' has no `each`; write the condition after which `this` must come.")
        return are.After(self._this(node), trigger or are.Every(()), self._needed(node, "seconds", 0.1, LONGEST))

    def _asks(self, node: Node) -> Condition:
        return self._asked(node) if self._has(node, ("tags", "articles")) else right_answers.Asks()

    def _answers_right(self, node: Node) -> Condition:
        if not self._has(node, ("who", "within_s", "accept", "tags", "articles")):
            return right_answers.AnswersRight()
        accept, within = node.get("accept"), self._number(node, "within_s", 1.0, LONGEST)
        known = get_args(right_answers.Judgement)
        accepted = tuple(self._one_of(one, known, "What is accepted") for one in self._list(accept)) if accept else ()
        return right_answers.AnswersRight(
            self._asked(node), self._who(node) if node.get("who") else "ours", within or right_answers.WITHIN_S,
            accepted or right_answers.ACCEPTED,  # type: ignore[arg-type]
        )  # fmt: skip

    def _asked(self, node: Node) -> right_answers.Asks:
        tags = node.get("tags")
        articles = {intent: one.text() for intent, one in self._items(node, "articles")}
        return right_answers.Asks(tuple(one.text() for one in self._list(tags)) if tags else (), articles)

    def _this(self, node: Node) -> Condition:
        found = self._sub(node, "this")
        if found is None:
            node.complain(f"{node.what} has no `this`; write the condition that is to hold.")
        return found or are.Every(())

    def _parts_in(self, node: Node, key: str) -> tuple[Condition, ...]:
        entry = node.get(key)
        if entry is None:
            node.complain(f"{node.what} has no `{key}`; write a list of conditions.")
            return ()
        return self._parts(entry)

    def _parts(self, node: Node) -> tuple[Condition, ...]:
        parts = tuple(self.condition(entry) for entry in node.entries())
        if not parts:
            node.complain(f"{node.what} is empty; write a list of conditions.")
        return parts

    # -- their values --------------------------------------------------------------------------------------------

    def _phrases(self, node: Node, key: str) -> Mapping[str, tuple[str, ...]]:
        entry = node.get(key)
        if entry is None or not entry.mapping():
            return {}
        found = {}
        for language, phrases in entry.items():
            if language not in LANGUAGES:
                entry.complain(f"'{language}' is no language; {did_you_mean(language, LANGUAGES)}.", phrases.place)
            found[language] = tuple(one.text() for one in self._list(phrases))
        for language in self._languages:
            if language not in found:
                entry.complain(f"'{key}' has nothing in '{language}'; write it, or leave it out of `languages`.")
        return found

    def _called(self, node: Node) -> Texts:
        if isinstance(node.value, str):
            return dict.fromkeys(self._languages, node.text())
        return {language: entry.text() for language, entry in node.items()}

    def _by_language(self, node: Node, key: str) -> Mapping[str, float]:
        entry = node.get(key)
        if entry is None:
            return {}
        if isinstance(entry.value, int | float):
            return dict.fromkeys(self._languages, entry.number(1, 2000))
        return {language: value.number(1, 2000) for language, value in entry.items()}

    def _who(self, node: Node) -> Who:
        entry = node.get("who")
        return self._one_of(entry, get_args(Who), "Who speaks") if entry else "anyone"  # type: ignore[return-value]

    def _number(self, node: Node, key: str, least: float, most: float) -> float:
        entry = node.get(key)
        return entry.number(least, most) if entry else 0.0

    def _needed(self, node: Node, key: str, least: float, most: float) -> float:
        if node.get(key) is None:
            node.complain(f"{node.what} has no `{key}`; write a number from {least:g} to {most:g}.")
        return self._number(node, key, least, most)

    def _has(self, node: Node, keys: tuple[str, ...]) -> bool:
        good = node.mapping()
        node.only(keys)
        return good

    def _text(self, node: Node, key: str, missing: str) -> str:
        entry = node.get(key)
        if entry is None:
            node.complain(f"{node.what.capitalize()} {missing}.")
            return ""
        return entry.text()

    def _optional(self, node: Node, key: str) -> str:
        entry = node.get(key)
        return entry.text() if entry else ""

    def _truth(self, node: Node, key: str, default: bool) -> bool:
        entry = node.get(key)
        return entry.truth() if entry else default

    def _day(self, node: Node) -> date | None:
        if isinstance(node.value, date):
            return node.value
        node.complain(f"{node.what} is {nodes.shown(node.value)}; write a day such as 2026-11-21.")
        return None

    def _one_of(self, node: Node, names: tuple[str, ...], thing: str) -> str:
        if (word := node.text()) not in names:
            node.complain(f"{thing} is never '{word}'; {did_you_mean(word, names)}.")
            return names[0]
        return word

    def _list(self, node: Node) -> list[Node]:
        return list(node.entries()) if not isinstance(node.value, str) else [node]

    def _items(self, node: Node, key: str) -> list[tuple[str, Node]]:
        entry = node.get(key)
        return list(entry.items()) if entry else []
