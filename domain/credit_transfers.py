"""Transfers: bought credits that one organization gives to another."""

from datetime import datetime, timedelta
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.credit_accounts import CreditAccount
from domain.credit_lots import CreditLot, LotSource
from domain.credit_lots import opened as lot_opened
from domain.credit_movements import Movement, add_lot, begin, finish, parts_of, post, require_quantity
from domain.credit_transactions import CreditTransactionType, Direction, Note
from domain.ledger import PostingKind
from domain.postings import credits as postings
from domain.refusals import RefusalCode, Refused, invalid

MOVABLE_AFTER = timedelta(days=14)
"""So that what is bought with a stolen card does not wander off before anybody has noticed."""
MOST_A_DAY = 10_000
ALONE = 5_000
"""Above this a second member agrees."""

_T = CreditTransactionType


def needs_consent(quantity: int) -> bool:
    return quantity > ALONE


def require_another(sender_id: UUID, receiver_id: UUID) -> None:
    if sender_id == receiver_id:
        raise invalid("Name another organization than your own.", "toOrganizationId")


def require_transferable(
    sender: CreditAccount, receiver: CreditAccount, quantity: int, sent_today: int, *, by: Actor, at: datetime
) -> None:
    """Refuses what no consent would make possible either."""
    require_quantity(quantity, most=MOST_A_DAY)
    sender.check("transferCredits", by=by)
    receiver.check("receiveTransfer", by=SYSTEM)
    if sent_today + quantity > MOST_A_DAY:
        midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
        raise Refused(
            RefusalCode.LIMIT_REACHED,
            f"At most {MOST_A_DAY} credits a day; {sent_today} were sent today (UTC).",
            path=("quantity",),
            used=sent_today,
            limit=MOST_A_DAY,
            reset_at=midnight + timedelta(days=1),
        )
    parts_of(sender, quantity, _movable(sender, at), at)


def transfer(
    sender: CreditAccount, receiver: CreditAccount, quantity: int, note: Note, *, by: Actor, at: datetime
) -> tuple[Movement, Movement]:
    """Moves paid credits that are older than 14 days: one new lot for each lot they come from, with its expiry.

    Both movements share one posting, and the cost moves with the credits: nothing is earned by it.
    """
    parts = parts_of(sender, quantity, _movable(sender, at), at)
    out = begin(sender, _T.TRANSFER_OUT, quantity, note, by=by, at=at)
    come = begin(receiver, _T.TRANSFER_IN, quantity, note, by=by, at=at)
    for position, (lot, part) in enumerate(parts):
        cost_minor = lot.take(part)
        out.touch(lot, part, Direction.OUT)
        arriving = lot_opened(
            receiver.id,
            receiver.organization_id,
            source=LotSource.TRANSFER,
            source_id=come.transaction.id,
            part=position,
            quantity=part,
            cost_minor=cost_minor,
            currency=lot.currency,
            expires_at=lot.expires_at,
            at=at,
        )
        add_lot(receiver, come, arriving)
    source, target = postings.available(sender.organization_id), postings.available(receiver.organization_id)
    post(out, PostingKind.CREDIT_TRANSFER, source, target, quantity, by=by, at=at)
    come.transaction.ledger_transfer_id = out.transaction.ledger_transfer_id
    finish(sender, out, by=by, at=at)
    finish(receiver, come, by=by, at=at)
    return out, come


def _movable(account: CreditAccount, at: datetime) -> list[CreditLot]:
    return [lot for lot in account.lots if lot.source is LotSource.PURCHASE and lot.created_at <= at - MOVABLE_AFTER]
