"""Campaigns as they run now, and the orders that an operator has for them."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments
from sqlalchemy import Connection, select

from campaigns.campaign_orders import Ordered, order, possible
from campaigns.report_words import code_in
from console.access import Right
from console.board_figures import minutes
from console.campaign_look import CampaignLook
from console.data_table import DataTable, Row
from console.dialling_words import result_in, why_in
from console.frame import Frame, doing
from console.hidden_words import masked_number
from console.live_feed import LiveFeed
from console.moments import cell
from console.pages.queues import watched
from console.visit import Visit
from models.campaign import Campaign
from models.errors import Refused

ORDERS = {
    "start": "campaigns.start", "pause": "campaigns.pause", "resume": "campaigns.resume", "drain": "campaigns.drain",
    "stop": "campaigns.stop",
}  # fmt: skip
SURE = {"start": "campaigns.sure_start", "stop": "campaigns.sure_stop"}
STATES = {
    "draft": "campaigns.state_draft", "scheduled": "campaigns.state_scheduled", "running": "campaigns.state_running",
    "paused": "campaigns.state_paused", "draining": "campaigns.state_draining", "tripped": "campaigns.state_tripped",
    "stopped": "campaigns.state_stopped", "finished": "campaigns.state_finished",
}  # fmt: skip
MODES = {
    "robot": "campaigns.mode_robot", "progressive": "campaigns.mode_progressive", "ratio": "campaigns.mode_ratio",
    "predictive": "campaigns.mode_predictive", "preview": "campaigns.mode_preview",
}  # fmt: skip
COLOURS = {"running": "good", "tripped": "bad", "paused": "warn", "draining": "warn"}
LEFT = ("new", "waiting", "leased", "calling")
"""States of leads that are still to be called."""


def register(frame: Frame, feed: LiveFeed[CampaignLook]) -> None:
    @frame.page("/campaigns", right=Right.CAMPAIGNS, title="campaigns.title", icon="campaign")
    def show(visit: Visit) -> None:
        say = visit.say
        with ui.element("h1"):
            ui.label(say("campaigns.title"))
        columns = {
            "name": say("campaigns.campaign"), "state": say("campaigns.state"), "mode": say("campaigns.mode"),
            "left": say("campaigns.left"), "done": say("campaigns.done"), "refused": say("campaigns.refused"),
            "rings": say("campaigns.rings"), "talks": say("campaigns.talks"), "day": say("campaigns.day"),
            "abandoned": say("campaigns.abandoned"), "why": say("campaigns.why"),
        }  # fmt: skip
        numbers = ("left", "done", "refused", "rings", "talks")
        actions = {name: say(key) for name, key in ORDERS.items()}
        table = DataTable(
            say("campaigns.title"), columns, numbers=numbers, short=("state", "mode"), actions=actions,
            empty=say("campaigns.none"), hidden_caption=True,
        )  # fmt: skip
        table.on("act", partial(_ordered, visit))
        columns = {
            "placed": say("campaigns.placed"), "number": say("campaigns.number"),
            "line": say("campaigns.line"), "result": say("campaigns.result"), "by": say("campaigns.by"),
            "grade": say("campaigns.grade"), "talk": say("campaigns.talk"), "agent": say("campaigns.agent"),
        }  # fmt: skip
        attempts = DataTable(
            say("campaigns.attempts"), columns, numbers=("talk",), empty=say("campaigns.no_attempts")
        )  # fmt: skip
        watched(feed, partial(_put, visit, table, attempts))


def _put(visit: Visit, table: DataTable, attempts: DataTable, found: CampaignLook) -> None:
    table.put([_campaign(visit, one) for one in found.campaigns])
    attempts.put([_attempt(visit, one, found.agents) for one in found.attempts])


def _campaign(visit: Visit, one: dict[str, Any]) -> Row:
    leads, live = one["leads"], one["live"] or {}
    abandoned = visit.say(
        "campaigns.abandoned_of", percent=f"{one['abandoned_percent']:g}%", cap=f"{one['cap_percent']:g}%"
    )  # fmt: skip
    cells = {
        "name": one["name"], "state": visit.say(STATES[one["state"]]),
        "mode": visit.say(MODES[one["mode"]]) if one["mode"] in MODES else one["mode"],
        "left": f"{sum(leads.get(state, 0) for state in LEFT):,}", "done": f"{leads.get('done', 0):,}",
        "refused": f"{leads.get('refused', 0):,}", "rings": str(live.get("ringing", one["running"])),
        "talks": str(live.get("talking", "–")),
        "day": ", ".join(f"{count} {code_in(visit.language, name)}" for name, count in list(one["day"].items())[:4]),
        "abandoned": "–" if one["mode"] == "robot" else abandoned, "why": why_in(visit, str(live.get("why", ""))),
    }  # fmt: skip
    above = one["mode"] != "robot" and one["abandoned_percent"] > one["cap_percent"]
    classes = {"state": COLOURS.get(one["state"], ""), "abandoned": "bad" if above else ""}
    return {"key": one["name"], "cells": cells, "classes": classes, "actions": list(possible(one["state"]))}


def _attempt(visit: Visit, one: dict[str, Any], agents: Mapping[str, str]) -> Row:
    cells = {
        "placed": cell(visit, one["placed_at"], exact=True), "number": masked_number(one["number"]),
        "line": one["line"],
        "result": result_in(visit, one["disposition"], one["state"]),
        "by": code_in(visit.language, one["answered_by"]), "grade": one["grade"],
        "talk": minutes(one["talk_s"]) if one["talk_s"] else "",
        "agent": f"{one['agent']} {agents.get(one['agent'], '')}".strip(),
    }  # fmt: skip
    return {"key": f"{one['placed_at']}/{one['number']}", "cells": cells}


async def _ordered(visit: Visit, event: GenericEventArguments) -> None:
    """Carry out an order; what the browser says is checked as if anybody had written it."""
    wish: Any = event.args if isinstance(event.args, dict) else {}
    name, what = str(wish.get("key", "")), str(wish.get("name", ""))
    if not visit.may(Right.CAMPAIGNS) or what not in ORDERS:
        return
    if what in SURE and not await _sure(visit, visit.say(SURE[what], name=name), visit.say(ORDERS[what])):
        return
    found: list[Ordered] = []
    if await doing(visit, _carried_out(visit, name, what, found)):
        ui.notify(visit.say("campaigns.ordered", name=name, state=visit.say(STATES[found[0].state])), type="positive")


async def _carried_out(visit: Visit, name: str, what: str, found: list[Ordered]) -> None:
    by = f"by {visit.viewer.name}"
    await visit.ask(_insist, name)
    found.append(await visit.order(order, visit.engine, visit.settings, name, what, visit.now(), by))
    await visit.audit(f"campaign.{what}", words=name, campaign=name, state=str(found[0].state))


def _insist(connection: Connection, name: str) -> None:
    """Raise `Refused` where the campaign that a page still shows was removed."""
    if connection.scalar(select(Campaign.id).where(Campaign.name == name)) is None:
        raise Refused(f"There is no campaign '{name}' any more.", "orders.campaign_unknown", name=name)


async def _sure(visit: Visit, question: str, yes: str) -> bool:
    with ui.dialog() as dialog, ui.card():
        ui.label(question)
        with ui.row().classes("justify-end w-full"):
            ui.button(visit.say("campaigns.cancel"), on_click=lambda: dialog.submit(False)).props("flat")
            ui.button(yes, on_click=lambda: dialog.submit(True))
    answer = await dialog
    dialog.delete()
    return bool(answer)
