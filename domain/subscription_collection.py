"""How the periods of a subscription are paid: charged when they begin, or asked for with some days to pay."""

from datetime import datetime, timedelta

from domain.actors import SYSTEM, Actor
from domain.billing_subscriptions import BillingSubscription, SubscriptionCollection, SubscriptionStatus
from domain.checks import Checks

MOST_NET_DAYS = 90


def choose(
    subscription: BillingSubscription,
    collection: SubscriptionCollection,
    net_days: int | None,
    *,
    by: Actor,
    at: datetime,
) -> None:
    """From the next period on; one that is open is paid as it was begun."""
    subscription.check("setSubscriptionCollection", by=by)
    is_invoiced = collection is SubscriptionCollection.SEND_INVOICE
    checks = Checks()
    fits = net_days is not None and 0 <= net_days <= MOST_NET_DAYS
    checks.require(fits or not is_invoiced, f"Say within how many days: 0 to {MOST_NET_DAYS}.", "netDays")
    checks.require(is_invoiced or net_days is None, "What is charged at once has no days to pay.", "netDays")
    checks.refuse()
    subscription.collection, subscription.net_days = collection, net_days or 0
    data = {"collection": collection.value, "netDays": subscription.net_days}
    subscription.record("changed", by=by, at=at, data=data)


def is_invoiced(subscription: BillingSubscription) -> bool:
    """Whether its next period is asked for with an invoice. What is owed is charged, or there would be no end to it."""
    return (
        subscription.collection is SubscriptionCollection.SEND_INVOICE
        and subscription.status is not SubscriptionStatus.UNPAID
    )


def due_at(subscription: BillingSubscription, at: datetime) -> datetime:
    """Until when a period that is billed now is to be paid."""
    return at + timedelta(days=subscription.net_days)


def catch_up(subscription: BillingSubscription, *, at: datetime) -> None:
    """The last invoice that was overdue is paid, or asked for no more: it goes on in the period that it stands in."""
    subscription.move_to("recoverSubscription", by=SYSTEM, at=at)
    subscription.past_due_at, subscription.due_at = None, subscription.current_period_end
    subscription.record("recovered", by=SYSTEM, at=at)
