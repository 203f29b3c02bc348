"""Queues and agents as they are now; a supervisor changes what an agent does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from console.access import Right
from console.board_figures import minutes, percent
from console.data_table import DataTable, Row
from console.frame import Frame, doing
from console.hidden_words import masked_number
from console.live_feed import LiveFeed
from console.queue_look import QueueLook, agent_states, totals
from console.visit import Visit
from models.errors import CannotDo
from queues.agent_report import agent_document
from queues.agent_state import set_state

WISHES = {"ready": "queues.set_ready", "paused": "queues.set_paused", "offline": "queues.set_offline"}
STATES = {
    "offline": "queues.state_offline", "ready": "queues.state_ready", "offered": "queues.state_offered",
    "talking": "queues.state_talking", "wrap-up": "queues.state_wrap-up", "paused": "queues.state_paused",
}  # fmt: skip
CALLERS = {"queued": "queues.caller_queued", "offered": "queues.caller_offered", "talking": "queues.caller_talking"}
PARTS = {
    "waiting": "queues.part_waiting", "tags": "queues.part_tags", "failed_today": "queues.part_failed_today",
    "calls_today": "queues.part_calls_today", "flow": "queues.part_flow",
}  # fmt: skip


def register(frame: Frame, feed: LiveFeed[QueueLook]) -> None:
    @frame.page("/queues", right=Right.LIVE, title="queues.title", icon="groups")
    async def show(visit: Visit) -> None:
        with ui.element("h1"):
            ui.label(visit.say("queues.title"))
        parts = _built(visit)
        watched(feed, partial(_put, visit, parts))


def watched(feed: LiveFeed[Any], put: Callable[[Any], None]) -> None:
    """Have this page shown what the feed finds, as long as it is open."""
    client = ui.context.client
    leave = feed.watch(put)
    client.on_delete(leave)
    if feed.newest is not None and feed.watchers > 1:
        put(feed.newest)


@dataclass(frozen=True)
class _Parts:
    figures: dict[str, ui.label]
    queues: DataTable
    agents: DataTable
    callers: DataTable


def _built(visit: Visit) -> _Parts:
    say = visit.say
    with ui.element("div").classes("tiles"):
        names = {
            "waiting": "queues.waiting", "longest": "queues.longest", "level": "queues.level", "ready": "queues.ready",
            "talking": "queues.talking", "paused": "queues.paused",
        }  # fmt: skip
        figures = {name: _tile(say(key)) for name, key in names.items()}
    columns = {
        "queue": say("queues.queue"), "open": say("queues.open"), "waiting": say("queues.waiting"),
        "longest": say("queues.longest"), "level": say("queues.level"), "answered": say("queues.answered"),
        "abandoned": say("queues.abandoned"), "shift": say("queues.shift"), "ready": say("queues.ready"),
        "busy": say("queues.busy"), "paused": say("queues.paused"),
    }  # fmt: skip
    numbers = [name for name in columns if name not in ("queue", "open")]
    queues = DataTable(
        say("queues.queues"), columns, numbers=numbers, short=("open",), empty=say("queues.no_queues")
    )  # fmt: skip
    wishes = {name: say(key) for name, key in WISHES.items()} if visit.may(Right.ORDER) else {}
    columns = {
        "agent": say("queues.agent"), "team": say("queues.team"), "state": say("queues.state"),
        "since": say("queues.since"),
    }  # fmt: skip
    agents = DataTable(
        say("queues.agents"), columns, numbers=("since",), short=("state",), actions=wishes,
        empty=say("queues.no_agents"),
    )  # fmt: skip
    agents.on("act", partial(_wished, visit))
    columns = {
        "caller": say("queues.caller"), "queue": say("queues.queue"), "state": say("queues.state"),
        "waited": say("queues.waited"), "agent": say("queues.agent"), "score": say("queues.score"),
        "parts": say("queues.parts"),
    }  # fmt: skip
    callers = DataTable(
        say("queues.callers"), columns, numbers=("waited", "score"), short=("state",), empty=say("queues.no_callers")
    )  # fmt: skip
    return _Parts(figures, queues, agents, callers)


def _tile(what: str) -> ui.label:
    with ui.element("div").classes("tile"):
        ui.label(what).classes("dim")
        return ui.label("–").classes("figure")


# -- what is shown ---------------------------------------------------------------------------------------------------


def _put(visit: Visit, parts: _Parts, found: QueueLook) -> None:
    agents = tuple(one for one in found.agents if within(visit, one))
    all_together, states = totals(found.queues), agent_states(found.agents)
    figures = {
        "waiting": str(all_together["waiting"]), "longest": minutes(all_together["longest"]),
        "level": percent(all_together["service_level"]), "ready": str(states.get("ready", 0)),
        "talking": str(states.get("talking", 0)), "paused": str(states.get("paused", 0)),
    }  # fmt: skip
    for name, words in figures.items():
        parts.figures[name].set_text(words)
    parts.queues.put([_queue(visit, one) for one in found.queues])
    parts.agents.put([_agent(visit, one, found.at) for one in agents])
    own = {one["extension"]: _named(one) for one in agents}
    parts.callers.put(
        [
            _caller(visit, name, one, own)
            for name, callers in found.callers.items()
            for one in sorted(callers, key=lambda one: -one["score"].get("score", -1.0))
            if one["state"] != "talking" or one["agent"] in own
        ]
    )


def within(visit: Visit, agent: dict[str, Any]) -> bool:
    """Tell whether who looks may see an agent: all, or those of the own team and oneself."""
    return visit.viewer.sees_agent(agent["extension"], agent["team"])


def _queue(visit: Visit, one: dict[str, Any]) -> Row:
    today, agents = one["today"], one["agents"]
    opened = "queues.is_closed" if not one["open"] else "queues.is_open"
    if one["open"] and one["nobody_will_come"]:
        opened = "queues.is_empty"
    level = percent(today["service_level"])
    if today["service_level"] is not None:
        level = visit.say("queues.level_of", level=level, target=percent(today["target"]))
    cells = {
        "queue": one["queue"], "open": visit.say(opened), "waiting": str(one["waiting"]),
        "longest": minutes(one["longest_wait_s"]), "level": level, "answered": str(today["answered"]),
        "abandoned": str(today["abandoned"]), "shift": str(one["on_shift"]), "ready": str(agents["ready"]),
        "busy": str(agents["offered"] + agents["talking"] + agents["wrap-up"]), "paused": str(agents["paused"]),
    }  # fmt: skip
    below = today["service_level"] is not None and today["service_level"] < today["target"]
    classes = {"level": "bad" if below else "", "open": "" if opened == "queues.is_open" else "warn"}
    return {"key": one["queue"], "cells": cells, "classes": classes}


def _agent(visit: Visit, one: dict[str, Any], now: datetime) -> Row:
    state = visit.say(STATES.get(one["state"], "queues.state_offline"))
    if one["reason"] and one["state"] == "paused":
        state = f"{state} ({one['reason']})"
    since = (now - datetime.fromisoformat(one["since"])).total_seconds()
    cells = {
        "agent": _named(one), "team": one["team"], "state": state, "since": _since(visit, since),
    }  # fmt: skip
    actions = [wish for wish in WISHES if wish != one["state"] and one["enabled"]]
    colour = {"ready": "good", "paused": "warn"}.get(one["state"], "")
    return {"key": one["extension"], "cells": cells, "classes": {"state": colour}, "actions": actions}


def _named(agent: dict[str, Any]) -> str:
    return f"{agent['extension']} {agent['name']}".strip()


def _since(visit: Visit, seconds: float) -> str:
    """Return since when, in minutes and hours: what changed with every look would be sent with every look."""
    hours, left = divmod(int(max(seconds, 0.0)) // 60, 60)
    if hours:
        return visit.say("queues.hours", hours=hours, minutes=left)
    return visit.say("queues.minutes", minutes=left) if left else visit.say("queues.just_now")


def _caller(visit: Visit, queue: str, one: dict[str, Any], agents: Mapping[str, str]) -> Row:
    """`agents`: names of those that the viewer may see, by extension."""
    score = one["score"]
    parts = [f"{visit.say(PARTS[name])} {value:g}" for name, value in score.items() if name in PARTS and value]
    cells = {
        "caller": masked_number(one["number"]), "queue": queue, "state": visit.say(CALLERS[one["state"]]),
        "waited": minutes(one["waited_s"]), "agent": agents.get(one["agent"], one["agent"]),
        "score": f"{score['score']:.1f}" if score else "", "parts": ", ".join(parts),
    }  # fmt: skip
    return {"key": f"{queue}/{one['call_id']}", "cells": cells}


# -- orders ----------------------------------------------------------------------------------------------------------


async def _wished(visit: Visit, event: GenericEventArguments) -> None:
    """Change an agent's state; what the browser says is checked as if anybody had written it."""
    wish: Any = event.args if isinstance(event.args, dict) else {}
    extension, state = str(wish.get("key", "")), str(wish.get("name", ""))
    if not visit.may(Right.ORDER) or state not in WISHES:
        return
    reason = await _reason(visit) if state == "paused" else ""
    became: list[str] = []
    if reason is not None and await doing(visit, _changed(visit, extension, state, reason, became)):
        now = became[0] == state
        ui.notify(_told(visit, extension, state, became[0]), type="positive" if now else "info", timeout=8000)


