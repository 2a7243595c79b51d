"""Money exceptions: who looks at one, and what came of it."""

from uuid import UUID

from domain.refusals import not_found
from persistence import money_exceptions
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST = money_exceptions.LIST
OWNER, DECIDED_BY = money_exceptions.OWNER, money_exceptions.DECIDED_BY
ORGANIZATION = money_exceptions.ORGANIZATION


async def assign_money_exception(db: Unit, *, exception_id: UUID, owner_id: UUID | None = None) -> Changed:
    exception = await money_exceptions.for_decision(db, exception_id)
    owner = owner_id or db.by.user_id
    if owner is None or not await money_exceptions.handles_money(db, owner):
        raise not_found("person of staff who handles money", "ownerId")
    exception.assign(owner, by=db.by, at=db.at)
    return Changed(exception=exception)


async def resolve_money_exception(db: Unit, *, exception_id: UUID, reason: str) -> Changed:
    exception = await money_exceptions.for_decision(db, exception_id)
    exception.resolve(reason, by=db.by, at=db.at)
    return Changed(exception=exception)


async def waive_money_exception(db: Unit, *, exception_id: UUID, reason: str) -> Changed:
    exception = await money_exceptions.for_decision(db, exception_id)
    exception.waive(reason, by=db.by, at=db.at)
    return Changed(exception=exception)
