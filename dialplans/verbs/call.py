"""call: one of the company's systems is asked over HTTP."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import jsonpath
from jsonpath.exceptions import JSONPathError

from dialplans.exchange import Done, LookUp, Say
from dialplans.flow import System
from dialplans.kinds import ANYTHING, STEP, TEXTS, WORD, Languages, Named, Number, OneOf, Plain, Schema, Whole
from dialplans.nodes import Node
from dialplans.options import MAIN, option
from dialplans.place import Target, Texts
from dialplans.step import Step
from dialplans.template import plain

if TYPE_CHECKING:
    from dialplans.talk import Talk

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
NOT_FOUND = 404
SECRET = re.compile(r"(\{\{\s*env\.\w+\s*\}\})")


@dataclass(frozen=True)
class JsonPath(Plain):
    """A JSON path (RFC 9535)."""

    words: str = "a JSON path"

    def read(self, node: Node, languages: Languages) -> str:
        path = node.text()
        try:
            jsonpath.compile(path)
        except JSONPathError as error:
            why = str(error).partition("\n")[0]
            node.complain(f"{node.what} is no JSON path ({why}); write one like $.order.status.")
        return path

    def schema(self) -> Schema:
        return {"type": "string"}


@dataclass(frozen=True)
class CallStep(Step):
    """Asks a system and puts what its answer holds into variables; a failing one leads to `on_error`."""

    verbs = ("call",)

    system: str = option(WORD, "One of `systems:`, or a URL.", "", key=MAIN)
    method: str = option(OneOf(METHODS, "An HTTP method"), "The HTTP method.", "GET")
    path: str = option(WORD, "Appended to the system's URL.", "")
    query: Mapping[str, Any] = option(Named(ANYTHING), "Parameters behind the question mark.", factory=dict)
    body: Any = option(ANYTHING, "Sent as JSON.", None)
    headers: Mapping[str, str] = option(Named(WORD), "Sent besides those of the system.", factory=dict)
    timeout_s: float | None = option(Number(0.1, 60), "Seconds for each attempt; else as the system says.", None)
    retries: int | None = option(Whole(0, 5), "Further attempts after a failed one; else as the system says.", None)
    result: Mapping[str, str] = option(
        Named(JsonPath(), "VARIABLE"), "Variables that get what a JSON path finds in the answer.", factory=dict
    )
    wait: Texts = option(TEXTS, "Said when the answer takes longer than 0.7 s.", factory=dict)
    on_error: Target | None = option(
        STEP,
        "Where the caller goes when the system fails.",
        None,
        missing="doesn't say where to go when the system fails; write `on_error: STEP`",
    )
    on_empty: Target | None = option(
        STEP, "Where the caller goes when the system knows nothing (404, a path finds nothing); else as an error.", None
    )

    def sentences(self) -> Iterator[str]:
        if not self.wait:
            yield "please_wait"

    def run(self, talk: "Talk") -> None:
        system = talk.flow.systems.get(self.system) or System(url=self.system)
        query = urlencode({name: plain(talk.resolved(value)) for name, value in self.query.items()})
        # A secret stays as it is written until it is filled in by whoever sends it; a value is escaped.
        parts = SECRET.split(system.url.rstrip("/") + self.path)
        url = "".join(part if SECRET.fullmatch(part) else talk.written(part, shown=_escaped) for part in parts)
        texts = self.wait or talk.own("please_wait")
        talk.errand(
            LookUp(
                self.method,
                f"{url}{'&' if '?' in url else '?'}{query}" if query else url,
                {name: talk.written(text) for name, text in {**system.headers, **self.headers}.items()},
                talk.resolved(self.body),
                system.timeout_s if self.timeout_s is None else self.timeout_s,
                system.retries if self.retries is None else self.retries,
                wait=Say((talk.prompt(texts),), barge_in=False),
            )
        )

    def done(self, talk: "Talk", done: Done) -> None:
        if done.values.get("status") == NOT_FOUND:
            self._empty(talk, "404")
            return
        if not done.ok:
            self._failed(talk, done.why or "no answer")
            return
        try:
            found = {name: jsonpath.findall(path, _document(done)) for name, path in self.result.items()}
        except (JSONPathError, TypeError, ValueError) as error:
            self._failed(talk, f"the answer can't be searched: {type(error).__name__}")
            return
        if lacking := [self.result[name] for name, values in found.items() if not _set(values)]:
            self._empty(talk, f"nothing at {', '.join(lacking)}")
            return
        for name, values in found.items():
            talk.set(name, values[0] if len(values) == 1 else values)

    def _failed(self, talk: "Talk", why: str) -> None:
        talk.note("look_up_failed", step=self.name, system=self.system, why=why)
        talk.go(self.on_error)

    def _empty(self, talk: "Talk", why: str) -> None:
        talk.note("look_up_empty", step=self.name, system=self.system, why=why)
        talk.go(self.on_empty or self.on_error)


def _escaped(value: Any) -> str:
    return quote(plain(value), safe="")


def _document(done: Done) -> Any:
    """Return the answer's body where it is a JSON document; a text is garbage to a path."""
    body = done.values.get("body")
    if not isinstance(body, dict | list):
        raise TypeError("no JSON object or list")
    return body


def _set(values: list[Any]) -> bool:
    return any(value is not None for value in values)
