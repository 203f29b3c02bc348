"""What is said of campaigns and imports: documents for scripts, tables and sentences for people."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import Connection, func, select

from campaigns.campaign_check import Checked
from campaigns.campaign_rows import StoredCampaign, campaigns, lead_counts
from campaigns.lead_import import Imported
from models.attempt import Attempt
from models.lead import LEAD_LIFE, LeadState

Document = dict[str, Any]
STATES = tuple(str(state) for state in LeadState)


def campaign_documents(connection: Connection) -> list[Document]:
    """Return all campaigns with the counts of their leads."""
    return [_short(connection, one) for one in campaigns(connection)]


def campaign_document(connection: Connection, one: StoredCampaign) -> Document:
    """Return one campaign with its plan, every key of it, and what its calls came to."""
    found = select(Attempt.disposition, func.count()).where(Attempt.campaign_id == one.id).group_by(Attempt.disposition)
    dispositions = {name or "under way": count for name, count in connection.execute(found)}
    return {
        **_short(connection, one), "created_at": one.created_at.isoformat(), "edited_at": one.edited_at.isoformat(),
        "attempts": sum(dispositions.values()), "dispositions": dispositions, "plan": dict(one.settings),
    }  # fmt: skip


def _short(connection: Connection, one: StoredCampaign) -> Document:
    counts = lead_counts(connection, one.id)
    over = sum(counts.get(str(state), 0) for state in LEAD_LIFE.ends)
    total = sum(counts.values())
    return {
        "name": one.name, "id": one.id, "state": str(one.state), "mode": one.plan.mode, "leads": total,
        "left": total - over, "states": {state: counts[state] for state in STATES if state in counts},
        "started_at": _iso(one.started_at), "ended_at": _iso(one.ended_at),
    }  # fmt: skip


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def import_document(done: Imported) -> Document:
    """Return what came of an import."""
    columns = {name: done.columns.headings[at] if done.columns.headings else at + 1 for name, at in
               done.columns.known.items()}  # fmt: skip
    return {
        "rows": done.rows, "added": done.added, "known": done.known, "refused": sum(done.refused.values()),
        "reasons": dict(done.refused), "refused_file": None if done.refused_path is None else str(done.refused_path),
        "encoding": done.form.encoding, "columns": columns, "variables": [name for _, name in done.columns.variables],
    }  # fmt: skip


def import_sentences(done: Imported, dry_run: bool) -> list[str]:
    """Return what came of an import, for a person."""
    would = "would be " if dry_run else ""
    found = [
        f"{done.rows} rows: {done.added} {would}new leads, {done.known} known, {sum(done.refused.values())} refused."
    ]
    if done.refused_path is not None:
        reasons = ", ".join(f"{count} {kind}" for kind, count in done.refused.most_common())
        found.append(f"Refused ({reasons}) are in {done.refused_path}, each with its line and reason.")
    variables = ", ".join(name for _, name in done.columns.variables)
    if variables:
        found.append(f"Variables for the flow: {variables}.")
    return found


def check_document(checked: Checked) -> Document:
    """Return what check found."""
    ahead = checked.outlook
    zones = [
        {
            "timezone": zone.timezone, "leads": zone.leads, "today": zone.today, "opens": _iso(zone.opens),
            "closes": _iso(zone.closes),
        }
        for zone in ahead.zones
    ]  # fmt: skip
    lines = [
        {
            "line": one.name, "may_call": round(one.may_call, 4), "cheapest": one.cheapest, "dearest": one.dearest,
            "currency": one.currency,
        }
        for one in checked.lines
    ]  # fmt: skip
    cost = None
    if checked.cost is not None:
        cost = {"least": checked.cost[0], "most": checked.cost[1], "currency": checked.currency}
    return {
        "name": checked.campaign.name, "state": str(checked.campaign.state), "at": checked.now.isoformat(),
        "ready": not checked.faults, "states": ahead.states, "waiting": ahead.waiting, "today": ahead.today,
        "on_do_not_call_lists": ahead.listed, "without_consent": ahead.without_consent, "called_often": ahead.too_often,
        "zones": zones, "lines": lines, "cost_today": cost, "hours_needed": round(checked.seconds / 3600, 2),
        "assumed": {"answered": checked.assumed.answered, "talk_s": checked.assumed.talk_s},
        "findings": [{"level": one.level, "sentence": one.sentence} for one in checked.findings],
    }  # fmt: skip


# -- for people --------------------------------------------------------------------------------------------------


def print_campaigns(found: Sequence[Mapping[str, Any]]) -> None:
    """Print a table."""
    if not found:
        Console().print("There is no campaign yet; make one with hotline campaigns create FILE.")
        return
    table = _table("Campaign", "State", "Mode", "Leads", "Left", "Done", "Refused")
    for one in found:
        states = one["states"]
        numbers = (one["leads"], one["left"], states.get("done", 0), states.get("refused", 0))
        table.add_row(*(Text(str(cell)) for cell in (one["name"], one["state"], one["mode"], *numbers)))
    Console().print(table)


def print_campaign(one: Mapping[str, Any]) -> None:
    """Print one campaign: its plan as it was written, then what there is."""
    table = _table("", "")
    for key, value in {**one["plan"], **{key: one[key] for key in _SHOWN}}.items():
        if value not in (None, "", [], {}):
            table.add_row(Text(key.replace("_", " ")), Text(_words(value)))
    Console().print(table)


_SHOWN = ("state", "created_at", "started_at", "ended_at", "leads", "left", "states", "attempts", "dispositions")


def _words(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_words(one)}" for key, one in value.items())
    if isinstance(value, list):
        return "; ".join(map(_words, value))
    return str(value)


def print_check(checked: Checked) -> None:
    """Print what check found."""
    console, ahead = Console(highlight=False), checked.outlook
    for one in checked.findings:
        colour = "red" if one.level == "fault" else "yellow"
        console.print(f"[{colour}]{one.level:8}[/]", Text(one.sentence), soft_wrap=True)
    console.print(f"{ahead.today} of {ahead.waiting} waiting leads can be called today.", soft_wrap=True)
    if ahead.zones:
        console.print(_zones(checked))
    if checked.lines:
        console.print(_lines(checked))
    if ahead.today:
        console.print(f"At the campaign's pace they take {_hours(checked.seconds)} of calling.", soft_wrap=True)
        if checked.cost is not None:
            least, most = checked.cost
            share, talk = checked.assumed.answered * 100, checked.assumed.talk_s
            console.print(
                f"They cost {least:.2f} to {most:.2f} {checked.currency}, "
                f"if {share:.0f} % answer and talk {talk:.0f} s.",
                soft_wrap=True,
            )
    if not checked.faults:
        console.print(f"Ready: hotline campaigns start {checked.campaign.name}", soft_wrap=True)


def _zones(checked: Checked) -> Table:
    table = _table("Time zone", "Leads", "Today", "Opens", "Closes")
    for zone in checked.outlook.zones[:20]:
        local = ZoneInfo((checked.campaign.plan.timezone or zone.timezone or "UTC").partition(",")[0])
        opens = "never" if zone.opens is None else _short_time(zone.opens, local)
        if zone.opens is not None and zone.opens <= checked.now:
            opens = "now"
        closes = "" if zone.closes is None else _short_time(zone.closes, local)
        name = zone.timezone if zone.timezone.count(",") < 2 else f"{zone.timezone.partition(',')[0]} and others"
        table.add_row(*(Text(str(cell)) for cell in (name, zone.leads, zone.today, opens, closes)))
    return table


def _lines(checked: Checked) -> Table:
    table = _table("Line", "May call", "A call costs")
    for one in checked.lines:
        price = f"{one.cheapest:g} to {one.dearest:g} {one.currency}" if one.currency else "nothing, as far as is known"
        table.add_row(Text(one.name), Text(f"{one.may_call:.0%}"), Text(price))
    return table


def _short_time(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%m-%d %H:%M}"


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds >= 5400 else f"{seconds / 60:.0f} min"


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, show_header=any(headings))
    for heading in headings:
        table.add_column(heading)
    return table
