"""Queries of recorded payments: seen with their invoice, locked after it."""

from uuid import UUID

from sqlalchemy import select

from domain.invoices import Invoice
from domain.recorded_payments import RecordedPayment
from persistence import invoices
from persistence.tables.losses import recorded_payments
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Connection, One, Source, Within

RECORDED_PAYMENTS = Source(
    RecordedPayment, recorded_payments, Within(invoices.INVOICES, recorded_payments, "invoice_id")
)

INVOICE, RECORDED_BY = One(invoices.INVOICES, "invoice_id"), One(USERS, "recorded_by_id")

OF_INVOICE = Connection(
    RECORDED_PAYMENTS,
    orders={"CREATED_AT": recorded_payments.c.created_at, "RECEIVED_ON": recorded_payments.c.received_on},
    default_order=(("CREATED_AT", True),),
    column="invoice_id",
)


async def with_invoice(db: Unit, recorded_payment_id: UUID) -> tuple[Invoice, RecordedPayment]:
    """A visible recorded payment and its invoice, locked in the written order."""
    named = recorded_payments.c.id == recorded_payment_id
    visible = select(recorded_payments.c.invoice_id).where(named, RECORDED_PAYMENTS.visible_to(db.by))
    invoice_id = await db.require(visible, "recorded payment", "recordedPaymentId")
    invoice = await invoices.for_change(db, invoice_id)
    recorded = (await db.session.scalars(select(RecordedPayment).where(named).with_for_update())).one()
    return invoice, recorded
