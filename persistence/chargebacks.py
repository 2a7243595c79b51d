"""Queries of chargebacks: who sees them, the locks of the verbs, what blocks a payment, what the jobs pick up."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, false, select, true, update
from sqlalchemy.dialects.postgresql import insert

from domain.actors import Actor
from domain.chargebacks import (
    BLOCKS_REFUNDS,
    FINAL,
    UNDECIDED,
    Chargeback,
    ChargebackStatus,
    charged_back,
)
from domain.payment_methods import Provider
from domain.payments import Payment
from domain.permissions import Permission
from persistence import attempts
from persistence.invoices import INVOICES
from persistence.organizations import ORGANIZATIONS
from persistence.payments import PAYMENTS
from persistence.tables.losses import chargeback_feeds, chargebacks
from persistence.tables.money import payments
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Condition, Connection, One, Source

FIRST_READ = timedelta(days=180)
"""How far back the chargebacks of a provider are read for the first time."""


def visible_to(viewer: Actor) -> Condition:
    """The issuer's money readers and staff. The payer, whose bank is on the other side, does not read the evidence."""
    if viewer.may(Permission.STAFF_MONEY):
        return true()
    if viewer.organization_id is None or not viewer.may(Permission.MONEY_READ):
        return false()
    return chargebacks.c.issuer_id == viewer.organization_id


CHARGEBACKS = Source(Chargeback, chargebacks, visible_to)

PAYMENT, INVOICE = One(PAYMENTS, "payment_id"), One(INVOICES, "invoice_id")
ISSUER, ANSWERED_BY = One(ORGANIZATIONS, "issuer_id"), One(USERS, "answered_by_id")

_ORDERS = {
    "CREATED_AT": chargebacks.c.created_at,
    "EVIDENCE_DUE_AT": chargebacks.c.evidence_due_at,
    "AMOUNT": chargebacks.c.amount_minor,
}
_NEWEST_FIRST = (("CREATED_AT", True),)

LIST = Connection(
    CHARGEBACKS,
    orders=_ORDERS,
    default_order=_NEWEST_FIRST,
    filters={
        "status": lambda values: chargebacks.c.status.in_(values),
        "payment_id": lambda id_: chargebacks.c.payment_id == id_,
        "invoice_id": lambda id_: chargebacks.c.invoice_id == id_,
        "created_from": lambda at: chargebacks.c.created_at >= at,
        "created_before": lambda at: chargebacks.c.created_at < at,
    },
)
OF_PAYMENT = Connection(CHARGEBACKS, orders=_ORDERS, default_order=_NEWEST_FIRST, column="payment_id")


async def require_refundable(db: Unit, payment_id: UUID) -> None:
    """Refuses WRONG_STATE while a payment is, or after it was, charged back. Ask under the payment's lock."""
    of_payment = chargebacks.c.payment_id == payment_id
    blocking = select(Chargeback).where(of_payment, chargebacks.c.status.in_(BLOCKS_REFUNDS))
    found = await db.session.scalar(blocking.order_by(chargebacks.c.id).limit(1))
    if found is not None:
        raise charged_back(found)


async def is_lost(db: Unit, payment_id: UUID) -> bool:
    """Whether the bank has taken back any of a payment for good. Ask under the payment's lock."""
    found = exists().where(chargebacks.c.payment_id == payment_id, chargebacks.c.status.in_(FINAL))
    return (await db.session.execute(select(found))).scalar_one()


async def is_disputed(db: Unit, payment_id: UUID) -> bool:
    """Whether any chargeback of a payment is undecided."""
    await db.flush()
    found = exists().where(chargebacks.c.payment_id == payment_id, chargebacks.c.status.in_(UNDECIDED))
    return (await db.session.execute(select(found))).scalar_one()


async def seen(db: Unit, chargeback_id: UUID) -> Chargeback:
    """A visible chargeback, not locked yet: it says what has to be locked before it."""
    statement = select(Chargeback).where(chargebacks.c.id == chargeback_id, visible_to(db.by))
    return await db.require(statement, "chargeback", "chargebackId")


async def lock_payment(db: Unit, payment_id: UUID) -> None:
    await db.session.execute(select(payments.c.id).where(payments.c.id == payment_id).with_for_update())


async def locked(db: Unit, chargeback_id: UUID) -> Chargeback:
    """A chargeback as it is now, locked after its payment; what it had paid is locked already."""
    statement = select(Chargeback).where(chargebacks.c.id == chargeback_id).with_for_update()
    return (await db.session.scalars(statement.execution_options(populate_existing=True))).one()


async def known(db: Unit, provider: Provider, external_id: str) -> Chargeback | None:
    named = (chargebacks.c.provider == provider, chargebacks.c.external_id == external_id)
    return await db.session.scalar(select(Chargeback).where(*named))


async def payment_of_charge(db: Unit, provider: Provider, key: UUID | None, charge_id: str | None) -> Payment | None:
    """The payment that the provider was asked to charge with our key, or has charged by itself under its own id."""
    payment_id = await attempts.payment_of(db, provider, key, charge_id)
    return None if payment_id is None else await db.session.get(Payment, payment_id)


async def lapsed(db: Unit) -> Sequence[UUID]:
    """Chargebacks that nobody has answered in time, oldest first."""
    needs_response = chargebacks.c.status == ChargebackStatus.NEEDS_RESPONSE
    statement = select(chargebacks.c.id).where(needs_response, chargebacks.c.evidence_due_at <= db.at)
    return (await db.session.scalars(statement.order_by(chargebacks.c.evidence_due_at).limit(100))).all()


async def due_for_telling(db: Unit) -> Chargeback | None:
    """A chargeback whose provider has to be told what was decided here; nobody else tells it meanwhile."""
    statement = select(Chargeback).where(chargebacks.c.tell_at <= db.at)
    return await db.session.scalar(statement.order_by(chargebacks.c.tell_at).limit(1).with_for_update(skip_locked=True))


async def claim_feed(db: Unit, provider: Provider, every: timedelta) -> datetime | None:
    """Since when to read a provider's chargebacks now; None when it is not time, or somebody else reads them."""
    feed = chargeback_feeds.c
    first = {"provider": provider, "read_up_to": db.at - FIRST_READ, "next_at": db.at}
    await db.session.execute(insert(chargeback_feeds).values(**first).on_conflict_do_nothing())
    due = select(feed.read_up_to).where(feed.provider == provider, feed.next_at <= db.at)
    since: datetime | None = await db.session.scalar(due.with_for_update(skip_locked=True))
    if since is not None:
        await db.session.execute(
            update(chargeback_feeds).where(feed.provider == provider).values(next_at=db.at + every)
        )
    return since


async def has_read(db: Unit, provider: Provider, up_to: datetime) -> None:
    """What happened at the provider up to here is known."""
    feed = chargeback_feeds.c
    await db.session.execute(update(chargeback_feeds).where(feed.provider == provider).values(read_up_to=up_to))
