"""A payment together with what it pays, locked in the written order."""

from uuid import UUID

from sqlalchemy import select

from domain.escrow_funding import Holding
from domain.invoices import Invoice
from domain.payables import Payable
from domain.payment_attempts import PaymentAttempt
from domain.payments import Payment
from domain.refusals import not_found
from persistence import escrow_holds, payments, sale_outcomes
from persistence.tables.invoicing import invoices
from persistence.tables.money import payments as payments_table
from persistence.unit import Unit


async def for_outcome(db: Unit, payment_id: UUID) -> tuple[Payable, Payment, PaymentAttempt]:
    """A visible payment with what it pays and its newest attempt."""
    columns = payments_table.c
    visible = select(columns.invoice_id, columns.hold_id, columns.sale_id).where(
        columns.id == payment_id, payments.visible_to(db.by)
    )
    found = (await db.session.execute(visible)).one_or_none()
    if found is None:
        raise not_found("payment", "paymentId")
    payable: Payable
    if found.hold_id is not None:
        project, milestone = await escrow_holds.parts_of(db, found.hold_id)
        payment = await payments.locked(db, payment_id)
        hold = await escrow_holds.locked(db, found.hold_id)
        payable = Holding(project=project, milestone=milestone, hold=hold)
        return payable, payment, await payments.attempt_of(db, payment)
    if found.sale_id is not None:
        payable = await sale_outcomes.lock(db, found.sale_id)
    else:
        of_payment = select(Invoice).where(invoices.c.id == found.invoice_id).with_for_update()
        payable = (await db.session.scalars(of_payment)).one()
    payment = await payments.locked(db, payment_id)
    return payable, payment, await payments.attempt_of(db, payment)
