"""Recording what a provider has answered: the payment, what it pays and the ledger in one transaction."""

from datetime import datetime
from uuid import UUID

from domain.actors import SYSTEM
from domain.money_exceptions import Finding, MoneyExceptionKind
from domain.payables import Payable
from domain.payment_attempts import PaymentAttempt
from domain.payments import AT_PROVIDER, Payment, PaymentState
from integrations.payments import (
    ActionRequired,
    Authorized,
    Charged,
    Declined,
    NoAnswer,
    NotFound,
    UnderWay,
    Voided,
)
from integrations.payments import Finding as Answer
from jobs import contradictions, unknown_outcomes
from persistence import money_exceptions, payables, suspense
from persistence.database import Database
from persistence.payment_settlement import charged_for, not_received, received
from persistence.unit import Unit, transact

_ENDED = (PaymentState.FAILED, PaymentState.CANCELED)


async def record_outcome(
    database: Database, payment_id: UUID, answer: Answer, now: datetime, *, asked_at: datetime | None = None
) -> None:
    """Applies an answer to a payment, whenever and however often it comes: only the first of its kind has an effect.

    What was asked before something newer was known never moves the payment back; that money was taken always counts.
    """
    asked = asked_at or now

    async def record(db: Unit) -> None:
        payable, payment, attempt = await payables.for_outcome(db, payment_id)
        before, open_since = payment.status, payment.unknown_since or payment.cancel_asked_at
        is_outdated = attempt.known_at is not None and asked < attempt.known_at
        if isinstance(answer, Charged):
            await _charged(db, payable, payment, attempt, answer)
        elif before is PaymentState.SUCCEEDED:
            await _contradicted(db, payment, attempt, answer, asked)
        elif not is_outdated:
            await _follow(db, payable, payment, attempt, answer)
        if not is_outdated and not isinstance(answer, (NotFound, NoAnswer)):
            attempt.known_at = asked
        await _report(db, payment, before, open_since)

    await transact(database, record, by=SYSTEM, at=now)


async def _charged(db: Unit, payable: Payable, payment: Payment, attempt: PaymentAttempt, answer: Charged) -> None:
    if answer.amount != payment.to_take:
        await _mismatched(db, payment, attempt, answer)
    elif payment.confirm(attempt, answer.provider_id, at=db.at):
        await received(db, payable, payment)
        await charged_for(db, payment, answer.fee)


async def _follow(db: Unit, payable: Payable, payment: Payment, attempt: PaymentAttempt, answer: Answer) -> None:
    """Whatever does not prove that money was taken."""
    has_ended = False
    match answer:
        case ActionRequired():
            payment.require_action(attempt, answer.provider_id, answer.url, at=db.at)
        case UnderWay():
            payment.go_on(attempt, answer.provider_id, at=db.at)
        case Authorized(amount=amount) if amount != payment.amount:
            payment.lose(attempt, "another amount was reserved", at=db.at)
        case Authorized():
            payment.authorize(attempt, answer.provider_id, at=db.at)
        case Declined():
            has_ended = payment.fail(attempt, answer.code, at=db.at)
        case Voided():
            has_ended = payment.void(attempt, at=db.at)
        case NotFound():
            has_ended = payment.not_found(attempt, at=db.at)
        case NoAnswer():
            payment.lose(attempt, answer.reason, at=db.at)
    if has_ended:
        await not_received(db, payable, payment)


async def _mismatched(db: Unit, payment: Payment, attempt: PaymentAttempt, answer: Charged) -> None:
    """The money waits in suspense, and the payment for people: nothing else is charged for what it is for."""
    if payment.status is PaymentState.SUCCEEDED:
        return
    payment.lose(attempt, "another amount was charged", at=db.at)
    attempt.provider_id = answer.provider_id
    await suspense.suspend(db, payment, answer.amount)


async def _contradicted(
    db: Unit, payment: Payment, attempt: PaymentAttempt, answer: Answer, asked_at: datetime
) -> None:
    """Success is final here; a provider that takes it back later is for people."""
    is_later = attempt.known_at is None or asked_at > attempt.known_at
    if is_later and isinstance(answer, (Declined, Voided)):
        code = answer.code if isinstance(answer, Declined) else "it was canceled"
        await contradictions.report_undone(
            db, "Payment", payment.id, known_as=payment.status.name, code=code, organization_id=payment.issuer_id
        )


async def _report(db: Unit, payment: Payment, before: PaymentState, open_since: datetime | None) -> None:
    """Tells staff of money that came late, and of an outcome, or an end that was asked for, that nobody confirms."""
    if before in _ENDED and payment.status is PaymentState.SUCCEEDED:
        taken = f"{payment.captured_amount} were taken"
        kind = MoneyExceptionKind.LATE_SUCCESS
        late = Finding(kind, "Payment", str(payment.id), before.name, taken, payment.issuer_id)
        await money_exceptions.open_once(db, late)
    is_ending = payment.cancel_asked_at is not None and payment.status in AT_PROVIDER
    is_open = is_ending or payment.status is PaymentState.UNKNOWN
    await unknown_outcomes.report(
        db,
        "Payment",
        payment.id,
        unknown_since=open_since,
        known_as=None if is_open else payment.status.name,
        organization_id=payment.issuer_id,
    )
