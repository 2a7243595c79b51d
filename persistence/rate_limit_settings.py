"""Queries of what staff have set for the limits of callers."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from domain.rate_limit_settings import RateLimitSetting
from domain.rate_limits import Allowance, CallerKind
from persistence.database import Database
from persistence.tables.limits import rate_limit_settings
from persistence.users import USERS
from planner.edges import One

CHANNEL = "milepost_limits"
"""A trigger tells here of every change."""
SET_BY = One(USERS, "set_by_id")


async def in_force(database: Database) -> dict[CallerKind, Allowance]:
    """The newest of each kind of callers for which something was set."""
    kinds = rate_limit_settings.c.caller
    newest = select(RateLimitSetting).ext(distinct_on(kinds)).order_by(kinds, rate_limit_settings.c.id.desc())
    async with database.reader() as session:
        return {found.caller: found.allowance for found in await session.scalars(newest)}
