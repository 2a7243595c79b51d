"""Sending payouts, asking about those without an outcome, and recording outcomes: the intent is committed first."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.actors import SYSTEM
from domain.events import OutboxEvent
from domain.payment_methods import Provider
from domain.payout_methods import PayoutMethod
from domain.payouts import Payout, PayoutAttempt, PayoutState
from domain.postings.payouts import payout_failed, payout_paid, payout_returned, payout_sent
from integrations.payments import (
    Asked,
    CameBack,
    Declined,
    NoAnswer,
    NotFound,
    PaidOut,
    PayingOut,
    PayoutFinding,
    UnderWay,
)
from jobs import contradictions, unknown_outcomes
from jobs.providers import reach, unanswered
from jobs.side_by_side import several
from persistence import attempts, ledger, payouts, wallets
from persistence.database import Database
from persistence.unit import Unit, transact


@dataclass(frozen=True, slots=True)
class Sending:
    """A payout that this process alone has marked as sent and now has to send."""

    payout_id: UUID
    provider: Provider
    paying: PayingOut


@dataclass(frozen=True, slots=True)
class Asking:
    """A question that this process alone puts to the provider now."""

    payout_id: UUID
    provider: Provider
    asked: Asked


async def send_pending(database: Database, now: datetime) -> int:
    """Sends what may go and is not yet sent. Two workers never send the same payout."""
    return await several(lambda: send_one(database, now))


async def send_payout(database: Database, event: OutboxEvent, now: datetime) -> None:
    """Sends a payout at once when nobody has to look at it; the timer finds whatever this misses."""
    await send_one(database, now, event.subject_id)


async def send_one(database: Database, now: datetime, payout_id: UUID | None = None) -> bool:
    """Marks one payout as sent and commits, calls the provider, records the outcome; False when there is none.

    A crash after the mark leaves it IN_TRANSIT: its provider is asked later, and it is never sent again.
    """

    async def mark(db: Unit) -> Sending | None:
        payout = await payouts.due_for_sending(db, payout_id)
        return None if payout is None else await _marked(db, payout)

    sending = await transact(database, mark, by=SYSTEM, at=now)
    if sending is None:
        return False
    answer = await (await reach(database, sending.provider)).pay_out(sending.paying)
    await record_outcome(database, sending.payout_id, answer, now)
    return True


async def ask_unanswered(database: Database, now: datetime) -> int:
    """Asks the providers what became of payouts: without an outcome, or paid and perhaps come back. It pays nothing."""
    return await several(lambda: _ask_one(database, now))


async def look(
    database: Database, provider: Provider, key: UUID | None, provider_id: str | None, now: datetime
) -> bool:
    """Follows a payout that the provider has told of, by our key or its own id; False for one that is not ours."""

    async def mark(db: Unit) -> Asking | None:
        payout_id = await attempts.payout_of(db, provider, key, provider_id)
        if payout_id is None:
            return None
        return _question(db, *await payouts.for_outcome(db, payout_id), told_as=provider_id)

    asking = await transact(database, mark, by=SYSTEM, at=now)
    if asking is not None:
        finding = await _ask(database, asking, now)
        if isinstance(finding, NoAnswer):
            raise unanswered(provider, finding)
    return asking is not None


async def record_outcome(database: Database, payout_id: UUID, answer: PayoutFinding, now: datetime) -> None:
    """Applies an answer to a payout, whenever and however often it comes: only the first of its kind has an effect."""

    async def record(db: Unit) -> None:
        payout, attempt = await payouts.for_outcome(db, payout_id)
        unknown_since = payout.unknown_since
        match answer:
            case PaidOut(amount=amount) if amount != payout.amount:
                payout.lose(attempt, "another amount was paid", at=db.at)
                await contradictions.report_amount(
                    db, "Payout", payout.id, asked=payout.amount, done=amount, organization_id=payout.organization_id
                )
            case PaidOut():
                await _confirm(db, payout, attempt, answer.provider_id)
            case UnderWay():
                payout.is_on_its_way(attempt, answer.provider_id, at=db.at)
            case CameBack():
                if payout.give_back(answer.code, at=db.at):
                    await ledger.post(db, payout_returned(payout, by=SYSTEM, at=db.at))
                else:
                    await _fail(db, payout, payout.fail(attempt, answer.code, at=db.at))
            case Declined():
                await _fail(db, payout, payout.fail(attempt, answer.code, at=db.at))
            case NotFound():
                await _fail(db, payout, payout.not_found(attempt, at=db.at))
            case NoAnswer():
                payout.lose(attempt, answer.reason, at=db.at)
        await unknown_outcomes.report(
            db,
            "Payout",
            payout.id,
            unknown_since=unknown_since,
            known_as=None if payout.unknown_since is not None else payout.status.name,
            organization_id=payout.organization_id,
        )

    await transact(database, record, by=SYSTEM, at=now)


async def _marked(db: Unit, payout: Payout) -> Sending:
    attempt = await payouts.attempt_of(db, payout)
    method = await db.session.get_one(PayoutMethod, payout.method_id)
    payout.send(attempt, at=db.at)
    await ledger.post(db, payout_sent(payout, by=SYSTEM, at=db.at))
    await wallets.tell(db, payout.organization_id, payout.currency, "payout_sent")
    paying = PayingOut(key=attempt.id, amount=payout.amount, method_token=method.token, at=db.at)
    return Sending(payout.id, payout.provider, paying)


async def _confirm(db: Unit, payout: Payout, attempt: PayoutAttempt, provider_id: str) -> None:
    """Posts the first proof; one for what was given up already is for people."""
    if payout.confirm(attempt, provider_id, at=db.at):
        await ledger.post(db, payout_paid(payout, by=SYSTEM, at=db.at))
        await wallets.tell(db, payout.organization_id, payout.currency, "payout_paid")
    elif payout.status in (PayoutState.FAILED, PayoutState.CANCELED):
        await contradictions.report_late(
            db,
            "Payout",
            payout.id,
            known_as=payout.status.name,
            done=payout.amount,
            organization_id=payout.organization_id,
        )


async def _fail(db: Unit, payout: Payout, has_failed: bool) -> None:
    """The wallet has its money again."""
    if has_failed:
        await ledger.post(db, payout_failed(payout, by=SYSTEM, at=db.at))


async def _ask_one(database: Database, now: datetime) -> bool:
    async def mark(db: Unit) -> Asking | None:
        payout = await payouts.due_for_asking(db)
        if payout is None:
            return None
        payout.ask(at=db.at)
        return _question(db, payout, await payouts.attempt_of(db, payout))

    asking = await transact(database, mark, by=SYSTEM, at=now)
    if asking is not None:
        await _ask(database, asking, now)
    return asking is not None


def _question(db: Unit, payout: Payout, attempt: PayoutAttempt, *, told_as: str | None = None) -> Asking:
    asked = Asked(key=attempt.id, provider_id=attempt.provider_id, sent_at=attempt.sent_at, at=db.at, told_as=told_as)
    return Asking(payout.id, payout.provider, asked)


async def _ask(database: Database, asking: Asking, now: datetime) -> PayoutFinding:
    finding = await (await reach(database, asking.provider)).find_payout(asking.asked)
    await record_outcome(database, asking.payout_id, finding, now)
    return finding
