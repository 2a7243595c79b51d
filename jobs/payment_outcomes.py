"""Recording what a provider has answered: the payment, its invoice and the ledger in one transaction."""

import logging
from datetime import datetime
from uuid import UUID

from domain import collection
from domain.actors import SYSTEM
from domain.fees import fee_share
from domain.invoices import Invoice
from domain.payments import Payment, PaymentAttempt
from domain.postings.payments import allocated_minor, payment_succeeded
from integrations.payments import Charged, Declined, Finding, NoAnswer, NotFound
from persistence import ledger, payments
from persistence.database import Database
from persistence.unit import Unit, transact
from persistence.write_offs import restore

log = logging.getLogger(__name__)


async def record_outcome(database: Database, payment_id: UUID, answer: Finding, now: datetime) -> None:
    """Applies an answer to a payment, whenever and however often it comes: only the first of its kind has an effect."""

    async def record(db: Unit) -> None:
        invoice, payment, attempt = await payments.for_outcome(db, payment_id)
        match answer:
            case Charged(amount=amount) if amount != payment.amount:
                log.error("payment %s: %s were charged instead of %s", payment.id, amount, payment.amount)
                payment.lose(attempt, "another amount was charged", at=db.at)
            case Charged():
                await _succeed(db, invoice, payment, attempt, answer.provider_id)
            case Declined():
                _fail(invoice, payment, payment.fail(attempt, answer.code, at=db.at), at=db.at)
            case NotFound():
                _fail(invoice, payment, payment.not_found(attempt, at=db.at), at=db.at)
            case NoAnswer():
                payment.lose(attempt, answer.reason, at=db.at)

    await transact(database, record, by=SYSTEM, at=now)


async def _succeed(db: Unit, invoice: Invoice, payment: Payment, attempt: PaymentAttempt, provider_id: str) -> None:
    """Books the money: to the invoice what is still due, the rest as the customer's credit."""
    if not payment.confirm(attempt, provider_id, at=db.at):
        return
    await restore(db, invoice)
    received = allocated_minor(invoice, payment.captured_minor)
    fee = fee_share(
        invoice.fee_minor or 0,
        invoice.total_minor - invoice.advances_applied_minor,
        invoice.paid_minor,
        invoice.paid_minor + received,
    )
    transfer = payment_succeeded(
        payment, invoice, received_minor=payment.captured_minor, fee_minor=fee, by=SYSTEM, at=db.at
    )
    if received:
        invoice.receive(received, by=SYSTEM, at=db.at)
    await ledger.post(db, transfer)


def _fail(invoice: Invoice, payment: Payment, has_failed: bool, *, at: datetime) -> None:
    """A failed automatic charge counts towards the three; one that a person started does not."""
    if has_failed and payment.is_automatic and payment.failure_code is not None:
        collection.charge_failed(invoice, payment.failure_code, at=at)
