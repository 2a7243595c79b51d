"""Letters about subscriptions, to the organization's address for documents."""

from datetime import datetime
from uuid import UUID

from domain.billing_subscriptions import BillingSubscription, SubscriptionStatus
from domain.events import OutboxEvent
from domain.invoices import Invoice
from domain.organizations import Organization
from domain.products import Product
from domain.sales import Sale
from domain.subscription_periods import PeriodStatus, SubscriptionPeriod
from integrations.mail import Letter, send
from integrations.return_pages import checkout_page_of
from persistence.database import Database


async def mail_attempt_failed(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To dunning.attempt_failed: with a link to pay, and the date on which access ends (rule 12)."""
    async with database.reader() as session:
        subscription = await session.get_one(BillingSubscription, event.subject_id)
        organization = await session.get_one(Organization, subscription.organization_id)
        product = await session.get_one(Product, subscription.product_id)
        period = await session.get_one(SubscriptionPeriod, UUID(event.data["periodId"]))
    text = (
        f"The payment of {period.amount} for {product.name} has failed ({event.data['code']}).\n\n"
        f"{_what_now(subscription, period, event)}\n"
    )
    await send(Letter(organization.billing_email, f"Your payment for {product.name} has failed", text))


async def mail_billed(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To subscription.billed: with a link to pay. Nothing where it has been paid meanwhile, or is asked for no more."""
    async with database.reader() as session:
        period = await session.get_one(SubscriptionPeriod, UUID(event.data["periodId"]))
        organization = await session.get_one(Organization, period.organization_id)
        sale = await session.get_one(Sale, UUID(event.data["saleId"]))
        invoice = await session.get_one(Invoice, period.invoice_id)
    if not period.is_billed:
        return
    text = (
        f"{sale.title}, {period.period_start:%d %B %Y} to {period.period_end:%d %B %Y}: {sale.total}, invoice "
        f"{invoice.number}, due on {invoice.due_on:%d %B %Y}.\n\n"
        f"Pay here: {checkout_page_of(sale.id)}\n"
        "What is not paid by then is charged to your default payment method, if there is one.\n"
    )
    await send(Letter(organization.billing_email, f"Invoice {invoice.number} for {sale.title}", text))


async def mail_trial_ends(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To subscription.trial_will_end."""
    async with database.reader() as session:
        subscription = await session.get_one(BillingSubscription, event.subject_id)
        organization = await session.get_one(Organization, subscription.organization_id)
        product = await session.get_one(Product, subscription.product_id)
    if subscription.status is not SubscriptionStatus.TRIALING or subscription.trial_ends_at is None:
        return
    text = (
        f"Your trial of {product.name} ends on {_day(subscription.trial_ends_at)}. From then on your default payment\n"
        "method is charged. To go on, see that there is one; to leave, end the subscription before.\n"
    )
    await send(Letter(organization.billing_email, f"Your trial of {product.name} is about to end", text))


def _what_now(subscription: BillingSubscription, period: SubscriptionPeriod, event: OutboxEvent) -> str:
    if period.status is not PeriodStatus.OPEN:
        return "It is not tried again by itself. Sign in and pay, if you want to go on."
    lines = [f"Pay here: {checkout_page_of(UUID(event.data['saleId']))}"]
    if subscription.access_ends_at is not None:
        lines.append(f"Unless it is paid, your access ends on {_day(subscription.access_ends_at)}.")
    next_at = period.collect_at if period.is_billed else subscription.due_at
    if next_at is not None:
        lines.append(f"We try it again on {_day(next_at)}.")
    return "\n".join(lines)


def _day(at: datetime) -> str:
    return f"{at:%d %B %Y at %H:%M} UTC"
