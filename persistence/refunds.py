"""Queries of refunds: who sees them, starting one, the locks of the verbs, and what the jobs pick up."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Exists, and_, exists, false, or_, select, true

from domain.actors import Actor
from domain.chargebacks import BLOCKS_REFUNDS, FINAL, ChargebackStatus
from domain.invoices import Invoice
from domain.payments import Payment
from domain.permissions import Permission
from domain.postings.refunds import hold_refunded, refund_asked, refund_given_up
from domain.provider_calls import CallState
from domain.refunds import Refund, RefundAttempt, RefundCause, asked
from persistence import chargebacks, ledger
from persistence.approval_requests import APPROVALS
from persistence.credit_notes import CREDIT_NOTES
from persistence.escrow_holds import ESCROW_HOLDS
from persistence.invoices import INVOICES
from persistence.payments import PAYMENTS
from persistence.tables.invoicing import customers, invoices
from persistence.tables.losses import chargebacks as chargebacks_table
from persistence.tables.money import payment_attempts, payments
from persistence.tables.refunds import refund_attempts, refunds
from persistence.unit import Unit
from planner.edges import Condition, Connection, One, Source


def visible_to(viewer: Actor) -> Condition:
    """Those who see the payment: payer and issuer, each for those who may read its money, and staff for money."""
    if viewer.may(Permission.STAFF_MONEY):
        return true()
    if viewer.organization_id is None or not viewer.may(Permission.MONEY_READ):
        return false()
    return or_(refunds.c.payer_id == viewer.organization_id, refunds.c.issuer_id == viewer.organization_id)


REFUNDS = Source(Refund, refunds, visible_to)

PAYMENT, INVOICE = One(PAYMENTS, "payment_id"), One(INVOICES, "invoice_id")
CREDIT_NOTE, HOLD = One(CREDIT_NOTES, "credit_note_id"), One(ESCROW_HOLDS, "hold_id")
APPROVAL = One(APPROVALS, "id", "subject_id")
OF_APPROVAL = One(REFUNDS, "subject_id")

_ORDERS = {"CREATED_AT": refunds.c.created_at, "AMOUNT": refunds.c.amount_minor}
_NEWEST_FIRST = (("CREATED_AT", True),)

LIST = Connection(
    REFUNDS,
    orders=_ORDERS,
    default_order=_NEWEST_FIRST,
    filters={
        "status": lambda values: refunds.c.status.in_(values),
        "cause": lambda values: refunds.c.cause.in_(values),
        "payment_id": lambda id_: refunds.c.payment_id == id_,
        "invoice_id": lambda id_: refunds.c.invoice_id == id_,
        "created_from": lambda at: refunds.c.created_at >= at,
        "created_before": lambda at: refunds.c.created_at < at,
    },
)
OF_PAYMENT = Connection(REFUNDS, orders=_ORDERS, default_order=_NEWEST_FIRST, column="payment_id")
OF_CREDIT_NOTE = Connection(REFUNDS, orders=_ORDERS, default_order=_NEWEST_FIRST, column="credit_note_id")


async def of_hold(db: Unit, payment: Payment, *, hold_id: UUID, amount_minor: int, reason: str, by: Actor) -> Refund:
    """A part of a hold goes back to the locked payment that funded it: stored PENDING and posted as P8.

    It is sent after the commit. A hold that was funded from a wallet has no payment and needs no refund; of a payment
    that the bank has taken back nothing is refunded.
    """
    await chargebacks.require_refundable(db, payment.id)
    refund, attempt = asked(
        payment, amount_minor=amount_minor, cause=RefundCause.HOLD, reason=reason, hold_id=hold_id, by=by, at=db.at
    )
    await _add(db, refund, attempt)
    await ledger.post(db, hold_refunded(refund, by=by, at=db.at))
    return refund


async def of_credit(
    db: Unit,
    payment: Payment,
    invoice: Invoice,
    *,
    amount_minor: int,
    cause: RefundCause,
    reason: str,
    credit_note_id: UUID | None = None,
    awaits_approval: bool = False,
) -> Refund:
    """A part of the customer's credit goes back to the locked payment it came with: stored PENDING, posted as P10."""
    refund, attempt = asked(
        payment,
        amount_minor=amount_minor,
        cause=cause,
        reason=reason,
        credit_note_id=credit_note_id,
        awaits_approval=awaits_approval,
        by=db.by,
        at=db.at,
    )
    await _add(db, refund, attempt)
    await ledger.post(db, refund_asked(refund, invoice.customer_id, by=db.by, at=db.at))
    return refund


