"""Sending payments, asking about lost answers, and collecting: the intent is committed before every call."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl
from uuid import UUID

from domain import collection
from domain.actors import SYSTEM
from domain.events import OutboxEvent
from domain.payment_attempts import CaptureMode, PaymentAttempt, Question
from domain.payment_methods import PaymentMethod, Provider
from domain.payments import AT_PROVIDER, Payment, PaymentState
from integrations.payments import Asked, Capturing, Charge, Finding, NoAnswer, Voiding
from integrations.return_pages import page_of
from jobs.payment_outcomes import record_outcome
from jobs.providers import reach, unanswered
from jobs.side_by_side import several
from persistence import attempts, payables, payments
from persistence.database import Database
from persistence.unit import Unit, transact

MOST = 100
"""How many charges one run starts at most, so that the other timers get their turn."""


@dataclass(frozen=True, slots=True)
class Sending:
    """A payment that this process alone has marked as sent and now has to send."""

    payment_id: UUID
    provider: Provider
    charge: Charge


@dataclass(frozen=True, slots=True)
class Asking:
    """A question that this process alone puts to the provider now."""

    payment_id: UUID
    provider: Provider
    request: Asked | Capturing | Voiding


async def send_created(database: Database, now: datetime) -> int:
    """Sends what was created and not yet sent. Two workers never send the same payment."""
    return await several(lambda: send_one(database, now))


async def send_payment(database: Database, event: OutboxEvent, now: datetime) -> None:
    """Sends a new payment at once; the timer finds whatever this misses."""
    await send_one(database, now, event.subject_id)


async def send_one(database: Database, now: datetime, payment_id: UUID | None = None) -> bool:
    """Marks one payment as sent and commits, calls the provider, records the outcome; False when there is none.

    A crash after the mark leaves it PROCESSING: its provider is asked later, and it is never sent again.
    """

    async def mark(db: Unit) -> Sending | None:
        payment = await payments.due_for_sending(db, payment_id)
        return None if payment is None else await _marked(db, payment)

    sending = await transact(database, mark, by=SYSTEM, at=now)
    if sending is None:
        return False
    answer = await (await reach(database, sending.provider)).charge(sending.charge)
    await record_outcome(database, sending.payment_id, answer, now, asked_at=sending.charge.at)
    return True


async def ask_unanswered(database: Database, now: datetime) -> int:
    """Asks the providers about payments that have not ended, and has them take or release what was decided."""
    return await several(lambda: _ask_one(database, now))


async def ask_payment(database: Database, event: OutboxEvent, now: datetime) -> None:
    """Asks at once because somebody has captured, canceled or checked it; the timer finds whatever this misses."""
    await _ask_one(database, now, event.subject_id)


async def check_outcome(
    database: Database, payment_id: UUID, now: datetime, told_as: str | None = None
) -> Finding | None:
    """Asks about one payment, whatever its state: even one that failed may turn out to have been charged."""

    async def mark(db: Unit) -> Asking | None:
        _, payment, attempt = await payables.for_outcome(db, payment_id)
        if payment.status is PaymentState.CREATED:
            return None
        attempt.asked_at = db.at
        return _question(db, payment, attempt, Question.FIND, told_as)

    asking = await transact(database, mark, by=SYSTEM, at=now)
    return None if asking is None else await _ask(database, asking, now)


async def come_back(database: Database, payment_id: UUID, returned: str | None, now: datetime) -> Payment | None:
    """The payment as it stands now that its payer's browser is back, with what it brought; None where there is none.

    The provider is asked at once, but not again by whoever loads the page a second time.
    """

    async def mark(db: Unit) -> Asking | None:
        _, payment, attempt = await payables.for_outcome(db, payment_id)
        if payment.status not in AT_PROVIDER or not attempt.may_ask(returned, at=db.at):
            return None
        return _question(db, payment, attempt, Question.FIND)

    if await payments.as_it_is(database, payment_id) is None:
        return None
    asking = await transact(database, mark, by=SYSTEM, at=now)
    if asking is not None:
        await _ask(database, asking, now)
    return await payments.as_it_is(database, payment_id)


async def look(
    database: Database, provider: Provider, key: UUID | None, provider_id: str | None, now: datetime
) -> bool:
    """Follows a payment that the provider has told of, by our key or its own id; False for one that is not ours."""
    payment_id = await transact(
        database, lambda db: attempts.payment_of(db, provider, key, provider_id), by=SYSTEM, at=now
    )
    if payment_id is not None:
        finding = await check_outcome(database, payment_id, now, provider_id)
        if isinstance(finding, NoAnswer):
            raise unanswered(provider, finding)
    return payment_id is not None


async def collect_due(database: Database, now: datetime) -> int:
    """Starts the automatic charges whose time has come."""
    started = 0
    while started < MOST and await _collect_one(database, now):
        started += 1
    return started


async def _marked(db: Unit, payment: Payment) -> Sending:
    attempt = await payments.attempt_of(db, payment)
    method = None if payment.method_id is None else await db.session.get_one(PaymentMethod, payment.method_id)
    payment.send(attempt, at=db.at)
    charge = Charge(
        key=attempt.id,
        amount=payment.amount,
        method_token=None if method is None else method.token,
        customer=await payments.customer_of(db, payment) if method is None else method.customer,
        payer_id=payment.payer_id,
        is_manual=payment.capture_mode is CaptureMode.MANUAL,
        return_url=payment.return_url or page_of(payment.id),
        description=await payments.description_of(db, payment),
        is_off_session=payment.is_automatic,
        at=db.at,
    )
    return Sending(payment.id, payment.charged_by, charge)


async def _ask_one(database: Database, now: datetime, payment_id: UUID | None = None) -> bool:
    async def mark(db: Unit) -> Asking | None:
        payment = await payments.due_for_asking(db, payment_id)
        if payment is None:
            return None
        attempt = await payments.attempt_of(db, payment)
        payment.ask(attempt, at=db.at)
        return _question(db, payment, attempt, payment.question)

    asking = await transact(database, mark, by=SYSTEM, at=now)
    if asking is not None:
        await _ask(database, asking, now)
    return asking is not None


def _question(
    db: Unit, payment: Payment, attempt: PaymentAttempt, question: Question, told_as: str | None = None
) -> Asking:
    key, charge_id = attempt.id, attempt.provider_id
    returned = dict(parse_qsl(attempt.returned or ""))
    request: Asked | Capturing | Voiding = Asked(
        key=key, provider_id=charge_id, sent_at=attempt.sent_at, at=db.at, told_as=told_as, returned=returned
    )
    if question is Question.VOID:
        request = Voiding(key=key, charge_id=charge_id, at=db.at)
    elif question is Question.CAPTURE and charge_id is not None:
        request = Capturing(key=key, charge_id=charge_id, amount=payment.to_take, at=db.at)
    return Asking(payment.id, payment.charged_by, request)


async def _ask(database: Database, asking: Asking, now: datetime) -> Finding:
    provider = await reach(database, asking.provider)
    finding: Finding
    match asking.request:
        case Capturing() as capturing:
            finding = await provider.capture(capturing)
        case Voiding() as voiding:
            finding = await provider.void(voiding)
        case asked:
            finding = await provider.find(asked)
    await record_outcome(database, asking.payment_id, finding, now, asked_at=asking.request.at)
    return finding


async def _collect_one(database: Database, now: datetime) -> bool:
    async def collect(db: Unit) -> bool:
        invoice = await payments.due_for_collection(db)
        if invoice is None:
            return False
        # Under the lock: a payment may have come to exist between the look and the lock.
        if collection.is_due(invoice, db.at) and not await payments.has_live(db, invoice.id):
            await payments.start_collection(db, invoice)
        return True

    return await transact(database, collect, by=SYSTEM, at=now)
