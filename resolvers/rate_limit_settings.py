"""Setting what callers may ask for."""

from typing import Any

from domain import rate_limit_settings as rules
from domain.rate_limits import Allowance, CallerKind
from persistence import rate_limit_settings as settings
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.mutations import Changed

SET_BY = settings.SET_BY


async def limits_of_now(context: Context, *, caller: CallerKind, **changes: int | None) -> dict[str, Any]:
    """With what is in force in this process, where the numbers that are left out are taken from."""
    return {"caller": caller, "now": context.platform.rate_limits.current[caller], "changes": changes}


async def set_rate_limit(db: Unit, *, caller: CallerKind, now: Allowance, changes: dict[str, int | None]) -> Changed:
    setting = rules.set_rate_limit(caller, now, changes, by=db.by, at=db.at)
    db.add(setting)
    return Changed(setting=setting)
