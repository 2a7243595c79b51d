"""What the process has counted, in the form that Prometheus reads."""

from collections.abc import Iterator, Mapping
from itertools import accumulate

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, GCCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from jobs.webhook_sending import RESULTS
from persistence.unit import REPEATED
from resolvers.context import Platform
from server.errors import FAULTS
from server.tallies import BOUNDS, Histogram, Tallies
from server.waiting import Waiting

CONTENT_TYPE = CONTENT_TYPE_LATEST
_TOTALS = {
    "statements": "SQL statements that operations took",
    "rows": "Rows that those statements read or wrote",
    "cost": "What operations cost",
    "planned": "Operations that a plan answered",
    "streamed": "Operations over sockets and event streams",
}


class Exposition(Collector):
    """Reads the counters when somebody asks."""

    def __init__(self, tallies: Tallies, platform: Platform, fallbacks: Mapping[str, int]) -> None:
        self.tallies, self._platform, self._fallbacks = tallies, platform, fallbacks
        self._waiting: Waiting | None = None
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)

    def written(self, waiting: Waiting | None) -> bytes:
        self._waiting = waiting
        return generate_latest(self._registry)

    def describe(self) -> list[Metric]:
        """Nothing yet: what there is depends on what clients ask."""
        return []

    def collect(self) -> Iterator[Metric]:
        yield from self._operations()
        yield _counter("milepost_faults", "Faults in errors[] by code", "code", FAULTS)
        yield _counter("milepost_refusals", "Refusals of mutations by code", "code", self.tallies.refusals)
        yield _counter("milepost_transaction_retries", "Transactions that were repeated", "reason", REPEATED)
        yield _counter("milepost_plan_fallbacks", "Planned operations left to the executor", "reason", self._fallbacks)
        yield from self._webhooks()
        yield from self._deliveries()
        yield _gauge("milepost_sockets", "WebSockets open now", self.tallies.sockets)
        yield _gauge("milepost_streams", "Event streams open now", self.tallies.streams)
        busy, idle = self._platform.database.connections()
        yield _gauge("milepost_pool_connections_busy", "Connections of the pool in use", busy)
        yield _gauge("milepost_pool_connections_idle", "Connections of the pool at rest", idle)
        yield from self._outbox()
        lag = HistogramMetricFamily("milepost_event_loop_lag_seconds", "How late the event loop wakes up")
        lag.add_metric([], _buckets(self.tallies.lag), self.tallies.lag.seconds)
        yield lag

    def _webhooks(self) -> Iterator[Metric]:
        came = CounterMetricFamily(
            "milepost_inbound_webhooks", "Messages of providers and what came of them", labels=["provider", "result"]
        )
        for labels, count in self.tallies.webhooks.items():
            came.add_metric(labels, count)
        yield came
        if self._waiting is not None:
            unfinished = GaugeMetricFamily(
                "milepost_inbound_webhooks_unfinished",
                "Messages that wait for a worker or for people",
                labels=["status"],
            )
            for status, count in self._waiting.webhooks.items():
                unfinished.add_metric([status.name], count)
            yield unfinished
            files = GaugeMetricFamily(
                "milepost_files_unfinished", "Files that wait for their scan, or are in quarantine", labels=["status"]
            )
            for state, count in self._waiting.files.items():
                files.add_metric([state.name], count)
            yield files

    def _deliveries(self) -> Iterator[Metric]:
        yield _counter(
            "milepost_outbound_webhooks", "Attempts to send webhooks by what came of them", "result", RESULTS
        )
        if self._waiting is not None:
            waiting = GaugeMetricFamily("milepost_outbound_webhooks_waiting", "Webhooks to be sent", labels=["status"])
            for status, count in self._waiting.deliveries.items():
                waiting.add_metric([status.name], count)
            yield waiting

    def _outbox(self) -> Iterator[Metric]:
        if self._waiting is not None:
            jobs = GaugeMetricFamily("milepost_jobs", "Jobs that are not done", labels=["kind", "status"])
            for one in self._waiting.jobs:
                jobs.add_metric([one.kind, one.status.name], one.count)
            yield jobs
            backlog = self._waiting.events
            waiting = 0.0 if backlog.oldest_at is None else (self._platform.now() - backlog.oldest_at).total_seconds()
            yield _gauge("milepost_outbox_waiting", "Events that the relay has not placed yet", backlog.events)
            yield _gauge("milepost_outbox_lag_seconds", "How long the oldest of them waits", waiting)

    def _operations(self) -> Iterator[Metric]:
        operations = self.tallies.operations
        durations = HistogramMetricFamily(
            "milepost_operation_seconds", "Time to answer an operation", labels=["operation"]
        )
        for name, tally in operations.items():
            durations.add_metric([name], _buckets(tally.durations), tally.durations.seconds)
        yield durations
        for field, text in _TOTALS.items():
            counts = {name: getattr(tally, field) for name, tally in operations.items()}
            yield _counter(f"milepost_operation_{field}", text, "operation", counts)


def _counter(name: str, text: str, label: str, counts: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(name, text, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _buckets(histogram: Histogram) -> list[tuple[str, float]]:
    bounds = [*map(str, BOUNDS), "+Inf"]
    return list(zip(bounds, accumulate(histogram.counts), strict=True))
