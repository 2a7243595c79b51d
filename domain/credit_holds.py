"""Holds: credits that are set aside for work under way, then captured, released, or free again after their time."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from domain.actors import SYSTEM, Actor
from domain.credit_accounts import CreditAccount
from domain.credit_lots import CreditLot
from domain.credit_movements import Movement, begin, finish, let_in, parts_of, post, require_quantity
from domain.credit_transactions import (
    LONGEST_HOLD,
    NOTHING_SAID,
    SHORTEST_HOLD,
    USUAL_HOLD,
    CreditConsumption,
    CreditTransaction,
    CreditTransactionStatus,
    CreditTransactionType,
    Direction,
    Note,
)
from domain.ledger import PostingKind
from domain.postings import credits as postings
from domain.refusals import invalid


def hold(
    account: CreditAccount,
    quantity: int,
    note: Note = NOTHING_SAID,
    *,
    lasts: timedelta = USUAL_HOLD,
    by: Actor,
    at: datetime,
) -> Movement:
    """Sets credits aside in the order in which they would burn. Refuses INSUFFICIENT_CREDITS."""
    account.check("holdCredits", by=let_in(by))
    if not SHORTEST_HOLD <= lasts <= LONGEST_HOLD:
        raise invalid("A hold lasts from 60 seconds to 30 days.", "expiresIn")
    require_quantity(quantity)
    parts = parts_of(account, quantity, None, at)
    movement = begin(account, CreditTransactionType.HOLD, quantity, note, by=by, at=at)
    transaction = movement.transaction
    transaction.hold_expires_at = at + lasts
    transaction.born(CreditTransactionStatus.PENDING, action="holdCredits", by=by, at=at)
    for lot, part in parts:
        lot.set_aside(part)
        movement.touch(lot, part, Direction.OUT)
    owner = account.organization_id
    source, target = postings.available(owner), postings.held(owner)
    post(movement, PostingKind.CREDIT_HOLD, source, target, quantity, by=by, at=at)
    finish(account, movement, by=by, at=at)
    return movement


def capture(
    account: CreditAccount,
    transaction: CreditTransaction,
    reserved: Sequence[CreditConsumption],
    quantity: int,
    *,
    by: Actor,
    at: datetime,
) -> Movement:
    """Spends so much of what was set aside, first what burns first; the rest returns to its lots."""
    transaction.check("captureCredits", by=by)
    transaction.require_in_time(at)
    require_quantity(quantity, most=transaction.quantity)
    movement, left = Movement(account, transaction, is_new=False), quantity
    for consumption, lot in _of(account, reserved):
        kept = min(consumption.quantity, left)
        left -= kept
        lot.release(consumption.quantity - kept)
        if kept:
            movement.cost(lot, lot.capture(kept))
            consumption.quantity = kept
        else:
            movement.dropped.append(consumption)
    returned = transaction.quantity - quantity
    posted = postings.captured(
        transaction.id, account.organization_id, captured=quantity, returned=returned, by=by, at=at
    )
    movement.transfers.append(posted)
    transaction.captured_quantity, transaction.ledger_transfer_id = quantity, posted.id
    transaction.move_to("captureCredits", by=by, at=at)
    finish(account, movement, verb="credits.captured", captured=str(quantity), by=by, at=at)
    return movement


def release(
    account: CreditAccount,
    transaction: CreditTransaction,
    reserved: Sequence[CreditConsumption],
    *,
    by: Actor,
    at: datetime,
) -> Movement:
    """All that was set aside returns to its lots."""
    return _give_up("releaseCredits", account, transaction, reserved, by=by, at=at)


def lapse(
    account: CreditAccount, transaction: CreditTransaction, reserved: Sequence[CreditConsumption], *, at: datetime
) -> Movement:
    """Its time is over: as if it had been released."""
    return _give_up("expireCreditHold", account, transaction, reserved, by=SYSTEM, at=at)


def _give_up(
    action: str,
    account: CreditAccount,
    transaction: CreditTransaction,
    reserved: Sequence[CreditConsumption],
    *,
    by: Actor,
    at: datetime,
) -> Movement:
    transaction.move_to(action, by=by, at=at)
    movement = Movement(account, transaction, is_new=False)
    for consumption, lot in _of(account, reserved):
        lot.release(consumption.quantity)
    owner = account.organization_id
    source, target = postings.held(owner), postings.available(owner)
    post(movement, PostingKind.CREDIT_RELEASE, source, target, transaction.quantity, by=by, at=at)
    finish(account, movement, verb="credits.released", by=by, at=at)
    return movement


def _of(account: CreditAccount, reserved: Sequence[CreditConsumption]) -> Iterator[tuple[CreditConsumption, CreditLot]]:
    """What a hold has set aside, in burn order, each with its lot."""
    lots = {lot.id: lot for lot in account.lots}
    for consumption in sorted(reserved, key=lambda one: one.position):
        yield consumption, lots[consumption.lot_id]
