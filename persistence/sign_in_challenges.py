"""Queries of sign-in challenges."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from domain.sign_in_challenges import SignInChallenge
from persistence.database import Database
from persistence.tables.credentials import sign_in_challenges
from persistence.unit import Unit

_challenges = sign_in_challenges.c


async def for_completing(db: Unit, secret_hash: bytes) -> SignInChallenge | None:
    """The challenge with this secret, locked: its tries are counted one after the other."""
    statement = select(SignInChallenge).where(_challenges.secret_hash == secret_hash).with_for_update()
    return (await db.session.scalars(statement)).one_or_none()


async def void(db: Unit, user_id: UUID, real: datetime) -> None:
    """Somebody's password has changed: who gave the old one gets no further."""
    mine = (_challenges.user_id == user_id, _challenges.expires_at > real)
    await db.session.execute(update(sign_in_challenges).where(*mine).values(expires_at=real))


async def forget_old(database: Database, real: datetime) -> int:
    old = select(_challenges.id).where(_challenges.expires_at < real).limit(1000)
    async with database.connection() as connection:
        return (await connection.execute(delete(sign_in_challenges).where(_challenges.id.in_(old)))).rowcount
