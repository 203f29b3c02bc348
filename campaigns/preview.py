"""Preview: an agent is shown a lead, and decides whether it is called now.

The agent is paused meanwhile, so that no queue takes them while the phone rings at the other end. A lead that is shown
is leased like one that is called; who looks for too long loses it to the list.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime

from campaigns.lead_row import LeadRow
from models.control_protocol import Facts
from models.errors import Refused

LOOKS_S = 180.0
"""For which an agent may look at a lead."""


@dataclass
class Previews:
    """What the agents of one campaign look at, by extension. Times are seconds of the steady clock. Pure."""

    _shown: dict[str, tuple[LeadRow, float]] = field(default_factory=dict)

    def held(self) -> set[int]:
        """Return the ids of the leads."""
        return {lead.id for lead, _ in self._shown.values()}

    def shown_to(self, agent: str) -> LeadRow | None:
        """Return what an agent looks at."""
        found = self._shown.get(agent)
        return found[0] if found else None

    def show(self, agent: str, lead: LeadRow, now: float) -> None:
        """Let an agent look at a lead."""
        self._shown[agent] = (lead, now + LOOKS_S)

    def decided(self, agent: str) -> LeadRow:
        """Return what an agent looked at, which nobody looks at any more; raise `CannotDo` where there is nothing."""
        found = self._shown.pop(agent, None)
        if found is None:
            words = f"Agent {agent} looks at no lead (any more); ask for the next one first."
            raise Refused(words, "orders.lead_none")
        return found[0]

    def overdue(self, now: float) -> list[LeadRow]:
        """Return what was looked at for too long, and is nobody's now."""
        late = [agent for agent, (_, until) in self._shown.items() if until <= now]
        return [self._shown.pop(agent)[0] for agent in late]


def facts_of_lead(lead: LeadRow) -> Facts:
    """Return what an agent is shown; "variables" is JSON."""
    return {
        "lead": lead.id,
        "number": lead.next_number,
        "name": lead.name,
        "language": lead.language,
        "region": lead.region,
        "attempts": lead.attempts,
        "disposition": lead.disposition,
        "appointment": _iso(lead.appointment_at),
        "variables": json.dumps(dict(lead.variables), ensure_ascii=False, default=str),
    }


def sentence_of_lead(lead: LeadRow) -> str:
    """Return the same for a person: a line of what matters, and what the list says besides."""
    who = f"{lead.name}, {lead.next_number}" if lead.name else lead.next_number
    before = f", called {lead.attempts} times, last {lead.disposition or 'without a result'}" if lead.attempts else ""
    more = "".join(f"\n  {name}: {value}" for name, value in lead.variables.items())
    return f"Lead {lead.id}: {who}{before}.{more}"


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="minutes") if moment else None
