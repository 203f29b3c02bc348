"""What inspection found in one call, read from the database: a document for scripts, lines for people."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, select

from models.errors import CannotDo
from models.inspection import CallScore, Finding, Inspection
from quality.masking import without

INSPECTIONS, SCORES, FINDINGS = Inspection.__table__, CallScore.__table__, Finding.__table__
SIGNS = {"kept": "+", "broken": "-"}


def inspected(connection: Connection, call_id: str, *, original: bool = False) -> dict[str, Any]:
    """Return what was found; raise `CannotDo` where the call isn't inspected yet.

    Personal data are masked, in words that are evidence too, unless the `original` is wanted.
    """
    row = connection.execute(select(INSPECTIONS).where(Inspection.call_id == call_id)).first()
    if row is None or not row.done_at:
        state = "not known to inspection" if row is None else row.state
        raise CannotDo(f"Call {call_id} is {state}; `hotline quality inspect` inspects what waits.")
    personal = [] if original else row.personal
    return {
        "call": call_id,
        "state": row.state,
        "listened": row.listened,
        "note": row.words,
        "scores": [
            _score(connection, score, [] if original else row.personal) for score in _scores(connection, call_id)
        ],
        "facts": row.facts,
        "turns": [_turn(turn, personal) for turn in row.transcript],
    }


SHOWN = ("number", "speaker", "text", "start", "end", "language", "confidence", "anger", "agent")
"""Of each turn."""


def _turn(turn: dict[str, Any], personal: Sequence[dict[str, Any]]) -> dict[str, Any]:
    mine = [(one["begin"], one["end"], one["kind"]) for one in personal if one["turn"] == turn["number"]]
    return {**{key: turn[key] for key in SHOWN}, "text": without(turn["text"], mine)}


def _evidence(one: dict[str, Any], personal: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Evidence whose turn has personal data in it shows none of its words: they may be a part of them."""
    hidden = any(each["turn"] == one["turn"] and one["turn"] for each in personal)
    return {**one, "words": "[…]"} if hidden else one


def _scores(connection: Connection, call_id: str) -> list[Any]:
    """The newest score by each scorecard."""
    query = select(SCORES).where(CallScore.call_id == call_id).order_by(CallScore.id)
    return list({row.scorecard: row for row in connection.execute(query)}.values())


def _score(connection: Connection, score: Any, personal: Sequence[dict[str, Any]]) -> dict[str, Any]:
    rows = connection.execute(select(FINDINGS).where(Finding.score_id == score.id))
    return {
        "scorecard": score.scorecard,
        "version": score.version,
        "score": score.points,
        "good": score.good,
        "fatal": score.fatal,
        "sections": score.sections,
        "findings": [
            {
                "rule": row.rule,
                "outcome": row.outcome,
                "section": row.section,
                "evidence": [_evidence(one, personal) for one in row.evidence],
            }
            for row in rows
        ],
    }


def inspected_lines(found: dict[str, Any]) -> Iterator[str]:
    """Yield it as a person reads it."""
    yield f"Call {found['call']}: {found['state']}" + (f" ({found['note']})" if found["note"] else "")
    for score in found["scores"]:
        points = "no rule applies" if score["score"] is None else f"{score['score']:g} of 100"
        yield f"{score['scorecard']}@{score['version']}: {points}" + (", a fatal fault" if score["fatal"] else "")
        for finding in score["findings"]:
            yield f"  {SIGNS.get(finding['outcome'], ' ')} {finding['rule']}"
            if finding["outcome"] == "broken":
                yield from (
                    f"      {each['start']:.1f} s {each['speaker']}: {each['words']}" for each in finding["evidence"]
                )
    for turn in found["turns"]:
        yield f"{turn['start']:7.1f}  {turn['speaker']:<6}  {turn['text']}"
