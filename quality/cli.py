"""`hotline quality`: scorecards, and what they say of calls."""

from pathlib import Path
from typing import Annotated, Any

import typer

from dialplans.complaint import Complaint, FlowRefused
from dialplans.place import Place
from models.command_line import AsJson, ConfigFile, print_json, sentences
from quality import examples, reading
from quality.likeness import Likeness

app = typer.Typer(help="Scorecards, and what they say of calls: check.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Scorecards, and what they say of calls: check."""


Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="YAML files of scorecards.", show_default=False)]


@app.command()
@sentences
def check(files: Files, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Say what is wrong with scorecards, and where they find something else in the example calls beside them."""
    likeness = Likeness()
    reports = [_report(path, likeness) for path in files]
    if as_json:
        print_json(reports)
    for report in reports if not as_json else ():
        for line in report["complaints"]:
            typer.echo(f"{line['place']}: {line['sentence']}")
        for line in report["differences"]:
            typer.echo(f"{line['place']}: in '{line['call']}': {line['sentence']}")
        if report["good"]:
            calls = report["calls"]
            typer.echo(f"{report['file']}: {report['rules']} rules, {calls} example calls as expected.")
    if not all(report["good"] for report in reports):
        raise typer.Exit(1)


def _report(path: Path, likeness: Likeness) -> dict[str, Any]:
    complaints: list[Complaint] = []
    found: list[examples.Difference] = []
    rules = calls = 0
    try:
        scorecard = reading.load(path)
        rules = len(scorecard.rules)
        beside = examples.beside(path)
        if beside.is_file():
            written = examples.load(beside, scorecard)
            calls = len(written)
            found = list(examples.differences(scorecard, written, likeness))
        else:
            sentence = f"The scorecard has no example calls; write some into {beside.name} beside it."
            complaints.append(Complaint(Place(str(path)), sentence))
    except FlowRefused as refused:
        complaints += refused.complaints
    return {
        "file": str(path),
        "rules": rules,
        "calls": calls,
        "good": not complaints and not found,
        "complaints": [{"place": str(one.place), "sentence": one.sentence} for one in complaints],
        "differences": [{"place": str(one.place), "call": one.call, "sentence": one.sentence} for one in found],
    }
