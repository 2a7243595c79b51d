"""Queries of payments: who sees them, starting one, the locks of the verbs, and what the jobs pick up."""

from uuid import UUID

from sqlalchemy import exists, false, or_, select, true

from domain import collection
from domain.actors import SYSTEM, Actor
from domain.invoices import CollectionMode, Invoice, InvoiceStatus
from domain.payment_attempts import PaymentAttempt
from domain.payment_starts import Means, started
from domain.payments import AT_PROVIDER, LIVE_STATES, Payment, PaymentState, PaymentTrigger
from domain.permissions import Permission
from domain.refusals import wrong_state
from persistence import payment_methods, provider_accounts
from persistence.database import Database
from persistence.invoices import INVOICES
from persistence.organizations import ORGANIZATIONS
from persistence.parking import are_parked, is_parked
from persistence.tables.invoicing import invoices
from persistence.tables.money import payment_attempts, payments
from persistence.tables.money import payment_methods as payment_methods_table
from persistence.tables.sales import sales
from persistence.unit import Unit
from planner.edges import Condition, Connection, One, Source


def visible_to(viewer: Actor) -> Condition:
    """Payer and issuer, each for those who may read its money; staff who may handle money see all."""
    if viewer.may(Permission.STAFF_MONEY):
        return true()
    if viewer.organization_id is None or not viewer.may(Permission.MONEY_READ):
        return false()
    return or_(payments.c.payer_id == viewer.organization_id, payments.c.issuer_id == viewer.organization_id)


PAYMENTS = Source(Payment, payments, visible_to)

INVOICE = One(INVOICES, "invoice_id")
PAYER, ISSUER = One(ORGANIZATIONS, "payer_id"), One(ORGANIZATIONS, "issuer_id")
METHOD = One(payment_methods.PAYMENT_METHODS, "method_id")

_ORDERS = {"CREATED_AT": payments.c.created_at, "AMOUNT": payments.c.amount_minor}
_NEWEST_FIRST = (("CREATED_AT", True),)

LIST = Connection(
    PAYMENTS,
    orders=_ORDERS,
    default_order=_NEWEST_FIRST,
    filters={
        "status": lambda values: payments.c.status.in_(values),
        "invoice_id": lambda id_: payments.c.invoice_id == id_,
        "hold_id": lambda id_: payments.c.hold_id == id_,
        "created_from": lambda at: payments.c.created_at >= at,
        "created_before": lambda at: payments.c.created_at < at,
    },
)
OF_INVOICE = Connection(PAYMENTS, orders=_ORDERS, default_order=_NEWEST_FIRST, column="invoice_id")


async def live_of(db: Unit, invoice_id: UUID) -> Payment | None:
    """The payment that may still take the money. Ask under the invoice's lock."""
    statement = select(Payment).where(payments.c.invoice_id == invoice_id, payments.c.status.in_(LIVE_STATES))
    return (await db.session.scalars(statement)).one_or_none()


async def has_live(db: Unit, invoice_id: UUID) -> bool:
    """Whether a payment of the invoice is under way or being checked."""
    return await live_of(db, invoice_id) is not None


async def as_it_is(database: Database, payment_id: UUID) -> Payment | None:
    """A payment, for whoever has proved that it is theirs to know."""
    async with database.reader() as session:
        return await session.get(Payment, payment_id)


async def newest_of_sale(database: Database, sale_id: UUID) -> Payment | None:
    """The same for what pays a sale."""
    of_sale = select(Payment).where(payments.c.sale_id == sale_id).order_by(payments.c.id.desc()).limit(1)
    async with database.reader() as session:
        return await session.scalar(of_sale)


async def add(db: Unit, payment: Payment, attempt: PaymentAttempt) -> None:
    """Stores an intent; whatever it refers to must be in the database before it."""
    await db.flush()
    db.add(payment)
    await db.flush()
    db.add(attempt)


