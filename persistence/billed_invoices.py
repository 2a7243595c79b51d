"""What a provider that bills was paid: period, sale, invoice and payment, once for each of its own invoices."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from domain import subscription_periods as periods
from domain.billed_subscriptions import BilledCharge, BilledInvoice, BilledLine, BilledSubscription
from domain.billing_subscriptions import BillingSubscription
from domain.payment_methods import Provider
from domain.payment_starts import Means, started_for_sale
from domain.payments import PaymentTrigger
from domain.refusals import RefusalCode, Refused
from domain.sales import Sale, SaleKind
from domain.subscription_periods import SubscriptionPeriod
from persistence import (
    billed_changes,
    billing_customers,
    credit_accounts,
    payments,
    sale_outcomes,
    sales,
    subscription_terms,
)
from persistence.mirrored_subscriptions import price_of
from persistence.payment_settlement import charged_for, received
from persistence.tables.subscriptions import billed_invoices
from persistence.unit import Unit

_columns = billed_invoices.c


async def unrecorded(db: Unit, provider: Provider, external_ids: Sequence[str]) -> list[str]:
    """Those of a provider's paid invoices that have had no effect here so far, in their order."""
    known = select(_columns.external_id).where(_columns.provider == provider, _columns.external_id.in_(external_ids))
    recorded = set((await db.session.scalars(known)).all())
    return [one for one in external_ids if one not in recorded]


async def record(
    db: Unit, subscription: BillingSubscription, provider: Provider, invoice: BilledInvoice, billed: BilledSubscription
) -> None:
    """Records a paid invoice of a locked subscription; the first to do so is the only one (rule 7).

    It opens a period, or pays for a change inside one. A trial is no period: nothing is paid, and no credits come with
    it (rule 15).
    """
    line = invoice.opening_line
    if not await _insert(db, subscription, provider, invoice) or _is_of_trial(subscription, invoice, billed):
        return
    if not subscription.is_live:
        message = f"Invoice {invoice.invoice_id} is of a subscription that has ended here."
        raise Refused(RefusalCode.INVALID, message)
    if line is None:
        sale = await billed_changes.sold(db, subscription, invoice, billed.items[0])
    else:
        await credit_accounts.locked(db, subscription.organization_id)
        sale = await _sold(db, subscription, await _opened(db, subscription, line), invoice)
    if invoice.charged is None:
        await sale_outcomes.settle_free(db, sale)
    else:
        await _paid(db, sale, provider, invoice.charged)
        await billing_customers.remember(
            db, subscription.organization_id, provider, invoice.customer, subscription.currency
        )


async def _insert(db: Unit, subscription: BillingSubscription, provider: Provider, invoice: BilledInvoice) -> bool:
    row = {
        "provider": provider,
        "external_id": invoice.invoice_id,
        "subscription_id": subscription.id,
        "recorded_at": db.at,
    }
    statement = insert(billed_invoices).values(**row).on_conflict_do_nothing().returning(_columns.external_id)
    return await db.session.scalar(statement) is not None


def _is_of_trial(subscription: BillingSubscription, invoice: BilledInvoice, billed: BilledSubscription) -> bool:
    """Of the trial itself, or of a change in it, for which nothing is asked either."""
    line, ends_at = invoice.opening_line, billed.trial_ends_at
    if line is None:
        return subscription.period_number is None and invoice.charged is None
    return ends_at is not None and line.period.end <= ends_at


async def _opened(db: Unit, subscription: BillingSubscription, line: BilledLine) -> SubscriptionPeriod:
    """From where to where the provider says, at the price of the line, whatever was chosen since."""
    price = await price_of(db, line.price or "")
    terms = await subscription_terms.terms_at(db, price.id, line.quantity)
    anchor = subscription.anchor
    number = 0 if subscription.period_number is None else subscription.period_number + 1
    period = periods.opened(
        subscription.id, subscription.organization_id, anchor, number, terms, start=line.period.start, at=db.at
    )
    period.period_end = line.period.end
    db.add(period)
    await db.flush()
    return period


async def _sold(
    db: Unit, subscription: BillingSubscription, period: SubscriptionPeriod, invoice: BilledInvoice
) -> Sale:
    sale = await billed_changes.open_sale(db, subscription, SaleKind.PERIOD, period.id, invoice, period.terms.tax_code)
    period.sale_id, period.needs_tax_review, period.amount_minor = sale.id, sale.has_old_tax, sale.net_minor
    await db.flush()
    return sale


async def _paid(db: Unit, sale: Sale, provider: Provider, charge: BilledCharge) -> None:
    """A payment that was never sent: the provider has taken the money already, and says so."""
    seller = await sales.seller_of(db)
    means = Means(provider=provider)
    payment, attempt = started_for_sale(
        sale, means, seller_id=seller.id, trigger=PaymentTrigger.COLLECTION, by=db.by, at=db.at
    )
    payment.send(attempt, at=db.at)
    await payments.add(db, payment, attempt)
    payment.confirm(attempt, charge.provider_id, at=db.at)
    await db.flush()
    await received(db, sale, payment)
    await charged_for(db, payment, charge.fee)
