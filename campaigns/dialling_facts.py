"""How a campaign is being dialled right now by this server, as facts for `--json` and the board."""

from campaigns.dialer import Dialer
from models.control_protocol import Facts


def facts_of(dialer: Dialer, servers: int) -> Facts:
    """Return how a campaign is being dialled; `servers`: how many share its caps."""
    waiting = sum(not one.answered for one in dialer.running.values())
    window = dialer.pacing.window(dialer.now)
    return {
        "ringing": waiting,
        "talking": len(dialer.running) - waiting,
        "with_agents": sum(one.connected for one in dialer.running.values()),
        "placed": dialer.lessons.figures.placed,
        "answered": dialer.lessons.figures.answered,
        "abandoned": dialer.lessons.figures.abandoned,
        "window_answered": window.answered,
        "window_abandoned": window.abandoned,
        "breaker": str(dialer.lessons.breaker.state),
        "pacing": dialer.decision.why,
        "why": dialer.why,
        "servers": servers,
    }
