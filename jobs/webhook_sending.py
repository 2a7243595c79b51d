"""Sending webhooks: each attempt by itself, so that an endpoint that hangs holds up nobody but itself."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from domain.actors import SYSTEM
from domain.webhook_deliveries import Answer, WebhookDelivery, WebhookDeliveryStatus
from domain.webhook_endpoints import WebhookEndpoint, WebhookEndpointStatus
from domain.webhook_signatures import signature
from integrations.vault import vault_in_use
from integrations.webhook_calls import post
from jobs.webhook_bodies import body_of
from persistence import webhook_endpoints, webhook_leases
from persistence.database import Database, is_outage
from persistence.unit import Unit, transact
from persistence.webhook_leases import Leased

LANES = 100
"""Attempts that one process has under way at the same time: a wait for an answer costs little more than a socket."""
DESKS = 4
"""How many of them use the database at the same time."""
PAUSE_SECONDS = 0.5
_WRITING_SECONDS = 10
_AGAIN_SECONDS = (0.2, 1.0, 5.0, 15.0)
"""When it is tried again to write down an answer: all before the lease ends."""
_GONE = "It answered 410 Gone."

RESULTS: Counter[str] = Counter()
"""What became of deliveries in this process: DELIVERED, RETRYING, FAILED, SKIPPED."""

log = logging.getLogger(__name__)


async def send_due(database: Database, now: datetime) -> int:
    """Sends what may be sent now, side by side, and waits for all answers; how many were sent or skipped."""
    skipped = await transact(database, _skip, by=SYSTEM, at=now)
    leased = await transact(database, partial(_lease, most=LANES), by=SYSTEM, at=now)
    desks = asyncio.Semaphore(DESKS)
    async with asyncio.TaskGroup() as group:
        for endpoint, delivery in leased:
            group.create_task(_send(database, endpoint, delivery, lambda: now, desks))
    return skipped + len(leased)


@dataclass(slots=True)
class Sender:
    """Sends for as long as its process works. A lane is free again as soon as its own attempt has ended."""

    database: Database
    now: Callable[[], datetime]
    _desks: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(DESKS))
    _lanes: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self, stop: asyncio.Event) -> None:
        """Until somebody asks it to stop; then it waits for the answers that are under way."""
        while not stop.is_set():
            try:
                started = await self._start()
            except Exception:
                log.exception("looking for webhooks to send failed")
                started = 0
            if not started:
                with suppress(TimeoutError):
                    async with asyncio.timeout(PAUSE_SECONDS):
                        await stop.wait()
        if self._lanes:
            await asyncio.wait(self._lanes)

    async def _start(self) -> int:
        free, now = LANES - len(self._lanes), self.now()
        skipped = await transact(self.database, _skip, by=SYSTEM, at=now)
        if not free:
            return skipped
        leased = await transact(self.database, partial(_lease, most=free), by=SYSTEM, at=now)
        for endpoint, delivery in leased:
            task = asyncio.create_task(_send(self.database, endpoint, delivery, self.now, self._desks))
            self._lanes.add(task)
            task.add_done_callback(self._lanes.discard)
        return skipped + len(leased)


async def _lease(db: Unit, most: int) -> Sequence[Leased]:
    found = []
    for endpoint, delivery in await webhook_leases.next_ones(db, most):
        lost = delivery.lease(at=db.at)
        if lost is not None:
            db.add(lost)
        if delivery.lease_until is not None:
            found.append((endpoint, delivery))
    return found


async def _skip(db: Unit) -> int:
    in_vain = await webhook_leases.to_be_skipped(db)
    for delivery, because in in_vain:
        delivery.skip(because, at=db.at)
    RESULTS[WebhookDeliveryStatus.SKIPPED.name] += len(in_vain)
    return len(in_vain)


async def _send(
    database: Database,
    endpoint: WebhookEndpoint,
    delivery: WebhookDelivery,
    now: Callable[[], datetime],
    desks: asyncio.Semaphore,
) -> None:
    """One attempt. What goes wrong here, and not there, leaves the lease to lapse, and somebody tries again."""
    try:
        body = await _written(database, endpoint, delivery, now(), desks)
        if body is None:
            answer = Answer(latency_ms=0, error="What it says could not be written; this is not the endpoint's fault.")
        else:
            answer = await post(endpoint.url, _headers(endpoint, delivery, body, now()), body)
        RESULTS[await _recorded(database, delivery, answer, now, desks)] += 1
    except Exception:
        log.exception("webhook %s was not sent, or what was answered is lost", delivery.id)


async def _written(
    database: Database, endpoint: WebhookEndpoint, delivery: WebhookDelivery, now: datetime, desks: asyncio.Semaphore
) -> bytes | None:
    try:
        async with desks, asyncio.timeout(_WRITING_SECONDS):
            return await body_of(database, endpoint, delivery, now)
    except Exception:
        log.exception("the body of webhook %s could not be written", delivery.id)
        return None


def _headers(endpoint: WebhookEndpoint, delivery: WebhookDelivery, body: bytes, now: datetime) -> dict[str, str]:
    """Receivers compare the time with their clocks: it is the real one, also where the platform's was moved."""
    vault, timestamp = vault_in_use(), int(datetime.now(UTC).timestamp())
    secrets = [vault.open(sealed, endpoint.id.bytes) for sealed in endpoint.sealed_secrets(now)]
    return {
        "content-type": "application/json",
        "user-agent": "Milepost-Webhooks/1",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secrets, delivery.message_id, timestamp, body),
    }


async def _recorded(
    database: Database, delivery: WebhookDelivery, answer: Answer, now: Callable[[], datetime], desks: asyncio.Semaphore
) -> str:
    """What became of it, once that is written down. It is written again where the database was away: otherwise what has
    arrived would be sent again, and the next event of its object would wait for the lease to lapse."""
    record = partial(_record, delivery=delivery, answer=answer)
    for seconds in (*_AGAIN_SECONDS, None):
        try:
            async with desks:
                return await transact(database, record, by=SYSTEM, at=now())
        except Exception as error:
            if seconds is None or not is_outage(error):
                raise
        await asyncio.sleep(seconds)
    raise AssertionError("unreachable: the last attempt returns or raises")


async def _record(db: Unit, delivery: WebhookDelivery, answer: Answer) -> str:
    """What becomes of it and of its endpoint; where the lease has lapsed meanwhile, somebody else says so."""
    found = await webhook_leases.locked(db, delivery.id)
    if found is None or not found.is_held_by(delivery.attempts):
        return "TOO_LATE"
    db.add(found.answered(answer, at=db.at))
    if answer.is_accepted:
        await webhook_endpoints.note_delivered(db, found.endpoint_id)
    elif answer.is_gone:
        endpoint = await webhook_endpoints.locked(db, found.endpoint_id)
        if endpoint.status is WebhookEndpointStatus.ENABLED:
            endpoint.give_up(_GONE, at=db.at)
    else:
        await webhook_endpoints.note_failed(db, found.endpoint_id)
    return str(found.status.name)
