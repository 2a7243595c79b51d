"""Corrections by staff, each of which another person of staff approves: clearing suspense, giving up debts."""

from uuid import UUID

from domain.money import Money
from domain.suspense import SuspenseDecision
from persistence import debt_write_offs, suspense
from persistence.unit import Unit
from resolvers.mutations import Changed


async def clear_suspense(db: Unit, *, exception_id: UUID, decision: SuspenseDecision, reason: str) -> Changed:
    return Changed(approval=await suspense.ask(db, exception_id, decision, reason))


async def write_off_debt(db: Unit, *, organization_id: UUID, amount: Money, reason: str) -> Changed:
    return Changed(approval=await debt_write_offs.ask(db, organization_id, amount, reason))
