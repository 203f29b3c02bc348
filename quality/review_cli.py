"""`hotline quality sample`, `reviews`, `review`, `agreement`: review by people, for scripts and from the shell."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from models.command_line import AsJson, ConfigFile, print_json, say, sentences
from models.errors import CannotDo
from models.review import ReviewState
from models.settings_file import read_settings
from quality import agreement, reviews
from quality.inspection_cli import open_records
from quality.review_view import ReviewView
from quality.sampling import Plan
from quality.sampling_rows import foreseen
from quality.sampling_rows import sample as choose
from voice.cli import Since

WEEKS = timedelta(weeks=12)
"""What agreement looks back on."""
SIGNS = {"kept": "+", "broken": "-", "not-applicable": " "}


@sentences
def sample(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be chosen, and choose nothing.")] = False,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Choose calls for review by `quality.samples`, as far as the week's quotas go, and give them to reviewers."""
    settings = read_settings(config).quality
    if not settings.samples:
        raise CannotDo("No samples are written; [[quality.samples]] in hotline.toml says which calls are reviewed.")
    engine, now = open_records(read_settings(config)), datetime.now(UTC)
    if dry_run:
        with engine.connect() as connection:
            plan = foreseen(connection, settings, now)
    else:
        plan = choose(engine, settings, now)
        reviews.close_old(engine, now)
    if as_json:
        print_json(plan_document(plan))
        return
    for pick in plan.picks:
        second = " (second look)" if pick.blind else ""
        typer.echo(f"{pick.candidate.call_id}  {pick.reviewer:<12} {pick.sample}{second}")
    for one in plan.fillings:
        share = f" {one.share}" if one.share else ""
        typer.echo(f"{one.sample}{share}: {one.given + one.picked} of {one.quota} this week; {one.fitting} calls fit.")
        if one.unassigned:
            say(f"{one.unassigned} of them can be given to nobody: give an account of another team the role 'qa'.")


@sentences
def list_reviews(
    state: Annotated[ReviewState | None, typer.Option(help="Only such.", show_default=False, metavar="STATE")] = None,
    reviewer: Annotated[str, typer.Option(help="Only this account's, to review or to decide.", metavar="ACCOUNT")] = "",
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 50,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """List reviews, the newest first."""
    with open_records(read_settings(config)).connect() as connection:
        found = reviews.listed(connection, states=[state] if state else [], reviewer=reviewer, limit=limit)
    if as_json:
        print_json([document(one) for one in found])
        return
    now = datetime.now(UTC)
    for one in found:
        late = "  overdue" if one.overdue(now) else ""
        who = one.decider if one.state == ReviewState.APPEALED else one.reviewer
        points = "–" if one.valid.points is None else f"{one.valid.points:g}"
        typer.echo(f"{one.id}  {one.call_id}  {one.state:<9}  {who:<12}  {points:>5}  due {one.due_at:%Y-%m-%d}{late}")


review = typer.Typer(help="One review: show.", no_args_is_help=True)


@review.command()
@sentences
def show(
    review_id: Annotated[str, typer.Argument(metavar="REVIEW", help="The id.")],
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Show a review: what the machine and each person said of every rule."""
    with open_records(read_settings(config)).connect() as connection:
        found = reviews.one(connection, review_id)
    if as_json:
        print_json(document(found))
        return
    for line in _lines(found):
        typer.echo(line)


@sentences
def agree(
    since: Since = None,
    only_random: Annotated[
        bool, typer.Option("--random", help="Only samples by chance: what all calls would show.")
    ] = False,
    scorecard_version: Annotated[str, typer.Option("--version", help="Of the scorecard.", metavar="VERSION")] = "",
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Say how far machine and people agree, rule by rule, and reviewers with one another; 12 weeks without --since."""
    began = since or datetime.now(UTC) - WEEKS
    with open_records(read_settings(config)).connect() as connection:
        rules = agreement.of_rules(connection, began, version=scorecard_version, only_random=only_random)
        people = agreement.of_reviewers(connection, began)
    if as_json:
        print_json({"since": began.isoformat(timespec="seconds"), **agreement.document(rules, people)})
        return
    if not rules:
        typer.echo("No review was done in that time.")
    for one in rules:
        found = one.confusion
        counts = f"{found.count:>5} judged  {found.tp} right, {found.fp} false, {found.fn} missed"
        kappa = "–" if found.kappa is None else f"{found.kappa:.2f}"
        typer.echo(f"{one.scorecard}/{one.rule}: {counts}  precision {_share(found.precision)}"
                   f"  recall {_share(found.recall)}  kappa {kappa}")  # fmt: skip
    if people.calls:
        kappa = "–" if people.whole.kappa is None else f"{people.whole.kappa:.2f}"
        same = f"{people.whole.same} of {people.whole.count} findings alike"
        typer.echo(f"Reviewers with one another: {people.calls} calls, {same}, kappa {kappa}.")


def document(view: ReviewView) -> dict[str, Any]:
    """Return a review as JSON; moments in ISO 8601, UTC."""
    whole = asdict(view)
    whole["rules"] = [{**asdict(one), "valid": one.valid} for one in view.rules]
    whole["valid"] = view.valid.document()
    return {key: one.isoformat() if isinstance(one, datetime) else one for key, one in whole.items()}


def plan_document(plan: Plan) -> dict[str, Any]:
    """Return what is chosen, and how full each sample's week is, as JSON."""
    return {
        "chosen": [
            {
                "call": one.candidate.call_id, "scorecard": one.candidate.scorecard, "agent": one.candidate.agent,
                "sample": one.sample, "share": one.share, "reviewer": one.reviewer, "blind": one.blind,
            }
            for one in plan.picks
        ],
        "samples": [asdict(one) for one in plan.fillings],
    }  # fmt: skip


def _lines(view: ReviewView) -> Iterator[str]:
    blind = ", a second look" if view.blind else ""
    yield f"Review {view.id} of call {view.call_id} by {view.reviewer or 'nobody yet'}: {view.state}{blind}"
    stages = (("machine", view.machine), ("review", view.reviewed), ("decision", view.decided))
    yield "  " + ", ".join(
        f"{name} {'–' if figures.points is None else f'{figures.points:g}'}" for name, figures in stages if figures
    )
    for one in view.rules:
        yield f"  {SIGNS[one.machine]}{SIGNS[one.valid]} {one.rule}"
        for said in (one.reviewed, one.decided):
            if said and said.comment:
                at = "" if said.second is None else f" at {said.second:.1f} s"
                yield f"       {said.outcome}{at}: {said.comment}"
    for name, words in (("review", view.words), ("appeal", view.appeal_words), ("decision", view.decision_words)):
        if words:
            yield f"  {name}: {words}"


def _share(share: agreement.Share) -> str:
    if share.value is None:
        return "–"
    low, high = share.interval
    return f"{share.value:.2f} ({low:.2f}-{high:.2f})"
