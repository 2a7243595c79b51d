"""Ending contracts early: what the customer owes for what was not billed yet, and the end of the subscription."""

from domain import contracts as rules
from domain.billing_subscriptions import BillingSubscription
from domain.contracts import Contract, ContractStatus
from domain.sale_lines import SaleLine
from domain.sales import SaleKind
from domain.subscription_periods import SubscriptionPeriod
from persistence import owed_charges, sales, subscription_ends, subscription_periods, subscription_terms
from persistence.unit import Unit


async def terminate(db: Unit, contract: Contract, subscription: BillingSubscription, reason: str) -> None:
    """Staff end a locked contract. One in force ends its subscription: with its period, or now where none runs."""
    contract.check("terminateContract", by=db.by)
    period = await subscription_periods.current_of(db, subscription.id)
    is_in_force = contract.status is ContractStatus.ACTIVE and subscription.is_live and period is not None
    fee = await _fee(db, contract, subscription) if is_in_force else 0
    contract.terminate(fee, reason, by=db.by, at=db.at)
    await db.flush()
    if is_in_force:
        leave = subscription_ends.cancel_later if subscription.runs else subscription_ends.cancel
        await leave(db, subscription, reason)
    if fee and period is not None:
        await _charge(db, contract, period, fee)


async def _fee(db: Unit, contract: Contract, subscription: BillingSubscription) -> int:
    number, until = subscription.period_number, contract.ends_at
    if number is None or until is None:
        return 0
    left = rules.periods_left(subscription.anchor, number, until)
    if await subscription_periods.open_of(db, subscription.id) is not None:
        # It is charged by itself.
        left -= 1
    terms = await subscription_terms.terms_of(db, subscription)
    return rules.termination_fee(terms.amount_minor, left, contract.termination_fee_bps)


async def _charge(db: Unit, contract: Contract, period: SubscriptionPeriod, fee_minor: int) -> None:
    """Off-session; what cannot be charged is tried again, and can be paid on the page of the sale."""
    sale = await sales.open_sale(
        db,
        kind=SaleKind.CHANGE,
        subject_id=contract.id,
        organization_id=contract.organization_id,
        lines=[SaleLine(f"Early end of the contract for {period.terms.name}", 1, fee_minor, period.terms.tax_code)],
        currency=period.currency,
        tax_mode=period.terms.tax_behavior.tax_mode,
    )
    await owed_charges.begin(db, sale, contract.subscription_id)
