"""The live feed about what an organization may use."""

from typing import Annotated, Any

import strawberry
from strawberry.scalars import ID

from resolvers import entitlement_feeds as resolve
from resolvers.context import Context
from schema.entitlements import Entitlement
from schema.feeds import AFTER, LiveMessage
from schema.guarded import guarded
from schema.ids import read_id
from schema.shapes import shows

_ORGANIZATION = Annotated[ID, strawberry.argument(description="The id of an Organization.")]
_APP = Annotated[
    ID | None, strawberry.argument(description="The app whose catalogue it is about; left out: Milepost's own.")
]


@shows(resolve.EntitlementsChange, "A message of the feed of an organization's entitlements.")
class EntitlementsUpdate(LiveMessage):
    @strawberry.field(description="Every feature of the catalogue as it is now.")
    async def entitlements(self: resolve.EntitlementsChange, info: strawberry.Info[Context, None]) -> list[Entitlement]:
        found: Any = await self.entitlements(info.context)
        return list(found)


async def _changed(
    info: strawberry.Info[Context, None], organization_id: _ORGANIZATION, app_id: _APP = None, after: AFTER = None
) -> Any:
    organization = read_id(organization_id, "Organization", "organizationId")
    app = None if app_id is None else read_id(app_id, "App", "appId")
    return await resolve.entitlements_changed(info.context, organization, app, after)


@strawberry.type
class EntitlementFeeds:
    entitlements_changed = strawberry.subscription(
        resolver=guarded(resolve.READERS, _changed),
        graphql_type=EntitlementsUpdate,
        description="What changes the entitlements of your active organization, the one to name: subscriptions,"
        " purchases, refunds, grants and seats of its own, and promotions and products of the catalogue. What only time"
        " changes is not told: endsAt says when that is. Needs the permission entitlements:read.",
        metadata={"needs": resolve.READERS},
    )
