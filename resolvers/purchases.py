"""Purchases: reading them, and giving their money back."""

from uuid import UUID

from domain.money import Money
from domain.permissions import Permission
from domain.reasons import said
from persistence import purchases, sale_refunds
from persistence.unit import Unit
from resolvers.mutations import Changed

READERS = (Permission.BILLING_READ, Permission.STAFF_READ)
LIST, ORGANIZATION, PRODUCT, PRICE = purchases.LIST, purchases.ORGANIZATION, purchases.PRODUCT, purchases.PRICE


async def refund_purchase(db: Unit, *, purchase_id: UUID, amount: Money | None = None, reason: str) -> Changed:
    purchase, sale = await purchases.for_refund(db, purchase_id)
    gross_minor = purchase.amount_to_refund(amount)
    refund = await sale_refunds.refund(
        db,
        sale,
        gross_minor,
        undelivered_minor=sale.undelivered_minor,
        reason=said(reason, required=True),
    )
    purchase.follow_refund(sale.refunded_minor, by=db.by, at=db.at)
    await purchases.changed(db, purchase)
    return Changed(purchase=purchase, refund=refund)
