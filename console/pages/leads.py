"""Leads of preview campaigns: an agent looks at one, and has it called or leaves it."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from nicegui import ui
from sqlalchemy import Connection, select

from console.access import Right
from console.frame import Frame, doing, once, told
from console.visit import Visit
from models.campaign import Campaign, CampaignState
from models.control_client import ask
from models.control_protocol import Preview

PATIENCE_S = 30.0
FIELDS = ("name", "number", "language", "region", "attempts", "disposition", "appointment")


def register(frame: Frame) -> None:
    @frame.page("/leads", right=Right.LEADS, title="leads.title", icon="contact_phone")
    async def show(visit: Visit) -> None:
        with ui.element("h1"):
            ui.label(visit.say("leads.title"))
        if not visit.viewer.extension:
            told(visit.say("leads.no_extension"), kind="empty")
            return
        names = await visit.ask(previewed)
        if not names:
            told(visit.say("leads.none"), kind="empty")
            return
        ui.label(visit.say("leads.pause_first", extension=visit.viewer.extension)).classes("dim")
        campaign = ui.select(names, value=names[0], label=visit.say("leads.campaign")).classes("w-64")
        card = ui.element("section").classes("card").props('aria-live="polite"')
        _ask_first(visit, card, campaign)


def previewed(connection: Connection) -> list[str]:
    """Return the names of the preview campaigns that run."""
    found = connection.execute(select(Campaign.name, Campaign.settings).where(Campaign.state == CampaignState.RUNNING))
    return sorted(row.name for row in found if row.settings.get("mode") == "preview")


def _ask_first(visit: Visit, card: ui.element, campaign: ui.select) -> None:
    card.clear()
    with card:
        ui.button(visit.say("leads.next"), on_click=once(partial(_do, visit, card, campaign, "next"))).props("no-caps")


async def _do(visit: Visit, card: ui.element, campaign: ui.select, what: str) -> None:
    found: list[Mapping[str, Any]] = []
    if not await doing(visit, _ordered(visit, str(campaign.value), what, found)):
        return
    if what == "next":
        _show(visit, card, campaign, found[0])
        return
    ui.notify(visit.say(f"leads.{'called' if what == 'call' else 'skipped'}"), type="positive")
    _ask_first(visit, card, campaign)


async def _ordered(visit: Visit, campaign: str, what: str, found: list[Mapping[str, Any]]) -> None:
    order = Preview(campaign, visit.viewer.extension, what)

    def asked() -> Mapping[str, Any]:
        *_, done = ask(visit.settings.data.directory, order, PATIENCE_S)
        return done.facts

    found.append(await visit.order(asked))
    await visit.audit(f"lead.{what}", words=str(found[0]["number"]), campaign=campaign, lead=found[0]["lead"])


def _show(visit: Visit, card: ui.element, campaign: ui.select, lead: Mapping[str, Any]) -> None:
    """What a list says of a person is text, whatever stands in it."""
    rows = [(visit.say(f"leads.{field}"), lead[field]) for field in FIELDS if lead[field] not in (None, "", 0)]
    rows += json.loads(str(lead["variables"])).items()
    card.clear()
    with card:
        with ui.element("dl").classes("pairs"):
            for name, value in rows:
                with ui.element("dt"):
                    ui.label(str(name))
                with ui.element("dd"):
                    ui.label(str(value))
        with ui.row():
            call, skip = (once(partial(_do, visit, card, campaign, what)) for what in ("call", "skip"))
            ui.button(visit.say("leads.call"), icon="call", on_click=call).props("no-caps")
            ui.button(visit.say("leads.skip"), on_click=skip).props("no-caps outline")
