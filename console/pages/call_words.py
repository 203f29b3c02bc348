"""A call's turns as the player shows them: names, times, marks, words with theirs, and the robot's decisions."""

from collections.abc import Sequence
from typing import Any

from console.hidden_words import named
from console.pages.call_content import Content, Decision
from console.visit import Visit
from quality.conversation import Turn
from quality.transcript import LITTLE, Piece, pieces

LOW, HIDDEN = 1, 2
"""Flags of words in `player.js`."""
ANGRY = 0.5
KEYS = (
    ("Space, K", "play"), ("← →", "five"), ("J L", "ten"), (", .", "word"), ("N P", "finding"), ("[ ]", "speed"),
    ("S", "skip"), ("F", "follow"), ("+ −", "zoom"), ("?", "help"),
)  # fmt: skip
TEXTS = (
    "player", "position", "pan", "controls", "play", "pause", "time", "back", "on", "speed", "skip", "previous", "next",
    "finding", "into", "out", "share", "copied", "keys", "shortcuts_on", "transcript", "follow", "low", "hidden",
    "decision", "teach", "misunderstood", "unanswered", "answered", "broken", "silence",
)  # fmt: skip
FILLED = ("of", "hear", "mark")
"""Texts whose fields the browser fills."""


def turns(visit: Visit, content: Content) -> list[dict[str, Any]]:
    """Return the turns in order, each as `player.js` takes it."""
    return [_turn(visit, content, turn) for turn in content.conversation.turns]


def drawn(content: Content) -> dict[str, Any]:
    """Return what is drawn besides turns and findings: silences, overlaps, holds; and what may be skipped."""
    return {
        "silences": [[one["start"], one["end"]] for one in content.facts.get("silences", ())],
        "overlaps": [[one.start, one.end] for one in content.overlaps()],
        "holds": [[one.start, one.end] for one in content.holds()],
        "quiet": [[round(one.start, 2), round(one.end, 2)] for one in content.quiet()],
    }


def name_of(visit: Visit, content: Content, turn: Turn) -> str:
    """Return who speaks, as people read it."""
    known = content.names.get(turn.agent, turn.agent) if turn.speaker == "agent" else ""
    return known or visit.say(f"call.{turn.speaker}")


def _turn(visit: Visit, content: Content, turn: Turn) -> dict[str, Any]:
    hidden = content.hidden.get(turn.number, ())
    anger = content.anger(turn)
    return {
        "n": turn.number, "who": turn.speaker, "name": name_of(visit, content, turn),
        "t": round(turn.start, 2), "e": round(turn.end, 2), "lang": turn.language, "anger": anger,
        "badges": list(_badges(visit, content, turn, anger)),
        "words": [_word(visit, piece, turn) for piece in pieces(turn, hidden)],
        "why": list(_why(visit, content.decisions.get(turn.number))),
    }  # fmt: skip


def _word(visit: Visit, piece: Piece, turn: Turn) -> list[Any]:
    # What the robot says is known to the letter; and without words' times a turn's confidence may be understanding's.
    low = LOW if turn.words and turn.speaker != "robot" and piece.confidence < LITTLE else 0
    text = named(piece.text, visit.phrases, visit.language) if piece.hidden else piece.text
    return [text, piece.start, piece.end, low | (HIDDEN if piece.hidden else 0)]


def _badges(visit: Visit, content: Content, turn: Turn, anger: float) -> Sequence[tuple[str, str]]:
    found = []
    if turn.language != content.conversation.language:
        named = f"call.language_{turn.language}"
        found.append(("language", visit.say(named) if visit.phrases.has(named) else turn.language))
    if turn.speaker != "robot" and not turn.intent and turn.confidence < LITTLE:
        found.append(("low", visit.say("call.low_turn", percent=round(100 * turn.confidence))))
    if anger > ANGRY:
        found.append(("anger", visit.say("call.angry", percent=round(100 * anger))))
    if turn.interrupted:
        found.append(("cut", visit.say("call.interrupted")))
    return found


def _why(visit: Visit, decision: Decision | None) -> Sequence[tuple[str, str]]:
    if decision is None:
        return ()
    taken = decision.intent or visit.say("call.nothing")
    if decision.confidence is not None:
        taken = f"{taken} · {decision.confidence:.2f}"
    found = [(visit.say("call.intent"), taken)]
    if decision.runner_up:
        found.append((visit.say("call.runner_up"), f"{decision.runner_up} · {decision.runner_up_confidence:.2f}"))
    if decision.step:
        found.append((visit.say("call.step"), decision.step))
    if decision.then:
        found.append((visit.say("call.then"), ", ".join(decision.then)))
    return found


def texts(visit: Visit, content: Content) -> dict[str, Any]:
    """Return what the player says by itself, in the page's language."""
    found: dict[str, Any] = {key: visit.say(f"call.{key}") for key in TEXTS}
    found |= {key: visit.phrases.texts[f"call.{key}"][visit.language] for key in FILLED}
    found["shortcuts"] = [[keys, visit.say(f"call.key_{name}")] for keys, name in KEYS]
    overlaps, silences = len(content.overlaps()), len(content.facts.get("silences", ()))
    found["legend"] = visit.say("call.legend", silences=silences, overlaps=overlaps)
    return found
