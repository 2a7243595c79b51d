"""The live feed of what an organization uses."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any
from uuid import UUID

from domain.usage_events import UsageOfMeter
from persistence.catalogue import METERS
from planner.edges import One
from resolvers.context import Context
from resolvers.live import BILLING_READERS, Update, of_organization

METER, READERS = One(METERS, "object_id"), BILLING_READERS


async def usage_updated(
    context: Context, organization_id: UUID, meter_code: str | None, after: str | None
) -> AsyncIterator[Update]:
    """What is reported and voided for the viewer's organization, of one meter or of all."""
    stream = await of_organization(context, organization_id, UsageOfMeter.SUBJECT, READERS, after)
    return stream if meter_code is None else _only(stream, meter_code)


async def _only(stream: Any, meter_code: str) -> AsyncIterator[Update]:
    async with aclosing(stream) as updates:
        async for update in updates:
            if update.event is None or update.event.data.get("meterCode") == meter_code:
                yield update
