"""Queries of one-time codes, and of the people who have used an app before."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, func, select

from domain.app_codes import AppCode, AppUser
from persistence.database import Database
from persistence.tables.apps import app_codes, app_users
from persistence.unit import Unit


async def found(db: Unit, code_hash: bytes) -> AppCode | None:
    """A code of the app that asks, to learn whom it is about: whether it is good still is decided under its lock."""
    mine = app_codes.c.code_hash == code_hash, app_codes.c.app_id == db.by.app_id
    return (await db.session.scalars(select(AppCode).where(*mine))).one_or_none()


async def locked(db: Unit, code: AppCode) -> AppCode:
    """The same code, of which many who come with it at once find one unused."""
    statement = select(AppCode).where(app_codes.c.id == code.id).with_for_update()
    return (await db.session.scalars(statement.execution_options(populate_existing=True))).one()


async def is_known(db: Unit, app_id: UUID, user_id: UUID) -> bool:
    known = exists().where(app_users.c.app_id == app_id, app_users.c.user_id == user_id)
    return bool(await db.session.scalar(select(known)))


async def user_for_sign_in(db: Unit, app_id: UUID, user_id: UUID) -> AppUser | None:
    """Somebody known to the app, locked: their sign-ins to it come one after the other."""
    which = app_users.c.app_id == app_id, app_users.c.user_id == user_id
    return (await db.session.scalars(select(AppUser).where(*which).with_for_update())).one_or_none()


async def count_users(db: Unit, app_id: UUID) -> int:
    """How many it has; the app is locked."""
    return await db.session.scalar(select(func.count()).where(app_users.c.app_id == app_id)) or 0


async def forget_old(database: Database, real: datetime) -> int:
    """Deletes codes that are over; how many they were."""
    old = select(app_codes.c.id).where(app_codes.c.expires_at < real).limit(1000)
    async with database.connection() as connection:
        return (await connection.execute(delete(app_codes).where(app_codes.c.id.in_(old)))).rowcount
