"""What the SIP edge counts anyway, for Prometheus, read from the exporter's thread: nothing here changes anything."""

from collections.abc import Callable, Mapping

from voice.metrics import Family
from voice.sip.edge import SipEdge
from voice.sip.trunk import Trunk


def families(edge: SipEdge, clock: Callable[[], float]) -> list[Family]:
    """The edge's metrics; `clock` is the one that the edge was given."""

    def each(value: Callable[[Trunk], float]) -> Callable[[], Mapping[str, float]]:
        return lambda: {trunk.name: value(trunk) for trunk in edge.trunks}

    def registered() -> Mapping[str, float]:
        return {line.trunk.name: max(0.0, line.registered_until - clock()) for line in edge.registrations}

    return [
        Family(
            "hotline_sip_dropped_packets",
            "Packets of unknown sources that the guard dropped, by reason.",
            lambda: {str(reason): float(count) for reason, count in dict(edge.guard.dropped).items()},
            label="reason",
            counter=True,
        ),
        Family("hotline_sip_banned_sources", "Sources banned now.", lambda: {"": len(edge.guard.banned(clock()))}),
        Family("hotline_sip_registered_phones", "Phones registered now.", lambda: {"": edge.bindings.count(clock())}),
        Family(
            "hotline_trunk_available",
            "1 while a trunk answers its health checks.",
            each(lambda trunk: float(trunk.available)),
            label="trunk",
        ),
        Family(
            "hotline_trunk_calls",
            "Calls through a trunk now, in either direction.",
            each(lambda trunk: trunk.calls),
            label="trunk",
        ),
        Family(
            "hotline_trunk_registered_seconds",
            "Seconds that our registration with a trunk still holds.",
            registered,
            label="trunk",
        ),
    ]
