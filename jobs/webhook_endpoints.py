"""What time and silence bring to webhook endpoints: those that never answer are given up, and their log ends."""

from datetime import datetime
from uuid import UUID

from domain.actors import SYSTEM
from domain.events import OutboxEvent
from domain.permissions import Permission
from domain.webhook_endpoints import FAILING_FOR, DisabledBy, WebhookEndpoint, WebhookEndpointStatus
from integrations.mail import Letter, send
from jobs.one_by_one import each
from persistence import permission_decisions, webhook_deliveries, webhook_endpoints
from persistence.database import Database
from persistence.unit import Unit, transact

_SILENT = f"Nothing was delivered for {FAILING_FOR.days} days."


async def give_up_silent(database: Database, now: datetime) -> int:
    """Disables endpoints that have taken nothing for three days, of at least twenty deliveries."""
    ids = await transact(database, webhook_endpoints.given_up_on, by=SYSTEM, at=now)
    return await each(database, ids, _give_up, now)


async def _give_up(db: Unit, endpoint_id: UUID) -> bool:
    endpoint = await webhook_endpoints.locked(db, endpoint_id)
    if endpoint.status is not WebhookEndpointStatus.ENABLED or endpoint.failing_at is None:
        return False
    endpoint.give_up(_SILENT, at=db.at)
    return True


async def forget_deliveries(database: Database, now: datetime) -> int:
    return await transact(database, webhook_deliveries.forget_old, by=SYSTEM, at=now)


async def mail_given_up(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To all who manage webhooks there, when an endpoint was disabled by nobody."""
    if event.data["by"] != DisabledBy.AUTO.value:
        return
    async with database.reader() as session:
        endpoint = await session.get_one(WebhookEndpoint, event.subject_id)
        name = await webhook_endpoints.name_of(session, endpoint)
        addresses = await permission_decisions.addresses_with(
            session, endpoint.organization_id, Permission.WEBHOOKS_MANAGE
        )
    text = (
        f"Milepost no longer sends webhooks of {name} to one of its endpoints.\n\n"
        f"Address: {endpoint.url}\nWhy: {event.data['because']}\n\n"
        "What happens meanwhile is written down as SKIPPED. Once the endpoint answers again, enable it with"
        " enableWebhookEndpoint, and have what it has missed sent with redeliverFailed.\n"
    )
    for address in addresses:
        await send(Letter(address, "A webhook endpoint was disabled", text))
