"""Which flow answers which call, and where flows are found."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path

from tzlocal import get_localzone_name

from dialplans.answers import understanding_of
from dialplans.calendars import Calendar, NotACalendar, a_country, a_timezone, hours_of
from dialplans.checker import check
from dialplans.complaint import FlowRefused, did_you_mean
from dialplans.flow import Flow
from dialplans.loader import load
from dialplans.publishing import Live, Publications
from models.errors import CannotDo, OperatorFault
from models.settings import DialplanSettings, RouteSettings

SHIPPED = Path(__file__).with_name("flows")
TESTS = ".test"
"""How the name of a file with golden dialogues ends."""
WITHHELD = "", "anonymous"
"""Numbers that are nobody's: calls with them have a lot each, or all of them would share one."""


@dataclass(frozen=True)
class Destination:
    """Where a call goes."""

    flow: Flow
    language: str
    """What it begins in; "" where the route doesn't say."""


class Routing:
    """The routes in the order of the configuration: the first that fits in every respect is taken."""

    def __init__(self, routes: Sequence[RouteSettings], flows: Mapping[str, Flow], timezone: str = "UTC") -> None:
        """`flows` by the names that routes use; raises `OperatorFault` where a route's hours are none."""
        self._routes = [(route, opening_of(route, timezone)) for route in routes]
        self._flows = dict(flows)
        self._trials: dict[str, tuple[Flow, float]] = {}
        self.timezone = timezone

    @property
    def flows(self) -> Mapping[str, Flow]:
        """The flows that new calls get, by the names that routes use; those on trial besides."""
        return {**self._flows, **{f"{name} on trial": flow for name, (flow, _) in self._trials.items()}}

    def leads_to(self, name: str) -> bool:
        """Tell whether a route leads to the flow `name`."""
        return name in self._flows

    def replace(self, name: str, flow: Flow) -> None:
        """Give new calls `flow` under `name`; running calls keep theirs."""
        self._flows[name] = flow
        self._trials.pop(name, None)

    def try_out(self, name: str, flow: Flow, share: float) -> None:
        """Give `share` percent of the callers `flow` under `name`, always the same ones; running calls keep theirs."""
        self._trials[name] = (flow, share)

    def destination(self, called: str, caller: str, moment: datetime) -> Destination:
        """Return where a call goes at `moment` (aware); raise `CannotDo` where no route fits."""
        whose = secrets.token_hex(8) if caller in WITHHELD else caller
        for route, hours in self._routes:
            if not fits(route.called, called) or not fits(route.caller, caller):
                continue
            if hours and not hours.is_open(moment):
                continue
            if _lot(route.flow, whose) < route.share:
                return Destination(self._flow(route.flow, whose), route.language)
        raise CannotDo(f"No route fits '{called}'; add one to [[dialplan.routes]] (called = \"*\" takes every number).")

    def _flow(self, name: str, whose: str) -> Flow:
        flow, share = self._trials.get(name, (self._flows[name], 0.0))
        # Not the lot of the route: who got a route of 20 % would all have a trial of 20 %, too.
        return flow if _lot(f"{name} {flow.version}", whose) < share else self._flows[name]


def fits(pattern: str, number: str) -> bool:
    """Tell whether `number` fits `pattern`, in which `*` stands for any run of characters and `?` for one."""
    return fnmatchcase(number, pattern.replace("[", "[[]"))


def _lot(flow: str, whose: str) -> float:
    """Return 0-100, always the same for one caller, so that nobody is sent to and fro between two versions."""
    digest = hashlib.sha256(f"{flow}\0{whose}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32 * 100


def opening_of(route: RouteSettings, timezone: str) -> Calendar | None:
    if not route.hours:
        return None
    try:
        zone = a_timezone(route.timezone or timezone)
        country = a_country(route.holidays) if route.holidays else ""
        return Calendar(zone, hours_of(route.hours), country)
    except NotACalendar as fault:
        raise OperatorFault(f"A route to '{route.flow}' can't be used: {fault}") from None


def find(name: str, directory: Path | None) -> Path:
    """Return the file of the flow `name` (or of a path); raise `OperatorFault` where there is none."""
    if name.endswith((".yaml", ".yml")):
        places = [Path(name), *([directory / name] if directory else [])]
    else:
        places = [folder / f"{name}.yaml" for folder in (directory, SHIPPED) if folder]
    for place in places:
        if place.is_file():
            return place
    known = [path.stem for path in files(directory)]
    raise OperatorFault(f"There is no flow '{name}'; {did_you_mean(name, known)}.")


def files(directory: Path | None) -> list[Path]:
    """Return the files of all flows: one's own, and the shipped ones that aren't replaced by one's own."""
    folders = [folder for folder in (SHIPPED, directory) if folder]
    found = {path.stem: path for folder in folders for path in sorted(folder.glob("*.yaml"))}
    return [path for name, path in found.items() if not name.endswith(TESTS)]


def read_checked(path: Path, thorough: bool = False) -> Flow:
    """Return the flow in `path`; raise `FlowRefused` with every complaint of the loader or the checker.

    `thorough` as `check` has it.
    """
    flow = load(path)
    if complaints := check(flow, thorough):
        raise FlowRefused(complaints)
    return flow


def routing(settings: DialplanSettings, published: Publications | None = None) -> Routing:
    """Load every flow that a route names, the published version where there is one.

    A flow from a file is checked. What it understands with isn't ready yet (`warm`). Raises `OperatorFault` where a
    flow can't be used.
    """
    names = dict.fromkeys(route.flow for route in settings.routes)
    flows, trials = {}, {}
    for name in names:
        flows[name] = usable(name, settings.directory, published)
        live = published.live(name) if published else Live()
        if published and live.trial:
            trials[name] = (published.load(name, live.trial), live.share)
    found = Routing(settings.routes, flows, _timezone(settings) or get_localzone_name())
    for name, (flow, share) in trials.items():
        found.try_out(name, flow, share)
    return found


def _timezone(settings: DialplanSettings) -> str:
    try:
        return a_timezone(settings.timezone) if settings.timezone else ""
    except NotACalendar as fault:
        raise OperatorFault(f"[dialplan] timezone can't be used: {fault}") from None


def usable(name: str, directory: Path | None, published: Publications | None = None) -> Flow:
    """Return the flow that a route means by `name`: the published version, else its file; raise `OperatorFault`."""
    version = published.live(name).version if published else ""
    if published and version:
        return published.load(name, version)
    return read_checked(find(name, directory))


def warm(flow: Flow) -> None:
    """Make ready what `flow` understands with, in tenths of a second or (where nothing is trained) seconds.

    No caller is to wait for it.
    """
    for language in flow.languages:
        understanding_of(flow, language).of("hello 你好")
    for inner in flow.flows.values():
        warm(inner)
