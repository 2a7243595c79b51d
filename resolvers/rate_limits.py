"""The meters of a process: what is left to each session, and to each network address that has not signed in."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from domain.actors import Actor
from domain.rate_limits import ANONYMOUS, SESSION, Allowance, Meter

MOST_METERS = 20_000
CEILING = 5_000
SANDBOX_FACTOR = 100_000
"""In a sandbox nobody is kept from trying, measuring or playing a year in a minute."""
_SANDBOX_ANONYMOUS, _SANDBOX_SESSION = ANONYMOUS.times(SANDBOX_FACTOR), SESSION.times(SANDBOX_FACTOR)


class TooCostly(Exception):
    """An operation costs more than its caller may ever spend at once. The message says what to make smaller."""

    def __init__(self, message: str, cost: int, limit: int) -> None:
        super().__init__(message)
        self.cost = cost
        self.limit = limit


@dataclass(slots=True)
class Charge:
    """What an operation took from its caller's meter, as the answer says it."""

    operation: str
    requested: int
    available: int
    limit: int
    refill_per_second: int


@dataclass(slots=True)
class RateLimits:
    """One per process: callers of several processes have the allowance of each. On real time."""

    anonymous: Allowance = _SANDBOX_ANONYMOUS
    session: Allowance = _SANDBOX_SESSION
    ceiling: int = CEILING
    """The most that one operation may cost, whoever asks."""
    clock: Callable[[], float] = time.monotonic
    _meters: dict[UUID | str, Meter] = field(default_factory=dict)

    def meter_of(self, viewer: Actor, ip: str) -> Meter:
        caller = viewer.session_id or ip
        meter = self._meters.get(caller)
        return self._new(caller, viewer) if meter is None else meter

    def limit_of(self, meter: Meter) -> int:
        return min(self.ceiling, meter.allowance.cost)

    def _new(self, caller: UUID | str, viewer: Actor) -> Meter:
        # The oldest has most likely been idle until it was full again, which is what a new one is.
        if len(self._meters) >= MOST_METERS:
            del self._meters[next(iter(self._meters))]
        allowance = self.anonymous if viewer.session_id is None else self.session
        meter = self._meters[caller] = Meter(allowance, self.clock())
        return meter
