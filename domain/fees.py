"""Fees: what Milepost keeps of paid work. Policies follow each other without a gap; documents keep their terms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.checks import Checks
from domain.events import Recorder
from domain.ids import new_id
from domain.money import Money, rounded, share_of
from domain.refusals import conflict
from domain.states import Versioned


class FeeScope(Enum):
    """Which invoices a policy is for: those of projects, or those a person wrote."""

    PROJECT = "PROJECT"
    STANDARD = "STANDARD"


DEFAULT_BPS = {FeeScope.PROJECT: 500, FeeScope.STANDARD: 0}
"""The rates that hold until staff set others."""

MAX_CURRENCIES = 200
"""More than there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeTerms:
    """What a document pays, once policy, tier and currency are known; frozen on it."""

    policy_id: UUID
    bps: int
    flat_minor: int = 0
    minimum_minor: int = 0

    def fee_of(self, base_minor: int) -> int:
        """The fee of a document whose netTotal is `base_minor`: never below the minimum, never above the base."""
        return min(base_minor, max(self.minimum_minor, share_of(base_minor, self.bps) + self.flat_minor))


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenFee(FeeTerms):
    """A fee that was fixed before its document came to be, such as that of held money."""

    fee_minor: int

    def fee_of(self, base_minor: int) -> int:
        return self.fee_minor


@dataclass(eq=False, kw_only=True)
class FeePolicy(Recorder, Versioned):
    """The fee of a scope from an instant until the next policy begins; `minimum_fees` are by currency."""

    SUBJECT: ClassVar[str] = "fee_policy"

    id: UUID
    scope: FeeScope
    bps: int
    minimum_fees_minor: dict[str, int]
    effective_from: datetime
    effective_to: datetime | None

    @property
    def minimum_fees(self) -> list[Money]:
        return [Money(minor, currency) for currency, minor in sorted(self.minimum_fees_minor.items())]

    def concerned_organizations(self) -> tuple[UUID, ...]:
        """Nobody's in particular: staff learn of it."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeQuote:
    """What would be kept of an amount now, and what would be left."""

    amount: Money
    terms: FeeTerms

    @property
    def fee(self) -> Money:
        return Money(self.terms.fee_of(self.amount.amount_minor), self.amount.currency)

    @property
    def net(self) -> Money:
        return self.amount - self.fee

    @property
    def bps(self) -> int:
        return self.terms.bps

    @property
    def flat(self) -> Money:
        return Money(self.terms.flat_minor, self.amount.currency)

    @property
    def policy_id(self) -> UUID:
        return self.terms.policy_id


def create_policy(
    *, scope: FeeScope, bps: int, minimum_fees: Sequence[Money], effective_from: datetime, by: Actor, at: datetime
) -> FeePolicy:
    """A policy that will come; what is in force already never changes."""
    checks = Checks()
    checks.whole("bps", bps, least=0, most=10_000)
    checks.require(effective_from > at, "A policy begins in the future.", "effectiveFrom")
    checks.count("minimumFees", minimum_fees, most=MAX_CURRENCIES)
    for i, minimum in enumerate(minimum_fees):
        with checks.within("minimumFees"):
            checks.money(str(i), minimum)
    currencies = {minimum.currency for minimum in minimum_fees}
    checks.require(len(currencies) == len(minimum_fees), "Give one minimum for each currency.", "minimumFees")
    checks.refuse()
    policy = FeePolicy(
        id=new_id(),
        scope=scope,
        bps=bps,
        minimum_fees_minor={minimum.currency: minimum.amount_minor for minimum in minimum_fees},
        effective_from=effective_from,
        effective_to=None,
    )
    policy.record("created", by=by, at=at, data={"scope": scope.value, "bps": bps})
    return policy


def take_place(policy: FeePolicy, others: Sequence[FeePolicy]) -> None:
    """Puts a policy between the one that it follows and the one that follows it, so that no instant has two or none."""
    before = [other for other in others if other.effective_from <= policy.effective_from]
    previous = max(before, key=lambda other: other.effective_from)
    if previous.effective_from == policy.effective_from:
        raise conflict("Another policy of this scope begins at this instant.", "effectiveFrom")
    policy.effective_to, previous.effective_to = previous.effective_to, policy.effective_from


def fee_share(fee_minor: int, total_minor: int, paid_before_minor: int, paid_after_minor: int) -> int:
    """The part of an invoice's fee that a part payment carries. Cumulative: all parts add up to the whole fee."""
    before, after = (rounded(fee_minor * paid, total_minor) for paid in (paid_before_minor, paid_after_minor))
    return after - before
