"""Takes up published flows while calls are running: new calls get the new version, running ones keep theirs."""

import asyncio
from pathlib import Path

from dialplans.flow import Flow
from dialplans.prompts import prompts
from dialplans.publishing import Publications
from dialplans.routing import Routing, find, read_checked, warm
from models.call_note import CallBegan, CallEnded, CallNote, CallSettled
from models.control_desk import Tell
from models.control_protocol import Done, News, TakeUpFlow
from models.errors import CannotDo
from models.event import Events
from voice.prompt_shelf import PromptShelf


class TakingUp:
    """Carries out the order `TakeUpFlow`."""

    def __init__(
        self, published: Publications, directory: Path | None, routing: Routing, shelf: PromptShelf, events: Events
    ) -> None:
        """`directory` is that of the flows that aren't published; `events` tell which calls run."""
        self._published, self._directory, self._routing, self._shelf = published, directory, routing, shelf
        self._running: dict[str, tuple[str, str]] = {}
        """Name and version of the flow of each running call."""
        self._one_at_a_time = asyncio.Lock()
        events.subscribe(self._note)

    async def take_up(self, order: TakeUpFlow, tell: Tell) -> Done:
        """Load, understand and speak what is published, then give it to new calls; raise `CannotDo` for no route."""
        name = order.name
        if not self._routing.leads_to(name):
            raise CannotDo(
                f"The running Hotline has no route to '{name}', so no call gets it; add one to [[dialplan.routes]] and "
                "restart it."
            )
        async with self._one_at_a_time:
            flow, trial, share = await asyncio.to_thread(self._read, name)
            wanted = [prompt for one in (flow, trial) if one for prompt in prompts(one)]
            if problems := await self._shelf.prepare(wanted):
                await tell(News("prompts", f"A prompt can't be spoken: {problems[0]}"))
            self._routing.replace(name, flow)
            if trial:
                self._routing.try_out(name, trial, share)
        versions = {one.version for one in (flow, trial) if one}
        older = sum(its == flow.name and version not in versions for its, version in self._running.values())
        go_on = f"{older} call{'s go' if older != 1 else ' goes'} on with the version before"
        what = f"{share:g} % of the callers get {trial.version}" if trial else f"new calls get {flow.version}"
        return Done(f"live: {what}; {go_on}", {"version": flow.version, "older": older})

    def _read(self, name: str) -> tuple[Flow, Flow | None, float]:
        live = self._published.live(name)
        if live.version:
            flow = self._published.load(name, live.version)
        else:
            flow = read_checked(find(name, self._directory))
        trial = self._published.load(name, live.trial) if live.trial else None
        for one in (flow, trial):
            if one:
                warm(one)
        return flow, trial, live.share

    def _note(self, note: CallNote) -> None:
        match note:
            case CallBegan():
                self._running[note.call_id] = (note.flow, note.flow_version)
            case CallSettled() if note.flow is not None:
                self._running[note.call_id] = (note.flow, note.flow_version or "")
            case CallEnded():
                self._running.pop(note.call_id, None)
            case _:
                pass
