"""`hotline queues`: where callers wait, how that goes, and what an administrator decides about it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from models.command_line import AsJson, ConfigFile, print_json, sentences

app = typer.Typer(no_args_is_help=True, help="Queues: add, change, list, show, status, watch, apply, test, remove.")

QueueName = Annotated[str, typer.Argument(metavar="NAME", help="Such as billing.", show_default=False)]
Needs = Annotated[
    list[str] | None,
    typer.Option("--skill", metavar="NAME=LEVEL", help="That agents need; may be given more than once."),
]
Hours = Annotated[str | None, typer.Option(metavar="CALENDAR", help="Opening hours, by name.", show_default=False)]
Size = Annotated[int | None, typer.Option(help="Callers who may wait; 0: any number.", show_default=False)]
LongestWait = Annotated[float | None, typer.Option(help="Seconds; 0: as long as they like.", show_default=False)]
StrategyName = Annotated[
    str | None, typer.Option(metavar="WORD", help="Which agent, such as longest-idle.", show_default=False)
]
Ring = Annotated[float | None, typer.Option(help="Seconds that one agent's phone rings.", show_default=False)]
WrapUp = Annotated[float | None, typer.Option(help="Seconds after a talk.", show_default=False)]
Overflows = Annotated[
    list[str] | None,
    typer.Option("--overflow", metavar="WHEN=TO", help="full=queue:NAME, closed=voicemail … in their order."),
]
Others = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Any other key of a plan file, as in TOML.")
]


@app.command()
@sentences
def add(
    name: QueueName,
    skill: Needs = None,
    hours: Hours = None,
    size: Size = None,
    longest_wait: LongestWait = None,
    strategy: StrategyName = None,
    ring: Ring = None,
    wrap_up: WrapUp = None,
    overflow: Overflows = None,
    set_: Others = None,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Add a queue; a running server knows it at once."""
    given = _given(skill, hours, size, longest_wait, strategy, ring, wrap_up, overflow, set_)
    _put(config, name, given, True, as_json)


