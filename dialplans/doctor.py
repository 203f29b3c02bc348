"""What can be wrong with flows before the first call: routes to what isn't there or can't be used, their hours."""

from collections.abc import Iterator

from dialplans.calendars import NotACalendar, a_timezone
from dialplans.publishing import Publications
from dialplans.routing import opening_of, usable
from models.doctor import Finding
from models.errors import OperatorFault
from models.settings import Settings


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield what is found about the routes and the flows that they name."""
    faults = list(dict.fromkeys(_faults(settings)))
    yield from (Finding("fault", "flows", sentence) for sentence in faults)
    if not faults:
        names = ", ".join(dict.fromkeys(route.flow for route in settings.dialplan.routes))
        yield Finding("ok", "flows", f"The flows that calls are routed to can be used: {names}.")


def _faults(settings: Settings) -> Iterator[str]:
    given = settings.dialplan
    if not given.routes:
        yield 'No route leads anywhere: add one to [[dialplan.routes]] (called = "*" takes every number).'
    try:
        a_timezone(given.timezone or "UTC")
    except NotACalendar as fault:
        yield f"[dialplan] timezone can't be used: {fault}"
        return
    published = Publications(settings.data.directory)
    for route in given.routes:
        try:
            opening_of(route, given.timezone or "UTC")
        except OperatorFault as fault:
            yield str(fault)
        try:
            usable(route.flow, given.directory, published)
        except OperatorFault as fault:
            yield f"A route leads to flow '{route.flow}': {fault}"
