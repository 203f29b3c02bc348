"""What agents of a preview campaign ask of the running server: the next lead, to call it, to skip it."""

from datetime import timedelta

from campaigns.dialer import Dialer
from campaigns.dialer_ports import Ports
from campaigns.preview import facts_of_lead, sentence_of_lead
from models.control_protocol import Done, Preview
from models.database import moment
from models.errors import CannotDo, Refused


async def preview(dialer: Dialer, ports: Ports, order: Preview) -> Done:
    """Carry out an agent's order; raise `CannotDo` with a sentence where that can't be."""
    plan, agent = dialer.campaign.plan, order.agent
    if plan.mode != "preview":
        words = f"The campaign '{plan.name}' is {plan.mode}: its leads are called by themselves."
        raise Refused(words, "orders.lead_by_itself", campaign=plan.name)
    if hindered := ports.agents.hinders(plan.queue, agent):
        raise Refused(hindered, "orders.lead_hindered", agent=agent)
    match order.do:
        case "next":
            return await _next(dialer, agent)
        case "call":
            lead = dialer.previews.decided(agent)
            if why := await dialer.place(lead, agent):
                words = f"{lead.next_number} isn't called: {why}."
                raise Refused(words, "orders.lead_not_called", number=lead.next_number, why=why)
            return Done(f"{lead.next_number} is being called.", facts_of_lead(lead))
        case "skip":
            lead, now = dialer.previews.decided(agent), moment(ports.clock())
            until = now + timedelta(minutes=order.minutes)
            await ports.work(ports.store.defer, lead, until, "skipped", now)
            return Done(f"{lead.next_number} is left for {order.minutes:g} minutes.", facts_of_lead(lead))
        case _:
            raise CannotDo(f"'{order.do}' can't be done with a lead; next, call and skip can.")


async def _next(dialer: Dialer, agent: str) -> Done:
    busy = next((one for one in dialer.running.values() if one.agent == agent), None)
    if busy is not None:
        words = f"Agent {agent} has a call to {busy.placed.number}; the next lead comes after it."
        raise Refused(words, "orders.lead_busy", number=busy.placed.number)
    lead = dialer.previews.shown_to(agent) or await dialer.next_lead()
    if lead is None:
        name = dialer.campaign.name
        words = f"No lead of the campaign '{name}' is due where it is calling time; try later."
        raise Refused(words, "orders.lead_not_due", campaign=name)
    dialer.previews.show(agent, lead, dialer.now)
    return Done(sentence_of_lead(lead), facts_of_lead(lead))
