"""Items of subscriptions: the price that is paid for each period, and those that usage is charged by."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(eq=False, kw_only=True)
class SubscriptionItem:
    """Of the items of a subscription one has a quantity that is chosen; metered ones count what is used."""

    id: UUID
    subscription_id: UUID
    price_id: UUID
    quantity: int
    is_metered: bool
