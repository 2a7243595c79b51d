"""What an organization has before it, asked for or followed live."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from domain.dashboards import Dashboard
from domain.event_types import EVENT_TYPES
from domain.refusals import not_found
from persistence import dashboards
from persistence.database import is_congestion, is_outage
from persistence.outbox import Wanted
from resolvers.context import Context
from resolvers.digests import digest
from resolvers.listeners import until_known
from resolvers.live import Feed, Update

READERS = dashboards.READERS

_WORK = ("gig", "proposal", "project", "milestone", "task")
_MONEY = ("invoice", "wallet", "escrow", "approval", "credits", "credit_account")
_OF_FIGURES = tuple(one for one in EVENT_TYPES if one.partition(".")[0] in (*_WORK, *_MONEY))
"""What may change a figure."""


@dataclass(frozen=True, slots=True)
class DashboardChange(Update):
    """A message with the figures of its moment."""

    dashboard: Dashboard


async def dashboard(context: Context, organization_id: UUID) -> Dashboard | None:
    """None for organizations of others."""
    if not context.viewer.acts_for(organization_id):
        return None
    platform = context.platform
    async with platform.database.reader() as session:
        return await dashboards.read(session, context.viewer, organization_id, platform.now())


async def dashboard_updated(
    context: Context, organization_id: UUID, after: str | None
) -> AsyncIterator[DashboardChange]:
    """The figures of the viewer's organization, whenever some may have changed."""
    if not context.viewer.acts_for(organization_id):
        raise not_found("organization", "organizationId")
    wanted = Wanted(topic=organization_id, types=_OF_FIGURES)
    feed = Feed(needs=READERS, wanted=wanted, object_of=lambda event: organization_id)
    return _changes(context, organization_id, await digest(context, feed, after))


async def _changes(
    context: Context, organization_id: UUID, updates: AsyncGenerator[Update, None]
) -> AsyncIterator[DashboardChange]:
    async with aclosing(updates) as stream:
        async for one in stream:
            figures = await _figures(context, organization_id, one.position)
            yield DashboardChange(one.position, one.event, one.object_id, figures)


async def _figures(context: Context, organization_id: UUID, position: int) -> Dashboard:
    """With the reader's rights of the moment at which the database answers: while it is away, they wait."""
    platform = context.platform
    while True:
        try:
            return await platform.dashboards.behind(position, context.viewer, organization_id, platform.now())
        except Exception as error:
            if not (is_outage(error) or is_congestion(error)):
                raise
            await until_known(context)
