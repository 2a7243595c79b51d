"""Moving credits: each function moves the lots of a locked account and says what has to be written and posted for it.

Nothing else moves lots. `persistence.credit_movements.write` stores what these functions return: the movement, which
lots it touched, and its postings in credits and, where paid credits are used up, in money.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.actors import SYSTEM, Actor, ActorKind
from domain.credit_accounts import CreditAccount
from domain.credit_lots import MAX_QUANTITY, CreditLot, LotSource, burned
from domain.credit_top_ups import tell_if_due
from domain.credit_transactions import (
    NOTHING_SAID,
    TOLD,
    CreditConsumption,
    CreditTransaction,
    CreditTransactionStatus,
    CreditTransactionType,
    Direction,
    Note,
)
from domain.ids import new_id
from domain.ledger import AccountKey, PostingKind, Transfer
from domain.postings import credits as postings
from domain.refusals import RefusalCode, Refused, invalid

_T, _K = CreditTransactionType, PostingKind

ISSUED_AS = {LotSource.PURCHASE: _T.PURCHASE, LotSource.TRANSFER: _T.TRANSFER_IN, LotSource.REFUND: _T.REFUND}
"""The movement that opens a lot; those that are not named here are granted."""


@dataclass(slots=True)
class Movement:
    """A movement of one account, and all that has to be written with it."""

    account: CreditAccount
    transaction: CreditTransaction
    is_new: bool = True
    """Not so for a hold that ends."""
    touched: list[CreditConsumption] = field(default_factory=list)
    dropped: list[CreditConsumption] = field(default_factory=list)
    """Of a hold that is captured in part: what it had set aside and does not touch after all."""
    new_lots: list[CreditLot] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    costs: Counter[str] = field(default_factory=Counter)
    """What the credits that left had cost, by currency; negative for those that came back."""

    def touch(self, lot: CreditLot, quantity: int, direction: Direction) -> None:
        self.touched.append(
            CreditConsumption(
                id=new_id(),
                transaction_id=self.transaction.id,
                lot_id=lot.id,
                organization_id=lot.organization_id,
                position=len(self.touched),
                quantity=quantity,
                direction=direction,
            )
        )

    def cost(self, lot: CreditLot, minor: int) -> None:
        if minor and lot.currency is not None:
            self.costs[lot.currency] += minor


def require_quantity(quantity: int, *path: str, most: int = MAX_QUANTITY) -> None:
    if not 1 <= quantity <= most:
        raise invalid(f"Give a whole number of credits from 1 to {most}.", *(path or ("quantity",)))


def let_in(by: Actor) -> Actor:
    """Whether an app may do it has been asked of the organization itself (resolvers.app_reach), not of its role."""
    return SYSTEM if by.kind is ActorKind.APP else by


def require_open(account: CreditAccount) -> None:
    """Credits come into any account but a closed one."""
    account.check("receiveCredits", by=SYSTEM)


def insufficient(required: int, available: int, *path: str) -> Refused:
    message = f"This needs {required} credits; {available} are available."
    return Refused(
        RefusalCode.INSUFFICIENT_CREDITS,
        message,
        path=path or ("quantity",),
        required_credits=required,
        available_credits=available,
    )


def spend(account: CreditAccount, quantity: int, note: Note = NOTHING_SAID, *, by: Actor, at: datetime) -> Movement:
    """Takes credits for good, first those that burn first. Refuses INSUFFICIENT_CREDITS, and never takes a part."""
    account.check("spendCredits", by=let_in(by))
    return take(account, quantity, _T.SPEND, note, by=by, at=at)


def take(
    account: CreditAccount,
    quantity: int,
    type: CreditTransactionType,
    note: Note = NOTHING_SAID,
    *,
    lots: Sequence[CreditLot] | None = None,
    earns: bool = True,
    by: Actor,
    at: datetime,
) -> Movement:
    """Credits leave the account for good: a spend, a removal by staff, or a clawback.

    `lots` are those that may be taken from, all unless said. Without `earns` the cost of what leaves is not earned:
    whoever takes them gives it back (a refund). What it comes to is in `costs`.
    """
    require_quantity(quantity)
    parts = parts_of(account, quantity, lots, at)
    movement = begin(account, type, quantity, note, by=by, at=at)
    for lot, part in parts:
        movement.cost(lot, lot.take(part))
        movement.touch(lot, part, Direction.OUT)
    kind, target = _TAKEN[type]
    source = postings.available(account.organization_id)
    post(movement, kind, source, target, quantity, by=by, at=at)
    finish(account, movement, earns=earns, by=by, at=at)
    return movement


_TAKEN: dict[CreditTransactionType, tuple[PostingKind, AccountKey]] = {
    _T.SPEND: (_K.CREDIT_SPEND, postings.SPENT),
    _T.ADJUST: (_K.CREDIT_ADJUSTMENT, postings.ADJUSTED),
    _T.CLAWBACK: (_K.CREDIT_CLAWBACK, postings.ISSUED),
    _T.EXPIRE: (_K.CREDIT_EXPIRY, postings.EXPIRED),
}


def open_lot(
    account: CreditAccount,
    lot: CreditLot,
    note: Note = NOTHING_SAID,
    *,
    type: CreditTransactionType | None = None,
    by: Actor,
    at: datetime,
) -> Movement:
    """Credits come in as a new lot: bought, granted, added by staff, or given back for a lot that has expired."""
    kind = type or ISSUED_AS.get(lot.source, _T.GRANT)
    movement = begin(account, kind, lot.quantity, note, by=by, at=at)
    add_lot(account, movement, lot)
    is_adjusted = kind is _T.ADJUST
    source = postings.ADJUSTED if is_adjusted else postings.ISSUED
    posting = _K.CREDIT_ADJUSTMENT if is_adjusted else _K.CREDIT_ISSUE
    post(movement, posting, source, postings.available(account.organization_id), lot.quantity, by=by, at=at)
    finish(account, movement, by=by, at=at)
    return movement


def expire(account: CreditAccount, *, by: Actor, at: datetime) -> Movement | None:
    """Posts what has expired; None where nothing has. Every movement begins with it."""
    return lapse(account, [lot for lot in account.lots if lot.is_expired(at)], by=by, at=at)


def lapse(account: CreditAccount, lots: Iterable[CreditLot], *, by: Actor, at: datetime) -> Movement | None:
    """What remains of some lots is over, whatever their date; what is held of them stays held."""
    ending = [lot for lot in lots if lot.remaining]
    if not ending:
        return None
    quantity = sum(lot.remaining for lot in ending)
    movement = begin(account, _T.EXPIRE, quantity, NOTHING_SAID, by=by, at=at)
    for lot in ending:
        part = lot.remaining
        movement.cost(lot, lot.take(part))
        movement.touch(lot, part, Direction.OUT)
    source = postings.available(account.organization_id)
    post(movement, _K.CREDIT_EXPIRY, source, postings.EXPIRED, quantity, by=by, at=at)
    finish(account, movement, by=by, at=at)
    return movement


def parts_of(
    account: CreditAccount, quantity: int, lots: Sequence[CreditLot] | None, at: datetime
) -> list[tuple[CreditLot, int]]:
    """What is to be taken from which lot; refuses INSUFFICIENT_CREDITS where that does not come to the quantity."""
    eligible = account.lots if lots is None else lots
    parts = burned(eligible, quantity, at=at)
    found = sum(part for _, part in parts)
    if found < quantity:
        raise insufficient(quantity, found)
    return parts


def begin(
    account: CreditAccount, type: CreditTransactionType, quantity: int, note: Note, *, by: Actor, at: datetime
) -> Movement:
    transaction = CreditTransaction(
        id=new_id(),
        account_id=account.id,
        organization_id=account.organization_id,
        type=type,
        quantity=quantity,
        reference_kind=note.reference_kind,
        reference_id=note.reference_id,
        description=note.description,
        app_id=note.app_id,
        app_user=note.app_user,
        details=note.details,
        actor_kind=by.kind.value,
        actor_user_id=by.user_id,
        actor_key_id=by.key_id,
        actor_organization_id=by.organization_id,
        balance_after=0,
    )
    return Movement(account, transaction)


def add_lot(account: CreditAccount, movement: Movement, lot: CreditLot) -> None:
    """A new lot of the account, full."""
    account.lots.append(lot)
    movement.new_lots.append(lot)
    movement.touch(lot, lot.quantity, Direction.IN)


def post(
    movement: Movement,
    kind: PostingKind,
    source: AccountKey,
    target: AccountKey,
    quantity: int,
    *,
    reverses: UUID | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """Its posting in credits, which the movement names."""
    transfer = postings.moved(
        kind, movement.transaction.id, source=source, target=target, quantity=quantity, reverses=reverses, by=by, at=at
    )
    movement.transaction.ledger_transfer_id = transfer.id
    movement.transfers.append(transfer)


def finish(
    account: CreditAccount,
    movement: Movement,
    *,
    earns: bool = True,
    verb: str | None = None,
    by: Actor,
    at: datetime,
    **more: str,
) -> None:
    """The sums of the account, what is earned with the credits that left, and what is told."""
    account.settle(by=by, at=at)
    transaction = movement.transaction
    if transaction.type in (_T.SPEND, _T.HOLD):
        tell_if_due(account, by=by, at=at)
    if getattr(transaction, "status", None) is None:
        # Only a hold has a life, and so a history; anything else is posted from the beginning.
        transaction.status = CreditTransactionStatus.POSTED
    transaction.balance_after = account.available
    if earns and (earned := postings.revenue_earned(transaction.id, movement.costs, by=by, at=at)):
        movement.transfers.append(earned)
    transaction.tell(verb or TOLD[transaction.type], by=by, at=at, available=account.available, **more)
