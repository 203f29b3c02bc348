"""What diallers say, in the reader's language: why nothing of a campaign is dialled, and what a call came to."""

import re

from campaigns.report_words import code_in
from console.visit import Visit

REASONS = (
    (r"one a free agent(?:: (?P<reason>.+))?", "one"),
    (r"(?P<count>[\d.]+) a free agent", "ratio"),
    (r"agents accept each lead first", "preview"),
    (r"risk up to [\d.]+", "risk"),
    (r"the circuit breaker is open: failures jumped", "breaker"),
    (r"no lead is due where it is calling time", "no_lead"),
    (r"a cap is reached", "cap"),
    (r"other servers on this database have this cap just now", "others"),
    (r"paused", "paused"),
    (r"(?P<count>\d+) agents, fewer than (?P<least>\d+)", "few"),
    (r"too little is known yet", "unknown"),
    (r"(?P<count>\d+) of (?P<of>\d+) abandoned, the cap of the window", "window"),
    (r"(?P<count>\d+) of (?P<of>\d+) abandoned, the cap of the 30 days", "days"),
)
"""Of `Dialer.why`, as `campaigns/dialer.py`, `pacing.py` and `rate_limit.py` word it; and the phrase of each."""


def why_in(visit: Visit, why: str) -> str:
    """Return why nothing is dialled as the reader says it; what a line or flow complains of stays as it is."""
    for pattern, key in REASONS:
        if found := re.fullmatch(pattern, why):
            said = visit.say(f"campaigns.why_{key}", **found.groupdict(""))
            reason = found.groupdict().get("reason")
            return visit.say("campaigns.why_because", what=said, why=why_in(visit, reason)) if reason else said
    return why


def result_in(visit: Visit, disposition: str, state: str) -> str:
    """Return what an attempt came to, or where it is while it runs."""
    if not disposition and visit.phrases.has(f"campaigns.attempt_{state}"):
        return visit.say(f"campaigns.attempt_{state}")
    return code_in(visit.language, disposition or state)
