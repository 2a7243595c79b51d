"""Credits under contention: many at once, and everything still adds up."""

import asyncio
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from domain import credit_transfers as transfer_rules
from domain.actors import SYSTEM
from domain.credit_holds import capture, hold, release
from domain.credit_lots import LotSource
from domain.credit_movements import expire, spend
from domain.credit_transactions import NOTHING_SAID, CreditTransaction, CreditTransactionStatus
from domain.ids import new_id
from domain.refusals import RefusalCode, Refused
from persistence import credit_accounts, credit_lots, credit_movements, credit_transactions
from persistence.books import check_books
from persistence.tables.credits import credit_accounts as accounts_table
from persistence.tables.credits import credit_transactions as moved
from persistence.unit import REPEATED, Unit, transact
from tests.makers.credit_holders import holder
from tests.world import World


async def make_hold(world: World, owner: UUID, quantity: int, lasts: timedelta) -> UUID:
    async def work(db: Unit) -> UUID:
        account = await credit_accounts.locked(db, owner)
        movement = hold(account, quantity, lasts=lasts, by=SYSTEM, at=db.at)
        await credit_movements.write(db, movement)
        return movement.transaction.id

    return await transact(world.database, work, by=SYSTEM, at=world.clock.now())


async def end(world: World, hold_id: UUID, how: str) -> bool | RefusalCode:
    """Whether this one ended the hold, or why it was refused."""

    async def work(db: Unit) -> bool:
        if how == "lapse":
            return await credit_transactions.lapse(db, hold_id)
        account, transaction = await credit_transactions.for_change(db, hold_id)
        reserved, _ = await credit_movements.touched_by(db, transaction)
        if how == "capture":
            done = capture(account, transaction, reserved, 18, by=SYSTEM, at=db.at)
        else:
            done = release(account, transaction, reserved, by=SYSTEM, at=db.at)
        await credit_movements.write(db, done, expire(account, by=SYSTEM, at=db.at))
        return True

    try:
        return await transact(world.database, work, by=SYSTEM, at=world.clock.now())
    except Refused as refused:
        return refused.code


async def test_credits_invariant_6_a_hold_that_many_end_at_once_ends_once(world: World) -> None:
    found = await holder(world, 50)
    hold_id = await make_hold(world, found.owner.organization_id, 30, timedelta(minutes=1))

    outcomes = await asyncio.gather(*(end(world, hold_id, how) for how in ("capture", "release", "lapse") * 5))

    assert [one for one in outcomes if one is True] == [True]
    assert {one for one in outcomes if one is not True} <= {False, RefusalCode.WRONG_STATE}
    async with world.database.reader() as session:
        ended = await session.get_one(CreditTransaction, hold_id)
    account = await found.account()
    used = 18 if ended.status is CreditTransactionStatus.POSTED else 0
    assert ended.status is not CreditTransactionStatus.PENDING
    assert (account["available"], account["held"]) == (str(50 - used), "0")
    assert await check_books(world.database, world.clock.now()) == []


async def test_spends_and_holds_at_once_never_take_more_than_there_is(world: World) -> None:
    found = await holder(world, 50)
    await found.given(50)
    owner = found.owner.organization_id

    async def use() -> None:
        async def work(db: Unit) -> None:
            account = await credit_accounts.locked(db, owner)
            await credit_movements.write(db, spend(account, 10, by=SYSTEM, at=db.at))

        await transact(world.database, work, by=SYSTEM, at=world.clock.now())

    tries = [use() for _ in range(10)]
    holds = [make_hold(world, owner, 10, timedelta(hours=1)) for _ in range(10)]
    outcomes = await asyncio.gather(*tries, *holds, return_exceptions=True)

    refused = [one for one in outcomes if isinstance(one, BaseException)]
    assert [type(one) for one in refused] == [Refused] * 10
    account = await found.account()
    assert account["available"] == "0"
    assert await check_books(world.database, world.clock.now()) == []


async def test_two_organizations_that_send_to_each_other_never_wait_in_a_circle(world: World) -> None:
    owners = [(await world.client_side()).organization_id, (await world.freelancer_side()).organization_id]
    for owner in owners:

        async def buy(db: Unit, owner: UUID = owner) -> None:
            account = await credit_accounts.locked(db, owner)
            source = {"source": LotSource.PURCHASE, "source_id": new_id()}
            await credit_lots.open_lot(db, account, **source, quantity=100)

        await transact(world.database, buy, by=SYSTEM, at=world.clock.now())
    world.clock.advance(transfer_rules.MOVABLE_AFTER)
    repeated = REPEATED["deadlock"]

    async def send(sender_id: UUID, receiver_id: UUID) -> None:
        async def work(db: Unit) -> None:
            sender, receiver = await credit_accounts.both_locked(db, sender_id, receiver_id)
            both = transfer_rules.transfer(sender, receiver, 5, NOTHING_SAID, by=SYSTEM, at=db.at)
            await credit_movements.write(db, *both)

        await transact(world.database, work, by=SYSTEM, at=world.clock.now())

    await asyncio.gather(*(send(*owners) for _ in range(10)), *(send(*reversed(owners)) for _ in range(10)))

    assert REPEATED["deadlock"] == repeated
    async with world.database.reader() as session:
        available = (await session.scalars(select(accounts_table.c.available).order_by(accounts_table.c.id))).all()
        sent = (await session.scalars(select(moved.c.quantity).where(moved.c.type == "TRANSFER_OUT"))).all()
    assert (list(available), sum(sent)) == ([100, 100], 100)
    assert await check_books(world.database, world.clock.now()) == []
