"""The live board: calls as they run, with live text, alerts, and what a supervisor may do about them."""

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments, ValueChangeEventArguments

from console.access import Right
from console.frame import Frame, doing
from console.hidden_words import KINDS
from console.live_alerts import take_note
from console.live_board import LiveBoard
from console.live_feed import LiveFeed
from console.live_snapshot import Audience, Snapshot, seen
from console.visit import Visit
from models.control_client import ask
from models.control_protocol import HangUpCall, Order, SuperviseTalk

ORDER_S = 40.0
"""For a supervisor's phone to be answered."""
AT_ONCE_S = 0.6
"""In which whatever needs no phone to ring is carried out, or refused."""
MODES = ("listen", "whisper", "barge", "take-over", "leave")
HANG_UP = "hang-up"
SURE = {"take-over": "live.sure_take", HANG_UP: "live.sure_end"}
"""What is asked before, by mode."""
TEXTS = (
    "live.looking", "live.now", "live.running", "live.robot", "live.caller", "live.agent", "live.waiting",
    "live.ringing", "live.inbound", "live.outbound", "live.alerts", "live.alerts_open", "live.no_alerts", "live.fatal",
    "live.second", "live.said", "live.with_robot", "live.with_agent", "live.agent_is", "live.noted_by", "live.note",
    "live.to_call", "live.calls", "live.no_calls",
    "live.no_match", "live.filter", "live.filter_by", "live.text", "live.no_text", "live.open", "live.listen",
    "live.whisper", "live.barge", "live.take-over", "live.leave", "live.hang-up",
    "live.does_listen", "live.does_whisper", "live.does_barge",
    *(f"frame.hidden_{kind}" for kind in KINDS),
)  # fmt: skip
"""Written by the board's script."""


def texts(visit: Visit) -> dict[str, str]:
    """Return what the board's script writes, by the last part of its key."""
    later = {name: f"{{{name}}}" for name in ("who", "words")}
    return {key.partition(".")[2]: visit.say(key, **later) for key in TEXTS}


def register(frame: Frame, feed: LiveFeed[Snapshot]) -> None:
    @frame.page("/live", right=Right.LIVE, title="live.title", icon="podcasts")
    def show(visit: Visit) -> None:
        with ui.element("h1"):
            ui.label(visit.say("live.title"))
        if visit.may(Right.ORDER):
            _phone(visit, feed)
        else:
            _board(visit, feed, None)


def _phone(visit: Visit, feed: LiveFeed[Snapshot]) -> None:
    with ui.row().classes("items-center gap-4 live-top"):
        phone = ui.input(visit.say("live.phone"), value=visit.viewer.extension).props("dense outlined")
        phone.props["hint"] = visit.say("live.phone_help")
        top = ui.element("div")
    _board(visit, feed, phone, top)


def _board(visit: Visit, feed: LiveFeed[Snapshot], phone: ui.input | None, top: ui.element | None = None) -> None:
    with (top or ui.element("div")).classes("live-choices"):
        switch = ui.switch(visit.say("live.original")) if visit.may(Right.ORIGINAL) else None
        ui.link(visit.say("live.to_wall"), "/wall").classes("dim")
    orders, links = visit.may(Right.ORDER), visit.may(Right.CALLS)
    board = LiveBoard(feed, _audience(visit), texts(visit), visit.language, orders=orders, links=links)
    board.on("note", partial(_note, visit, board))
    board.on("order", partial(_ordered, visit, board, phone))
    if switch is not None:
        switch.on_value_change(partial(_uncover, visit, board))


def _audience(visit: Visit, *, original: bool = False) -> Audience:
    return Audience(visit.viewer.scope(), original, visit.may(Right.ORDER), visit.viewer.extension)


async def _uncover(visit: Visit, board: LiveBoard, change: ValueChangeEventArguments[Any]) -> None:
    """Show personal data, or mask them again; that they were shown is on the trail first."""
    wanted = bool(change.value)
    if not visit.may(Right.ORIGINAL):
        return
    if not wanted or await doing(visit, visit.audit("saw-original", words="live board")):
        board.show_to(_audience(visit, original=wanted))


async def _note(visit: Visit, board: LiveBoard, event: GenericEventArguments) -> None:
    alarm = seen(board.shown, _audience(visit))[1].get(str(event.args))
    if alarm is not None:
        await doing(visit, visit.write(take_note, visit.now(), visit.viewer.name, alarm, visit.address))


async def _ordered(visit: Visit, board: LiveBoard, phone: ui.input | None, event: GenericEventArguments) -> None:
    """Carry out what a button says; what comes from the browser is checked as if anybody had written it."""
    wish: Any = event.args if isinstance(event.args, dict) else {}
    call_id, mode = str(wish.get("call", "")), str(wish.get("mode", ""))
    user = "" if phone is None else str(phone.value or "").strip()
    if not visit.may(Right.ORDER) or mode not in (*MODES, HANG_UP):
        return
    if call_id not in seen(board.shown, _audience(visit))[0]:
        ui.notify(visit.say("live.gone"), type="negative")
    elif mode in ("listen", "whisper", "barge", "take-over") and not user:
        ui.notify(visit.say("live.no_phone"), type="warning")
    elif mode not in SURE or await _sure(visit, visit.say(SURE[mode]), visit.say(f"live.{mode}")):
        await _carry_out(visit, call_id, mode, user)


async def _carry_out(visit: Visit, call_id: str, mode: str, user: str) -> None:
    order: Order = HangUpCall(call_id) if mode == HANG_UP else SuperviseTalk(call_id, mode, user)
    if await doing(visit, visit.audit(f"talk.{mode}", call_id=call_id, user=user)):
        done = _telling(visit, mode, visit.order(_asked, visit, order))
        await doing(visit, done, visit.say("live.done_mode", mode=visit.say(f"live.{mode}")))


async def _telling(visit: Visit, mode: str, ordered: Coroutine[Any, Any, None]) -> None:
    """Tell that the phone rings, once the order has taken longer than where it is in the talk already."""
    carried_out = asyncio.ensure_future(ordered)
    try:
        done, _ = await asyncio.wait([carried_out], timeout=AT_ONCE_S)
        if not done and mode not in ("leave", HANG_UP):
            ui.notify(visit.say("live.ringing_you"), type="info")
        await carried_out
    finally:
        carried_out.cancel()


def _asked(visit: Visit, order: Order) -> None:
    for _ in ask(visit.settings.data.directory, order, ORDER_S):
        pass


async def _sure(visit: Visit, question: str, yes: str) -> bool:
    with ui.dialog() as dialog, ui.card():
        ui.label(question)
        with ui.row().classes("justify-end w-full"):
            ui.button(visit.say("live.cancel"), on_click=lambda: dialog.submit(False)).props("flat")
            ui.button(yes, on_click=lambda: dialog.submit(True)).props("color=negative")
    answer = await dialog
    dialog.delete()
    return bool(answer)
