"""Makers around credits: an account with some, what was spent of them, and what its owners and staff do about it."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from domain.actors import SYSTEM
from domain.credit_accounts import CreditAccount
from domain.credit_lots import LotSource
from domain.credit_movements import spend
from domain.credit_transactions import Note
from domain.ids import new_id
from domain.permissions import StaffRole
from persistence import credit_accounts, credit_movements
from persistence.tables.credits import credit_accounts as table
from persistence.unit import Unit, transact
from schema.ids import global_id
from tests.makers.staff import another_of_the_staff
from tests.world import Person, World

DISPUTE = """dispute { id status level outcome requested resolvedQuantity isOverdue responseDueAt notes
 assignee { id } availableActions { action allowed } }"""
ADJUSTMENT = "adjustment { id status delta approval { id status } }"


async def give_credits(world: World, organization_id: UUID, quantity: int, cost_minor: int = 0) -> None:
    """A lot of that size, paid for in euros where it has cost something."""

    async def work(db: Unit) -> None:
        account = await credit_accounts.locked(db, organization_id)
        currency = "EUR" if cost_minor else None
        await credit_movements.issue(
            db,
            account,
            source=LotSource.GRANT,
            source_id=new_id(),
            quantity=quantity,
            cost_minor=cost_minor,
            currency=currency,
        )

    await transact(world.database, work, by=SYSTEM, at=world.clock.now())


async def spend_some(world: World, organization_id: UUID, quantity: int, *, app_id: UUID | None = None) -> str:
    """The id of a spend."""

    async def work(db: Unit) -> UUID:
        account = await credit_accounts.locked(db, organization_id)
        movement = spend(account, quantity, Note(app_id=app_id), by=SYSTEM, at=db.at)
        await credit_movements.write(db, movement)
        return movement.transaction.id

    return global_id("CreditTransaction", await transact(world.database, work, by=SYSTEM, at=world.clock.now()))


async def available(world: World, organization_id: UUID) -> int:
    return (await account_of(world, organization_id)).available


async def account_of(world: World, organization_id: UUID) -> CreditAccount:
    async with world.database.reader() as session:
        statement = select(CreditAccount).where(table.c.organization_id == organization_id)
        return (await session.scalars(statement)).one()


async def make_dispute(owner: Person, requested: int = 30, *, spent: int = 30, has: int = 100) -> str:
    """The id of a dispute of credits that the owner's organization has just spent."""
    await give_credits(owner.world, owner.organization_id, has)
    transaction = await spend_some(owner.world, owner.organization_id, spent)
    return await dispute_of(owner, transaction, requested)


async def dispute_of(owner: Person, transaction: str, requested: int) -> str:
    made = await owner.do("openCreditDispute", "dispute { id }", **dispute_input(owner.world, transaction, requested))
    return str(made["dispute"]["id"])


def dispute_input(world: World, transaction: str, requested: int) -> dict[str, Any]:
    said = {"reason": "Charged twice", "description": "The same job was charged twice."}
    return {"transactionId": transaction, "requested": requested, "idempotencyKey": world.key(), **said}


async def adjust(staff: Person, organization_id: UUID, delta: int) -> dict[str, Any]:
    """The adjustment, or the refusal."""
    account = global_id("CreditAccount", (await account_of(staff.world, organization_id)).id)
    made = await staff.attempt(
        "adjustCredits",
        ADJUSTMENT,
        accountId=account,
        delta=delta,
        reason="Booked twice by us.",
        idempotencyKey=staff.world.key(),
    )
    found: dict[str, Any] = made.get("adjustment", made)
    return found


async def make_credit_control(owner: Person, app: str) -> None:
    """A dispute, an adjustment, and a budget of an app."""
    await make_dispute(owner)
    await adjust(await another_of_the_staff(owner.world, StaffRole.FINANCE), owner.organization_id, 5)
    await owner.do("setAppCreditBudget", "budget { id }", appId=app, monthlyLimit=100)
