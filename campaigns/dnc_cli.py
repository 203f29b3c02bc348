"""`hotline dnc`: who is not to be called: numbers and lists, opt-outs with their proof, and who agreed to be."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from campaigns.campaigns_cli import opened, progress_bar
from models.command_line import AsJson, ConfigFile, print_json, say, sentences

if TYPE_CHECKING:
    from campaigns.phone_number import PhoneNumber

app = typer.Typer(no_args_is_help=True, help="Do-not-call: add, import, check, list, export, remove; consent.")

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="With +, or as written in --country.")]
Country = Annotated[str, typer.Option(metavar="ISO", help="Of numbers without +: CN, US …")]
ListName = Annotated[str, typer.Option("--list", metavar="NAME", help="Of the do-not-call list.")]
ForCampaign = Annotated[str, typer.Option("--campaign", metavar="NAME", help="Only for this campaign; else for all.")]


def _e164(text: str, country: str) -> "PhoneNumber":
    from campaigns.phone_number import NotANumber, numbering
    from models.errors import OperatorFault

    if not country and not text.strip().startswith(("+", "＋")):
        raise OperatorFault(f"'{text}' could be of any country; write it with +, or say --country.")
    try:
        # One with + says its country itself.
        return numbering(country.upper() or "US").read(text)
    except NotANumber as fault:
        raise OperatorFault(f"'{text}' is {fault}.") from None


@app.command()
@sentences
def add(
    number: Number,
    country: Country = "",
    list_: ListName = "own",
    campaign: ForCampaign = "",
    opt_out: Annotated[bool, typer.Option("--opt-out", help="The person asked for it: keep that as proof.")] = False,
    note: Annotated[str, typer.Option(metavar="WORDS", help="What was said, or why.")] = "",
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Put a number on a do-not-call list; from now on nobody calls it."""
    from campaigns.campaign_rows import campaign_named
    from campaigns.do_not_call import OWN, Proof, digits, list_named, put_numbers, refuse_our_name, take_opt_out
    from models.settings_file import read_settings
    from models.writing import writing

    if list_ != OWN:
        refuse_our_name(list_)
    settings = read_settings(config)
    found, now, leads = _e164(number, country).e164, datetime.now(UTC), 0
    with opened(settings) as engine, writing(engine) as connection:
        if campaign:
            campaign_named(connection, campaign)
        if opt_out:
            leads, new = take_opt_out(connection, Proof(found, now, "operator", note, scope=campaign)), 1
        else:
            name = f"{list_}:{campaign}" if campaign and list_ == "own" else list_
            new = put_numbers(connection, list_named(connection, name, now, campaign), [digits(found)], now)
    if as_json:
        print_json({"number": found, "new": bool(new), "leads_ended": leads})
        return
    whom = f"for the campaign '{campaign}'" if campaign else "for every campaign, and by hand"
    say(f"{found} is not to be called, {whom}." if new else f"{found} was on the list already.")


