"""Makers of organizations with credits, and what they do with them through the API."""

from dataclasses import dataclass
from typing import Any

from domain.actors import SYSTEM
from domain.credit_lots import LotSource
from domain.credit_movements import spend
from domain.ids import new_id
from domain.permissions import StaffRole
from persistence import credit_accounts, credit_lots, credit_movements
from persistence.unit import Unit, transact
from tests.world import Person, World

MOVED = """transaction { id type status quantity capturedQuantity balanceAfter description appUser metadata
  consumptions { quantity direction lot { id source } } availableActions { action allowed reason } } balance"""


@dataclass(slots=True)
class Holder:
    """An organization's owner, its account, and somebody of the staff."""

    world: World
    owner: Person
    staff: Person
    account_id: str

    async def given(self, quantity: int, **more: Any) -> dict[str, Any]:
        """Credits that staff grant."""
        return await self.staff.do(
            "grantCredits",
            "transaction { id type } lot { id } account { available }",
            accountId=self.account_id,
            quantity=quantity,
            reason="Goodwill",
            idempotencyKey=self.world.key(),
            **more,
        )

    async def account(self) -> dict[str, Any]:
        found = await self.owner.ask("{ creditAccount { id status available held freezeReason } }")
        account: dict[str, Any] = found["creditAccount"]
        return account

    async def do(self, mutation: str, **input: Any) -> dict[str, Any]:
        """A movement that must succeed."""
        return await self.owner.do(mutation, MOVED, idempotencyKey=self.world.key(), **input)

    async def refused(self, mutation: str, **input: Any) -> dict[str, Any]:
        return await self.owner.refused(mutation, idempotencyKey=self.world.key(), **input)


async def holder(world: World, quantity: int = 0) -> Holder:
    """A client with an account, and so many granted credits in it."""
    owner, staff = await world.client_side(), await world.staff(StaffRole.FINANCE)
    found = await owner.ask("{ creditAccount { id } }")
    made = Holder(world, owner, staff, found["creditAccount"]["id"])
    if quantity:
        await made.given(quantity)
    return made


async def make_used_credits(world: World, person: Person) -> None:
    """A lot of somebody's organization, and a movement that has used a part of it."""

    async def work(db: Unit) -> None:
        account = await credit_accounts.locked(db, person.organization_id)
        await credit_lots.open_lot(db, account, source=LotSource.GRANT, source_id=new_id(), quantity=30)
        await credit_movements.write(db, spend(account, 12, by=db.by, at=db.at))

    await transact(world.database, work, by=SYSTEM, at=world.clock.now())
