"""What follows the demo's call: it is inspected and scored, and somebody may look at it in the console."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, select

import quality
from console import accounts, passwords
from console.accounts import By
from models.account import Account
from models.call import Call
from models.call_entry import CallEntry
from models.errors import OurFault
from models.inspection import Inspection
from models.settings import Settings
from models.settings_file import read_settings
from quality.publishing import in_force, publish
from queues.editing import opened

SCORECARD = Path(quality.__path__[0]) / "scorecards" / "service.yaml"
NAME = "demo"
PATIENCE_S = 180.0
AGAIN_S = 3.0
Say = Callable[[str], None]
Inspect = Callable[[Path], Awaitable[None]]


@dataclass(frozen=True)
class Looked:
    """What was made for who looks."""

    call: str
    score: float | None
    scorecard: str
    password: str


async def look(directory: Path, say: Say, inspect: Inspect | None = None, patience_s: float = PATIENCE_S) -> None:
    """Have the newest call of the demo's data inspected, and say how to look at it; raise `OurFault` where it fails."""
    file = directory / "hotline.toml"
    settings = read_settings(file)
    with opened(settings) as engine:
        _prepare(engine)
        say("")
        say("The call is listened to again and scored …")
        try:
            async with asyncio.timeout(patience_s):
                while not await asyncio.to_thread(_is_inspected, engine):
                    # A call that ended just now isn't taken yet: its last notes may be on their way.
                    await (inspect or _inspect)(file)
                    if not await asyncio.to_thread(_is_inspected, engine):
                        await asyncio.sleep(AGAIN_S)
        except TimeoutError:
            say(f"Others keep this machine busy; {_hotline()} quality inspect --config {file} scores it later.")
        found = _made(engine)
    if found.score is not None:
        say(f"Score        {found.score:g} of 100 by the scorecard '{found.scorecard}'")
    say(f"Look at it   {_hotline()} console --config {file}")
    say(f"             {_address(settings)}/calls/{found.call}, as '{NAME}' with the password {found.password}")


def _prepare(engine: Engine) -> None:
    """Have a scorecard in force before the call is inspected."""
    with engine.begin() as connection:
        if not in_force(connection):
            publish(connection, SCORECARD.read_text(encoding="utf-8"), SCORECARD.name, "the demo's", datetime.now(UTC))


async def _inspect(file: Path) -> None:
    """Run `hotline quality inspect`: a process of its own, which may take memory and leaves it again."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "console", "quality", "inspect", "--config", str(file)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, words = await process.communicate()
    except asyncio.CancelledError:
        # It stands back while the machine is busy, which may take longer than anybody waits.
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        said = words.decode(errors="replace").strip().splitlines()
        raise OurFault(f"The demo's call isn't inspected: {said[-1] if said else 'nothing was said why'}.")


def _is_inspected(engine: Engine) -> bool:
    with engine.connect() as connection:
        call = select(Call.id).order_by(Call.id.desc()).limit(1).scalar_subquery()
        return bool(connection.scalar(select(Inspection.done_at).where(Inspection.call_id == call)))


def _made(engine: Engine) -> Looked:
    """Make an account for who looks, with a password of its own each time, and find what there is to look at."""
    now, password = datetime.now(UTC), passwords.made_up()
    with engine.begin() as connection:
        call = connection.scalar(select(Call.id).order_by(Call.id.desc()).limit(1))
        if call is None:
            raise OurFault("The demo's call isn't on record; start the demo again.")
        _account(connection, password, now)
        row = connection.execute(select(CallEntry.score, CallEntry.scorecard).where(CallEntry.call_id == call)).first()
    return Looked(call, row.score if row else None, row.scorecard if row else "", password)


def _account(connection: Connection, password: str, now: datetime) -> None:
    by = By(accounts.COMMAND)
    if connection.execute(select(Account.name).where(Account.name == NAME)).first():
        accounts.set_password(connection, NAME, password, by, now)
    else:
        accounts.add(connection, NAME, {"roles": ["administrator"], "shown": "Demo"}, password, by, now)


def _address(settings: Settings) -> str:
    return settings.console.url.rstrip("/") or f"http://{settings.console.listen}"


def _hotline() -> str:
    """Return how this very `hotline` is called."""
    beside = Path(sys.executable).with_name("hotline")
    if not beside.exists():
        return "hotline"
    return str(beside.relative_to(Path.cwd())) if beside.is_relative_to(Path.cwd()) else str(beside)
