"""Money in suspense: put there when a provider took it otherwise, out again when two people of staff have decided."""

from uuid import UUID

from sqlalchemy import func, select

from domain import suspense as rules
from domain.approval_requests import ApprovalKind, ApprovalRequest
from domain.ledger import AccountCode, PostingKind
from domain.money import Money
from domain.payables import Payable
from domain.payment_attempts import PaymentAttempt
from domain.payments import RETURNED, Payment
from domain.permissions import Permission
from domain.postings.suspense import money_suspended, suspense_cleared
from domain.reasons import said
from domain.suspense import SuspenseDecision
from persistence import approval_requests, ledger, money_exceptions, payables, payment_settlement
from persistence.tables.money import ledger_accounts, ledger_entries, ledger_transfers
from persistence.unit import Unit


async def suspend(db: Unit, payment: Payment, taken: Money) -> None:
    """Once for each payment, however often its provider repeats what it took."""
    if payment.provider is None or await ledger.next_ordinal(db, PostingKind.P14, payment.id) > 1:
        return
    await ledger.post(db, money_suspended(payment, payment.provider, taken, by=db.by, at=db.at))
    await money_exceptions.open_once(db, rules.mismatch(payment, taken))


async def ask(db: Unit, exception_id: UUID, decision: SuspenseDecision, reason: str) -> ApprovalRequest:
    """Clearing always waits for a second person; everything is checked now, and again when it is done."""
    stated = said(reason, required=True)
    seen = await money_exceptions.seen(db, exception_id)
    rules.require_suspended(seen)
    payable, payment, _ = await payables.for_outcome(db, UUID(seen.subject_key))
    exception = await money_exceptions.for_decision(db, exception_id)
    exception.check("resolveMoneyException", by=db.by)
    money = rules.check_decision(decision, payable, payment, await _suspended(db, payment))
    command = {"exceptionId": exception.id.hex, "decision": decision.value}
    return await approval_requests.ask(
        db,
        ApprovalKind.SUSPENSE_CLEARING,
        payment.id,
        command,
        requested_with=Permission.STAFF_MONEY,
        amount=money,
        reason=stated,
        excluded_organization_ids=payment.concerned_organizations(),
    )


async def clear(db: Unit, request: ApprovalRequest) -> None:
    """Takes the money out of suspense, to what it paid or back to where it came from, and ends the exception."""
    decision = SuspenseDecision(request.command["decision"])
    payable, payment, attempt = await payables.for_outcome(db, request.subject_id)
    exception = await money_exceptions.for_decision(db, UUID(request.command["exceptionId"]))
    exception.resolve(request.reason or decision.name, by=db.by, at=db.at)
    money = rules.check_decision(decision, payable, payment, await _suspended(db, payment))
    if payment.provider is None:
        raise AssertionError("what is in suspense came from a provider")
    await ledger.post(db, suspense_cleared(payment, payment.provider, money, request.reason, by=db.by, at=db.at))
    if decision is SuspenseDecision.APPLY:
        await _apply(db, payable, payment, attempt, money)
    elif payment.fail(attempt, RETURNED, at=db.at):
        await payment_settlement.not_received(db, payable, payment)


async def _apply(db: Unit, payable: Payable, payment: Payment, attempt: PaymentAttempt, money: Money) -> None:
    """The payment has succeeded, with what was taken."""
    if attempt.provider_id is None:
        raise AssertionError("the provider said under which id it took the money")
    payment.confirm(attempt, attempt.provider_id, at=db.at)
    payment.captured_minor = money.amount_minor
    await payment_settlement.received(db, payable, payment)


async def _suspended(db: Unit, payment: Payment) -> Money | None:
    """What of a payment is in suspense now."""
    statement = (
        select(ledger_entries.c.currency, -func.sum(ledger_entries.c.amount_minor))
        .join(ledger_accounts, ledger_accounts.c.id == ledger_entries.c.account_id)
        .join(ledger_transfers, ledger_transfers.c.id == ledger_entries.c.transfer_id)
        .where(ledger_accounts.c.code == AccountCode.SUSPENSE, ledger_transfers.c.source_id == payment.id)
        .group_by(ledger_entries.c.currency)
    )
    found = (await db.session.execute(statement)).one_or_none()
    return Money(int(found[1]), found[0]) if found is not None and found[1] else None
