"""The provider's own portal, for subscriptions that it bills."""

from datetime import datetime

from domain.billed_subscriptions import BilledSubscription
from domain.billing_subscriptions import BillingSubscription
from integrations.provider_billing import OpeningPortal, PortalOpened
from jobs.providers import reach_billing
from persistence.database import Database


async def opened(database: Database, subscription: BillingSubscription, return_url: str, now: datetime) -> str | None:
    """Where the customer of a subscription is sent; None where its provider does not say."""
    if subscription.provider is None or subscription.external_id is None:
        return None
    billing = await reach_billing(database, subscription.provider)
    billed = await billing.find_subscription(subscription.external_id, now)
    if not isinstance(billed, BilledSubscription):
        return None
    page = await billing.open_portal(OpeningPortal(customer=billed.customer, return_url=return_url, at=now))
    return page.url if isinstance(page, PortalOpened) else None
