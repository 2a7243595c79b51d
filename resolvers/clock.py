"""The platform clock, which staff of a sandbox move forward to see what time brings."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from domain.refusals import forbidden, invalid
from persistence import clock
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.mutations import Changed

LONGEST_STEP = timedelta(days=366)


async def prepare_advance(context: Context, to: datetime) -> dict[str, Any]:
    if not context.platform.is_sandbox:
        raise forbidden("The clock of production cannot be moved.")
    return {"to": to, "reload": context.platform.reload_clock}


async def advance_clock(db: Unit, to: datetime, reload: Callable[[], Awaitable[None]]) -> Changed:
    if to > db.at + LONGEST_STEP:
        raise invalid(f"At most {LONGEST_STEP.days} days at a time.", "to")
    if to <= db.at or not await clock.move_to(db, to):
        raise invalid("The clock only moves forward.", "to")
    return Changed(clock={}, then=reload)
