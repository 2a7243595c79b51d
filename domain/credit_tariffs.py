"""Tariffs: what Milepost's own actions cost in credits, each change a row of its own."""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.actors import Actor
from domain.checks import Checks
from domain.ids import new_id

MOST_CREDITS = 100_000
_CODE = re.compile(r"[a-z][a-z0-9_.]{1,63}")


@dataclass(eq=False, kw_only=True)
class CreditTariff:
    """What an action costs from an instant on; of those that have begun, the latest counts."""

    id: UUID
    action_code: str
    credits: int
    starts_at: datetime
    set_at: datetime
    set_by_id: UUID | None


def set_tariff(action_code: str, credits: int, starts_at: datetime | None, *, by: Actor, at: datetime) -> CreditTariff:
    """A price from now on, or from a later instant; what was done before keeps the price of its time."""
    begins = at if starts_at is None else starts_at
    checks = Checks()
    is_code = _CODE.fullmatch(action_code) is not None
    checks.require(is_code, "Give 2 to 64 of a-z, 0-9, _ and dots, such as gigs.boost.", "actionCode")
    checks.whole("credits", credits, least=1, most=MOST_CREDITS)
    checks.require(begins >= at, "A price begins now or later: what has been done keeps its price.", "startsAt")
    checks.refuse()
    return CreditTariff(
        id=new_id(), action_code=action_code, credits=credits, starts_at=begins, set_at=at, set_by_id=by.user_id
    )
