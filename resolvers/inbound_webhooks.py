"""Inbound webhooks: what providers have told, and letting it be handled again."""

from uuid import UUID

from persistence import inbound_webhooks
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST, EXCEPTION, PAYLOAD = inbound_webhooks.LIST, inbound_webhooks.EXCEPTION, inbound_webhooks.PAYLOAD
READERS = inbound_webhooks.READERS


async def replay_inbound_webhook(db: Unit, *, webhook_id: UUID, reason: str) -> Changed:
    webhook = await inbound_webhooks.locked(db, webhook_id)
    webhook.replay(reason, by=db.by, at=db.at)
    return Changed(webhook=webhook)
