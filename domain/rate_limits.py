"""How much a caller may ask for: operations, what they cost, new documents, payments; each a bucket that refills."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from enum import Enum
from ipaddress import IPv6Network, ip_address
from uuid import UUID

from domain.actors import Actor
from domain.refusals import Refused, rate_limited

MINUTE = 60.0
_ROUNDING = 1e-6
"""Fractions that came back do not add up exactly, and whoever waited as long as they were told must get in."""
LARGEST = 2_000_000_000
"""Of any number here: what an integer of the API can say."""
_NETWORK_BITS = 64


class CallerKind(Enum):
    """Kinds of callers, each with limits of its own."""

    # By identity: an enumeration's own way, by name, costs a call each time that a kind is looked up.
    __hash__ = object.__hash__

    ANONYMOUS = "ANONYMOUS"
    SESSION = "SESSION"
    API_KEY = "API_KEY"
    APP_KEY = "APP_KEY"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What each caller of one kind may ask for."""

    operations_per_minute: int
    cost: int
    """What may be spent at once, and therefore on one operation."""
    refill_per_second: int
    documents_per_minute: int
    """Documents that were not seen before: to read and check one costs more than most answers."""
    payments_per_minute: int = 10
    """Payments that may be started: whoever tries stolen cards needs many."""

    def times(self, factor: int) -> "Allowance":
        return Allowance(*(min(LARGEST, getattr(self, one.name) * factor) for one in fields(self)))


def kind_of(actor: Actor) -> CallerKind:
    if actor.session_id is not None:
        return CallerKind.SESSION
    if actor.key_id is None:
        return CallerKind.ANONYMOUS
    return CallerKind.API_KEY if actor.app_id is None else CallerKind.APP_KEY


def principal_of(actor: Actor, ip: str) -> UUID | str:
    """Who has limits of their own: a session, a key, an app with all its keys; of all others, where they come from."""
    return actor.session_id or actor.app_id or actor.key_id or place_of(ip)


DEFAULTS: Mapping[CallerKind, Allowance] = {
    CallerKind.ANONYMOUS: Allowance(60, 500, 10, 30),
    CallerKind.SESSION: Allowance(300, 5_000, 100, 60),
    CallerKind.API_KEY: Allowance(6_000, 20_000, 1_000, 60, payments_per_minute=60),
    CallerKind.APP_KEY: Allowance(12_000, 40_000, 2_000, 60, payments_per_minute=60),
}


@dataclass(slots=True)
class Meter:
    """What is left to one caller. Instants are seconds of a clock that only goes forward."""

    allowance: Allowance
    """May be exchanged at any time: what is left stays, and from then on comes back as the new one says."""
    at: float
    operations: float = field(init=False)
    cost: float = field(init=False)
    documents: float = field(init=False)
    payments: float = field(init=False)

    def __post_init__(self) -> None:
        self.operations = self.allowance.operations_per_minute
        self.cost = self.allowance.cost
        self.documents = self.allowance.documents_per_minute
        self.payments = self.allowance.payments_per_minute

    def refill(self, at: float) -> None:
        """Adds what has come in since the last time."""
        seconds, allowance = at - self.at, self.allowance
        self.at, minutes = at, seconds / MINUTE
        most = allowance.operations_per_minute
        self.operations = min(most, self.operations + most * minutes)
        self.cost = min(allowance.cost, self.cost + allowance.refill_per_second * seconds)
        most = allowance.documents_per_minute
        self.documents = min(most, self.documents + most * minutes)
        most = allowance.payments_per_minute
        self.payments = min(most, self.payments + most * minutes)

    def start(self, at: float, *, is_new: bool = False) -> None:
        """Counts an operation, whatever becomes of it; RATE_LIMITED when there were too many."""
        self.refill(at)
        if self.operations < 1 - _ROUNDING:
            raise _wait("operations", 1 - self.operations, self.allowance.operations_per_minute / MINUTE)
        if is_new and self.documents < 1 - _ROUNDING:
            raise _wait("new documents", 1 - self.documents, self.allowance.documents_per_minute / MINUTE)
        self.operations -= 1
        self.documents -= is_new

    def spend(self, cost: int) -> None:
        """Takes the cost of an operation that has just been started; RATE_LIMITED when it is more than is left."""
        if self.cost < cost - _ROUNDING:
            raise _wait("expensive operations", cost - self.cost, self.allowance.refill_per_second)
        self.cost -= cost

    def start_payment(self) -> None:
        """Counts a payment of an operation that has just been started; RATE_LIMITED when there were too many."""
        if self.payments < 1 - _ROUNDING:
            raise _wait("payments", 1 - self.payments, self.allowance.payments_per_minute / MINUTE)
        self.payments -= 1

    def give_payment_back(self) -> None:
        """A payment that was counted has not been started after all."""
        self.payments = min(self.allowance.payments_per_minute, self.payments + 1)


def place_of(ip: str) -> str:
    """Where an address counts as coming from: of IPv6 its network, because every line has 2^64 addresses of its own."""
    if ":" not in ip:
        return ip
    try:
        address = ip_address(ip.partition("%")[0])
    except ValueError:
        return ip
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), _NETWORK_BITS), strict=False))


def _wait(what: str, missing: float, per_second: float) -> Refused:
    return rate_limited(f"Too many {what}. Try again", timedelta(seconds=missing / per_second))
