"""Giving spends back, and undoing what staff did: credits return to the lots that they came from."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.credit_accounts import CreditAccount
from domain.credit_lots import CreditLot, LotSource
from domain.credit_lots import opened as lot_opened
from domain.credit_movements import Movement, add_lot, begin, finish, insufficient, post, require_quantity
from domain.credit_transactions import (
    CreditConsumption,
    CreditTransaction,
    CreditTransactionStatus,
    CreditTransactionType,
    Direction,
    Note,
)
from domain.ledger import PostingKind
from domain.postings import credits as postings
from domain.refusals import invalid, wrong_state

LASTS = timedelta(days=30)
"""How long credits can be spent that come back after their lot has expired."""

_T = CreditTransactionType
SPENDS = (_T.SPEND, _T.HOLD)
REVERSIBLE = (_T.SPEND, _T.GRANT, _T.ADJUST)
Lots = Mapping[UUID, CreditLot]


def require_spent(transaction: CreditTransaction) -> None:
    """Refuses WRONG_STATE for what has spent nothing."""
    if transaction.type not in SPENDS:
        named = [one.name for one in SPENDS]
        raise wrong_state("Only what was spent can be given back.", from_state=transaction.type.name, allowed=named)
    if transaction.status is not CreditTransactionStatus.POSTED:
        message = "This hold has spent nothing."
        raise wrong_state(message, from_state=transaction.status.name, allowed=["POSTED"])


def refund(
    account: CreditAccount,
    spend: CreditTransaction,
    touched: Sequence[CreditConsumption],
    lots: Lots,
    *,
    quantity: int,
    refunded: int,
    note: Note,
    by: Actor,
    at: datetime,
) -> Movement:
    """Gives so much of a spend back, of which `refunded` was given back before; at most what was spent in all."""
    account.check("receiveCredits", by=SYSTEM)
    require_spent(spend)
    require_quantity(quantity)
    left = spend.moved - refunded
    if quantity > left:
        raise invalid(f"At most {left} of the {spend.moved} credits spent can still be given back.", "quantity")
    movement = begin(account, _T.REFUND, quantity, note, by=by, at=at)
    movement.transaction.reverses_id = spend.id
    _return_to_lots(account, movement, touched, lots, skip=refunded, at=at)
    target = postings.available(account.organization_id)
    post(movement, PostingKind.CREDIT_REFUND, postings.SPENT, target, quantity, by=by, at=at)
    finish(account, movement, by=by, at=at)
    return movement


def reverse(
    account: CreditAccount,
    original: CreditTransaction,
    touched: Sequence[CreditConsumption],
    lots: Lots,
    *,
    refunded: int,
    note: Note,
    by: Actor,
    at: datetime,
) -> Movement:
    """The mirror image of a spend, a grant or an adjustment, as a whole."""
    account.check("receiveCredits", by=SYSTEM)
    _require_reversible(original, touched, lots, refunded)
    movement = begin(account, _T.REVERSAL, original.quantity, note, by=by, at=at)
    movement.transaction.reverses_id = original.id
    came_in = touched[0].direction is Direction.IN
    if came_in:
        lot = lots[touched[0].lot_id]
        if lot.remaining < original.quantity:
            raise insufficient(original.quantity, lot.remaining, "transactionId")
        movement.cost(lot, lot.take(original.quantity))
        movement.touch(lot, original.quantity, Direction.OUT)
    else:
        _return_to_lots(account, movement, touched, lots, skip=0, at=at)
    _post_mirrored(account, original, movement, came_in=came_in, by=by, at=at)
    finish(account, movement, by=by, at=at)
    return movement


def _require_reversible(
    original: CreditTransaction, touched: Sequence[CreditConsumption], lots: Lots, refunded: int
) -> None:
    is_paid_for = original.type is _T.GRANT and any(lots[one.lot_id].cost_minor for one in touched)
    if original.type not in REVERSIBLE or is_paid_for:
        named = [one.name for one in REVERSIBLE]
        message = "Spends, grants and adjustments can be reversed; what was paid for goes back with its money."
        raise wrong_state(message, from_state=original.type.name, allowed=named)
    if refunded:
        message = f"{refunded} of these credits were given back or reversed before: it cannot be reversed as a whole."
        raise wrong_state(message, from_state="REVERSED", allowed=["POSTED"])


_COUNTERPARTS = {_T.SPEND: postings.SPENT, _T.GRANT: postings.ISSUED, _T.ADJUST: postings.ADJUSTED}


def _post_mirrored(
    account: CreditAccount,
    original: CreditTransaction,
    movement: Movement,
    *,
    came_in: bool,
    by: Actor,
    at: datetime,
) -> None:
    own, other = postings.available(account.organization_id), _COUNTERPARTS[original.type]
    source, target = (own, other) if came_in else (other, own)
    reverses = original.ledger_transfer_id
    post(movement, PostingKind.REVERSAL, source, target, original.quantity, reverses=reverses, by=by, at=at)


def _return_to_lots(
    account: CreditAccount,
    movement: Movement,
    touched: Sequence[CreditConsumption],
    lots: Lots,
    *,
    skip: int,
    at: datetime,
) -> None:
    """The last that were burned return first. What belongs to lots that have expired comes back as one new lot."""
    left, expired = movement.transaction.quantity, 0
    for consumption in sorted(touched, key=lambda one: -one.position):
        before = min(skip, consumption.quantity)
        part = min(consumption.quantity - before, left)
        skip, left = skip - before, left - part
        lot = lots[consumption.lot_id]
        if part == 0:
            continue
        if lot.is_expired(at):
            expired += part
            continue
        _know(account, lot)
        movement.cost(lot, lot.give_back(part))
        movement.touch(lot, part, Direction.IN)
    if expired:
        add_lot(account, movement, _replacement(account, movement.transaction.id, expired, at=at))


def _know(account: CreditAccount, lot: CreditLot) -> None:
    """An account that is locked knows the lots with anything in them; this one may have had nothing."""
    if all(one.id != lot.id for one in account.lots):
        account.lots.append(lot)


def _replacement(account: CreditAccount, transaction_id: UUID, quantity: int, *, at: datetime) -> CreditLot:
    return lot_opened(
        account.id,
        account.organization_id,
        source=LotSource.REFUND,
        source_id=transaction_id,
        quantity=quantity,
        expires_at=at + LASTS,
        at=at,
    )
