"""Webhook deliveries: sending what was sent before, or an event that was made up to try an endpoint."""

from datetime import datetime
from uuid import UUID

from domain.checks import Checks
from domain.webhook_deliveries import KEPT, of_test
from persistence import webhook_deliveries, webhook_endpoints
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST, ENDPOINT = webhook_deliveries.LIST, webhook_deliveries.ENDPOINT
INSTALLATION = webhook_deliveries.INSTALLATION
ATTEMPTS, BODY = webhook_deliveries.ATTEMPTS, webhook_deliveries.BODY


async def send_test_event(db: Unit, *, endpoint_id: UUID) -> Changed:
    endpoint = await webhook_endpoints.for_change(db, endpoint_id)
    delivery = of_test(endpoint, await webhook_deliveries.turn_now(db), by=db.by, at=db.at)
    db.add(delivery)
    return Changed(delivery=delivery)


async def redeliver_webhook(db: Unit, *, delivery_id: UUID) -> Changed:
    endpoint, former = await webhook_deliveries.for_redelivery(db, delivery_id)
    endpoint.check("redeliverFailed", by=db.by)
    redelivery = await webhook_deliveries.next_redelivery(db, former)
    delivery = former.again(redelivery, await webhook_deliveries.turn_now(db), by=db.by, at=db.at)
    db.add(delivery)
    return Changed(delivery=delivery)


async def redeliver_failed(
    db: Unit, *, endpoint_id: UUID, occurred_from: datetime, occurred_to: datetime | None
) -> Changed:
    endpoint, end = await webhook_endpoints.for_change(db, endpoint_id), occurred_to or db.at
    checks = Checks()
    checks.require(occurred_from < end, "Give an instant before occurredTo.", "occurredFrom")
    checks.require(end - occurred_from <= KEPT, f"Give a span of at most {KEPT.days} days.", "occurredFrom")
    checks.refuse()
    endpoint.check("redeliverFailed", by=db.by)
    former, turn = (
        await webhook_deliveries.not_arrived(db, endpoint, occurred_from, end),
        await webhook_deliveries.turn_now(db),
    )
    taken = former[: webhook_deliveries.AT_ONCE]
    db.add(*(one.again(one.redelivery + 1, turn, by=db.by, at=db.at) for one in taken))
    return Changed(endpoint=endpoint, redelivered=len(taken), is_complete=len(taken) == len(former))
