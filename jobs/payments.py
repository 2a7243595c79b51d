"""Sending payments, asking about lost answers, and collecting: the intent is committed before every call."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain import collection
from domain.actors import SYSTEM
from domain.events import OutboxEvent
from domain.payment_methods import PaymentMethod, Provider
from domain.payments import Payment, PaymentAttempt
from integrations.payments import Asked, Charge
from jobs.payment_outcomes import record_outcome
from jobs.providers import reach
from jobs.side_by_side import several
from persistence import payments
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
    asked: Asked


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
    await record_outcome(database, sending.payment_id, answer, now)
    return True


async def ask_unanswered(database: Database, now: datetime) -> int:
    """Asks the providers what became of payments whose answer is missing. Asking never charges."""
    return await several(lambda: _ask_one(database, now))


async def check_outcome(database: Database, payment_id: UUID, now: datetime) -> None:
    """Asks about one payment, whatever its state: even one that failed may turn out to have been charged."""

    async def look_up(db: Unit) -> Asking:
        _, payment, attempt = await payments.for_outcome(db, payment_id)
        return _question(db, payment, attempt)

    await _ask(database, await transact(database, look_up, by=SYSTEM, at=now), now)


async def collect_due(database: Database, now: datetime) -> int:
    """Starts the automatic charges whose time has come."""
    started = 0
    while started < MOST and await _collect_one(database, now):
        started += 1
    return started


async def _marked(db: Unit, payment: Payment) -> Sending:
    attempt = await payments.attempt_of(db, payment)
    method = await db.session.get_one(PaymentMethod, payment.method_id)
    payment.send(attempt, at=db.at)
    charge = Charge(
        key=attempt.id,
        amount=payment.amount,
        method_token=method.token,
        customer=method.customer,
        return_url="",
        description=await payments.description_of(db, payment),
        is_off_session=payment.is_automatic,
        at=db.at,
    )
    return Sending(payment.id, payment.charged_by, charge)


async def _ask_one(database: Database, now: datetime) -> bool:
    async def mark(db: Unit) -> Asking | None:
        payment = await payments.due_for_asking(db)
        if payment is None:
            return None
        payment.ask(at=db.at)
        return _question(db, payment, await payments.attempt_of(db, payment))

    asking = await transact(database, mark, by=SYSTEM, at=now)
    if asking is not None:
        await _ask(database, asking, now)
    return asking is not None


def _question(db: Unit, payment: Payment, attempt: PaymentAttempt) -> Asking:
    asked = Asked(key=attempt.id, provider_id=attempt.provider_id, sent_at=attempt.sent_at, at=db.at)
    return Asking(payment.id, payment.charged_by, asked)


async def _ask(database: Database, asking: Asking, now: datetime) -> None:
    finding = await (await reach(database, asking.provider)).find(asking.asked)
    await record_outcome(database, asking.payment_id, finding, now)


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