@app.command("import")
@sentences
def import_(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A number a line; also 201,5550123.")],
    list_: ListName,
    country: Annotated[str, typer.Option(metavar="ISO", help="Of its numbers: CN, US …")],
    campaign: ForCampaign = "",
    shrinks: Annotated[bool, typer.Option("--shrinks", help="FILE is whole, though not half of what it was.")] = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Make a list exactly what FILE says, such as a national register; ten million numbers take a minute."""
    from campaigns.campaign_rows import campaign_named
    from campaigns.do_not_call_import import import_list
    from models.settings_file import read_settings

    settings = read_settings(config)
    with opened(settings) as engine:
        if campaign:
            with engine.connect() as connection:
                campaign_named(connection, campaign)
        with progress_bar(f"Importing {path.name}", not as_json) as progress:
            now = datetime.now(UTC)
            done = import_list(engine, path, list_, country.upper(), now, campaign, progress, shrinks=shrinks)
    if as_json:
        print_json({"list": list_, "lines": done.lines, "numbers": done.numbers, "before": done.before,
                    "refused": done.refused, "faults": list(done.faults)})  # fmt: skip
        return
    before = f" ({done.before} before)" if done.before else ""
    say(f"The list '{list_}' has {done.numbers} numbers{before}; {done.refused} lines hold none.")
    for fault in done.faults:
        say(f"{fault}.")


@app.command()
@sentences
def check(number: Number, country: Country = "", as_json: AsJson = False, config: ConfigFile = None) -> None:
    """Say on which lists a number is, with the proof, and which consents it gave. Exit code 1: it is on one."""
    from campaigns.consents import consents_of
    from campaigns.do_not_call import all_lists as lists_of
    from campaigns.do_not_call import listed, proofs_of
    from models.settings_file import read_settings

    found = _e164(number, country)
    with opened(read_settings(config)) as engine, engine.connect() as connection:
        on = [one for row in lists_of(connection) for one in listed(connection, [found.e164], [row.id]).values()]
        proofs = [_plain(row) for row in proofs_of(connection, found.e164)]
        consents = [_plain(row) for row in consents_of(connection, found.e164)]
    lists = [{"list": one.name, "campaign": one.campaign, "reason": one.reason} for one in on]
    if as_json:
        print_json({"number": found.e164, "region": found.region, "timezone": found.timezone, "lists": lists,
                    "proofs": proofs, "consents": consents})  # fmt: skip
    else:
        _say_checked(found.e164, lists, proofs, consents)
    if lists:
        raise typer.Exit(1)


def _say_checked(
    number: str, lists: list[dict[str, str]], proofs: list[dict[str, Any]], consents: list[dict[str, Any]]
) -> None:
    from campaigns.consents import TAKEN_BACK

    if not lists:
        typer.echo(f"{number} is on no do-not-call list.")
    for one in lists:
        whom = f"for the campaign '{one['campaign']}'" if one["campaign"] else "for everybody"
        typer.echo(f"{number} is on the list '{one['list']}', {whom}.")
    for one in proofs:
        words = f": {one['words']}" if one["words"] else ""
        where = f", call {one['call_id']}" if one["call_id"] else ""
        typer.echo(f"Opted out on {one['at'][:16]} UTC, {one['how']}{words}{where}.")
    for one in consents:
        purpose, until = one["purpose"] or "anything", f" until {one['until'][:10]}" if one["until"] else ""
        if one["source"] == TAKEN_BACK and one["until"] == one["given_at"]:
            typer.echo(f"Took back on {one['given_at'][:10]} what was agreed to about {purpose}.")
            continue
        typer.echo(f"Agreed on {one['given_at'][:10]}{until} to calls about {purpose} ({one['source']}).")


def _plain(row: Any) -> dict[str, Any]:
    values = row._asdict().items()
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in values}


@app.command("list")
@sentences
def list_lists(as_json: AsJson = False, config: ConfigFile = None) -> None:
    """List the do-not-call lists."""
    from campaigns.do_not_call import all_lists as lists_of
    from models.settings_file import read_settings

    with opened(read_settings(config)) as engine, engine.connect() as connection:
        rows = [_plain(row) for row in lists_of(connection)]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        whom = row["campaign"] or "everybody"
        typer.echo(f"{row['name']}: {row['count']} numbers, for {whom}, {row['source']}, {row['imported_at'][:10]}")
    if not rows:
        typer.echo("There is no do-not-call list yet; hotline dnc import brings one, hotline dnc add a number.")


@app.command()
@sentences
def export(
    list_: ListName = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Else printed.", show_default=False)
    ] = None,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Write a list's numbers; without --list every opt-out with its proof, as CSV."""
    from campaigns.do_not_call_export import export_list, export_opt_outs
    from models.settings_file import read_settings

    with opened(read_settings(config)) as engine, engine.connect() as connection:
        count = (export_list(connection, list_, output, as_json) if list_
                 else export_opt_outs(connection, output, as_json))  # fmt: skip
    if output is not None:
        say(f"Rows in {output}: {count}.")


@app.command()
@sentences
def remove(
    number: Annotated[str, typer.Argument(metavar="[NUMBER]", help="Without it, the whole list.")] = "",
    country: Country = "",
    list_: ListName = "own",
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Take a number off a list, or remove a list. Proofs of opt-outs stay, and so do the leads that they ended."""
    from campaigns.do_not_call import digits, list_id, take_list_out, take_out
    from campaigns.do_not_call_import import clear_away
    from models.settings_file import read_settings
    from models.writing import writing

    with opened(read_settings(config)) as engine:
        with writing(engine) as connection:
            which = list_id(connection, list_)
            if number:
                gone = int(take_out(connection, which, digits(_e164(number, country).e164)))
            else:
                gone = take_list_out(connection, which)
        if not number:
            clear_away(engine)
    if as_json:
        print_json({"list": list_, "removed": gone})
    elif number:
        say(f"{number} is off the list '{list_}'." if gone else f"{number} was not on the list '{list_}'.")
    else:
        say(f"The list '{list_}' with {gone} numbers is removed.")
    if number and not gone:
        raise typer.Exit(1)


@app.command()
@sentences
def consent(
    number: Number,
    source: Annotated[str, typer.Option(metavar="WORDS", help="Where it was given: a form, a contract, a call.")] = "",
    given: Annotated[str, typer.Option(metavar="DATE", help="When; else now.")] = "",
    until: Annotated[str, typer.Option(metavar="DATE", help="How long it holds; else until taken back.")] = "",
    purpose: Annotated[str, typer.Option(metavar="NAME", help="As plans name it; else for any.")] = "",
    proof: Annotated[str, typer.Option(metavar="REFERENCE", help="Of the document or recording.")] = "",
    take_back: Annotated[bool, typer.Option("--take-back", help="It holds no longer.")] = False,
    country: Country = "",
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Write down that somebody agreed to be called, or (--take-back) no longer does."""
    from campaigns.consents import put_consent
    from campaigns.consents import take_back as no_longer
    from models.settings_file import read_settings
    from models.writing import writing

    found, now = _e164(number, country).e164, datetime.now(UTC)
    if not take_back and not source:
        raise typer.BadParameter("--source is missing; say where the consent was given.")
    with opened(read_settings(config)) as engine, writing(engine) as connection:
        if take_back:
            count = no_longer(connection, found, now, purpose or None)
        else:
            start, end = _date(given) or now, _date(until)
            put_consent(connection, found, purpose, source, start, end, proof)
            count = 1
    if as_json:
        print_json({"number": found, "purpose": purpose, "taken_back": take_back, "count": count})
    else:
        gone = f"The consent of {found} is taken back, also what lists brought until now; {count} written here ended."
        say(gone if take_back else f"The consent of {found} is written down.")


def _date(text: str) -> datetime | None:
    from campaigns.list_moments import a_moment

    try:
        return a_moment(text, "UTC") if text else None
    except ValueError:
        raise typer.BadParameter(f"'{text}' is no date; write it like 2026-11-21.") from None
