"""Live feeds about credits."""

import strawberry

from resolvers import credit_feeds as resolve
from resolvers.live import Update
from schema.connections import one
from schema.credit_accounts import CreditAccount
from schema.credit_disputes import CreditDispute
from schema.feeds import LiveMessage, object_feed
from schema.shapes import shows


@shows(Update, "A message of the feed of an organization's credits.")
class CreditBalanceUpdate(LiveMessage):
    account: CreditAccount | None = one(
        resolve.ACCOUNT, CreditAccount, "The account as it is now; null once you may not see it."
    )


@shows(Update, "A message of a credit dispute's feed.")
class CreditDisputeUpdate(LiveMessage):
    dispute: CreditDispute | None = one(
        resolve.DISPUTE, CreditDispute, "The dispute as you may see it now; null once you may not."
    )


@strawberry.type
class CreditFeeds:
    credit_balance_changed = object_feed(
        resolve.credit_balance_changed,
        "Organization",
        CreditBalanceUpdate,
        "What happens to the credits of your active organization, the one to name: every movement, low balances, what"
        " expires soon, freezes. Needs the permission credits:read.",
        needs=resolve.READERS,
    )
    credit_dispute_updated = object_feed(
        resolve.credit_dispute_updated,
        "CreditDispute",
        CreditDisputeUpdate,
        "What happens to a credit dispute of your organization. Needs the permission credits:read or staff:credits.",
        needs=resolve.READERS,
    )
