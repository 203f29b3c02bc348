"""Which flow answers a dialled number, and where flows are found."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from dialplans.answers import understanding_of
from dialplans.checker import check
from dialplans.complaint import FlowRefused, did_you_mean
from dialplans.flow import Flow
from dialplans.loader import load
from models.errors import CannotDo, OperatorFault
from models.settings import DialplanSettings, RouteSettings

SHIPPED = Path(__file__).with_name("flows")


class Routing:
    """The routes in the order of the configuration: the first whose pattern fits the dialled number wins."""

    def __init__(self, routes: Sequence[RouteSettings], flows: Mapping[str, Flow]) -> None:
        self._routes, self.flows = routes, flows

    def flow_for(self, called: str) -> Flow:
        """Return the flow for `called`; raise `CannotDo` where no route fits."""
        for route in self._routes:
            if fnmatchcase(called, route.called.replace("[", "[[]")):
                return self.flows[route.flow]
        raise CannotDo(f"No route fits '{called}'; add one to [[dialplan.routes]] (called = \"*\" takes every number).")


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
    found = {path.stem: path for folder in (SHIPPED, directory) if folder for path in sorted(folder.glob("*.yaml"))}
    return list(found.values())


def read_checked(path: Path) -> Flow:
    """Return the flow in `path`; raise `FlowRefused` with every complaint of the loader or the checker."""
    flow = load(path)
    if complaints := check(flow):
        raise FlowRefused(complaints)
    return flow


def routing(settings: DialplanSettings) -> Routing:
    """Load and check every flow that a route names; raise `OperatorFault` where one can't be used."""
    flows = {route.flow: read_checked(find(route.flow, settings.directory)) for route in settings.routes}
    for flow in flows.values():
        for language in flow.languages:
            # The first sentence costs a dictionary of pinyin (tenths of a second): no caller is to wait for it.
            understanding_of(flow, language).of("hello 你好")
    return Routing(settings.routes, flows)