@app.command()
@sentences
def change(
    name: QueueName,
    skill: Needs = None,
    hours: Hours = None,
    size: Size = None,
    longest_wait: LongestWait = None,
    strategy: StrategyName = None,
    ring: Ring = None,
    wrap_up: WrapUp = None,
    overflow: Overflows = None,
    set_: Others = None,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Change what is given here; the rest stays. Callers who wait go on waiting, by the new rules."""
    given = _given(skill, hours, size, longest_wait, strategy, ring, wrap_up, overflow, set_)
    _put(config, name, given, False, as_json)


@app.command("list")
@sentences
def list_(as_json: AsJson = False, config: ConfigFile = None) -> None:
    """List queues with what was decided about each."""
    from models.settings_file import read_settings
    from queues.editing import reading
    from queues.queue_report import print_queues, queue_documents

    with reading(read_settings(config)) as connection:
        queues = queue_documents(connection)
    if as_json:
        print_json(queues)
    else:
        print_queues(queues)


@app.command()
@sentences
def show(name: QueueName, as_json: AsJson = False, config: ConfigFile = None) -> None:
    """Show every key of a queue, also those that are as by default."""
    from models.settings_file import read_settings
    from queues.editing import reading
    from queues.queue_report import print_queue, queue_document

    with reading(read_settings(config)) as connection:
        queue = queue_document(connection, name)
    if as_json:
        print_json(queue)
    else:
        print_queue(queue)


@app.command()
@sentences
def status(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Without one, all queues.")] = "",
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Show how each queue is doing: who waits, who is there, and today's figures."""
    from models.settings_file import read_settings
    from queues.editing import reading
    from queues.queue_status import print_status, queue_status, ratings_today

    with reading(read_settings(config)) as connection:
        rows, ratings = queue_status(connection, name), ratings_today(connection)
    if as_json:
        print_json(rows[0] if name else rows)
    else:
        print_status(rows, ratings)


@app.command()
@sentences
def watch(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Without one, all queues.")] = "",
    seconds: Annotated[float, typer.Option(min=0.2, help="From one look to the next.")] = 1.0,
    times: Annotated[int, typer.Option(min=0, help="How often to look; 0: until Ctrl-C.")] = 0,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Show queues, agents and callers live, until Ctrl-C; with --json, as they are now."""
    from models.settings_file import read_settings
    from queues.board import seen, watch
    from queues.editing import reading

    settings = read_settings(config)

    def look() -> dict[str, list[dict[str, Any]]]:
        with reading(settings) as connection:
            return seen(connection, name)

    if as_json:
        print_json(look())
    else:
        watch(look, seconds, times)


@app.command()
@sentences
def apply(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="TOML or YAML: agents, queues, calendars, shifts.")],
    prune: Annotated[bool, typer.Option("--prune", help="Also remove what the file's sections leave out.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Make agents, queues, calendars and shifts as FILE says, all or nothing; the same again changes nothing."""
    from models.settings_file import read_settings
    from queues.applying import apply as apply_plan
    from queues.applying import tried
    from queues.editing import edited, finish
    from queues.plan_file import read_plan_file

    settings = read_settings(config)
    written = read_plan_file(path)
    put = tried if dry_run else apply_plan
    changes = edited(settings, lambda connection: put(connection, written, settings.sip, prune))
    finish(settings, changes, as_json, dry_run)


@app.command("test")
@sentences
def try_out(
    name: QueueName,
    caller: Annotated[str, typer.Option(metavar="NUMBER", help="Who would call.")] = "",
    tag: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="Of the customer, such as vip.")] = None,
    language: Annotated[str, typer.Option(metavar="en|zh", help="Without it, the line's own.")] = "",
    waited: Annotated[float, typer.Option(min=0, metavar="SECONDS", help="As if that long had been waited.")] = 0,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Say who would be offered this caller now, and why; nobody is called. Exit code 1: nobody."""
    from models.settings_file import read_settings
    from queues.editing import reading
    from queues.trial import Question, print_trial, trial

    settings = read_settings(config)
    question = Question(name, caller, tuple(tag or ()), language or settings.speech.language, waited)
    with reading(settings) as connection:
        answer = trial(connection, question)
    if as_json:
        print_json(answer)
    else:
        print_trial(answer)
    if not answer["offered"]:
        raise typer.Exit(1)


@app.command()
@sentences
def remove(name: QueueName, as_json: AsJson = False, config: ConfigFile = None) -> None:
    """Remove a queue; callers who wait in it go on in their flow."""
    from models.settings_file import read_settings
    from queues.applying import without_queue
    from queues.editing import edited, finish

    settings = read_settings(config)
    finish(settings, edited(settings, lambda connection: without_queue(connection, name)), as_json)


def _given(
    skills: list[str] | None,
    hours: str | None,
    size: int | None,
    longest_wait: float | None,
    strategy: str | None,
    ring: float | None,
    wrap_up: float | None,
    overflows: list[str] | None,
    others: list[str] | None,
) -> dict[str, Any]:
    """Return what was given, as a plan has it; raise `typer.BadParameter` for what can't be read."""
    from queues.agent_list import parted, skills_of

    values = {"hours": hours, "size": size, "longest_wait_s": longest_wait, "strategy": strategy}
    values |= {"ring_s": ring, "wrap_up_s": wrap_up}
    found: dict[str, Any] = {key: value for key, value in values.items() if value is not None}
    if skills is not None:
        found["needs"] = skills_of(parted(" ".join(skills)))
    if overflows is not None:
        found["overflow"] = [_overflow(text) for text in overflows]
    for text in others or ():
        found |= _setting(text)
    return found


def _overflow(text: str) -> dict[str, str]:
    when, equals, to = text.partition("=")
    if not equals:
        raise typer.BadParameter(f"'{text}' leads nowhere; write WHEN=TO, like full=voicemail.")
    return {"when": when.strip(), "to": to.strip()}


def _setting(text: str) -> dict[str, Any]:
    """Read KEY=VALUE; a value that is nothing in TOML is a text."""
    import tomllib

    key, equals, value = text.partition("=")
    if not equals or not key.strip().isidentifier():
        raise typer.BadParameter(f"'{text}' is no setting; write KEY=VALUE, like size=20.")
    try:
        return {key.strip(): tomllib.loads(f"value = {value}")["value"]}
    except tomllib.TOMLDecodeError:
        return {key.strip(): value.strip()}


def _put(config: Path | None, name: str, given: dict[str, Any], new: bool, as_json: bool) -> None:
    from models.settings_file import read_settings
    from queues.editing import edited, finish
    from queues.entry_edits import put_queue

    settings = read_settings(config)
    entry = {"name": name, **given}
    finish(settings, edited(settings, lambda one: put_queue(one, entry, settings.sip, must_be_new=new)), as_json)
