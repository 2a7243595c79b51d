"""The live feed of what an organization uses."""

from typing import Annotated, Any

import strawberry
from strawberry.scalars import ID

from resolvers import usage_feeds as resolve
from resolvers.context import Context
from resolvers.live import Update
from schema.connections import one
from schema.feeds import AFTER, LiveMessage
from schema.guarded import guarded
from schema.ids import read_id
from schema.meters import Meter
from schema.shapes import shows


@shows(Update, "A message of the feed of what an organization uses.")
class UsageUpdate(LiveMessage):
    meter: Meter | None = one(resolve.METER, Meter, "What counts it; ask usage for the total. Null after a gap.")


_Organization = Annotated[ID, strawberry.argument(description="Your active organization.", name="organizationId")]
_Code = Annotated[
    str | None, strawberry.argument(description="Only of meters with this code. Left out: of all.", name="meterCode")
]


async def _usage(
    info: strawberry.Info[Context, None],
    organization_id: _Organization,
    meter_code: _Code = None,
    after: AFTER = None,
) -> Any:
    organization = read_id(organization_id, "Organization", "organizationId")
    return await resolve.usage_updated(info.context, organization, meter_code, after)


@strawberry.type
class UsageFeeds:
    usage_updated = strawberry.subscription(
        resolver=guarded(resolve.READERS, _usage),
        graphql_type=UsageUpdate,
        description="What is reported, and voided, of the usage of your active organization, the one to name: one"
        " message for each meter of a report. Needs the permission billing:read.",
        metadata={"needs": resolve.READERS},
    )
