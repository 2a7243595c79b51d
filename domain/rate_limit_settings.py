"""What staff have set for the limits of callers: by kind of caller, each change a row of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from uuid import UUID

from domain.actors import Actor
from domain.checks import Checks, camel
from domain.ids import new_id
from domain.rate_limits import LARGEST, Allowance, CallerKind

LEAST = Allowance(
    operations_per_minute=10, cost=100, refill_per_second=1, documents_per_minute=5, payments_per_minute=1
)
"""Less would keep everybody out, those as well who could take it back."""


@dataclass(eq=False, kw_only=True)
class RateLimitSetting:
    """What staff have set for a kind of callers at an instant; the newest counts, before what processes were told."""

    id: UUID
    caller: CallerKind
    operations_per_minute: int
    cost: int
    refill_per_second: int
    documents_per_minute: int
    payments_per_minute: int
    set_at: datetime
    set_by_id: UUID | None

    @property
    def allowance(self) -> Allowance:
        return Allowance(*(getattr(self, one.name) for one in fields(Allowance)))


def set_rate_limit(
    caller: CallerKind, now: Allowance, changes: Mapping[str, int | None], *, by: Actor, at: datetime
) -> RateLimitSetting:
    """Other limits for a kind of callers; numbers that are not given stay as they are."""
    given = {name: number for name, number in changes.items() if number is not None}
    checks = Checks()
    checks.require(bool(given), "Give at least one number.")
    for name, number in given.items():
        checks.whole(camel(name), number, least=getattr(LEAST, name), most=LARGEST)
    checks.refuse()
    wanted = replace(now, **given)
    numbers = {one.name: getattr(wanted, one.name) for one in fields(wanted)}
    return RateLimitSetting(id=new_id(), caller=caller, set_at=at, set_by_id=by.user_id, **numbers)
