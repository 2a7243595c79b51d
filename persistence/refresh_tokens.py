"""Queries of refresh tokens: renewing a session with one, and forgetting those that can no longer be told apart."""

from datetime import datetime

from sqlalchemy import delete, select

from domain.refresh_tokens import RefreshToken
from domain.sessions import Session
from persistence.database import Database
from persistence.tables.credentials import refresh_tokens
from persistence.tables.identity import sessions
from persistence.unit import Unit

_tokens = refresh_tokens.c


async def for_renewal(db: Unit, token_hash: bytes) -> tuple[RefreshToken, Session] | None:
    """A token and its session, both locked: of many who come with the same one, one finds it unused."""
    statement = (
        select(RefreshToken, Session)
        .join(sessions, sessions.c.id == _tokens.session_id)
        .where(_tokens.token_hash == token_hash)
        .with_for_update()
    )
    found = (await db.session.execute(statement)).one_or_none()
    return None if found is None else (found[0], found[1])


async def forget_old(database: Database, real: datetime) -> int:
    """Deletes tokens that have expired; how many they were."""
    old = select(_tokens.id).where(_tokens.expires_at < real).limit(1000)
    async with database.connection() as connection:
        return (await connection.execute(delete(refresh_tokens).where(_tokens.id.in_(old)))).rowcount
