"""What is said in a conversation: texts with their values, as prompts; and what is noted of it. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from asr_tts.marks import unmarked
from dialplans.exchange import Action, Note, Prompt, Say
from dialplans.flow import Flow
from dialplans.memory import Memory
from dialplans.place import Texts
from dialplans.sentences import SENTENCES
from dialplans.state import State
from dialplans.template import filled, has_words, plain, speaker


class Speech(Memory):
    """Gathers what is to be said and done."""

    def __init__(self, flow: Flow, state: State, wall: datetime | None) -> None:
        super().__init__(flow, state, wall)
        self.actions: list[Action] = []

    # -- words -------------------------------------------------------------------------------------------------

    def written(self, text: str, shown: Callable[[Any], str] = plain) -> str:
        """Return `text` with its templates filled with bare values, each as `shown`."""
        return filled(
            text, self._noted, lambda path, value: shown(self._worded(path, value)), speaker(self.language, self.wall)
        )

    def resolved(self, value: Any) -> Any:
        """Return `value` with the templates of its texts filled; a text that is one bare template keeps the type."""
        match value:
            case str():
                return self._resolved(value)
            case Mapping():
                return {name: self.resolved(one) for name, one in value.items()}
            case list() | tuple():
                return [self.resolved(one) for one in value]
            case _:
                return value

    def _resolved(self, text: str) -> Any:
        inside = text.strip()
        if inside.startswith("{{") and inside.endswith("}}") and inside.count("{{") == 1 and "|" not in inside:
            value = self._noted(inside[2:-2].strip())
            return "" if value is None else value
        return self.written(text)

    def _noted(self, path: str) -> Any:
        if path.startswith("env."):
            # Secrets are filled in by whoever sends them (`look_ups.py`): they are in no state and no record.
            return f"{{{{ {path} }}}}"
        value = self.value(path)
        if value is None:
            self.note("unset_value", step=self.state.step, value=path)
        return value

    def _spoken(self, text: str, more: Mapping[str, str]) -> str:
        def value(path: str) -> Any:
            if path.startswith("env."):
                return None
            return more[path] if path in more else self._noted(path)

        return filled(text, value, self._shown, speaker(self.language, self.wall))

    def _shown(self, path: str, value: Any) -> str:
        taken = self.state.frame.taken.get(path)
        if taken and taken.value == value and taken.language == self.language and taken.spoken:
            return taken.spoken
        kind = self.flow.slots.get(path)
        entry = next((one for one in kind.entries if one.value == value), None) if kind else None
        return entry.said(self.language)[0] if entry else plain(self._worded(path, value))

    def _worded(self, path: str, value: Any) -> Any:
        """Return `value`, and note it where it has parts that nobody can read out."""
        if not has_words(value):
            self.note("value_without_words", step=self.state.step, value=path)
        return value

    def prompt(self, texts: Texts, **more: str) -> Prompt:
        """Return `texts` as it is said now; `more` are values for its templates besides the variables."""
        language = self.language if self.language in texts else next(iter(texts), self.language)
        text = self._spoken(texts.get(language, ""), more)
        return Prompt(text=text, language=language, voice=self._voice(language))

    def _voice(self, language: str) -> str:
        return self.flow.voices.get(language) or self._root.voices.get(language, "")

    def own(self, name: str) -> Texts:
        """Return a sentence of the interpreter, in the author's words where there are some."""
        return self.flow.prompts.get(name) or self._root.prompts.get(name) or SENTENCES[name]

    # -- doing ---------------------------------------------------------------------------------------------------

    def do(self, action: Action) -> None:
        self.actions.append(action)

    def note(self, name: str, **data: object) -> None:
        self.do(Note(name, data))

    def say(self, texts: Texts, barge_in: bool = True, **more: str) -> None:
        """Say `texts`; nothing where they are empty."""
        prompt = self.prompt(texts, **more)
        if prompt.text:
            self.do(Say((prompt,), barge_in))

    def sentence(self, name: str, barge_in: bool = True, **more: str) -> None:
        """Say a sentence of the interpreter."""
        self.say(self.own(name), barge_in, **more)

    def say_as_it_is(self, text: str) -> None:
        """Say what isn't the author's: no templates, no other language."""
        if text:
            self.do(Say((Prompt(text=text, language=self.language, voice=self._voice(self.language)),), True))

    def play(self, files: Texts, barge_in: bool, folder: str) -> None:
        """Play a sound file in `folder`; nothing where a template leaves its name empty."""
        file = self.written(files.get(self.language) or next(iter(files.values()), ""))
        if not file:
            return
        self.do(Say((Prompt(file=file, folder=folder, language=self.language),), barge_in))

    def heard(self, text: str) -> None:
        """Note what the robot said without a `Say`."""
        self.state.transcript = (*self.state.transcript, ("robot", text))

    def transcript(self) -> tuple[tuple[str, str], ...]:
        """Return what was said so far, with what is being said now."""
        return (*self.state.transcript, *self._now_said())

    def _now_said(self) -> list[tuple[str, str]]:
        says = [action for action in self.actions if isinstance(action, Say)]
        words = [unmarked(prompt.text) or prompt.file for say in says for prompt in say.prompts]
        return [("robot", " ".join(words))] if words else []
