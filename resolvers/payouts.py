"""Payouts: asking for one, taking it back, and what staff decide about those that are held."""

from uuid import UUID

from domain import payouts as rules
from domain.approval_requests import ApprovalKind
from domain.money import Money
from domain.payout_methods import PayoutMethod
from domain.payouts import PayoutTrigger
from domain.postings.payouts import payout_canceled
from domain.refusals import invalid
from persistence import approval_requests, ledger, payout_methods, payouts
from persistence.neutrality import require_neutral
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST, ORGANIZATION, METHOD = payouts.LIST, payouts.ORGANIZATION, payouts.METHOD
REQUESTED_BY, APPROVAL = payouts.REQUESTED_BY, payouts.APPROVAL


async def request_payout(db: Unit, *, amount: Money, method_id: UUID | None = None) -> Changed:
    rules.check_amount(amount)
    method = await _method(db, amount.currency, method_id)
    payout, approval = await payouts.request(
        db,
        method,
        amount,
        trigger=PayoutTrigger.PERSON,
        requested_by_id=db.by.user_id,
        requested_by_key_id=db.by.key_id,
    )
    return Changed(payout=payout, approval=approval)


async def cancel_payout(db: Unit, *, payout_id: UUID) -> Changed:
    # What waits for a second person is locked before its subject.
    await approval_requests.cancel_for(db, ApprovalKind.PAYOUT, payout_id)
    payout = await payouts.for_change(db, payout_id)
    payout.cancel(by=db.by, at=db.at)
    await ledger.post(db, payout_canceled(payout, by=db.by, at=db.at))
    return Changed(payout=payout)


async def clear_payout_hold(db: Unit, *, payout_id: UUID) -> Changed:
    payout = await payouts.for_change(db, payout_id)
    await require_neutral(db, [payout.organization_id])
    payout.clear(by=db.by, at=db.at)
    return Changed(payout=payout)


async def reject_payout(db: Unit, *, payout_id: UUID, reason: str) -> Changed:
    payout = await payouts.for_change(db, payout_id)
    await require_neutral(db, [payout.organization_id])
    payout.reject(reason, by=db.by, at=db.at)
    await ledger.post(db, payout_canceled(payout, by=db.by, at=db.at))
    return Changed(payout=payout)


async def _method(db: Unit, currency: str, method_id: UUID | None) -> PayoutMethod:
    """The named method, or the organization's default in the amount's currency."""
    if method_id is not None:
        return await payout_methods.for_payout(db, method_id)
    default = await payout_methods.default_of(db, db.by.require_organization(), currency)
    if default is None:
        raise invalid(f"There is no default payout method in {currency}: name one or add one.", "methodId")
    return default
