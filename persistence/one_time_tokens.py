"""Queries of one-time tokens: what was asked for lately, and spending one exactly once."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, update

from domain.one_time_tokens import A_DAY, DAY, OneTimeToken, TokenPurpose
from persistence.tables.identity import one_time_tokens
from persistence.unit import Unit

_tokens = one_time_tokens.c


async def asked_for(db: Unit, user_id: UUID, purpose: TokenPurpose, real: datetime) -> Sequence[datetime]:
    """When the tokens of the last 24 hours were asked for, newest first."""
    statement = (
        select(_tokens.created_at)
        .where(_tokens.user_id == user_id, _tokens.purpose == purpose, _tokens.created_at > real - DAY)
        .order_by(_tokens.created_at.desc())
        .limit(A_DAY)
    )
    return (await db.session.scalars(statement)).all()


async def for_sending(db: Unit, token_id: UUID) -> OneTimeToken | None:
    """A token whose mail may still be sent, locked: unused, and the latest of its purpose."""
    token = await db.session.get(OneTimeToken, token_id, with_for_update=True)
    if token is None or token.used_at is not None:
        return None
    later = select(_tokens.id).where(
        _tokens.user_id == token.user_id, _tokens.purpose == token.purpose, _tokens.created_at > token.created_at
    )
    return None if (await db.session.execute(later.limit(1))).first() else token


async def void_others(db: Unit, token: OneTimeToken, real: datetime) -> None:
    """A new token voids the older ones of the same purpose."""
    await db.session.execute(
        update(one_time_tokens)
        .where(
            _tokens.user_id == token.user_id,
            _tokens.purpose == token.purpose,
            _tokens.id != token.id,
            _tokens.expires_at > real,
        )
        .values(expires_at=real)
    )


async def void_all(db: Unit, user_id: UUID, real: datetime) -> None:
    """Somebody's password has changed: whatever was mailed before is void."""
    mine = (_tokens.user_id == user_id, _tokens.expires_at > real)
    await db.session.execute(update(one_time_tokens).where(*mine).values(expires_at=real))


class Spent(NamedTuple):
    """What a token was: whose, and for which address where it was about one."""

    user_id: UUID
    email: str | None


async def spend(db: Unit, purpose: TokenPurpose, token_hash: bytes, real: datetime) -> Spent | None:
    """What the token was; None when it is unknown, void, expired or used. Of any number at once one alone succeeds."""
    spent = await db.session.execute(
        update(one_time_tokens)
        .where(
            _tokens.token_hash == token_hash,
            _tokens.purpose == purpose,
            _tokens.used_at.is_(None),
            _tokens.expires_at > real,
        )
        .values(used_at=real)
        .returning(_tokens.user_id, _tokens.email)
    )
    row = spent.one_or_none()
    return None if row is None else Spent(*row)
