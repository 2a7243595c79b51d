"""Turns to write: one transaction of a caller, when it is its time."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from domain.refusals import rate_limited
from persistence.database import is_congestion
from persistence.unit import Unit, transact
from persistence.work import turn_to_write
from resolvers.context import Context

CALM = timedelta(seconds=1)
"""When to repeat what found no turn."""

T = TypeVar("T")


async def in_turn(context: Context, work: Callable[[Unit], Awaitable[T]]) -> T:
    """One transaction, when its turn comes. RATE_LIMITED when it waited too long for what others are changing."""
    platform = context.platform
    async with turn_to_write(), platform.writing:
        try:
            return await transact(
                platform.database, work, by=context.viewer, at=platform.now(), request_id=context.request_id
            )
        except Exception as error:
            if is_congestion(error):
                raise rate_limited("Too much is being changed at once. Repeat this", CALM) from error
            raise
