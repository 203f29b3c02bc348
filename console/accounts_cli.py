"""`hotline users`: who may sign in to the console, as what; and tokens, by which programs use its API."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from models.command_line import AsJson, ConfigFile, print_json, say, sentences

if TYPE_CHECKING:
    from sqlalchemy import Connection

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, help="Who may use the console: add, change, list, remove, password, token.")
token = typer.Typer(no_args_is_help=True, help="Tokens of programs: add, list, revoke.")
app.add_typer(token, name="token")

Name = Annotated[str, typer.Argument(metavar="NAME", help="By which the person signs in.", show_default=False)]
Roles = Annotated[
    list[str] | None,
    typer.Option("--role", help="agent, supervisor, qa, operator or administrator; may be given more than once."),
]
Shown = Annotated[str | None, typer.Option(help="What others read, such as Anna Li.", show_default=False)]
Team = Annotated[
    str | None, typer.Option(help="Whose calls a supervisor sees, and a reviewer doesn't review.", show_default=False)
]
Extension = Annotated[str | None, typer.Option(help="Of the agent who this is.", show_default=False)]
Language = Annotated[str | None, typer.Option(metavar="en|zh", help="Of the pages.", show_default=False)]
Generate = Annotated[bool, typer.Option("--generate", help="Make a password up, and print it once.")]
FromInput = Annotated[bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")]
Enabled = Annotated[
    bool | None, typer.Option("--enable/--disable", help="Whether the account may sign in.", show_default=False)
]


@app.command()
@sentences
def add(
    name: Name,
    role: Roles = None,
    shown: Shown = None,
    team: Team = None,
    extension: Extension = None,
    language: Language = None,
    generate: Generate = False,
    password_stdin: FromInput = False,
    config: ConfigFile = None,
) -> None:
    """Add an account; its password is asked for, read from stdin, or made up and printed once."""
    from console import accounts

    values = _given(
        shown=shown, team=team, extension=extension, language=language, roles=accounts.known_roles(role or [])
    )
    password = _password(name, generate, password_stdin)
    _change(config, lambda connection, by, now: accounts.add(connection, name, values, password.words, by, now))
    say(f"'{name.strip().lower()}' may sign in as {', '.join(values['roles'])}.")
    password.show()


@app.command()
@sentences
def change(
    name: Name,
    role: Roles = None,
    shown: Shown = None,
    team: Team = None,
    extension: Extension = None,
    language: Language = None,
    enabled: Enabled = None,
    config: ConfigFile = None,
) -> None:
    """Change what is given; the rest stays. Roles are those that are given, no others. It works at once."""
    from console import accounts

    values = _given(shown=shown, team=team, extension=extension, language=language, enabled=enabled, roles=role)
    changed = _change(config, lambda connection, by, now: accounts.change(connection, name, values, by, now))
    say(f"Changed: {', '.join(changed)}." if changed else "Nothing changed.")


@app.command("list")
@sentences
def list_(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """List accounts, what each may do, and when each was last there."""
    from console import accounts

    rows = _read(config, accounts.listed)
    if as_json:
        keys = ("name", "shown", "roles", "team", "extension", "language", "enabled", "created_at", "seen_at")
        print_json([{key: _plain(getattr(row, key)) for key in keys} for row in rows])
        return
    for row in rows:
        where = " ".join(part for part in (row.team and f"team {row.team}", row.extension) if part)
        state = "" if row.enabled else "disabled"
        typer.echo(f"{row.name:20} {', '.join(row.roles):28} {where:20} {_minute(row.seen_at):16} {state}".rstrip())
    if not rows:
        say("There is no account yet; `hotline users add NAME --role administrator` makes the first.")


@app.command()
@sentences
def remove(name: Name, config: ConfigFile = None) -> None:
    """Remove an account and sign it out everywhere; what it did stays on the trail."""
    from console import accounts

    _change(config, lambda connection, by, now: accounts.remove(connection, name, by, now))
    say(f"'{name}' is removed.")


@app.command()
@sentences
def password(
    name: Name, generate: Generate = False, password_stdin: FromInput = False, config: ConfigFile = None
) -> None:
    """Give an account another password, and sign it out everywhere."""
    from console import accounts

    _read(config, lambda connection: accounts.account(connection, name))
    new = _password(name, generate, password_stdin)
    _change(config, lambda connection, by, now: accounts.set_password(connection, name, new.words, by, now))
    say(f"'{name}' has another password, and is signed out everywhere.")
    new.show()


@token.command("add")
@sentences
def add_token(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the program.", show_default=False)],
    role: Roles = None,
    config: ConfigFile = None,
) -> None:
    """Make a token for a program, with a role's rights (qa, operator, administrator), and print it once."""
    from console import tokens

    made = _change(config, lambda connection, by, now: tokens.add(connection, name, role or [], by, now))
    say(f"The token of '{name}', which is shown only now; the program says it as Authorization: Bearer TOKEN.")
    typer.echo(made)


@token.command("list")
@sentences
def list_tokens(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """List tokens, and when each was last used."""
    from console import tokens

    rows = _read(config, tokens.listed)
    if as_json:
        keys = ("name", "roles", "made_by", "made_at", "used_at", "revoked_at")
        print_json([{key: _plain(getattr(row, key)) for key in keys} for row in rows])
        return
    for row in rows:
        state = f"revoked {_minute(row.revoked_at)}" if row.revoked_at else f"used {_minute(row.used_at) or 'never'}"
        typer.echo(f"{row.name:24} {', '.join(row.roles):20} made {_minute(row.made_at)} by {row.made_by}, {state}")
    if not rows:
        say("There is no token; `hotline users token add NAME --role qa` makes one.")


@token.command("revoke")
@sentences
def revoke_token(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the program.", show_default=False)],
    config: ConfigFile = None,
) -> None:
    """Have a token count no longer, from now on."""
    from console import tokens

    _change(config, lambda connection, by, now: tokens.revoke(connection, name, by, now))
    say(f"The token of '{name}' counts no longer.")


class _Password:
    """A password that was given, or made up, which is then to be shown."""

    def __init__(self, words: str, *, made_up: bool = False) -> None:
        self.words, self._made_up = words, made_up

    def show(self) -> None:
        if self._made_up:
            say("The password, which is shown only now:")
            typer.echo(self.words)


def _password(name: str, generate: bool, from_input: bool) -> _Password:
    from console import passwords

    if from_input:
        given = sys.stdin.readline().rstrip("\r\n")
    elif generate or not sys.stdin.isatty():
        return _Password(passwords.made_up(), made_up=True)
    else:
        given = str(
            typer.prompt("Password (empty: one is made up)", default="", hide_input=True, show_default=False, err=True)
        )
        if not given:
            return _Password(passwords.made_up(), made_up=True)
        passwords.insist(name, given)
        if typer.prompt("The same again", hide_input=True, err=True) != given:
            raise typer.BadParameter("The two passwords are different.")
    passwords.insist(name, given)
    return _Password(given)


def _given(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _read(config: Any, function: "Callable[[Connection], T]") -> T:
    from models.settings_file import read_settings
    from queues.editing import reading

    with reading(read_settings(config)) as connection:
        return function(connection)


def _change(config: Any, function: "Callable[[Connection, Any, datetime], T]") -> T:
    from console.accounts import COMMAND, By
    from models.settings_file import read_settings
    from queues.editing import edited

    return edited(read_settings(config), lambda connection: function(connection, By(COMMAND), datetime.now(UTC)))


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
