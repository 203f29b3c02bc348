"""What can be wrong before a caller waits: passwords of another realm, queues of nobody, programs without secrets."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from dialplans.look_ups import ENVIRONMENT
from models.database import database_url, open_engine, schema_age
from models.doctor import Finding
from models.errors import OperatorFault
from models.settings import Settings
from models.webhook import secret_of
from queues.plan import Plan
from queues.plan_checks import contradictions
from queues.plan_entry import PlanRefused, counted
from queues.plan_rows import StoredAgent, stored_agents, stored_plan
from queues.staffing import able


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield what is found about agents, queues and the company's programs.

    Of agents and queues nothing where there is no database yet (its own doctor tells).
    """
    yield from _programs(settings, os.environ)
    try:
        engine = open_engine(database_url(settings))
        found = list(_looked(engine, settings))
        engine.dispose()
    except (OperatorFault, DBAPIError):
        return
    yield from found


def _looked(engine: Engine, settings: Settings) -> Iterator[Finding]:
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
        return
    with engine.connect() as connection:
        if schema_age(connection) != "newest":
            return
        agents = stored_agents(connection)
        try:
            plan = stored_plan(connection)
        except PlanRefused as refused:
            yield Finding("fault", "queues", f"The queues can't be read: {refused.complaints[0]}")
            return
    faults = [*_passwords(agents, settings), *_queues(plan), *_tickets(plan, settings)]
    yield from faults
    if not faults and (plan.agents or plan.queues):
        counts = f"{counted(len(plan.agents), 'agent')} and {counted(len(plan.queues), 'queue')}"
        yield Finding("ok", "queues", f"The plan of {counts} is without contradictions.")


def _passwords(agents: Mapping[str, StoredAgent], settings: Settings) -> Iterator[Finding]:
    realm = settings.sip.realm
    others = [extension for extension, one in agents.items() if one.ha1 and one.ha1.realm != realm]
    if others:
        sentence = f"The passwords of {_some(others)} were made for another realm than [sip] realm '{realm}'; "
        yield Finding(
            "warning", "agents", f"{sentence}give new ones with hotline agents change EXTENSION --password -."
        )
    twice = sorted({user.name for user in settings.sip.users} & agents.keys())
    if twice:
        sentence = f"In [[sip.users]] and among the agents: {_some(twice)}; remove them there, whose passwords win."
        yield Finding("warning", "agents", sentence)


def _queues(plan: Plan) -> Iterator[Finding]:
    for one in contradictions(plan):
        yield Finding("warning", "queues", one.sentence)
    for queue in plan.queues.values():
        if not any(able(agent, queue) for agent in plan.agents.values()):
            sentence = f"No agent could ever serve queue '{queue.name}'; give somebody its skills."
            yield Finding("warning", "queues", sentence)


def _tickets(plan: Plan, settings: Settings) -> Iterator[Finding]:
    wanting = [queue.name for queue in plan.queues.values() if any(way.to == "ticket" for way in queue.overflow)]
    if wanting and not any("call.ticket" in webhook.events for webhook in settings.queues.webhooks):
        sentence = f"Callers of {_some(wanting)} are promised a ticket, and no program makes one of 'call.ticket'; "
        yield Finding("warning", "queues", f"{sentence}name one in [[queues.webhooks]], or overflow to a callback.")


def _programs(settings: Settings, environment: Mapping[str, str]) -> Iterator[Finding]:
    customers = settings.queues.customers
    written = " ".join([customers.url, *customers.headers])
    if customers.url and (missing := sorted(set(ENVIRONMENT.findall(written)) - environment.keys())):
        sentence = (
            f"[queues.customers] names {', '.join(missing)}, which the environment doesn't have: nobody is known; "
        )
        yield Finding("warning", "programs", f"{sentence}export it where the server starts.")
    for webhook in settings.queues.webhooks:
        try:
            secret = secret_of(webhook.secret, environment)
        except OperatorFault as fault:
            yield Finding("fault", "programs", str(fault))
            continue
        if not secret:
            sentence = f"Deliveries to {webhook.url} aren't signed: anybody could send such; give it a secret."
            yield Finding("warning", "programs", sentence)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{', '.join(names[:3])}{more}"
