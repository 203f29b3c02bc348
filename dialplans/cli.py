"""`hotline dialplan`: check flows, list them, and try one out by text."""

import json
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from asr_tts.prompt_cache import PromptCache
from asr_tts.synthesis import open_mouth
from dialplans import chat_command, golden_command, golden_file, publishing_command, saying, teaching_command
from dialplans.checker import check
from dialplans.checks.few_examples import few_examples
from dialplans.complaint import Complaint, FlowRefused
from dialplans.flow import Flow
from dialplans.graph import draw
from dialplans.loader import load
from dialplans.publishing import Publications
from dialplans.routing import files, find, read_checked
from dialplans.schema import schema
from models.command_line import AsJson, ConfigFile, print_json, sentences
from models.errors import OperatorFault
from models.settings import Settings
from models.settings_file import read_settings

app = typer.Typer(help="What the robot says: check, list and try out flows.", no_args_is_help=True)

Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="YAML files of flows.", show_default=False)]
Named = Annotated[str, typer.Argument(metavar="FILE", help="A flow by file or by name.", show_default=False)]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write it there.", show_default=False)
]
Language = Annotated[str, typer.Option(help="Language to talk in; without it the flow's first.")]


@app.command("check")
@sentences
def check_(flows: Files, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Say everything that is wrong with flows (and golden dialogues), with line, column and what to write instead.

    Hints come after it, of intents that have few examples; they are no faults, and not among what `--json` lists.
    """
    spoken = _voices(read_settings(config))
    found = [(path, complaint) for path in flows for complaint in _complaints(path, spoken)]
    if as_json:
        print_json(
            [
                {
                    "file": str(path),
                    "line": complaint.place.line,
                    "column": complaint.place.column,
                    "sentence": complaint.sentence,
                }
                for path, complaint in found
            ]
        )
    else:
        for _, complaint in found:
            print(complaint)
        for path in flows:
            if not any(path == its for its, _ in found):
                print(f"{path}: in order")
        for hint in chain.from_iterable(map(_hints, flows)):
            print(hint)
    if found:
        raise typer.Exit(1)


def _voices(settings: Settings) -> dict[str, tuple[str, ...]] | None:
    """Return the names of the voices that would speak, by language; None where no engine is wanted."""
    if settings.speech.synthesiser == "none":
        return None
    with TemporaryDirectory() as directory:
        mouth, _ = open_mouth(settings.speech.synthesiser, PromptCache(Path(directory)), settings.speech.voice)
    found: dict[str, tuple[str, ...]] = {}
    for engine in mouth.engines:
        for language, names in engine.voices.items():
            found[language] = (*found.get(language, ()), *names)
    return found


def _complaints(path: Path, spoken: dict[str, tuple[str, ...]] | None) -> list[Complaint]:
    try:
        if path.name.endswith(golden_file.ENDING):
            golden_file.load(path, load(golden_file.flow_of(path)).languages)
            return []
        return check(load(path), thorough=True, spoken=spoken)
    except FlowRefused as refused:
        return list(refused.complaints)


def _hints(path: Path) -> list[Complaint]:
    """What a flow that works would work better with; of one that can't be read nothing."""
    try:
        return [] if path.name.endswith(golden_file.ENDING) else list(few_examples(load(path)))
    except FlowRefused:
        return []


app.command("test")(golden_command.replay_command)
app.command()(publishing_command.publish)
app.command()(publishing_command.history)
app.command()(publishing_command.rollback)
app.command("say")(saying.say_)
app.command("chat")(chat_command.chat_)
app.command()(teaching_command.taught)


@app.command("schema")
@sentences
def schema_(output: Output = None) -> None:
    """Print the JSON Schema of flows, for editors (`# yaml-language-server: $schema=…` in the first line of a flow)."""
    _write(json.dumps(schema(), ensure_ascii=False, indent=2) + "\n", output)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OperatorFault(f"{output} can't be written ({error.strerror}); name another file with -o.") from None


@app.command("graph")
@sentences
def graph_(flow: Named, output: Output = None, language: Language = "", config: ConfigFile = None) -> None:
    """Draw a flow as SVG: steps as boxes, arrows with the answers and conditions that lead along them."""
    found = load(find(flow, read_settings(config).dialplan.directory))
    _write(draw(chat_command.speaking(found, language), language), output)


@app.command("list")
@sentences
def list_(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """List the flows that may be routed to, and the numbers that lead to them."""
    settings = read_settings(config)
    published, directory = Publications(settings.data.directory), settings.dialplan.directory
    rows = []
    for path in files(directory):
        numbers = [route.called for route in settings.dialplan.routes if _leads(route.flow, path, directory)]
        live = {"published": published.live(path.stem).version}
        rows.append({"name": path.stem, "file": str(path), "called": numbers, **_summary(path), **live})
    for name in sorted(set(published.names()) - {row["name"] for row in rows}):
        # Its file is gone, and calls get the published version all the same.
        numbers = [route.called for route in settings.dialplan.routes if route.flow == name]
        if version := published.live(name).version:
            told = _told(published.load(name, version))
            rows.append({"name": name, "file": "", "called": numbers, **told, "published": version})
    if as_json:
        print_json(rows)
        return
    for row in rows:
        called = ", ".join(map(str, row["called"])) if isinstance(row["called"], list) and row["called"] else "-"
        print(
            f"{row['name']:20} {row['version']:14} {row['languages']!s:8} {row['steps']!s:>4} steps   called {called}"
            + (f"   published {row['published']}" if row["published"] else "")
            + ("   its file is gone" if not row["file"] else "")
            + (f"   {row['complaints']} complaints: hotline dialplan check {row['file']}" if row["complaints"] else "")
        )


def _leads(name: str, path: Path, directory: Path | None) -> bool:
    try:
        return find(name, directory) == path
    except OperatorFault:
        return False  # its file is gone, but a version may be published


def _summary(path: Path) -> dict[str, object]:
    try:
        return _told(read_checked(path))
    except FlowRefused as refused:
        return {"version": "", "languages": "", "steps": 0, "complaints": len(refused.complaints)}


def _told(flow: Flow) -> dict[str, object]:
    return {
        "version": flow.version,
        "languages": " ".join(flow.languages),
        "steps": len(flow.steps),
        "complaints": 0,
    }


if __name__ == "__main__":
    app()
