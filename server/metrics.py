"""/metrics: what the process has counted, for whoever has the token."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from persistence import files, inbound_webhooks, jobs, webhook_deliveries
from persistence.outbox import backlog
from persistence.work import count_work
from resolvers.context import Platform
from server.auth import bearer_token
from server.tallies import Histogram, Tallies
from server.waiting import Waiting

LAG_EVERY_SECONDS, PROBE_SECONDS = 0.25, 1.0


class Metrics:
    """Counts from the beginning. Where no token is set, there is nothing at the address."""

    def __init__(self, token: str | None, platform: Platform, fallbacks: Mapping[str, int]) -> None:
        self.tallies = Tallies()
        self._token, self._platform, self._fallbacks = token, platform, fallbacks
        count_work(platform.database.engine)

    async def serve(self, request: Request) -> Response:
        if self._token is None:
            return PlainTextResponse("Set MILEPOST_METRICS_TOKEN to have metrics.\n", status_code=404)
        if not secrets.compare_digest((bearer_token(request) or "").encode(), self._token.encode()):
            return PlainTextResponse("Send the value of MILEPOST_METRICS_TOKEN as a bearer token.\n", status_code=401)
        # Not before the first scrape: the client library brings a web server along, which takes memory and time.
        from server.exposition import CONTENT_TYPE, Exposition

        exposition = Exposition(self.tallies, self._platform, self._fallbacks)
        return Response(exposition.written(await self._waiting()), media_type=CONTENT_TYPE)

    async def _waiting(self) -> Waiting | None:
        """Without a database the rest is still worth knowing, and so is that this part is missing."""
        with suppress(Exception):
            async with asyncio.timeout(PROBE_SECONDS), self._platform.database.reader() as session:
                return Waiting(
                    await backlog(session),
                    await inbound_webhooks.unfinished(session),
                    await files.unfinished(session),
                    await webhook_deliveries.waiting(session),
                    await jobs.counts(session),
                )
        return None

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
