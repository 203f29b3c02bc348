"""`hotline dialplan test`: replays golden dialogues and prints where a flow goes another way."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from dialplans import golden_file
from dialplans.complaint import Complaint, FlowRefused
from dialplans.place import Place
from dialplans.replay import Difference, Outcome, replay
from dialplans.routing import find, read_checked
from models.command_line import AsJson, ConfigFile, print_json, sentences
from models.settings_file import read_settings

TOLD = 12
"""So many lines of what went before are shown."""


@dataclass(frozen=True)
class Report:
    """What the golden dialogues of one flow showed."""

    path: Path
    """The file of the dialogues."""
    outcomes: tuple[Outcome, ...] = ()
    complaints: tuple[Complaint, ...] = ()
    """What is wrong with the flow or with the file of its dialogues."""

    @property
    def differences(self) -> list[tuple[Outcome, Difference]]:
        return [(one, one.difference) for one in self.outcomes if one.difference]

    @property
    def good(self) -> bool:
        return not self.complaints and not self.differences


def tested(flow: Path) -> Report:
    """Replay the golden dialogues beside the flow in `flow`; never raises for what their author wrote."""
    path = golden_file.beside(flow)
    try:
        loaded = read_checked(flow)
        if not path.is_file():
            sentence = f"Flow '{flow.stem}' has no golden dialogues; write some into {path.name} beside it."
            return Report(path, complaints=(Complaint(Place(str(path)), sentence),))
        dialogues = golden_file.load(path, loaded.languages)
    except FlowRefused as refused:
        return Report(path, complaints=tuple(refused.complaints))
    return Report(path, tuple(replay(loaded, one) for one in dialogues))


@sentences
def replay_command(
    flows: Annotated[
        list[str], typer.Argument(metavar="FILE…", help="Flows, or their files of dialogues.", show_default=False)
    ],
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Replay the golden dialogues of flows (NAME.test.yaml beside NAME.yaml). Exit code 1: one goes another way."""
    directory = read_settings(config).dialplan.directory
    reports = []
    for name in flows:
        flow = golden_file.flow_of(Path(name)) if name.endswith(golden_file.ENDING) else find(name, directory)
        reports.append(tested(flow))
    if as_json:
        print_json([_document(report) for report in reports])
    else:
        for report in reports:
            for line in lines(report):
                typer.echo(line)
    if not all(report.good for report in reports):
        raise typer.Exit(1)


def lines(report: Report) -> list[str]:
    """Return the report as a person reads it."""
    found = [str(complaint) for complaint in report.complaints]
    for outcome, difference in report.differences:
        found += ["", f"{difference.place}: '{outcome.name}' goes another way.", *_told(difference)]
    if report.complaints:
        return found
    bad = len(report.differences)
    count = f"{len(report.outcomes)} dialogue{'s' if len(report.outcomes) != 1 else ''}"
    how = "all as written" if not bad else f"{bad} {'goes' if bad == 1 else 'go'} another way"
    return [*found, *([""] if found else []), f"{report.path}: {count}, {how}"]


def _told(difference: Difference) -> list[str]:
    before = difference.before[-TOLD:]
    left = len(difference.before) - len(before)
    earlier = [f"      … {left} lines before"] if left else []
    return [
        *earlier,
        *(f"      {line}" for line in before),
        f"    expected  {difference.expected}",
        f"    instead   {difference.instead}",
    ]


def _document(report: Report) -> dict[str, Any]:
    def where(place: Place) -> dict[str, Any]:
        return {"file": place.file, "line": place.line, "column": place.column}

    return {
        "file": str(report.path),
        "complaints": [{**where(one.place), "sentence": one.sentence} for one in report.complaints],
        "dialogues": [
            {
                "name": one.name,
                "line": one.place.line,
                "as_written": one.difference is None,
                "difference": one.difference
                and {
                    **where(one.difference.place),
                    "expected": one.difference.expected,
                    "instead": one.difference.instead,
                    "before": list(one.difference.before),
                },
            }
            for one in report.outcomes
        ],
    }
