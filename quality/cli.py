"""`hotline quality`: scorecards, and what they say of calls."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import select

from dialplans.complaint import Complaint, FlowRefused
from dialplans.place import Place
from knowledge.former import Former
from models.call import Call
from models.call_list import find_call
from models.command_line import AsJson, ConfigFile, print_json, sentences
from models.errors import CannotDo
from models.settings_file import read_settings
from quality import examples, few_examples, inspection_cli, publishing, reading, review_cli, scoring, sound
from quality.evidence import Subject
from quality.inspection_cli import ears_of, open_records
from quality.likeness import Likeness
from quality.record import conversation_of, recording_of
from quality.relistening import listen_again
from quality.score_report import document, lines
from voice.cli import records

SERVICE = Path(__file__).parent / "scorecards" / "service.yaml"
app = typer.Typer(
    help="Scorecards, and what they say of calls: check, publish, inspect, score, show.", no_args_is_help=True
)


app.command("inspect")(inspection_cli.inspect)
app.command("status")(inspection_cli.status)
app.command("show")(inspection_cli.show)
app.command("trial")(inspection_cli.trial)
app.command("rescore")(inspection_cli.rescore)
app.command("sample")(review_cli.sample)
app.command("reviews")(review_cli.list_reviews)
app.command("agreement")(review_cli.agree)
app.add_typer(review_cli.review, name="review")

Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="YAML files of scorecards.", show_default=False)]


@app.command()
@sentences
def check(files: Files, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Say what is wrong with scorecards, and where they find something else in the example calls beside them.

    What is only warned of (few examples) leaves a scorecard good.
    """
    likeness = Likeness()
    reports = [_report(path, likeness) for path in files]
    if as_json:
        print_json(reports)
    for report in reports if not as_json else ():
        for line in report["complaints"]:
            typer.echo(f"{line['place']}: {line['sentence']}")
        for line in report["differences"]:
            typer.echo(f"{line['place']}: in '{line['call']}': {line['sentence']}")
        for line in report["warnings"]:
            typer.echo(f"{line['place']}: warning: {line['sentence']}")
        if report["good"]:
            calls = report["calls"]
            typer.echo(f"{report['file']}: {report['rules']} rules, {calls} example calls as expected.")
    if not all(report["good"] for report in reports):
        raise typer.Exit(1)


@app.command()
@sentences
def score(
    call: Annotated[str, typer.Argument(metavar="CALL", help='The id, its beginning, or "last".')],
    scorecard: Annotated[
        Path, typer.Option("--scorecard", metavar="FILE", help="Whose rules; without it the shipped one for service.")
    ] = SERVICE,
    listen: Annotated[
        bool, typer.Option("--listen", help="Recognise its recording again first (some seconds a minute).")
    ] = False,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Say what a scorecard finds in a call on record."""
    card = reading.load(scorecard)
    settings = read_settings(config)
    with records(settings) as connection:
        found = find_call(connection, call)
        conversation = conversation_of(connection, found)
        recording = recording_of(connection, found, settings.data.directory) if listen else None
        began = connection.execute(select(Call.started_at).where(Call.id == found)).scalar_one()
    if recording:
        conversation = listen_again(conversation, sound.read(recording), ears_of(settings), lambda: None)
    known = Former(open_records(settings)).at(began)
    scored = scoring.score(card, Subject(conversation, Likeness(), known=known))
    if as_json:
        print_json(document(conversation, scored))
        return
    for line in lines(card, conversation, scored):
        typer.echo(line)


@app.command()
@sentences
def publish(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A scorecard; its example calls are checked first.")],
    note: Annotated[str, typer.Option(help="Why, for the history.")] = "",
    config: ConfigFile = None,
) -> None:
    """Put a scorecard in force: calls are scored by it from now on, old scores keep their version."""
    report = _report(file, Likeness())
    if not report["good"]:
        for line in (*report["complaints"], *report["differences"]):
            typer.echo(f"{line['place']}: {line['sentence']}", err=True)
        raise CannotDo(f"{file} isn't published; `hotline quality check {file}` says what is wrong.")
    with open_records(read_settings(config)).begin() as connection:
        card = publishing.publish(connection, file.read_text(encoding="utf-8"), str(file), note, datetime.now(UTC))
    typer.echo(f"Calls are scored by {card.name}@{card.version} from now on.")


@app.command()
@sentences
def withdraw(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of a scorecard in force.")],
    config: ConfigFile = None,
) -> None:
    """Score no further calls by a scorecard; scores that are there stay."""
    with open_records(read_settings(config)).begin() as connection:
        publishing.withdraw(connection, name, datetime.now(UTC))
    typer.echo(f"No further calls are scored by {name}.")


@app.command()
@sentences
def scorecards(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="One of them, with all its versions.")] = "",
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """List published scorecards and their versions, the one in force marked with *."""
    with open_records(read_settings(config)).connect() as connection:
        found = publishing.history(connection, name)
    if as_json:
        print_json(found)
        return
    for one in found:
        mark, which = "*" if one["in_force"] else " ", f"{one['scorecard']}@{one['version']}"
        typer.echo(f"{mark} {which}  {one['published_at']}  {one['published_by']}  {one['note']}")


def _report(path: Path, likeness: Likeness) -> dict[str, Any]:
    complaints: list[Complaint] = []
    warnings: list[Complaint] = []
    found: list[examples.Difference] = []
    rules = calls = 0
    try:
        scorecard = reading.load(path)
        rules = len(scorecard.rules)
        warnings = list(few_examples.warnings(scorecard))
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
        "warnings": [{"place": str(one.place), "sentence": one.sentence} for one in warnings],
        "differences": [{"place": str(one.place), "call": one.call, "sentence": one.sentence} for one in found],
    }
