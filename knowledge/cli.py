"""`hotline kb`: what the hotline knows, and what callers wanted to know."""

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Column, Table
from rich.text import Text

from knowledge import articles, learning_cli
from knowledge.desk import By, Day, Language, Tags, a_day, editor, near_json, near_line, opened
from knowledge.draft import Draft
from knowledge.embedding import embeddings
from knowledge.exporting import Format, exported
from knowledge.few_questions import few, warning
from knowledge.importing import import_articles, read_articles
from knowledge.library import Library
from knowledge.wording import script_of
from models.command_line import AsJson, ConfigFile, print_json, say, sentences
from models.errors import CannotDo, OperatorFault
from models.settings_file import read_settings

app = typer.Typer(no_args_is_help=True, help="The knowledge base: articles, and what callers got no answer to.")
ArticleId = Annotated[str, typer.Argument(metavar="ID", help="As hotline kb list shows it.", show_default=False)]
Title = Annotated[str, typer.Option(help="What it is about.", show_default=False)]
Short = Annotated[str, typer.Option(help="The answer for the ear.", show_default=False)]
Long = Annotated[str, typer.Option(help="The answer for the eye.", show_default=False)]
Questions = Annotated[
    list[str] | None, typer.Option("--question", metavar="TEXT", help="How callers ask; may be given more than once.")
]
Owner = Annotated[str, typer.Option(help="Who is asked when it changes.", show_default=False)]


