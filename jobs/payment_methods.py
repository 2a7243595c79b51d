"""Payment methods over time: what providers tell of them, and the day on which they expire."""

from datetime import datetime
from functools import partial
from uuid import UUID

from domain.actors import SYSTEM
from domain.payment_methods import MethodDetails, Provider
from integrations.payments import Adding, NoAnswer
from jobs.one_by_one import each
from jobs.providers import reach, unanswered
from persistence import payment_methods
from persistence.database import Database
from persistence.unit import Unit, transact


async def look(
    database: Database, provider: Provider, key: UUID | None, provider_id: str | None, now: datetime
) -> bool:
    """Follows a method that the provider has told of; False for one that nobody has here."""
    if provider_id is None:
        return False
    method_ids = await transact(
        database, lambda db: payment_methods.of_token(db, provider, provider_id), by=SYSTEM, at=now
    )
    for method_id in method_ids:
        await _refresh(database, provider, method_id, now)
    return bool(method_ids)


async def expire_methods(database: Database, now: datetime) -> int:
    """Cards whose last day has passed are charged no more."""
    return await each(database, await transact(database, payment_methods.outlived, by=SYSTEM, at=now), _expire, now)


async def _refresh(database: Database, provider: Provider, method_id: UUID, now: datetime) -> None:
    async def ask(db: Unit) -> Adding:
        method = await payment_methods.for_change(db, method_id)
        return Adding(
            organization_id=method.organization_id,
            token=method.token,
            customer=method.customer,
            currency=method.currency,
            at=db.at,
        )

    adding = await transact(database, ask, by=SYSTEM, at=now)
    details = await (await reach(database, provider)).method_details(adding)
    if isinstance(details, NoAnswer):
        raise unanswered(provider, details)
    if isinstance(details, MethodDetails):
        await transact(database, partial(_follow, method_id, details), by=SYSTEM, at=now)


async def _follow(method_id: UUID, details: MethodDetails, db: Unit) -> None:
    (await payment_methods.for_change(db, method_id)).follow(details, at=db.at)


async def _expire(db: Unit, method_id: UUID) -> bool:
    return (await payment_methods.for_change(db, method_id)).expire(at=db.at)
