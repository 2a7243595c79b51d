"""Live feeds about credits."""

import strawberry

from resolvers import credit_feeds as resolve
from resolvers.live import Update
from schema.connections import one
from schema.credit_disputes import CreditDispute
from schema.feeds import LiveMessage, object_feed
from schema.shapes import shows


@shows(Update, "A message of a credit dispute's feed.")
class CreditDisputeUpdate(LiveMessage):
    dispute: CreditDispute | None = one(
        resolve.DISPUTE, CreditDispute, "The dispute as you may see it now; null once you may not."
    )


@strawberry.type
class CreditFeeds:
    credit_dispute_updated = object_feed(
        resolve.credit_dispute_updated,
        "CreditDispute",
        CreditDisputeUpdate,
        "What happens to a credit dispute of your organization. Needs the permission credits:read or staff:credits.",
        needs=resolve.READERS,
    )
