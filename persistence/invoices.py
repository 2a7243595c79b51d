"""Queries of invoices: who sees which, the locks of the verbs, and the lists."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, and_, cast, exists, false, func, literal, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import class_mapper, selectinload
from sqlalchemy.orm.attributes import flag_modified

from domain.actors import Actor
from domain.invoice_lines import InvoiceLine, TaxTotal, tax_totals
from domain.invoices import CollectionMode, Invoice, InvoiceRole, InvoiceStatus, PaymentStatus
from domain.permissions import Permission
from persistence.customers import CUSTOMERS
from persistence.organizations import ORGANIZATIONS
from persistence.tables.columns import Instant
from persistence.tables.invoicing import customers, invoice_lines, invoices
from persistence.texts import contains
from persistence.unit import Unit
from planner.edges import Batch, ByInstant, ByViewer, Condition, Connection, Many, One, Source, Within


def visible_to(viewer: Actor) -> Condition:
    """The issuer sees all of its invoices, the recipient those that have been opened."""
    if viewer.may(Permission.STAFF_READ):
        return true()
    if viewer.organization_id is None or not viewer.may(Permission.INVOICES_READ):
        return false()
    received = and_(invoices.c.recipient_id == viewer.organization_id, invoices.c.status != InvoiceStatus.DRAFT)
    return or_(invoices.c.issuer_id == viewer.organization_id, received)


INVOICES = Source(Invoice, invoices, visible_to)
INVOICE_LINES = Source(InvoiceLine, invoice_lines, Within(INVOICES, invoice_lines, "invoice_id"))

LINES = Many(INVOICE_LINES, "invoice_id", "position")
ISSUER, RECIPIENT = One(ORGANIZATIONS, "issuer_id"), One(ORGANIZATIONS, "recipient_id")
CUSTOMER = One(CUSTOMERS, "customer_id")


async def _taxes(session: AsyncSession, viewer: Any, parents: Sequence[Invoice]) -> dict[UUID, list[TaxTotal]]:
    of_parents = select(InvoiceLine).where(invoice_lines.c.invoice_id.in_([one.id for one in parents]))
    lines: dict[UUID, list[InvoiceLine]] = defaultdict(list)
    for line in await session.scalars(of_parents.order_by(invoice_lines.c.position)):
        lines[line.invoice_id].append(line)
    return {id_: tax_totals(of_invoice) for id_, of_invoice in lines.items()}


TAXES = Batch(_taxes, default=())
"""The taxes of visible invoices, summed from their lines."""

_OPENED = invoices.c.status.in_((InvoiceStatus.OPEN, InvoiceStatus.PAID, InvoiceStatus.UNCOLLECTIBLE))
_DUE = and_(_OPENED, invoices.c.amount_due_minor > 0)
_STOPPED = invoices.c.collection_mode == CollectionMode.STOPPED
_PAYMENT_STATUS = {
    PaymentStatus.PAID: and_(_OPENED, invoices.c.amount_due_minor == 0),
    PaymentStatus.ON_HOLD: and_(_DUE, _STOPPED),
    PaymentStatus.PARTIALLY_PAID: and_(_DUE, ~_STOPPED, invoices.c.paid_minor > 0),
    PaymentStatus.UNPAID: and_(_DUE, ~_STOPPED, invoices.c.paid_minor == 0),
}
"""Invoice.payment_status, said in SQL."""


def overdue(wanted: bool, at: datetime) -> Condition:
    """Invoice.is_overdue_at, said in SQL."""
    today = cast(func.timezone(invoices.c.time_zone, literal(at, Instant)), Date)
    late = and_(
        invoices.c.status == InvoiceStatus.OPEN,
        invoices.c.amount_due_minor > 0,
        func.coalesce(invoices.c.due_on < today, False),
    )
    return late if wanted else ~late


def _text(viewer: Actor, text: str) -> Condition:
    """The customer's name is a note of the issuer's, in which its recipient finds nothing."""
    own = and_(customers.c.id == invoices.c.customer_id, CUSTOMERS.visible_to(viewer))
    named = exists().where(own, contains(text, customers.c.name))
    return or_(contains(text, invoices.c.number, invoices.c.note), named)


_SIDES = {InvoiceRole.ISSUER: invoices.c.issuer_id, InvoiceRole.RECIPIENT: invoices.c.recipient_id}
_ORDERS = {
    "CREATED_AT": invoices.c.created_at,
    "TOTAL": invoices.c.total_minor,
    "AMOUNT_DUE": invoices.c.amount_due_minor,
    "ISSUE_ON": func.coalesce(invoices.c.issue_on, date.max).label("issue_or_never_on"),
    "DUE_ON": func.coalesce(invoices.c.due_on, date.max).label("due_or_never_on"),
}
_FILTERS: dict[str, Callable[[Any], Condition] | ByViewer | ByInstant] = {
    "role": ByViewer(lambda viewer, role: _SIDES[role] == viewer.organization_id),
    "kind": lambda kinds: invoices.c.kind.in_(kinds),
    "status": lambda values: invoices.c.status.in_(values),
    "payment_status": lambda values: or_(false(), *(_PAYMENT_STATUS[value] for value in values)),
    "overdue": ByInstant(overdue),
    "customer_id": lambda id_: invoices.c.customer_id == id_,
    "project_id": lambda id_: invoices.c.project_id == id_,
    "milestone_id": lambda id_: invoices.c.milestone_id == id_,
    "issued_from": lambda day: invoices.c.issue_on >= day,
    "issued_to": lambda day: invoices.c.issue_on <= day,
    "due_from": lambda day: invoices.c.due_on >= day,
    "due_to": lambda day: invoices.c.due_on <= day,
    "currency": lambda currency: invoices.c.currency == currency,
    "text": ByViewer(_text),
}
_NEAR = timedelta(days=7)
_NEWEST_FIRST = (("CREATED_AT", True),)

LIST = Connection(INVOICES, orders=_ORDERS, default_order=_NEWEST_FIRST, filters=_FILTERS)
OF_PROJECT = Connection(INVOICES, orders=_ORDERS, default_order=_NEWEST_FIRST, column="project_id")
OF_MILESTONE = Connection(INVOICES, orders=_ORDERS, default_order=_NEWEST_FIRST, column="milestone_id")


async def for_change(
    db: Unit, invoice_id: UUID, expected_version: int | None = None, *, with_lines: bool = False
) -> Invoice:
    """A visible invoice, locked until the transaction ends."""
    statement = select(Invoice).where(invoices.c.id == invoice_id, visible_to(db.by)).with_for_update()
    if with_lines:
        statement = statement.options(selectinload(class_mapper(Invoice).attrs["lines"].class_attribute))
    invoice = await db.require(statement, "invoice", "invoiceId")
    invoice.require_version(expected_version)
    return invoice


async def for_payment(db: Unit, invoice_id: UUID) -> Invoice:
    """An invoice that the caller has issued or received, locked before anything is paid on it."""
    return await for_change(db, invoice_id)


def touch(invoice: Invoice) -> None:
    """Counts a change of its lines as a change of the invoice itself: a new version, a new updated_at."""
    flag_modified(invoice, "note")


async def resembling(db: Unit, invoice: Invoice) -> Sequence[Invoice]:
    """Others of the same customer and currency with a total within 5 % and a date within 7 days (rule 7)."""
    issue_on = invoice.issue_on or invoice.today(db.at)
    day = func.coalesce(invoices.c.issue_on, cast(func.timezone(invoices.c.time_zone, invoices.c.created_at), Date))
    statement = select(Invoice).where(
        invoices.c.customer_id == invoice.customer_id,
        invoices.c.currency == invoice.currency,
        invoices.c.id != invoice.id,
        invoices.c.status != InvoiceStatus.VOID,
        func.abs(invoices.c.total_minor - invoice.total_minor) * 20 <= invoice.total_minor,
        day.between(issue_on - _NEAR, issue_on + _NEAR),
    )
    return (await db.session.scalars(statement.order_by(invoices.c.id).limit(5))).all()
