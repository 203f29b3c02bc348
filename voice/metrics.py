"""What Prometheus may ask: counts and gauges that the parts keep anyway, read when asked.

Nothing is counted twice: a *source* is a function that returns numbers by name, and this file only gives them
their help texts and labels.
"""

import errno
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from models.errors import OperatorFault
from voice.sip.address import bracketed, host_and_port

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Family:
    """One metric: its name, meaning, kind, and where its numbers come from."""

    name: str
    help: str
    read: Callable[[], Mapping[str, float]]
    """Value by label value; the key "" stands for no label."""
    label: str = ""
    counter: bool = False


class Histogram:
    """Counts of observations below rising bounds, as Prometheus wants them."""

    def __init__(self, name: str, help: str, bounds: Iterable[float]) -> None:
        self.name, self.help = name, help
        self._bounds = [*sorted(bounds), float("inf")]
        self._counts = [0] * len(self._bounds)
        self._sum = 0.0

    def observe(self, value: float) -> None:
        """Count one observation, in the unit that the name says."""
        self._sum += value
        for index, bound in enumerate(self._bounds):
            if value <= bound:
                self._counts[index] += 1

    def family(self) -> Metric:
        """Return the metric as Prometheus wants it: cumulated buckets."""
        names = ["+Inf" if b == float("inf") else str(b) for b in self._bounds]
        return HistogramMetricFamily(
            self.name, self.help, buckets=list(zip(names, self._counts, strict=True)), sum_value=self._sum
        )


class Gauges(Collector):
    """All families and histograms of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(self)
        self._families: list[Family] = []
        self._histograms: list[Histogram] = []

    def add(self, *families: Family) -> None:
        """Show these too."""
        self._families.extend(families)

    def add_histogram(self, histogram: Histogram) -> Histogram:
        """Show it too, and return it to whoever observes."""
        self._histograms.append(histogram)
        return histogram

    def collect(self) -> Iterable[Metric]:
        """Read every source (called from the exporter's own thread)."""
        for family in self._families:
            kind = CounterMetricFamily if family.counter else GaugeMetricFamily
            metric = kind(family.name, family.help, labels=[family.label] if family.label else [])
            for label, value in dict(family.read()).items():
                metric.add_metric([label] if family.label else [], value)
            yield metric
        for histogram in self._histograms:
            yield histogram.family()

    def serve(self, listen: str) -> WSGIServer | None:
        """Answer HTTP on `listen` ("host:port") from a thread of its own, until the returned server is shut down.

        None where another program has the port: calls matter more than figures, so that is logged and no more. Raise
        `OperatorFault` where the address can't be used at all.
        """
        host, port = host_and_port(listen, "listen in [metrics]")
        try:
            server, _ = start_http_server(port, host, registry=self.registry)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                log.warning(
                    "no metrics: %s:%d is taken by another program; give this server a [metrics] listen of its own, "
                    "or an empty one.",
                    bracketed(host),
                    port,
                )
                return None
            raise OperatorFault(
                f"Metrics can't listen on {bracketed(host)}:{port} ({error.strerror}): set another [metrics] listen, "
                "or an empty one for none."
            ) from error
        return server
