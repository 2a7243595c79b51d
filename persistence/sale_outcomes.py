"""What comes of sales: each kind's own part in it, and the locks that come before."""

from uuid import UUID

from sqlalchemy import select

from domain.sales import Sale, SaleKind
from persistence import (
    change_sales,
    credit_purchase_outcomes,
    owed_charges,
    purchases,
    sale_invoices,
    sales,
    subscription_outcomes,
)
from persistence.sale_handlers import SaleHandler
from persistence.tables.money import payments
from persistence.unit import Unit

HANDLERS: dict[SaleKind, SaleHandler] = {
    SaleKind.CREDIT_PURCHASE: credit_purchase_outcomes.HANDLER,
    SaleKind.PURCHASE: purchases.HANDLER,
    SaleKind.PERIOD: subscription_outcomes.HANDLER,
    SaleKind.CHANGE: change_sales.HANDLER,
    SaleKind.ENDING: owed_charges.ENDING,
}


def handler_of(sale: Sale) -> SaleHandler:
    return HANDLERS[sale.kind]


async def lock(db: Unit, sale_id: UUID) -> Sale:
    """A sale after its subject, in the written order, and an invoice that asks for it; payments come after them."""
    seen = await sales.seen(db, sale_id)
    await handler_of(seen).lock(db, seen)
    sale = await sales.locked(db, sale_id)
    await sale_invoices.asking_for(db, sale)
    return sale


async def lock_of_payment(db: Unit, payment_id: UUID) -> Sale | None:
    """The same for what a payment pays; None where that is no sale."""
    sale_id = await db.session.scalar(select(payments.c.sale_id).where(payments.c.id == payment_id))
    return None if sale_id is None else await lock(db, sale_id)


async def settle_free(db: Unit, sale: Sale) -> None:
    """A new sale that costs nothing is paid at once, without an invoice."""
    if not sale.is_free:
        raise AssertionError(f"sale {sale.id} costs {sale.total}: it is paid, not settled")
    sale.pay(None, at=db.at)
    await db.flush()
    await handler_of(sale).paid(db, sale, None)
