"""Sending refunds, asking about lost answers and recording outcomes: the intent is committed before every call."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.actors import SYSTEM
from domain.events import OutboxEvent
from domain.payment_methods import Provider
from domain.payments import Payment
from domain.postings.refunds import refund_succeeded
from domain.provider_calls import CallState
from domain.refunds import Refund, RefundAttempt
from integrations.payments import Asked, Declined, NoAnswer, NotFound, Refunded, RefundFinding, Refunding, UnderWay
from jobs import contradictions, provider_refunds, unknown_outcomes
from jobs.one_by_one import each
from jobs.providers import reach, unanswered
from jobs.side_by_side import several
from persistence import attempts, ledger, refunds
from persistence.database import Database
from persistence.unit import Unit, transact


@dataclass(frozen=True, slots=True)
class Sending:
    """A refund that this process alone has marked as sent and now has to send."""

    refund_id: UUID
    provider: Provider
    refunding: Refunding


@dataclass(frozen=True, slots=True)
class Asking:
    """A question that this process alone puts to the provider now."""

    refund_id: UUID
    provider: Provider
    asked: Asked


async def send_pending(database: Database, now: datetime) -> int:
    """Sends what may go and is not yet sent. Two workers never send the same refund."""
    return await several(lambda: send_one(database, now))


async def send_refund(database: Database, event: OutboxEvent, now: datetime) -> None:
    """Sends a refund at once; the timer finds whatever this misses."""
    await send_one(database, now, event.subject_id)


async def send_one(database: Database, now: datetime, refund_id: UUID | None = None) -> bool:
    """Marks one refund as sent and commits, calls the provider, records the outcome; False when there is none.

    A crash after the mark leaves it PROCESSING: its provider is asked later, and it is never sent again.
    """

    async def mark(db: Unit) -> Sending | None:
        refund = await refunds.due_for_sending(db, refund_id)
        return None if refund is None else await _marked(db, refund)

    sending = await transact(database, mark, by=SYSTEM, at=now)
    if sending is None:
        return False
    answer = await (await reach(database, sending.provider)).refund(sending.refunding)
    await record_outcome(database, sending.refund_id, answer, now)
    return True


async def drop_lost(database: Database, now: datetime) -> int:
    """Gives up what was not sent before the payer's bank took the payment back: the customer keeps it as credit."""
    ids = await transact(database, refunds.of_lost_payments, by=SYSTEM, at=now)
    return await each(database, ids, _drop, now)


async def _drop(db: Unit, refund_id: UUID) -> bool:
    payment, refund, _ = await refunds.for_change(db, refund_id)
    if refund.status is not CallState.PENDING:
        return False
    refund.drop(at=db.at)
    await refunds.give_up(db, refund, payment)
    return True


async def look(
    database: Database, provider: Provider, key: UUID | None, provider_id: str | None, now: datetime
) -> bool:
    """Follows a refund that the provider has told of, by our key or its own id; False for one that is not ours.

    One that was made there, of what the provider bills by itself, becomes ours.
    """

    async def mark(db: Unit) -> Asking | None:
        refund_id = await attempts.refund_of(db, provider, key, provider_id)
        if refund_id is None:
            return None
        _, refund, attempt = await refunds.for_change(db, refund_id)
        return await _question(db, refund, attempt, told_as=provider_id)

    asking = await transact(database, mark, by=SYSTEM, at=now)
    if asking is None and await provider_refunds.adopt(database, provider, provider_id, now):
        asking = await transact(database, mark, by=SYSTEM, at=now)
    if asking is not None:
        finding = await _ask(database, asking, now)
        if isinstance(finding, NoAnswer):
            raise unanswered(provider, finding)
    return asking is not None


async def ask_unanswered(database: Database, now: datetime) -> int:
    """Asks the providers what became of refunds whose answer is missing. Asking never gives anything back."""
    return await several(lambda: _ask_one(database, now))


