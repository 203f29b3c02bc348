"""What the commands of `hotline kb` share: the open database, who is at work, how things are shown, and options."""

import getpass
from contextlib import AbstractContextManager
from datetime import date
from typing import Annotated, Any

import typer
from sqlalchemy import Engine

from knowledge.articles import Editor, utc_now
from knowledge.search import Candidate
from models.database import opened_for
from models.settings import Settings


def a_day(text: str) -> date:
    """Read "2026-12-31" or "today"; raise `typer.BadParameter`."""
    try:
        return date.today() if text == "today" else date.fromisoformat(text)  # noqa: DTZ011 - the editor's own day
    except ValueError:
        raise typer.BadParameter(f"'{text}' is no date; write it like 2026-12-31.") from None


By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does it; without it, the user of this machine.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="May be given more than once.")]
Language = Annotated[str, typer.Option(metavar="en|zh", help="Without it, all; of a text, the one it is written in.")]
Day = typer.Option(parser=a_day, metavar="DATE", help="Such as 2026-12-31.")


def opened(settings: Settings) -> AbstractContextManager[Engine]:
    """Open the database of articles, made where there is none; a fault of it becomes a sentence."""
    return opened_for(settings, "The knowledge base can't be used")


def editor(by: str, words: str = "") -> Editor:
    """Return who is at work now."""
    return Editor(by or _user(), utc_now(), words)


def near_json(one: Candidate) -> dict[str, Any]:
    """Return an article that came near as `--json` tells it."""
    return {"id": one.article_id, "title": one.title, "confidence": one.confidence}


def near_line(one: Candidate) -> str:
    """Return it as a line for the person."""
    return f"{one.confidence:.2f}  {one.article_id}  {one.title}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
