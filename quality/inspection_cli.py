"""`hotline quality inspect`, `status`, `show`, `trial`, `rescore`: the inspection of calls, and what it found."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from asr_tts.recognition import StreamingRecogniser
from asr_tts.speech_worker import load_ears
from models.call_list import find_call
from models.command_line import AsJson, ConfigFile, print_json, sentences
from models.database import database_url, migrate, open_engine
from models.errors import CannotDo, OperatorFault
from models.settings import Settings, SpeechSettings
from models.settings_file import read_settings
from models.writing import writing
from quality import publishing, reading, rescoring
from quality.back_pressure import BackPressure, stand_back
from quality.inspected import inspected, inspected_lines
from quality.inspector import Inspector
from quality.jobs import Jobs
from quality.likeness import Likeness
from quality.missed import Missed
from quality.publishing import in_force
from quality.relistening import Ears
from quality.retention import Retention
from quality.sampling_rows import Sampling
from quality.writes import WritingThread
from voice.cli import Since, records

FOLLOW_S = 3.0
"""From one look for calls that have ended to the next."""


@sentences
def inspect(
    follow: Annotated[bool, typer.Option("--follow", help="Go on for ever: wait for calls to end.")] = False,
    listen: Annotated[
        bool, typer.Option(help="Recognise recordings again; else score what was understood live.")
    ] = True,
    config: ConfigFile = None,
) -> None:
    """Inspect the calls that wait for it, the newest first, and stand back while the machine is busy with others."""
    settings = read_settings(config)
    writes = WritingThread()
    stand_back()
    engine = open_records(settings)
    ears = ears_of(settings) if listen else None
    inspector = Inspector(engine, settings.data.directory, ears, Likeness(), BackPressure().rest, writes=writes)
    sampling = Sampling(engine, settings.quality, writes)
    retention = Retention(engine, settings.data.directory, settings.retention, writes)
    missed = Missed(engine, writes)

    def told(call: str, words: str) -> None:
        typer.echo(f"{call}: {words}")
        if follow:
            retention.between(datetime.now(UTC))
            missed.step(datetime.now(UTC))

    with _asked_to_leave() as leaves:
        count = inspector.run(told, leaves.is_set)
        while follow and not leaves.wait(FOLLOW_S):
            sampling.run(datetime.now(UTC))
            retention.step(datetime.now(UTC))
            missed.step(datetime.now(UTC))
            count += inspector.run(told, leaves.is_set)
    typer.echo(f"{count} calls inspected.")


@sentences
def status(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Say how many calls wait for inspection, are being inspected, are done, or were given up."""
    counts = Jobs(open_records(read_settings(config)), "").counts()
    if as_json:
        print_json(counts)
        return
    for state, count in counts.items():
        typer.echo(f"{state:<9} {count}")


@sentences
def show(
    call: Annotated[str, typer.Argument(metavar="CALL", help='The id, its beginning, or "last".')],
    original: Annotated[
        bool, typer.Option("--original", help="Personal data too, which is masked without it.")
    ] = False,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Show what inspection found in a call."""
    with records(read_settings(config)) as connection:
        found = inspected(connection, find_call(connection, call), original=original)
    if as_json:
        print_json(found)
        return
    for line in inspected_lines(found):
        typer.echo(line)


Limit = Annotated[int, typer.Option(min=1, help="The newest so many calls.")]


@sentences
def trial(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A scorecard that isn't published yet, or is to change.")
    ],
    since: Since = None,
    limit: Limit = rescoring.MOST,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Say what a scorecard would find in past calls, and keep nothing."""
    card = reading.load(file)
    with open_records(read_settings(config)).connect() as connection:
        found = rescoring.trial(connection, card, Likeness(), since, limit)
    if as_json:
        print_json(asdict(found))
        return
    mean = "no score" if found.mean is None else f"{found.mean:g} of 100 on average"
    typer.echo(f"{found.calls} calls: {mean}, {found.good} good, {found.fatal} with a fatal fault.")
    for rule, outcomes in found.rules.items():
        calls = f"  {', '.join(found.examples[rule])}" if found.examples[rule] else ""
        typer.echo(f"  {rule:<28} {outcomes['kept']:>5} kept {outcomes['broken']:>5} broken{calls}")


@sentences
def rescore(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A scorecard in force.")],
    since: Since = None,
    limit: Limit = rescoring.MOST,
    config: ConfigFile = None,
) -> None:
    """Score past calls by the version in force; former scores stay, with their version."""
    engine = open_records(read_settings(config))
    with engine.connect() as connection:
        card = next((one for one in in_force(connection) if one.name == name), None)
    if card is None:
        raise CannotDo(f"No scorecard '{name}' is in force; `hotline quality scorecards` lists them.")
    now = datetime.now(UTC)
    with writing(engine) as connection:
        asked = {"since": since.isoformat() if since else "", "limit": limit}
        publishing.put_on_trail(connection, "scorecard.rescored", f"{card.name}@{card.version}", now, **asked)
    count = rescoring.rescore(engine, card, Likeness(), since, limit, now)
    typer.echo(f"{count} calls are scored by {card.name}@{card.version}.")


@contextmanager
def _asked_to_leave() -> Iterator[threading.Event]:
    """Let SIGTERM and Ctrl-C end the work behind the call that is under way."""
    leaves = threading.Event()
    before = [(sign, signal.signal(sign, lambda *_: leaves.set())) for sign in (signal.SIGTERM, signal.SIGINT)]
    try:
        yield leaves
    finally:
        for sign, handler in before:
            signal.signal(sign, handler)


def open_records(settings: Settings) -> Engine:
    """Return the database, brought up to date."""
    engine = open_engine(database_url(settings))
    migrate(engine)
    return engine


def heard_by(settings: Settings) -> SpeechSettings:
    """Return what recordings are heard again by: in peace, there is time for larger weights than calls have."""
    larger = settings.quality.recogniser_model
    more = {"recogniser": "whisper", "recogniser_model": larger}
    return settings.speech.model_copy(update=more) if larger else settings.speech


def ears_of(settings: Settings) -> Ears:
    """Load what listens again; raise `OperatorFault` where there is nothing that can."""
    detector, recogniser, notes = load_ears(heard_by(settings))
    if detector is None or recogniser is None or isinstance(recogniser, StreamingRecogniser):
        raise OperatorFault(" ".join(notes) or "Only a recogniser of whole utterances (whisper) can listen again.")
    return Ears(detector, recogniser)
