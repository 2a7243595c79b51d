"""Disputes, adjustments, top-ups and transfers that many make at once: each has its effect once."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from domain.actors import SYSTEM
from domain.credit_lots import LotSource
from domain.ids import new_id
from domain.permissions import StaffRole
from persistence import credit_accounts, credit_movements
from persistence.books import check_books
from persistence.credit_top_ups import buy_if_due
from persistence.unit import Unit, transact
from tests.credits.test_credit_top_ups import make_low
from tests.makers.credit_control import adjust, available, dispute_input, give_credits, make_dispute, spend_some
from tests.makers.staff import another_of_the_staff
from tests.world import World

AT_ONCE = 20


async def outcomes(attempts: Iterable[Coroutine[Any, Any, dict[str, Any]]]) -> Counter[str]:
    """How often what came of it: the code of a refusal, or DONE."""
    return Counter(one.get("code", "DONE") for one in await asyncio.gather(*attempts))


async def test_of_twenty_disputes_of_a_spend_at_once_one_is_opened(world: World) -> None:
    owner = await world.client_side()
    await give_credits(world, owner.organization_id, 50)
    spent = await spend_some(world, owner.organization_id, 20)

    came = await outcomes(
        owner.attempt("openCreditDispute", "dispute { id }", **dispute_input(world, spent, 5)) for _ in range(AT_ONCE)
    )

    assert came == {"DONE": 1, "CONFLICT": AT_ONCE - 1}


async def test_a_dispute_that_is_decided_twenty_times_at_once_gives_its_credits_back_once(world: World) -> None:
    owner, staff = await world.client_side(), await world.staff(StaffRole.FINANCE)
    dispute = await make_dispute(owner, 30)
    await staff.do("takeCreditDispute", "dispute { id }", disputeId=dispute)
    decision = {"disputeId": dispute, "outcome": "FULL_REFUND", "notes": "We have looked into it."}

    came = await outcomes(
        staff.attempt("resolveCreditDispute", "dispute { id }", idempotencyKey=world.key(), **decision)
        for _ in range(AT_ONCE)
    )

    assert came == {"DONE": 1, "WRONG_STATE": AT_ONCE - 1}
    assert await available(world, owner.organization_id) == 100
    assert await check_books(world.database, world.clock.now()) == []


async def test_an_adjustment_that_is_approved_twenty_times_at_once_is_posted_once(world: World) -> None:
    owner, staff = await world.client_side(), await world.staff(StaffRole.FINANCE)
    second = await another_of_the_staff(world, StaffRole.ADMIN)
    approval = (await adjust(staff, owner.organization_id, 1_500))["approval"]["id"]

    came = await outcomes(
        second.attempt("approve", "approval { status }", approvalId=approval, idempotencyKey=world.key())
        for _ in range(AT_ONCE)
    )

    assert came == {"DONE": 1, "WRONG_STATE": AT_ONCE - 1}
    assert await available(world, owner.organization_id) == 1_500
    assert await check_books(world.database, world.clock.now()) == []


async def test_twenty_adjustments_at_once_pass_the_threshold_of_one_person_together(world: World) -> None:
    owner, staff = await world.client_side(), await world.staff(StaffRole.FINANCE)

    made = await asyncio.gather(*(adjust(staff, owner.organization_id, 100) for _ in range(AT_ONCE)))

    assert Counter(one["status"] for one in made) == {"POSTED": 10, "PENDING_APPROVAL": 10}
    assert await available(world, owner.organization_id) == 1_000


async def test_twenty_workers_at_once_buy_one_top_up(world: World) -> None:
    buyer = await make_low(world)
    owner = buyer.person.organization_id
    await spend_some(world, owner, 20)

    async def buy() -> bool:
        bought = await transact(world.database, lambda db: buy_if_due(db, owner), by=SYSTEM, at=world.clock.now())
        return bought is not None

    bought = await asyncio.gather(*(buy() for _ in range(AT_ONCE)))
    await world.settle()

    assert sorted(bought) == [False] * (AT_ONCE - 1) + [True]
    assert await buyer.purchases() == ["PAID"]
    assert await available(world, owner) == 240


async def test_of_two_accounts_nothing_is_posted_before_both_are_locked(world: World) -> None:
    """Whoever waited for the second account with the balances of the first in hand could wait in a circle."""
    sides = (await world.client_side()).organization_id, (await world.freelancer_side()).organization_id
    first, second = sorted(sides)
    await transact(world.database, lambda db: expiring_lot(db, first), by=SYSTEM, at=world.clock.now())
    world.clock.advance(timedelta(days=2))
    is_locked, may_end = asyncio.Event(), asyncio.Event()

    async def hold_second(db: Unit) -> None:
        await credit_accounts.locked(db, second)
        is_locked.set()
        await may_end.wait()

    async def lock_both(db: Unit) -> None:
        await credit_accounts.both_locked(db, second, first)

    at = world.clock.now()
    holding = asyncio.create_task(transact(world.database, hold_second, by=SYSTEM, at=at))
    await is_locked.wait()
    locking = asyncio.create_task(transact(world.database, lock_both, by=SYSTEM, at=at))
    free = await free_balances_once_somebody_waits(world)
    may_end.set()
    await asyncio.gather(holding, locking)

    assert free == 1
    assert await available(world, first) == 0
    assert await check_books(world.database, at) == []


async def expiring_lot(db: Unit, owner: Any) -> None:
    account = await credit_accounts.locked(db, owner)
    lot = {"source": LotSource.GRANT, "source_id": new_id(), "quantity": 10}
    await credit_movements.issue(db, account, **lot, expires_at=db.at + timedelta(days=1))


async def free_balances_once_somebody_waits(world: World) -> int:
    """How many balances in credits nobody has locked, while a transaction waits for a lock."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    balances = text(
        "SELECT 1 FROM ledger_balances b JOIN ledger_accounts a ON a.id = b.account_id"
        " WHERE a.code = 'credit_available' FOR UPDATE OF b SKIP LOCKED"
    )
    async with world.database.engine.connect() as connection:
        while not (await connection.execute(waiting)).scalar_one():
            await asyncio.sleep(0.01)
        return len((await connection.execute(balances)).all())
