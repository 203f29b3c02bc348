"""What Prometheus may ask of campaigns: calls now and since the start, abandonment, and whether the breaker is open."""

from collections.abc import Callable

from campaigns.breaker import BreakerState
from campaigns.campaign_office import CampaignOffice
from campaigns.dialer import Dialer
from voice.metrics import Family


def families(office: CampaignOffice) -> list[Family]:
    """Return the metrics of all campaigns that are being dialled, by name."""

    def each(read: Callable[[Dialer], float]) -> Callable[[], dict[str, float]]:
        # Read from the exporter's thread: the dictionary may change meanwhile.
        return lambda: {name: float(read(dialer)) for name, dialer in list(office.diallers.items())}

    def family(name: str, help_: str, read: Callable[[Dialer], float], counter: bool = False) -> Family:
        return Family(f"hotline_campaign_{name}", help_, each(read), "campaign", counter)

    return [
        family("calls", "Calls that run now", lambda one: len(one.running)),
        family("placed_total", "Calls placed since the dialler began", lambda one: one.lessons.figures.placed, True),
        family("answered_total", "Calls that were answered", lambda one: one.lessons.figures.answered, True),
        family("abandoned_total", "Answered, and no agent in time", lambda one: one.lessons.figures.abandoned, True),
        family("refused_total", "Leads that the law held back", lambda one: one.lessons.figures.refused, True),
        family("abandonment", "Share of abandoned calls in the 30 days of the law", _abandonment),
        family(
            "breaker_open", "1 while the circuit breaker lets no call out",
            lambda one: one.lessons.breaker.state is not BreakerState.CLOSED,
        ),
        Family(
            "hotline_campaigns_tripped_total", "How often failures jumped", lambda: {"": float(office.breakers_opened)},
            counter=True,
        ),
    ]  # fmt: skip


def _abandonment(dialer: Dialer) -> float:
    count = dialer.pacing.all_days
    return count.abandoned / count.answered if count.answered else 0.0
