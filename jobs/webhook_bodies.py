"""What webhooks say: written once for each event and endpoint, before the first attempt."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from domain.actors import SYSTEM
from domain.events import OutboxEvent
from domain.webhook_deliveries import WebhookDelivery
from domain.webhook_endpoints import WebhookEndpoint
from persistence import outbox, webhook_deliveries
from persistence.database import Database
from persistence.unit import transact

Write = Callable[[WebhookEndpoint, WebhookDelivery, OutboxEvent | None], Awaitable[bytes]]
"""Writes the body of a delivery, of an event or, where there was none, of a test."""


class NoWriter(RuntimeError):
    """The process sends webhooks without having said who writes them."""


@dataclass(slots=True)
class _Process:
    write: Write | None = None


_process = _Process()


def use_writer(write: Write) -> None:
    """Says once, where a process starts, who writes bodies: that takes the schema, which jobs know nothing of."""
    _process.write = write


async def body_of(database: Database, endpoint: WebhookEndpoint, delivery: WebhookDelivery, now: datetime) -> bytes:
    """The same for every attempt and every redelivery."""
    async with database.reader() as session:
        kept = await webhook_deliveries.body_of(session, delivery)
        event = await outbox.by_id(session, delivery.event_id) if kept is None else None
    if kept is not None:
        return kept
    if _process.write is None:
        raise NoWriter("call use_writer() before sending webhooks")
    body = await _process.write(endpoint, delivery, event)
    keep = partial(webhook_deliveries.keep_body, delivery=delivery, body=body)
    return await transact(database, keep, by=SYSTEM, at=now)
