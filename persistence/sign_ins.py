"""Queries of sign-in attempts: one's own, counting failures, and who waits for whom."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, false, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import Actor
from domain.attempt_limits import MOST_PER_ADDRESS, MOST_PER_IP, WINDOW, too_many
from domain.refusals import Refused
from domain.sign_ins import KEPT, Attempt, SignInEvent, SignInOutcome
from persistence.database import Database
from persistence.tables.identity import sign_in_events
from persistence.turns import take_turn
from persistence.unit import Unit
from planner.edges import Condition, Connection, Source

_events = sign_in_events.c


def visible_to(viewer: Actor) -> Condition:
    """One's own."""
    return false() if viewer.user_id is None else _events.user_id == viewer.user_id


SIGN_INS = Source(SignInEvent, sign_in_events, visible_to)
LIST = Connection(SIGN_INS, orders={"AT": _events.at}, default_order=(("AT", True),))


async def limited(session: AsyncSession, attempt: Attempt) -> Refused | None:
    """RATE_LIMITED when the address or its place has used up its failures."""
    real = attempt.visit.at
    of_address = await _failures(session, _events.email_hash == attempt.email_hash, MOST_PER_ADDRESS, real)
    of_ip = await _failures(session, _events.ip == attempt.visit.ip, MOST_PER_IP, real)
    return too_many("failed attempts", of_address, of_ip, real=real)


async def limited_in_turn(db: Unit, attempt: Attempt) -> Refused | None:
    """Like `limited`, and written down where it is so. Attempts wait here for each other until they have ended, so that
    of many at once no more are answered than one after the other."""
    await take_turn(db, "sign-in", attempt.email)
    await take_turn(db, "sign-in from", attempt.visit.ip)
    refusal = await limited(db.session, attempt)
    if refusal is not None:
        db.add(attempt.ended(SignInOutcome.LIMITED))
    return refusal


async def forget_old(database: Database, real: datetime) -> int:
    """Deletes attempts that are no longer kept; how many they were."""
    old = select(_events.id).where(_events.at < real - KEPT).limit(1000)
    async with database.connection() as connection:
        return (await connection.execute(delete(sign_in_events).where(_events.id.in_(old)))).rowcount


async def _failures(session: AsyncSession, whose: ColumnElement[bool], most: int, real: datetime) -> Sequence[datetime]:
    recent: tuple[Any, ...] = (whose, _events.outcome == SignInOutcome.FAILED, _events.at > real - WINDOW)
    return (await session.scalars(select(_events.at).where(*recent).order_by(_events.at.desc()).limit(most))).all()
