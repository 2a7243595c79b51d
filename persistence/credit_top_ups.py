"""Auto top-up: buying what an account has asked for, and counting what became of it."""

from uuid import UUID

from sqlalchemy import func, select

from domain import credit_top_ups as rules
from domain.app_credit_budgets import beginning_of, month_of
from domain.credit_accounts import CreditAccount
from domain.credit_purchases import NEVER_PAID, CreditPurchase, CreditPurchaseStatus, PurchaseOrigin
from domain.payments import PaymentTrigger
from persistence import credit_accounts, credit_purchases, sale_outcomes, sales
from persistence.credit_offers import Wanted
from persistence.parking import are_parked
from persistence.tables.credit_sales import credit_purchases as purchases
from persistence.unit import Unit


async def buy_if_due(db: Unit, organization_id: UUID) -> CreditPurchase | None:
    """Buys what the account is set to, charged without anybody there; None where that is not due, or not any more.

    One at a time, no more in a month than the account allows, and nothing for an organization that is parked.
    """
    account = await credit_accounts.locked(db, organization_id)
    if not rules.is_due(account) or await are_parked(db, organization_id) or await _has_enough(db, account):
        return None
    wanted = Wanted(
        package_id=account.top_up_package_id,
        quantity=account.top_up_quantity,
        currency=account.top_up_currency or "",
    )
    purchase, sale = await credit_purchases.start(db, account, wanted, origin=PurchaseOrigin.AUTO_TOP_UP)
    if sale.is_free:
        await sale_outcomes.settle_free(db, sale)
    elif await sales.charge(db, sale, trigger=PaymentTrigger.COLLECTION) is None:
        await credit_purchases.end_unpaid(db, purchase, sale)
    return purchase


async def count_outcome(db: Unit, purchase_id: UUID, *, waits_for_somebody: bool = False) -> bool:
    """What became of a purchase that an account has made by itself; whether it counts as a failure from now on.

    One that waits for somebody to confirm it does, and does not once more when nobody has.
    """
    purchase = await db.session.get_one(CreditPurchase, purchase_id)
    if purchase.origin is not PurchaseOrigin.AUTO_TOP_UP:
        return False
    account = await credit_accounts.locked(db, purchase.organization_id)
    if purchase.paid_at is not None:
        rules.has_worked(account)
    elif waits_for_somebody or purchase.status in NEVER_PAID:
        return rules.has_failed(account, purchase.id, at=db.at)
    return False


async def _has_enough(db: Unit, account: CreditAccount) -> bool:
    """Whether one is under way, or the month has seen as many as it may. Ask under the account's lock."""
    of_itself = purchases.c.account_id == account.id, purchases.c.origin == PurchaseOrigin.AUTO_TOP_UP
    since = purchases.c.created_at >= beginning_of(month_of(db.at))
    is_pending = purchases.c.status == CreditPurchaseStatus.PENDING
    counts = select(
        func.count().filter(is_pending),
        func.count().filter(since, purchases.c.status.not_in(NEVER_PAID)),
    ).where(*of_itself)
    pending, bought = (await db.session.execute(counts)).one()
    return bool(pending) or bought >= account.top_up_max_per_month


async def count_failure(db: Unit, organization_id: UUID, occasion_id: UUID) -> None:
    """What an account is set to buy is not sold any more."""
    account = await credit_accounts.locked(db, organization_id)
    rules.has_failed(account, occasion_id, at=db.at)
