"""Credits as they are stored: movements with their lots and postings, and many at once."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from domain.actors import SYSTEM
from domain.credit_accounts import CreditAccount
from domain.credit_lots import LotSource
from domain.credit_movements import spend
from domain.credit_transactions import CreditTransaction, CreditTransactionType
from domain.ids import new_id
from domain.refusals import RefusalCode, Refused
from persistence import credit_accounts, credit_lots, credit_movements
from persistence.books import check_books
from persistence.tables.credits import credit_transactions
from persistence.unit import Unit, transact
from tests.world import World


async def make_credits(world: World, organization_id: UUID, quantity: int, days: int | None = None) -> None:
    """A granted lot of an organization's account."""

    async def work(db: Unit) -> None:
        account = await credit_accounts.locked(db, organization_id)
        expires_at = None if days is None else db.at + timedelta(days=days)
        await credit_lots.open_lot(
            db, account, source=LotSource.GRANT, source_id=new_id(), quantity=quantity, expires_at=expires_at
        )

    await transact(world.database, work, by=SYSTEM, at=world.clock.now())


async def spent(world: World, organization_id: UUID, quantity: int) -> CreditTransaction:
    async def work(db: Unit) -> CreditTransaction:
        account = await credit_accounts.locked(db, organization_id)
        movement = spend(account, quantity, by=SYSTEM, at=db.at)
        await credit_movements.write(db, movement)
        return movement.transaction

    return await transact(world.database, work, by=SYSTEM, at=world.clock.now())


async def account_of(world: World, organization_id: UUID) -> CreditAccount:
    async with world.database.reader() as session:
        return (await session.scalars(select(CreditAccount).filter_by(organization_id=organization_id))).one()


async def test_a_spend_is_written_with_its_lots_and_its_posting(world: World) -> None:
    ada = await world.client_side()
    await make_credits(world, ada.organization_id, 30)

    transaction = await spent(world, ada.organization_id, 12)

    account = await account_of(world, ada.organization_id)
    assert (account.available, account.held, transaction.balance_after) == (18, 0, 18)
    assert await check_books(world.database, world.clock.now()) == []


async def test_a_lot_is_opened_once_for_each_source(world: World) -> None:
    ada = await world.client_side()
    source_id = new_id()

    async def work(db: Unit) -> bool:
        account = await credit_accounts.locked(db, ada.organization_id)
        lot = await credit_lots.open_lot(db, account, source=LotSource.PURCHASE, source_id=source_id, quantity=10)
        return lot is not None

    opened = await asyncio.gather(*(transact(world.database, work, by=SYSTEM, at=world.clock.now()) for _ in range(10)))

    assert sorted(opened) == [False] * 9 + [True]
    assert (await account_of(world, ada.organization_id)).available == 10


async def test_credits_example_2_of_twenty_spends_at_once_ten_succeed_where_there_is_enough_for_ten(
    world: World,
) -> None:
    ada = await world.client_side()
    await make_credits(world, ada.organization_id, 60)
    await make_credits(world, ada.organization_id, 40)

    outcomes = await asyncio.gather(*(spent(world, ada.organization_id, 10) for _ in range(20)), return_exceptions=True)

    refused = [one for one in outcomes if isinstance(one, Refused)]
    assert [one.code for one in refused] == [RefusalCode.INSUFFICIENT_CREDITS] * 10
    assert sum(isinstance(one, CreditTransaction) for one in outcomes) == 10
    assert (await account_of(world, ada.organization_id)).available == 0
    assert await check_books(world.database, world.clock.now()) == []


async def test_what_has_expired_is_posted_before_anything_else_happens(world: World) -> None:
    ada = await world.client_side()
    await make_credits(world, ada.organization_id, 10, days=1)
    await make_credits(world, ada.organization_id, 5)
    world.clock.advance(timedelta(days=1))

    with pytest.raises(Refused) as refused:
        await spent(world, ada.organization_id, 6)
    await spent(world, ada.organization_id, 5)

    assert refused.value.refusal.available_credits == 5
    async with world.database.reader() as session:
        types = (await session.scalars(select(credit_transactions.c.type).order_by(credit_transactions.c.id))).all()
    assert types[-2:] == [CreditTransactionType.EXPIRE, CreditTransactionType.SPEND]
    assert await check_books(world.database, world.clock.now()) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE credit_transactions SET quantity = 1",
        "DELETE FROM credit_consumptions",
        "UPDATE credit_lots SET quantity = 1000",
        "DELETE FROM credit_lots",
    ],
)
async def test_what_is_posted_cannot_be_rewritten(world: World, statement: str) -> None:
    ada = await world.client_side()
    await make_credits(world, ada.organization_id, 30)

    with pytest.raises(DBAPIError, match="keep what was posted"):
        async with world.database.engine.begin() as connection:
            await connection.execute(text(statement))