async def _changed(visit: Visit, extension: str, state: str, reason: str, became: list[str]) -> None:
    if not within(visit, await visit.ask(agent_document, extension)):
        raise CannotDo(visit.say("queues.not_yours", extension=extension))
    await visit.audit("agent-state", words=f"{extension} {state}", agent=extension, state=state, reason=reason)
    _, facts = await visit.order(set_state, visit.settings, extension, state, reason)
    became.append(str(facts["state"]))


def _told(visit: Visit, extension: str, state: str, became: str) -> str:
    """Return what became of a wish: it may have to wait for the phone, or for the end of a talk."""
    how = "changed" if became == state else "once_reached" if became == "offline" else "once_free"
    return visit.say(f"queues.{how}", extension=extension, state=visit.say(STATES[state]))


async def _reason(visit: Visit) -> str | None:
    """Ask why; None: not at all."""
    with ui.dialog() as dialog, ui.card():
        field = ui.input(visit.say("queues.reason")).props("autofocus maxlength=100")
        with ui.row().classes("justify-end w-full"):
            ui.button(visit.say("queues.cancel"), on_click=lambda: dialog.submit(None)).props("flat")
            ui.button(visit.say("queues.set_paused"), on_click=lambda: dialog.submit(field.value or ""))
    answer = await dialog
    dialog.delete()
    return None if answer is None else str(answer)
