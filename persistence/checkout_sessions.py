"""Queries of checkout sessions: who sees them, what they begin, and which have run out of time."""

from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import and_, exists, not_, select

from domain import purchases as purchase_rules
from domain.apps import App
from domain.checkout_sessions import CheckoutSession, CheckoutStatus
from domain.payments import CANCELABLE, LIVE_STATES
from domain.prices import Price
from domain.pricing import amount_of, require_quantity
from domain.products import Product
from domain.refusals import invalid
from domain.sale_lines import SaleLine
from domain.sales import Sale, SaleKind
from persistence import catalogue, sales
from persistence.billing_visibility import visible_to_payer
from persistence.catalogue import PRICES
from persistence.database import Database
from persistence.organizations import ORGANIZATIONS
from persistence.purchases import PURCHASES
from persistence.subscriptions import SUBSCRIPTIONS
from persistence.tables.checkouts import checkout_sessions
from persistence.tables.invoicing import customers
from persistence.tables.money import payments
from persistence.unit import Unit
from planner.edges import One, Source

CHECKOUT_SESSIONS = Source(CheckoutSession, checkout_sessions, visible_to_payer(checkout_sessions))
ORGANIZATION, PRICE = One(ORGANIZATIONS, "organization_id"), One(PRICES, "price_id")
PURCHASE, SUBSCRIPTION = One(PURCHASES, "purchase_id"), One(SUBSCRIPTIONS, "subscription_id")


async def begin_purchase(db: Unit, session: CheckoutSession, price: Price, product: Product) -> Sale:
    """A new session with the purchase that will come of it, and the sale that pays it; all three are stored."""
    require_quantity(price, None, session.quantity)
    purchase = purchase_rules.begun(
        product,
        price,
        organization_id=session.organization_id,
        quantity=session.quantity,
        features=list(await catalogue.feature_values(db, product.id)),
        by=db.by,
        at=db.at,
    )
    line = SaleLine(product.name, session.quantity, amount_of(price, session.quantity), product.tax_code)
    sale = await sales.open_sale(
        db,
        kind=SaleKind.PURCHASE,
        subject_id=purchase.id,
        organization_id=session.organization_id,
        lines=[line],
        currency=price.currency,
        tax_mode=price.tax_behavior.tax_mode,
        success_url=session.success_url,
        cancel_url=session.cancel_url,
    )
    purchase.sale_id, purchase.amount_minor = sale.id, sale.total_minor
    db.add(purchase)
    await db.flush()
    session.sale_id, session.purchase_id = sale.id, purchase.id
    db.add(session)
    await db.flush()
    return sale


async def require_currency(db: Unit, organization_id: UUID, currency: str) -> None:
    """Refuses INVALID another currency than the one that the first payment has fixed (rule 2)."""
    seller = await sales.seller_of(db)
    own = (customers.c.organization_id == seller.id, customers.c.linked_organization_id == organization_id)
    fixed = await db.session.scalar(select(customers.c.currency).where(*own))
    if fixed not in (None, currency):
        raise invalid(f"You are billed in {fixed}: choose a price in it.", "currency")


async def require_home(db: Unit, app_id: UUID | None, url: str, path: str) -> None:
    """Refuses INVALID to send a buyer's browser anywhere but to the app whose catalogue it buys from."""
    app = None if app_id is None else await db.session.get_one(App, app_id)
    parts = urlsplit(url)
    if app is None or f"{parts.scheme}://{parts.netloc}".lower() not in app.allowed_origins:
        raise invalid("The browser goes on only to an origin that this platform or the app allows.", path)


async def as_it_is(database: Database, session_id: UUID) -> CheckoutSession | None:
    """A session, for whoever has proved that it is theirs to know."""
    async with database.reader() as session:
        return await session.get(CheckoutSession, session_id)


async def locked(db: Unit, session_id: UUID) -> CheckoutSession:
    statement = select(CheckoutSession).where(checkout_sessions.c.id == session_id).with_for_update()
    return (await db.session.scalars(statement.execution_options(populate_existing=True))).one()


async def due_for_expiry(db: Unit) -> CheckoutSession | None:
    """An open session whose time is over; nobody else ends it meanwhile.

    While a provider may still take the money, and cannot be told otherwise or has been told, it waits for the outcome.
    """
    can_be_canceled = and_(payments.c.status.in_(CANCELABLE), payments.c.cancel_asked_at.is_(None))
    of_sale = payments.c.sale_id == checkout_sessions.c.sale_id
    waits = exists().where(of_sale, payments.c.status.in_(LIVE_STATES), not_(can_be_canceled))
    over = (checkout_sessions.c.status == CheckoutStatus.OPEN, checkout_sessions.c.expires_at <= db.at)
    statement = select(CheckoutSession).where(*over, ~waits).order_by(checkout_sessions.c.expires_at).limit(1)
    return await db.session.scalar(statement.with_for_update(skip_locked=True))