async def start_collection(db: Unit, invoice: Invoice) -> Payment | None:
    """The next automatic charge of an invoice that is new or locked and has no live payment.

    Without a usable default method the charge has failed at once. While the payer is parked it waits. None also where
    nothing is collected: by hand only, nothing due, frozen.
    """
    if not collection.is_collected(invoice) or invoice.recipient_id is None:
        return None
    if await are_parked(db, invoice.recipient_id):
        collection.wait(invoice, at=db.at)
        return None
    method = await payment_methods.default_of(db, invoice.recipient_id, invoice.currency)
    if method is None or not await provider_accounts.takes_money(db.session, method.provider):
        collection.charge_failed(invoice, collection.NO_PAYMENT_METHOD, at=db.at)
        return None
    collection.charge_started(invoice)
    due = invoice.amount_due_minor
    payment, attempt = started(
        invoice, Means.of(method), amount_minor=due, trigger=PaymentTrigger.COLLECTION, by=SYSTEM, at=db.at
    )
    await add(db, payment, attempt)
    return payment


async def locked(db: Unit, payment_id: UUID) -> Payment:
    return (await db.session.scalars(select(Payment).where(payments.c.id == payment_id).with_for_update())).one()


async def attempt_of(db: Unit, payment: Payment) -> PaymentAttempt:
    """The newest attempt of a locked payment."""
    newest = select(PaymentAttempt).where(payment_attempts.c.payment_id == payment.id)
    found = await db.session.scalar(newest.order_by(payment_attempts.c.number.desc()).limit(1))
    if found is None:
        message = "A payment from a wallet is done at once: there is nothing to send, to ask about or to take back."
        raise wrong_state(message, from_state=payment.status.name, allowed=[PaymentState.CREATED.name])
    return found


async def customer_of(db: Unit, payment: Payment) -> str | None:
    """What the provider calls the payer, where it has ever given them a name."""
    method = payment_methods_table.c
    named = select(method.customer).where(
        method.organization_id == payment.payer_id,
        method.provider == payment.provider,
        method.customer.is_not(None),
    )
    return await db.session.scalar(named.order_by(method.id.desc()).limit(1))


async def description_of(db: Unit, payment: Payment) -> str:
    """What the payer reads on their statement: what it is for, without names of people."""
    if payment.hold_id is not None:
        return "Milestone, held until it is approved"
    if payment.invoice_id is None:
        sold = select(sales.c.lines[0]["description"].astext).where(sales.c.id == payment.sale_id)
        return str(await db.session.scalar(sold))
    number = select(invoices.c.number).where(invoices.c.id == payment.invoice_id)
    return f"Invoice {await db.session.scalar(number)}"


async def due_for_sending(db: Unit, payment_id: UUID | None = None) -> Payment | None:
    """The oldest payment that nobody sends yet, or this one if it is such."""
    waits = (payments.c.trigger == PaymentTrigger.COLLECTION) & is_parked(payments.c.payer_id)
    statement = select(Payment).where(payments.c.status == PaymentState.CREATED, ~waits)
    if payment_id is not None:
        statement = statement.where(payments.c.id == payment_id)
    statement = statement.order_by(payments.c.created_at, payments.c.id).limit(1)
    return await db.session.scalar(statement.with_for_update(skip_locked=True))


async def due_for_asking(db: Unit, payment_id: UUID | None = None) -> Payment | None:
    """A payment without an outcome whose provider shall be asked now, or this one if it is such."""
    statement = select(Payment).where(payments.c.status.in_(AT_PROVIDER), payments.c.next_ask_at <= db.at)
    if payment_id is not None:
        statement = statement.where(payments.c.id == payment_id)
    statement = statement.order_by(payments.c.next_ask_at, payments.c.id).limit(1)
    return await db.session.scalar(statement.with_for_update(skip_locked=True))


async def due_for_collection(db: Unit) -> Invoice | None:
    """An invoice whose next automatic charge is due and that nobody is paying right now."""
    live = exists().where(payments.c.invoice_id == invoices.c.id, payments.c.status.in_(LIVE_STATES))
    statement = select(Invoice).where(
        invoices.c.status == InvoiceStatus.OPEN,
        invoices.c.collection_mode == CollectionMode.AUTO,
        invoices.c.collection_next_at <= db.at,
        invoices.c.is_frozen.is_(False),
        invoices.c.amount_due_minor > 0,
        invoices.c.recipient_id.is_not(None),
        ~is_parked(invoices.c.recipient_id),
        ~live,
    )
    statement = statement.order_by(invoices.c.collection_next_at, invoices.c.id).limit(1)
    return await db.session.scalar(statement.with_for_update(skip_locked=True))
