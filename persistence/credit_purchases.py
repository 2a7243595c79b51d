"""Buying credits: opening a purchase with its sale, and ending one that nobody pays."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, exists, not_, select, true

from domain.actors import SYSTEM, Actor, ActorKind
from domain.credit_accounts import CreditAccount
from domain.credit_purchases import CreditPurchase, CreditPurchaseStatus, PurchaseOrigin, opened
from domain.payments import CANCELABLE, LIVE_STATES
from domain.permissions import Permission
from domain.promotion_redemptions import reserved
from domain.sale_lines import SaleLine
from domain.sales import Sale, SaleKind, SaleStatus
from persistence import credit_accounts, promotion_uses, sales
from persistence.credit_offers import Wanted, offer
from persistence.database import Database
from persistence.organizations import ORGANIZATIONS
from persistence.payments import PAYMENTS
from persistence.tables.credit_sales import credit_purchases
from persistence.tables.credits import credit_accounts as accounts_table
from persistence.tables.credits import credit_lots
from persistence.tables.money import payments
from persistence.unit import Unit
from planner.edges import Condition, Connection, One, Source

BATCH = 100
"""How many expire in one run of the timer at most."""

READERS = (Permission.CREDITS_READ, Permission.STAFF_CREDITS, Permission.STAFF_MONEY)


def visible_to(viewer: Actor) -> Condition:
    """As the account is; and staff who look after credits or money see all."""
    if viewer.may(Permission.STAFF_CREDITS) or viewer.may(Permission.STAFF_MONEY):
        return true()
    return credit_accounts.of_viewer(viewer, credit_purchases)


CREDIT_PURCHASES = Source(CreditPurchase, credit_purchases, visible_to)

ORGANIZATION = One(ORGANIZATIONS, "organization_id")
PAYMENT = One(PAYMENTS, "sale_id", "sale_id", where=lambda: payments.c.sale_id.is_not(None))
LIST = Connection(
    CREDIT_PURCHASES,
    orders={"CREATED_AT": credit_purchases.c.created_at, "TOTAL": credit_purchases.c.total_minor},
    default_order=(("CREATED_AT", True),),
    filters={
        "organization_id": lambda id_: credit_purchases.c.organization_id == id_,
        "status": lambda values: credit_purchases.c.status.in_(values),
        "origin": lambda values: credit_purchases.c.origin.in_(values),
        "created_from": lambda at: credit_purchases.c.created_at >= at,
        "created_before": lambda at: credit_purchases.c.created_at < at,
    },
)


async def start(
    db: Unit,
    account: CreditAccount,
    wanted: Wanted,
    *,
    origin: PurchaseOrigin,
    success_url: str | None = None,
    cancel_url: str | None = None,
) -> tuple[CreditPurchase, Sale]:
    """A PENDING purchase of a locked account, with its sale: pay that with `sales.checkout` or `sales.charge`.

    One that costs nothing is settled with `sale_outcomes.settle_free`. A use of its code is taken here.
    """
    is_app = db.by.kind is ActorKind.APP
    account.check("purchaseCredits", by=SYSTEM if is_app else db.by)
    offered = await offer(db, account.organization_id, wanted)
    if offered.promotion is not None:
        await promotion_uses.take(db, offered.promotion, account.organization_id)
    purchase = opened(
        offered.terms,
        organization_id=account.organization_id,
        account_id=account.id,
        origin=origin,
        app_id=db.by.app_id if is_app else None,
        by=db.by,
        at=db.at,
    )
    goods = offered.goods
    sale = await sales.open_sale(
        db,
        kind=SaleKind.CREDIT_PURCHASE,
        subject_id=purchase.id,
        organization_id=account.organization_id,
        lines=[SaleLine(goods.title, 1, purchase.total_minor, goods.tax_code)],
        currency=purchase.currency,
        tax_mode=goods.tax_mode,
        success_url=success_url,
        cancel_url=cancel_url,
    )
    purchase.sale_id = sale.id
    db.add(purchase)
    await db.flush()
    if offered.promotion is not None:
        db.add(reserved(offered.promotion, purchase.organization_id, purchase=purchase, by=db.by, at=db.at))
    return purchase, sale


async def lock(db: Unit, sale: Sale) -> None:
    """What comes before the sale: the account with its lots, the purchase, and the code that it was bought with."""
    of_organization = accounts_table.c.organization_id == sale.organization_id
    account = select(accounts_table.c.id).where(of_organization).with_for_update(key_share=True)
    account_id = await db.session.scalar(account)
    live = (credit_lots.c.account_id == account_id, credit_lots.c.remaining + credit_lots.c.held > 0)
    await db.session.execute(select(credit_lots.c.id).where(*live).with_for_update())
    purchase = await of_sale(db, sale)
    if purchase.promotion_id is not None:
        await promotion_uses.of_purchase(db, purchase.id)


async def of_sale(db: Unit, sale: Sale) -> CreditPurchase:
    """The purchase that a sale is of, locked after its account."""
    statement = select(CreditPurchase).where(credit_purchases.c.id == sale.subject_id).with_for_update()
    return (await db.session.scalars(statement.execution_options(populate_existing=True))).one()


async def for_change(db: Unit, purchase_id: UUID) -> tuple[CreditPurchase, Sale]:
    """A visible purchase and its sale, locked in the written order with what comes before them."""
    seen = select(credit_purchases.c.sale_id).where(credit_purchases.c.id == purchase_id, visible_to(db.by))
    sale_id = await db.require(seen, "credit purchase", "purchaseId")
    if sale_id is None:
        raise AssertionError("a purchase is never without its sale")
    await lock(db, await sales.seen(db, sale_id))
    sale = await sales.locked(db, sale_id)
    return await of_sale(db, sale), sale


async def cancel(db: Unit, purchase: CreditPurchase, sale: Sale) -> None:
    """Nobody pays a locked purchase any more, because somebody says so."""
    purchase.cancel(by=db.by, at=db.at)
    await _end(db, purchase, sale, "cancelSale")


async def end_unpaid(db: Unit, purchase: CreditPurchase, sale: Sale) -> None:
    """Nobody pays a locked purchase any more: its payment came to nothing, or its hour is over."""
    is_late = db.at >= purchase.expires_at
    purchase.end_unpaid(at=db.at)
    await _end(db, purchase, sale, "cancelSale" if is_late else "failSale")


async def due_to_expire(database: Database, now: datetime) -> Sequence[UUID]:
    """Purchases whose hour is over, oldest first.

    While a provider may still take the money, and cannot be told otherwise or has been, they wait for the outcome.
    """
    can_be_canceled = and_(payments.c.status.in_(CANCELABLE), payments.c.cancel_asked_at.is_(None))
    of_sale = payments.c.sale_id == credit_purchases.c.sale_id
    waits = exists().where(of_sale, payments.c.status.in_(LIVE_STATES), not_(can_be_canceled))
    over = (credit_purchases.c.status == CreditPurchaseStatus.PENDING, credit_purchases.c.expires_at <= now, ~waits)
    statement = select(credit_purchases.c.id).where(*over).order_by(credit_purchases.c.expires_at).limit(BATCH)
    async with database.reader() as session:
        return (await session.scalars(statement)).all()


async def expire(db: Unit, purchase_id: UUID) -> bool:
    """Ends one of them, unless it was paid or ended meanwhile."""
    purchase, sale = await for_change(db, purchase_id)
    if purchase.status is not CreditPurchaseStatus.PENDING:
        return False
    await end_unpaid(db, purchase, sale)
    return True


async def _end(db: Unit, purchase: CreditPurchase, sale: Sale, action: str) -> None:
    if sale.status is SaleStatus.PENDING:
        await sales.cancel(db, sale, action=action)
    if purchase.promotion_id is not None and (use := await promotion_uses.of_purchase(db, purchase.id)) is not None:
        await promotion_uses.give_back(db, use)
