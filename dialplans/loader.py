"""From a YAML file to a `Flow`. Whatever is wrong is said with line, column and remedy, all of it at once."""

import hashlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from dialplans import nodes
from dialplans.complaint import Complaint, FlowRefused, did_you_mean, listing
from dialplans.exchange import KeysWanted
from dialplans.flow import (
    AskStep,
    BranchStep,
    CollectStep,
    Condition,
    ConfirmStep,
    Flow,
    GotoStep,
    HandoverStep,
    HangupStep,
    Intent,
    MenuStep,
    Option,
    PlayStep,
    SayStep,
    SetStep,
    Step,
    Target,
    Texts,
)
from dialplans.nodes import Node

LANGUAGES = ("en", "zh")
COMMANDS = ("operator", "goodbye")
DETECT = "detect"
TOP = ("flow", "languages", "language", "voices", "commands", "intents", "steps")
QUESTION = (
    "barge_in", "no_input", "no_match", "max_attempts", "otherwise", "no_input_s", "endpoint_ms", "speech", "kind",
)  # fmt: skip
HANDOVERS = ("transfer", "enqueue", "voicemail", "callback", "ticket")
VERBS: Mapping[str, tuple[str, ...]] = {
    "say": ("barge_in",),
    "play": ("barge_in",),
    "ask": (*QUESTION, "language", "intents", "digits"),
    "menu": (*QUESTION, "language", "options"),
    "collect": (*QUESTION, "slot", "digits"),
    "confirm": (*QUESTION, "yes", "no"),
    "set": (),
    "branch": (),
    **dict.fromkeys(HANDOVERS, ("reason", "unavailable")),
    "hangup": (),
    "goto": (),
}
KEY = re.compile(r"[0-9*#]")


def load(path: Path, name: str = "") -> Flow:
    """Read the flow in `path`; raise `FlowRefused` with everything that keeps it from being used.

    `name` is how complaints call the file. What a flow means (steps that lead nowhere …) is `checker.py`'s matter.
    """
    complaints: list[Complaint] = []
    document = nodes.read(path, name or str(path), complaints)
    return _flow(document, path.stem, path.read_bytes(), complaints)


def loads(text: str, name: str = "flow.yaml") -> Flow:
    """Read a flow from `text`; the same as `load` otherwise."""
    complaints: list[Complaint] = []
    return _flow(nodes.parse(text, name, complaints), name.removesuffix(".yaml"), text.encode(), complaints)


def _flow(root: Node, name: str, content: bytes, complaints: list[Complaint]) -> Flow:
    root.only(TOP)
    reader = _Reader(root)
    flow = Flow(
        name=named.text() if (named := root.get("flow")) else name,
        languages=reader.languages,
        steps=reader.steps(),
        intents=reader.intents(),
        commands=reader.commands(),
        voices={key: node.text() for key, node in voices.items()} if (voices := root.get("voices")) else {},
        version=hashlib.sha256(content).hexdigest()[:12],
        place=root.place,
    )
    if complaints:
        raise FlowRefused(complaints)
    return flow


