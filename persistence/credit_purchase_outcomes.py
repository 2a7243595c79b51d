"""What comes of buying credits: the lot with the verified payment, and credits that go back with their money."""

from datetime import timedelta

from domain.actors import SYSTEM
from domain.credit_lots import LotSource
from domain.credit_packages import expiry_of
from domain.credit_promotions import CreditPromotion
from domain.credit_purchases import CreditPurchaseStatus
from domain.payments import Payment
from domain.sales import Sale
from persistence import credit_accounts, credit_clawbacks, credit_purchases, promotion_uses
from persistence.credit_lots import open_lot
from persistence.sale_handlers import SaleHandler
from persistence.unit import Unit


async def _paid(db: Unit, sale: Sale, payment: Payment | None) -> None:
    """One lot, which costs what was paid without tax; and, with a code for free credits, a second one as a gift."""
    purchase = await credit_purchases.of_sale(db, sale)
    account = await credit_accounts.locked(db, purchase.organization_id)
    purchase.pay(at=db.at)
    await open_lot(
        db,
        account,
        source=LotSource.PURCHASE,
        source_id=purchase.id,
        quantity=purchase.quantity,
        cost_minor=sale.net_minor,
        currency=sale.currency,
        expires_at=expiry_of(purchase.validity_days, paid_at=db.at),
    )
    use = await promotion_uses.of_purchase(db, purchase.id) if purchase.promotion_id is not None else None
    if use is not None:
        use.apply(by=SYSTEM, at=db.at)
        if use.credits is not None:
            promotion = await db.session.get_one(CreditPromotion, use.promotion_id)
            await open_lot(
                db,
                account,
                source=LotSource.PROMOTION,
                source_id=use.id,
                quantity=use.credits,
                expires_at=db.at + timedelta(days=promotion.credit_validity_days),
            )


async def _not_paid(db: Unit, sale: Sale, payment: Payment) -> None:
    """Whoever still wants the credits begins anew: prices and codes are those of that moment."""
    purchase = await credit_purchases.of_sale(db, sale)
    if purchase.status is CreditPurchaseStatus.PENDING:
        await credit_purchases.end_unpaid(db, purchase, sale)


async def _disputed(db: Unit, sale: Sale) -> None:
    """Credits stay while nobody knows whose the money is: they are taken back once it is lost."""


async def _charged_back(db: Unit, sale: Sale, gross_minor: int) -> int:
    """Takes the credits back: unused ones, then those of other purchases, and what is missing is owed."""
    purchase = await credit_purchases.of_sale(db, sale)
    account = await credit_accounts.locked(db, purchase.organization_id)
    back = credit_clawbacks.take_back(db, account, purchase, sale, gross_minor, from_others=True, with_debt=True)
    purchase.lose(clawed_back=back.credits.total, missing=back.credits.missing, at=db.at)
    await credit_clawbacks.write_down(db, account, sale, back)
    return back.undelivered_minor


HANDLER = SaleHandler(
    lock=credit_purchases.lock,
    paid=_paid,
    not_paid=_not_paid,
    disputed=_disputed,
    dispute_won=_disputed,
    charged_back=_charged_back,
)
