"""/metrics: what the process has counted, in the form that Prometheus reads, for whoever has the token."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from itertools import accumulate

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, GCCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from persistence.outbox import Backlog, backlog
from persistence.work import count_work
from resolvers.context import Platform
from server.auth import bearer_token
from server.errors import FAULTS
from server.tallies import BOUNDS, Histogram, Tallies

LAG_EVERY_SECONDS, PROBE_SECONDS = 0.25, 1.0
_TOTALS = {
    "statements": "SQL statements that operations took",
    "rows": "Rows that those statements read or wrote",
    "cost": "What operations cost",
    "planned": "Operations that a plan answered",
    "streamed": "Operations over sockets and event streams",
}


class Metrics(Collector):
    """Reads the counters when somebody asks. Where no token is set, there is nothing at this address."""

    def __init__(self, token: str | None, platform: Platform, fallbacks: Mapping[str, int]) -> None:
        self.tallies = Tallies()
        self._token, self._platform, self._fallbacks = token, platform, fallbacks
        self._backlog: Backlog | None = None
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        count_work(platform.database.engine)

    async def serve(self, request: Request) -> Response:
        if self._token is None:
            return PlainTextResponse("Set MILEPOST_METRICS_TOKEN to have metrics.\n", status_code=404)
        if not secrets.compare_digest((bearer_token(request) or "").encode(), self._token.encode()):
            return PlainTextResponse("Send the value of MILEPOST_METRICS_TOKEN as a bearer token.\n", status_code=401)
        self._backlog = None
        # Without a database the rest is still worth knowing, and so is that this part is missing.
        with suppress(Exception):
            async with asyncio.timeout(PROBE_SECONDS), self._platform.database.reader() as session:
                self._backlog = await backlog(session)
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)

    def describe(self) -> list[Metric]:
        """Nothing yet: what there is depends on what clients ask."""
        return []

    def collect(self) -> Iterator[Metric]:
        yield from self._operations()
        yield _counter("milepost_faults", "Faults in errors[] by code", "code", FAULTS)
        yield _counter("milepost_refusals", "Refusals of mutations by code", "code", self.tallies.refusals)
        yield _counter("milepost_plan_fallbacks", "Planned operations left to the executor", "reason", self._fallbacks)
        yield _gauge("milepost_sockets", "WebSockets open now", self.tallies.sockets)
        yield _gauge("milepost_streams", "Event streams open now", self.tallies.streams)
        busy, idle = self._platform.database.connections()
        yield _gauge("milepost_pool_connections_busy", "Connections of the pool in use", busy)
        yield _gauge("milepost_pool_connections_idle", "Connections of the pool at rest", idle)
        yield from self._outbox()
        lag = HistogramMetricFamily("milepost_event_loop_lag_seconds", "How late the event loop wakes up")
        lag.add_metric([], _buckets(self.tallies.lag), self.tallies.lag.seconds)
        yield lag

    def _outbox(self) -> Iterator[Metric]:
        if self._backlog is not None:
            since = self._backlog.oldest_at
            waiting = 0.0 if since is None else (self._platform.now() - since).total_seconds()
            yield _gauge("milepost_outbox_waiting", "Events that the relay has not placed yet", self._backlog.events)
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

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Measures the lag of the event loop for as long as the block runs."""
        task = asyncio.create_task(_watch(self.tallies.lag))
        try:
            yield
        finally:
            task.cancel()


async def _watch(lag: Histogram) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + LAG_EVERY_SECONDS
        await asyncio.sleep(LAG_EVERY_SECONDS)
        lag.add(max(0.0, loop.time() - due))


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
