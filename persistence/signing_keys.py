"""Queries of signing keys: those that partners find published, and changing them one process at a time."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.signing_keys import KEPT_AFTER, KeyPair, SigningKey, follow, is_due, signer
from persistence.tables.apps import signing_keys
from persistence.turns import take_turn
from persistence.unit import Unit


async def published(session: AsyncSession, real: datetime) -> Sequence[SigningKey]:
    """Those by which something may be signed that is still good, oldest first."""
    statement = select(SigningKey).order_by(signing_keys.c.activated_at)
    return [one for one in await session.scalars(statement) if not one.is_over(real)]


async def in_use(db: Unit, new_pair: Callable[[], KeyPair], real: datetime) -> SigningKey:
    """The key whose time it is; the very first one is made by whoever needs it first."""
    keys = await published(db.session, real)
    if not keys:
        await renew(db, new_pair, real)
        keys = await published(db.session, real)
    return signer(keys, real)


async def for_rotation(db: Unit) -> Sequence[SigningKey]:
    """All of them, while nobody else adds one."""
    await take_turn(db, "signing keys")
    return (await db.session.scalars(select(SigningKey).with_for_update())).all()


async def renew(db: Unit, new_pair: Callable[[], KeyPair], real: datetime) -> bool:
    """Publishes the next key if it is time for it; whether it was."""
    keys = await for_rotation(db)
    if not is_due(keys, real):
        return False
    db.add(follow(keys, new_pair(), real=real))
    await db.flush()
    return True


async def has_work(session: AsyncSession, real: datetime) -> bool:
    """Whether one is to be published, or to be let go of."""
    keys = (await session.scalars(select(SigningKey))).all()
    return is_due(keys, real) or any(one.is_over(real) for one in keys)


async def withdraw_all(db: Unit) -> None:
    """What they have signed proves nothing from now on."""
    await db.session.execute(delete(signing_keys))


async def forget_old(db: Unit, real: datetime) -> int:
    """Deletes those that have been retired for long enough; how many they were."""
    over = signing_keys.c.retired_at <= real - KEPT_AFTER
    return len((await db.session.scalars(delete(signing_keys).where(over).returning(signing_keys.c.id))).all())