@app.command()
@sentences
def add(
    title: Title,
    short: Short,
    long: Long = "",
    question: Questions = None,
    tag: Tags = None,
    language: Language = "",
    owner: Owner = "",
    valid_from: Annotated[date | None, Day] = None,
    valid_until: Annotated[date | None, Day] = None,
    id_: Annotated[str, typer.Option("--id", help="Without it, made of the title.", show_default=False)] = "",
    by: By = "",
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Add an article; it is live at once."""
    draft = Draft(
        title, short, long, tuple(question or ()), language, tuple(tag or ()), owner, valid_from, valid_until, id_
    )
    draft = draft.finished()
    with opened(read_settings(config)) as engine:
        ready = embeddings([draft.language])
        with engine.begin() as connection:
            if draft.article_id in articles.ids(connection):
                raise CannotDo(
                    f"There is an article '{draft.article_id}' already; change it with hotline kb change, or give --id."
                )
            articles.write(connection, draft, editor(by), ready)
            _tell(articles.read(connection, draft.article_id), "added", as_json)


@app.command()
@sentences
def change(
    article_id: ArticleId,
    title: Title = "",
    short: Short = "",
    long: Long = "",
    question: Questions = None,
    tag: Tags = None,
    owner: Owner = "",
    valid_from: Annotated[date | None, Day] = None,
    valid_until: Annotated[date | None, Day] = None,
    by: By = "",
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Write the next version of an article: what is given here is new, the rest stays."""
    given = {"title": title, "short": short, "long": long, "questions": tuple(question or ()), "tags": tuple(tag or ()),
             "owner": owner, "valid_from": valid_from, "valid_until": valid_until}  # fmt: skip
    new: dict[str, Any] = {name: value for name, value in given.items() if value}
    with opened(read_settings(config)) as engine:
        with engine.connect() as connection:
            draft = replace(articles.draft_of(articles.read(connection, article_id)), **new)
        ready = embeddings([draft.language])
        with engine.begin() as connection:
            what = articles.write(connection, draft, editor(by), ready)
            _tell(articles.read(connection, article_id), str(what), as_json)


@app.command()
@sentences
def withdraw(
    article_id: ArticleId,
    why: Annotated[str, typer.Option(help="For the audit trail.")] = "",
    by: By = "",
    config: ConfigFile = None,
) -> None:
    """Take an article out of the answers; its versions stay, and hotline kb change publishes it again."""
    with opened(read_settings(config)) as engine, engine.begin() as connection:
        articles.withdraw(connection, article_id, editor(by, why))
    say(f"{article_id}: withdrawn")


@app.command("import")
@sentences
def import_(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, JSON lines, Markdown, HTML, text, or a folder.")],
    by: By = "",
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Bring articles in, all or none; the same again changes nothing."""
    settings = read_settings(config)
    found = read_articles(path)
    drafts = [one.draft for one in found]
    languages = sorted({one.language for one in drafts})
    with opened(settings) as engine, Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Importing", total=len(found))
        done = import_articles(
            engine, found, editor(by, f"imported from {path.name}"), embeddings(languages),
            lambda at, total: bar.update(task, completed=at, total=total),
        )  # fmt: skip
    if as_json:
        print_json(
            {
                "added": done.added,
                "changed": done.changed,
                "unchanged": done.unchanged,
                "few_questions": len(few(drafts)),
            }
        )
        return
    say(f"{done.added} added, {done.changed} changed, {done.unchanged} as they were")
    if sentence := warning(drafts):
        say(sentence)


@app.command()
@sentences
def search(
    question: Annotated[str, typer.Argument(help="As a caller would ask it.", show_default=False)],
    language: Language = "",
    tag: Tags = None,
    at: Annotated[date | None, Day] = None,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Ask the knowledge base as a call would; also show what came near."""
    language, at = language or script_of(question), at or a_day("today")
    with opened(read_settings(config)) as engine:
        library = Library(engine, embeddings([language]))
        library.refresh()
        found = library.search(question, language, at, tag or ())
        near = library.knowledge.candidates(question, language, at, tag or ())
    if as_json:
        answer = None if found is None else {
            "id": found.article_id, "version": found.version, "title": found.title, "short": found.short,
            "long": found.long, "confidence": found.confidence,
        }  # fmt: skip
        print_json(
            {"question": question, "language": language, "found": answer, "candidates": list(map(near_json, near))}
        )
        return
    console = Console(highlight=False, markup=False)
    console.print(f"{found.title}: {found.short}" if found else "I don't know.")
    for one in near:
        console.print(f"  {near_line(one)}")


@app.command()
@sentences
def show(
    article_id: ArticleId,
    version: Annotated[int, typer.Option(min=0, help="Without it, the current one.")] = 0,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Show an article whole."""
    with opened(read_settings(config)) as engine, engine.connect() as connection:
        article = articles.read(connection, article_id)
        if version:
            all_ = {one["version"]: one for one in articles.versions(connection, article_id)}
            if version not in all_:
                raise CannotDo(f"The article '{article_id}' has no version {version}; its newest is {max(all_)}.")
            article |= {name: value for name, value in all_[version].items() if name in article}
    if as_json:
        print_json(article)
        return
    console = Console(highlight=False, markup=False)
    for name, value in article.items():
        if value not in ("", None, []):
            console.print(f"{name}: {', '.join(value) if isinstance(value, list) else value}")


@app.command("list")
@sentences
def list_(
    language: Language = "",
    tag: Annotated[str, typer.Option(help="Only articles with this tag.")] = "",
    withdrawn: Annotated[bool, typer.Option("--withdrawn", help="Withdrawn articles too.")] = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """List articles by their ids."""
    with opened(read_settings(config)) as engine, engine.connect() as connection:
        found = list(articles.listed(connection, language, tag, withdrawn=withdrawn))
    if as_json:
        print_json(found)
        return
    heads = ("", "version", "title", "questions", "tags", "valid until", "owner")
    table = Table(Column("id", no_wrap=True), *heads, box=None, pad_edge=False)
    for one in found:
        cells = (one["id"], one["language"], one["version"], one["title"], len(one["questions"]),
                 ", ".join(one["tags"]), "withdrawn" if one["withdrawn"] else one["valid_until"] or "",
                 one["owner"])  # fmt: skip
        table.add_row(*(Text(str(cell)) for cell in cells))
    Console().print(table if found else "There is no article yet; add one with hotline kb add or hotline kb import.")


@app.command()
@sentences
def export(
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Without it, stdout.")] = None,
    to: Annotated[Format | None, typer.Option("--format", help="Without it, by the file's ending, else csv.")] = None,
    language: Language = "",
    tag: Annotated[str, typer.Option(help="Only articles with this tag.")] = "",
    config: ConfigFile = None,
) -> None:
    """Write the published articles, as hotline kb import takes them again."""
    ending = output.suffix.lstrip(".") if output else ""
    if output and not to and ending not in list(Format):
        raise OperatorFault(f"{output} is of no kind that is written; end it in .csv, .jsonl or .md, or say --format.")
    to = to or (Format(ending) if ending in list(Format) else Format.CSV)
    with opened(read_settings(config)) as engine, engine.connect() as connection:
        text = "".join(exported(articles.listed(connection, language, tag), to))
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.write_text(text, "utf-8", newline="")
    except OSError as error:
        raise OperatorFault(f"{output} can't be written ({error.strerror}); give another --output.") from error
    say(f"{output}: written")


@app.command()
@sentences
def history(
    article_id: Annotated[str, typer.Argument(metavar="[ID]", help="An article; without it, everything.")] = "",
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Show who did what when."""
    with opened(read_settings(config)) as engine, engine.connect() as connection:
        if article_id:
            articles.read(connection, article_id)
        found = articles.history(connection, article_id)
    if as_json:
        print_json(found)
        return
    table = Table("when", "who", "what", "article", "version", "", box=None, pad_edge=False)
    for one in found:
        cells = (one["at"][:19], one["who"], one["what"], one["article_id"] or one["suggestion_id"] or "",
                 one["version"] or "", one["words"])  # fmt: skip
        table.add_row(*(Text(str(cell)) for cell in cells))
    Console().print(table if found else "Nothing was changed yet.")


def _tell(article: dict[str, Any], what: str, as_json: bool) -> None:
    if as_json:
        print_json(article)
    else:
        say(f"{article['id']}: {what}, version {article['version']}")


learning_cli.join(app)
