"""Queries of purchases, and what comes of the sale that each is paid by."""

from uuid import UUID

from sqlalchemy import Select, select

from domain.checkout_sessions import CheckoutSession
from domain.payments import Payment
from domain.purchases import Purchase
from domain.sales import Sale
from persistence import entitlement_versions, payments, sales
from persistence.billing_visibility import visible_to_payer
from persistence.catalogue import PRICES, PRODUCTS
from persistence.organizations import ORGANIZATIONS
from persistence.sale_handlers import SaleHandler
from persistence.tables.checkouts import checkout_sessions, purchases
from persistence.unit import Unit
from planner.edges import Connection, One, Source

PURCHASES = Source(Purchase, purchases, visible_to_payer(purchases))
ORGANIZATION = One(ORGANIZATIONS, "organization_id")
PRODUCT, PRICE = One(PRODUCTS, "product_id"), One(PRICES, "price_id")

LIST = Connection(
    PURCHASES,
    orders={"CREATED_AT": purchases.c.created_at},
    default_order=(("CREATED_AT", True),),
    filters={
        "status": lambda values: purchases.c.status.in_(values),
        "organization_id": lambda id_: purchases.c.organization_id == id_,
        "product_id": lambda id_: purchases.c.product_id == id_,
    },
)


async def for_refund(db: Unit, purchase_id: UUID) -> tuple[Purchase, Sale]:
    """A visible purchase and its sale, locked."""
    seen = select(Purchase).where(purchases.c.id == purchase_id, PURCHASES.visible_to(db.by))
    purchase = await db.require(seen.with_for_update(), "purchase", "purchaseId")
    purchase.check("refundPurchase", by=db.by)
    return purchase, await sales.locked(db, _sale_of(purchase))


async def changed(db: Unit, purchase: Purchase) -> None:
    """What it gives is another from now on."""
    await entitlement_versions.bump(db, purchase.organization_id, purchase.app_id)


async def give_up(db: Unit, session: CheckoutSession) -> None:
    """The checkout of a locked purchase has ended unpaid."""
    if session.purchase_id is not None:
        (await db.session.get_one(Purchase, session.purchase_id)).fail(at=db.at)


async def due_for_delivery(db: Unit) -> Purchase | None:
    """One whose time is over, so that all that was paid for it is earned."""
    due = select(Purchase).where(purchases.c.delivered_at.is_(None), purchases.c.ends_at <= db.at)
    return await db.session.scalar(due.order_by(purchases.c.ends_at).limit(1).with_for_update(skip_locked=True))


async def deliver(db: Unit, purchase: Purchase) -> None:
    """P21: all of what is left of its money is earned."""
    purchase.delivered_at = db.at
    sale = await sales.locked(db, _sale_of(purchase))
    await sales.deliver(db, sale, sale.net_minor - sale.undone_minor)


async def _lock(db: Unit, sale: Sale) -> None:
    await db.session.scalars(_session_of(sale.subject_id).with_for_update())
    await db.session.scalars(select(Purchase).where(purchases.c.id == sale.subject_id).with_for_update())


async def _paid(db: Unit, sale: Sale, payment: Payment | None) -> None:
    purchase = await _of(db, sale)
    attempt = None if payment is None else await payments.attempt_of(db, payment)
    purchase.complete(None if attempt is None else attempt.provider_id, at=db.at)
    session = (await db.session.scalars(_session_of(purchase.id))).one()
    session.complete(at=db.at)
    await changed(db, purchase)
    if purchase.ends_at is None:
        await deliver(db, purchase)


async def _not_paid(db: Unit, sale: Sale, payment: Payment) -> None:
    """Until the checkout expires they may try again."""


async def _disputed(db: Unit, sale: Sale) -> None:
    purchase = await _of(db, sale)
    purchase.dispute(is_disputed=True)
    await changed(db, purchase)


async def _dispute_won(db: Unit, sale: Sale) -> None:
    purchase = await _of(db, sale)
    purchase.dispute(is_disputed=False)
    await changed(db, purchase)


async def _charged_back(db: Unit, sale: Sale, gross_minor: int) -> int:
    purchase = await _of(db, sale)
    purchase.charge_back(at=db.at)
    await changed(db, purchase)
    return sale.undelivered_minor


async def _of(db: Unit, sale: Sale) -> Purchase:
    return await db.session.get_one(Purchase, sale.subject_id)


def _session_of(purchase_id: UUID) -> Select[CheckoutSession]:
    return select(CheckoutSession).where(checkout_sessions.c.purchase_id == purchase_id)


def _sale_of(purchase: Purchase) -> UUID:
    if purchase.sale_id is None:
        raise AssertionError(f"purchase {purchase.id} was begun without a sale")
    return purchase.sale_id


HANDLER = SaleHandler(
    lock=_lock,
    paid=_paid,
    not_paid=_not_paid,
    disputed=_disputed,
    dispute_won=_dispute_won,
    charged_back=_charged_back,
)
