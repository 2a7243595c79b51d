"""Refunds out of the customer's credit, to the payments it came with; from a threshold on a second person agrees."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from domain.actors import SYSTEM
from domain.approval_requests import ApprovalKind, ApprovalRequest
from domain.chargebacks import BLOCKS_REFUNDS
from domain.customer_credits import require_credit
from domain.invoices import Invoice
from domain.money import Money
from domain.payments import Payment, PaymentSource, PaymentState
from domain.permissions import Permission
from domain.postings.kit import customer_credit
from domain.reasons import said
from domain.refunds import ASKED_BY_PEOPLE, Refund, RefundCause, amount_to_refund, refundable_minor, require_refundable
from persistence import approval_requests, chargebacks, ledger, money_thresholds, payments, refunds
from persistence.tables.invoicing import invoices
from persistence.tables.losses import chargebacks as chargebacks_table
from persistence.tables.money import payments as payments_table
from persistence.unit import Unit


async def ask(db: Unit, payment_id: UUID, amount: Money | None, reason: str) -> tuple[Payment, Refund]:
    """A refund of a payment, for which the customer must have as much credit."""
    visible = payments.visible_to(db.by)
    found = select(Payment).where(payments_table.c.id == payment_id, visible)
    seen = await db.require(found, "payment", "paymentId")
    seen.check("refundPayment", by=db.by)
    require_refundable(seen)
    invoice = (
        await db.session.scalars(select(Invoice).where(invoices.c.id == seen.invoice_id).with_for_update())
    ).one()
    (payment,) = await _locked(db, [payment_id])
    payment.check("refundPayment", by=db.by)
    await chargebacks.require_refundable(db, payment.id)
    amount_minor = amount_to_refund(payment, amount)
    balances = await ledger.balances_of(db, customer_credit(invoice))
    require_credit(amount_minor, balances[customer_credit(invoice)], payment.currency)
    reason = said(reason, required=True)
    (refund,) = await _start(db, invoice, [(payment, amount_minor)], RefundCause.REQUEST, reason)
    return payment, refund


async def refundable_payments(db: Unit, invoice: Invoice) -> Sequence[Payment]:
    """The payments of a locked invoice that money can go back to, oldest first, locked."""
    of_invoice = select(payments_table.c.id).where(
        payments_table.c.invoice_id == invoice.id,
        payments_table.c.status == PaymentState.SUCCEEDED,
        payments_table.c.source == PaymentSource.METHOD,
    )
    ids = (await db.session.scalars(of_invoice)).all()
    locked = await _locked(db, ids)
    charged_back = select(chargebacks_table.c.payment_id).where(
        chargebacks_table.c.payment_id.in_(ids), chargebacks_table.c.status.in_(BLOCKS_REFUNDS)
    )
    blocked = set(await db.session.scalars(charged_back))
    return [one for one in locked if refundable_minor(one) and one.id not in blocked]


async def return_credit(
    db: Unit,
    invoice: Invoice,
    locked: Sequence[Payment],
    *,
    amount_minor: int,
    cause: RefundCause,
    reason: str,
    credit_note_id: UUID,
) -> list[Refund]:
    """Sends what a credit note returned back to the payments it came with, as far as they go; the rest stays."""
    parts, left = [], amount_minor
    for payment in locked:
        part = min(left, refundable_minor(payment))
        if part:
            parts.append((payment, part))
            left -= part
    return await _start(db, invoice, parts, cause, reason, credit_note_id)


async def cancel(db: Unit, refund_id: UUID) -> tuple[Payment, Refund]:
    """Takes a refund back that was not sent yet, and the request for a second person's consent with it."""
    await approval_requests.cancel_for(db, ApprovalKind.REFUND, refund_id)
    payment, refund, _ = await refunds.for_change(db, refund_id)
    refund.cancel(by=db.by, at=db.at)
    await refunds.give_up(db, refund, payment)
    return payment, refund


async def approved(db: Unit, request: ApprovalRequest) -> None:
    """A second person agrees: the refund is sent after the commit."""
    payment, refund, _ = await refunds.for_change(db, request.subject_id)
    await chargebacks.require_refundable(db, payment.id)
    refund.approve(by=request.second_person, at=db.at)


async def declined(db: Unit, request: ApprovalRequest) -> None:
    """Nobody agreed: the money is the customer's credit again."""
    payment, refund, _ = await refunds.for_change(db, request.subject_id)
    refund.cancel(by=SYSTEM, at=db.at)
    await refunds.give_up(db, refund, payment)


async def _start(
    db: Unit,
    invoice: Invoice,
    parts: Sequence[tuple[Payment, int]],
    cause: RefundCause,
    reason: str,
    credit_note_id: UUID | None = None,
) -> list[Refund]:
    total = Money(sum(amount_minor for _, amount_minor in parts), invoice.currency)
    waits = cause in ASKED_BY_PEOPLE and await money_thresholds.needed(db, ApprovalKind.REFUND, total)
    started = []
    for payment, amount_minor in parts:
        refund = await refunds.of_credit(
            db,
            payment,
            invoice,
            amount_minor=amount_minor,
            cause=cause,
            reason=reason,
            credit_note_id=credit_note_id,
            awaits_approval=waits,
        )
        if waits:
            await ask_second_person(db, refund)
        started.append(refund)
    return started


async def ask_second_person(db: Unit, refund: Refund) -> None:
    """Of what Milepost itself sold, another member of staff."""
    is_own = db.by.acts_for(refund.issuer_id)
    is_issuer = is_own and db.by.may(Permission.INVOICES_WRITE)
    is_of_platform = is_own and db.by.may(Permission.STAFF_MONEY)
    await approval_requests.ask(
        db,
        ApprovalKind.REFUND,
        refund.id,
        {"refundId": str(refund.id)},
        organization_id=None if is_of_platform else refund.issuer_id,
        requested_with=Permission.INVOICES_WRITE if is_issuer else Permission.STAFF_MONEY,
        amount=refund.amount,
        reason=refund.reason,
    )


async def _locked(db: Unit, ids: Sequence[UUID]) -> Sequence[Payment]:
    """Payments locked in the order of their ids, which is that of their making."""
    statement = select(Payment).where(payments_table.c.id.in_(ids)).order_by(payments_table.c.id)
    return (await db.session.scalars(statement.with_for_update().execution_options(populate_existing=True))).all()
