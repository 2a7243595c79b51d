"""Queries of second factors and recovery codes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from domain.ids import new_id
from domain.two_factors import RecoveryCode, TwoFactor
from persistence.tables.credentials import recovery_codes, two_factors
from persistence.unit import Unit


async def of(db: Unit, user_id: UUID) -> TwoFactor | None:
    """Somebody's second factor, confirmed or not, locked: codes are tried one after the other."""
    statement = select(TwoFactor).where(two_factors.c.user_id == user_id).with_for_update()
    return (await db.session.scalars(statement)).one_or_none()


async def confirmed(db: Unit, user_id: UUID) -> TwoFactor | None:
    """The second factor that somebody has to show, locked."""
    factor = await of(db, user_id)
    return None if factor is None or factor.confirmed_at is None else factor


async def spend_code(db: Unit, user_id: UUID, hashes: Sequence[bytes], real: datetime) -> bool:
    """Uses a recovery code up. Of any number at once exactly one succeeds."""
    codes = recovery_codes.c
    spent = await db.session.execute(
        update(recovery_codes)
        .where(codes.user_id == user_id, codes.code_hash.in_(hashes), codes.used_at.is_(None))
        .values(used_at=real)
        .returning(codes.id)
    )
    return spent.first() is not None


async def replace_codes(db: Unit, user_id: UUID, hashes: Sequence[bytes]) -> None:
    """A new set deletes the old one."""
    await db.session.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
    db.add(*(RecoveryCode(id=new_id(), user_id=user_id, code_hash=code_hash) for code_hash in hashes))


async def remove(db: Unit, factor: TwoFactor) -> None:
    await replace_codes(db, factor.user_id, ())
    await db.session.delete(factor)
