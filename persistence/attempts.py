"""Finding what a provider speaks of: by the key that we gave it, or by the id that it gave."""

from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table, false, or_, select

from domain.payment_methods import Provider
from persistence.tables.money import payment_attempts, payments
from persistence.tables.payouts import payout_attempts, payouts
from persistence.tables.refunds import refund_attempts, refunds
from persistence.unit import Unit


async def payment_of(db: Unit, provider: Provider, key: UUID | None, provider_id: str | None) -> UUID | None:
    """The payment; None where nobody here has asked the provider for it."""
    return await _owner(db, payment_attempts, payment_attempts.c.payment_id, payments, provider, key, provider_id)


async def refund_of(db: Unit, provider: Provider, key: UUID | None, provider_id: str | None) -> UUID | None:
    return await _owner(db, refund_attempts, refund_attempts.c.refund_id, refunds, provider, key, provider_id)


async def payout_of(db: Unit, provider: Provider, key: UUID | None, provider_id: str | None) -> UUID | None:
    return await _owner(db, payout_attempts, payout_attempts.c.payout_id, payouts, provider, key, provider_id)


async def _owner(
    db: Unit,
    attempts: Table,
    owner: Column[Any],
    owners: Table,
    provider: Provider,
    key: UUID | None,
    provider_id: str | None,
) -> UUID | None:
    """Our key counts before the provider's id, which may be that of something larger."""
    of_provider = select(owner).join(owners, owners.c.id == owner).where(owners.c.provider == provider)
    # A name that is not given must not be taken for that of the attempts which have none yet.
    given = ((attempts.c.id, key), (attempts.c.provider_id, provider_id))
    named = of_provider.where(or_(false(), *(column == name for column, name in given if name is not None)))
    found: UUID | None = await db.session.scalar(named.order_by((attempts.c.id == key).desc()).limit(1))
    return found
