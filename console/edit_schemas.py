"""What programs may write of agents and queues, as JSON Schema: for generators; `plan_reading.py` is the judge."""

from typing import Any

from queues.plan import HIGHEST_LEVEL, OVERFLOW_WHEN, STRATEGIES

Schema = dict[str, Any]
TEXT: Schema = {"type": ["string", "null"]}
FLAG: Schema = {"type": ["boolean", "null"]}
TEXTS: Schema = {"type": ["array", "null"], "items": {"type": "string"}}
LEVEL: Schema = {"type": "integer", "minimum": 1, "maximum": HIGHEST_LEVEL}
LEVELS: Schema = {"type": ["object", "null"], "additionalProperties": LEVEL}
SECONDS: Schema = {"type": ["number", "null"], "minimum": 0}
COUNT: Schema = {"type": ["integer", "null"], "minimum": 0}
WEIGHTS: Schema = {"type": "object", "additionalProperties": {"type": "number"}}


def _object(**properties: Schema) -> Schema:
    return {"type": ["object", "null"], "properties": properties, "additionalProperties": False}


def _some(*schemas: Schema) -> Schema:
    return {"anyOf": list(schemas)}


def _list(of: Schema) -> Schema:
    return {"type": ["array", "null"], "items": of}


AGENT = _object(
    extension=TEXT, name=TEXT, password=TEXT, ha1=TEXT, ha1_sha256=TEXT, languages=TEXTS, skills=LEVELS,
    cost=SECONDS, capacity={"type": ["integer", "null"], "minimum": 1}, team=TEXT, address=TEXT, enabled=FLAG,
    supervises=TEXTS,
)  # fmt: skip
AGENT["type"] = "object"
RELAX = _object(after_s=SECONDS, level={"type": "integer", "minimum": 0, "maximum": HIGHEST_LEVEL})
QUEUE = _object(
    name=TEXT,
    title=_some(TEXT, {"type": "object", "additionalProperties": {"type": "string"}}),
    needs=_some(LEVELS, _list(_object(skill={"type": "string"}, level=LEVEL, relax=_list(RELAX)))),
    match_language=FLAG,
    any_language_after_s=SECONDS,
    hours=TEXT,
    size=COUNT,
    longest_wait_s=SECONDS,
    strategy=_some({"enum": [*STRATEGIES, None]}, WEIGHTS),
    priority=_object(
        waiting={"type": "number"}, tags=WEIGHTS, failed_today={"type": "number"}, calls_today={"type": "number"}
    ),
    ring_s=SECONDS,
    pause_after_missed=COUNT,
    wrap_up_s=SECONDS,
    accept_by_key=FLAG,
    whisper=TEXT,
    music=TEXT,
    announce_position=FLAG,
    announce_wait=FLAG,
    announce_every_s=SECONDS,
    way_out_key=TEXT,
    callback_after_s=SECONDS,
    callback_tries=COUNT,
    callback_again_s=SECONDS,
    overflow=_list(_object(when={"enum": list(OVERFLOW_WHEN)}, to={"type": "string"}, after_s=SECONDS)),
    service_level=_some(_list({"type": "number"}), _object(within_s=SECONDS, share={"type": "number"})),
    credit_s=SECONDS,
)
QUEUE["type"] = "object"