class _Reader:
    """Reads one document; holds what every part of it needs to know: the languages."""

    def __init__(self, root: Node) -> None:
        self._root = root
        self.languages = self._languages()
        self._detects = self._detect(root)
        """Whether every `ask` and `menu` identifies the language."""

    def _languages(self) -> tuple[str, ...]:
        node = self._root.get("languages")
        if node is None:
            return ("en",)
        found = []
        for entry in node.entries():
            if (language := entry.text()) in LANGUAGES:
                found.append(language)
            else:
                entry.complain(f"Language '{language}' is not spoken here; {did_you_mean(language, LANGUAGES)}.")
        return tuple(found) or ("en",)

    def _detect(self, node: Node) -> bool:
        """Tell whether `language: detect` stands in `node`."""
        key = node.get("language")
        if key is None:
            return False
        if (word := key.text()) != DETECT:
            key.complain(
                f"`language` is never '{word}' here; write `language: {DETECT}`, or a step `set: {{language: …}}`."
            )
        elif len(self.languages) < 2:
            key.complain("There is only one language to detect; name several in `languages:`, or delete this line.")
        return True

    # -- texts -------------------------------------------------------------------------------------------------

    def texts(self, node: Node | None) -> Texts:
        """Return a text by language: `{en: …, zh: …}`, or a plain one for a flow of one language."""
        if node is None:
            return {}
        if not node.names():
            text = node.text()
            if text and len(self.languages) > 1:
                example = ", ".join(f"{language}: …" for language in self.languages)
                node.complain(f"{node.what} is said in one language only; write {{{example}}} instead.")
            return dict.fromkeys(self.languages, text)
        node.only(self.languages)
        self._every_language(node)
        return {language: entry.text() for language, entry in node.items() if language in self.languages}

    def text_lists(self, node: Node | None, complete: bool = True) -> dict[str, tuple[str, ...]]:
        """Return lists of texts by language: each one text or a list of them."""
        if node is None:
            return {}
        if not node.names():
            return dict.fromkeys(self.languages, self._texts_in(node))
        node.only(self.languages)
        if complete:
            self._every_language(node)
        return {language: self._texts_in(entry) for language, entry in node.items()}

    def _texts_in(self, node: Node) -> tuple[str, ...]:
        if isinstance(node.value, list):
            return tuple(entry.text() for entry in node.entries())
        return (node.text(),)

    def _every_language(self, node: Node) -> None:
        if missing := [language for language in self.languages if language not in node.names()]:
            node.complain(f"{node.what} lacks {listing(missing)}; write it in every language of the flow.")

    # -- the parts -----------------------------------------------------------------------------------------

    def commands(self) -> dict[str, Target]:
        node = self._root.get("commands")
        if node is None:
            return {}
        node.only(COMMANDS)
        return {name: target(entry) for name, entry in node.items() if name in COMMANDS}

    def intents(self) -> dict[str, Intent]:
        node = self._root.get("intents")
        found = {}
        for name, entry in node.items() if node else ():
            entry.only(("examples", "keywords"))
            if entry.get("examples") is None:
                entry.complain(f"Intent '{name}' has no examples; write `examples:` with a few sentences.")
            found[name] = Intent(
                name,
                self.text_lists(entry.get("examples")),
                self.text_lists(entry.get("keywords"), complete=False),
                node.place_of(name) if node else entry.place,
            )
        return found

    def steps(self) -> dict[str, Step]:
        node = self._root.get("steps")
        if node is None:
            self._root.complain("The flow has no steps; write `steps:` with a list of them.")
            return {}
        found: dict[str, Step] = {}
        for entry in node.entries():
            step = self._step(entry)
            if step is None:
                continue
            if step.name in found:
                entry.complain(f"There are two steps '{step.name}'; give one of them another name.")
            found[step.name] = step
        if not found and not node.value:
            node.complain("The flow has no steps; write at least one.")
        return found

    def _step(self, node: Node) -> Step | None:
        named = node.get("step")
        if named is None:
            node.complain("A step has no name; write `step: NAME` first.")
            return None
        name = named.text()
        verbs = [key for key in node.names() if key in VERBS]
        doing = [verb for verb in verbs if verb != "goto"] or verbs
        unknown = [key for key in node.names() if key not in ("step", *VERBS, *sum(VERBS.values(), ()))]
        if not doing or (doing == ["goto"] and unknown):
            instead = did_you_mean(unknown[0], VERBS) if unknown else f"write {listing(VERBS)}"
            what = f"verb '{unknown[0]}' is unknown" if unknown else "it has no verb"
            node.complain(f"Step '{name}': {what}; {instead}.", node.place_of(unknown[0]) if unknown else None)
            return None
        if len(doing) > 1:
            node.complain(
                f"Step '{name}' has two verbs, {' and '.join(doing)}; write a step for each.", node.place_of(doing[1])
            )
            return None
        verb = doing[0]
        node.what = f"step '{name}' ({verb})"
        node.only(("step", verb, "goto", *VERBS[verb]))
        return self._of_verb(name, verb, node)

    def _of_verb(self, name: str, verb: str, node: Node) -> Step:
        value = node.get(verb)
        assert value is not None
        value.what = f"'{verb}' of step '{name}'"
        goto = target(leads) if (leads := node.get("goto")) else None
        makers: dict[str, Callable[..., Step]] = {
            "say": self._say, "play": self._play, "ask": self._ask, "menu": self._menu, "collect": self._collect,
            "confirm": self._confirm, "set": self._set, "branch": self._branch, "hangup": self._hangup,
            "goto": self._goto,
        }  # fmt: skip
        return makers.get(verb, self._handover)(node, value, name=name, place=node.place, goto=goto)

    def _goto(self, node: Node, value: Node, **common: object) -> GotoStep:
        return GotoStep(**common)  # type: ignore[arg-type]

    def _say(self, node: Node, value: Node, name: str, **common: object) -> SayStep:
        return SayStep(name, texts=self.texts(value), barge_in=truth(node, "barge_in"), **common)  # type: ignore[arg-type]

    def _play(self, node: Node, value: Node, name: str, **common: object) -> PlayStep:
        return PlayStep(name, files=self.texts(value), barge_in=truth(node, "barge_in"), **common)  # type: ignore[arg-type]

    def _question(self, node: Node, value: Node) -> dict[str, object]:
        kinds = ("open", "yes_no", "digits", "list", "dictation")
        found: dict[str, object] = {
            "texts": self.texts(value),
            "barge_in": truth(node, "barge_in"),
            "speech": truth(node, "speech"),
            "no_input": self._prompts(node.get("no_input")),
            "no_match": self._prompts(node.get("no_match")),
        }
        if kind := node.get("kind"):
            if (word := kind.text()) not in kinds:
                kind.complain(f"A question is never '{word}'; {did_you_mean(word, kinds)}.")
            found["kind"] = word
        if otherwise := node.get("otherwise"):
            found["otherwise"] = target(otherwise)
        if attempts := node.get("max_attempts"):
            found["max_attempts"] = int(attempts.number(1, 10))
        if patience := node.get("no_input_s"):
            found["no_input_s"] = patience.number(1, 60)
        if endpoint := node.get("endpoint_ms"):
            found["endpoint_ms"] = int(endpoint.number(150, 2000))
        return found

    def _identified(self, node: Node) -> dict[str, bool]:
        detect = self._detect(node)
        if detect and not truth(node, "speech"):
            node.complain(
                f"{node.what} hears no words, so it can't detect a language; delete `language:` or `speech:`."
            )
        return {"detect": detect or self._detects}

    def _prompts(self, node: Node | None) -> tuple[Texts, ...]:
        if node is None:
            return ()
        if isinstance(node.value, list):
            return tuple(self.texts(entry) for entry in node.entries())
        return (self.texts(node),)

    def _ask(self, node: Node, value: Node, **common: object) -> AskStep:
        intents, digits = node.get("intents"), node.get("digits")
        leads = {key: target(entry) for key, entry in intents.items()} if intents else {}
        keys = {}
        for key, entry in digits.items() if digits else ():
            if not KEY.fullmatch(key):
                entry.complain(f"'{key}' is no key of a telephone; write 0-9, * or # (in quotes) instead.")
            keys[key] = target(entry)
        asked = {**self._question(node, value), **self._identified(node)}
        return AskStep(**{**asked, **common}, intents=leads, keys=keys)  # type: ignore[arg-type]

    def _menu(self, node: Node, value: Node, **common: object) -> MenuStep:
        options = node.get("options")
        if options is None:
            node.complain(f"{node.what} has no options; write `options:` with a key for each.")
        found = [self._option(key, entry) for key, entry in options.items()] if options else []
        asked = {"kind": "list", **self._question(node, value), **self._identified(node)}
        return MenuStep(**{**asked, **common}, options=tuple(found))  # type: ignore[arg-type]

    def _option(self, key: str, node: Node) -> Option:
        if not KEY.fullmatch(key):
            node.complain(f"'{key}' is no key of a telephone; write 0-9, * or # (in quotes) instead.")
        node.what = f"option {key}"
        node.only(("name", "say", "goto"))
        leads = node.get("goto")
        if leads is None:
            node.complain(f"{node.what} leads nowhere; write `goto: STEP`.")
        to = target(leads) if leads else Target("", node.place)
        name = named.text() if (named := node.get("name")) else to.step
        return Option(name, key, self.text_lists(node.get("say")), to, node.place)

    def _collect(self, node: Node, value: Node, **common: object) -> CollectStep:
        slot, digits = node.get("slot"), node.get("digits")
        if slot is None:
            node.complain(f"{node.what} doesn't say where the digits go; write `slot: NAME`.")
        asked = {"kind": "digits", **self._question(node, value)}
        keys = self._keys(digits) if digits else KeysWanted(most=20)
        return CollectStep(**{**asked, **common}, slot=slot.text() if slot else "", keys=keys)  # type: ignore[arg-type]

    def _keys(self, node: Node) -> KeysWanted:
        if not node.names():
            count = int(node.number(1, 32))
            return KeysWanted(least=count, most=count)
        node.only(("least", "most", "terminator", "between_s"))
        least = int(entry.number(1, 32)) if (entry := node.get("least")) else 1
        most = int(entry.number(least, 32)) if (entry := node.get("most")) else max(least, 20)
        between = entry.number(0.5, 15) if (entry := node.get("between_s")) else 3.0
        terminator = entry.text() if (entry := node.get("terminator")) else "#"
        return KeysWanted(least, most, terminator, between)

    def _confirm(self, node: Node, value: Node, **common: object) -> ConfirmStep:
        yes = target(entry) if (entry := node.get("yes")) else None
        no = target(entry) if (entry := node.get("no")) else None
        asked = {"kind": "yes_no", **self._question(node, value)}
        return ConfirmStep(**{**asked, **common}, yes=yes, no=no)  # type: ignore[arg-type]

    def _set(self, node: Node, value: Node, name: str, **common: object) -> SetStep:
        values: dict[str, object] = {key: entry.text() for key, entry in value.items()}
        if (language := values.get("language")) and language not in self.languages:
            value.complain(
                f"'{language}' is no language of the flow; {did_you_mean(str(language), self.languages)}.",
                value.place_of("language"),
            )
        return SetStep(name, values=values, **common)  # type: ignore[arg-type]

    def _branch(self, node: Node, value: Node, name: str, **common: object) -> BranchStep:
        conditions = []
        for entry in value.entries():
            entry.what = f"a condition of step '{name}'"
            entry.only(("when", "equals", "starts", "goto"))
            when, leads = entry.get("when"), entry.get("goto")
            if when is None or leads is None:
                entry.complain(f"{entry.what} is not whole; write `when: VARIABLE` and `goto: STEP`.")
                continue
            equals = found.text() if (found := entry.get("equals")) else None
            starts = found.text() if (found := entry.get("starts")) else None
            conditions.append(Condition(when.text(), equals, starts, target(leads)))
        return BranchStep(name, conditions=tuple(conditions), **common)  # type: ignore[arg-type]

    def _handover(self, node: Node, value: Node, name: str, **common: object) -> HandoverStep:
        verb = next(key for key in node.names() if key in HANDOVERS)
        reason = entry.text() if (entry := node.get("reason")) else "asked"
        unavailable = self.texts(node.get("unavailable"))
        if not unavailable:
            node.complain(f"{node.what} doesn't say what the caller hears when nobody is there; write `unavailable:`.")
        return HandoverStep(name, verb=verb, target=value.text(), reason=reason, unavailable=unavailable, **common)  # type: ignore[arg-type]

    def _hangup(self, node: Node, value: Node, name: str, **common: object) -> HangupStep:
        texts = self.texts(value) if value.value is not None else {}
        return HangupStep(name, texts=texts, **common)  # type: ignore[arg-type]


def target(node: Node) -> Target:
    """Return the step that `node` names."""
    return Target(node.text(), node.place)


def truth(node: Node, key: str) -> bool:
    """Return the true-or-false under `key`, true where it isn't written."""
    return entry.truth() if (entry := node.get(key)) else True
