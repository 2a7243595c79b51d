"""Portal sessions in the database: opening one, spending its link once, and what the page shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select, update

from domain.billing_subscriptions import LIVE, BillingSubscription
from domain.invoices import Invoice, InvoiceKind
from domain.payment_methods import PaymentMethod, PaymentMethodStatus
from domain.portal_sessions import PortalSession, asked
from domain.refusals import not_found
from domain.tokens import digest
from persistence import organizations, subscriptions
from persistence.tables.catalogue import products
from persistence.tables.checkouts import portal_sessions
from persistence.tables.invoicing import invoices
from persistence.tables.money import payment_methods
from persistence.tables.subscriptions import billing_subscriptions
from persistence.unit import Unit

MOST = 12
"""How many invoices the page shows, newest first."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What an organization is billed for."""

    organization: str
    subscriptions: Sequence[tuple[str, BillingSubscription]]
    """Each with the name of its product."""
    methods: Sequence[PaymentMethod]
    invoices: Sequence[Invoice]
    return_url: str


async def ask(db: Unit, return_url: str) -> tuple[PortalSession, str]:
    """A link for the caller's organization; refuses NOT_FOUND where nothing is subscribed to."""
    organization_id = db.by.require_organization()
    if not await subscriptions.is_subscribed(db, organization_id):
        raise not_found("subscription to be managed")
    await db.session.execute(delete(portal_sessions).where(portal_sessions.c.expires_at <= db.at))
    session, secret = asked(organization_id, return_url, by=db.by, at=db.at)
    db.add(session)
    return session, secret


async def spend(db: Unit, secret: str) -> Overview | None:
    """What the link shows, once; None for one that is unknown, over or used."""
    table = portal_sessions.c
    spent = (
        update(portal_sessions)
        .where(table.token_hash == digest(secret), table.used_at.is_(None), table.expires_at > db.at)
        .values(used_at=db.at)
        .returning(table.organization_id, table.return_url)
    )
    found = (await db.session.execute(spent)).one_or_none()
    return None if found is None else await _overview(db, found.organization_id, found.return_url)


async def _overview(db: Unit, organization_id: UUID, return_url: str) -> Overview:
    of_it = (billing_subscriptions.c.organization_id == organization_id, billing_subscriptions.c.status.in_(LIVE))
    subscribed = (
        select(products.c.name, BillingSubscription)
        .join(products, products.c.id == billing_subscriptions.c.product_id)
        .where(*of_it)
        .order_by(billing_subscriptions.c.id)
    )
    own = (payment_methods.c.organization_id == organization_id, payment_methods.c.status == PaymentMethodStatus.ACTIVE)
    billed = select(Invoice).where(invoices.c.recipient_id == organization_id, invoices.c.kind == InvoiceKind.PLATFORM)
    methods = select(PaymentMethod).where(*own).order_by(payment_methods.c.id)
    return Overview(
        organization=(await organizations.get(db, organization_id)).name,
        subscriptions=[(name, one) for name, one in await db.session.execute(subscribed)],
        methods=(await db.session.scalars(methods)).all(),
        invoices=(await db.session.scalars(billed.order_by(invoices.c.id.desc()).limit(MOST))).all(),
        return_url=return_url,
    )
