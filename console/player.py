"""The player of a call in the browser: what `player.js` shows, as plain values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments


@dataclass(frozen=True)
class Shown:
    """What it shows of a call."""

    call: Mapping[str, Any]
    turns: Sequence[Mapping[str, Any]]
    marks: Sequence[Mapping[str, Any]]
    drawn: Mapping[str, Any]
    texts: Mapping[str, Any]
    start: float
    """At which second it begins; below 0: at the first of the `words`, or at the beginning."""
    words: str


class Player(ui.element, component="player.js"):
    """Waveform, transcript and sound of one call."""

    def __init__(self, shown: Shown, on_teach: Callable[[int, str], Any] | None) -> None:
        super().__init__()
        self._props.update({field.name: getattr(shown, field.name) for field in fields(shown)})
        self._props["teaches"] = on_teach is not None
        if on_teach is not None:

            async def taught(event: GenericEventArguments) -> None:
                await on_teach(int(event.args["turn"]), str(event.args["kind"]))

            self.on("teach", taught, ["turn", "kind"])
