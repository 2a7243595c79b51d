"""Movements of credits (unit CREDIT), and P21 where credits that were paid for are used up."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from domain.actors import Actor
from domain.currencies import CREDIT
from domain.ids import new_id
from domain.ledger import AccountCode, AccountKey, Posting, PostingKind, Transfer, TransferSource
from domain.postings.kit import credit, debit, lines, own, platform

_C = AccountCode


def available(organization_id: UUID) -> AccountKey:
    return own(_C.CREDIT_AVAILABLE, organization_id, CREDIT)


def held(organization_id: UUID) -> AccountKey:
    return own(_C.CREDIT_HELD, organization_id, CREDIT)


def counterpart(code: AccountCode) -> AccountKey:
    """One of the platform's accounts of credits."""
    return platform(code, CREDIT)


ISSUED, SPENT = counterpart(_C.CREDIT_ISSUED), counterpart(_C.CREDIT_SPENT)
EXPIRED, ADJUSTED = counterpart(_C.CREDIT_EXPIRED), counterpart(_C.CREDIT_ADJUSTED)


def moved(
    kind: PostingKind,
    transaction_id: UUID,
    *,
    source: AccountKey,
    target: AccountKey,
    quantity: int,
    reverses: UUID | None = None,
    by: Actor,
    at: datetime,
) -> Transfer:
    """Credits go from one account (debit) to another (credit)."""
    postings = lines(debit(source, quantity), credit(target, quantity))
    return _transfer(kind, transaction_id, postings, reverses=reverses, by=by, at=at)


def captured(
    transaction_id: UUID, organization_id: UUID, *, captured: int, returned: int, by: Actor, at: datetime
) -> Transfer:
    """What was set aside is spent, and the rest of it free again."""
    postings = lines(
        debit(held(organization_id), captured + returned),
        credit(SPENT, captured),
        credit(available(organization_id), returned),
    )
    return _transfer(PostingKind.CREDIT_CAPTURE, transaction_id, postings, by=by, at=at)


def revenue_earned(transaction_id: UUID, costs: Mapping[str, int], *, by: Actor, at: datetime) -> Transfer | None:
    """P21: the cost of the credits that were used up, by currency, is earned; None where nothing was paid for them.

    Where credits come back to a lot that was paid for, their cost is deferred again: the same with opposite signs.
    """
    postings: list[Posting] = []
    for currency, minor in sorted(costs.items()):
        postings.append(Posting(platform(_C.DEFERRED_REVENUE, currency), minor))
        postings.append(Posting(platform(_C.PLATFORM_REVENUE, currency), -minor))
    kept = lines(*postings)
    return _transfer(PostingKind.P21, transaction_id, kept, by=by, at=at) if kept else None


def _transfer(
    kind: PostingKind,
    transaction_id: UUID,
    postings: tuple[Posting, ...],
    *,
    reverses: UUID | None = None,
    by: Actor,
    at: datetime,
) -> Transfer:
    return Transfer(
        id=new_id(),
        kind=kind,
        source_type=TransferSource.CREDIT_TRANSACTION,
        source_id=transaction_id,
        reverses=reverses,
        by=by,
        at=at,
        postings=postings,
    )
