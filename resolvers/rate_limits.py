"""The callers of a process: what is left to each of them, and what share of the database they have."""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from domain.actors import ANONYMOUS, Actor
from domain.rate_limits import DEFAULTS, Allowance, CallerKind, Meter, kind_of, principal_of
from persistence.work import Share, Turns

MOST_CALLERS = 20_000
CEILING = 5_000
SANDBOX_FACTOR = 100_000
"""In a sandbox nobody is kept from trying, measuring or playing a year in a minute."""
SANDBOX = {kind: allowance.times(SANDBOX_FACTOR) for kind, allowance in DEFAULTS.items()}


REFUSAL_SECONDS, LONGEST_REFUSAL_SECONDS = 0.05, 5.0
"""Between two refusals of one caller, and for how long one of them is put off at most."""


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


@dataclass(eq=False, slots=True)
class Caller:
    """Somebody who asks, as this process knows them."""

    kind: CallerKind
    meter: Meter
    share: Share
    _refused_until: float = field(init=False, default=0.0)

    def refusal_delay(self, now: float) -> float:
        """How many seconds to put off telling them that they ask too often. Whoever asks again at once hears it some 20
        times a second, over however many connections, and the others' answers come in between."""
        at = max(now, self._refused_until)
        self._refused_until = min(at + REFUSAL_SECONDS, now + LONGEST_REFUSAL_SECONDS)
        return at - now


@dataclass(slots=True)
class RateLimits:
    """One per process: callers of several processes have the allowance of each. On real time."""

    allowances: Mapping[CallerKind, Allowance] = field(default_factory=dict)
    """What this process was told; of kinds that are not named, a sandbox's. What staff have set goes before it."""
    ceiling: int = CEILING
    """The most that one operation may cost, whoever asks."""
    clock: Callable[[], float] = time.monotonic
    reads_at_once: int = 5
    writes_at_once: int = 4
    """Of one caller; the others' turns come in between."""
    sockets: Counter[UUID | str] = field(init=False, default_factory=Counter)
    """Open now, by person, key or address."""
    current: Mapping[CallerKind, Allowance] = field(init=False)
    _callers: "OrderedDict[UUID | str, Caller]" = field(init=False, default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self.current = {**SANDBOX, **self.allowances}

    def caller_of(self, viewer: Actor, ip: str) -> Caller:
        principal = principal_of(viewer, ip)
        caller = self._callers.get(principal)
        if caller is None:
            return self._new(principal, viewer)
        self._callers.move_to_end(principal)
        return caller

    def share_of(self, ip: str) -> Share:
        """Of an address, for whatever is done before its caller is known."""
        return self.caller_of(ANONYMOUS, ip).share

    def limit_of(self, meter: Meter) -> int:
        return min(self.ceiling, meter.allowance.cost)

    def adopt(self, stored: Mapping[CallerKind, Allowance]) -> None:
        """Takes over what staff have set, for callers that are known already as well."""
        self.current = {**SANDBOX, **self.allowances, **stored}
        for caller in self._callers.values():
            caller.meter.allowance = self.current[caller.kind]

    def _new(self, principal: UUID | str, viewer: Actor) -> Caller:
        # Whoever has asked nothing for longest has most likely all of it again, which is what a new one has.
        if len(self._callers) >= MOST_CALLERS:
            self._callers.popitem(last=False)
        kind = kind_of(viewer)
        share = Share(Turns(self.reads_at_once), Turns(self.writes_at_once))
        caller = self._callers[principal] = Caller(kind, Meter(self.current[kind], self.clock()), share)
        return caller
