"""Recording what a provider has answered: the payment, what it pays and the ledger in one transaction."""

from datetime import datetime
from uuid import UUID

from domain.actors import SYSTEM
from domain.money_exceptions import Finding, MoneyExceptionKind
from domain.payments import Payment, PaymentAttempt, PaymentState
from integrations.payments import Charged, Declined, NoAnswer, NotFound
from integrations.payments import Finding as Answer
from jobs import unknown_outcomes
from persistence import money_exceptions, payments, suspense
from persistence.database import Database
from persistence.payment_settlement import not_received, received
from persistence.unit import Unit, transact


async def record_outcome(database: Database, payment_id: UUID, answer: Answer, now: datetime) -> None:
    """Applies an answer to a payment, whenever and however often it comes: only the first of its kind has an effect."""

    async def record(db: Unit) -> None:
        payable, payment, attempt = await payments.for_outcome(db, payment_id)
        before, unknown_since = payment.status, payment.unknown_since
        match answer:
            case Charged(amount=amount) if amount != payment.amount:
                await _mismatched(db, payment, attempt, answer)
            case Charged():
                if payment.confirm(attempt, answer.provider_id, at=db.at):
                    await received(db, payable, payment)
            case Declined():
                if payment.fail(attempt, answer.code, at=db.at):
                    not_received(db, payable, payment)
            case NotFound():
                if payment.not_found(attempt, at=db.at):
                    not_received(db, payable, payment)
            case NoAnswer():
                payment.lose(attempt, answer.reason, at=db.at)
        await _report(db, payment, before, unknown_since)

    await transact(database, record, by=SYSTEM, at=now)


async def _mismatched(db: Unit, payment: Payment, attempt: PaymentAttempt, answer: Charged) -> None:
    """The money waits in suspense, and the payment for people: nothing else is charged for what it is for."""
    if payment.status is PaymentState.SUCCEEDED:
        return
    payment.lose(attempt, "another amount was charged", at=db.at)
    attempt.provider_id = answer.provider_id
    await suspense.suspend(db, payment, answer.amount)


async def _report(db: Unit, payment: Payment, before: PaymentState, unknown_since: datetime | None) -> None:
    """Tells staff of what they should know: money that came late, and an outcome that stays unknown for too long."""
    if before in (PaymentState.FAILED, PaymentState.CANCELED) and payment.status is PaymentState.SUCCEEDED:
        taken = f"{payment.captured_amount} were taken"
        kind = MoneyExceptionKind.LATE_SUCCESS
        late = Finding(kind, "Payment", str(payment.id), before.name, taken, payment.issuer_id)
        await money_exceptions.open_once(db, late)
    await unknown_outcomes.report(
        db,
        "Payment",
        payment.id,
        unknown_since=unknown_since,
        known_as=None if payment.status is PaymentState.UNKNOWN else payment.status.name,
        organization_id=payment.issuer_id,
    )
