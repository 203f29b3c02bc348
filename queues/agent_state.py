"""`hotline agents state`: by the running server, or in the database where none runs."""

import time
from typing import get_args

from sqlalchemy import Connection

from models.control_protocol import Facts, SetAgentState
from models.errors import CannotDo, Refused
from models.settings import Settings
from queues.agent_report import agent_document, in_words
from queues.applying import unknown
from queues.editing import edited, reading, told
from queues.plan_rows import stored_agents
from queues.presence import Wish, told_of, wished
from queues.presence_rows import Told, presence_rows, stored_presences


def see_state(settings: Settings, extension: str) -> tuple[str, Facts]:
    """Return what an agent does now, as a sentence and as facts."""
    with reading(settings) as connection:
        agent = agent_document(connection, extension)
    keys = ("extension", "name", "state", "reason", "since", "missed", "after_call", "returns_to")
    return f"Agent {extension} is {in_words(agent)}.", {key: agent[key] for key in keys}


def set_state(settings: Settings, extension: str, state: str, reason: str) -> tuple[str, Facts]:
    """Have an agent ready, paused or offline as soon as that can be; return what became of it."""
    if state not in get_args(Wish):
        raise CannotDo(unknown("state", state, get_args(Wish)))
    answer = told(settings, SetAgentState(extension, state, reason))
    if answer is not None:
        return answer
    return edited(settings, lambda connection: _written(connection, extension, state, reason))


def _written(connection: Connection, extension: str, state: str, reason: str) -> tuple[str, Facts]:
    """Write a wish that the next start of the server finds: nobody's phone can be reached now."""
    agents = stored_agents(connection)
    if extension not in agents:
        raise Refused(unknown("agent", extension, agents), "orders.agent_unknown", agent=extension)
    if not agents[extension].agent.enabled and state != "offline":
        words = f"Agent {extension} is disabled; run hotline agents change {extension} --enable first."
        raise Refused(words, "orders.agent_disabled", agent=extension)
    wish: Wish = state  # type: ignore[assignment]
    now = time.time()
    after = wished(stored_presences(connection)[extension], wish, now, reason, reachable=False)
    for row in presence_rows(agents[extension].id, extension, after, Told(wish, "command"), now):
        connection.execute(row)
    words = told_of(extension, after, wish)
    return f"No server runs. {words}", {"extension": extension, "state": str(after.state), "reason": after.reason}