async def of_sale(
    db: Unit,
    payment: Payment,
    *,
    customer_id: UUID,
    amount_minor: int,
    reason: str,
    credit_note_id: UUID | None = None,
    awaits_approval: bool = False,
    by: Actor,
) -> Refund:
    """What a sale gave to the buyer's credit goes back to its locked payment: stored PENDING, posted as P10."""
    refund, attempt = asked(
        payment,
        amount_minor=amount_minor,
        cause=RefundCause.SALE,
        reason=reason,
        credit_note_id=credit_note_id,
        awaits_approval=awaits_approval,
        by=by,
        at=db.at,
    )
    await _add(db, refund, attempt)
    await ledger.post(db, refund_asked(refund, customer_id, by=by, at=db.at))
    return refund


async def give_up(db: Unit, refund: Refund, payment: Payment) -> None:
    """A refund that failed or was canceled: the money is the customer's credit again, that of a hold the client's."""
    payment.take_back_refund(refund.amount_minor)
    customer = select(invoices.c.customer_id).where(invoices.c.id == refund.invoice_id)
    if refund.cause is RefundCause.SALE:
        of_issuer = customers.c.organization_id == refund.issuer_id
        customer = select(customers.c.id).where(of_issuer, customers.c.linked_organization_id == refund.payer_id)
    customer_id = None if refund.hold_id is not None else await db.session.scalar(customer)
    await ledger.post(db, refund_given_up(refund, customer_id, by=db.by, at=db.at))


async def for_change(db: Unit, refund_id: UUID) -> tuple[Payment, Refund, RefundAttempt]:
    """A visible refund with its newest attempt and its payment, locked in the written order."""
    visible = select(refunds.c.payment_id).where(refunds.c.id == refund_id, visible_to(db.by))
    payment_id = await db.require(visible, "refund", "refundId")
    payment = (await db.session.scalars(select(Payment).where(payments.c.id == payment_id).with_for_update())).one()
    refund = (await db.session.scalars(select(Refund).where(refunds.c.id == refund_id).with_for_update())).one()
    return payment, refund, await attempt_of(db, refund)


async def attempt_of(db: Unit, refund: Refund) -> RefundAttempt:
    """The newest attempt of a locked refund."""
    newest = select(RefundAttempt).where(refund_attempts.c.refund_id == refund.id)
    return (await db.session.scalars(newest.order_by(refund_attempts.c.number.desc()).limit(1))).one()


async def charge_id(db: Unit, payment_id: UUID) -> str:
    """The provider's own id of the charge that a refund gives back."""
    attempts = payment_attempts.c
    charge = select(attempts.provider_id).where(attempts.payment_id == payment_id, attempts.provider_id.is_not(None))
    return str((await db.session.scalars(charge)).one())


_UNSENT = and_(refunds.c.status == CallState.PENDING, refunds.c.awaits_approval.is_(False))


async def due_for_sending(db: Unit, refund_id: UUID | None = None) -> Refund | None:
    """The oldest refund that may go and that nobody sends yet, or this one if it is such; its payment is locked first.

    None of a payment that the payer's bank takes back: it waits until that is won, or is given up once it is lost.
    """
    may_go = [_UNSENT, ~_charged_back(BLOCKS_REFUNDS)]
    if refund_id is not None:
        may_go.append(refunds.c.id == refund_id)
    of_payment = select(payments.c.id).join(refunds, refunds.c.payment_id == payments.c.id).where(*may_go)
    of_payment = of_payment.order_by(refunds.c.created_at, refunds.c.id).limit(1)
    payment_id = await db.session.scalar(of_payment.with_for_update(of=payments, skip_locked=True))
    if payment_id is None:
        return None
    # Whether the bank has come in between is seen under the payment's lock, by a statement of its own.
    statement = select(Refund).where(*may_go, refunds.c.payment_id == payment_id)
    statement = statement.order_by(refunds.c.created_at, refunds.c.id).limit(1)
    return await db.session.scalar(statement.with_for_update(skip_locked=True))


async def of_lost_payments(db: Unit) -> Sequence[UUID]:
    """Refunds that were not sent before the bank took their payment back; who waits for a second person waits on."""
    statement = select(refunds.c.id).where(_UNSENT, _charged_back(FINAL)).order_by(refunds.c.created_at, refunds.c.id)
    return (await db.session.scalars(statement.limit(100))).all()


def _charged_back(statuses: Sequence[ChargebackStatus]) -> Exists:
    about = chargebacks_table.c.payment_id == refunds.c.payment_id
    return exists().where(about, chargebacks_table.c.status.in_(statuses))


async def due_for_asking(db: Unit) -> Refund | None:
    """A refund without an answer whose provider shall be asked now."""
    statement = select(Refund).where(
        refunds.c.status.in_((CallState.PROCESSING, CallState.UNKNOWN)), refunds.c.next_ask_at <= db.at
    )
    statement = statement.order_by(refunds.c.next_ask_at, refunds.c.id).limit(1)
    return await db.session.scalar(statement.with_for_update(skip_locked=True))


async def _add(db: Unit, refund: Refund, attempt: RefundAttempt) -> None:
    await db.flush()
    db.add(refund)
    await db.flush()
    db.add(attempt)
