"""Sampling: what is chosen for review, how the week's quotas are filled, and who has how much to do."""

from collections.abc import Sequence

from nicegui import ui
from sqlalchemy import Connection

from console.access import Right
from console.data_table import DataTable
from console.frame import Frame, doing, told
from console.pages.reviews_tabs import tabs
from console.visit import Visit
from models.quality_settings import QualitySettings, SampleSettings
from quality.sampling import Plan
from quality.sampling_board import Filled, Work, filled, work
from quality.sampling_rows import foreseen


def register(frame: Frame) -> None:
    """Add the page."""

    @frame.page("/reviews/sampling", right=Right.SAMPLING, title="reviews.sampling")
    async def show(visit: Visit) -> None:
        tabs(visit, "/reviews/sampling")
        settings = visit.settings.quality
        if not settings.samples:
            told(visit.say("reviews.sampling_none"), kind="empty")
        else:
            year, week, _ = visit.now().isocalendar()
            ui.label(visit.say("reviews.week", year=year, week=week)).classes("dim")
            _samples(visit, settings.samples)
            _quotas(visit, await visit.ask(filled, settings, visit.now()))
            _foresee(visit, settings)
        _people(visit, await visit.ask(work, visit.now()))


def _samples(visit: Visit, samples: Sequence[SampleSettings]) -> None:
    columns = {name: visit.say(f"reviews.{name}") for name in ("sample", "reason", "per", "scorecard")}
    rows = [
        {
            "key": one.name,
            "cells": {
                "sample": one.name, "reason": _reason(visit, one),
                "per": visit.say(f"reviews.per_{one.per}", count=one.each_week), "scorecard": one.scorecard or "–",
            },
        }
        for one in samples
    ]  # fmt: skip
    with ui.element("section").classes("q-mb-md"):
        DataTable(visit.say("reviews.samples"), columns, rows)


def _reason(visit: Visit, sample: SampleSettings) -> str:
    words = visit.say(f"reviews.reason_{sample.by.replace('-', '_')}")
    limit = sample.rule or (f"{sample.from_where:g}" if sample.from_where else "")
    return f"{words} ({limit})" if limit else words


def _quotas(visit: Visit, found: Sequence[Filled]) -> None:
    columns = {name: visit.say(f"reviews.{name}") for name in ("sample", "share", "given", "finished", "filled")}
    rows = [
        {
            "key": f"{one.sample.name} {one.share}",
            "cells": {
                "sample": one.sample.name, "share": one.share or visit.say("reviews.share_all"),
                "given": f"{one.given}/{one.sample.each_week}", "finished": f"{one.done}/{one.given}",
                "filled": f"{one.given / one.sample.each_week:.0%}",
            },
        }
        for one in found
    ]  # fmt: skip
    with ui.element("section").classes("q-mb-md"):
        DataTable(
            visit.say("reviews.quotas"), columns, rows, numbers=("given", "finished", "filled"),
            empty=visit.say("reviews.no_given"),
        )  # fmt: skip


def _people(visit: Visit, found: Sequence[Work]) -> None:
    headings = {
        "reviewer": "reviewer", "team": "team", "open": "open_count", "late": "late_count", "done": "done_count"
    }  # fmt: skip
    columns = {name: visit.say(f"reviews.{phrase}") for name, phrase in headings.items()}
    rows = [
        {
            "key": one.account,
            "cells": {
                "reviewer": one.account, "team": one.team or "–", "open": f"{one.open:,}", "late": f"{one.late:,}",
                "done": f"{one.done:,}",
            },
            "classes": {"late": "bad" if one.late else ""},
        }
        for one in found
    ]  # fmt: skip
    with ui.element("section").classes("q-mb-md"):
        DataTable(
            visit.say("reviews.reviewers"), columns, rows, numbers=("open", "late", "done"),
            empty=visit.say("reviews.no_reviewers"),
        )  # fmt: skip


def _foresee(visit: Visit, settings: QualitySettings) -> None:
    button = ui.button(visit.say("reviews.foresee"), icon="visibility").props("no-caps outline")
    place = ui.element("section").classes("q-my-md").props('aria-live="polite"')

    async def look() -> None:
        async def read() -> None:
            _foreseen(visit, await visit.ask(_plan, settings, visit), place)

        button.disable()
        await doing(visit, read())
        button.enable()

    button.on_click(look)


def _plan(connection: Connection, settings: QualitySettings, visit: Visit) -> Plan:
    return foreseen(connection, settings, visit.now())


def _foreseen(visit: Visit, plan: Plan, place: ui.element) -> None:
    place.clear()
    columns = {name: visit.say(f"reviews.{name}") for name in ("call", "agent", "scorecard", "sample", "reviewer")}
    rows = [
        {
            "key": f"{pick.candidate.score_id} {pick.reviewer}",
            "cells": {
                "call": pick.candidate.call_id, "agent": pick.candidate.agent or visit.say("reviews.robot"),
                "scorecard": pick.candidate.scorecard, "reviewer": pick.reviewer,
                "sample": visit.say("reviews.blind", reason=pick.sample) if pick.blind else pick.sample,
            },
            "links": {"call": f"/calls/{pick.candidate.call_id}"},
        }
        for pick in plan.picks
    ]  # fmt: skip
    unassigned = sum(one.unassigned for one in plan.fillings)
    with place:
        DataTable(visit.say("reviews.foreseen"), columns, rows, empty=visit.say("reviews.foreseen_none"))
        if unassigned:
            told(visit.say("reviews.unassigned", count=unassigned))
