"""What a conversation knows and where it stands: flows and frames, values and what the caller gave. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from asr_tts.speech_protocol import Others
from dialplans.answers import Reader
from dialplans.built_in import built_in
from dialplans.conditions import moment_of
from dialplans.flow import Flow
from dialplans.opt_out import OPT_OUT
from dialplans.place import Target
from dialplans.state import State, Taken
from dialplans.summary import summary
from dialplans.template import found_at

if TYPE_CHECKING:
    from dialplans.slots import SlotKind, Value
    from dialplans.step import Step


class Memory:
    """The state of a conversation, read and changed by names instead of by fields."""

    def __init__(self, flow: Flow, state: State, wall: datetime | None) -> None:
        self._root, self.state, self.wall = flow, state, wall

    # -- where it is -------------------------------------------------------------------------------------------

    @property
    def flow(self) -> Flow:
        """The innermost flow."""
        return self.flow_at(len(self.state.frames) - 1)

    def flow_at(self, depth: int) -> Flow:
        """Return the flow that the frame at `depth` walks through."""
        flow = self._root
        for one in self.state.frames[1 : depth + 1]:
            flow = flow.flows.get(one.flow) or self._root.flows.get(one.flow) or built_in(one.flow)
        return flow

    @property
    def step(self) -> "Step | None":
        """The step that the caller is in."""
        return self.flow.steps.get(self.state.step)

    @property
    def language(self) -> str:
        return self.state.language

    @property
    def reason(self) -> str:
        """The rule that led here, or ""."""
        return self.state.reason

    @reason.setter
    def reason(self, reason: str) -> None:
        self.state.reason = reason

    def reader(self, language: str = "", said: str = "", others: Others = ()) -> Reader:
        """Return what reads answers here and now; `others` may have been said instead of `said`."""
        commands = {name for name in ("operator", "goodbye") if self.state.aside or self.command(name)}
        if self.state.outgoing or self.command(OPT_OUT):
            commands.add(OPT_OUT)
        else_said = {said: others} if others else {}
        return Reader(self.flow, language or self.language, self.wall, self.value, frozenset(commands), else_said)

    def command(self, name: str) -> tuple[int, Target] | None:
        """Return where the innermost flow that says so leads for a command, with the depth of its frame."""
        for depth in range(len(self.state.frames) - 1, -1, -1):
            flow = self.flow_at(depth)
            target = flow.operator() if name == "operator" else flow.commands.get(name)
            if target:
                return depth, target
        return None

    # -- values ------------------------------------------------------------------------------------------------

    def value(self, path: str) -> Any:
        """Return what `path` holds, None where nothing does; the caller's words, time and language among it."""
        own = found_at(path, self.state.frame.variables)
        if own is None:
            own = self._of_calendar(path)
        return own if own is not None else found_at(path, self._built_in())

    def _of_calendar(self, path: str) -> str | None:
        """Return when a calendar opens or closes next (`office.opens`), as ISO 8601 in its own time."""
        name, _, what = path.rpartition(".")
        known = self.flow.calendars.get(name) or self._root.calendars.get(name)
        if known is None or self.wall is None or what not in ("opens", "closes"):
            return None
        moment = known.opens(self.wall) if what == "opens" else known.closes(self.wall)
        return moment.isoformat(timespec="minutes") if moment else None

    def _built_in(self) -> Mapping[str, Any]:
        state = self.state
        now = self.wall.isoformat(timespec="minutes") if self.wall else None
        return {**state.call, "language": state.language, "last": state.last, "now": now}

    def is_open(self, calendar: str, at: str = "") -> bool:
        """Tell whether a calendar of the flow is open now (where nobody says the time, it is), or when `at` is."""
        known = self.flow.calendars.get(calendar) or self._root.calendars.get(calendar)
        if not at:
            return known.is_open(self.wall) if known and self.wall else True
        moment = moment_of(self.value(at), ZoneInfo(known.timezone) if known and known.timezone else self.zone)
        return known.is_open(moment) if known and moment else False

    @property
    def zone(self) -> tzinfo:
        """Where the hotline is."""
        return (self.wall.tzinfo if self.wall else None) or UTC

    def set(self, name: str, value: Any) -> None:
        """Give a variable its value."""
        taken = self.state.frame.taken.get(name)
        if taken and taken.value != value:
            del self.state.frame.taken[name]
        self.state.frame.variables[name] = value

    def take(self, values: Mapping[str, "Value"], step: str) -> None:
        """Keep what the caller gave."""
        frame = self.state.frame
        for name, value in values.items():
            frame.variables[name] = value.value
            frame.taken.pop(name, None)
            frame.taken[name] = Taken(value.value, value.text, value.spoken, self.language, value.confidence, step)

    def forget_taken_by(self, step: str) -> None:
        """Forget what the question `step` took, so that it is asked anew."""
        frame = self.state.frame
        for name in [name for name, taken in frame.taken.items() if taken.step == step]:
            self.forget(name)

    def forget(self, slot: str) -> None:
        """Forget a value."""
        self.state.frame.taken.pop(slot, None)
        self.state.frame.variables.pop(slot, None)

    def last_taken_by(self, step: str) -> str | None:
        """Return the slot that the question `step` filled last."""
        return next((name for name, one in reversed(self.state.frame.taken.items()) if one.step == step), None)

    def correctable(self) -> dict[str, "tuple[SlotKind, Taken]"]:
        """Return the values that the caller may still correct, with their kinds, the last one given last."""
        found: dict[str, tuple[SlotKind, Taken]] = {}
        for name, taken in self.state.frame.taken.items():
            step = self.flow.steps.get(taken.step)
            kind = step.kind_of(self.flow, name) if step else None
            if kind and kind.type != "free_text":
                found[name] = (kind, taken)
        return found

    def slots(self, names: Sequence[str] = ()) -> dict[str, Any]:
        """Return the values of `names`, or of all that the caller gave in this call."""
        if names:
            return {name: self.value(name) for name in names}
        return {name: frame.variables.get(name) for frame in self.state.frames for name in frame.taken}

    def summary(self) -> str:
        """Return a few sentences for whoever takes the call."""
        said = [words for who, words in self.state.transcript if who == "caller"]
        taken = {name: one.spoken for frame in self.state.frames for name, one in frame.taken.items()}
        return summary(said, taken, self.reason, self.language)

    def question_before(self) -> tuple[int, str] | None:
        """Return the depth and name of the step that leads to the question before the open one, None at the first."""
        here = tuple(frame.step for frame in self.state.frames)
        earlier = [one for one in self.state.history if one != here and len(one) > self.state.aside]
        if not earlier:
            return None
        before = earlier[-1]
        self.state.history = tuple(earlier[:-1])
        depth = 0
        while depth < min(len(before), len(here)) - 1 and before[depth] == here[depth]:
            depth += 1
        return depth, before[depth]
