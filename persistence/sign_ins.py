"""Queries of sign-in attempts: counting failures and writing attempts down."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.refusals import Refused
from domain.sign_ins import KEPT, MOST_PER_ADDRESS, MOST_PER_IP, WINDOW, Attempt, SignInOutcome, too_many
from persistence.database import Database
from persistence.tables.identity import sign_in_events
from persistence.turns import take_turn
from persistence.unit import Unit

_events = sign_in_events.c


async def limited(session: AsyncSession, attempt: Attempt) -> Refused | None:
    """RATE_LIMITED when the address or its place has used up its failures."""
    real = attempt.visit.at
    of_address = await _failures(session, _events.email_hash == attempt.email_hash, MOST_PER_ADDRESS, real)
    of_ip = await _failures(session, _events.ip == attempt.visit.ip, MOST_PER_IP, real)
    return too_many(of_address, of_ip, real=real)


async def decide(db: Unit, attempt: Attempt, outcome: SignInOutcome) -> Refused | None:
    """Writes down how an attempt ended, unless it is one too many: then it ended LIMITED, whatever the password was.

    Attempts wait here for each other, so that of many at once no more are answered than one after the other.
    """
    await take_turn(db, "sign-in", attempt.email)
    await take_turn(db, "sign-in from", attempt.visit.ip)
    refusal = await limited(db.session, attempt)
    db.add(attempt.ended(outcome if refusal is None else SignInOutcome.LIMITED))
    return refusal


async def forget_old(database: Database, real: datetime) -> int:
    """Deletes attempts that are no longer kept; how many they were."""
    old = select(_events.id).where(_events.at < real - KEPT).limit(1000)
    async with database.connection() as connection:
        return (await connection.execute(delete(sign_in_events).where(_events.id.in_(old)))).rowcount


async def _failures(session: AsyncSession, whose: ColumnElement[bool], most: int, real: datetime) -> Sequence[datetime]:
    recent: tuple[Any, ...] = (whose, _events.outcome == SignInOutcome.FAILED, _events.at > real - WINDOW)
    return (await session.scalars(select(_events.at).where(*recent).order_by(_events.at.desc()).limit(most))).all()
