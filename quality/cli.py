"""`hotline quality`: scorecards, and what they say of calls."""

from pathlib import Path
from typing import Annotated, Any

import typer

from asr_tts.recognition import StreamingRecogniser
from asr_tts.speech_worker import load_ears
from dialplans.complaint import Complaint, FlowRefused
from dialplans.place import Place
from models.call_list import find_call
from models.command_line import AsJson, ConfigFile, print_json, sentences
from models.errors import OperatorFault
from models.settings import Settings
from models.settings_file import read_settings
from quality import examples, reading, scoring, sound
from quality.evidence import Subject
from quality.likeness import Likeness
from quality.record import conversation_of, recording_of
from quality.relistening import Ears, listen_again
from quality.score_report import document, lines
from voice.cli import records

SERVICE = Path(__file__).parent / "scorecards" / "service.yaml"
app = typer.Typer(help="Scorecards, and what they say of calls: check, score.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Scorecards, and what they say of calls: check, score."""


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
    if recording:
        conversation = listen_again(conversation, sound.read(recording), _ears(settings), lambda: None)
    scored = scoring.score(card, Subject(conversation, Likeness()))
    if as_json:
        print_json(document(conversation, scored))
        return
    for line in lines(card, conversation, scored):
        typer.echo(line)


def _ears(settings: Settings) -> Ears:
    detector, recogniser, notes = load_ears(settings.speech)
    if detector is None or recogniser is None or isinstance(recogniser, StreamingRecogniser):
        raise OperatorFault(" ".join(notes) or "Only a recogniser of whole utterances (whisper) can listen again.")
    return Ears(detector, recogniser)


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
