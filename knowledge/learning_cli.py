"""The commands of `hotline kb` for what callers missed: unanswered, approve, edit, discard."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from sqlalchemy import Engine

from knowledge import articles, learning
from knowledge.desk import By, Language, Tags, a_day, editor, near_json, near_line, opened
from knowledge.embedding import embeddings
from knowledge.search import Candidate, Knowledge
from models.command_line import AsJson, ConfigFile, print_json, say, sentences
from models.settings_file import read_settings
from models.suggestion import SuggestionState

SuggestionId = Annotated[
    str, typer.Argument(metavar="ID", help="As hotline kb unanswered shows it, or its beginning.", show_default=False)
]

NEAR = 2
"""Articles shown with a suggestion: the right one is among the first two for nine questions of ten."""


@sentences
def unanswered(
    state: Annotated[SuggestionState, typer.Option(help="Which suggestions.")] = SuggestionState.OPEN,
    language: Language = "",
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Show what callers got no answer to, alike questions together, the most asked first, and what is near.

    Articles are near by meaning where all of their language are encoded, else by words: a listing encodes none.
    """
    with opened(read_settings(config)) as engine:
        with engine.connect() as connection:
            waiting = learning.waiting(connection)
        if waiting:
            learning.group_noted(engine, embeddings(waiting))
        with engine.connect() as connection:
            found = learning.suggestions(connection, state, language)
        near = _near(engine, found) if state is SuggestionState.OPEN else {}
    if as_json:
        shown = [{name: value for name, value in one.items() if name != "near_revision"} for one in found]
        print_json([one | {"near": [near_json(each) for each in near.get(one["id"], ())]} for one in shown])
        return
    console = Console(highlight=False, markup=False)
    for one in found:
        console.print(
            f"{one['id']}  {one['count']}x  {one['question']}" + (f"  → {one['answer']}" if one["answer"] else "")
        )
        for example in one["examples"]:
            where = f"call {example['call_id']} at {example['at_s']:.1f} s" if example["call_id"] else ""
            console.print(f"      {example['question']}  ({example['why']})  {where}")
        for each in near.get(one["id"], ()):
            console.print(f"      near: {near_line(each)}")
    if not found:
        console.print(f"There is no suggestion that is {state}.")


@sentences
def approve(
    suggestion_id: SuggestionId,
    title: Annotated[str, typer.Option(help="Without it, the question.", show_default=False)] = "",
    short: Annotated[str, typer.Option(help="The answer for the ear.", show_default=False)] = "",
    long: Annotated[str, typer.Option(help="The answer for the eye.", show_default=False)] = "",
    tag: Tags = None,
    into: Annotated[str, typer.Option(metavar="ID", help="Add its questions to this article instead.")] = "",
    by: By = "",
    config: ConfigFile = None,
) -> None:
    """Make a suggestion an article that is live at once."""
    given = {"title": title, "short": short, "long": long, "tags": tuple(tag or ())}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value}
    with opened(read_settings(config)) as engine:
        with engine.connect() as connection:
            language = learning.language_of(connection, suggestion_id)
        ready = embeddings([language])
        with engine.begin() as connection:
            article = learning.approve(connection, suggestion_id, editor(by), ready, article_id=into, changes=changes)
            count = len(articles.read(connection, article)["questions"])
    say(f"{article}: live, {count} {'question' if count == 1 else 'questions'}")


@sentences
def edit(
    suggestion_id: SuggestionId,
    question: Annotated[str, typer.Option(help="The one that stands for all.", show_default=False)] = "",
    answer: Annotated[str, typer.Option(help="A draft of the short answer.", show_default=False)] = "",
    by: By = "",
    config: ConfigFile = None,
) -> None:
    """Change a suggestion without publishing it."""
    if not question and not answer:
        raise typer.BadParameter("give --question or --answer.")
    with opened(read_settings(config)) as engine, engine.begin() as connection:
        learning.edit(connection, suggestion_id, editor(by), question=question, answer=answer)
    say(f"{suggestion_id}: edited")


@sentences
def discard(
    suggestion_id: SuggestionId,
    why: Annotated[str, typer.Option(help="For the audit trail.")] = "",
    by: By = "",
    config: ConfigFile = None,
) -> None:
    """Put a suggestion away; questions like it open nothing anew."""
    with opened(read_settings(config)) as engine, engine.begin() as connection:
        learning.discard(connection, suggestion_id, editor(by, why))
    say(f"{suggestion_id}: discarded")


def _near(engine: Engine, found: Sequence[Mapping[str, Any]]) -> dict[str, list[Candidate]]:
    """Return the likeliest articles of each suggestion, by its id: one of them may only lack the callers' words.

    Articles are near by the vectors that are kept of them; in a language where some have none of today's encoder, as
    after it changed, all are near by words: to encode thousands would take minutes.
    """
    if not found:
        return {}
    languages = {one["language"] for one in found}
    ready = embeddings(sorted(languages))
    with engine.connect() as connection:
        all_, _ = articles.entries(connection, embeddings=ready)
    published = [entry for entry in all_ if entry.language in languages]
    bare = {entry.language for entry in published if entry.vectors is None} & set(ready)
    for language in sorted(bare):
        say(f"Not every article in '{language}' is encoded yet: near are those that share words. To find them by "
            f"meaning, start hotline serve, or ask hotline kb search anything with --language {language}.")  # fmt: skip
    knowledge = Knowledge(published, {language: one.of for language, one in ready.items() if language not in bare})
    today = a_day("today")
    return {one["id"]: knowledge.candidates(one["question"], one["language"], today, most=NEAR) for one in found}


def join(app: typer.Typer) -> None:
    """Give these commands to `app`."""
    for command in (unanswered, approve, edit, discard):
        app.command()(command)
