"""What is known of a call besides its words: its head (who, when, by what) and the facts that inspection counted."""

from collections.abc import Iterator
from datetime import datetime

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from console.hidden_words import masked_number
from console.moments import moment
from console.pages.call_content import Content
from console.visit import Visit


def show_head(visit: Visit, content: Content, *, original: bool) -> None:
    """Say whose call it is, with whom, when, by which flow, and how it ended."""
    TextElement(tag="h1", text=heading(visit, content, original=original))
    with ui.element("dl").classes("head-facts"):
        for what, value in head_of(visit, content):
            with ui.element("div"):
                TextElement(tag="dt", text=what)
                _value(visit, value)


def heading(visit: Visit, content: Content, *, original: bool) -> str:
    """Return with whom the call was, as the page is headed."""
    outward = content.call.direction == "outbound"
    other = content.call.called if outward else content.call.caller
    return visit.say("call.to" if outward else "call.from", number=(other if original else masked_number(other)) or "–")


def head_of(visit: Visit, content: Content) -> Iterator[tuple[str, str | datetime]]:
    """Yield what stands below it, each with its name: when, how long, by which flow, how it ended."""
    yield from ((visit.say(f"call.head_{what}"), value) for what, value in _head(visit, content) if value)


def _head(visit: Visit, content: Content) -> Iterator[tuple[str, str | datetime]]:
    call, said = content.call, content.conversation
    # Our own numbers are nobody's secret.
    ours = call.caller if call.direction == "outbound" else call.called
    yield "began", call.started_at
    yield "length", length(call.seconds) if call.seconds else ""
    yield "number", ours
    yield "queue", said.queue
    yield "agents", ", ".join(content.names.get(one, one) for one in said.agents)
    yield "team", said.team
    yield "campaign", said.campaign
    yield "flow", f"{call.flow} {call.flow_version}".strip()
    spoken = dict.fromkeys([said.language, *(turn.language for turn in said.turns)])
    yield "languages", ", ".join(_language(visit, one) for one in spoken)
    yield "cause", _cause(visit, call.cause)
    yield "id", call.id


def _value(visit: Visit, value: str | datetime) -> None:
    if isinstance(value, datetime):
        with ui.element("dd"):
            moment(visit, value, exact=True)
    else:
        TextElement(tag="dd", text=value)


def _language(visit: Visit, language: str) -> str:
    named = f"call.language_{language}"
    return visit.say(named) if visit.phrases.has(named) else language


def _cause(visit: Visit, cause: str) -> str:
    named = f"call.cause_{cause.replace('-', '_')}"
    return visit.say(named) if visit.phrases.has(named) else cause


def show_facts(visit: Visit, content: Content) -> None:
    """Show the figures of the conversation, in two columns: what, how much."""
    with ui.element("section").classes("card facts"):
        TextElement(tag="h2", text=visit.say("call.facts"))
        with ui.element("dl"):
            for what, value in _facts(visit, content):
                TextElement(tag="dt", text=visit.say(f"call.fact_{what}"))
                TextElement(tag="dd", text=value)


def _facts(visit: Visit, content: Content) -> Iterator[tuple[str, str]]:
    facts = content.facts

    def sides(key: str, shown: str, scale: float = 1.0) -> str:
        both = facts.get(key) or {}
        values = {side: both.get(side) for side in ("caller", "ours")}
        return visit.say(
            f"call.{shown}",
            caller="–" if not values["caller"] else round(values["caller"] * scale),
            ours="–" if not values["ours"] else round(values["ours"] * scale),
        )

    yield "length", length(facts["seconds"])
    yield "talk", sides("talk_share", "sides_percent", 100)
    longest = facts.get("longest_silence_s", 0.0)
    yield "silence", visit.say("call.silences", total=f"{facts['silence_s']:.1f}", longest=f"{longest:.1f}")
    cuts = [one["by"] for one in facts.get("interruptions", ())]
    yield "interruptions", visit.say("call.sides", caller=cuts.count("caller"), ours=cuts.count("ours"))
    yield "overlap", visit.say("call.seconds", seconds=f"{facts['overlap_s']:.1f}")
    yield "speed", sides("speed", "sides")
    if facts.get("levels"):
        yield "levels", sides("levels", "sides")
    if waited := facts.get("response_s"):
        yield "response", visit.say("call.seconds", seconds=f"{sum(waited) / len(waited):.1f}")
    if facts.get("hold_s"):
        yield "hold", visit.say("call.seconds", seconds=f"{facts['hold_s']:.1f}")
    angry = max((value for _, value in facts.get("anger", ())), default=0.0)
    yield "anger", f"{angry:.2f}"
    yield "misunderstood", str(facts.get("misunderstood", 0))
    if facts.get("hand_overs"):
        yield "hand_overs", str(facts["hand_overs"])
    if facts.get("wrap_up_s") is not None:
        yield "wrap_up", visit.say("call.seconds", seconds=f"{facts['wrap_up_s']:.0f}")
    if facts.get("intents"):
        yield "intents", ", ".join(facts["intents"])


def length(seconds: float) -> str:
    """Return a length as people read it: 3:07, 1:02:45."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
