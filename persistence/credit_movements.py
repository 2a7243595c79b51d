"""Storing movements of credits: the movement, what it did to lots, and its postings, all in the caller's transaction.

Whoever moves credits locks the account with `credit_accounts.locked`, calls a function of `domain.credit_movements` or
its neighbours, and hands what that returns to `write`, once and last: it posts, and balances are locked late.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from domain import credit_movements as rules
from domain import credit_refunds
from domain.credit_accounts import CreditAccount
from domain.credit_lots import CreditLot, LotSource
from domain.credit_lots import opened as lot_opened
from domain.credit_movements import Movement
from domain.credit_transactions import NOTHING_SAID, CreditConsumption, CreditTransaction, CreditTransactionType, Note
from persistence import ledger, plain_movements
from persistence.tables.credits import credit_consumptions, credit_lots, credit_transactions
from persistence.unit import Unit

_T = CreditTransactionType


async def write(db: Unit, *movements: Movement | None) -> None:
    """Stores movements and posts them at once; None stands for one that there was no reason for."""
    done = [movement for movement in movements if movement is not None]
    for movement in done:
        if len(done) == 1 and plain_movements.is_plain(movement):
            await plain_movements.write(db, movement)
            continue
        db.add(movement.transaction, *movement.new_lots, *movement.touched)
        for consumption in movement.dropped:
            await db.session.delete(consumption)
    transfers = [transfer for movement in done for transfer in movement.transfers]
    if transfers:
        await ledger.post(db, *transfers)
    else:
        await db.flush()


async def issue(
    db: Unit,
    account: CreditAccount,
    *,
    source: LotSource,
    source_id: UUID,
    part: int = 0,
    quantity: int,
    cost_minor: int = 0,
    currency: str | None = None,
    expires_at: datetime | None = None,
    priority: int | None = None,
    type: CreditTransactionType | None = None,
    note: Note = NOTHING_SAID,
) -> Movement | None:
    """Credits come into a locked account, once for each source and part; None where they have come before.

    `type` is ADJUST where staff add credits; otherwise it follows from the source.
    """
    rules.require_open(account)
    key = (credit_lots.c.source == source, credit_lots.c.source_id == source_id, credit_lots.c.part == part)
    if await db.session.scalar(select(credit_lots.c.id).where(*key)) is not None:
        return None
    lot = lot_opened(
        account.id,
        account.organization_id,
        source=source,
        source_id=source_id,
        part=part,
        quantity=quantity,
        cost_minor=cost_minor,
        currency=currency,
        expires_at=expires_at,
        priority=priority,
        at=db.at,
    )
    movement = rules.open_lot(account, lot, note, type=type, by=db.by, at=db.at)
    await write(db, movement)
    return movement


async def take(
    db: Unit,
    account: CreditAccount,
    quantity: int,
    *,
    type: CreditTransactionType,
    note: Note = NOTHING_SAID,
    lots: list[CreditLot] | None = None,
    earns: bool = True,
) -> Movement:
    """Credits leave a locked account for good, in burn order; refuses INSUFFICIENT_CREDITS.

    `lots` limits what they may be taken from. Without `earns` the money for them is not earned: `costs` of the movement
    says what the caller gives back instead.
    """
    movement = rules.take(account, quantity, type, note, lots=lots, earns=earns, by=db.by, at=db.at)
    await write(db, movement)
    return movement


async def give_back(
    db: Unit, account: CreditAccount, spend: CreditTransaction, quantity: int, *, note: Note = NOTHING_SAID
) -> Movement:
    """Gives so much of a spend or a captured hold back, at most what is left of it after earlier refunds."""
    touched, lots = await touched_by(db, spend)
    movement = credit_refunds.refund(
        account,
        spend,
        touched,
        lots,
        quantity=quantity,
        refunded=await given_back(db, spend.id),
        note=note,
        by=db.by,
        at=db.at,
    )
    await write(db, movement)
    return movement


async def reverse(db: Unit, account: CreditAccount, original: CreditTransaction, *, note: Note) -> Movement:
    """The mirror image of a spend, a grant or an adjustment."""
    touched, lots = await touched_by(db, original)
    movement = credit_refunds.reverse(
        account,
        original,
        touched,
        lots,
        refunded=await given_back(db, original.id),
        note=note,
        by=db.by,
        at=db.at,
    )
    await write(db, movement)
    return movement


async def given_back(db: Unit, transaction_id: UUID) -> int:
    """How much of a movement was refunded or reversed so far. Ask under the lock of its account."""
    undone = credit_transactions.c.reverses_id == transaction_id
    total = select(func.coalesce(func.sum(credit_transactions.c.quantity), 0)).where(undone)
    return int(await db.session.scalar(total) or 0)


async def touched_by(db: Unit, transaction: CreditTransaction) -> tuple[list[CreditConsumption], dict[UUID, CreditLot]]:
    """What a movement did to which lots, in burn order. Ask under the lock of its account."""
    of_it = credit_consumptions.c.transaction_id == transaction.id
    lot = CreditLot, CreditConsumption
    statement = select(*lot).join(CreditConsumption, credit_consumptions.c.lot_id == credit_lots.c.id).where(of_it)
    rows = (await db.session.execute(statement.order_by(credit_consumptions.c.position))).all()
    return [row[1] for row in rows], {row[0].id: row[0] for row in rows}