async def record_outcome(database: Database, refund_id: UUID, answer: RefundFinding, now: datetime) -> None:
    """Applies an answer to a refund, whenever and however often it comes: only the first that ends it has an effect."""

    async def record(db: Unit) -> None:
        payment, refund, attempt = await refunds.for_change(db, refund_id)
        unknown_since = refund.unknown_since
        match answer:
            case Refunded(amount=amount) if amount != refund.amount:
                refund.lose(attempt, "another amount was given back", at=db.at)
                await contradictions.report_amount(
                    db, "Refund", refund.id, asked=refund.amount, done=amount, organization_id=refund.issuer_id
                )
            case Refunded():
                await _confirm(db, refund, attempt, answer.provider_id)
            case UnderWay():
                refund.is_on_its_way(attempt, answer.provider_id, at=db.at)
            case Declined():
                await _fail(db, refund, payment, attempt, answer.code)
            case NotFound():
                if refund.not_found(attempt, at=db.at):
                    await refunds.give_up(db, refund, payment)
            case NoAnswer():
                refund.lose(attempt, answer.reason, at=db.at)
        await unknown_outcomes.report(
            db,
            "Refund",
            refund.id,
            unknown_since=unknown_since,
            known_as=None if refund.is_under_way else refund.status.name,
            organization_id=refund.issuer_id,
        )

    await transact(database, record, by=SYSTEM, at=now)


async def _confirm(db: Unit, refund: Refund, attempt: RefundAttempt, provider_id: str) -> None:
    """Posts the first proof; one for what was given up already is for people."""
    if refund.confirm(attempt, provider_id, at=db.at):
        await ledger.post(db, refund_succeeded(refund, by=SYSTEM, at=db.at))
    elif refund.status is not CallState.SUCCEEDED:
        await contradictions.report_late(
            db,
            "Refund",
            refund.id,
            known_as=refund.status.name,
            done=refund.amount,
            organization_id=refund.issuer_id,
        )


async def _fail(db: Unit, refund: Refund, payment: Payment, attempt: RefundAttempt, code: str) -> None:
    """The customer keeps the money as credit; what was said to be done before is for people."""
    if refund.fail(attempt, code, at=db.at):
        await refunds.give_up(db, refund, payment)
    elif refund.status is CallState.SUCCEEDED:
        known_as = refund.status.name
        await contradictions.report_undone(
            db, "Refund", refund.id, known_as=known_as, code=code, organization_id=refund.issuer_id
        )


async def _marked(db: Unit, refund: Refund) -> Sending:
    attempt = await refunds.attempt_of(db, refund)
    charge_id = await refunds.charge_id(db, refund.payment_id)
    refund.send(attempt, at=db.at)
    refunding = Refunding(key=attempt.id, charge_id=charge_id, amount=refund.amount, at=db.at)
    return Sending(refund.id, refund.provider, refunding)


async def _ask_one(database: Database, now: datetime) -> bool:
    async def mark(db: Unit) -> Asking | None:
        refund = await refunds.due_for_asking(db)
        if refund is None:
            return None
        refund.ask(at=db.at)
        return await _question(db, refund, await refunds.attempt_of(db, refund))

    asking = await transact(database, mark, by=SYSTEM, at=now)
    if asking is not None:
        await _ask(database, asking, now)
    return asking is not None


async def _question(db: Unit, refund: Refund, attempt: RefundAttempt, *, told_as: str | None = None) -> Asking:
    asked = Asked(
        key=attempt.id,
        provider_id=attempt.provider_id,
        sent_at=attempt.sent_at,
        charge_id=await refunds.charge_id(db, refund.payment_id),
        at=db.at,
        told_as=told_as,
    )
    return Asking(refund.id, refund.provider, asked)


async def _ask(database: Database, asking: Asking, now: datetime) -> RefundFinding:
    finding = await (await reach(database, asking.provider)).find_refund(asking.asked)
    await record_outcome(database, asking.refund_id, finding, now)
    return finding
