"""The live feed about what an organization may use."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from domain.entitlement_versions import EntitlementVersion, id_of
from domain.permissions import Permission
from domain.quotas import CheckedEntitlement
from domain.refusals import not_found
from persistence.outbox import Wanted
from resolvers.context import Context
from resolvers.live import Feed, Update, follow

READERS = (Permission.ENTITLEMENTS_READ, Permission.STAFF_READ)


@dataclass(frozen=True, slots=True)
class EntitlementsChange(Update):
    """A message that knows whose entitlements it is about."""

    organization_id: UUID
    app_id: UUID | None

    async def entitlements(self, context: Context) -> list[CheckedEntitlement]:
        platform = context.platform
        return await platform.entitlements.all(self.organization_id, self.app_id, platform.now())


async def entitlements_changed(
    context: Context, organization_id: UUID, app_id: UUID | None, after: str | None
) -> AsyncIterator[EntitlementsChange]:
    """What changes the viewer's organization's entitlements in one catalogue, for it alone or for everybody."""
    if not context.viewer.acts_for(organization_id):
        raise not_found("organization", "organizationId")
    own, everybodys = id_of(organization_id, app_id), id_of(None, app_id)
    wanted = Wanted(topic=own, besides=(everybodys,), subject_type=EntitlementVersion.SUBJECT)
    feed = Feed(needs=READERS, wanted=wanted, object_of=lambda event: organization_id)
    return _changes(await follow(context, feed, after), organization_id, app_id)


async def _changes(
    updates: AsyncGenerator[Update, None], organization_id: UUID, app_id: UUID | None
) -> AsyncIterator[EntitlementsChange]:
    async with aclosing(updates) as stream:
        async for one in stream:
            yield EntitlementsChange(one.position, one.event, one.object_id, organization_id, app_id)
