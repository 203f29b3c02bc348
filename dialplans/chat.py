"""A conversation by text: what a caller would hear, without a telephone."""

from collections.abc import Iterator
from dataclasses import asdict

from dialplans.dialogue import Dialogue
from dialplans.exchange import (
    Action,
    Begin,
    Finished,
    Handover,
    HangUp,
    Keyed,
    NoInput,
    Note,
    Said,
    Say,
    Understood,
)
from dialplans.flow import Flow


class Chat:
    """One caller at a keyboard. Every line that is to be shown is yielded."""

    def __init__(self, flow: Flow, language: str = "") -> None:
        self._dialogue = Dialogue(flow, language)

    @property
    def over(self) -> bool:
        """Whether the robot hung up."""
        return self._dialogue.over

    def begin(self) -> Iterator[str]:
        """The robot picks up."""
        begin = Begin("chat", self._dialogue.flow.name, self._dialogue.language)
        return self._shown(self._dialogue.receive(begin))

    def hear(self, line: str) -> Iterator[str]:
        """Take what the caller typed: words, keys (digits, * and # alone), or nothing for silence."""
        line = line.strip()
        if not line:
            return self._shown(self._dialogue.receive(NoInput()))
        if set(line) <= set("0123456789*#"):
            return self._shown(self._dialogue.receive(Keyed(line.rstrip("#") or line)))
        return self._shown(self._dialogue.receive(Said(line, 1.0, "")))

    def known(self) -> dict[str, object]:
        """Return all that the flow knows now."""
        return asdict(self._dialogue.state())

    def _shown(self, actions: list[Action]) -> Iterator[str]:
        for action in actions:
            match action:
                case Say():
                    yield from (f"robot: {prompt.text or prompt.file}" for prompt in action.prompts)
                case Understood():
                    values = "".join(f", {name} = {value}" for name, value in action.slots.items())
                    yield f"       [{action.intent} {action.confidence:.2f}{values}]"
                case Note() if action.name in ("no_match", "no_input", "gave_up", "language"):
                    yield f"       [{action.name.replace('_', ' ')}]"
                case Handover():
                    yield f"       [{action.verb} to {action.target}: {action.reason}]"
                    yield from self._shown(self._dialogue.receive(Finished()))
                case HangUp():
                    yield "       [hangs up]"
                case _:
                    pass
